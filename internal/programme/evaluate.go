package programme

import (
	"context"
	"slices"

	"github.com/ovationhq/ovation/internal/db"
)

// Checked is one criterion and how the person stands to it.
type Checked struct {
	Criterion
	Value      int64  // the person's number; of yes-or-no metrics 0 or 1
	Word       string // the person's word, of AccountKind
	Known      bool   // false: never measured, or not told; then Met is false
	MeasuredUS int64  // when Value was true
	Met        bool
	Missing    int64 // how much Value lacks, of numbers
	EstimateUS int64 // when it will be met at the present pace; 0 if nobody can say
}

// Evaluation is a person's standing against a programme's policy at an instant.
type Evaluation struct {
	Programme  Programme
	Version    string // the policy that judged
	Preset     string
	Region     string // the region of that policy, or Everywhere
	AtUS       int64
	Eligible   bool
	Criteria   []Checked
	EstimateUS int64 // when all will be met; 0 if Eligible or nobody can say
}

// Missing returns the criteria that keep the person out, in order: the unmet
// ones asked of everyone, and those of routes while no whole route is met.
func (e Evaluation) Missing() []Checked {
	if e.Eligible {
		return nil
	}
	open := routes(e.Criteria)
	var missing []Checked
	for _, c := range e.Criteria {
		if !c.Met && (c.Route == "" || !slices.ContainsFunc(open, route.met)) {
			missing = append(missing, c)
		}
	}
	return missing
}

// Evaluate judges the person by the policy in force, whether or not the person
// has joined. The fault is not_found if the programme is not installed.
func Evaluate(ctx context.Context, tx *db.Tx, s Subject, p Programme) (Evaluation, error) {
	policy, err := policyFor(ctx, tx, s, p)
	if err != nil {
		return Evaluation{}, err
	}
	f, err := load(ctx, tx, s)
	if err != nil {
		return Evaluation{}, err
	}
	return judge(policy, f), nil
}

// judge compares the facts with the policy.
func judge(p Policy, f facts) Evaluation {
	ev := Evaluation{Programme: p.Programme, Version: p.Version, Preset: p.Preset, Region: p.Region, AtUS: f.nowUS}
	for _, c := range p.Criteria {
		ev.Criteria = append(ev.Criteria, compare(c, f.read(c.Metric, p)))
	}
	always := standing(ev.Criteria, "")
	best := route{estimateUS: 1} // without routes nothing more is asked
	for i, r := range routes(ev.Criteria) {
		if i == 0 || r.sooner(best) {
			best = r
		}
	}
	ev.Eligible = always.met() && best.met()
	if !ev.Eligible && always.estimateUS != 0 && best.estimateUS != 0 {
		ev.EstimateUS = max(always.estimateUS, best.estimateUS)
	}
	return ev
}

func compare(c Criterion, r reading) Checked {
	got := Checked{Criterion: c, Value: r.value, Word: r.word, Known: r.known, MeasuredUS: r.measuredUS}
	switch c.Op {
	case OneOf:
		got.Met = r.known && slices.Contains(c.Words, r.word)
	case NoneOf:
		got.Met = r.known && !slices.Contains(c.Words, r.word)
	case AtLeast, Above:
		got.Met = r.known && r.value >= c.Need()
		if !got.Met {
			got.Missing = c.Need() - r.value
			got.EstimateUS = r.reach(c.Need())
		}
	}
	return got
}

// route is how a person stands to the criteria that belong together.
type route struct {
	unmet      int
	estimateUS int64 // the latest date of the unmet ones; 1 if all are met, 0 if nobody can say
}

func (r route) met() bool { return r.unmet == 0 }

// sooner orders routes: a met one first, then the one with the earlier date.
func (r route) sooner(than route) bool {
	if r.met() || than.met() {
		return r.met() && !than.met()
	}
	return r.estimateUS != 0 && (than.estimateUS == 0 || r.estimateUS < than.estimateUS)
}

// standing sums up the criteria of one route; "" are those asked of everyone.
func standing(criteria []Checked, name string) route {
	r := route{estimateUS: 1}
	for _, c := range criteria {
		switch {
		case c.Route != name || c.Met:
		case c.EstimateUS == 0:
			return route{unmet: 1}
		default:
			r.unmet++
			r.estimateUS = max(r.estimateUS, c.EstimateUS)
		}
	}
	return r
}

// routes sums up each named route, in the order in which they appear.
func routes(criteria []Checked) []route {
	var all []route
	var seen []string
	for _, c := range criteria {
		if c.Route != "" && !slices.Contains(seen, c.Route) {
			seen = append(seen, c.Route)
			all = append(all, standing(criteria, c.Route))
		}
	}
	return all
}
