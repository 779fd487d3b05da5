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
