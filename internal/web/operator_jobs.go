package web

import (
	"net/http"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/report"
)

// jobDesk is what the page of due work shows.
type jobDesk struct {
	Kind, State string // filters
	Tabs        []option
	Counts      []outbox.Count
	Rows        []outbox.Planned
	Next        string
	Problem     *problem
	Notice      string
}

// workStates are the choices of the page.
var workStates = []string{"", outbox.StateDead, outbox.StatePlanned}

// jobsAtOnce is how much work a page shows.
const jobsAtOnce = 40

func jobsPage(v *visit) error { return showJobs(v, nil, http.StatusOK) }

// showJobs shows due work; p is what went wrong with a form on it.
func showJobs(v *visit, p *problem, status int) error {
	d := &jobDesk{Kind: v.param("kind"), State: v.param("state"), Problem: p}
	for _, s := range workStates {
		key := s
		if s == "" {
			key = "all"
		}
		d.Tabs = append(d.Tabs, option{Value: s, Text: v.T("op.work." + key), Href: v.with("/op/jobs", "state", s), On: s == d.State})
	}
	var err error
	if d.Counts, err = report.Ask(v, v.site.cfg.Reader, v.site.cfg.Work.Counts); err != nil {
		return err
	}
	l := outbox.Listing{State: d.State, Kind: d.Kind, After: v.param("after"), Limit: jobsAtOnce + 1}
	if d.Rows, err = report.Ask1(v, v.site.cfg.Reader, outbox.Listed, l); err != nil {
		return err
	}
	if len(d.Rows) > jobsAtOnce {
		d.Rows = d.Rows[:jobsAtOnce]
		d.Next = d.Rows[jobsAtOnce-1].Position()
	}
	d.Notice = noticeOf(v.param("did"), "work_revived")
	return v.show(status, jobsView(v, d))
}

// reviveWork has work that was given up tried again.
func reviveWork(v *visit) error {
	_, reason, err := v.because()
	if err == nil {
		_, err = v.site.cfg.Work.Revive(audit.Because(v, reason), v.form("kind"), v.form("key"))
	}
	if fault.Is(err, fault.NotFound) {
		return err
	}
	if err != nil {
		p := v.problemOf(err)
		return showJobs(v, p, p.Status)
	}
	return v.redirect("/op/jobs?did=work_revived")
}

// reviveDecision has work that was given up tried again.
func (v *visit) reviveDecision(w *outbox.Planned) decision {
	return decision{ID: "why-" + w.Kind + "-" + w.Key, Action: "/op/jobs/revive", Ask: v.T("op.revive"), Do: v.T("op.revive"), Text: v.T("op.revive_text"), Label: v.T("op.revive_this", w.Kind, w.Key),
		Fields: []option{{Value: "kind", Text: w.Kind}, {Value: "key", Text: w.Key}}}
}
