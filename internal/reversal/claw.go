package reversal

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/payout"
)

// claw takes the claims back from creators, for now. What is reserved for a payout
// that has not begun is still ours: such payouts give it back first, so that the
// reserve bears only what has left.
func (r *Reversal) claw(ctx context.Context, tx *db.Tx, claims []earnings.Claim) error {
	room, err := payout.MakeRoom(ctx, tx, r.ID, claims)
	if err != nil {
		return err
	}
	if _, err := earnings.ClawBack(ctx, tx, r.ID, r.why(), claims); err != nil {
		return err
	}
	return room.Restore(ctx, tx)
}

// weigh tells what claw would come to now, and takes nothing.
func weigh(ctx context.Context, tx *db.Tx, claim earnings.Claim) (earnings.Claw, error) {
	reserved, err := payout.Reserved(ctx, tx, claim.Earning)
	if err != nil {
		return earnings.Claw{}, err
	}
	return earnings.Weigh(ctx, tx, claim, reserved)
}
