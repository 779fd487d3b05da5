package payout

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/outbox"
)

// wake has the payout driven at once.
func wake(ctx context.Context, tx *db.Tx, payout id.Payout) error {
	return outbox.Schedule(ctx, tx, outbox.Work{Kind: WorkDrive, Key: string(payout), DueUS: tx.NowUS(), Move: true})
}

// Sweep has every payout driven that is under way and that nobody is going to
// drive, because its work was given up or is gone. So no money stays on its
// way for ever. It returns how many there were.
func (s *Service) Sweep(ctx context.Context) (n int, err error) {
	var left []Payout
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		left, err = db.Collect[Payout](tx.Query(ctx, "SELECT "+payoutColumns+" FROM payout WHERE "+underWay+`
			AND NOT EXISTS (SELECT 1 FROM due_work w WHERE w.kind = $2 AND w.work_key = payout.id AND w.dead = 0)
			ORDER BY id LIMIT $3`, tx.Now().Add(-watchPaid).UnixMicro(), WorkDrive, int64(sweepAtOnce)))(scanPayout)
		return err
	})
	if err != nil || len(left) == 0 {
		return 0, err
	}
	return len(left), s.db.Write(ctx, func(tx *db.Tx) error {
		for _, p := range left {
			due := max(tx.NowUS(), p.GoesUS)
			if err := outbox.Schedule(ctx, tx, outbox.Work{Kind: WorkDrive, Key: string(p.ID), DueUS: due}); err != nil {
				return err
			}
		}
		return nil
	})
}

// sweepAtOnce bounds one sweep; the rest is left to the next.
const sweepAtOnce = 1000
