package wallet

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
)

// The rules of lots, by name.
const (
	RuleLotRange    = "a lot holds between 0 and the coins bought, and is open if it holds any"
	RuleLotIssued   = "the coins issued are the coins of all lots"
	RuleDeferred    = "deferred revenue is what the unspent coins were sold for"
	RuleLotAccounts = "every lot has its own account"
	RuleFIFO        = "coins are spent first-in first-out, paid ones before promotional ones"
)

// Kinds are the kinds of the transfers that this package posts.
var Kinds = []string{"coins.granted"}

// Checks are the rules of lots for ledger verify.
func Checks() []ledger.Check {
	return []ledger.Check{
		ledger.Look(RuleLotRange, ledger.Violation{Detail: "%d of %d coins are left, %d were taken out of it, and open is %d",
			Query: "SELECT w.id, a.balance, w.coins, w.aside_coins, w.open " + lotsWithBalance + " WHERE a.balance < 0 OR a.balance > w.coins - w.aside_coins OR (w.open = 1) <> (a.balance > 0)"}),
		{Name: RuleLotIssued, Run: checkIssued},
		{Name: RuleDeferred, Run: checkDeferred},
		ledger.Look(RuleLotAccounts, ledger.Violation{Detail: "its account is %q",
			Query: `SELECT w.id, COALESCE(a.path, '') FROM wallet_lot w LEFT JOIN ledger_account a ON a.id = w.account_id
				WHERE a.path IS NULL OR a.path <> 'lot/' || w.id
				UNION ALL SELECT '', a.path FROM ledger_account a LEFT JOIN wallet_lot w ON w.account_id = a.id
				WHERE a.path >= 'lot/' AND a.path < 'lot0' AND w.id IS NULL`},
			ledger.Violation{Detail: "transfer %d granted coins, and there is no lot of them",
				Query: `SELECT t.cause, t.seq FROM ledger_transfer t WHERE t.kind = 'coins.granted' AND NOT EXISTS (SELECT 1 FROM wallet_lot w WHERE w.cause = t.cause)`}),
		{Name: RuleFIFO, Ride: rideFIFO},
	}
}

const lotsWithBalance = `FROM wallet_lot w JOIN ledger_account a ON a.id = w.account_id`

func checkIssued(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	var coins int64
	if err := tx.Row(ctx, "SELECT CAST(COALESCE(SUM(coins), 0) AS BIGINT) FROM wallet_lot").Scan(&coins); err != nil {
		return err
	}
	// Coins that went back from a lot to where they came from, less those that a
	// refund or a dispute fetched from there again.
	var returned int64
	err := tx.Row(ctx, `SELECT CAST(COALESCE(SUM(l.amount), 0) AS BIGINT) - CAST(COALESCE((SELECT SUM(b.amount) FROM ledger_line b
				WHERE b.to_account IN (SELECT id FROM ledger_account WHERE path >= 'reversal/' AND path < 'reversal0') AND b.from_account IN (SELECT id FROM ledger_account WHERE path = $1)), 0) AS BIGINT)
			FROM ledger_line l WHERE l.to_account IN (SELECT id FROM ledger_account WHERE path = $1)`, ledger.CoinsIssued).Scan(&returned)
	if err != nil {
		return err
	}
	issued, err := ledger.Balance(ctx, tx, ledger.Ref{Path: ledger.CoinsIssued, Asset: money.Coin})
	if err != nil {
		return err
	}
	if -issued != coins-returned {
		r.Add(RuleLotIssued, ledger.CoinsIssued, "%d coins were issued, the lots have %d less %d returned", -issued, coins, returned)
	}
	return nil
}

func checkDeferred(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	rows, err := tx.Query(ctx, "SELECT w.coins, w.aside_coins, w.paid_units, w.paid_asset, a.balance "+lotsWithBalance+" WHERE w.promo = 0 AND w.open = 1")
	if err != nil {
		return err
	}
	defer rows.Close()
	owed := map[money.Asset]int64{}
	for rows.Next() {
		var l Lot
		var left int64
		if err := rows.Scan(&l.Coins, &l.Aside, &l.Paid.Units, (*string)(&l.Paid.Asset), &left); err != nil {
			return err
		}
		owed[l.Paid.Asset] += l.Value(l.Coins-l.Aside) - l.Value(l.Coins-l.Aside-left)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	accounts, err := ledger.Balances(ctx, tx, ledger.Deferred, 100, "")
	if err != nil {
		return err
	}
	for _, a := range accounts {
		if a.Balance != owed[a.Asset] {
			r.Add(RuleDeferred, a.Path+" "+string(a.Asset), "it holds %d, the unspent coins were sold for %d", a.Balance, owed[a.Asset])
		}
		delete(owed, a.Asset)
	}
	for asset, n := range owed {
		r.Add(RuleDeferred, ledger.Deferred+" "+string(asset), "it does not exist, the unspent coins were sold for %d", n)
	}
	return nil
}
