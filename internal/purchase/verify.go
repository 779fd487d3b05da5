package purchase

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/wallet"
)

// The rules of purchases, by name.
const (
	RulePaid    = "a purchase has its charge, and a lot if and only if it succeeded, for the coins and the price it says"
	RuleBooked  = "a paid purchase is booked with its price, and with the provider's fee and conversion in the currency in which the money came"
	RulePrice   = "a purchase costs what the price list that it names says"
	RuleCause   = "what is booked for a purchase is booked for one that there is"
	RuleCounted = "a purchase counts against its person's caps with its price from the intent on, and no longer once its charge has failed"
)

// Kinds are the kinds of the transfers that this package posts.
var Kinds = []string{"coin_purchase.completed", "coin_purchase.fee"}

// Checks are the rules of purchases for ledger verify.
func Checks() []ledger.Check {
	return []ledger.Check{
		ledger.Look(RulePaid, ledger.Violation{Detail: "the charge is %s, the purchase names lot %q, the lot is %q; or amounts differ",
			Query: `SELECT p.id, COALESCE(c.outcome, 'none'), p.lot_id, COALESCE(w.id, '') FROM coin_purchase p
				LEFT JOIN payment_charge c ON c.subject = p.id LEFT JOIN wallet_lot w ON w.cause = p.id
				WHERE c.id IS NULL OR (COALESCE(c.outcome, '') = 'succeeded') <> (w.id IS NOT NULL)
					OR p.lot_id <> COALESCE(w.id, '') OR (c.outcome = 'succeeded' AND c.provider_id = '')
					OR c.amount_units <> p.price_units OR c.amount_asset <> p.price_asset
					OR c.person_id <> p.person_id OR w.coins <> p.coins OR w.paid_units <> p.price_units OR w.paid_asset <> p.price_asset OR w.person_id <> p.person_id`}),
		checkBooked(),
		{Name: RulePrice, Run: checkPrice},
		ledger.Look(RuleCause, ledger.Violation{Detail: "transfer %d is its %s, and there is no such purchase",
			Query: `SELECT t.cause, t.seq, t.kind FROM ledger_transfer t
				WHERE t.kind LIKE 'coin_purchase.%' AND NOT EXISTS (SELECT 1 FROM coin_purchase p WHERE p.id = t.cause)`}),
		ledger.Look(RuleCounted, ledger.Violation{Detail: "%d %s of %s count since %d, with the card %q, and were released at %d; the charge is %s of the card %q",
			Query: `SELECT p.id, COALESCE(s.units, 0), COALESCE(s.asset, ''), COALESCE(s.person_id, ''), COALESCE(s.at_us, 0), COALESCE(s.instrument, ''), COALESCE(s.released_us, 0), COALESCE(c.outcome, 'none'), COALESCE(c.instrument, '')
				FROM coin_purchase p LEFT JOIN payment_charge c ON c.subject = p.id LEFT JOIN limit_spend s ON s.cause = p.id
				WHERE s.cause IS NULL OR s.units <> p.price_units OR s.asset <> p.price_asset OR s.person_id <> p.person_id OR s.at_us <> p.created_us
					OR s.instrument <> c.instrument OR (s.released_us > 0) <> (COALESCE(c.outcome, '') IN ('failed', 'canceled'))`},
			ledger.Violation{Detail: "%d %s count for a purchase that there is not",
				Query: "SELECT cause, units, asset FROM limit_spend s WHERE SUBSTR(cause, 1, 4) = 'cps_' AND NOT EXISTS (SELECT 1 FROM coin_purchase p WHERE p.id = s.cause)"}),
	}
}

// checkBooked adds up what the provider's account got and gave for a purchase:
// the price in the fan's currency; the fee and, if the money came in another
// currency, what it came to, in that one; and nothing else.
func checkBooked() ledger.Check {
	return ledger.Look(RuleBooked, ledger.Violation{
		Detail: "%d came in for a fee of %d, %d were exchanged for %d, and %d moved besides; the charge says %d, %d, %d and %d",
		Args:   []any{ledger.Provider, ledger.Deferred, ledger.ProcessingCosts, ledger.Conversion},
		Query: `SELECT s.id, CAST(s.price AS BIGINT), CAST(s.fee AS BIGINT), CAST(s.gave AS BIGINT), CAST(s.got AS BIGINT),
				CAST(s.moved - s.price - s.fee - s.gave - s.got AS BIGINT), s.price_units, s.fee_units, s.to_give, s.to_get FROM (
				SELECT p.id AS id, p.price_units AS price_units, c.fee_units AS fee_units,
					CASE WHEN c.settled_asset <> '' AND (c.settled_asset <> c.amount_asset OR c.settled_units <> c.amount_units) THEN c.amount_units ELSE 0 END AS to_give,
					CASE WHEN c.settled_asset <> '' AND (c.settled_asset <> c.amount_asset OR c.settled_units <> c.amount_units) THEN c.settled_units ELSE 0 END AS to_get,
					COALESCE(SUM(CASE WHEN f.path = $1 AND o.path = $2 AND f.asset = p.price_asset THEN l.amount ELSE 0 END), 0) AS price,
					COALESCE(SUM(CASE WHEN f.path = $3 AND o.path = $1 AND f.asset = c.settled_asset THEN l.amount ELSE 0 END), 0) AS fee,
					COALESCE(SUM(CASE WHEN f.path = $4 AND o.path = $1 AND f.asset = c.amount_asset THEN l.amount ELSE 0 END), 0) AS gave,
					COALESCE(SUM(CASE WHEN f.path = $1 AND o.path = $4 AND f.asset = c.settled_asset THEN l.amount ELSE 0 END), 0) AS got,
					COALESCE(SUM(CASE WHEN f.path = $1 OR o.path = $1 THEN l.amount ELSE 0 END), 0) AS moved
				FROM coin_purchase p JOIN payment_charge c ON c.subject = p.id LEFT JOIN ledger_transfer t ON t.cause = p.id
					LEFT JOIN ledger_line l ON l.seq = t.seq LEFT JOIN ledger_account f ON f.id = l.from_account LEFT JOIN ledger_account o ON o.id = l.to_account
				WHERE c.outcome = 'succeeded'
				GROUP BY p.id, p.price_units, c.fee_units, c.amount_units, c.amount_asset, c.settled_units, c.settled_asset) s
			WHERE s.price <> s.price_units OR s.fee <> s.fee_units OR s.gave <> s.to_give OR s.got <> s.to_get
				OR s.moved <> s.price_units + s.fee_units + s.to_give + s.to_get`})
}

// checkPrice goes through the purchases by price list, so that each list is
// read once.
func checkPrice(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	type sold struct {
		id, version string
		coins       int64
		price       money.Amount
	}
	all, err := db.Collect[sold](tx.Query(ctx, "SELECT id, coins, price_units, price_asset, pack_version FROM coin_purchase ORDER BY pack_version, price_asset, id"))(func(row *db.Rows) (s sold, err error) {
		return s, row.Scan(&s.id, &s.coins, &s.price.Units, (*string)(&s.price.Asset), &s.version)
	})
	if err != nil {
		return err
	}
	var packs []wallet.Pack
	for i, s := range all {
		if i == 0 || s.version != all[i-1].version || s.price.Asset != all[i-1].price.Asset {
			if packs, err = wallet.PacksOf(ctx, tx, s.version, s.price.Asset); err != nil {
				return err
			}
		}
		if p, err := wallet.PriceOf(packs, s.coins); err != nil || p.Price != s.price {
			r.Add(RulePrice, s.id, "it cost %d %s for %d coins, the list %s says %d", s.price.Units, s.price.Asset, s.coins, s.version, p.Price.Units)
		}
	}
	return nil
}
