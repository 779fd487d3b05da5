package reversal_test

import (
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/casework"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/policy"
	"github.com/ovationhq/ovation/internal/reversal"
)

// limited has two people decide about more than so many cents.
func (s *desk) limited(cents int64) {
	s.T.Helper()
	s.Exec("UPDATE reversal_rule SET agree_units = $1", cents)
}

// goodwill asks for a refund by an operator.
func goodwill(subject string, units int64, spent bool) reversal.Request {
	return reversal.Request{Subject: subject, Units: units, Spent: spent, Reason: reversal.Goodwill, Note: "Sorry."}
}

// Coins that were not spent when their refund was proposed are not taken back from
// creators when somebody agrees to it after they were.
func TestProposedThenSpent(t *testing.T) {
	each(t, func(s *desk) {
		s.limited(10_00)
		p := s.buys(1400, "USD")
		r := s.is(s.must(s.olu, goodwill(string(p.ID), 0, false)).ID, reversal.Proposed)
		_, err := s.refund(s.olu, goodwill(string(p.ID), 0, false)) // all of it is proposed
		s.Want(err, fault.StateConflict)
		s.Give(s.fan, "rose", s.room, 280)
		before := s.snapshot()
		_, err = s.back.Agree(s.Ctx, s.ann, r.ID)
		s.Want(err, fault.StateConflict)
		s.is(r.ID, reversal.Proposed)
		if now := s.snapshot(); now != before {
			t.Errorf("%+v after %+v", now, before)
		}
		_, err = s.back.Decline(s.Ctx, s.olu, r.ID, "They are spent.")
		s.OK(err)
		r = s.must(s.olu, goodwill(string(p.ID), 0, true))
		_, err = s.back.Agree(s.Ctx, s.ann, r.ID)
		s.OK(err)
		if r = s.is(r.ID, reversal.Refunded); r.SpentCoins != 1400 || r.AgreedBy != s.ann.ID() {
			t.Errorf("%+v", r)
		}
	})
}

// Parts are as good as the whole: of one payment for ever, and of all that a person
// paid within thirty days. What two people have seen to does not count.
func TestPartsNeedASecond(t *testing.T) {
	each(t, func(s *desk) {
		s.limited(10_00)
		p, q := s.buys(1400, "USD"), s.buys(350, "USD")
		s.is(s.must(s.olu, goodwill(string(p.ID), 9_99, true)).ID, reversal.Refunded)
		rest := s.is(s.must(s.ann, goodwill(string(p.ID), 0, true)).ID, reversal.Proposed)
		other := s.is(s.must(s.ann, goodwill(string(q.ID), 2, true)).ID, reversal.Proposed)
		for _, r := range []reversal.Reversal{rest, other} {
			_, err := s.back.Agree(s.Ctx, s.olu, r.ID)
			s.OK(err)
			s.is(r.ID, reversal.Refunded)
		}
		s.is(s.must(s.ann, goodwill(string(q.ID), 1, true)).ID, reversal.Refunded)
		s.later(31 * 24 * time.Hour)
		last := s.buys(1400, "USD")
		s.is(s.must(s.ann, goodwill(string(last.ID), 10_00, true)).ID, reversal.Refunded)
		s.later(31 * 24 * time.Hour)
		s.is(s.must(s.olu, goodwill(string(last.ID), 1, true)).ID, reversal.Proposed)
		if _, err := s.back.RefundMinor(s.Ctx, s.olu, s.fan, "Thirteen."); !fault.Is(err, fault.StateConflict) {
			t.Errorf("while another refund waits: %v", err)
		}
	})
}

// A second person is a person: no key, nobody who has made the key that proposed,
// and nobody who gets the money.
func TestWhoIsASecondPerson(t *testing.T) {
	each(t, func(s *desk) {
		s.limited(1)
		desk := people.NewService(s.D, people.Test)
		_, _, err := desk.CreateKey(s.Ctx, s.olu, people.NewKey{Name: "of Olu", Scopes: []people.Scope{people.Admin}})
		s.OK(err)
		keys, err := desk.Keys(s.Ctx, "")
		s.OK(err)
		key := keys[0].Caller()
		session := func(p people.Caller, by people.Caller) people.Caller {
			return people.Caller{Person: p.Person, Roles: p.Roles, Starter: by.Key, Scopes: by.Scopes}
		}
		p := s.buys(1400, "USD")
		mine := people.Caller{Person: s.fan, Roles: s.olu.Roles} // the fan is an operator, too
		for _, c := range []struct {
			name          string
			first, second people.Caller
			may           bool
		}{
			{"nobody twice", s.olu, s.olu, false},
			{"no key", s.ann, key, false},
			{"no key of who proposed", s.olu, key, false},
			{"not who made the key", key, s.olu, false},
			{"not in a session that the key began", key, session(s.ann, key), false},
			{"not in a session of one's own key", s.olu, session(s.ann, key), false},
			{"not who gets it", s.olu, mine, false},
			{"another operator", key, s.ann, true},
			{"another operator in a session of the host", s.ann, session(s.olu, key), true},
			{"who administers the machine", s.olu, people.Console(), true},
		} {
			r := s.must(c.first, goodwill(string(p.ID), 10, true))
			_, err := s.back.Agree(s.Ctx, c.second, r.ID)
			if c.may {
				if err != nil {
					t.Errorf("%s: %v", c.name, err)
				}
				continue
			}
			if !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: %v", c.name, err)
			}
			_, err = s.back.Decline(s.Ctx, s.ann, r.ID, "No.")
			s.OK(err)
		}
	})
}

// Operators have the right of everybody to what they paid themselves, and no other.
func TestOwnPaymentOfAnOperator(t *testing.T) {
	each(t, func(s *desk) {
		mine := people.Caller{Person: s.fan, Roles: s.olu.Roles}
		p := s.buys(700, "USD")
		s.Give(s.fan, "rose", s.room, 50)
		_, err := s.refund(mine, goodwill(string(p.ID), 0, true))
		s.Want(err, fault.Forbidden)
		_, err = s.refund(mine, goodwill(string(p.ID), 0, false))
		s.Want(err, fault.Forbidden)
		_, err = s.back.RefundMinor(s.Ctx, mine, s.fan, "I am twelve.")
		s.Want(err, fault.Forbidden)
		r := s.must(mine, reversal.Request{Subject: string(p.ID)})
		if r = s.is(r.ID, reversal.Refunded); r.Reason != reversal.Withdrawal || r.LotCoins != 450 {
			t.Errorf("%+v", r)
		}
		s.later(15 * 24 * time.Hour)
		_, err = s.refund(mine, reversal.Request{Subject: string(s.tipped(500).ID)})
		s.Want(err, fault.NotEligible)
	})
}

// One decision about a minor is signed for each refund, takes no others with it, and
// its case ends with it, whichever way.
func TestMinorDecision(t *testing.T) {
	each(t, func(s *desk) {
		s.limited(1)
		single := s.must(s.olu, reversal.Request{Subject: string(s.buys(70, "USD").ID), Reason: reversal.Minor, Note: "A single one."})
		_, err := s.back.RefundMinor(s.Ctx, s.olu, s.fan, "Thirteen.")
		s.Want(err, fault.StateConflict)
		_, err = s.back.Decline(s.Ctx, s.ann, single.ID, "Rather all of it.")
		s.OK(err)
		s.buys(700, "USD")
		s.tipped(20_00)
		all, err := s.back.RefundMinor(s.Ctx, s.olu, s.fan, "Thirteen.")
		if s.OK(err); len(all) != 3 {
			t.Fatalf("%d refunds", len(all))
		}
		for _, r := range all {
			if s.is(r.ID, reversal.Proposed); r.Decision != all[0].ID {
				t.Errorf("%+v", r)
			}
			_, err := s.back.Decline(s.Ctx, s.ann, r.ID, "The parents knew.")
			s.OK(err)
		}
		if c := s.caseOf(reversal.KindMinor, all[0].ID); c.State != casework.Closed || c.Decision != "declined" || c.By != s.ann.ID() {
			t.Errorf("the case is %+v", c)
		}
		all, err = s.back.RefundMinor(s.Ctx, s.olu, s.fan, "Thirteen, really.")
		s.OK(err)
		if c := s.caseOf(reversal.KindMinor, all[0].ID); c.State != casework.Opened {
			t.Errorf("the case is %+v", c)
		}
		_, err = s.back.Agree(s.Ctx, s.ann, all[1].ID)
		s.OK(err)
		s.later(time.Minute)
		for _, r := range all {
			if r = s.is(r.ID, reversal.Refunded); r.AgreedBy != s.ann.ID() {
				t.Errorf("%+v", r)
			}
			if n := s.Count("SELECT COUNT(*) FROM audit_entry WHERE verb = 'refund.agree' AND subject = $1", r.ID); n != 1 {
				t.Errorf("%d signatures for %s", n, r.ID)
			}
		}
		if c := s.caseOf(reversal.KindMinor, all[0].ID); c.State != casework.Closed || c.Decision != "refunded" {
			t.Errorf("the case is %+v", c)
		}
	})
}

func (s *desk) caseOf(kind, subject string) (c casework.Case) {
	s.T.Helper()
	s.Read(func(tx *db.Tx) (err error) {
		c, _, err = casework.About(s.Ctx, tx, kind, subject)
		return err
	})
	return c
}

// What a bank sent back is paid in another way by two people above the rule's amount.
func TestRepayByTwo(t *testing.T) {
	each(t, func(s *desk) {
		s.card = s.save("pm_card_refundFail")
		s.limited(5_00)
		small, large := s.must(s.olu, goodwill(string(s.buys(350, "USD").ID), 0, false)), s.must(s.olu, goodwill(string(s.buys(700, "USD").ID), 0, false))
		_, err := s.back.Agree(s.Ctx, s.ann, large.ID)
		s.OK(err)
		s.later(2 * time.Hour)
		s.is(large.ID, reversal.Bounced)
		_, err = s.back.Repay(s.Ctx, people.Caller{Person: s.fan, Roles: s.olu.Roles}, small.ID, "To me.")
		s.Want(err, fault.Forbidden)
		_, err = s.back.Repay(s.Ctx, s.olu, small.ID, "By a transfer.")
		s.OK(err)
		s.is(small.ID, reversal.Repaid)
		r, err := s.back.Repay(s.Ctx, s.olu, large.ID, "By a transfer.")
		if s.OK(err); r.State != reversal.Bounced || r.RepayBy != s.olu.ID() || r.RepayHow != "By a transfer." {
			t.Errorf("%+v", r)
		}
		s.verify()
		_, err = s.back.Repay(s.Ctx, s.olu, large.ID, "By a transfer.")
		s.Want(err, fault.Forbidden)
		_, err = s.back.Repay(s.Ctx, s.ann, large.ID, "I saw the transfer.")
		s.OK(err)
		s.is(large.ID, reversal.Repaid)
		var verbs []string
		s.Read(func(tx *db.Tx) error {
			all, err := audit.List(s.Ctx, tx, audit.Query{Subject: large.ID, Limit: 10})
			for _, e := range all {
				verbs = append(verbs, e.Verb)
			}
			return err
		})
		if len(verbs) != 4 || verbs[0] != "refund.repay" || verbs[1] != "refund.repay_propose" {
			t.Errorf("the audit log says %v", verbs)
		}
	})
}

// The key of a request belongs to the person who paid, whoever sends it; and its
// answer stays what it was when its outcome was known first.
func TestKeysOfRefunds(t *testing.T) {
	each(t, func(s *desk) {
		s.card = s.save("pm_card_refundFail")
		host := people.Caller{Key: id.Key("key_host"), Scopes: []people.Scope{people.RefundsWrite}}
		mine := s.buys(70, "USD")
		q := goodwill(string(mine.ID), 0, false)
		q.Key = "r1"
		first := s.is(s.must(host, q).ID, reversal.Refunded)
		if again := s.must(s.olu, q); again.ID != first.ID || !again.Replayed {
			t.Errorf("from another caller: %+v", again)
		}
		fan, card := s.fan, s.card
		s.fan = s.Person(func(p *people.NewPerson) { p.Region = "FR" })
		s.card = s.save("pm_card_bypassPending")
		theirs := goodwill(string(s.buys(70, "USD").ID), 0, false)
		theirs.Key = "r1"
		if r := s.must(host, theirs); r.ID == first.ID || r.Replayed {
			t.Errorf("for another person: %+v", r)
		}
		s.fan, s.card = fan, card
		s.later(2 * time.Hour)
		s.is(first.ID, reversal.Bounced)
		for range 2 {
			again := s.must(host, q)
			if again.State != reversal.Refunded || again.EndedUS != first.EndedUS || again.FailureWhy != "" || !again.Replayed {
				t.Errorf("its answer became %+v", again)
			}
			_, _ = s.back.Repay(s.Ctx, s.olu, first.ID, "By a transfer.")
		}
		s.is(first.ID, reversal.Repaid)
		q.Units = 1
		_, err := s.refund(host, q)
		s.Want(err, fault.IdempotencyKeyReused)
	})
}

// Rules by which one operator gives back what takes two now hold a day later at the
// earliest: nobody lifts the amount for a minute.
func TestRulesForOneAreAnnounced(t *testing.T) {
	each(t, func(s *desk) {
		s.limited(10_00)
		order := func(in time.Duration) policy.Order {
			return policy.Order{Act: policy.Act{By: s.olu, Reason: "There is one operator at night."}, FromUS: s.Clk.Now().Add(in).UnixMicro()}
		}
		all := func(cents int64, asset money.Asset) reversal.Ruleset {
			return reversal.Ruleset{{Agree: money.Amount{Units: cents, Asset: asset}}}
		}
		for _, looser := range []reversal.Ruleset{all(10_01, money.USD), all(5, "JPY"), append(all(1, money.USD), reversal.Rule{Region: "CH", Agree: money.Amount{Units: 10_01, Asset: money.USD}})} {
			_, err := s.back.Rules().Schedule(s.Ctx, order(policy.Notice-time.Second), looser)
			s.Want(err, fault.ValidationFailed)
		}
		_, err := s.back.Rules().Schedule(s.Ctx, order(time.Second), all(9_99, money.USD))
		s.OK(err)
		_, err = s.back.Rules().Schedule(s.Ctx, order(2*time.Second), all(10_00, money.USD)) // as now, and looser than what comes before it
		s.Want(err, fault.ValidationFailed)
		_, err = s.back.Rules().Schedule(s.Ctx, order(policy.Notice), all(20_00, money.USD))
		s.OK(err)
	})
}
