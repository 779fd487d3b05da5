package reversal_test

import (
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
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
