package web

import (
	"net/http"

	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/reconcile"
	"github.com/ovationhq/ovation/internal/report"
)

// bothBooks is what the page of our books beside the provider's shows.
type bothBooks struct {
	Last    *reconcile.Run // nil before the first comparison
	Earlier []reconcile.Run
	Problem *problem
	Notice  string
}

// runsShown is how many comparisons the page lists.
const runsShown = 12

func reconcilePage(v *visit) error { return showReconcile(v, nil, http.StatusOK) }

func showReconcile(v *visit, p *problem, status int) error {
	runs, err := report.Ask1(v, v.site.cfg.Reader, reconcile.Runs, runsShown)
	if err != nil {
		return err
	}
	b := &bothBooks{Problem: p, Notice: noticeOf(v.param("did"), "reconciled")}
	if len(runs) > 0 {
		b.Last, b.Earlier = &runs[0], runs[1:]
	}
	return v.show(status, reconcileView(v, b))
}

// reconcileNow compares the books, all there is or what came since.
func reconcileNow(v *visit) error {
	if _, err := v.site.cfg.Reconcile(v, reconcile.Ask{Complete: v.form("all") == "on"}); err != nil {
		p := v.problemOf(err)
		return showReconcile(v, p, p.Status)
	}
	return v.redirect("/op/reconcile?did=reconciled")
}

// runLight is how a comparison ended: a colour, and words.
func (v *visit) runLight(r *reconcile.Run) (kind, text string) {
	switch {
	case r.Problems > 0:
		return "bad", v.N("rec.differ", r.Problems)
	case r.InFlight > 0:
		return "wait", v.N("rec.in_flight", r.InFlight)
	}
	return "good", v.T("rec.agree")
}

// clearingHref is the page of our side of a currency.
func clearingHref(t *reconcile.Total) string { return accountHref(ledger.Provider, string(t.Asset)) }

// causeHref leads to our side of a difference: to what it is, or to what was
// booked for it.
func causeHref(cause string) string {
	if href := placeOf(cause); href != "" {
		return href
	}
	return "/op/ledger/transfers?" + query("cause", cause)
}
