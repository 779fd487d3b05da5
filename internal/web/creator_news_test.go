package web

import (
	"slices"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/programme"
)

// TestNews tells of what differs between versions, in the creator's region, for
// four weeks and ahead of time; of nothing else.
func TestNews(t *testing.T) {
	v := &visit{lang: "en"}
	day := (24 * time.Hour).Microseconds()
	now := 100 * day
	asks := func(followers int64) []programme.Criterion {
		return []programme.Criterion{{Metric: programme.Followers, Op: programme.AtLeast, Threshold: followers}, {Metric: programme.AgeYears, Op: programme.AtLeast, Threshold: 18}}
	}
	policy := func(version, region string, from, followers int64) programme.Policy {
		return programme.Policy{Version: version, Programme: programme.LiveGifts, Region: region, FromUS: from * day, GraceDays: 30, Criteria: asks(followers)}
	}
	policies := []programme.Policy{
		policy("p@4", programme.Everywhere, 110, 3000), policy("p@3", programme.Everywhere, 90, 2000), policy("p@3", "FR", 90, 1500),
		policy("p@2", programme.Everywhere, 50, 1000), policy("p@1", programme.Everywhere, 1, 500),
	}
	standing := programme.Standing{Evaluation: programme.Evaluation{Programme: programme.LiveGifts, Region: "FR"}, Enrolment: programme.Enrolment{State: programme.Active}}
	got := v.policyNews(standing, policies, now)
	if len(got) != 2 || !got[0].Ahead || got[1].Ahead || got[1].Version != "p@3" {
		t.Fatalf("news: %+v", got)
	}
	if want := []difference{{"Followers", "at least 1,000", "at least 1,500"}}; !slices.Equal(got[1].Rows, want) {
		t.Errorf("p@3 differs by %v, want %v", got[1].Rows, want)
	}
	card := func(version string, from, num, hold int64) earnings.RateCard {
		return earnings.RateCard{Version: version, FromUS: from * day, DiamondsNum: 1, DiamondsDen: 1, PayNum: num, PayDen: 2, PayAsset: "USD", HoldDays: hold, DailyCap: 100_000, MinimumUnits: 100}
	}
	news := v.rateNews([]earnings.RateCard{card("r@3", 99, 1, 7), card("r@2", 95, 1, 7), card("r@1", 1, 2, 7)}, now)
	if len(news) != 1 || news[0].Version != "r@2" {
		t.Fatalf("news of rates: %+v", news)
	}
	if want := []difference{{"For 100 coins of gifts", "$1.00", "$0.50"}}; !slices.Equal(news[0].Rows, want) {
		t.Errorf("r@2 differs by %v, want %v", news[0].Rows, want)
	}
	if old := v.rateNews([]earnings.RateCard{card("r@2", 60, 1, 7), card("r@1", 1, 2, 7)}, now); len(old) != 0 {
		t.Errorf("old news: %+v", old)
	}
}
