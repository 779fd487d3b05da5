package programme

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
)

func (w *world) install(policies ...Policy) error {
	return w.write(func(ctx context.Context, tx *db.Tx) error { return Install(ctx, tx, policies) })
}

func (w *world) policies() (all []Policy) {
	w.t.Helper()
	w.read(func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = Policies(ctx, tx)
		return err
	})
	return all
}

func TestInstallNamesEveryWrongPart(t *testing.T) {
	good := func() Policy { return house(1, dbtest.Start, 10)[0] }
	cases := []struct {
		name   string
		change func(p *Policy)
		want   []string
	}{
		{"no version", func(p *Policy) { p.Version = "" }, []string{"/0/version"}},
		{"version without a number", func(p *Policy) { p.Version = "house" }, []string{"/0/version"}},
		{"version zero", func(p *Policy) { p.Version = "house@0" }, []string{"/0/version"}},
		{"version in capitals", func(p *Policy) { p.Version = "House@1" }, []string{"/0/version"}},
		{"preset of another version", func(p *Policy) { p.Preset = "current" }, []string{"/0/preset"}},
		{"unknown programme", func(p *Policy) { p.Programme = "lottery" }, []string{"/0/programme"}},
		{"region in small letters", func(p *Policy) { p.Region = "kr" }, []string{"/0/region", "/0/region"}},
		{"no row for everywhere", func(p *Policy) { p.Region = "KR" }, []string{"/0/region"}},
		{"no start", func(p *Policy) { p.FromUS = 0 }, []string{"/0/from"}},
		{"no grace", func(p *Policy) { p.GraceDays = 0 }, []string{"/0/grace_days"}},
		{"grace of centuries", func(p *Policy) { p.GraceDays = 1 << 40 }, []string{"/0/grace_days"}},
		{"negative wait", func(p *Policy) { p.ReapplyDays = -1 }, []string{"/0/reapply_days"}},
		{"no criteria", func(p *Policy) { p.Criteria = nil }, []string{"/0/criteria"}},
		{"unknown metric", func(p *Policy) { p.Criteria[0].Metric = "charm" }, []string{"/0/criteria/0/metric"}},
		{"unknown operator", func(p *Policy) { p.Criteria[0].Op = "about" }, []string{"/0/criteria/0/op"}},
		{"words for a number", func(p *Policy) {
			p.Criteria[0] = Criterion{Metric: Followers, Op: OneOf, Words: []string{"many"}, Label: "x"}
		}, []string{"/0/criteria/0/op"}},
		{"a number for a word", func(p *Policy) { p.Criteria[0].Metric = AccountKind }, []string{"/0/criteria/0/op"}},
		{"negative threshold", func(p *Policy) { p.Criteria[0].Threshold = -1 }, []string{"/0/criteria/0/threshold"}},
		{"threshold out of this world", func(p *Policy) { p.Criteria[0].Threshold = 1 << 60 }, []string{"/0/criteria/0/threshold"}},
		{"number and words", func(p *Policy) { p.Criteria[0].Words = []string{"many"} }, []string{"/0/criteria/0/words"}},
		{"no words", func(p *Policy) { p.Criteria[0] = Criterion{Metric: AccountKind, Op: NoneOf, Label: "x"} }, []string{"/0/criteria/0/words"}},
		{"a word with a comma", func(p *Policy) {
			p.Criteria[0] = Criterion{Metric: AccountKind, Op: NoneOf, Words: []string{"a,b"}, Label: "x"}
		}, []string{"/0/criteria/0/words"}},
		{"words and a threshold", func(p *Policy) {
			p.Criteria[0] = Criterion{Metric: AccountKind, Op: NoneOf, Words: []string{"a"}, Threshold: 1, Label: "x"}
		}, []string{"/0/criteria/0/threshold"}},
		{"route with a space", func(p *Policy) { p.Criteria[0].Route = "the LIVE" }, []string{"/0/criteria/0/route"}},
		{"no label", func(p *Policy) { p.Criteria[0].Label = "" }, []string{"/0/criteria/0/label"}},
		{"several at once", func(p *Policy) { p.GraceDays, p.Criteria[0].Metric, p.Criteria[0].Label = 0, "charm", "" },
			[]string{"/0/criteria/0/label", "/0/criteria/0/metric", "/0/grace_days"}},
	}
	each(t, nil, func(w *world) {
		for _, c := range cases {
			p := good()
			c.change(&p)
			err := w.install(p)
			if !fault.Is(err, fault.ValidationFailed) || !slices.Equal(pointers(err), c.want) {
				w.t.Errorf("%s: %v at %v, want validation_failed at %v", c.name, err, pointers(err), c.want)
			}
		}
		if got := w.policies(); len(got) != 0 {
			w.t.Errorf("wrong policies were installed: %v", got)
		}
	})
}

func TestInstallWantsOneStartAndEachRegionOnce(t *testing.T) {
	each(t, nil, func(w *world) {
		p := house(1, dbtest.Start, 10)[0]
		kr := p.in("KR", 19)
		later := kr
		later.FromUS++
		for name, c := range map[string]struct {
			policies []Policy
			want     []string
		}{
			"twice the same region": {[]Policy{p, kr, kr}, []string{"/2/region"}},
			"two starts":            {[]Policy{p, later}, []string{"/1/from"}},
		} {
			if err := w.install(c.policies...); !slices.Equal(pointers(err), c.want) {
				w.t.Errorf("%s: %v at %v, want %v", name, err, pointers(err), c.want)
			}
		}
	})
}

func TestInstallIsIdempotentAndNeverChangesAVersion(t *testing.T) {
	all := append(preset(classic), preset(current)...)
	each(t, all, func(w *world) {
		before := w.policies()
		if len(before) != 13 {
			w.t.Fatalf("%d policies are installed, want the 7 of classic-2022 and the 6 of current", len(before))
		}
		again := slices.Clone(all)
		slices.Reverse(again)
		if err := w.install(again...); err != nil {
			w.t.Fatalf("the same policies in another order: %v", err)
		}
		if err := w.install(); err != nil {
			w.t.Fatalf("no policies: %v", err)
		}
		for name, change := range map[string]func(p []Policy) []Policy{
			"a threshold": func(p []Policy) []Policy {
				p[0].Criteria = slices.Clone(p[0].Criteria)
				p[0].Criteria[0].Threshold++
				return p
			},
			"the days of grace": func(p []Policy) []Policy { p[0].GraceDays++; return p },
			"a region more": func(p []Policy) []Policy {
				q := p[0]
				q.Region = "BR"
				return append(p, q)
			},
			"a region less": func(p []Policy) []Policy {
				return slices.DeleteFunc(p, func(q Policy) bool { return q.Region == "KR" })
			},
			"a criterion less": func(p []Policy) []Policy { p[0].Criteria = p[0].Criteria[1:]; return p },
		} {
			err := w.install(change(slices.Clone(preset(current)))...)
			wantFault(w.t, err, fault.StateConflict, "current@1", "next number")
			if diff := cmp.Diff(before, w.policies()); diff != "" {
				w.t.Errorf("%s was changed:\n%s", name, diff)
			}
		}
		clash := house(1, time.UnixMicro(startOf(2024)), 5)
		wantFault(w.t, w.install(clash...), fault.StateConflict, "current@1", "house@1", "same instant")
	})
}

func TestInstallTakesAnotherProgrammeUnderAVersion(t *testing.T) {
	each(t, preset(current), func(w *world) {
		tips := preset(current)[0].of(Tips, Criterion{Metric: Followers, Op: AtLeast, Threshold: 10_000, Label: "criterion.followers"})
		if err := w.install(tips); err != nil {
			w.t.Fatalf("a product that came later: %v", err)
		}
	})
}

func TestPolicyInForce(t *testing.T) {
	first := house(1, dbtest.Start.Add(-time.Hour), 10)
	first = append(first, first[0].in("KR", 19))
	second := house(2, dbtest.Start.Add(time.Hour), 20) // knows no KR
	each(t, append(first, second...), func(w *world) {
		s := w.person()
		for _, c := range []struct {
			at              time.Time
			region          string
			version, policy string
		}{
			{dbtest.Start, "FR", "house@1", Everywhere},
			{dbtest.Start, "KR", "house@1", "KR"},
			{dbtest.Start, "", "house@1", Everywhere},
			{dbtest.Start.Add(time.Hour - time.Microsecond), "KR", "house@1", "KR"},
			{dbtest.Start.Add(time.Hour), "FR", "house@2", Everywhere},
			{dbtest.Start.Add(time.Hour), "KR", "house@2", Everywhere}, // a version counts as a whole
		} {
			w.clk.Set(c.at)
			s.Region = c.region
			if ev := w.evaluate(s, VideoGifts); ev.Version != c.version || ev.Region != c.policy || ev.Preset != "house" {
				w.t.Errorf("at %s in %q: %s of %q, want %s of %q", c.at, c.region, ev.Version, ev.Region, c.version, c.policy)
			}
		}
		w.clk.Set(dbtest.Start.Add(-2 * time.Hour))
		w.read(func(ctx context.Context, tx *db.Tx) error {
			_, err := Evaluate(ctx, tx, s, VideoGifts)
			wantFault(w.t, err, fault.NotFound, "video_gifts")
			installed, err := Installed(ctx, tx, Everywhere)
			if len(installed) != 0 {
				w.t.Errorf("%d programmes are installed before any policy has started", len(installed))
			}
			return err
		})
	})
}
