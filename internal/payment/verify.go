package payment

import (
	"context"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
)

// RuleAsked is the name of the rule of outcomes that are not known.
const RuleAsked = "whoever does not know the outcome of a charge is going to ask for it"

// askedWithin is for how long an outcome may be unknown without anybody planning
// to ask.
const askedWithin = time.Minute

// Checks are the rules of charges for ledger verify; what they are booked as is
// the rule of the product that charges.
func Checks() []ledger.Check {
	return []ledger.Check{{Name: RuleAsked, Run: func(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
		return ledger.Look(RuleAsked, ledger.Violation{Detail: "its outcome is %s since %d, and no work is planned that asks the provider", Args: []any{tx.Now().Add(-askedWithin).UnixMicro()},
			Query: `SELECT c.id, c.outcome, c.created_us FROM payment_charge c WHERE (c.outcome IN ('unknown', 'requires_action', 'pending') OR (c.outcome = 'succeeded' AND c.settled_asset = ''))
				AND c.outcome IN ('unknown', 'pending') AND c.created_us < $1
				AND NOT EXISTS (SELECT 1 FROM due_work w WHERE w.work_key = c.id AND w.dead = 0)`}).Run(ctx, tx, r)
	}}}
}
