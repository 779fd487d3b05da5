package web

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/programme"
	"github.com/ovationhq/ovation/internal/report"
)

// news is a change of the rules that concerns the creator.
type news struct {
	Title   string
	Version string
	AtUS    int64
	Ahead   bool // it does not count yet
	Rows    []difference
}

// difference is one field of a rule, before and after.
type difference struct{ Field, Before, After string }

// newsTime is how long a change of rules is news.
const newsTime = 28 * 24 * time.Hour

// newsFor are the changes of the rules of the last weeks and of those to come,
// the newest first: of rates, and of the programmes that the creator is in.
func (v *visit) newsFor(standing []programme.Standing) (all []news, err error) {
	cards, err := report.Ask(v, v.site.cfg.Reader, earnings.History)
	if err != nil {
		return nil, err
	}
	policies, err := report.Ask(v, v.site.cfg.Reader, programme.Policies)
	if err != nil {
		return nil, err
	}
	now := v.shown()
	all = v.rateNews(cards, now)
	for _, s := range standing {
		if s.Enrolment.State == programme.Active || s.Enrolment.State == programme.Grace {
			all = append(all, v.policyNews(s, policies, now)...)
		}
	}
	slices.SortStableFunc(all, func(a, b news) int { return cmp.Compare(b.AtUS, a.AtUS) })
	return all, nil
}

// isNews reports whether what counts from an instant is worth telling of now.
func isNews(fromUS, nowUS int64) bool { return fromUS > nowUS-newsTime.Microseconds() }

// rateNews compares rate cards, the newest first, with the one before.
func (v *visit) rateNews(cards []earnings.RateCard, nowUS int64) (all []news) {
	for i := 0; i+1 < len(cards); i++ {
		after, before := cards[i], cards[i+1]
		rows := v.rateRows(before, after)
		if isNews(after.FromUS, nowUS) && len(rows) > 0 {
			all = append(all, news{Title: v.T("news.rates"), Version: after.Version, AtUS: after.FromUS, Ahead: after.FromUS > nowUS, Rows: rows})
		}
	}
	return all
}

func (v *visit) rateRows(before, after earnings.RateCard) (rows []difference) {
	add := func(field, a, b string) {
		if a != b {
			rows = append(rows, difference{field, a, b})
		}
	}
	perHundred := func(c earnings.RateCard) string {
		n, _ := c.Diamonds(100)
		pay, err := c.Pay(n)
		if err != nil {
			return ""
		}
		return v.money(pay, c.PayAsset)
	}
	add(v.T("news.per_hundred"), perHundred(before), perHundred(after))
	add(v.T("news.hold"), v.N("unit.days", before.HoldDays), v.N("unit.days", after.HoldDays))
	add(v.T("news.minimum"), v.money(before.MinimumUnits, before.PayAsset), v.money(after.MinimumUnits, after.PayAsset))
	add(v.T("news.cap"), v.money(before.DailyCap, before.PayAsset), v.money(after.DailyCap, after.PayAsset))
	return rows
}

// policyNews compares the versions of a programme in the creator's region.
func (v *visit) policyNews(s programme.Standing, policies []programme.Policy, nowUS int64) (all []news) {
	mine := versionsFor(policies, s.Evaluation.Programme, s.Evaluation.Region)
	for i := 0; i+1 < len(mine); i++ {
		after, before := mine[i], mine[i+1]
		rows := v.criteriaRows(before, after)
		if isNews(after.FromUS, nowUS) && len(rows) > 0 {
			all = append(all, news{Title: v.T("news.policy", v.programmeName(s)), Version: after.Version, AtUS: after.FromUS, Ahead: after.FromUS > nowUS, Rows: rows})
		}
	}
	return all
}

// versionsFor are the policies of a programme that count in the region, one a
// version, the newest first: that of the region itself, else that for all.
func versionsFor(policies []programme.Policy, name programme.Programme, region string) (mine []programme.Policy) {
	for _, p := range policies {
		if p.Programme != name || p.Region != region && p.Region != programme.Everywhere {
			continue
		}
		at := slices.IndexFunc(mine, func(m programme.Policy) bool { return m.Version == p.Version })
		switch {
		case at < 0:
			mine = append(mine, p)
		case p.Region == region:
			mine[at] = p
		}
	}
	slices.SortStableFunc(mine, func(a, b programme.Policy) int { return cmp.Compare(b.FromUS, a.FromUS) })
	return mine
}

// criteriaRows are the criteria that differ.
func (v *visit) criteriaRows(before, after programme.Policy) (rows []difference) {
	asked := func(p programme.Policy) map[string]string {
		all := map[string]string{}
		for _, c := range p.Criteria {
			all[c.Route+"/"+string(c.Metric)+"/"+string(c.Op)] = v.asked(c)
		}
		return all
	}
	was, is := asked(before), asked(after)
	seen := map[string]bool{}
	for _, p := range []programme.Policy{after, before} {
		for _, c := range p.Criteria {
			key := c.Route + "/" + string(c.Metric) + "/" + string(c.Op)
			if seen[key] || was[key] == is[key] {
				continue
			}
			seen[key] = true
			rows = append(rows, difference{v.metricName(c), orNone(v, was[key]), orNone(v, is[key])})
		}
	}
	if before.GraceDays != after.GraceDays {
		rows = append(rows, difference{v.T("news.grace"), v.N("unit.days", before.GraceDays), v.N("unit.days", after.GraceDays)})
	}
	return rows
}

func orNone(v *visit, text string) string {
	if text == "" {
		return v.T("news.none")
	}
	return text
}

// asked writes what a criterion asks for.
func (v *visit) asked(c programme.Criterion) string {
	switch c.Op {
	case programme.OneOf:
		return v.T("criterion.one_of", v.kindList(c.Words))
	case programme.NoneOf:
		return v.T("criterion.not_of", v.kindList(c.Words))
	}
	if c.Metric == programme.PayoutAccountReady || c.Metric == programme.RegionListed {
		return v.T("criterion.yes")
	}
	return v.T("criterion.at_least", v.number(c.Need()))
}

func (v *visit) metricName(c programme.Criterion) string {
	return v.or("metric."+string(c.Metric), string(c.Metric))
}

// kindList names kinds of accounts.
func (v *visit) kindList(kinds []string) string {
	var all []string
	for _, k := range kinds {
		all = append(all, v.or("account_kind."+k, k))
	}
	return strings.Join(all, ", ")
}
