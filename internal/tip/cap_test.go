package tip_test

import (
	"sync"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/tip"
)

func of(units int64, a money.Asset) func(*tip.Request) {
	return func(r *tip.Request) { r.Amount = money.Amount{Units: units, Asset: a} }
}

// A day holds $500 of tips. The refusal says what is left and until when; what
// failed does not count, what is on its way does, and the next day begins anew.
func TestDayCap(t *testing.T) {
	each(t, func(s *jar) {
		s.Clk.Set(time.Date(2026, 4, 1, 23, 0, 0, 0, time.UTC))
		s.Want(second(s.tips.Give(s.Ctx, s.request(of(100_00, "USD"), func(r *tip.Request) { r.Card = s.save(s.fan, "pm_card_chargeCustomerFail") }))), fault.CardDeclined)
		for range 4 {
			s.gives(of(100_00, "USD"), covered) // the fee is not of the tip
		}
		waits := s.save(s.fan, "pm_card_threeDSecureRequired")
		_, err := s.tips.Give(s.Ctx, s.request(of(60_00, "USD"), func(r *tip.Request) { r.Card = waits }))
		s.OK(err)
		f := s.Want(second(s.tips.Give(s.Ctx, s.request(of(40_01, "USD")))), fault.DailyLimit)
		if f.Data["left"] != usd(40_00) || f.Data["cap"] != usd(500_00) || f.Data["resets_at"] != "2026-04-02T00:00:00Z" || f.RetryAfter <= 59*time.Minute || f.RetryAfter > time.Hour {
			t.Errorf("the refusal is %+v", f)
		}
		s.gives(of(40_00, "USD"))
		f = s.Want(second(s.tips.Give(s.Ctx, s.request(of(1_00, "USD")))), fault.DailyLimit)
		if f.Data["left"] != usd(0) {
			t.Errorf("the refusal is %+v", f)
		}
		s.Clk.Advance(time.Hour)
		q, err := s.tips.Quote(s.Ctx, tip.Ask{Fan: s.fan, Creator: s.creator, Asset: "USD", Units: 100_00})
		s.OK(err)
		if q.Day.Left != usd(500_00) || q.Day.TipsLeft != 100 || q.Covered.Charged != usd(103_30) || q.Closed != nil {
			t.Errorf("the quote is %+v", q)
		}
		s.gives(of(100_00, "USD"))
	})
}

// Tips in several currencies share the day: each uses its part of the cap in its
// own.
func TestDayCapAcrossCurrencies(t *testing.T) {
	each(t, func(s *jar) {
		s.Write(func(tx *db.Tx) error { // from now on a day holds twice as many yen, and three times as many euros
			all := rules("current@2", tx.NowUS())
			all[0].DayUnits, all[2].DayUnits = 150_000, 100_000
			return tip.Install(s.Ctx, tx, all)
		})
		for range 5 {
			s.gives(of(10_000, "JPY")) // half of the day
		}
		for range 4 {
			s.gives(of(10_000, "EUR")) // 4/15
		}
		q, err := s.tips.Quote(s.Ctx, tip.Ask{Fan: s.fan, Creator: s.creator, Asset: "USD"})
		s.OK(err)
		if q.Day.Left != usd(116_66) { // floor(7/30 of $500)
			t.Errorf("left are %+v", q.Day)
		}
		s.gives(of(100_00, "USD"))
		s.Want(second(s.tips.Give(s.Ctx, s.request(of(16_67, "USD")))), fault.DailyLimit)
		s.gives(of(16_66, "USD"))
		s.Want(second(s.tips.Give(s.Ctx, s.request(of(101, "EUR")))), fault.DailyLimit)
	})
}

// A day holds 100 tips, also when many are given at once.
func TestTipsADay(t *testing.T) {
	each(t, func(s *jar) {
		s.Write(func(tx *db.Tx) error {
			return tip.Install(s.Ctx, tx, rules("current@2", tx.NowUS(), func(r *tip.Rule) { r.DayTips = 3 }))
		})
		given := make(chan error, 8)
		var all sync.WaitGroup
		for range cap(given) {
			r := s.request(of(1_00, "USD"))
			all.Go(func() { given <- second(s.tips.Give(s.Ctx, r)) })
		}
		all.Wait()
		close(given)
		n := 0
		for err := range given {
			if err == nil {
				n++
				continue
			}
			if f := s.Want(err, fault.DailyLimit); f.Data["limit"] != "tips_a_day" || f.Data["cap"] != int64(3) || f.RetryAfter <= 0 {
				t.Errorf("the refusal is %+v", f)
			}
		}
		if n != 3 {
			t.Errorf("%d of 8 tips were given", n)
		}
	})
}

// The fan's own caps and cool-off hold for what is charged, with the fee.
func TestOwnLimits(t *testing.T) {
	each(t, func(s *jar) {
		limits := limit.NewService(s.D)
		_, err := limits.Set(s.Ctx, s.fan, limit.Wish{Caps: limit.Caps{Asset: "USD", Day: 5_45}})
		s.OK(err)
		s.Want(second(s.tips.Give(s.Ctx, s.request(covered))), fault.LimitReached)
		s.gives()
		_, err = limits.CoolOff(s.Ctx, s.fan, limit.CoolOffDay)
		s.OK(err)
		s.Want(second(s.tips.Give(s.Ctx, s.request(of(1_00, "USD")))), fault.LimitReached)
		if n := s.Count("SELECT COUNT(*) FROM tip"); n != 1 {
			t.Errorf("%d tips", n)
		}
	})
}
