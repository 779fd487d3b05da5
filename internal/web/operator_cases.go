package web

import (
	"net/http"

	"github.com/ovationhq/ovation/internal/casework"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/report"
)

// caseDesk is what the page of cases shows.
type caseDesk struct {
	State   casework.State
	Kind    string
	Tabs    []option
	Kinds   []option
	Counts  []casework.Count
	Rows    []casework.Case
	Older   id.Case
	Problem *problem
	Notice  string
}

// casesAtOnce is how many cases a page shows.
const casesAtOnce = 30

func casesPage(v *visit) error { return showCases(v, nil, http.StatusOK) }

// showCases shows what somebody has to look into; p is what went wrong with a
// form on it.
func showCases(v *visit, p *problem, status int) error {
	d := &caseDesk{State: casework.Opened, Kind: v.param("kind"), Problem: p, Notice: noticeOf(v.param("did"), "case_closed", "case_proposed")}
	if v.param("state") == string(casework.Closed) {
		d.State = casework.Closed
	}
	for _, s := range []casework.State{casework.Opened, casework.Closed} {
		d.Tabs = append(d.Tabs, option{Value: string(s), Text: v.T("case.state." + string(s)), Href: v.with("/op/cases", "state", string(s)), On: s == d.State})
	}
	var err error
	if d.Counts, err = report.Ask(v, v.site.cfg.Reader, casework.Counts); err != nil {
		return err
	}
	q := casework.Query{State: d.State, Kind: d.Kind, Subject: v.param("about"), Before: id.Case(v.param("before")), Limit: casesAtOnce + 1}
	if d.Rows, err = report.Ask1(v, v.site.cfg.Reader, casework.List, q); err != nil {
		return err
	}
	if len(d.Rows) > casesAtOnce {
		d.Rows = d.Rows[:casesAtOnce]
		d.Older = d.Rows[casesAtOnce-1].ID
	}
	return v.show(status, casesView(v, d))
}

// closeCase writes a difference off, for a reason.
func closeCase(v *visit) error {
	_, reason, err := v.because()
	var c casework.Case
	if err == nil {
		c, err = v.site.cfg.Cases.Decide(v, id.Case(v.r.PathValue("id")), v.caller(), reason)
	}
	if fault.Is(err, fault.NotFound) {
		return err
	}
	if err != nil {
		p := v.problemOf(err)
		return showCases(v, p, p.Status)
	}
	if c.State == casework.Opened {
		return v.redirect("/op/cases?did=case_proposed")
	}
	return v.redirect("/op/cases?did=case_closed")
}

// caseTiles count what is open, by kind.
func (v *visit) caseTiles(d *caseDesk) []tile {
	var all []tile
	for _, c := range d.Counts {
		t := tile{Label: v.or("case.kind."+c.Kind, c.Kind), Value: v.number(c.Cases), Href: "/op/cases?" + query("kind", c.Kind), Note: v.T("case.since", v.when(c.Oldest))}
		if c.Amount.Asset != "" {
			t.Note = v.T("case.amount_since", v.amount(c.Amount), v.when(c.Oldest))
		}
		all = append(all, t)
	}
	return all
}

// writeOff asks for the reason to close a difference.
func (v *visit) writeOff(c *casework.Case) decision {
	text := v.T("case.write_off_text", v.amount(c.Amount))
	if c.ProposedBy != "" {
		text = v.T("case.agree_text", v.amount(c.Amount))
	}
	return decision{ID: "why-" + string(c.ID), Action: "/op/cases/" + string(c.ID) + "/close", Ask: v.T("case.write_off"), Do: v.T("case.write_off"),
		Text: text, Label: v.T("case.write_off") + ": " + string(c.ID), Danger: true}
}
