package payout_test

import (
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/casework"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/payout"
)

func (s *desk) fundsCase(p payout.Payout) (c casework.Case) {
	s.T.Helper()
	s.Read(func(tx *db.Tx) (err error) {
		c, _, err = casework.About(s.Ctx, tx, payout.KindFunds, string(p.ID))
		return err
	})
	return c
}

// A payout that our balance does not cover has not begun: it says why, operators
// have a case, the creator may have it back, and it goes by itself when it is
// covered.
func TestPlatformFunds(t *testing.T) {
	each(t, func(s *desk) {
		s.OK(s.box.SetSettlement("eur")) // what fans pay comes as euros
		s.ready(5)
		first, second := s.must(200), s.must(300)
		s.later(2 * time.Minute)
		held := s.is(first, payout.Held)
		if h := held.Hold; h.Code != payout.PlatformFunds || h.By != payout.ByRule || h.Reason == "" || !held.Cancelable() || held.BegunUS != 0 {
			t.Errorf("held: %+v", held)
		}
		if c := s.fundsCase(first); c.State != casework.Opened || c.Person != s.creator || c.Amount != first.Amount {
			t.Errorf("case: %+v", c)
		}
		s.later(30 * time.Hour)
		if n := len(s.Events("payout.held", "payout.released")); n != 2 {
			t.Errorf("%d events", n)
		}
		_, err := s.pay.Cancel(s.Ctx, second.ID)
		s.OK(err)
		if c := s.fundsCase(second); c.State != casework.Closed || c.Decision != "canceled" || s.available() != 300 {
			t.Errorf("case: %+v", c)
		}
		s.OK(s.box.SetSettlement(""))
		s.gives(20, "pm_card_bypassPending")
		s.later(time.Hour)
		s.later(time.Minute)
		s.is(first, payout.Sent)
		if c := s.fundsCase(first); c.State != casework.Closed || c.Decision != "sent" {
			t.Errorf("case: %+v", c)
		}
		s.later(4 * 24 * time.Hour)
		s.moved(first, payout.Paid)
	})
}
