package payout

import "github.com/ovationhq/ovation/internal/ledger"

// The rules of payouts, by name.
const (
	RuleLines     = "a payout is the sum of its lines, and an earning's paid part the sum of its live lines"
	RuleAccount   = "a payout's account holds its amount until it was transferred, and nothing afterwards"
	RuleTransfers = "a payout has exactly the transfers of its state, each of its amount between the right accounts"
	RuleLimits    = "a payout is at least the minimum of its currency, and what goes to a creator on a day is at most the cap"
	RuleEarned    = "a payout takes from its creator's own earnings, which were available when it was requested"
	RuleHeld      = "a held payout says why, who holds it, since when and until when if it has an end, and no other payout does"
	RuleBegun     = "a payout began when it was to go, and not while its bank was new"
	RuleKnown     = "a payout began when its creator's account at the provider lacked nothing, and went to that account"
	RuleGroup     = "the payouts of a request are of one creator, one currency and one month"
	RuleMonth     = "a month of the calendar is paid once, by payouts that sum to what it says"
	RuleReserve   = "the reserve bears only what had left or was under way when it was taken"
	RuleTakenBack = "a payout is canceled for a refund or a dispute only if that takes back of one of its earnings, and repaid what the books say"
	RuleReleased  = "what waits for somebody to agree to a release is a payout that an operator holds"
	RuleLetGo     = "what an operator held without an end went on only after its release was decided"
	RuleCalendar  = "what goes by the calendar alone is in no payout on request"
)

// Kinds are the kinds of the transfers that this package posts.
var Kinds = []string{"payout.scheduled", "payout.transferred", "payout.failed", "payout.canceled", "payout.returned"}

// Checks are the rules of payouts for ledger verify.
func Checks() []ledger.Check {
	return []ledger.Check{checkLines(), checkAccount(), checkTransfers(), checkLimits(), checkEarned(), checkHeld(), checkBegun(), checkKnown(), checkGroup(), checkMonth(), checkCalendar(), checkReserve(), checkTakenBack(), checkReleased(), checkLetGo()}
}

func checkLines() ledger.Check {
	return ledger.Look(RuleLines,
		ledger.Violation{Detail: "its lines sum to %d, its amount is %d", Query: `SELECT p.id, CAST(COALESCE(SUM(l.units), 0) AS BIGINT), p.amount_units
			FROM payout p LEFT JOIN payout_line l ON l.payout_id = p.id GROUP BY p.id, p.amount_units HAVING COALESCE(SUM(l.units), 0) <> p.amount_units`},
		ledger.Violation{Detail: "%d were paid out of it, it says %d", Query: `SELECT e.id, CAST(COALESCE(SUM(l.units), 0) AS BIGINT), e.paid_units
			FROM earning e LEFT JOIN (SELECT l.earning_id AS earning_id, l.units AS units FROM payout_line l JOIN payout p ON p.id = l.payout_id
				WHERE p.state NOT IN ('failed', 'canceled', 'returned')) l ON l.earning_id = e.id
			GROUP BY e.id, e.paid_units HAVING COALESCE(SUM(l.units), 0) <> e.paid_units`})
}

func checkAccount() ledger.Check {
	return ledger.Look(RuleAccount, ledger.Violation{Detail: "its account holds %d, expected %d", Query: `SELECT s.id, s.have, s.want FROM (
		SELECT p.id AS id, COALESCE(a.balance, 0) AS have,
			CASE WHEN p.state IN ('scheduled', 'held', 'sending') AND p.transfer_id = '' THEN p.amount_units ELSE 0 END AS want
		FROM payout p LEFT JOIN ledger_account a ON a.path = 'payout/' || p.id AND a.asset = p.amount_asset) s WHERE s.have <> s.want`})
}

// checkTransfers compares the transfers in the ledger with what the row says
// has happened. The ledger itself has at most one of a kind for each payout.
func checkTransfers() ledger.Check {
	return ledger.Look(RuleTransfers,
		ledger.Violation{Detail: "it happened %d times, by its payout's state it happened %d times", Query: `SELECT s.id || ' ' || s.kind, CAST(s.have AS BIGINT), CAST(s.want AS BIGINT) FROM (
			SELECT p.id AS id, k.kind AS kind, (SELECT COUNT(*) FROM ledger_transfer t WHERE t.cause = p.id AND t.kind = k.kind) AS have,
				CASE WHEN k.kind = 'payout.scheduled' OR (k.kind = 'payout.transferred' AND p.transfer_id <> '') OR k.kind = 'payout.' || p.state
					AND p.state IN ('failed', 'canceled', 'returned') THEN 1 ELSE 0 END AS want
			FROM payout p CROSS JOIN (SELECT 'payout.scheduled' AS kind UNION ALL SELECT 'payout.transferred' UNION ALL SELECT 'payout.failed'
				UNION ALL SELECT 'payout.canceled' UNION ALL SELECT 'payout.returned') k) s WHERE s.have <> s.want`},
		ledger.Violation{Detail: "%d of its %d lines move the payout's amount between the right accounts, and it should have one line", Query: `SELECT s.id || ' ' || s.kind, CAST(SUM(s.fits) AS BIGINT), CAST(COUNT(*) AS BIGINT) FROM (
			SELECT p.id AS id, t.kind AS kind, CASE WHEN l.amount = p.amount_units AND f.asset = p.amount_asset
				AND f.path = CASE t.kind WHEN 'payout.scheduled' THEN 'creator/' || p.creator_id || '/available' WHEN 'payout.returned' THEN 'provider/stripe' ELSE 'payout/' || p.id END
				AND o.path = CASE t.kind WHEN 'payout.scheduled' THEN 'payout/' || p.id WHEN 'payout.transferred' THEN 'provider/stripe' ELSE 'creator/' || p.creator_id || '/available' END
				THEN 1 ELSE 0 END AS fits
			FROM payout p JOIN ledger_transfer t ON t.cause = p.id AND t.kind LIKE 'payout.%' JOIN ledger_line l ON l.seq = t.seq
				JOIN ledger_account f ON f.id = l.from_account JOIN ledger_account o ON o.id = l.to_account) s
			GROUP BY s.id, s.kind HAVING SUM(s.fits) <> 1 OR COUNT(*) <> 1`},
		ledger.Violation{Detail: "transfer %d has no payout", Query: `SELECT t.cause, t.seq FROM ledger_transfer t
			WHERE t.kind LIKE 'payout.%' AND NOT EXISTS (SELECT 1 FROM payout p WHERE p.id = t.cause)`})
}

// limits are the bounds of each currency, by the version that a payout names.
const limits = `(SELECT version, pay_asset AS asset, minimum_units, daily_cap_units FROM rate_card
	UNION ALL SELECT version, asset, minimum_units, daily_cap_units FROM payout_limit)`

func checkLimits() ledger.Check {
	return ledger.Look(RuleLimits,
		ledger.Violation{Detail: "it is of %d, and the least is %d", Query: `SELECT p.id, p.amount_units, COALESCE(c.minimum_units, 0) FROM payout p LEFT JOIN ` + limits + ` c ON c.version = p.rule AND c.asset = p.amount_asset
			WHERE c.version IS NULL OR p.amount_units < c.minimum_units`},
		ledger.Violation{Detail: "%d go on a day, and the cap is %d", Query: `SELECT p.creator_id, CAST(SUM(p.amount_units) AS BIGINT), MAX(c.daily_cap_units)
			FROM payout p JOIN ` + limits + ` c ON c.version = p.rule AND c.asset = p.amount_asset WHERE p.state NOT IN ('failed', 'canceled', 'returned')
			GROUP BY p.creator_id, p.amount_asset, p.goes_us / 86400000000 HAVING SUM(p.amount_units) > MAX(c.daily_cap_units)`})
}

// checkEarned goes by the order of the journal, which no step of the clock can
// turn around. An earning of which all was taken back while it was pending has
// nothing to make available; then it is what came back of it that was.
func checkEarned() ledger.Check {
	return ledger.Look(RuleEarned,
		ledger.Violation{Detail: "%d of its lines are not of an earning of its creator in its currency", Query: `SELECT p.id, CAST(COUNT(*) AS BIGINT)
			FROM payout p JOIN payout_line l ON l.payout_id = p.id LEFT JOIN earning e ON e.id = l.earning_id
			WHERE e.id IS NULL OR e.creator_id <> p.creator_id OR e.amount_asset <> p.amount_asset GROUP BY p.id`},
		ledger.Violation{Detail: "it was requested in transfer %d, and an earning that it takes from became available in %d (0 is never)", Query: `SELECT p.id, t.seq, COALESCE(m.seq, k.seq, 0)
			FROM payout p JOIN ledger_transfer t ON t.cause = p.id AND t.kind = 'payout.scheduled' JOIN payout_line l ON l.payout_id = p.id
				LEFT JOIN ledger_transfer m ON m.cause = l.earning_id AND m.kind = 'earning.available'
				LEFT JOIN (SELECT k.earning_id AS earning_id, MIN(x.seq) AS seq FROM earning_claw k JOIN ledger_transfer x ON x.cause = k.id AND x.kind = 'claw.returned'
					WHERE k.state = 'returned' GROUP BY k.earning_id) k ON k.earning_id = l.earning_id AND m.seq IS NULL
			WHERE COALESCE(m.seq, k.seq) IS NULL OR COALESCE(m.seq, k.seq) > t.seq`})
}

func checkHeld() ledger.Check {
	return ledger.Look(RuleHeld,
		ledger.Violation{Detail: "it is %s, and says that it is held for %q by %q since %d until %d (µs)", Query: `SELECT p.id, p.state, p.held_code, p.held_by, p.held_us, p.held_until_us FROM payout p
			WHERE CASE WHEN p.state = 'held' THEN p.held_code = '' OR p.held_reason = '' OR p.held_by = '' OR p.held_us <= 0 OR (p.held_until_us <> 0 AND p.held_until_us <= p.held_us)
				ELSE p.held_code <> '' OR p.held_reason <> '' OR p.held_by <> '' OR p.held_us <> 0 OR p.held_until_us <> 0 END`})
}

// checkBegun compares instants that one transaction has written by one clock.
func checkBegun() ledger.Check {
	return ledger.Look(RuleBegun,
		ledger.Violation{Detail: "it is %s and began at %d, and it was to go at %d (µs; 0 is not yet)", Query: `SELECT p.id, p.state, p.begun_us, p.goes_us FROM payout p
			WHERE CASE WHEN p.state IN ('scheduled', 'held', 'canceled') THEN p.begun_us <> 0 ELSE p.begun_us = 0 OR p.begun_us < p.goes_us END`},
		ledger.Violation{Detail: "it began at %d, and its bank was new from %d on (µs)", Query: `SELECT p.id, p.begun_us, a.bank_changed_us FROM payout p JOIN payout_account a ON a.person_id = p.creator_id
			WHERE p.begun_us > 0 AND a.bank_changed_us > 0 AND p.bank_no = a.bank_no AND p.begun_us < a.bank_changed_us + 259200000000`})
}

// checkKnown goes by the standing that the payout named when it began.
func checkKnown() ledger.Check {
	return ledger.Look(RuleKnown,
		ledger.Violation{Detail: "it began under standing %d of its creator's account, and there transfers were %d and payouts %d (1 is open), and the account %q", Query: `SELECT p.id, p.account_no,
				COALESCE(s.transfers_enabled, 0), COALESCE(s.payouts_enabled, 0), COALESCE(s.provider_id, '')
			FROM payout p LEFT JOIN payout_account_seen s ON s.person_id = p.creator_id AND s.n = p.account_no
			WHERE p.begun_us > 0 AND (s.n IS NULL OR s.transfers_enabled <> 1 OR s.payouts_enabled <> 1 OR s.provider_id <> p.account)`},
		ledger.Violation{Detail: "it has %d standings, the last is %d, and it says %d", Query: `SELECT a.person_id, CAST(COUNT(s.n) AS BIGINT), COALESCE(MAX(s.n), 0), a.seen
			FROM payout_account a LEFT JOIN payout_account_seen s ON s.person_id = a.person_id GROUP BY a.person_id, a.seen HAVING COUNT(s.n) <> a.seen OR COALESCE(MAX(s.n), 0) <> a.seen`},
		ledger.Violation{Detail: "its last standing is not how it stands", Query: `SELECT a.person_id FROM payout_account a JOIN payout_account_seen s ON s.person_id = a.person_id AND s.n = a.seen
			WHERE s.provider_id <> a.provider_id OR s.transfers_enabled <> a.transfers_enabled OR s.payouts_enabled <> a.payouts_enabled OR s.due <> a.due OR s.disabled_reason <> a.disabled_reason`})
}

func checkGroup() ledger.Check {
	return ledger.Look(RuleGroup, ledger.Violation{Detail: "it names the payout %q as the first of its request, which is %q of %q",
		Query: `SELECT p.id, p.group_id, COALESCE(g.group_id, ''), COALESCE(g.creator_id, '') FROM payout p LEFT JOIN payout g ON g.id = p.group_id
			WHERE g.id IS NULL OR g.group_id <> g.id OR g.creator_id <> p.creator_id OR g.amount_asset <> p.amount_asset OR g.run <> p.run OR g.rule <> p.rule`})
}

func checkMonth() ledger.Check {
	return ledger.Look(RuleMonth,
		ledger.Violation{Detail: "it says %d, and its payouts are %d", Query: `SELECT m.creator_id || ' ' || m.month || ' ' || m.asset, m.units, CAST(COALESCE(SUM(p.amount_units), 0) AS BIGINT)
			FROM payout_month m LEFT JOIN payout p ON p.group_id = m.group_id AND p.run = m.month AND p.creator_id = m.creator_id AND p.amount_asset = m.asset
			WHERE m.outcome = 'paid' GROUP BY m.creator_id, m.month, m.asset, m.units HAVING COALESCE(SUM(p.amount_units), 0) <> m.units`},
		ledger.Violation{Detail: "it is of the month %q, which knows nothing of it", Query: `SELECT p.id, p.run FROM payout p WHERE p.run <> ''
			AND NOT EXISTS (SELECT 1 FROM payout_month m WHERE m.creator_id = p.creator_id AND m.month = p.run AND m.asset = p.amount_asset AND m.group_id = p.group_id)`})
}

func checkCalendar() ledger.Check {
	return ledger.Look(RuleCalendar, ledger.Violation{Detail: "%d of its lines go by the calendar alone", Query: `SELECT p.id, CAST(COUNT(*) AS BIGINT)
		FROM payout p JOIN payout_line l ON l.payout_id = p.id JOIN earning e ON e.id = l.earning_id
			JOIN payout_source s ON s.source = e.source AND s.calendar = 'monthly'
		WHERE p.run = '' AND s.version = (SELECT r.version FROM payout_rules r WHERE r.from_us <= p.requested_us ORDER BY r.from_us DESC, r.version DESC LIMIT 1) GROUP BY p.id`})
}

// checkReserve compares what the reserve bears of each earning with what payouts
// took of it that went, or are on their way. What was reserved for a payout that had
// not begun was ours, and what comes back repays the reserve. What had begun before a
// claw was taken the order of the books tells: a clock may step back.
func checkReserve() ledger.Check {
	const went = "p.begun_us > 0 AND p.state NOT IN ('failed', 'canceled', 'returned')"
	return ledger.Look(RuleReserve,
		ledger.Violation{Detail: "the reserve bears %d of it, and %d of it went, or is under way", Query: `SELECT c.earning_id, CAST(SUM(c.borne_units) AS BIGINT), CAST(COALESCE((SELECT SUM(l.units) FROM payout_line l JOIN payout p ON p.id = l.payout_id
				WHERE l.earning_id = c.earning_id AND ` + went + `), 0) AS BIGINT) FROM earning_claw c WHERE c.state <> 'returned' AND c.borne_units > 0 GROUP BY c.earning_id
			HAVING SUM(c.borne_units) > COALESCE((SELECT SUM(l.units) FROM payout_line l JOIN payout p ON p.id = l.payout_id WHERE l.earning_id = c.earning_id AND ` + went + `), 0)`},
		ledger.Violation{Detail: "the reserve bears %d for it, and when it was taken %d of its earning were away", Query: `SELECT s.id, s.borne, CAST(s.away AS BIGINT) FROM (SELECT c.id AS id, c.borne_units AS borne,
				COALESCE((SELECT SUM(l.units) FROM payout_line l JOIN payout p ON p.id = l.payout_id WHERE l.earning_id = c.earning_id AND ` + went + ` AND p.begun_after <= c.after_seq), 0) AS away
				FROM earning_claw c WHERE c.state <> 'returned' AND c.borne_units > 0) s WHERE s.borne > s.away`})
}

func checkTakenBack() ledger.Check {
	return ledger.Look(RuleTakenBack, ledger.Violation{Detail: "it says that %d of it repaid the reserve, and %d did", Query: `SELECT p.id, p.repaid_units, CAST(COALESCE(x.units, 0) AS BIGINT) FROM payout p
			LEFT JOIN (SELECT payout_id, SUM(units) AS units FROM earning_recovery GROUP BY payout_id) x ON x.payout_id = p.id WHERE p.repaid_units <> COALESCE(x.units, 0)`}, ledger.Violation{Detail: "it is %s, and was canceled for %s", Query: `SELECT p.id, p.state, p.canceled_for FROM payout p WHERE p.canceled_for <> ''
		AND (p.state <> 'canceled' OR p.begun_us > 0 OR NOT EXISTS (SELECT 1 FROM payout_line l JOIN earning_claw c ON c.earning_id = l.earning_id WHERE l.payout_id = p.id AND c.cause = p.canceled_for))`})
}

// checkReleased looks for payouts that went on before two had decided it.
func checkReleased() ledger.Check {
	return ledger.Look(RuleReleased, ledger.Violation{Detail: "it is %s, held by %q, and its release waits", Query: `SELECT d.subject, COALESCE(p.state, ''), COALESCE(p.held_by, '') FROM second_decision d LEFT JOIN payout p ON p.id = d.subject
		WHERE d.kind = '` + Releasing + `' AND d.state = 'waits' AND (p.id IS NULL OR p.state <> 'held' OR p.held_by = '` + ByRule + `')`})
}

// checkLetGo goes by the order of the audit log, which no step of the clock can turn
// around. A hold with an end may have ended by itself. What was held and released
// before two decided it is in the log in the same words.
func checkLetGo() ledger.Check {
	const after = "x.subject = p.id AND x.seq > h.seq"
	return ledger.Look(RuleLetGo, ledger.Violation{Detail: "it is %s, and %s held it without an end, and its release was not decided since", Query: `SELECT p.id, p.state, h.actor FROM audit_entry h JOIN payout p ON p.id = h.subject
		WHERE h.verb = 'payout.hold' AND h.changed NOT LIKE '%"until":%' AND p.state <> 'canceled' AND (p.state <> 'held' OR p.held_by = '` + ByRule + `')
			AND NOT EXISTS (SELECT 1 FROM audit_entry x WHERE ` + after + ` AND x.verb = 'payout.hold')
			AND NOT EXISTS (SELECT 1 FROM audit_entry x JOIN second_decision d ON d.subject = x.subject AND d.kind = x.verb AND d.state IN ('alone', 'agreed')
				WHERE ` + after + ` AND x.verb = '` + Releasing + `')`})
}
