package programme

import (
	"context"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
)

// TestPresetBorders walks each number of both presets: just below and on it.
func TestPresetBorders(t *testing.T) {
	type of struct {
		region    string
		born      string
		days      int // of account age
		followers int64
		views     int64
		posts     int64
		kind      string
	}
	fits := of{"FR", "1990-01-01", 400, 1_000_000, 1_000_000, 100, "personal"}
	cases := []struct {
		preset    string
		programme Programme
		change    func(*of)
		want      bool
	}{
		{classic, VideoGifts, func(*of) {}, true},
		{classic, VideoGifts, func(o *of) { o.followers = 999 }, false},
		{classic, VideoGifts, func(o *of) { o.followers = 1_000 }, true},
		{classic, VideoGifts, func(o *of) { o.views = 1_000 }, false},
		{classic, VideoGifts, func(o *of) { o.views = 1_001 }, true},
		{classic, VideoGifts, func(o *of) { o.region, o.followers = "US", 99_999 }, false},
		{classic, VideoGifts, func(o *of) { o.region, o.followers = "US", 100_000 }, true},
		{classic, VideoGifts, func(o *of) { o.region, o.views = "US", 1_000 }, false},
		{classic, VideoGifts, func(o *of) { o.posts, o.days = 0, 0 }, true}, // not asked for in 2022
		{classic, VideoGifts, func(o *of) { o.born = "2008-03-11" }, false}, // 18 tomorrow
		{classic, VideoGifts, func(o *of) { o.born = "2008-03-10" }, true},
		{classic, LiveGifts, func(o *of) { o.followers, o.views, o.posts, o.days = 999, 0, 0, 0 }, false},
		{classic, LiveGifts, func(o *of) { o.followers, o.views, o.posts, o.days = 1_000, 0, 0, 0 }, true},
		{classic, LiveGifts, func(o *of) { o.region, o.followers = "US", 1_000 }, true},
		{classic, LiveGifts, func(o *of) { o.born = "2008-03-11" }, false},
		{classic, LiveGifts, func(o *of) { o.region, o.born = "KR", "2007-03-11" }, false},
		{classic, LiveGifts, func(o *of) { o.region, o.born = "KR", "2007-03-10" }, true},
		{classic, VideoGifts, func(o *of) { o.kind = "business" }, false},
		{classic, LiveGifts, func(o *of) { o.kind = "business" }, true},
		{classic, LiveGifts, func(o *of) { o.kind = "political" }, false},
		{current, VideoGifts, func(o *of) { o.kind = "government" }, false},
		{current, LiveGifts, func(o *of) { o.kind = "" }, false}, // not known
		{current, VideoGifts, func(*of) {}, true},
		{current, VideoGifts, func(o *of) { o.followers = 9_999 }, false},
		{current, VideoGifts, func(o *of) { o.followers = 10_000 }, true},
		{current, VideoGifts, func(o *of) { o.region, o.followers = "US", 10_000 }, true},
		{current, VideoGifts, func(o *of) { o.days = 29 }, false},
		{current, VideoGifts, func(o *of) { o.days = 30 }, true},
		{current, VideoGifts, func(o *of) { o.posts = 0 }, false},
		{current, VideoGifts, func(o *of) { o.posts, o.views = 1, 0 }, true},
		{current, VideoGifts, func(o *of) { o.region, o.born = "JP", "2006-03-11" }, false},
		{current, VideoGifts, func(o *of) { o.region, o.born = "JP", "2006-03-10" }, true},
		{current, LiveGifts, func(o *of) { o.followers = 999 }, false},
		{current, LiveGifts, func(o *of) { o.followers, o.days, o.posts = 1_000, 0, 0 }, true},
		{current, LiveGifts, func(o *of) { o.born = "2008-03-11" }, false},
		{current, LiveGifts, func(o *of) { o.born = "2008-03-10" }, true},
		{current, LiveGifts, func(o *of) { o.born = "" }, false},
		{current, LiveGifts, func(o *of) { o.region, o.born = "KR", "2007-03-11" }, false},
		{current, LiveGifts, func(o *of) { o.region, o.born = "KR", "2007-03-10" }, true},
		{current, LiveGifts, func(o *of) { o.region, o.born = "JP", "2006-03-11" }, false},
		{current, LiveGifts, func(o *of) { o.region, o.born = "JP", "2006-03-10" }, true},
	}
	for _, name := range []string{classic, current} {
		t.Run(name, func(t *testing.T) {
			each(t, preset(name), func(w *world) {
				for i, c := range cases {
					if c.preset != name {
						continue
					}
					o := fits
					c.change(&o)
					s := w.person()
					s.Region, s.BirthDate, s.AccountKind, s.CreatedUS = o.region, o.born, o.kind, us(w.clk.Now().AddDate(0, 0, -o.days))
					w.put(s, Audience{Followers: o.followers, Views30d: o.views, PublicPosts30d: o.posts})
					ev := w.evaluate(s, c.programme)
					if ev.Eligible != c.want {
						w.t.Errorf("case %d, %s of %+v: eligible is %t, want %t; missing %+v", i, c.programme, o, ev.Eligible, c.want, ev.Missing())
					}
					if _, err := w.join(s, c.programme); (err == nil) != c.want {
						w.t.Errorf("case %d: joining ended with %v", i, err)
					}
				}
			})
		})
	}
}

func TestEvaluateShowsEachCriterion(t *testing.T) {
	each(t, preset(current), func(w *world) {
		s := w.person()
		s.BirthDate, s.CreatedUS = "2009-02-28", us(w.clk.Now().AddDate(0, 0, -10))
		measured := w.clk.Now().Add(-time.Hour)
		w.put(s, Audience{Followers: 9_000, Views30d: 5, PublicPosts30d: 1, MeasuredUS: us(measured)})
		ev := w.evaluate(s, VideoGifts)
		if ev.Eligible || ev.Version != "current@1" || ev.Preset != current || ev.Region != Everywhere || ev.AtUS != us(w.clk.Now()) || len(ev.Criteria) != 5 {
			w.t.Fatalf("got %+v", ev)
		}
		for i, want := range []struct {
			metric            Metric
			value, threshold  int64
			missing           int64
			met               bool
			measured, reached time.Time
		}{
			{Followers, 9_000, 10_000, 1_000, false, measured, time.Time{}},
			{AccountAgeDays, 10, 30, 20, false, w.clk.Now(), w.clk.Now().AddDate(0, 0, 20)},
			{PublicPosts30d, 1, 1, 0, true, measured, time.Time{}},
			{AgeYears, 17, 18, 1, false, w.clk.Now(), time.Date(2027, 2, 28, 0, 0, 0, 0, time.UTC)},
		} {
			c := ev.Criteria[i]
			reached := int64(0)
			if !want.reached.IsZero() {
				reached = us(want.reached)
			}
			if c.Metric != want.metric || c.Value != want.value || c.Threshold != want.threshold || c.Missing != want.missing ||
				c.Met != want.met || !c.Known || c.MeasuredUS != us(want.measured) || c.EstimateUS != reached || c.Label != "criterion."+string(c.Metric) {
				w.t.Errorf("criterion %d is %+v, want %+v", i, c, want)
			}
		}
		if ev.EstimateUS != 0 {
			w.t.Errorf("an estimate of %s, though nobody knows when the followers come", stamp(ev.EstimateUS))
		}
		if len(ev.Missing()) != 3 {
			w.t.Errorf("%d criteria are missing, want 3", len(ev.Missing()))
		}
	})
}

func TestEvaluateUnknown(t *testing.T) {
	each(t, preset(current), func(w *world) {
		s := Subject{Person: w.person().Person}
		for _, c := range w.evaluate(s, VideoGifts).Criteria {
			if c.Known || c.Met || c.MeasuredUS != 0 || c.EstimateUS != 0 || c.Missing != c.Threshold {
				w.t.Errorf("of somebody of whom nothing is known: %+v", c)
			}
		}
		s.BirthDate = "yesterday"
		if c := w.evaluate(s, VideoGifts).Criteria[3]; c.Known {
			w.t.Errorf("a birth date that is none was understood: %+v", c)
		}
		s.BirthDate, s.CreatedUS = "2030-01-01", us(w.clk.Now().Add(time.Hour))
		for _, c := range w.evaluate(s, VideoGifts).Criteria {
			if c.Value < 0 {
				w.t.Errorf("a date in the future made a negative value: %+v", c)
			}
		}
		w.read(func(ctx context.Context, tx *db.Tx) error {
			_, err := Evaluate(ctx, tx, s, "lottery")
			wantFault(w.t, err, fault.NotFound, `"lottery"`, "GET /v1/programmes")
			return nil
		})
	})
}

func TestEstimateFromTwoMeasurements(t *testing.T) {
	day := 24 * time.Hour
	type measured struct {
		ago       time.Duration
		followers int64
	}
	cases := []struct {
		name string
		in   []measured
		want time.Duration // from now; 0 for none
	}{
		{"one measurement", []measured{{0, 500}}, 0},
		{"100 in 10 days, 500 to go", []measured{{10 * day, 400}, {0, 500}}, 50 * day},
		{"counted from the measurement", []measured{{13 * day, 400}, {3 * day, 500}}, 47 * day},
		{"the longest time within the window", []measured{{30 * day, 200}, {10 * day, 499}, {0, 500}}, 50 * day},
		{"rounded up to the microsecond", []measured{{day, 499}, {0, 502}}, (498*day + 2) / 3},
		{"less than a day apart", []measured{{23 * time.Hour, 400}, {0, 500}}, 0},
		{"a day apart", []measured{{day, 400}, {0, 500}}, 5 * day},
		{"no growth", []measured{{10 * day, 500}, {0, 500}}, 0},
		{"decline", []measured{{10 * day, 600}, {0, 500}}, 0},
		{"too slow to say", []measured{{34 * day, 499}, {0, 500}}, 0},
		{"just within the window", []measured{{35 * day, 400}, {0, 500}}, 175 * day},
		{"too long ago", []measured{{36 * day, 100}, {0, 500}}, 0},
		{"should have happened already", []measured{{40 * day, 400}, {30 * day, 990}}, 0},
	}
	each(t, house(1, dbtest.Start.Add(-time.Hour), 1_000), func(w *world) {
		now := w.clk.Now()
		for _, c := range cases {
			s := w.person()
			for _, m := range c.in {
				w.put(s, Audience{Followers: m.followers, MeasuredUS: us(now.Add(-m.ago))})
			}
			ev := w.evaluate(s, VideoGifts)
			want := int64(0)
			if c.want > 0 {
				want = us(now.Add((c.want + time.Microsecond - 1).Truncate(time.Microsecond)))
			}
			if got := ev.Criteria[0].EstimateUS; got != want || ev.EstimateUS != want {
				w.t.Errorf("%s: %s and %s, want %s", c.name, stamp(got), stamp(ev.EstimateUS), stamp(want))
			}
		}
	})
}

func TestRoutesAndWords(t *testing.T) {
	policy := Policy{Version: "house@1", Preset: "house", Programme: LiveSubscription, Region: Everywhere, FromUS: us(dbtest.Start), GraceDays: 30,
		Criteria: []Criterion{
			{Metric: AccountKind, Op: NoneOf, Words: []string{"business", "government", "political"}, Label: "kind"},
			{Metric: PayoutAccountReady, Op: AtLeast, Threshold: 1, Label: "payout"},
			{Metric: RegionListed, Op: AtLeast, Threshold: 1, Label: "region"},
			{Metric: Followers, Op: AtLeast, Threshold: 10_000, Route: "audience", Label: "followers"},
			{Metric: Views30d, Op: AtLeast, Threshold: 100_000, Route: "audience", Label: "views"},
			{Metric: Followers, Op: AtLeast, Threshold: 1_000, Route: "live", Label: "followers"},
			{Metric: LiveMinutes, Op: AtLeast, Threshold: 30, Route: "live", Label: "minutes"},
		}}
	listed := policy
	listed.Region = "FR"
	cases := []struct {
		name    string
		region  string
		kind    string
		ready   bool
		a       Audience
		want    bool
		missing int
	}{
		{"by the audience", "FR", "personal", true, Audience{Followers: 10_000, Views30d: 100_000}, true, 0},
		{"by LIVE", "FR", "personal", true, Audience{Followers: 1_000, LiveMinutes: 30}, true, 0},
		{"half of each", "FR", "personal", true, Audience{Followers: 10_000}, false, 2},
		{"none", "FR", "personal", true, Audience{}, false, 4},
		{"a business", "FR", "business", true, Audience{Followers: 1_000, LiveMinutes: 30}, false, 1},
		{"an unknown kind", "FR", "", true, Audience{Followers: 1_000, LiveMinutes: 30}, false, 1},
		{"no payout account", "FR", "personal", false, Audience{Followers: 1_000, LiveMinutes: 30}, false, 1},
		{"a region that is not listed", "BR", "personal", true, Audience{Followers: 1_000, LiveMinutes: 30}, false, 1},
		{"no region", "", "personal", true, Audience{Followers: 1_000, LiveMinutes: 30}, false, 1},
	}
	each(t, []Policy{policy, listed}, func(w *world) {
		for _, c := range cases {
			s := w.person()
			s.Region, s.AccountKind, s.PayoutReady = c.region, c.kind, c.ready
			w.put(s, c.a)
			if ev := w.evaluate(s, LiveSubscription); ev.Eligible != c.want || len(ev.Missing()) != c.missing {
				w.t.Errorf("%s: eligible is %t with %d missing, want %t with %d", c.name, ev.Eligible, len(ev.Missing()), c.want, c.missing)
			}
		}
		s := w.person()
		s.PayoutReady = true
		w.put(s, Audience{Followers: 1_000, MeasuredUS: us(w.clk.Now().AddDate(0, 0, -10))})
		w.put(s, Audience{Followers: 1_900, LiveMinutes: 20})
		if got, want := w.evaluate(s, LiveSubscription).EstimateUS, us(w.clk.Now().AddDate(0, 0, 5)); got != want {
			w.t.Errorf("the sooner route is open at %s, want %s", stamp(got), stamp(want))
		}
	})
}

func TestAgeByBirthdays(t *testing.T) {
	for _, c := range []struct {
		born, now string
		want      int64
	}{
		{"2008-03-10", "2026-03-09", 17},
		{"2008-03-10", "2026-03-10", 18},
		{"2008-02-29", "2026-02-28", 17}, // the birthday falls on 1 March
		{"2008-02-29", "2026-03-01", 18},
		{"2008-02-29", "2028-02-29", 20},
		{"2008-12-31", "2026-12-30", 17},
		{"2008-01-01", "2026-12-31", 18},
	} {
		now, err := time.Parse(time.DateOnly, c.now)
		if err != nil {
			t.Fatal(err)
		}
		f := facts{subject: Subject{BirthDate: c.born}, nowUS: us(now)}
		if got := f.age().value; got != c.want {
			t.Errorf("born %s, on %s: %d years, want %d", c.born, c.now, got, c.want)
		}
	}
}

func TestJudgeDoesNotMeetWhatItDoesNotKnow(t *testing.T) {
	p := Policy{Criteria: []Criterion{{Metric: "charm", Op: AtLeast, Threshold: 0}, {Metric: Followers, Op: "about"}}}
	ev := judge(p, facts{nowUS: us(dbtest.Start), latest: Audience{Followers: 5, MeasuredUS: 1}})
	for _, c := range ev.Criteria {
		if c.Met {
			t.Errorf("met: %+v", c)
		}
	}
}
