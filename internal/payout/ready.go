package payout

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
)

// Ready returns nil if what is earned by the creator could go to a bank now, and
// else a fault that tells the creator what is missing: account_suspended,
// age_restricted or kyc_required. It is handed to products that take money for
// creators only while it can reach them.
func Ready(ctx context.Context, tx *db.Tx, creator id.Person) error {
	if err := mayBePaid(ctx, tx, creator); err != nil {
		return err
	}
	account, err := AccountOf(ctx, tx, creator)
	if err != nil {
		return err
	}
	return account.check()
}
