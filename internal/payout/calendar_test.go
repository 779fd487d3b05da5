package payout_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/purchase"
)

// rules installs a calendar: told on the 1st, paid on the 15th from $3 on.
func (s *desk) rules(limits ...payout.Limit) {
	s.T.Helper()
	s.Write(func(tx *db.Tx) error {
		return payout.InstallRules(s.Ctx, tx, payout.Rules{Version: "payouts@1", FromUS: 1, NoticeDay: 1, PayDay: 15, Monthly: 300, Limits: limits})
	})
}

// monthly has the creator be paid by the calendar.
func (s *desk) monthly() {
	s.T.Helper()
	s.Runner.Inside(payout.WorkMonthly, func(ctx context.Context, tx *db.Tx, key string) (int64, error) {
		return payout.RunMonthly(ctx, tx, id.Person(key))
	})
	s.OK(s.pay.Choose(s.Ctx, s.creator, payout.Monthly))
}

func (s *desk) to(year int, month time.Month, day, hour int) {
	s.T.Helper()
	s.Clk.Set(time.Date(year, month, day, hour, 0, 0, 0, time.UTC))
	s.box.Settle()
	s.RunDue()
	s.agree()
}

func (s *desk) months() (all []payout.Month) {
	s.T.Helper()
	s.Read(func(tx *db.Tx) (err error) {
		all, err = payout.MonthsOf(s.Ctx, tx, s.creator, 50)
		return err
	})
	return all
}

func (s *desk) listed() (all []payout.Payout) {
	s.T.Helper()
	s.Read(func(tx *db.Tx) (err error) {
		all, err = payout.OfCreator(s.Ctx, tx, s.creator, payout.Page{Limit: 100})
		return err
	})
	return all
}

// Told on the 1st, paid on the 15th when it is enough, else carried over; each
// once, however often it is looked at.
func TestMonthly(t *testing.T) {
	each(t, func(s *desk) {
		s.Want(s.pay.Choose(s.Ctx, s.creator, payout.Monthly), fault.StateConflict)
		s.rules()
		s.Want(s.pay.Choose(s.Ctx, s.creator, "weekly"), fault.ValidationFailed)
		s.ready(2) // in March
		s.Clk.Set(time.Date(2026, 3, 20, 10, 0, 0, 0, time.UTC))
		s.monthly()
		s.RunDue()
		if n := len(s.months()); n != 0 { // the 15th was before the choice
			t.Errorf("%d months", n)
		}
		s.to(2026, 4, 1, 0)
		s.to(2026, 4, 1, 5)
		if m := s.months(); len(m) != 1 || m[0].Name != "2026-04" || m[0].Notice != 200 || m[0].Outcome != "" {
			t.Errorf("announced: %+v", m)
		}
		s.to(2026, 4, 15, 0)
		s.to(2026, 4, 16, 0)
		if m := s.months(); len(m) != 1 || m[0].Outcome != "carried" || len(s.listed()) != 0 || s.available() != 200 {
			t.Errorf("carried: %+v", m)
		}
		s.earns(3)
		s.to(2026, 5, 1, 0)
		s.to(2026, 5, 15, 1)
		s.later(time.Minute)
		if m, all := s.months(), s.listed(); len(m) != 2 || m[0].Outcome != "paid" || m[0].Units != 500 || len(all) != 1 || all[0].Run != "2026-05" || all[0].State != payout.Sent {
			t.Errorf("paid: %+v, %+v", m, all)
		}
		var notice, carried map[string]any
		told, over := s.Events("payout.notice"), s.Events("payout.carried")
		if len(told) != 2 || len(over) != 1 {
			t.Fatalf("told %d times, carried %d times", len(told), len(over))
		}
		s.OK(json.Unmarshal(told[0].Data, &notice))
		s.OK(json.Unmarshal(over[0].Data, &carried))
		if got := fmt.Sprint(slices.Sorted(maps.Keys(notice)), slices.Sorted(maps.Keys(carried))); got != "[amount carried creator minimum month pays_at] [amount code creator minimum month pays_at reason]" {
			t.Errorf("docs/events.md tells of other fields than %s", got)
		}
		if notice["pays_at"] != "2026-04-15T00:00:00.000000Z" || notice["carried"] != true || carried["code"] != "payout_below_minimum" {
			t.Errorf("notice: %v, carried: %v", notice, carried)
		}
		s.OK(s.pay.Choose(s.Ctx, s.creator, payout.OnRequest))
		s.earns(5)
		s.to(2026, 7, 20, 0)
		if len(s.listed()) != 1 || len(s.months()) != 2 {
			t.Errorf("on request again: %+v", s.months())
		}
	})
}

// Off for 40 days: the month that it is gets paid once, in parts that the cap
// allows; what went by is not made up for twice. Clocks that jump do no harm.
func TestMonthlyWhileOff(t *testing.T) {
	each(t, func(s *desk) {
		s.rules()
		s.capped(200, 50)
		s.ready(6)
		s.Clk.Set(time.Date(2026, 3, 31, 23, 59, 59, 0, time.UTC))
		s.monthly()
		s.Clk.Set(time.Date(2026, 5, 20, 12, 0, 0, 0, time.UTC))
		for range 3 {
			s.RunDue()
		}
		if all := s.listed(); len(all) != 3 || s.available() != 0 {
			t.Fatalf("payouts: %+v", all)
		}
		if m := s.months(); len(m) != 1 || m[0].Name != "2026-05" || m[0].Units != 600 {
			t.Errorf("months: %+v", m)
		}
		s.pass(7*24*time.Hour, 6*time.Hour)
		for _, p := range s.listed() {
			s.is(p, payout.Paid)
		}
		s.earns(4)
		s.to(2038, 2, 14, 0)
		s.to(2026, 6, 20, 0) // the clock was wrong, and is put right
		s.OK(s.pay.Plan(s.Ctx))
		s.RunDue()
		s.to(2026, 7, 14, 0)
		s.OK(s.pay.Plan(s.Ctx))
		s.to(2026, 7, 15, 1)
		s.pass(7*24*time.Hour, 6*time.Hour)
		paid := int64(0)
		for _, p := range s.listed() {
			if p.State == payout.Paid {
				paid += p.Amount.Units
			}
		}
		if paid != 1000 || s.available() != 0 {
			t.Errorf("%d were paid, %d are left: %+v", paid, s.available(), s.months())
		}
	})
}

// Every month of five years has its days, and no day is in two months.
func TestEveryMonth(t *testing.T) {
	each(t, func(s *desk) {
		s.rules()
		s.ready(2)
		s.monthly()
		for year := 2026; year < 2031; year++ {
			for m := time.January; m <= time.December; m++ {
				at := time.Date(year, m, 14, 23, 59, 0, 0, time.UTC)
				if at.Before(s.Clk.Now()) {
					continue
				}
				s.Clk.Set(at)
				s.RunDue()
				s.Clk.Set(at.Add(time.Minute))
				s.RunDue()
			}
		}
		all := s.months()
		for i, m := range all {
			if m.Outcome != "carried" || m.NoticeUS == 0 || time.UnixMicro(m.RunUS).UTC().Format("2006-01-02") != m.Name+"-15" || i > 0 && m.Name >= all[i-1].Name {
				t.Errorf("%+v", m)
			}
		}
		if len(all) != 50 {
			t.Errorf("%d months", len(all))
		}
	})
}

// Nothing goes to an account that is not in order: it is carried over, with what
// is missing.
func TestMonthlyWithoutAnAccount(t *testing.T) {
	each(t, func(s *desk) {
		s.rules()
		s.earns(5)
		s.monthly()
		s.to(2026, 4, 15, 0)
		var carried map[string]any
		over := s.Events("payout.carried")
		if len(over) != 1 {
			t.Fatalf("carried %d times", len(over))
		}
		s.OK(json.Unmarshal(over[0].Data, &carried))
		if carried["code"] != "kyc_required" || s.available() != 500 {
			t.Errorf("carried: %v", carried)
		}
	})
}

// A source that goes by the calendar alone is not paid on request, and is paid
// on its day without anybody's choice.
func TestSourceByCalendar(t *testing.T) {
	each(t, func(s *desk) {
		s.Write(func(tx *db.Tx) error {
			return payout.InstallRules(s.Ctx, tx, payout.Rules{Version: "payouts@1", FromUS: 1, NoticeDay: 1, PayDay: 15, Monthly: 100,
				Sources: []payout.SourceRule{{Source: earnings.FromGift, Calendar: payout.OnRequest}, {Source: earnings.FromVideoGift, Calendar: payout.Monthly}}})
		})
		fan := s.Person()
		c, err := s.shop.AddTestCard(s.Ctx, fan, "pm_card_visa")
		s.OK(err)
		_, err = s.shop.Buy(s.Ctx, purchase.Request{Key: s.Key(), Person: fan, Coins: 1400, Currency: "USD", Card: c.ID, ReturnURL: "http://app.test/"})
		s.OK(err)
		s.Give(fan, "rose", s.Video(s.creator), 80) // $2
		s.ready(5)
		_, err = s.withdraw(501)
		s.Want(err, fault.InsufficientBalance)
		s.goes(s.must(0), 500)
		s.Runner.Inside(payout.WorkMonthly, func(ctx context.Context, tx *db.Tx, key string) (int64, error) {
			return payout.RunMonthly(ctx, tx, id.Person(key))
		})
		s.OK(s.pay.Plan(s.Ctx))
		s.to(2026, 4, 1, 0)
		s.OK(s.pay.Plan(s.Ctx))
		s.to(2026, 4, 15, 0)
		if m := s.months(); len(m) != 1 || m[0].Units != 200 || m[0].Outcome != "paid" {
			t.Errorf("months: %+v", m)
		}
	})
}

// The calendar's work is planned by the rules in force: a source that went by the
// calendar alone in others plans nobody.
func TestPlanGoesByTheRulesInForce(t *testing.T) {
	each(t, func(s *desk) {
		s.ready(5)
		alone := []payout.SourceRule{{Source: earnings.FromGift, Calendar: payout.Monthly}}
		planned := func(want int64) {
			t.Helper()
			s.OK(s.pay.Plan(s.Ctx))
			if n := s.Count("SELECT COUNT(*) FROM due_work WHERE kind = 'payout.monthly'"); n != want {
				t.Errorf("%d are planned, want %d", n, want)
			}
		}
		for _, r := range []payout.Rules{{Version: "was@1", FromUS: 1, Sources: alone}, {Version: "is@1", FromUS: 2}, {Version: "will@1", FromUS: s.Clk.Now().Add(time.Hour).UnixMicro(), Sources: alone}} {
			r.NoticeDay, r.PayDay = 1, 15
			s.Write(func(tx *db.Tx) error { return payout.InstallRules(s.Ctx, tx, r) })
		}
		planned(0)
		s.Clk.Advance(time.Hour)
		planned(1)
	})
}
