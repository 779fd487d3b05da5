package report_test

import (
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/reversal"
	"github.com/ovationhq/ovation/internal/tip"
)

// The rules of money are told with the currency of each amount, those that hold and
// those to come.
func TestMoneyRules(t *testing.T) {
	each(t, func(s *desk) {
		later := s.Clk.Now().Add(time.Hour).UnixMicro()
		s.Write(func(tx *db.Tx) error {
			for version, from := range map[string]int64{"told@1": 2, "told@2": later} {
				if err := tip.Install(s.Ctx, tx, []tip.Rule{{Version: version, Asset: "KWD", FromUS: from, Presets: []int64{2000, 3000}, Min: 500, Max: 30_000, DayUnits: 150_000, DayTips: 7, FeePPM: 29_000, FeeFixed: 30}}); err != nil {
					return err
				}
				if err := reversal.Install(s.Ctx, tx, []reversal.Rule{{Version: version, Region: "FR", FromUS: from, Days: 14, Agree: money.Amount{Units: 20_000, Asset: "EUR"}}}); err != nil {
					return err
				}
				if err := limit.InstallVelocity(s.Ctx, tx, []limit.Velocity{{Version: version, Name: limit.Rolling, Asset: "JPY", FromUS: from, Span: 48 * time.Hour, Most: 5000}}); err != nil {
					return err
				}
				if err := payout.InstallRules(s.Ctx, tx, payout.Rules{Version: version, FromUS: from, NoticeDay: 1, PayDay: 15, Monthly: 5000, Limits: []payout.Limit{{Asset: "BHD", DailyCap: 400_000, Minimum: 400, Monthly: 19_000}}}); err != nil {
					return err
				}
			}
			return nil
		})
		for set, want := range map[report.RuleSet][3]string{
			report.TipRules: {"KWD", "presets", "2.000 KWD, 3.000 KWD"}, report.RefundRules: {"FR", "agree", "200.00 EUR"},
			report.VelocityRules: {"rolling JPY", "hours", "48"}, report.PayoutRules: {"calendar", "monthly", "50.00 USD"},
		} {
			all, err := s.reader.RuleHistory(s.Ctx, set)
			s.OK(err)
			when := map[string]report.When{}
			found := false
			for _, v := range all {
				when[v.Version] = v.When
				for _, e := range v.Entries {
					for _, f := range e.Fields {
						found = found || [3]string{e.Key, f.Name, f.Value} == want
					}
				}
			}
			if when["told@1"] != report.Current || when["told@2"] != report.Future || !found {
				t.Errorf("%s: %+v, want %v", set, all, want)
			}
		}
	})
}
