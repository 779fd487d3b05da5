package report_test

import (
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/purchase"
	"github.com/ovationhq/ovation/internal/report"
)

// stands is where the creator's money is, and the way to the bank.
func (s *desk) stands(creator id.Person) (report.Stands, payout.Way) {
	s.T.Helper()
	in, err := s.reader.Income(s.Ctx, creator, report.Month)
	s.OK(err)
	var way payout.Way
	var all []earnings.Earning
	s.Read(func(tx *db.Tx) error {
		if all, err = earnings.InDays(s.Ctx, tx, earnings.Days{Creator: creator}); err != nil {
			return err
		}
		way, err = payout.WayOf(s.Ctx, tx, creator)
		return err
	})
	var earned, steps int64
	for _, e := range all {
		earned += e.Amount.Units
	}
	for _, step := range way.Steps {
		steps += step.Amount.Units
	}
	got := in.Currencies[0].Stands
	open := got.Pending + got.Available + got.Scheduled + got.Held + got.Sent
	if open+got.Paid != earned || steps != open {
		s.T.Errorf("%d cents were earned; they stand as %+v, and the way has %d", earned, got, steps)
	}
	return got, way
}

// Wherever the money is on its way to the bank, it is all there, and what
// happens next has its amount and its instant.
func TestWayToTheBank(t *testing.T) {
	each(t, func(s *desk) {
		fan, _ := s.buyer(1400, 350)
		creator := s.Creator()
		room := s.Live(creator)
		if _, way := s.stands(creator); way.Next() != nil {
			t.Errorf("nothing was earned, and next comes %+v", way.Next())
		}
		s.Give(fan, "rose", room, 31) // 77 cents
		midnight := s.Clk.Now().Truncate(24 * time.Hour).Add(8 * 24 * time.Hour).UnixMicro()
		if _, way := s.stands(creator); way.Next().State != payout.StepPending || way.Next().Amount.Units != 77 || way.Next().AtUS != midnight {
			t.Errorf("next comes %+v", way.Next())
		}
		s.Later(9 * 24 * time.Hour)
		if _, way := s.stands(creator); way.Next().State != payout.StepBelow || way.Next().Missing.Units != 23 {
			t.Errorf("next comes %+v", way.Next())
		}
		s.Give(fan, "lion", room, 2)
		s.Later(9 * 24 * time.Hour)
		if _, way := s.stands(creator); way.Next().State != payout.StepAvailable || way.Next().Amount.Units != 577 || way.Next().AtUS != s.Clk.Now().UnixMicro() {
			t.Errorf("next comes %+v", way.Next())
		}
		s.Give(fan, "rose", room, 10)
		p := s.withdraw(creator, 300)
		got, way := s.stands(creator)
		if got.Scheduled != 300 || got.Available != 277 || got.Pending != 25 || way.Next().State != "scheduled" || way.Next().AtUS != s.Clk.Now().Add(time.Minute).UnixMicro() {
			t.Errorf("%+v, next comes %+v", got, way.Next())
		}
		s.Write(func(tx *db.Tx) error {
			return payout.InstallRules(s.Ctx, tx, payout.Rules{Version: "alone@1", NoticeDay: 1, PayDay: 15, Agree: 300})
		})
		_, err := s.pay.Hold(s.Ctx, people.Console(), p, "We look into it.", time.Time{})
		s.OK(err)
		got, way = s.stands(creator)
		if next := way.Next(); got.Held != 300 || next.State != "held" || next.Hold.Reason != "We look into it." || next.Hold.By != "console" || next.AtUS != s.Clk.Now().UnixMicro() {
			t.Errorf("%+v, next comes %+v", got, next)
		}
		_, err = s.pay.Release(s.Ctx, people.Console(), p, "It is in order.")
		s.OK(err)
		s.Later(2 * time.Minute)
		got, way = s.stands(creator)
		if next := way.Next(); got.Sent != 300 || next.State != "sent" || next.AtUS <= s.Clk.Now().UnixMicro() {
			t.Errorf("%+v, next comes %+v", got, next)
		}
		s.Exec("UPDATE rate_card SET daily_cap_units = 400")
		if _, way = s.stands(creator); way.Steps[1].Amount.Units != 277 || way.Steps[1].State != "available" {
			t.Errorf("all can be asked for, and what is above the cap goes on the days after; the way is %+v", way.Steps)
		}
		s.Exec("UPDATE rate_card SET daily_cap_units = 100000")
	})
}

// The windows compare equal numbers of days, in whole percents.
func TestIncomeChange(t *testing.T) {
	each(t, func(s *desk) {
		fan, creator := s.Fan(3000), s.Creator()
		room, video := s.Live(creator), s.Video(creator)
		s.Give(fan, "lion", room, 1) // 250 cents
		s.Give(fan, "rose", video, 2)
		s.Clk.Advance(24 * time.Hour)
		s.Give(fan, "rose", room, 34) // 85 cents: −66 percent
		s.Give(fan, "rose", video, 3) // 7 of 5: +40
		in, err := s.reader.Income(s.Ctx, creator, report.Today)
		s.OK(err)
		c := in.Currencies[0]
		if c.Total != 92 || c.Previous != 255 || *c.Change != -64 || *c.Sources[0].Change != -66 || *c.Sources[1].Change != 40 || c.Pending != 92 || len(c.Days) != 1 || c.Days[0].Previous != 255 {
			t.Errorf("today: %+v", c)
		}
		if in, err = s.reader.Income(s.Ctx, creator, report.Week); err != nil || in.Currencies[0].Total != 347 || in.Currencies[0].Change != nil || len(in.Currencies[0].Days) != 7 {
			t.Errorf("the week: %+v, %v", in, err)
		}
		_, err = s.reader.Income(s.Ctx, creator, "1y")
		s.Want(err, fault.InvalidParameter)
	})
}

func TestReceipt(t *testing.T) {
	each(t, func(s *desk) {
		fan, bought := s.buyer(70, 350)
		numbers := map[string]bool{}
		for _, p := range bought {
			r, err := report.Ask2(s.Ctx, s.reader, report.ReceiptOf, fan, string(p.ID))
			s.OK(err)
			numbers[r.Number] = true
			if r.Total != p.Price || r.Amount != p.Price || r.Coins != p.Coins || r.Brand != "visa" || r.Last4 != "4242" || r.Return != payment.NothingBack || len(r.Back) != 0 || r.IssuedUS != p.CompletedUS || r.Buyer.ID != fan {
				t.Errorf("the receipt: %+v of %+v", r, p)
			}
		}
		if len(numbers) != 2 {
			t.Errorf("the numbers are %v", numbers)
		}
		_, err := report.Ask2(s.Ctx, s.reader, report.ReceiptOf, s.Person(), string(bought[0].ID))
		s.Want(err, fault.NotFound)
		open, err := s.shop.AddTestCard(s.Ctx, fan, "pm_card_threeDSecureRequired")
		s.OK(err)
		p, err := s.shop.Buy(s.Ctx, purchase.Request{Key: s.Key(), Person: fan, Coins: 70, Currency: "USD", Card: open.ID, ReturnURL: "http://app.test/"})
		s.OK(err)
		_, err = report.Ask2(s.Ctx, s.reader, report.ReceiptOf, fan, string(p.ID))
		s.Want(err, fault.StateConflict)
	})
}
