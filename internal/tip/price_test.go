package tip_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/tip"
)

// rule is what a provider commonly takes: 2.9 % and 30 of the smallest unit.
func rule(a money.Asset) tip.Rule {
	return tip.Rule{Version: "test@1", Asset: a, Min: 100, Max: 10_000, Presets: []int64{500}, DayUnits: 50_000, DayTips: 100, FeePPM: 29_000, FeeFixed: 30}
}

// The golden prices: what the fan pays so that the creator gets the tip whole.
func TestCovered(t *testing.T) {
	for _, c := range []struct {
		asset             money.Asset
		tip, charged, fee int64
	}{
		{"USD", 100_00, 103_30, 3_30}, // the example that everybody knows
		{"USD", 5_00, 5_46, 46},
		{"USD", 1_00, 1_34, 34},
		{"USD", 10_00, 10_61, 61},
		{"EUR", 15_00, 15_76, 76},
		{"GBP", 33_33, 34_63, 1_30},
		{"JPY", 500, 546, 46},
		{"JPY", 10_000, 10_330, 330},
		{"KWD", 1_000, 1_070, 61},  // 1.000: with steps of 0.010 the creator gets 1.009
		{"BHD", 5_000, 5_180, 180}, // exactly a step
		{"KWD", 10_000, 10_330, 330},
	} {
		r := rule(c.asset)
		p := r.Price(c.tip, true)
		if p.Charged.Units != c.charged || p.Fee.Units != c.fee || p.Net.Units != c.charged-c.fee || p.Amount != (money.Amount{Units: c.tip, Asset: c.asset}) {
			t.Errorf("%d %s: %+v, want a charge of %d with a fee of %d", c.tip, c.asset, p, c.charged, c.fee)
		}
		plain := r.Price(c.tip, false)
		if plain.Charged != p.Amount || plain.Net.Units != c.tip-r.Fee(c.tip) {
			t.Errorf("%d %s uncovered: %+v", c.tip, c.asset, plain)
		}
	}
}

// Cards are charged in steps that the provider knows, also where the currency has
// digits that it does not.
func TestStep(t *testing.T) {
	for asset, want := range map[money.Asset]int64{"USD": 1, "JPY": 1, "KWD": 10, "MGA": 100, "HUF": 1, "ISK": 1} {
		if got := asset.CardStep(); got != want {
			t.Errorf("%s goes in steps of %d, want %d", asset, got, want)
		}
	}
}

// Whatever the currency, the amount and the fee: the creator gets exactly the
// tip and the charge is the least with that; where cards are charged in steps,
// the least of which the tip arrives.
func TestCoveredIsTheLeast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rule(rapid.SampledFrom([]money.Asset{"USD", "EUR", "GBP", "JPY", "KRW", "KWD", "BHD", "TND", "MGA"}).Draw(t, "asset"))
		r.FeePPM = rapid.Int64Range(0, tip.MostFeePPM).Draw(t, "ppm")
		r.FeeFixed = rapid.Int64Range(0, 1000).Draw(t, "fixed")
		amount := rapid.Int64Range(1, tip.MostUnits).Draw(t, "amount")
		p, step := r.Price(amount, true), r.Asset.CardStep()
		if p.Charged.Units-p.Fee.Units != p.Net.Units || p.Fee.Units != r.Fee(p.Charged.Units) {
			t.Fatalf("the parts are not the charge: %+v", p)
		}
		if step == 1 && p.Net.Units != amount || p.Net.Units < amount || p.Net.Units >= amount+step {
			t.Fatalf("the creator gets %d of a tip of %d", p.Net.Units, amount)
		}
		if less := p.Charged.Units - step; less > 0 && less-r.Fee(less) >= amount {
			t.Fatalf("a charge of %d would do, it is %d", less, p.Charged.Units)
		}
		if p.Charged.Units%step != 0 {
			t.Fatalf("%d is no charge in steps of %d", p.Charged.Units, step)
		}
	})
}
