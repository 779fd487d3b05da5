package web

import (
	"bufio"
	"net/http"
	"net/url"
	"time"

	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/report"
)

// explorer is the page of what was earned: a filter, its rows, their sum.
type explorer struct {
	report.Earned
	report.EarnedFilter
	Typed   url.Values // the filter as it stands in the address
	Stands  []report.CurrencyIncome
	Relaxed []relaxed
	Problem *problem
}

// relaxed is a filter that would find something without one of its parts.
type relaxed struct{ Text, Href string }

// earnedAtOnce is how many rows a page shows.
const earnedAtOnce = 25

// earnedParts are the parts of the filter, in the order of the address.
var earnedParts = []string{"from", "to", "source", "state", "target", "fan", "group"}

// groupWords are the keys of what a row can stand for.
var groupWords = []struct {
	group report.Group
	words string
}{{report.ByDay, "group.day"}, {report.Single, "group.none"}, {report.ByTarget, "group.target"}, {report.ByFan, "group.fan"}}

// standingsShown are the states that the filter offers.
var standingsShown = []earnings.State{earnings.Pending, earnings.Available, earnings.PartlyPaid, earnings.PaidOut}

// earnedFilter reads the filter in the address. typed is what stands there,
// also when it is wrong.
func (v *visit) earnedFilter() (f report.EarnedFilter, typed url.Values, err error) {
	q := v.r.URL.Query()
	typed = url.Values{}
	for _, part := range earnedParts {
		if s := q.Get(part); s != "" {
			typed.Set(part, s[:min(len(s), 60)])
		}
	}
	f = report.EarnedFilter{Creator: v.me(), Source: earnings.Source(typed.Get("source")), Target: typed.Get("target"), Fan: id.Person(typed.Get("fan")),
		Standing: earnings.State(typed.Get("state")), Group: report.Group(typed.Get("group"))}
	if f.Group == "" {
		f.Group = report.ByDay
	}
	if f.From, err = dayTyped(typed.Get("from")); err == nil {
		f.To, err = dayTyped(typed.Get("to"))
	}
	return f, typed, err
}

// dayTyped reads a date of a form; none is none.
func dayTyped(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil || t.Year() < 1971 || t.Year() > 9998 {
		return time.Time{}, fault.New(fault.InvalidParameter, "%q is no date. Write it as 2026-03-12.", fault.Clip(text))
	}
	return t, nil
}

// earnedPage is the explorer.
func earnedPage(v *visit) error {
	x := &explorer{}
	err := v.listenFromNow(ofCreator)
	if err != nil {
		return err
	}
	if x.EarnedFilter, x.Typed, err = v.earnedFilter(); err == nil {
		x.Earned, err = v.site.cfg.Reader.Earned(v, x.EarnedFilter, v.r.URL.Query().Get("after"), earnedAtOnce)
	}
	status := http.StatusOK
	if err != nil {
		x.Problem = v.problemOf(err)
		if status = x.Problem.Status; status >= 500 {
			return err
		}
		x.Earned = report.Earned{}
	}
	income, err := v.site.cfg.Reader.Income(v, v.me(), report.Today)
	if err != nil {
		return err
	}
	x.Stands = income.Currencies
	if x.Problem == nil && len(x.Rows) == 0 {
		if x.Relaxed, err = v.relax(x); err != nil {
			return err
		}
	}
	return v.show(status, earnedView(v, x))
}

// with is the address of the explorer with another value of some parts, on the
// first page; "" leaves a part out.
func (x *explorer) with(changes ...string) string {
	q := url.Values{}
	for part, values := range x.Typed {
		q[part] = values
	}
	for i := 0; i+1 < len(changes); i += 2 {
		if changes[i+1] == "" {
			q.Del(changes[i])
		} else {
			q.Set(changes[i], changes[i+1])
		}
	}
	return "/c/earnings?" + q.Encode()
}

// file is the address of the same rows as a file.
func (x *explorer) file() string { return "/c/earnings.csv?" + x.Typed.Encode() }

// older is the address of the next page.
func (x *explorer) older() string {
	if x.Next == "" {
		return ""
	}
	return x.with("after", x.Next)
}

// relax finds the parts of a filter without which it would find something.
func (v *visit) relax(x *explorer) (all []relaxed, err error) {
	for _, part := range earnedParts {
		if part == "group" || x.Typed.Get(part) == "" {
			continue
		}
		f := x.EarnedFilter
		switch part {
		case "from":
			f.From = time.Time{}
		case "to":
			f.To = time.Time{}
		case "source":
			f.Source = ""
		case "state":
			f.Standing = ""
		case "target":
			f.Target = ""
		case "fan":
			f.Fan = ""
		}
		f.Group = report.ByDay
		got, err := v.site.cfg.Reader.Earned(v, f, "", 1)
		if err != nil {
			return nil, err
		}
		if len(got.Rows) > 0 {
			all = append(all, relaxed{v.T("explorer.without", v.T(partWords[part]), v.money(got.Totals[0].Amount.Units, got.Totals[0].Amount.Asset)), x.with(part, "")})
		}
	}
	return all, nil
}

// partWords are the keys of the filter's parts.
var partWords = map[string]string{"from": "explorer.from", "to": "explorer.to", "source": "explorer.source", "state": "explorer.state", "target": "explorer.target", "fan": "explorer.fan"}

// fields are the parts of the filter that a form offers.
func (v *visit) fields(x *explorer) []filter {
	groups := make([]option, len(groupWords))
	for i, g := range groupWords {
		groups[i] = option{Value: string(g.group), Text: v.T(g.words)}
	}
	sources, states := []option{{Text: v.T("explorer.all")}}, []option{{Text: v.T("explorer.all")}}
	for _, s := range earnings.Sources {
		sources = append(sources, option{Value: string(s), Text: v.sourceName(s)})
	}
	for _, s := range standingsShown {
		states = append(states, option{Value: string(s), Text: v.T("earning." + string(s))})
	}
	return []filter{
		{Name: "group", Label: v.T("explorer.group"), Choices: groups, Value: string(x.Group)},
		{Name: "from", Label: v.T("explorer.from"), Type: "date", Value: x.Typed.Get("from")},
		{Name: "to", Label: v.T("explorer.to"), Type: "date", Value: x.Typed.Get("to")},
		{Name: "source", Label: v.T("explorer.source"), Choices: sources, Value: string(x.Source)},
		{Name: "state", Label: v.T("explorer.state"), Choices: states, Value: string(x.Standing)},
	}
}

// earnedColumns are the columns of the explorer.
func (v *visit) earnedColumns(x *explorer) []column {
	return []column{{Text: v.T(x.groupKey())}, {Text: v.T("explorer.coins"), Numeric: true, Class: "far"}, {Text: v.T("explorer.diamonds"), Numeric: true, Class: "far"},
		{Text: v.T("explorer.rule"), Class: "far"}, {Text: v.T("explorer.state"), Class: "far"}, {Text: v.T("explorer.available"), Class: "far"}, {Text: v.T("explorer.amount"), Numeric: true}}
}

// rowsBehind leads from a row of a group to the gifts that it adds up.
func (x *explorer) rowsBehind(row *report.EarnedRow) string {
	switch x.Group {
	case report.ByDay:
		day := row.Day.Format(time.DateOnly)
		return x.with("group", "none", "from", day, "to", day)
	case report.ByTarget:
		return x.with("group", "none", "target", row.Target)
	}
	return x.with("group", "none", "fan", string(row.Fan))
}

// earnedFile writes the rows of the explorer as a file, all of them. An error
// that comes when a part of it has gone out cuts the connection: half a file
// must not look like a whole one.
func earnedFile(v *visit) error {
	f, _, err := v.earnedFilter()
	if err != nil {
		return err
	}
	return v.file("earnings", func(out *bufio.Writer) error { return v.site.cfg.Reader.EarnedCSV(v, f, out) })
}

// file answers with a CSV file of today.
func (v *visit) file(name string, write func(*bufio.Writer) error) error {
	return v.fileCalled(name+"-"+time.UnixMicro(v.shown()).UTC().Format(time.DateOnly)+".csv", "text/csv; charset=utf-8; header=present", write)
}

// began knows whether an answer has begun.
type began struct {
	w   http.ResponseWriter
	yes bool
}

func (b *began) Write(p []byte) (int, error) {
	b.yes = true
	return b.w.Write(p)
}
