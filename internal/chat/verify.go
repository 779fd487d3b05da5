package chat

import "github.com/ovationhq/ovation/internal/ledger"

// The rules of the chat, by name.
const (
	RuleTold = "every message has its one event, and every hidden one the one that hides it"
	RuleLive = "a message was sent while its room was live"
)

// Checks are the rules of the chat for ledger verify.
func Checks() []ledger.Check {
	return []ledger.Check{
		ledger.Look(RuleTold, ledger.Violation{Detail: "it has %d events of its sending and %d of its hiding, and should have %d and %d",
			Query: `SELECT s.id, CAST(SUM(s.sent) AS BIGINT), CAST(SUM(s.hidden) AS BIGINT), CAST(SUM(s.is_there) AS BIGINT), CAST(SUM(s.is_hidden) AS BIGINT) FROM (
				SELECT id, 0 AS sent, 0 AS hidden, 1 AS is_there, CASE WHEN hidden_us > 0 THEN 1 ELSE 0 END AS is_hidden FROM chat_message
				UNION ALL SELECT SUBSTR(data, 27, 30), CASE WHEN type = 'chat.message.sent' THEN 1 ELSE 0 END, CASE WHEN type = 'chat.message.sent' THEN 0 ELSE 1 END, 0, 0
					FROM outbox_event WHERE type IN ('chat.message.sent', 'chat.message.hidden')) s
				GROUP BY s.id HAVING SUM(s.sent) <> SUM(s.is_there) OR SUM(s.hidden) <> SUM(s.is_hidden)`}),
		ledger.Look(RuleLive, ledger.Violation{Detail: "it was sent at %d, its room was live from %d to %d (0: it is not over)",
			Query: `SELECT m.id, m.sent_us, r.started_us, r.ended_us FROM chat_message m JOIN live_room r ON r.id = m.room
				WHERE r.started_us = 0 OR m.sent_us < r.started_us OR (r.ended_us > 0 AND m.sent_us > r.ended_us)`}),
	}
}
