package tip_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/policy"
	"github.com/ovationhq/ovation/internal/tip"
)

// Tips are given only in what can be paid out, by the rules of payouts that hold then
// and by all that come after; the currency of the rates needs no limit.
func TestScheduleRefusesWhatCanNotBePaidOut(t *testing.T) {
	each(t, func(s *jar) {
		from := s.Clk.Now().Add(time.Hour)
		installed := func(version string, at time.Time, limits ...money.Asset) {
			s.Exec(fmt.Sprintf("INSERT INTO payout_rules (version, from_us, notice_day, pay_day, monthly_units) VALUES ('%s', %d, 1, 15, 0)", version, at.UnixMicro()))
			for _, a := range limits {
				s.Exec(fmt.Sprintf("INSERT INTO payout_limit (version, asset, daily_cap_units, minimum_units, monthly_units) VALUES ('%s', '%s', 100, 1, 1)", version, a))
			}
		}
		look := func(asset money.Asset, refused bool) {
			t.Helper()
			_, err := s.tips.Rules().Look(s.Ctx, policy.Order{Act: policy.Act{By: people.Console(), Reason: "Asked for."}, FromUS: from.UnixMicro()}, tip.Ruleset{rule(asset)})
			if got := err != nil && strings.Contains(fmt.Sprintf("%+v", err), "no tip in it could be paid out"); got != refused || !refused && err != nil {
				t.Errorf("%s: %v", asset, err)
			}
		}
		look("USD", false)
		look("EUR", true)
		installed("was@1", s.Clk.Now().Add(-2*time.Hour))
		installed("is@1", s.Clk.Now().Add(-time.Hour), "EUR", "JPY")
		look("EUR", false)
		look("GBP", true)
		installed("will@1", from.Add(time.Hour), "EUR")
		look("JPY", true)
		look("USD", false)
	})
}
