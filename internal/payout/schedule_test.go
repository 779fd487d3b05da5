package payout_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/policy"
)

func yen(daily int64) payout.Limit {
	return payout.Limit{Asset: "JPY", DailyCap: daily, Minimum: 100, Monthly: 500}
}

// order schedules from the instant on.
func order(from time.Time) policy.Order {
	return policy.Order{Act: policy.Act{By: people.Console(), Reason: "The bank asks for it."}, FromUS: from.UnixMicro()}
}

func (s *desk) inForce() (r payout.Rules) {
	s.T.Helper()
	s.Read(func(tx *db.Tx) (err error) { r, err = payout.RulesInForce(s.Ctx, tx); return err })
	return r
}

// Rules that an operator schedules hold from their instant on, and the calendar
// goes by them, also where its work was planned by those before.
func TestScheduleRules(t *testing.T) {
	each(t, func(s *desk) {
		s.Write(func(tx *db.Tx) error {
			return payout.InstallRules(s.Ctx, tx, payout.Rules{Version: "old@1", FromUS: 1, NoticeDay: 20, PayDay: 25, Monthly: 100, Limits: []payout.Limit{yen(9000)}})
		})
		s.ready(2) // in March
		s.Clk.Set(time.Date(2026, 3, 26, 0, 0, 0, 0, time.UTC))
		s.monthly()
		s.RunDue() // which plans for April 20
		from := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
		next := &payout.Rules{NoticeDay: 2, PayDay: 4, Monthly: 150, Limits: []payout.Limit{yen(7000)}, Sources: []payout.SourceRule{{Source: earnings.FromTip, Calendar: payout.Monthly}}}
		v, err := s.pay.Rules().Schedule(s.Ctx, order(from), next)
		s.OK(err)
		if v.Name != "payouts@1" || s.inForce().Version != "old@1" {
			t.Errorf("%+v was scheduled, %s holds", v, s.inForce().Version)
		}
		s.Want(s.pay.Rules().Withdraw(s.Ctx, "old@1", order(from).Act), fault.StateConflict)
		s.to(2026, 4, 1, 0)
		if r := s.inForce(); r.Version != "payouts@1" || r.PayDay != 4 || !slices.Equal(r.Limits, []payout.Limit{{Asset: "JPY", Rule: "payouts@1", DailyCap: 7000, Minimum: 100, Monthly: 500}}) || len(r.Sources) != 1 {
			t.Errorf("in force: %+v", r)
		}
		s.OK(s.pay.Plan(s.Ctx))
		s.to(2026, 4, 2, 1)
		s.to(2026, 4, 4, 1)
		if m := s.months(); len(m) != 1 || m[0].Outcome != "paid" || m[0].Units != 200 {
			t.Errorf("months: %+v", m)
		}
		v, err = s.pay.Rules().Schedule(s.Ctx, order(s.Clk.Now().Add(time.Hour)), next)
		s.OK(err)
		s.OK(s.pay.Rules().Withdraw(s.Ctx, v.Name, order(from).Act))
		s.Read(func(tx *db.Tx) error {
			r, err := payout.RulesOf(s.Ctx, tx, v.Name)
			if r.Version != "" {
				t.Errorf("withdrawn: %+v", r)
			}
			return err
		})
		ledgertest.Verify(t, s.D, append(checks(), policy.Checks(&payout.Versions)...)...)
	})
}

// All that is wrong with rules is told at once, and nothing is scheduled.
func TestScheduleRulesRefuses(t *testing.T) {
	each(t, func(s *desk) {
		s.rules(yen(9000))
		from := s.Clk.Now().Add(time.Hour)
		for want, r := range map[string]payout.Rules{
			"/notice_day /pay_day /monthly": {NoticeDay: 0, PayDay: 29, Monthly: -1},
			"/notice_day /pay_day":          {NoticeDay: 28, PayDay: 28},
			"/pay_day":                      {NoticeDay: 15, PayDay: 15},
			"/sources/0/source /sources/1/calendar /sources/2/source": {NoticeDay: 1, PayDay: 2, Sources: []payout.SourceRule{
				{Source: "luck", Calendar: payout.Monthly}, {Source: earnings.FromTip, Calendar: "weekly"}, {Source: earnings.FromTip, Calendar: payout.Monthly}}},
			"/limits/0/asset /limits/1/asset /limits/3/asset": {NoticeDay: 1, PayDay: 2, Limits: []payout.Limit{
				{Asset: "yen", DailyCap: 1}, {Asset: "USD", DailyCap: 1}, yen(1000), yen(2000)}},
			"/limits/0/daily_cap /limits/0/minimum": {NoticeDay: 1, PayDay: 2, Limits: []payout.Limit{{Asset: "JPY", DailyCap: 0, Minimum: 1, Monthly: 1}}},
			"/agree /from":                          {NoticeDay: 1, PayDay: 2, Agree: policy.MostUnits + 1},
			"/from":                                 {NoticeDay: 1, PayDay: 2, Limits: []payout.Limit{{Asset: "JPY", DailyCap: 9000, Minimum: 1, Monthly: 1, Agree: 1}}}, // the others have a day to see it
			"/limits/0/monthly":                     {NoticeDay: 1, PayDay: 2, Limits: []payout.Limit{{Asset: "JPY", DailyCap: 10, Minimum: 5, Monthly: 4}}},
		} {
			_, err := s.pay.Rules().Schedule(s.Ctx, order(from), &r)
			var got []string
			if f, ok := errors.AsType[*fault.Error](err); ok {
				for _, field := range f.Fields {
					got = append(got, field.Pointer)
				}
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%+v: %v are wrong, want %s", r, got, want)
			}
		}
		if n := s.Count("SELECT COUNT(*) FROM payout_rules"); n != 1 {
			t.Errorf("%d versions", n)
		}
		_, err := s.pay.Rules().Schedule(s.Ctx, order(s.Clk.Now().Add(policy.Notice)), &payout.Rules{NoticeDay: 1, PayDay: 2, Agree: 1})
		s.OK(err)
		s.Clk.Advance(policy.Notice - time.Hour)
		_, err = s.pay.Rules().Schedule(s.Ctx, order(s.Clk.Now().Add(2*time.Hour)), &payout.Rules{NoticeDay: 1, PayDay: 2, Agree: 2}) // looser than what comes before it
		s.Want(err, fault.ValidationFailed)
	})
}

// What tips are given in, now or by rules to come, keeps its limits: the money comes
// later.
func TestScheduleRulesKeepsTheCurrenciesOfTips(t *testing.T) {
	each(t, func(s *desk) {
		s.rules(yen(9000))
		now := s.Clk.Now()
		for version, from := range map[string]time.Time{"was@1": now.Add(-2 * time.Hour), "is@1": now.Add(-time.Hour), "will@1": now.Add(time.Hour)} {
			asset := map[string]string{"was@1": "SEK", "is@1": "JPY", "will@1": "EUR"}[version]
			s.Exec(fmt.Sprintf("INSERT INTO tip_rule (version, asset, from_us, presets, min_units, max_units, day_units, day_tips, fee_ppm, fee_fixed_units) VALUES ('%s', '%s', %d, '100', 100, 1000, 1000, 5, 0, 0)",
				version, asset, from.UnixMicro()))
		}
		euro := yen(9000)
		euro.Asset = "EUR"
		for want, limits := range map[string][]payout.Limit{"/limits /limits": nil, "/limits": {euro}, "": {yen(7000), euro}} {
			_, err := s.pay.Rules().Look(s.Ctx, order(now.Add(2*time.Hour)), &payout.Rules{NoticeDay: 1, PayDay: 2, Limits: limits})
			var got []string
			if f, ok := errors.AsType[*fault.Error](err); ok {
				for _, field := range f.Fields {
					got = append(got, field.Pointer)
				}
			}
			if strings.Join(got, " ") != want || want == "" && err != nil {
				t.Errorf("%v: %v", limits, err)
			}
		}
	})
}
