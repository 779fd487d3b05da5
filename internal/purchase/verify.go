package purchase

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
)

// The rules of purchases, by name.
const (
	RulePaid = "a purchase has a lot if and only if its charge succeeded, for the coins and the price it says"
)

// Checks are the rules of purchases for ledger verify.
func Checks() []ledger.Check {
	return []ledger.Check{{Name: RulePaid, Run: checkPaid}}
}

func checkPaid(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	rows, err := tx.Query(ctx, `SELECT p.id, COALESCE(c.outcome, 'none'), p.lot_id, COALESCE(w.id, '') FROM coin_purchase p
		LEFT JOIN payment_charge c ON c.subject = p.id LEFT JOIN wallet_lot w ON w.cause = p.id
		WHERE (COALESCE(c.outcome, '') = 'succeeded') <> (w.id IS NOT NULL)
			OR p.lot_id <> COALESCE(w.id, '')
			OR c.amount_units <> p.price_units OR c.amount_asset <> p.price_asset
			OR w.coins <> p.coins OR w.paid_units <> p.price_units OR w.paid_asset <> p.price_asset OR w.person_id <> p.person_id`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var purchase, outcome, says, lot string
		if err := rows.Scan(&purchase, &outcome, &says, &lot); err != nil {
			return err
		}
		r.Add(RulePaid, purchase, "the charge is %s, the purchase names lot %q, the lot is %q; or amounts differ", outcome, says, lot)
	}
	return rows.Err()
}
