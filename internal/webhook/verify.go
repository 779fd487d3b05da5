package webhook

import "github.com/ovationhq/ovation/internal/ledger"

// The rules of webhooks, by name.
const (
	RuleSequence = "an endpoint's deliveries are numbered without gap"
	RuleEvent    = "a delivery is of an event in the log of its type, in the order of the log"
	RuleOutcome  = "a delivery has the attempts that it counts, and one that says delivered was taken"
)

// Checks are the rules of webhooks for ledger verify.
func Checks() []ledger.Check {
	return []ledger.Check{checkSequence(), checkEvent(), checkOutcome()}
}

func checkSequence() ledger.Check {
	return ledger.Look(RuleSequence, ledger.Violation{Detail: "it has %d deliveries from %d to %d, and of its %d the first %d were removed", Query: `SELECT s.id, s.n, s.lowest, s.highest, s.sequence, s.removed FROM (
		SELECT e.id AS id, e.sequence AS sequence, e.removed AS removed, COUNT(d.id) AS n, COALESCE(MIN(d.sequence), e.removed + 1) AS lowest, COALESCE(MAX(d.sequence), e.sequence) AS highest
		FROM webhook_endpoint e LEFT JOIN webhook_delivery d ON d.endpoint_id = e.id GROUP BY e.id, e.sequence, e.removed) s
		WHERE s.n <> s.sequence - s.removed OR s.lowest <> s.removed + 1 OR s.highest <> s.sequence`})
}

func checkEvent() ledger.Check {
	return ledger.Look(RuleEvent,
		ledger.Violation{Detail: "it is of the event %d and the type %q, which the log does not have", Query: `SELECT d.id, d.event, d.type FROM webhook_delivery d
			LEFT JOIN outbox_event ev ON ev.sequence = d.event WHERE ev.sequence IS NULL OR ev.type <> d.type`},
		ledger.Violation{Detail: "it is of the event %d, and its endpoint's place is %d", Query: `SELECT d.id, d.event, e.place FROM webhook_delivery d
			JOIN webhook_endpoint e ON e.id = d.endpoint_id WHERE d.event > e.place`},
		ledger.Violation{Detail: "it is of the event %d, and the one before it of the event %d", Query: `SELECT d.id, d.event, p.event FROM webhook_delivery d
			JOIN webhook_delivery p ON p.endpoint_id = d.endpoint_id AND p.sequence = d.sequence - 1 WHERE p.event >= d.event`})
}

func checkOutcome() ledger.Check {
	return ledger.Look(RuleOutcome,
		ledger.Violation{Detail: "it counts %d attempts, and the last one in the log is %d", Query: `SELECT s.id, s.attempts, s.last FROM (SELECT d.id AS id, d.attempts AS attempts,
			COALESCE((SELECT MAX(a.number) FROM webhook_attempt a WHERE a.delivery_id = d.id), 0) AS last FROM webhook_delivery d) s WHERE s.attempts <> s.last`},
		ledger.Violation{Detail: "it says delivered, and the last attempt was answered with the status %d", Query: `SELECT d.id, a.status FROM webhook_delivery d
			JOIN webhook_attempt a ON a.delivery_id = d.id AND a.number = d.attempts WHERE d.state = 'delivered' AND (a.status < 200 OR a.status > 299 OR a.error <> '')`},
		ledger.Violation{Detail: "it says delivered after %d attempts", Query: "SELECT d.id, d.attempts FROM webhook_delivery d WHERE d.state = 'delivered' AND d.attempts = 0"})
}
