package app_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ovationhq/ovation/internal/app"
	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/programme"
	"github.com/ovationhq/ovation/internal/reversal"
	"github.com/ovationhq/ovation/internal/tip"
	"github.com/ovationhq/ovation/internal/wallet"
)

// rules tells what holds now, as an operator would write it down.
func rules(ctx context.Context, tx *db.Tx) (all []string, err error) {
	card, err := earnings.Rates(ctx, tx)
	if err != nil {
		return nil, err
	}
	all = append(all, fmt.Sprintf("%s: %d/%d diamonds a coin, %d/%d cents a diamond, held %d days, at most %d a day, at least %d %s", card.Version,
		card.DiamondsNum, card.DiamondsDen, card.PayNum, card.PayDen, card.HoldDays, card.DailyCap, card.MinimumUnits, card.PayAsset))
	packs, err := wallet.Packs(ctx, tx, "USD")
	if err != nil {
		return nil, err
	}
	prices := "packs:"
	for _, p := range packs {
		prices += fmt.Sprintf(" %d/%d", p.Coins, p.Price.Units)
	}
	items, err := gift.Catalog(ctx, tx)
	if err != nil {
		return nil, err
	}
	least, most := items[0], items[len(items)-1]
	all = append(all, prices, fmt.Sprintf("%d gifts of %s, from %d to %d coins", len(items), least.Version, least.PriceCoins, most.PriceCoins))
	tips, err := tip.Rules(ctx, tx)
	if err != nil {
		return nil, err
	}
	line := "tips:"
	for _, r := range tips {
		line += fmt.Sprintf(" %s %d-%d %d/%d %d+%d", r.Asset, r.Min, r.Max, r.DayUnits, r.DayTips, r.FeePPM, r.FeeFixed)
	}
	all = append(all, line)
	velocity, err := limit.VelocityOf(ctx, tx, card.Version)
	if err != nil {
		return nil, err
	}
	line = "velocity:"
	for _, v := range velocity {
		if v.Asset == "USD" {
			line += fmt.Sprintf(" %s %d in %s, below %s;", v.Name, v.Most, v.Span, v.Younger)
		}
	}
	all = append(all, line)
	refunds := "refunds:"
	for _, region := range []string{"", "US", "FR", "NO", "GB"} {
		r, err := reversal.RuleFor(ctx, tx, region)
		if err != nil {
			return nil, err
		}
		refunds += fmt.Sprintf(" %s %d/%d %s", region, r.Days, r.Agree.Units, r.Agree.Asset)
	}
	all = append(all, refunds)
	for _, region := range []string{"US", "KR", "JP"} {
		policies, err := programme.Installed(ctx, tx, region)
		if err != nil {
			return nil, err
		}
		for _, p := range policies {
			line := fmt.Sprintf("%s %s %s:", p.Version, p.Programme, region)
			for _, c := range p.Criteria {
				line += strings.TrimRight(fmt.Sprintf(" %s %s %d %s", c.Metric, c.Op, c.Threshold, strings.Join(c.Words, "/")), " ") + ";"
			}
			all = append(all, line)
		}
	}
	return all, nil
}

// expected is what the rules of a preset are to be, by the version. It is
// written from the description of the products, not from the files.
func expected(preset, version string) []string {
	video := map[string]string{
		"classic-2022": "followers at_least 1000; views_30d above 1000; age_years at_least %d; account_kind none_of 0 business/government/political;",
		"current":      "followers at_least 10000; account_age_days at_least 30; public_posts_30d at_least 1; age_years at_least %d; account_kind none_of 0 business/government/political;",
	}[preset]
	all := []string{
		version + ": 1/1 diamonds a coin, 1/2 cents a diamond, held 7 days, at most 100000 a day, at least 100 USD",
		"packs: 70/99 350/499 700/999 1400/1999 3500/4999 7000/9999 17500/24999",
		"15 gifts of " + version + ", from 1 to 34999 coins",
		"tips: BHD 500-40000 200000/100 29000+30 EUR 100-10000 50000/100 29000+30 GBP 100-8000 40000/100 29000+30 JPY 100-15000 75000/100 29000+30 KWD 500-30000 150000/100 29000+30 USD 100-10000 50000/100 29000+30",
		"velocity: new_account 10000 in 24h0m0s, below 720h0m0s; rolling 200000 in 24h0m0s, below 0s;",
		"refunds:  0/20000 USD US 0/20000 USD FR 14/20000 USD NO 14/20000 USD GB 14/20000 USD",
	}
	for _, r := range []struct {
		region string
		age    int
	}{{"US", 18}, {"KR", 19}, {"JP", 20}} {
		all = append(all,
			fmt.Sprintf("%s LIVE gifts %s: followers at_least 1000; age_years at_least %d; account_kind none_of 0 government/political;", version, r.region, r.age),
			fmt.Sprintf("%s tips %s: followers at_least %d; age_years at_least %d; payout_account_ready at_least 1; account_kind none_of 0 government/political;", version, r.region, tipped(preset, r.region), r.age),
			fmt.Sprintf("%s video gifts %s: "+video, version, r.region, r.age))
	}
	return all
}

// tipped is how many followers somebody needs who wants tips.
func tipped(preset, region string) int {
	switch {
	case preset == "current":
		return 10_000
	case region == "US":
		return 100_000
	}
	return 1_000
}

func TestPresets(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		for _, step := range []struct{ preset, version string }{
			{"classic-2022", "classic-2022@1"},
			{"classic-2022", "classic-2022@1"}, // the next start of the server
			{"current", "current@1"},
			{"classic-2022", "classic-2022@2"}, // back again
			{"classic-2022", "classic-2022@2"},
			{"current", "current@2"},
		} {
			clk.Advance(time.Hour)
			if err := d.Write(t.Context(), func(tx *db.Tx) error { return app.InstallPreset(t.Context(), tx, step.preset) }); err != nil {
				t.Fatalf("%s: %v", step.preset, err)
			}
			var got []string
			err := d.Read(t.Context(), func(tx *db.Tx) (err error) { got, err = rules(t.Context(), tx); return err })
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(expected(step.preset, step.version), got); diff != "" {
				t.Errorf("the rules of %s:\n%s", step.version, diff)
			}
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error { return app.InstallPreset(t.Context(), tx, "none") }); err == nil {
			t.Error("a preset that is not there was installed")
		}
	})
}
