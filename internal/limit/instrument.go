package limit

import (
	"context"
	"fmt"

	"github.com/ovationhq/ovation/internal/db"
)

// Learn notes which card a spend was charged to that was taken without anybody
// knowing: from now on it counts with that card, too. It runs in the transaction
// that learns the outcome. What was known stays, and "" is nothing to learn.
func Learn(ctx context.Context, tx *db.Tx, cause, instrument string) error {
	if instrument == "" {
		return nil
	}
	us, err := learnUS(ctx, tx, instrument)
	if err != nil {
		return err
	}
	// never the instant of the spend itself: that says that it was known then
	_, err = tx.Exec(ctx, `UPDATE limit_spend SET instrument = $2, learned_us = CASE WHEN at_us < $3 THEN $3 ELSE at_us + 1 END
		WHERE cause = $1 AND instrument = ''`, cause, instrument, us)
	if err != nil {
		return fmt.Errorf("limit: learning the card of %s: %w", cause, err)
	}
	return nil
}

// learnUS is the instant under which something is learned of a card now: now, or
// just after what was learned of it last, where the clock stands still or has
// stepped back. So the instants tell in which order it was, and what was known when
// a spend was taken is what stands below it.
func learnUS(ctx context.Context, tx *db.Tx, instrument string) (int64, error) {
	var last int64
	err := tx.Row(ctx, "SELECT COALESCE(MAX(learned_us), 0) FROM limit_spend WHERE instrument = $1 AND instrument <> ''", instrument).Scan(&last)
	if err != nil {
		return 0, fmt.Errorf("limit: what was known last of a card: %w", err)
	}
	return max(tx.NowUS(), last+1), nil
}
