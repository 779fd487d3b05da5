package payout_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/people"
)

// Every rule of verify.go names the damage that it is there for.
func TestVerifyBites(t *testing.T) {
	each(t, func(s *desk) {
		s.ready(9)
		canceled, open, held, paid := s.must(150), s.must(200), s.must(120), s.must(300)
		_, err := s.pay.Cancel(s.Ctx, canceled.ID)
		s.OK(err)
		_, err = s.pay.Hold(s.Ctx, people.Caller{Person: "usr_boss", Roles: []people.Role{people.Operator}}, held.ID, "looking", time.Time{})
		s.OK(err)
		_, err = s.pay.Release(s.Ctx, people.Caller{Person: "usr_boss", Roles: []people.Role{people.Operator}}, held.ID, "In order.")
		s.OK(err)
		s.Exec("DELETE FROM due_work WHERE work_key = $1", string(open.ID))
		s.later(time.Minute)
		s.later(72 * time.Hour)
		s.is(open, payout.Scheduled)
		since := fmt.Sprint(s.is(held, payout.Held).Hold.SinceUS)
		transfer := s.is(paid, payout.Paid).Transfer
		for _, constraint := range []string{"sent_payout_has_a_transfer", "sent_payout_is_known_to_the_provider", "payout_has_an_end_when_it_has_ended",
			"held_payout_says_why_who_and_since", "only_a_held_payout_has_the_end_of_a_hold", "only_a_held_payout_is_said_to_be_held", "held_payout_was_not_transferred"} {
			s.Unguard("payout", constraint)
		}
		earning := string(s.earned()[0].ID)
		of := func(p payout.Payout) string { return " WHERE id = '" + string(p.ID) + "'" }
		lines := func(p payout.Payout) string { return " WHERE payout_id = '" + string(p.ID) + "'" }
		posted := func(p payout.Payout, kind string) string {
			return fmt.Sprintf("(SELECT seq FROM ledger_transfer WHERE cause = '%s' AND kind = 'payout.%s')", p.ID, kind)
		}
		account := func(path string) string {
			return "(SELECT id FROM ledger_account WHERE path = '" + path + "' AND asset = 'USD')"
		}
		for _, plant := range []struct{ name, rule, damage, undo string }{
			{"a line of another amount", payout.RuleLines, "UPDATE payout_line SET units = units + 1" + lines(paid), "UPDATE payout_line SET units = units - 1" + lines(paid)},
			{"an earning that says more", payout.RuleLines, "UPDATE earning SET paid_units = paid_units + 1 WHERE id = '" + earning + "'", "UPDATE earning SET paid_units = paid_units - 1 WHERE id = '" + earning + "'"},
			{"a payout that lives again", payout.RuleLines, "UPDATE payout SET state = 'paid'" + of(canceled), "UPDATE payout SET state = 'canceled'" + of(canceled)},
			{"money that stayed", payout.RuleAccount, "UPDATE payout SET state = 'failed'" + of(open), "UPDATE payout SET state = 'scheduled'" + of(open)},
			{"money that is not there", payout.RuleAccount, "UPDATE payout SET state = 'sending', transfer_id = ''" + of(paid), "UPDATE payout SET state = 'paid', transfer_id = '" + transfer + "'" + of(paid)},
			{"a transfer that is not booked", payout.RuleTransfers, "UPDATE payout SET transfer_id = 'tr_x'" + of(open), "UPDATE payout SET transfer_id = ''" + of(open)},
			{"a transfer that is not known", payout.RuleTransfers, "UPDATE payout SET transfer_id = ''" + of(paid), "UPDATE payout SET transfer_id = '" + transfer + "'" + of(paid)},
			{"a return that is not booked", payout.RuleTransfers, "UPDATE payout SET state = 'returned'" + of(paid), "UPDATE payout SET state = 'paid'" + of(paid)},
			{"a failure that is not booked", payout.RuleTransfers, "UPDATE payout SET state = 'failed'" + of(canceled), "UPDATE payout SET state = 'canceled'" + of(canceled)},
			{"a cancellation of what is open", payout.RuleTransfers, "UPDATE payout SET state = 'scheduled'" + of(canceled), "UPDATE payout SET state = 'canceled'" + of(canceled)},
			{"booked under another kind", payout.RuleTransfers, "UPDATE ledger_transfer SET kind = 'payout.x' WHERE seq = " + posted(open, "scheduled"), "UPDATE ledger_transfer SET kind = 'payout.scheduled' WHERE seq = " + posted(open, "x")},
			{"another amount than booked", payout.RuleTransfers, "UPDATE payout SET amount_units = amount_units + 1" + of(open), "UPDATE payout SET amount_units = amount_units - 1" + of(open)},
			{"booked with another amount", payout.RuleTransfers, "UPDATE ledger_line SET amount = amount + 1 WHERE seq = " + posted(paid, "transferred"), "UPDATE ledger_line SET amount = amount - 1 WHERE seq = " + posted(paid, "transferred")},
			{"somebody else's money", payout.RuleTransfers, "UPDATE payout SET creator_id = 'usr_x'" + of(paid), "UPDATE payout SET creator_id = '" + string(s.creator) + "'" + of(paid)},
			{"sent to another account", payout.RuleTransfers,
				"UPDATE ledger_line SET to_account = " + account(ledger.Deferred) + " WHERE seq = " + posted(paid, "transferred"),
				"UPDATE ledger_line SET to_account = " + account(ledger.Provider) + " WHERE seq = " + posted(paid, "transferred")},
			{"booked for no payout", payout.RuleTransfers, "UPDATE ledger_transfer SET cause = 'pyo_x' WHERE seq = " + posted(open, "scheduled"), "UPDATE ledger_transfer SET cause = '" + string(open.ID) + "' WHERE cause = 'pyo_x'"},
			{"below the minimum", payout.RuleLimits, "UPDATE rate_card SET minimum_units = 121", "UPDATE rate_card SET minimum_units = 100"},
			{"above the cap", payout.RuleLimits, "UPDATE rate_card SET daily_cap_units = 619", "UPDATE rate_card SET daily_cap_units = 100000"},
			{"gone while its release waits", payout.RuleReleased, "UPDATE payout SET held_by = 'rule'" + of(held), "UPDATE payout SET held_by = 'usr_boss'" + of(held)},
			{"let go by nobody", payout.RuleLetGo,
				"UPDATE payout SET state = 'scheduled', held_code = '', held_reason = '', held_by = '', held_us = 0" + of(held) + "; UPDATE second_decision SET state = 'lapsed', ended_us = 1",
				"UPDATE payout SET state = 'held', held_code = 'under_review', held_reason = 'looking', held_by = 'usr_boss', held_us = " + since + of(held) + "; UPDATE second_decision SET state = 'waits', ended_us = 0"},
			{"held without a code", payout.RuleHeld, "UPDATE payout SET held_code = ''" + of(held), "UPDATE payout SET held_code = 'under_review'" + of(held)},
			{"held without a reason", payout.RuleHeld, "UPDATE payout SET held_reason = ''" + of(held), "UPDATE payout SET held_reason = 'looking'" + of(held)},
			{"held by nobody", payout.RuleHeld, "UPDATE payout SET held_by = ''" + of(held), "UPDATE payout SET held_by = 'usr_boss'" + of(held)},
			{"held since never", payout.RuleHeld, "UPDATE payout SET held_us = 0" + of(held), "UPDATE payout SET held_us = " + since + of(held)},
			{"a hold that stayed", payout.RuleHeld, "UPDATE payout SET state = 'scheduled'" + of(held), "UPDATE payout SET state = 'held'" + of(held)},
			{"a hold that was lost", payout.RuleHeld, "UPDATE payout SET state = 'held'" + of(open), "UPDATE payout SET state = 'scheduled'" + of(open)},
			{"held money that is away", payout.RuleAccount, "UPDATE payout SET state = 'held'" + of(canceled), "UPDATE payout SET state = 'canceled'" + of(canceled)},
			{"held money that was transferred", payout.RuleTransfers, "UPDATE payout SET transfer_id = 'tr_y'" + of(held), "UPDATE payout SET transfer_id = ''" + of(held)},
			{"held until before it is held", payout.RuleHeld, "UPDATE payout SET held_until_us = held_us" + of(held), "UPDATE payout SET held_until_us = 0" + of(held)},
			{"an end without a hold", payout.RuleHeld, "UPDATE payout SET held_until_us = 5" + of(open), "UPDATE payout SET held_until_us = 0" + of(open)},
			{"begun before its time", payout.RuleBegun, "UPDATE payout SET begun_us = begun_us - 90000000" + of(paid), "UPDATE payout SET begun_us = begun_us + 90000000" + of(paid)},
			{"paid and never begun", payout.RuleBegun, "UPDATE payout SET begun_us = 0" + of(paid), "UPDATE payout SET begun_us = goes_us" + of(paid)},
			{"begun and still to begin", payout.RuleBegun, "UPDATE payout SET begun_us = goes_us" + of(open), "UPDATE payout SET begun_us = 0" + of(open)},
			{"begun while the bank was new", payout.RuleBegun, "UPDATE payout_account SET bank_changed_us = (SELECT begun_us - 259199999999 FROM payout" + of(paid) + ")", "UPDATE payout_account SET bank_changed_us = 0"},
			{"sent to whom the provider did not know", payout.RuleKnown, "UPDATE payout_account_seen SET payouts_enabled = 0 WHERE n = (SELECT account_no FROM payout" + of(paid) + ")", "UPDATE payout_account_seen SET payouts_enabled = 1 WHERE n = (SELECT account_no FROM payout" + of(paid) + ")"},
			{"sent under no standing", payout.RuleKnown, "UPDATE payout SET account_no = 0" + of(paid), "UPDATE payout SET account_no = (SELECT seen FROM payout_account)" + of(paid)},
			{"sent to an account of nobody", payout.RuleKnown, "UPDATE payout SET account = 'acct_x'" + of(paid), "UPDATE payout SET account = (SELECT provider_id FROM payout_account)" + of(paid)},
			{"a standing that was lost", payout.RuleKnown, "UPDATE payout_account SET seen = seen + 1", "UPDATE payout_account SET seen = seen - 1"},
			{"an account that stands otherwise", payout.RuleKnown, "UPDATE payout_account SET disabled_reason = 'under_review'", "UPDATE payout_account SET disabled_reason = ''"},
			{"a group without a first", payout.RuleGroup, "UPDATE payout SET group_id = 'pyo_x'" + of(open), "UPDATE payout SET group_id = id" + of(open)},
			{"a group of a group", payout.RuleGroup, "UPDATE payout SET group_id = '" + string(paid.ID) + "'" + of(open) + "; UPDATE payout SET group_id = '" + string(held.ID) + "'" + of(paid), "UPDATE payout SET group_id = id"},
			{"a month that nobody ran", payout.RuleMonth, "UPDATE payout SET run = '2026-03'" + of(open), "UPDATE payout SET run = ''" + of(open)},
			{"a month that says more", payout.RuleMonth, "INSERT INTO payout_month (creator_id, month, asset, rule, notice_us, notice_units, run_us, outcome, units, group_id) VALUES ('" + string(s.creator) + "', '2026-03', 'USD', 'x', 0, 0, 1, 'paid', 201, '" + string(open.ID) + "'); UPDATE payout SET run = '2026-03'" + of(open),
				"DELETE FROM payout_month; UPDATE payout SET run = ''" + of(open)},
			{"what goes by the calendar alone", payout.RuleCalendar, "INSERT INTO payout_rules (version, from_us, notice_day, pay_day, monthly_units) VALUES ('x@1', 1, 1, 15, 0); INSERT INTO payout_source (version, source, calendar) VALUES ('x@1', 'gift', 'monthly')",
				"DELETE FROM payout_source; DELETE FROM payout_rules"},
			{"no rate card", payout.RuleLimits, "UPDATE payout SET rule = 'none'" + of(open), "UPDATE payout SET rule = 'current@1'" + of(open)},
			{"somebody else's earning", payout.RuleEarned, "UPDATE earning SET creator_id = 'usr_x' WHERE id = '" + earning + "'", "UPDATE earning SET creator_id = '" + string(s.creator) + "' WHERE id = '" + earning + "'"},
			{"an earning that never matured", payout.RuleEarned, "UPDATE ledger_transfer SET cause = 'ern_x' WHERE cause = '" + earning + "' AND kind = 'earning.available'",
				"UPDATE ledger_transfer SET cause = '" + earning + "' WHERE cause = 'ern_x'"},
			{"an earning that matured later", payout.RuleEarned, "UPDATE ledger_transfer SET seq = seq + 1000000 WHERE cause = '" + earning + "' AND kind = 'earning.available'",
				"UPDATE ledger_transfer SET seq = seq - 1000000 WHERE cause = '" + earning + "' AND kind = 'earning.available'"},
		} {
			t.Run(plant.name, func(t *testing.T) {
				gifttest.Bites(s.World, t, plant.rule, plant.damage, plant.undo, checks()...)
			})
		}
		s.later(time.Hour)
	})
}

// The schema refuses what the rules forbid, whoever writes it.
func TestSchema(t *testing.T) {
	each(t, func(s *desk) {
		s.ready(5)
		p, other := s.must(100), s.must(100)
		s.later(time.Minute)
		sent := s.is(p, payout.Sent)
		of := " WHERE id = '" + string(p.ID) + "'"
		for name, statement := range map[string]string{
			"paid without a payout to the bank": "UPDATE payout SET state = 'paid', ended_us = 1, provider_payout = ''" + of,
			"an end before the end":             "UPDATE payout SET ended_us = 1" + of,
			"ended without an end":              "UPDATE payout SET state = 'paid'" + of,
			"the transfer of another":           "UPDATE payout SET transfer_id = '" + sent.Transfer + "' WHERE id = '" + string(other.ID) + "'",
			"a line of no payout":               "INSERT INTO payout_line (payout_id, earning_id, units) VALUES ('pyo_x', 'ern_x', 1)",
			"no attempt":                        "UPDATE payout SET attempt = 0" + of,
			"held without a reason":             "UPDATE payout SET state = 'held', held_code = 'x', held_by = 'rule', held_us = 1 WHERE id = '" + string(other.ID) + "'",
			"held without an instant":           "UPDATE payout SET state = 'held', held_code = 'x', held_by = 'rule', held_reason = 'x' WHERE id = '" + string(other.ID) + "'",
			"said to be held, and is not":       "UPDATE payout SET held_reason = 'x'" + of,
			"held and transferred":              "UPDATE payout SET state = 'held', held_code = 'x', held_by = 'rule', held_reason = 'x', held_us = 1" + of,
		} {
			err := s.D.Write(s.Ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(s.Ctx, statement)
				return err
			})
			if err == nil {
				t.Errorf("%s was stored", name)
			}
		}
		if s.Balance(ledger.PayoutPath(p.ID), money.USD) != 0 {
			t.Error("the payout's account is not empty")
		}
	})
}
