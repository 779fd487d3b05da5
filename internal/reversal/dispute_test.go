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
