package reversal_test

import (
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/gift/gifttest"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/reversal"
	"github.com/ovationhq/ovation/internal/second"
)

func TestVerifyBites(t *testing.T) {
	each(t, func(s *desk) {
		p, q, tp := s.buys(700, "USD"), s.buys(700, "USD"), s.tipped(20_00)
		s.Give(s.fan, "rose", s.room, 200) // all of the one, and 300 coins of the other
		refund := s.must(s.olu, reversal.Request{Subject: string(p.ID), Spent: true, Units: 5_00, Reason: reversal.Goodwill, Note: "Half."})
		s.is(refund.ID, reversal.Refunded)
		given := s.disputes(string(s.buys(350, "USD").ID), 0, false)
		open, lost := s.disputes(string(q.ID), 0, false), s.disputes(string(tp.ID), 0, false)
		s.closes(lost, false)
		won := s.disputes(string(s.buys(70, "USD").ID), 0, false)
		s.closes(won, true)
		proposed := s.buys(700, "USD")
		s.Exec("UPDATE reversal_rule SET agree_units = 1 WHERE region = 'FR'")
		two := s.must(s.olu, reversal.Request{Subject: string(proposed.ID), Reason: reversal.Goodwill, Note: "Two of us."})
		_, err := s.back.Agree(s.Ctx, s.ann, two.ID)
		s.OK(err)
		s.card = s.save("pm_card_refundFail")
		back := s.must(s.olu, reversal.Request{Subject: string(s.buys(350, "USD").ID), Reason: reversal.Goodwill, Note: "It comes back."})
		_, err = s.back.Agree(s.Ctx, s.ann, back.ID)
		s.OK(err)
		s.later(2 * time.Hour)
		s.is(back.ID, reversal.Bounced)
		for _, by := range []people.Caller{s.olu, s.ann} {
			_, err = s.back.Repay(s.Ctx, by, back.ID, "By a transfer.")
			s.OK(err)
		}
		for _, d := range []*reversal.Reversal{&given, &open} {
			_, err = s.back.Accept(s.Ctx, s.olu, d.ID, "Not worth it.")
			s.OK(err)
		}
		_, err = s.back.AgreeAccept(s.Ctx, s.ann, given.ID)
		s.OK(err)
		waits := func(change string) string {
			return "UPDATE second_decision SET " + change + " WHERE subject = '" + given.ID + "'"
		}
		for _, constraint := range []string{"whoever_proposed_did_not_agree", "reversal_of_unspent_coins_takes_no_gifts"} {
			s.Unguard("reversal", constraint)
		}
		s.Unguard("second_decision", "who_agrees_is_another_person")
		set := func(id, change string) string { return "UPDATE reversal SET " + change + " WHERE id = '" + id + "'" }
		part := " WHERE reversal_id = '" + refund.ID + "'"
		bitten := map[string]bool{}
		for _, plant := range []struct{ name, rule, damage, undo string }{
			{"more refunded than its refunds", reversal.RuleCharge, "UPDATE payment_charge SET refunded_units = refunded_units + 1 WHERE subject = '" + string(p.ID) + "'", "UPDATE payment_charge SET refunded_units = refunded_units - 1 WHERE subject = '" + string(p.ID) + "'"},
			{"a dispute that nobody counts", reversal.RuleCharge, "UPDATE payment_charge SET disputed_units = 0 WHERE subject = '" + string(q.ID) + "'", "UPDATE payment_charge SET disputed_units = amount_units WHERE subject = '" + string(q.ID) + "'"},
			{"somebody else's", reversal.RuleCharge, set(refund.ID, "person_id = 'usr_x'"), set(refund.ID, "person_id = '"+string(s.fan)+"'")},
			{"coins aside that nobody took", reversal.RuleAside, "UPDATE wallet_lot SET aside_coins = aside_coins + 1 WHERE cause = '" + string(p.ID) + "'", "UPDATE wallet_lot SET aside_coins = aside_coins - 1 WHERE cause = '" + string(p.ID) + "'"},
			{"of another lot", reversal.RuleAside, set(open.ID, "lot_id = 'lot_x'"), set(open.ID, "lot_id = '"+string(open.Lot)+"'")},
			{"it holds less than it took", reversal.RuleHeld, set(open.ID, "lot_units = lot_units + 1"), set(open.ID, "lot_units = lot_units - 1")},
			{"a dispute that is gone", reversal.RuleHeld, set(open.ID, "id = 'dsp_x'"), "UPDATE reversal SET id = '" + open.ID + "' WHERE id = 'dsp_x'"},
			{"a claw of another amount", reversal.RuleClawed, "UPDATE reversal_part SET diamonds = diamonds + 1" + part, "UPDATE reversal_part SET diamonds = diamonds - 1" + part},
			{"a claw without a cause", reversal.RuleClawed, "UPDATE earning_claw SET cause = 'dsp_x' WHERE cause = '" + lost.ID + "'", "UPDATE earning_claw SET cause = '" + lost.ID + "' WHERE cause = 'dsp_x'"},
			{"lost, and the creator has it", reversal.RuleClawed, "UPDATE earning_claw SET state = 'returned' WHERE cause = '" + lost.ID + "'", "UPDATE earning_claw SET state = 'kept' WHERE cause = '" + lost.ID + "'"},
			{"more coins than its parts", reversal.RuleParts, set(refund.ID, "spent_coins = spent_coins + 1"), set(refund.ID, "spent_coins = spent_coins - 1")},
			{"coins taken back twice", reversal.RuleParts, "UPDATE reversal_part SET coins = coins + 10000" + part, "UPDATE reversal_part SET coins = coins - 10000" + part},
			{"said to be lost while it is open", reversal.RuleTransfers, set(open.ID, "state = 'lost', ended_us = 1"), set(open.ID, "state = 'open', ended_us = 0")},
			{"said to be lost after it was won", reversal.RuleTransfers, set(won.ID, "state = 'lost'"), set(won.ID, "state = 'won'")},
			{"booked for no refund", reversal.RuleTransfers, "UPDATE ledger_transfer SET cause = 'ref_x' WHERE kind = 'refund.completed' AND cause = '" + refund.ID + "'", "UPDATE ledger_transfer SET cause = '" + refund.ID + "' WHERE cause = 'ref_x'"},
			{"the provider took more", reversal.RuleProvider, set(refund.ID, "moved_units = moved_units + 1"), set(refund.ID, "moved_units = moved_units - 1")},
			{"another fee of a dispute", reversal.RuleProvider, set(open.ID, "fee_units = fee_units - 1"), set(open.ID, "fee_units = fee_units + 1")},
			{"unspent coins, and gifts for them", reversal.RuleParts, set(refund.ID, "unspent_only = 1"), set(refund.ID, "unspent_only = 0")},
			{"above the rule by one alone", reversal.RuleSecond, set(two.ID, "agreed_by = ''"), set(two.ID, "agreed_by = '"+s.ann.ID()+"'")},
			{"above the rule by parts", reversal.RuleSecond, set(refund.ID, "agree_units = 499"), set(refund.ID, "agree_units = 20000")},
			{"of another currency", reversal.RuleSecond, set(refund.ID, "agree_asset = 'EUR'"), set(refund.ID, "agree_asset = 'USD'")},
			{"agreed, and not signed", reversal.RuleSecond, set(two.ID, "agreed_by = 'usr_x'"), set(two.ID, "agreed_by = '"+s.ann.ID()+"'")},
			{"a key agreed", reversal.RuleSecond, "UPDATE audit_entry SET actor = 'key_x' WHERE verb = 'refund.agree'", "UPDATE audit_entry SET actor = '" + s.ann.ID() + "' WHERE verb = 'refund.agree'"},
			{"to oneself", reversal.RuleSecond, set(refund.ID, "asked_by = person_id"), set(refund.ID, "asked_by = '"+s.olu.ID()+"'")},
			{"paid in another way by one alone", reversal.RuleSecond, set(back.ID, "repay_by = '"+s.ann.ID()+"'"), set(back.ID, "repay_by = '"+s.olu.ID()+"'")},
			{"answered by nobody", reversal.RuleDecided, set(open.ID, "evidence = 'We were right.'"), set(open.ID, "evidence = ''")},
			{"given up by nobody", reversal.RuleDecided, set(open.ID, "intent = 'accept', intent_text = 'So be it.', intent_by = 'x'"), set(open.ID, "intent = '', intent_text = '', intent_by = ''")},
			{"given up before two had decided", reversal.RuleDecided, waits("state = 'declined', ended_by = 'x'"), waits("state = 'agreed', ended_by = '" + s.ann.ID() + "'")},
			{"given up while it waits", reversal.RuleDecided, waits("state = 'waits', ended_us = 0, ended_by = ''"), waits("state = 'agreed', ended_us = proposed_us, ended_by = '" + s.ann.ID() + "'")},
			{"agreed to by who proposed it", second.RuleTwo, waits("ended_by = proposed_by"), waits("ended_by = '" + s.ann.ID() + "'")},
			{"one operator did both", reversal.RuleSecond, set(two.ID, "asked_by = '"+s.ann.ID()+"'"), set(two.ID, "asked_by = '"+s.olu.ID()+"'")},
		} {
			t.Run(plant.name, func(t *testing.T) { gifttest.Bites(s.World, t, plant.rule, plant.damage, plant.undo, checks()...) })
			bitten[plant.rule] = true
		}
		for _, c := range reversal.Checks() {
			if !bitten[c.Name] {
				t.Errorf("nothing was planted that breaks %q", c.Name)
			}
		}
	})
}
