package payout_test

import (
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payout"
)

// both asks for both sides and fails the test unless they agree on so much in the
// account and so much on its way to the bank.
func (s *desk) both(when string, account, bank int64) payout.Balances {
	s.T.Helper()
	b, err := s.pay.Balances(s.Ctx, s.creator)
	s.OK(err)
	if !b.Open || !b.Live || !b.Agree() {
		s.T.Errorf("%s: %+v", when, b)
	}
	var got payout.Balance
	for _, side := range b.Sides {
		if side.Asset == "USD" {
			got = side
		}
	}
	if got.Account != account || got.Bank != bank || got.Transit != bank || got.Available+got.Pending != account {
		s.T.Errorf("%s: %+v, want %d in the account and %d on the way", when, got, account, bank)
	}
	return b
}

// Both sides agree at every stage of a payout, through a bounce and the return.
func TestBothSidesAgree(t *testing.T) {
	each(t, func(s *desk) {
		b, err := s.pay.Balances(s.Ctx, s.creator)
		s.OK(err)
		if b.Open || len(b.Sides) != 0 {
			t.Errorf("without an account: %+v", b)
		}
		s.ready(5)
		s.both("before", 0, 0)
		p := s.must(300)
		s.both("scheduled", 0, 0)
		s.box.AddFault(sandbox.Fault{Operation: "POST /v1/payouts", Mode: sandbox.Before, Next: 1})
		s.Clk.Advance(time.Minute)
		s.RunDue()
		s.is(p, payout.Sending)
		s.both("transferred", 300, 0)
		s.box.ClearFaults()
		s.later(time.Minute)
		s.is(p, payout.Sent)
		s.both("sent", 0, 300)
		s.silent() // from here on nobody tells us: the look itself brings the news
		s.Clk.Advance(72 * time.Hour)
		s.box.Settle()
		s.both("paid", 0, 0)
		s.is(p, payout.Paid)
		s.OK(s.box.Bounce(s.is(p, payout.Paid).ProviderPayout, "account_closed"))
		s.both("bounced", 300, 0)
		s.is(p, payout.Returning)
		s.RunDue()
		s.is(p, payout.Returned)
		s.both("returned", 0, 0)
		if got := payout.TroubleOf(new(s.is(p, payout.Returned))); got.Reason != "The bank account has been closed." || got.Do == "" {
			t.Errorf("trouble: %+v", got)
		}

		s.box.AddFault(sandbox.Fault{Operation: "GET /v1/balance", Mode: sandbox.Before, Probability: 1})
		seen := s.Clk.Now()
		s.Clk.Advance(time.Hour)
		if b, err = s.pay.Balances(s.Ctx, s.creator); err != nil || b.Live || b.SeenUS != seen.UnixMicro() || !b.Open {
			t.Errorf("while it does not answer: %+v, %v", b, err)
		}
		s.box.ClearFaults()
		s.Exec("UPDATE payout SET state = 'sent', ended_us = 0 WHERE id = $1", string(p.ID)) // books that say something else
		if b, err = s.pay.Balances(s.Ctx, s.creator); err != nil || b.Agree() || b.Sides[0].Difference() != -300 {
			t.Errorf("a difference: %+v, %v", b, err)
		}
		s.Exec("UPDATE payout SET state = 'returned', ended_us = 1 WHERE id = $1", string(p.ID))

	})
}
