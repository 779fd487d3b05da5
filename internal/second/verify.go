package second

import (
	"fmt"
	"strings"

	"github.com/ovationhq/ovation/internal/ledger"
)

// The rules of decisions, by name.
const (
	RuleAlone  = "what one person decides alone comes to no more than the limit that was in force"
	RuleTwo    = "what needs two people was decided by two, who are not the same, are persons, and get none of it"
	RuleSigned = "each decision is signed in the audit log by who took it, and what is signed was decided"
)

// done are the states of what was decided.
const done = "('alone', 'agreed', 'undone')"

// Checks are the rules of decisions for ledger verify; kinds are all that there are.
func Checks(kinds ...string) []ledger.Check {
	named := "('" + strings.Join(kinds, "', '") + "')"
	return []ledger.Check{
		ledger.Look(RuleAlone, ledger.Violation{Detail: "%s did %s alone, and with what was done alone before it comes to %d %s; the limit is %d %s", Args: []any{Together.Microseconds()},
			Query: `SELECT s.subject, s.proposed_by, s.kind, CAST(s.sum AS BIGINT), s.amount_asset, s.limit_units, s.limit_asset FROM (
					SELECT d.subject AS subject, d.proposed_by AS proposed_by, d.kind AS kind, d.amount_asset AS amount_asset, d.limit_units AS limit_units, d.limit_asset AS limit_asset,
						(SELECT SUM(b.amount_units) FROM second_decision b WHERE b.gets = d.gets AND b.kind = d.kind AND b.amount_asset = d.amount_asset AND b.state = 'alone'
							AND b.n <= d.n AND b.proposed_us > d.proposed_us - $1) AS sum
					FROM second_decision d WHERE d.state = 'alone' AND d.limit_units >= 0) s
				WHERE s.amount_asset <> s.limit_asset OR s.sum > s.limit_units`},
			ledger.Violation{Detail: "%s did %s alone, and the limit was not written down, as it is since the decision %d", // of before that it stands nowhere
				Query: `SELECT d.subject, d.proposed_by, d.kind, f.n FROM second_decision d, (SELECT MIN(n) AS n FROM second_decision WHERE limit_units >= 0) f WHERE d.limit_units < 0 AND d.n > f.n`}),
		ledger.Look(RuleTwo, ledger.Violation{Detail: "%s proposed %s, and %s agreed; %s gets it",
			Query: `SELECT d.subject, d.proposed_by, d.kind, d.ended_by, d.gets FROM second_decision d
				WHERE d.state = 'agreed' AND (d.ended_by IN ('', d.proposed_by, d.gets) OR SUBSTR(d.ended_by, 1, 4) = 'key_')`},
			ledger.Violation{Detail: "%s decided %s for themselves", Query: `SELECT d.subject, d.proposed_by, d.kind FROM second_decision d WHERE d.proposed_by = d.gets AND d.limit_units >= 0`}),
		ledger.Look(RuleSigned,
			ledger.Violation{Detail: "%s is %s, and %s has not signed it in the audit log", Query: fmt.Sprintf(`SELECT s.subject, s.kind, s.state, s.who FROM (
					SELECT subject, kind, state, proposed_by AS who, kind || CASE WHEN ended_by = '' AND state IN %[1]s THEN '' ELSE '_propose' END AS verb FROM second_decision
					UNION ALL SELECT subject, kind, state, ended_by, CASE WHEN state = 'declined' THEN kind || '_decline' ELSE kind END FROM second_decision WHERE ended_by <> '') s
				WHERE NOT EXISTS (SELECT 1 FROM audit_entry a WHERE a.subject = s.subject AND a.verb = s.verb AND a.actor = s.who)`, done)},
			ledger.Violation{Detail: "by the audit log %s did %s, and nobody decided that", Query: fmt.Sprintf(`SELECT a.subject, a.actor, a.verb FROM audit_entry a WHERE a.verb IN %s
				AND NOT EXISTS (SELECT 1 FROM second_decision d WHERE d.subject = a.subject AND d.kind = a.verb AND d.state IN %s AND CASE WHEN d.ended_by = '' THEN d.proposed_by ELSE d.ended_by END = a.actor)`, named, done)}),
	}
}
