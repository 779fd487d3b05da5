package web

import (
	"net/http"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/report"
)

// console is what the operator's page shows.
type console struct {
	report.Totals
	Prefix   string
	Accounts []ledger.Account
	After    string // where the next page of accounts begins; "" at the end
	Work     []outbox.Planned
	Notice   string // key of a sentence
}

const accountsAtOnce, workAtOnce = 50, 50

// operators lets in who runs the site.
func operators(h handler) handler {
	return signedIn(func(v *visit) error {
		if !v.is(people.Operator) {
			return fault.New(fault.RoleRequired, "This page is for the operators of this site.")
		}
		return h(v)
	})
}

// operatorPage shows the books at a glance and what is due.
func operatorPage(v *visit) error {
	q := v.r.URL.Query()
	c := &console{Prefix: q.Get("prefix"), Notice: noticeOf(q.Get("did"), "work_revived")}
	if len(c.Prefix) > 200 {
		c.Prefix = c.Prefix[:200]
	}
	var err error
	if c.Totals, err = v.site.cfg.Reader.Totals(v); err != nil {
		return err
	}
	if c.Accounts, err = report.Ask3(v, v.site.cfg.Reader, ledger.Balances, c.Prefix, accountsAtOnce, q.Get("after")); err != nil {
		return err
	}
	if n := len(c.Accounts); n >= accountsAtOnce {
		c.After = c.Accounts[n-1].Path
	}
	if c.Work, err = v.site.cfg.Work.List(v, workAtOnce); err != nil {
		return err
	}
	return v.show(http.StatusOK, operatorView(v, c))
}

// reviveWork has work that was given up tried again.
func reviveWork(v *visit) error {
	if _, err := v.site.cfg.Work.Revive(v, v.form("kind"), v.form("key")); err != nil {
		return err
	}
	return v.redirect("/operator?did=work_revived#work")
}
