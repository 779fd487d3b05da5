package earnings

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
)

// The rules of earnings, by name.
const (
	RuleWhole     = "every earning has the account with its name, the rate card that it names, and a source that is known"
	RuleMatured   = "a matured earning is floor(diamonds × rate), and its account is empty"
	RuleAvailable = "what a creator has available is what the earnings have left"
	RuleDiamonds  = "diamonds issued are pending or converted"
	RulePosted    = "a matured earning is what was credited to it, converted once, under its rate card and not before its hold ended"
	RuleParts     = "what creators earned by place, fan and gift is the sum of the gifts, as far as they are added up"
	RuleHold      = "an earning is held for the days of its rate card"
	RuleAccrued   = "what earned money is booked into its earning with its amount, and nothing else is"
	RuleClawed    = "what was taken back of an earning is the sum of its claws, at the earning's rate"
	RuleClaws     = "a claw holds what it took until it ends, and then everything went where its end says"
	RuleRecovered = "what of a payout that came back repaid the reserve is booked with its claw, and nothing else is"
)

// Kinds are the kinds of the transfers that this package posts.
var Kinds = []string{"earning.available", "claw.held", "claw.kept", "claw.regained", "claw.returned", "claw.recovered"}

// Checks are the rules of earnings for ledger verify.
func Checks() []ledger.Check {
	return []ledger.Check{
		// What the other checks, which join the account and the rate card, would pass over.
		ledger.Look(RuleWhole, ledger.Violation{Detail: "its account is %q, its rate card %q and its source %q",
			Query: `SELECT e.id, COALESCE(a.path, ''), e.rule, e.source FROM earning e
				LEFT JOIN ledger_account a ON a.id = e.account_id LEFT JOIN rate_card c ON c.version = e.rule
				WHERE a.path IS NULL OR a.path <> 'earning/' || e.id OR a.asset <> e.own_asset OR c.version IS NULL OR e.source NOT IN ('gift', 'video_gift', 'tip')
					OR (e.own_asset = 'DIAMOND') <> (e.source IN ('gift', 'video_gift'))`}),
		{Name: RuleMatured, Run: checkMatured},
		ledger.Look(RuleAvailable, ledger.Violation{Detail: "the earnings have %d more left than the account holds",
			Query: `SELECT p.path || ' ' || p.asset, CAST(SUM(p.units) AS BIGINT) FROM (
					SELECT 'creator/' || creator_id || '/available' AS path, amount_asset AS asset, amount_units - clawed_units - paid_units AS units FROM earning
					UNION ALL SELECT path, asset, -balance FROM ledger_account WHERE path >= 'creator/' AND path < 'creator0'
				) AS p GROUP BY p.path, p.asset HAVING SUM(p.units) <> 0`}),
		{Name: RuleDiamonds, Run: checkDiamonds},
		checkPosted(), checkAccrued(), checkClawed(), checkClaws(), checkRecovered(),
		{Name: RuleParts, Run: checkParts},
		ledger.Look(RuleHold, ledger.Violation{Detail: "it is held until %d, its rate card says %d (µs)",
			Query: `SELECT e.id, e.available_us, (e.day + 1 + c.hold_days) * 86400000000 FROM earning e JOIN rate_card c ON c.version = e.rule
				WHERE e.available_us <> (e.day + 1 + c.hold_days) * 86400000000`}),
	}
}

func checkMatured(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	rows, err := tx.Query(ctx, `SELECT e.id, e.diamonds, e.amount_units, a.balance, c.pay_num, c.pay_den
		FROM earning e JOIN ledger_account a ON a.id = e.account_id JOIN rate_card c ON c.version = e.rule
		WHERE e.state = 'available' AND e.own_asset = 'DIAMOND'`)
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

// checkDiamonds: what was taken back while it was pending is neither pending nor
// converted; kept, it was never issued.
func checkDiamonds(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	var pending, converted, clawed, held int64
	err := tx.Row(ctx, `SELECT CAST(COALESCE(SUM(CASE WHEN e.state = 'pending' THEN a.balance ELSE 0 END), 0) AS BIGINT), CAST(COALESCE(SUM(e.diamonds), 0) AS BIGINT)
		FROM earning e JOIN ledger_account a ON a.id = e.account_id WHERE e.own_asset = 'DIAMOND'`).Scan(&pending, &converted)
	if err != nil {
		return err
	}
	err = tx.Row(ctx, `SELECT CAST(COALESCE(SUM(CASE WHEN e.state = 'available' AND c.state <> 'returned' THEN c.moved ELSE 0 END), 0) AS BIGINT),
			CAST(COALESCE(SUM(CASE WHEN c.state = 'held' THEN c.moved ELSE 0 END), 0) AS BIGINT)
		FROM earning_claw c JOIN earning e ON e.id = c.earning_id WHERE e.own_asset = 'DIAMOND'`).Scan(&clawed, &held)
	if err != nil {
		return err
	}
	issued, err := ledger.Balance(ctx, tx, ledger.Ref{Path: ledger.DiamondsIssued, Asset: money.Diamond})
	if err != nil {
		return err
	}
	if converted -= clawed; -issued != pending+converted+held {
		r.Add(RuleDiamonds, ledger.DiamondsIssued, "%d were issued, %d are pending, %d were converted and %d are held by claws", -issued, pending, converted, held)
	}
	return nil
}
