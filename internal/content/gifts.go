package content

import (
	"context"
	"fmt"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

// SetGifts switches gifts on or off for one video or one LIVE of the creator,
// which may be hidden or over. The fault is not_found, also for what belongs to
// another creator than by.
func SetGifts(ctx context.Context, tx *db.Tx, by id.Person, target string, on bool) error {
	var query string
	switch id.KindOf(target) {
	case id.KindVideo:
		query = "UPDATE video SET gifts_on = $3 WHERE id = $1 AND creator_id = $2"
	case id.KindLive:
		query = "UPDATE live_room SET gifts_on = $3 WHERE id = $1 AND creator_id = $2"
	default:
		return missingTarget(target)
	}
	n, err := tx.Exec(ctx, query, target, by, on)
	if err != nil {
		return fmt.Errorf("content: switching gifts: %w", err)
	}
	if n == 0 {
		return missingTarget(target)
	}
	return nil
}

func missingTarget(target string) error {
	return fault.New(fault.NotFound, "There is no video or LIVE %q, or it is not yours. Their ids begin with vid_ and liv_.", fault.Clip(target))
}
