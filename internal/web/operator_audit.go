package web

import (
	"bufio"
	"encoding/hex"
	"net/http"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/report"
)

// logbook is what the page of the audit log shows.
type logbook struct {
	Actor, Verb, Subject string
	From, To             string // UTC days, both in it
	Rows                 []audit.Entry
	Older                int64
	Head                 audit.Head
	Checked              bool
	Broken               []string // what the check has found
}

// actsAtOnce is how many acts a page shows; checkedAtOnce up to which length of
// the log its chain is checked with every look, because that takes a moment.
const (
	actsAtOnce    = 40
	checkedAtOnce = 5_000
)

// auditPage shows who decided what.
func auditPage(v *visit) error {
	l := &logbook{Actor: v.param("actor"), Verb: v.param("verb"), Subject: v.param("subject"), From: v.param("from"), To: v.param("to")}
	q, err := l.query()
	if err != nil {
		return err
	}
	q.Before, q.Limit = integer(v.param("before")), actsAtOnce+1
	if l.Rows, err = report.Ask1(v, v.site.cfg.Reader, audit.List, q); err != nil {
		return err
	}
	if len(l.Rows) > actsAtOnce {
		l.Rows = l.Rows[:actsAtOnce]
		l.Older = l.Rows[actsAtOnce-1].Seq
	}
	if l.Head, err = report.Ask(v, v.site.cfg.Reader, audit.End); err != nil {
		return err
	}
	if l.Head.Seq <= checkedAtOnce || v.param("check") != "" {
		if err := l.check(v); err != nil {
			return err
		}
	}
	return v.show(http.StatusOK, auditView(v, l))
}

// query is what the filters choose.
func (l *logbook) query() (audit.Query, error) {
	q := audit.Query{Actor: l.Actor, Verb: l.Verb, Subject: l.Subject, FromUS: dayUS(l.From, 0), ToUS: dayUS(l.To, 1)}
	if l.From != "" && q.FromUS == 0 || l.To != "" && q.ToUS == 0 {
		return q, errDay()
	}
	return q, nil
}

// check recomputes the chain of the log.
func (l *logbook) check(v *visit) error {
	l.Checked = true
	broken, err := report.Ask(v, v.site.cfg.Reader, audit.Broken)
	l.Broken = broken
	return err
}

// auditFile is what the filters choose as a file, all of it.
func auditFile(v *visit) error {
	l := &logbook{Actor: v.param("actor"), Verb: v.param("verb"), Subject: v.param("subject"), From: v.param("from"), To: v.param("to")}
	q, err := l.query()
	if err != nil {
		return err
	}
	q.Limit = audit.MaxPage
	var all []audit.Entry
	for {
		some, err := report.Ask1(v, v.site.cfg.Reader, audit.List, q)
		if err != nil {
			return err
		}
		all = append(all, some...)
		if len(some) < q.Limit {
			break
		}
		q.Before = some[len(some)-1].Seq
	}
	return v.file("audit", func(w *bufio.Writer) error { return audit.WriteCSV(w, all) })
}

// auditVerbs are the acts that people look for, by what they are done to.
var auditVerbs = []string{"person.suspend", "person.reinstate", "person.change", "person.mute", "person.unmute", "message.hide", "role.grant", "role.revoke", "session.end", "session.end_all", "session.mint",
	"programme.refuse", "programme.readmit", "payout.hold", "payout.release", "payout.release_propose", "payout.release_decline", "dispute.accept", "dispute.accept_propose", "dispute.accept_decline", "case.close", "case.propose", "key.create", "key.revoke", "link.create", "preset.switch", "rules.scheduled", "rules.withdrawn", "work.revive", "leaderboards.rebuild",
	"clock.advance", "database.restore"}

// auditFilters are the choices of the log.
func (v *visit) auditFilters(l *logbook) []filter {
	verbs := []option{{Text: v.T("op.any_act")}}
	known := l.Verb == ""
	for _, verb := range auditVerbs {
		known = known || verb == l.Verb
		verbs = append(verbs, option{Value: verb, Text: v.T("verb." + verb)})
	}
	if !known {
		verbs = append(verbs, option{Value: l.Verb, Text: l.Verb})
	}
	return []filter{
		{Name: "verb", Label: v.T("op.act"), Value: l.Verb, Choices: verbs},
		{Name: "actor", Label: v.T("op.actor"), Value: l.Actor, Type: "search", Grow: true},
		{Name: "subject", Label: v.T("op.subject"), Value: l.Subject, Type: "search", Grow: true},
		{Name: "from", Label: v.T("op.from"), Value: l.From, Type: "date"},
		{Name: "to", Label: v.T("op.to"), Value: l.To, Type: "date"},
	}
}

// shortHash is the beginning of a hash, to compare by eye.
func shortHash(hash []byte) string { return hex.EncodeToString(hash[:min(len(hash), 8)]) }
