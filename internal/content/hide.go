package content

import (
	"context"
	"fmt"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
)

// HideVideo takes a video out of the lists and closes it for gifts. A hidden
// video stays hidden. The fault is not_found, also for a video of another
// creator than by.
func HideVideo(ctx context.Context, tx *db.Tx, by id.Person, video id.Video) (Video, error) {
	v, err := GetVideo(ctx, tx, video)
	if err != nil {
		return Video{}, err
	}
	if v.Creator != by {
		return Video{}, missingVideo(video)
	}
	v.Visibility = Hidden
	if _, err := tx.Exec(ctx, "UPDATE video SET visibility = $2 WHERE id = $1", v.ID, v.Visibility); err != nil {
		return Video{}, fmt.Errorf("content: hiding a video: %w", err)
	}
	return v, nil
}
