package payout_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/purchase"
)

// Everything that can happen to a creator's money at once, on two hundred days:
// requests, cancellations, maturing, holds, changes of the bank, the calendar,
// and the way to the bank. The books are right after each day.
func TestRaces(t *testing.T) {
	each(t, func(s *desk) {
		rounds := 200
		if s.D.Engine() == "postgres" || testing.Short() { // which is slower, and serializes the same way
			rounds = 50
		}
		s.capped(200, 50)
		s.rules()
		fan := s.Person()
		c, err := s.shop.AddTestCard(s.Ctx, fan, "pm_card_visa")
		s.OK(err)
		for range rounds / 6 {
			_, err := s.shop.Buy(s.Ctx, purchase.Request{Key: s.Key(), Person: fan, Coins: 1400, Currency: "USD", Card: c.ID, ReturnURL: "http://app.test/"})
			s.OK(err)
		}
		a := s.account(sandbox.Onboarding{Name: "Ada"})
		s.monthly()
		before := s.must0()
		for n := range rounds {
			s.Give(fan, "rose", s.room, 40)
			s.Clk.Advance(24 * time.Hour)
			s.race(n, a, before)
			before = s.must0()
			s.box.Settle()
			s.agree()
		}
		s.pass(40*24*time.Hour, 12*time.Hour)
		s.agree()
		if n := s.Count("SELECT COUNT(DISTINCT state) FROM payout"); n < 3 { // they got in each other's way, and not all in one
			t.Errorf("the payouts are in %d states", n)
		}
	})
}

// must0 is the creator's newest payout, or one that there is not.
func (s *desk) must0() id.Payout {
	if all := s.listed(); len(all) > 0 {
		return all[0].ID
	}
	return "pyo_x"
}

func (s *desk) race(n int, a payout.Account, before id.Payout) {
	s.T.Helper()
	withdraw := func(key string, cents int64) func() error {
		return func() error {
			_, err := s.pay.Withdraw(s.Ctx, payout.Request{Key: fmt.Sprint("race-", key, n), Creator: s.creator, Amount: cents})
			return err
		}
	}
	all := []func() error{
		withdraw("a", 120), withdraw("b", 0), withdraw("a", 120),
		func() error { _, err := s.pay.Cancel(s.Ctx, before); return err },
		func() error { _, err := s.pay.CancelGroup(s.Ctx, before, nil, nil); return err },
		func() error {
			_, err := s.pay.Hold(s.Ctx, boss, before, "We look into it.", s.Clk.Now().Add(30*time.Hour))
			return err
		},
		func() error { _, err := s.pay.Release(s.Ctx, boss, before, "It is in order."); return err },
		func() error { _, err := s.pay.AgreeRelease(s.Ctx, other, before); return err },
		func() error { _, err := s.Runner.RunDue(s.Ctx); return err },
		func() error {
			return s.D.Write(s.Ctx, func(tx *db.Tx) error {
				_, err := payout.RunMonthly(s.Ctx, tx, s.creator)
				return err
			})
		},
		func() error { _, err := s.pay.Balances(s.Ctx, s.creator); return err },
	}
	if n%9 == 0 {
		bank := []string{"000123456789", "000111111113"}[n/9%2]
		all = append(all, func() error { return s.box.Onboard(a.Provider, sandbox.Onboarding{Name: "Ada", Bank: bank}) },
			func() error { _, err := s.pay.Refresh(context.WithoutCancel(s.Ctx), s.creator); return err })
	}
	begin := make(chan struct{})
	var wg sync.WaitGroup
	for _, f := range all {
		wg.Go(func() {
			<-begin
			if err := f(); err != nil && fault.CodeOf(err) == "" {
				s.T.Errorf("round %d: %v", n, err)
			}
		})
	}
	close(begin)
	wg.Wait()
}
