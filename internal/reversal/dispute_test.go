package reversal_test

import (
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/reversal"
	"github.com/ovationhq/ovation/internal/tip"
)

// The provider takes fees for a dispute when it likes: for an answer, for an inquiry,
// and after the end. All of them are booked, and what it gives back.
func TestLaterFees(t *testing.T) {
	each(t, func(s *desk) {
		for range 5 {
			s.buys(1400, "USD")
		}
		fee := func(r reversal.Reversal, units int64) {
			t.Helper()
			s.OK(s.box.ChargeDispute(r.Provider, units))
			s.settle()
			s.agree()
		}
		costs := func(want int64) {
			t.Helper()
			if got := -s.Balance(ledger.DisputeCosts, money.USD); got != want {
				t.Errorf("the disputes cost %d, want %d", got, want)
			}
		}
		won, lost := s.disputes(string(s.buys(700, "USD").ID), 0, false), s.disputes(string(s.buys(700, "USD").ID), 0, false)
		costs(30_00)
		fee(won, 5_00)
		fee(lost, 0)
		costs(50_00)
		s.is(won.ID, reversal.Open)
		s.closes(won, true) // gives back what it took first
		s.closes(lost, false)
		s.agree()
		costs(35_00)
		fee(won, 1_00)
		fee(won, -5_00)
		fee(lost, 7_00)
		costs(38_00)
		if r := s.is(won.ID, reversal.Won); r.Fee != 1_00 {
			t.Errorf("%+v", r)
		}
		if r := s.is(lost.ID, reversal.Lost); r.Fee != 37_00 {
			t.Errorf("%+v", r)
		}
		asked := s.disputes(string(s.buys(700, "USD").ID), 0, true)
		fee(asked, 3_00)
		s.is(asked.ID, reversal.Inquiry)
		s.closes(asked, true)
		fee(asked, -1_00)
		if r := s.is(asked.ID, reversal.Closed); r.Fee != 2_00 {
			t.Errorf("%+v", r)
		}
		costs(40_00)
		s.later(time.Hour)
	})
}

// However often the provider takes a fee for one dispute, each is booked; and where it
// never ends, the dispute goes on, and what is not booked the comparison finds.
func TestManyFees(t *testing.T) {
	each(t, func(s *desk) {
		for range 3 {
			s.buys(1400, "USD")
		}
		r := s.disputes(string(s.buys(700, "USD").ID), 0, false)
		fees := func(n int) {
			for range n {
				s.OK(s.box.ChargeDispute(r.Provider, 1))
				s.settle()
			}
		}
		fees(12)
		s.agree()
		if got := s.is(r.ID, reversal.Open); got.Fee != 15_12 {
			t.Errorf("the fee is %d", got.Fee)
		}
		fees(90)
		s.verify()
		if got := s.is(r.ID, reversal.Open); got.Fee != 15_99 {
			t.Errorf("the fee is %d", got.Fee)
		}
		s.closes(r, true) // gives the first of them back, and books with it what was left
		if got := s.is(r.ID, reversal.Won); got.Fee != 1_02 {
			t.Errorf("won, the fee is %d", got.Fee)
		}
	})
}

// acted is who did it, by the audit log.
func (s *desk) acted(verb, subject string) (by []string) {
	s.T.Helper()
	s.Read(func(tx *db.Tx) (err error) {
		by, err = db.Collect[string](tx.Query(s.Ctx, "SELECT actor FROM audit_entry WHERE verb = $1 AND subject = $2 ORDER BY seq", verb, subject))(func(r *db.Rows) (x string, err error) { return x, r.Scan(&x) })
		return err
	})
	return by
}

// Whatever becomes of the call, what an operator decides about a dispute is done once,
// and it is known who decided it and why.
func TestDecisionsSurvive(t *testing.T) {
	for _, mode := range []sandbox.Mode{sandbox.Before, sandbox.After, sandbox.Reset, sandbox.ResetBefore, sandbox.RateLimit} {
		t.Run(string(mode), func(t *testing.T) {
			each(t, func(s *desk) {
				for range 3 {
					s.buys(1400, "USD")
				}
				accepted, answered := s.disputes(string(s.buys(70, "USD").ID), 0, false), s.disputes(string(s.buys(70, "USD").ID), 0, false)
				s.OK(s.box.SetWebhooks(sandbox.Webhooks{Off: true}))
				s.box.AddFault(sandbox.Fault{Operation: "POST /v1/disputes/**", Mode: mode, Next: 2})
				if _, err := s.back.Accept(s.Ctx, s.olu, accepted.ID, "Not worth it."); err != nil { // the adapter may have tried again itself
					s.Want(err, fault.UpstreamFailed)
					_, err = s.back.Answer(s.Ctx, s.ann, accepted.ID, "Or is it?")
					s.Want(err, fault.StateConflict)
				}
				if _, err := s.back.Answer(s.Ctx, s.ann, answered.ID, "It was used."); err != nil {
					s.Want(err, fault.UpstreamFailed)
				}
				s.verify()
				for range 4 {
					s.Clk.Advance(30 * time.Second)
					s.settle()
				}
				if r := s.is(accepted.ID, reversal.Lost); r.Note != "Not worth it." {
					t.Errorf("%+v", r)
				}
				if r := s.is(answered.ID, reversal.Answered); r.Evidence != "It was used." {
					t.Errorf("%+v", r)
				}
				if a, b := s.acted("dispute.accept", accepted.ID), s.acted("dispute.answer", answered.ID); len(a) != 1 || a[0] != s.olu.ID() || len(b) != 1 || b[0] != s.ann.ID() {
					t.Errorf("accepted by %q, answered by %q", a, b)
				}
				s.agree()
			})
		})
	}
}

// The bank was quicker than what an operator has decided: what it decided counts.
func TestDecidedByTheBank(t *testing.T) {
	each(t, func(s *desk) {
		s.buys(1400, "USD")
		d := s.disputes(string(s.buys(70, "USD").ID), 0, false)
		s.Exec("UPDATE reversal SET intent = 'answer', intent_text = 'It was used.', intent_by = '" + s.ann.ID() + "' WHERE id = '" + d.ID + "'")
		s.Write(func(tx *db.Tx) error {
			return audit.Record(s.Ctx, tx, audit.Act{Origin: audit.By(s.Ctx, s.ann.ID()), Verb: "dispute.answer", Subject: d.ID})
		})
		s.OK(s.box.SetWebhooks(sandbox.Webhooks{Off: true}))
		s.OK(s.box.CloseDispute(d.Provider, true)) // the bank was quicker
		_, err := s.back.Answer(s.Ctx, s.ann, d.ID, "It was used.")
		s.OK(err)
		s.is(d.ID, reversal.Won)
		_, err = s.back.Accept(s.Ctx, s.olu, d.ID, "Enough.")
		s.Want(err, fault.AlreadyDone)
		if n := len(s.acted("dispute.answer", d.ID)) + len(s.acted("dispute.refused", d.ID)); n != 1 {
			t.Errorf("%d entries", n)
		}
	})
}

// An inquiry that was closed may take the money later.
func TestTurned(t *testing.T) {
	each(t, func(s *desk) {
		for range 3 {
			s.buys(1400, "USD")
		}
		turns := func(r reversal.Reversal) {
			t.Helper()
			s.OK(s.box.TurnDispute(r.Provider))
			s.settle()
			s.agree()
		}
		p := s.buys(700, "USD")
		s.Give(s.fan, "rose", s.room, 100)
		before := s.snapshot()
		d := s.disputes(string(p.ID), 0, true)
		s.closes(d, true)
		s.is(d.ID, reversal.Closed)
		turns(d)
		if r := s.is(d.ID, reversal.Open); r.EndedUS != 0 || r.Moved != usd(9_99) {
			t.Errorf("%+v", r)
		}
		s.closes(d, true)
		s.is(d.ID, reversal.Won)
		if now := s.snapshot(); now != before {
			t.Errorf("%+v, before %+v", now, before)
		}
		s.agree()
		s.later(time.Hour)
	})
}

// What comes back at another rate differs each time, and each time there is a case.
func TestDrift(t *testing.T) {
	each(t, func(s *desk) {
		s.OK(s.box.SetSettlement("usd"))
		for range 3 {
			s.buys(1400, "EUR")
		}
		s.OK(s.box.SetDrift(30_000))
		p := s.buys(700, "EUR")
		for range 2 { // two disputes of one charge are won
			d := s.disputes(string(p.ID), 0, false)
			s.closes(d, true)
			s.is(d.ID, reversal.Won)
			s.agree()
		}
		s.card = s.save("pm_card_refundFail")
		for _, subject := range []string{string(s.buys(700, "EUR").ID), string(s.tipped(10_00, func(r *tip.Request) { r.Amount.Asset = "EUR" }).ID)} {
			r := s.must(s.olu, reversal.Request{Subject: subject, Spent: true, Reason: reversal.Goodwill, Note: "It comes back."})
			_, err := s.back.Agree(s.Ctx, s.ann, r.ID) // in another currency than the rule's
			s.OK(err)
			s.later(2 * time.Hour)
			r = s.is(r.ID, reversal.Bounced)
			if got := s.Balance(ledger.ReversalPath(r.ID), money.USD); got != r.Moved.Units {
				t.Errorf("%d are owed of %+v", got, r)
			}
		}
		if n := s.Count("SELECT COUNT(*) FROM casework_case WHERE kind = 'difference' AND state = 'open' AND part = 'returned'"); n != 4 {
			t.Errorf("%d differences", n)
		}
		s.writeOff()
	})
}
