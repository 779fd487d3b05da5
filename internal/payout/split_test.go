package payout_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/purchase"
)

// rate has another rate card hold from now on.
func (s *desk) rate(change func(c *earnings.RateCard)) {
	s.T.Helper()
	s.Write(func(tx *db.Tx) error {
		c, err := earnings.Rates(s.Ctx, tx)
		if err != nil {
			return err
		}
		n := s.Count("SELECT COUNT(*) FROM rate_card")
		c.Version, c.FromUS = fmt.Sprintf("current@%d", n+1), max(tx.NowUS(), c.FromUS+1)
		change(&c)
		return earnings.Install(s.Ctx, tx, c)
	})
	s.Clk.Advance(time.Microsecond)
}

func (s *desk) capped(dailyCap, minimum int64) {
	s.T.Helper()
	s.rate(func(c *earnings.RateCard) { c.DailyCap, c.MinimumUnits = dailyCap, minimum })
}

// goes fails the test unless the request made payouts of these amounts, each on
// the next day of which the cap had room.
func (s *desk) goes(p payout.Payout, amounts ...int64) (all []payout.Payout) {
	s.T.Helper()
	s.Read(func(tx *db.Tx) (err error) {
		all, err = payout.OfGroup(s.Ctx, tx, p.ID)
		return err
	})
	var got []int64
	for i, one := range all {
		got = append(got, one.Amount.Units)
		if one.Group != p.ID || i > 0 && one.GoesUS-one.GoesUS%(24*time.Hour).Microseconds() != one.GoesUS || i > 0 && one.GoesUS <= all[i-1].GoesUS {
			s.T.Errorf("part %d: %+v", i, one)
		}
	}
	if !slices.Equal(got, amounts) {
		s.T.Errorf("it goes as %v, want %v", got, amounts)
	}
	return all
}

// A large request is several payouts, one a day; each is a payout of its own.
func TestSplit(t *testing.T) {
	each(t, func(s *desk) {
		s.capped(200, 50)
		s.ready(7)
		r := payout.Request{Key: "big", Creator: s.creator, Amount: 520}
		p, err := s.pay.Withdraw(s.Ctx, r)
		s.OK(err)
		all := s.goes(p, 200, 200, 120)
		if again, err := s.pay.Withdraw(s.Ctx, r); err != nil || again.ID != p.ID || !again.Replayed || s.available() != 180 {
			t.Errorf("the same call: %+v, %v; %d are available", again, err, s.available())
		}
		s.later(time.Minute)
		s.is(all[0], payout.Sent)
		s.is(all[1], payout.Scheduled)
		if again, err := s.pay.Drive(s.Ctx, all[1].ID); err != nil || again <= 0 { // before its day nothing goes, whoever asks
			t.Errorf("driven before its day: %s, %v", again, err)
		}
		s.is(all[1], payout.Scheduled)
		_, err = s.pay.Cancel(s.Ctx, all[2].ID)
		s.OK(err)
		done, err := s.pay.CancelGroup(s.Ctx, all[2].ID, nil, nil)
		s.OK(err)
		if len(done) != 1 || done[0].ID != all[1].ID || s.available() != 500 {
			t.Errorf("canceled %+v, %d are available", done, s.available())
		}
		_, err = s.pay.CancelGroup(s.Ctx, all[0].ID, nil, nil)
		s.Want(err, fault.PayoutInProgress)
		s.Clk.Set(s.Clk.Now().Truncate(24 * time.Hour).Add(24*time.Hour - time.Second))
		p = s.must(0) // it would go after midnight, so it is of tomorrow's cap
		s.goes(p, 200, 200, 100)
		all = s.goes(p, 200, 200, 100)
		s.pass(7*24*time.Hour, 6*time.Hour)
		for _, one := range all {
			if got := s.is(one, payout.Paid); got.GoesUS != one.GoesUS {
				t.Errorf("it went at another time: %+v", got)
			}
		}
	})
}

// While the server was off the days went by: what was to go on them goes on the
// days that come, at most the cap on each.
func TestSplitWhileOff(t *testing.T) {
	each(t, func(s *desk) {
		s.capped(200, 50)
		s.ready(7)
		all := s.goes(s.must(600), 200, 200, 200)
		s.Clk.Advance(10 * 24 * time.Hour)
		s.RunDue()
		for i, want := range []payout.State{payout.Sent, payout.Scheduled, payout.Scheduled} {
			s.is(all[i], want)
		}
		s.goes(s.must(100), 100)
		s.later(24 * time.Hour)
		s.is(all[1], payout.Sent)
		s.later(24 * time.Hour)
		s.is(all[2], payout.Sent)
		s.later(72 * time.Hour)
	})
}

// Money in another currency than the rate card's goes by the rules of payouts,
// to a bank in that currency.
func TestCurrencies(t *testing.T) {
	each(t, func(s *desk) {
		s.ready(5)
		s.rules(payout.Limit{Asset: money.USD, DailyCap: 300, Minimum: 150, Monthly: 1000})
		s.rate(func(c *earnings.RateCard) { c.PayAsset = "EUR" })
		_, err := s.pay.Withdraw(s.Ctx, payout.Request{Key: s.Key(), Creator: s.creator})
		f := s.Want(err, fault.KYCRequired)
		if fmt.Sprint(f.Data["missing"]) != "[external_account]" {
			t.Errorf("missing: %v", f.Data)
		}
		s.account(sandbox.Onboarding{Name: "Ada", Currencies: []string{"eur"}})
		fan := s.Person()
		c, err := s.shop.AddTestCard(s.Ctx, fan, "pm_card_visa")
		s.OK(err)
		_, err = s.shop.Buy(s.Ctx, purchase.Request{Key: s.Key(), Person: fan, Coins: 1400, Currency: "EUR", Card: c.ID, ReturnURL: "http://app.test/"})
		s.OK(err)
		s.Give(fan, "rose", s.room, 80)
		s.later(9 * 24 * time.Hour)
		in := func(asset money.Asset, cents int64) (payout.Payout, error) {
			return s.pay.Withdraw(s.Ctx, payout.Request{Key: s.Key(), Creator: s.creator, Amount: cents, Currency: asset})
		}
		_, err = in("JPY", 0)
		s.Want(err, fault.CurrencyUnsupported)
		_, err = in("USD", 100)
		s.Want(err, fault.PayoutBelowMinimum)
		dollars, err := in("USD", 0)
		s.OK(err)
		s.goes(dollars, 300, 200)
		euros, err := in("", 0)
		s.OK(err)
		if euros.Amount != (money.Amount{Units: 200, Asset: "EUR"}) || euros.Rule != "current@2" || dollars.Rule != "payouts@1" {
			t.Errorf("euros: %+v", euros)
		}
		s.later(time.Minute)
		s.later(72 * time.Hour)
		s.is(euros, payout.Paid)
		s.is(dollars, payout.Paid)
		s.box.Compare(s.D)
	})
}
