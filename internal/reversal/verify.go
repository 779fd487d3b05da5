package reversal

import (
	"slices"

	"github.com/ovationhq/ovation/internal/ledger"
)

// The rules of refunds and disputes, by name.
const (
	RuleCharge    = "what went back of a charge is the sum of its refunds and disputes, and no more than was charged"
	RuleAside     = "the coins set aside of a lot are those of its refunds and disputes"
	RuleHeld      = "a refund or a dispute holds what it took until it is decided, and owes what bounced"
	RuleClawed    = "a refund or a dispute takes back of each earning what its coins became, for as long as it stands"
	RuleParts     = "of the coins that were spent, none are taken back twice"
	RuleTransfers = "a refund or a dispute has exactly the transfers of its state"
	RuleProvider  = "what a refund or a dispute moved of our balance is what the provider says"
	RuleDecided   = "what was decided about a dispute stands in the audit log, with who decided it"
	RuleSecond    = "what is given back above the rule's amount was agreed to by somebody else, and by nobody who gets it"
)

// Kinds are the kinds of the transfers that this package posts.
var Kinds = slices.Concat([]string{"refund.begun", "refund.completed", "refund.failed", "refund.bounced", "refund.repaid", "dispute.taken", "dispute.won", "dispute.lost", "dispute.regained", "dispute.returned"}, feeKinds)

// Checks are the rules of refunds and disputes for ledger verify.
func Checks() []ledger.Check {
	return []ledger.Check{checkCharge(), checkAside(), checkHeld(), checkClawed(), checkParts(), checkTransfers(), checkProvider(), checkDecided(), checkSecond()}
}

func checkCharge() ledger.Check {
	return ledger.Look(RuleCharge, ledger.Violation{Detail: "of its %d are %d refunded and %d disputed; its refunds are %d and its disputes %d",
		Query: `SELECT c.id, c.amount_units, c.refunded_units, c.disputed_units, CAST(COALESCE(s.refunded, 0) AS BIGINT), CAST(COALESCE(s.disputed, 0) AS BIGINT)
			FROM payment_charge c LEFT JOIN (SELECT charge_id, SUM(CASE WHEN state IN ('asking', 'pending', 'refunded', 'bounced', 'repaid') THEN amount_units ELSE 0 END) AS refunded,
					SUM(CASE WHEN state IN ('open', 'answered', 'lost') THEN amount_units - beyond_units ELSE 0 END) AS disputed FROM reversal GROUP BY charge_id) s ON s.charge_id = c.id
			WHERE c.refunded_units <> COALESCE(s.refunded, 0) OR c.disputed_units <> COALESCE(s.disputed, 0) OR c.refunded_units + c.disputed_units > c.amount_units`},
		ledger.Violation{Detail: "its charge %s was not paid by its person for its subject, or in another currency",
			Query: `SELECT r.id, r.charge_id FROM reversal r LEFT JOIN payment_charge c ON c.id = r.charge_id
				WHERE c.id IS NULL OR c.outcome <> 'succeeded' OR c.person_id <> r.person_id OR c.subject <> r.subject OR c.amount_asset <> r.amount_asset`})
}

func checkAside() ledger.Check {
	return ledger.Look(RuleAside, ledger.Violation{Detail: "%d of its coins are set aside, and by refunds and disputes %d",
		Query: `SELECT w.id, w.aside_coins, CAST(COALESCE(s.coins, 0) AS BIGINT) FROM wallet_lot w
			LEFT JOIN (SELECT lot_id, SUM(lot_coins) AS coins FROM reversal WHERE lot_id <> '' AND state IN ` + live + ` GROUP BY lot_id) s ON s.lot_id = w.id
			WHERE w.aside_coins <> COALESCE(s.coins, 0)`},
		ledger.Violation{Detail: "it is about %s, and the lot that it names is %q", Query: `SELECT r.id, r.subject, r.lot_id FROM reversal r
			WHERE r.lot_id <> '' AND NOT EXISTS (SELECT 1 FROM wallet_lot w WHERE w.id = r.lot_id AND w.cause = r.subject AND w.paid_asset = r.amount_asset)`})
}

func checkHeld() ledger.Check {
	return ledger.Look(RuleHeld, ledger.Violation{Detail: "it is %s, and its account holds %d coins and %d of money, expected %d and %d",
		Query: `SELECT s.id, s.state, CAST(s.coins AS BIGINT), CAST(s.units AS BIGINT), s.want_coins, s.want_units FROM (
				SELECT r.id AS id, r.state AS state, COALESCE(a.coins, 0) AS coins, COALESCE(a.units, 0) AS units,
					CASE WHEN r.state IN ('asking', 'pending', 'open', 'answered') THEN r.lot_coins ELSE 0 END AS want_coins,
					CASE WHEN r.state IN ('asking', 'pending', 'open', 'answered') THEN r.lot_units WHEN r.state = 'bounced' THEN r.moved_units ELSE 0 END AS want_units
				FROM reversal r LEFT JOIN (SELECT path, SUM(CASE WHEN asset = 'COIN' THEN balance ELSE 0 END) AS coins, SUM(CASE WHEN asset <> 'COIN' THEN balance ELSE 0 END) AS units
					FROM ledger_account WHERE path >= 'reversal/' AND path < 'reversal0' GROUP BY path) a ON a.path = 'reversal/' || r.id) s
			WHERE s.coins <> s.want_coins OR s.units <> s.want_units`},
		ledger.Violation{Detail: "it holds %d, and there is no such refund or dispute",
			Query: `SELECT a.path, a.balance FROM ledger_account a WHERE a.path >= 'reversal/' AND a.path < 'reversal0' AND NOT EXISTS (SELECT 1 FROM reversal r WHERE a.path = 'reversal/' || r.id)`})
}

func checkClawed() ledger.Check {
	return ledger.Look(RuleClawed,
		ledger.Violation{Detail: "of %s it should take back %d, and its claw takes %d", Query: `SELECT p.reversal_id, p.earning_id, CAST(SUM(p.diamonds) AS BIGINT), CAST(MAX(COALESCE(k.own, 0)) AS BIGINT)
			FROM reversal_part p LEFT JOIN earning_claw k ON k.cause = p.reversal_id AND k.earning_id = p.earning_id
			WHERE p.earning_id <> '' GROUP BY p.reversal_id, p.earning_id HAVING SUM(p.diamonds) <> MAX(COALESCE(k.own, 0))`},
		ledger.Violation{Detail: "it takes %d back for %s, which has no part in its earning", Query: `SELECT k.id, k.own, k.cause FROM earning_claw k LEFT JOIN reversal r ON r.id = k.cause
			WHERE r.id IS NULL OR r.lot_id <> '' AND NOT EXISTS (SELECT 1 FROM reversal_part p WHERE p.reversal_id = k.cause AND p.earning_id = k.earning_id)
				OR r.lot_id = '' AND NOT EXISTS (SELECT 1 FROM earning_accrual x WHERE x.cause = r.subject AND x.earning_id = k.earning_id)`},
		ledger.Violation{Detail: "it is %s, and %s is %s", Query: `SELECT k.id, k.state, r.id, r.state FROM earning_claw k JOIN reversal r ON r.id = k.cause
			WHERE k.state <> CASE WHEN r.state IN ('asking', 'pending', 'open', 'answered') THEN 'held' WHEN r.state IN ('refunded', 'bounced', 'repaid', 'lost') THEN 'kept' ELSE 'returned' END`})
}

func checkParts() ledger.Check {
	return ledger.Look(RuleParts,
		ledger.Violation{Detail: "it takes back %d coins that were spent, and its parts are %d", Query: `SELECT r.id, r.spent_coins, CAST(COALESCE(SUM(p.coins), 0) AS BIGINT) FROM reversal r LEFT JOIN reversal_part p ON p.reversal_id = r.id
			GROUP BY r.id, r.spent_coins HAVING COALESCE(SUM(p.coins), 0) <> r.spent_coins`},
		ledger.Violation{Detail: "%d of its coins are taken back in transfer %d, which spent %d of them", Query: `SELECT s.lot_id, CAST(s.coins AS BIGINT), s.seq, CAST(COALESCE(l.spent, 0) AS BIGINT) FROM
				(SELECT r.lot_id AS lot_id, p.seq AS seq, SUM(p.coins) AS coins FROM reversal_part p JOIN reversal r ON r.id = p.reversal_id WHERE r.state IN ` + live + ` GROUP BY r.lot_id, p.seq) s
				LEFT JOIN (SELECT l.seq AS seq, w.id AS lot_id, SUM(l.amount) AS spent FROM ledger_line l JOIN wallet_lot w ON w.account_id = l.from_account
					WHERE l.seq IN (SELECT seq FROM reversal_part) GROUP BY l.seq, w.id) l ON l.seq = s.seq AND l.lot_id = s.lot_id
			WHERE s.coins > COALESCE(l.spent, 0)`},
		ledger.Violation{Detail: "it is of coins that were not spent, and takes back %d that were", Query: `SELECT id, spent_coins FROM reversal WHERE unspent_only = 1 AND spent_coins > 0`})
}

// checkTransfers compares the transfers in the ledger with what the row says has
// happened. One that moves nothing is not in the books, such as the end of a dispute
// which was won as soon as it was heard of, about what had gone back before.
func checkTransfers() ledger.Check {
	return ledger.Look(RuleTransfers,
		ledger.Violation{Detail: "it is %s, and by its transfers its %s happened %d times", Query: `SELECT s.id, s.state, s.kind, CAST(s.have AS BIGINT) FROM (
				SELECT r.id AS id, r.state AS state, k.kind AS kind, r.amount_units - r.beyond_units AS own, (SELECT COUNT(*) FROM ledger_transfer t WHERE t.cause = r.id AND t.kind = k.kind) AS have,
					CASE k.kind WHEN 'refund.begun' THEN CASE WHEN r.state IN ('asking', 'pending', 'refunded', 'failed', 'bounced', 'repaid') AND r.lot_coins > 0 THEN 1 ELSE 0 END
						WHEN 'refund.completed' THEN CASE WHEN r.state IN ('refunded', 'bounced', 'repaid') THEN 1 ELSE 0 END
						WHEN 'refund.failed' THEN CASE WHEN r.state = 'failed' AND r.lot_coins > 0 THEN 1 ELSE 0 END
						WHEN 'refund.bounced' THEN CASE WHEN r.state IN ('bounced', 'repaid') THEN 1 ELSE 0 END
						WHEN 'refund.repaid' THEN CASE WHEN r.state = 'repaid' THEN 1 ELSE 0 END
						WHEN 'dispute.taken' THEN CASE WHEN r.moved_asset <> '' AND r.state IN ('open', 'answered', 'won', 'lost') THEN 1 ELSE 0 END
						WHEN 'dispute.won' THEN CASE WHEN r.state = 'won' THEN 1 ELSE 0 END
						WHEN 'dispute.lost' THEN CASE WHEN (r.state = 'lost' OR r.lost_us > 0) AND r.lot_id <> '' THEN 1 ELSE 0 END
						WHEN 'dispute.regained' THEN CASE WHEN r.state = 'won' AND r.lost_us > 0 AND r.lot_id <> '' THEN 1 ELSE 0 END END AS want
				FROM reversal r CROSS JOIN (SELECT 'refund.begun' AS kind UNION ALL SELECT 'refund.completed' UNION ALL SELECT 'refund.failed' UNION ALL SELECT 'refund.bounced' UNION ALL SELECT 'refund.repaid'
					UNION ALL SELECT 'dispute.taken' UNION ALL SELECT 'dispute.won' UNION ALL SELECT 'dispute.lost' UNION ALL SELECT 'dispute.regained') k
				WHERE (SUBSTR(r.id, 1, 4) = 'ref_') = (SUBSTR(k.kind, 1, 6) = 'refund')) s
			WHERE s.have <> s.want AND NOT (s.kind = 'dispute.won' AND s.state = 'won' AND s.own = 0 AND s.have = 0)`},
		ledger.Violation{Detail: "transfer %d is its %s, and there is no such refund or dispute",
			Query: `SELECT t.cause, t.seq, t.kind FROM ledger_transfer t WHERE (t.kind LIKE 'refund.%' OR t.kind LIKE 'dispute.%') AND NOT EXISTS (SELECT 1 FROM reversal r WHERE r.id = t.cause)`})
}

// checkProvider adds up what our account at the provider gave for it, and got back.
func checkProvider() ledger.Check {
	return ledger.Look(RuleProvider, ledger.Violation{Detail: "it is %s and took %d and a fee of %d; in the books are %d", Args: []any{ledger.Provider},
		Query: `SELECT s.id, s.state, s.moved, s.fee, CAST(s.net AS BIGINT) FROM (
				SELECT r.id AS id, r.state AS state, r.moved_units AS moved, r.fee_units AS fee, COALESCE((SELECT c.amount_units FROM casework_case c
						WHERE c.kind = 'difference' AND c.subject = r.id AND c.part = 'returned'), 0) AS back,
					COALESCE(SUM(CASE WHEN o.path = $1 THEN l.amount WHEN f.path = $1 THEN -l.amount ELSE 0 END), 0) AS net
				FROM reversal r LEFT JOIN ledger_transfer t ON t.cause = r.id LEFT JOIN ledger_line l ON l.seq = t.seq
					LEFT JOIN ledger_account f ON f.id = l.from_account LEFT JOIN ledger_account o ON o.id = l.to_account GROUP BY r.id, r.state, r.moved_units, r.fee_units) s
			WHERE CASE WHEN s.state IN ('open', 'answered', 'lost', 'refunded') THEN s.net <> s.moved + s.fee - s.back WHEN s.state IN ('bounced', 'repaid') THEN ABS(s.net + s.back) > 1
				WHEN s.state = 'won' THEN s.net <> s.fee AND NOT EXISTS (SELECT 1 FROM casework_case c WHERE c.kind = 'difference' AND c.subject = s.id) ELSE s.net <> s.fee END`})
}

// checkDecided looks for decisions of nobody.
func checkDecided() ledger.Check {
	return ledger.Look(RuleDecided, ledger.Violation{Detail: "it was answered or given up, and by the audit log nobody did that",
		Query: `SELECT r.id FROM reversal r WHERE SUBSTR(r.id, 1, 4) = 'dsp_' AND (
			((r.evidence <> '' OR r.intent = 'answer') AND NOT EXISTS (SELECT 1 FROM audit_entry a WHERE a.subject = r.id AND a.verb = 'dispute.answer'))
			OR ((r.note <> '' OR r.intent = 'accept') AND NOT EXISTS (SELECT 1 FROM audit_entry a WHERE a.subject = r.id AND a.verb = 'dispute.accept')))`})
}

// checkSecond adds up what one operator has given back alone, and looks into the
// audit log, where both have signed. Where the limit was not written down (below
// zero) nobody knows.
func checkSecond() ledger.Check {
	const given = "SUBSTR(r.id, 1, 4) = 'ref_' AND r.reason <> '" + Withdrawal + "' AND r.asked_by <> '" + byProviderName + "'"
	return ledger.Look(RuleSecond,
		ledger.Violation{Detail: "%s proposed it and agreed to it",
			Query: `SELECT a.subject, a.actor FROM audit_entry a JOIN reversal r ON r.id = a.subject WHERE a.verb = 'refund.agree' AND a.actor = r.asked_by`},
		ledger.Violation{Detail: "%s agreed to what %s proposed for %s, and did not sign it, is a key, or is one of them",
			Query: `SELECT r.id, r.agreed_by, r.asked_by, r.person_id FROM reversal r WHERE r.agreed_by <> '' AND (r.agreed_by IN (r.asked_by, r.person_id) OR SUBSTR(r.agreed_by, 1, 4) = 'key_' AND r.agree_units >= 0
				OR NOT EXISTS (SELECT 1 FROM audit_entry a WHERE a.subject = r.id AND a.verb = 'refund.agree' AND a.actor = r.agreed_by))`},
		ledger.Violation{Detail: "%s gave it back to themselves", Query: "SELECT r.id, r.asked_by FROM reversal r WHERE r.asked_by = r.person_id AND r.agree_units >= 0 AND " + given},
		ledger.Violation{Detail: "nobody agreed to it, and with what was given back alone before it comes to %d %s; the rule is %d %s", Args: []any{together.Microseconds()},
			Query: `SELECT s.id, CAST(s.sum AS BIGINT), s.amount_asset, s.agree_units, s.agree_asset FROM (
					SELECT r.id AS id, r.amount_asset AS amount_asset, r.agree_units AS agree_units, r.agree_asset AS agree_asset, (SELECT SUM(amount_units) FROM reversal WHERE person_id = r.person_id
						AND amount_asset = r.amount_asset AND id <= r.id AND (subject = r.subject OR opened_us > r.opened_us - $1) AND ` + alone + `) AS sum
					FROM reversal r WHERE r.agreed_by = '' AND r.agree_units >= 0 AND r.state NOT IN ('proposed', 'declined', 'failed') AND ` + given + `) s
				WHERE s.amount_asset <> s.agree_asset OR s.sum > s.agree_units`},
		ledger.Violation{Detail: "%d %s were paid in another way on one person's word (%s proposed it); the rule is %d %s",
			Query: `SELECT r.id, r.moved_units, r.moved_asset, r.repay_by, r.agree_units, r.agree_asset FROM reversal r WHERE r.state = 'repaid' AND r.agree_units >= 0
				AND (r.moved_asset <> r.agree_asset OR r.moved_units > r.agree_units)
				AND (r.repay_by = '' OR NOT EXISTS (SELECT 1 FROM audit_entry a WHERE a.subject = r.id AND a.verb = 'refund.repay' AND a.actor <> r.repay_by))`})
}
