package earnings

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
)

// The rules of earnings, by name.
const (
	RuleWhole     = "every earning has the account with its name and the rate card that it names"
	RuleMatured   = "a matured earning is floor(diamonds × rate), and its account is empty"
	RuleAvailable = "what a creator has available is what the earnings have left"
	RuleDiamonds  = "diamonds issued are pending or converted"
	RulePosted    = "a matured earning is what was credited to it, converted once, under its rate card and not before its hold ended"
	RuleHold      = "an earning is held for the days of its rate card"
)

// Checks are the rules of earnings for ledger verify.
func Checks() []ledger.Check {
	return []ledger.Check{
		{Name: RuleWhole, Run: checkWhole},
		{Name: RuleMatured, Run: checkMatured},
		{Name: RuleAvailable, Run: checkAvailable},
		{Name: RuleDiamonds, Run: checkDiamonds},
		{Name: RulePosted, Run: checkPosted},
		{Name: RuleHold, Run: checkHold},
	}
}

// checkWhole finds the earnings that the other checks, which join the account
// and the rate card, would pass over.
func checkWhole(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	rows, err := tx.Query(ctx, `SELECT e.id, COALESCE(a.path, ''), e.rule FROM earning e
		LEFT JOIN ledger_account a ON a.id = e.account_id LEFT JOIN rate_card c ON c.version = e.rule
		WHERE a.path IS NULL OR a.path <> 'earning/' || e.id OR a.asset <> 'DIAMOND' OR c.version IS NULL`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var earning, path, rule string
		if err := rows.Scan(&earning, &path, &rule); err != nil {
			return err
		}
		r.Add(RuleWhole, earning, "its account is %q and its rate card %q", path, rule)
	}
	return rows.Err()
}

func checkMatured(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	rows, err := tx.Query(ctx, `SELECT e.id, e.diamonds, e.amount_units, a.balance, c.pay_num, c.pay_den
		FROM earning e JOIN ledger_account a ON a.id = e.account_id JOIN rate_card c ON c.version = e.rule
		WHERE e.state = 'available'`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var earning string
		var diamonds, amount, left int64
		var c RateCard
		if err := rows.Scan(&earning, &diamonds, &amount, &left, &c.PayNum, &c.PayDen); err != nil {
			return err
		}
		want, err := c.Pay(diamonds)
		if err != nil || want != amount || left != 0 {
			r.Add(RuleMatured, earning, "%d diamonds became %d, expected %d; %d diamonds are left", diamonds, amount, want, left)
		}
	}
	return rows.Err()
}

func checkAvailable(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	rows, err := tx.Query(ctx, `SELECT p.path, p.asset, CAST(SUM(p.units) AS BIGINT) FROM (
			SELECT 'creator/' || creator_id || '/available' AS path, amount_asset AS asset, amount_units - paid_units AS units FROM earning
			UNION ALL SELECT path, asset, -balance FROM ledger_account WHERE path >= 'creator/' AND path < 'creator0'
		) AS p GROUP BY p.path, p.asset HAVING SUM(p.units) <> 0`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var path, asset string
		var diff int64
		if err := rows.Scan(&path, &asset, &diff); err != nil {
			return err
		}
		r.Add(RuleAvailable, path+" "+asset, "the earnings have %d more left than the account holds", diff)
	}
	return rows.Err()
}

func checkDiamonds(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	var pending, converted int64
	err := tx.Row(ctx, `SELECT CAST(COALESCE(SUM(CASE WHEN e.state = 'pending' THEN a.balance ELSE 0 END), 0) AS BIGINT), CAST(COALESCE(SUM(e.diamonds), 0) AS BIGINT)
		FROM earning e JOIN ledger_account a ON a.id = e.account_id`).Scan(&pending, &converted)
	if err != nil {
		return err
	}
	issued, err := ledger.Balance(ctx, tx, ledger.Ref{Path: ledger.DiamondsIssued, Asset: money.Diamond})
	if err != nil {
		return err
	}
	if -issued != pending+converted {
		r.Add(RuleDiamonds, ledger.DiamondsIssued, "%d were issued, %d are pending and %d were converted", -issued, pending, converted)
	}
	return nil
}
