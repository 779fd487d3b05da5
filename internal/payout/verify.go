package payout

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
)

// The rules of payouts, by name.
const (
	RuleLines   = "a payout is the sum of its lines, and an earning's paid part the sum of its live lines"
	RuleAccount = "a payout's account holds its amount until it was transferred, and nothing afterwards"
)

// Checks are the rules of payouts for ledger verify.
func Checks() []ledger.Check {
	return []ledger.Check{{Name: RuleLines, Run: checkLines}, {Name: RuleAccount, Run: checkAccount}}
}

func findings(ctx context.Context, tx *db.Tx, r *ledger.Report, rule, detail, query string) error {
	rows, err := tx.Query(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var row string
		var have, want int64
		if err := rows.Scan(&row, &have, &want); err != nil {
			return err
		}
		r.Add(rule, row, detail, have, want)
	}
	return rows.Err()
}

func checkLines(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	err := findings(ctx, tx, r, RuleLines, "its lines sum to %d, its amount is %d", `SELECT p.id, CAST(COALESCE(SUM(l.units), 0) AS BIGINT), p.amount_units
		FROM payout p LEFT JOIN payout_line l ON l.payout_id = p.id GROUP BY p.id, p.amount_units HAVING COALESCE(SUM(l.units), 0) <> p.amount_units`)
	if err != nil {
		return err
	}
	return findings(ctx, tx, r, RuleLines, "%d were paid out of it, it says %d", `SELECT e.id, CAST(COALESCE(SUM(l.units), 0) AS BIGINT), e.paid_units
		FROM earning e LEFT JOIN (SELECT l.earning_id AS earning_id, l.units AS units FROM payout_line l JOIN payout p ON p.id = l.payout_id
			WHERE p.state NOT IN ('failed', 'canceled', 'returned')) l ON l.earning_id = e.id
		GROUP BY e.id, e.paid_units HAVING COALESCE(SUM(l.units), 0) <> e.paid_units`)
}

func checkAccount(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	return findings(ctx, tx, r, RuleAccount, "its account holds %d, expected %d", `SELECT s.id, s.have, s.want FROM (
		SELECT p.id AS id, COALESCE(a.balance, 0) AS have,
			CASE WHEN p.state IN ('scheduled', 'sending') AND p.transfer_id = '' THEN p.amount_units ELSE 0 END AS want
		FROM payout p LEFT JOIN ledger_account a ON a.path = 'payout/' || p.id AND a.asset = p.amount_asset) s WHERE s.have <> s.want`)
}
