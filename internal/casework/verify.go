package casework

import (
	"context"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
)

// The rules of cases, by name.
const (
	RuleClosed   = "a closed case says who decided what and when, and an open one is not decided"
	RuleSuspense = "what stands in suspense is the open differences, and nothing else"
	RuleSettled  = "a difference that is closed was moved out of suspense once, and an open one was not"
	RuleSecond   = "a difference above the limit was written off by two people"
	RuleOld      = "no difference stands in suspense for more than seven days"
)

// Longest is for how long a difference may stay open.
const Longest = 7 * 24 * time.Hour

// Checks are the rules of cases for ledger verify.
func Checks() []ledger.Check {
	return []ledger.Check{
		ledger.Look(RuleClosed, ledger.Violation{Detail: "it is %s, closed at %d by %q with the decision %q",
			Query: `SELECT id, state, closed_us, closed_by, decision FROM casework_case
				WHERE (state = 'closed' AND (closed_us < opened_us OR closed_by = '' OR decision = '')) OR (state = 'open' AND (closed_us <> 0 OR closed_by <> '' OR decision <> ''))
				OR state NOT IN ('open', 'closed')`}),
		ledger.Look(RuleSuspense, ledger.Violation{Detail: "it holds %d %s, its open differences come to %d",
			Query: `SELECT s.path, CAST(SUM(s.have) AS BIGINT), s.asset, CAST(SUM(s.want) AS BIGINT) FROM (
				SELECT path, asset, balance AS have, 0 AS want FROM ledger_account WHERE path LIKE 'suspense/%'
				UNION ALL SELECT account, amount_asset, 0, amount_units FROM casework_case WHERE kind = 'difference' AND state = 'open') s
				GROUP BY s.path, s.asset HAVING SUM(s.have) <> SUM(s.want)`}),
		checkSettled(),
		ledger.Look(RuleSecond, ledger.Violation{Detail: "%d %s were written off by %s, proposed by %q; the limit is %d %s",
			Query: `SELECT c.id, c.amount_units, c.amount_asset, c.closed_by, c.proposed_by, c.agree_units, c.agree_asset FROM casework_case c
				WHERE c.kind = 'difference' AND c.state = 'closed' AND c.decision = 'written_off' AND c.agree_units >= 0
				AND (c.amount_asset <> c.agree_asset OR ABS(c.amount_units) > c.agree_units)
				AND (c.proposed_by IN ('', c.closed_by) OR NOT EXISTS (SELECT 1 FROM audit_entry a WHERE a.subject = c.id AND a.verb = 'case.propose' AND a.actor = c.proposed_by))`}),
		{Name: RuleOld, Run: checkOld},
	}
}

// checkSettled compares each case with the transfer of its decision.
func checkSettled() ledger.Check {
	return ledger.Look(RuleSettled,
		ledger.Violation{Detail: "it is %s (%q), and %d transfers settle it",
			Query: `SELECT c.id, c.state, c.decision, COUNT(t.seq) FROM casework_case c
				LEFT JOIN ledger_transfer t ON t.cause = c.id AND t.kind = 'difference.' || c.decision
				WHERE c.kind = 'difference' GROUP BY c.id, c.state, c.decision HAVING COUNT(t.seq) <> CASE WHEN c.state = 'closed' THEN 1 ELSE 0 END`},
		ledger.Violation{Detail: "transfer %d moves %d from %s to %s, the case is about %d of %s",
			Query: `SELECT c.id, t.seq, l.amount, f.path, o.path, c.amount_units, c.account FROM casework_case c
				JOIN ledger_transfer t ON t.cause = c.id AND t.kind IN ('difference.written_off', 'difference.cleared') JOIN ledger_line l ON l.seq = t.seq
				JOIN ledger_account f ON f.id = l.from_account JOIN ledger_account o ON o.id = l.to_account
				WHERE NOT (f.asset = c.amount_asset AND ((c.amount_units = l.amount AND f.path = c.account AND o.path = CASE t.kind WHEN 'difference.cleared' THEN 'provider/stripe' ELSE 'platform/cost/difference' END)
					OR (c.amount_units = -l.amount AND o.path = c.account AND f.path = CASE t.kind WHEN 'difference.cleared' THEN 'provider/stripe' ELSE 'platform/cost/difference' END)))`},
		ledger.Violation{Detail: "transfer %d settles no difference", Query: `SELECT t.cause, t.seq FROM ledger_transfer t WHERE t.kind LIKE 'difference.%'
			AND NOT EXISTS (SELECT 1 FROM casework_case c WHERE c.id = t.cause AND c.kind = 'difference')`})
}

// checkOld tells of the differences that nobody has looked into.
func checkOld(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	return ledger.Look(RuleOld, ledger.Violation{Detail: "it is open since %s, with %d %s; close it with a reason", Args: []any{tx.Now().Add(-Longest).UnixMicro()},
		Query: `SELECT id, CAST(opened_us AS TEXT), amount_units, amount_asset FROM casework_case WHERE kind = 'difference' AND state = 'open' AND opened_us < $1`}).Run(ctx, tx, r)
}
