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
)

// Kinds are the kinds of the transfers that this package posts.
var Kinds = []string{"earning.available"}

// Checks are the rules of earnings for ledger verify.
func Checks() []ledger.Check {
	return []ledger.Check{
		// What the other checks, which join the account and the rate card, would pass over.
		ledger.Look(RuleWhole, ledger.Violation{Detail: "its account is %q, its rate card %q and its source %q",
			Query: `SELECT e.id, COALESCE(a.path, ''), e.rule, e.source FROM earning e
				LEFT JOIN ledger_account a ON a.id = e.account_id LEFT JOIN rate_card c ON c.version = e.rule
				WHERE a.path IS NULL OR a.path <> 'earning/' || e.id OR a.asset <> 'DIAMOND' OR c.version IS NULL OR e.source NOT IN ('gift', 'video_gift')`}),
		{Name: RuleMatured, Run: checkMatured},
		ledger.Look(RuleAvailable, ledger.Violation{Detail: "the earnings have %d more left than the account holds",
			Query: `SELECT p.path || ' ' || p.asset, CAST(SUM(p.units) AS BIGINT) FROM (
					SELECT 'creator/' || creator_id || '/available' AS path, amount_asset AS asset, amount_units - paid_units AS units FROM earning
					UNION ALL SELECT path, asset, -balance FROM ledger_account WHERE path >= 'creator/' AND path < 'creator0'
				) AS p GROUP BY p.path, p.asset HAVING SUM(p.units) <> 0`}),
		{Name: RuleDiamonds, Run: checkDiamonds},
		checkPosted(),
		{Name: RuleParts, Run: checkParts},
		ledger.Look(RuleHold, ledger.Violation{Detail: "it is held until %d, its rate card says %d (µs)",
			Query: `SELECT e.id, e.available_us, (e.day + 1 + c.hold_days) * 86400000000 FROM earning e JOIN rate_card c ON c.version = e.rule
				WHERE e.available_us <> (e.day + 1 + c.hold_days) * 86400000000`}),
	}
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

// checkPosted compares each earning with its own lines in the ledger: sums
// over all earnings would not see what one got and another lacks.
func checkPosted() ledger.Check {
	return ledger.Look(RulePosted, ledger.Violation{Detail: "%d diamonds were credited to it, it says %d",
		Query: `SELECT e.id, CAST(SUM(l.amount) AS BIGINT), e.diamonds FROM ledger_line l JOIN earning e ON e.account_id = l.to_account
			WHERE e.state = 'available' GROUP BY e.id, e.diamonds HAVING SUM(l.amount) <> e.diamonds`,
	}, ledger.Violation{Detail: "%d diamonds were converted, it says %d; %d became available to its creator, it says %d",
		Query: `SELECT s.id, CAST(s.converted AS BIGINT), s.diamonds, CAST(s.paid AS BIGINT), s.units
			FROM (SELECT e.id AS id, e.diamonds AS diamonds, e.amount_units AS units,
					COALESCE(SUM(CASE WHEN l.from_account = e.account_id THEN l.amount ELSE 0 END), 0) AS converted,
					COALESCE(SUM(CASE WHEN a.path = 'creator/' || e.creator_id || '/available' AND a.asset = e.amount_asset THEN l.amount ELSE 0 END), 0) AS paid
				FROM earning e LEFT JOIN ledger_transfer t ON t.cause = e.id AND t.kind = 'earning.available'
				LEFT JOIN ledger_line l ON l.seq = t.seq LEFT JOIN ledger_account a ON a.id = l.to_account
				GROUP BY e.id, e.diamonds, e.amount_units) s
			WHERE s.converted <> s.diamonds OR s.paid <> s.units`,
	}, ledger.Violation{Detail: "it was converted at %d and held until %d (µs), or under another rate card, or is said to be pending",
		Query: `SELECT e.id, t.at_us, e.available_us FROM earning e JOIN ledger_transfer t ON t.cause = e.id AND t.kind = 'earning.available'
			WHERE e.state <> 'available' OR t.at_us < e.available_us OR t.rule <> e.rule`,
	}, ledger.Violation{Detail: "transfer %d converted it, and there is no such earning",
		Query: `SELECT t.cause, t.seq FROM ledger_transfer t WHERE t.kind = 'earning.available' AND NOT EXISTS (SELECT 1 FROM earning e WHERE e.id = t.cause)`})
}
