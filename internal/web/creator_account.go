package web

import (
	"net/http"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/report"
)

// payoutShown is what the page of one payout shows.
type payoutShown struct {
	payout.Detail
	Account    payout.Account
	Group      []payout.Payout // all payouts of its request
	Allowances []payout.Allowance
	Key        string
}

// Cancelable is how many payouts of the request can be canceled.
func (s *payoutShown) Cancelable() (n int) {
	for _, p := range s.Group {
		if p.Cancelable() {
			n++
		}
	}
	return n
}

// monthsShown is how many months of the calendar the page shows.
const monthsShown = 6

// onboard leads to the provider's page on which the payout account is
// completed.
func onboard(v *visit) error {
	account := v.site.cfg.PublicURL + "/c/payouts/account/"
	to, err := v.site.cfg.Payouts.Onboard(v, v.me(), account+"back", account+"again")
	if err != nil {
		p := v.problemOf(err)
		return showPayouts(v, p, p.Status)
	}
	return v.leave(to, v.T("leave.account"))
}

// onboardAgain is where the provider sends who comes with a page that is too
// old: it makes a new one. It changes nothing here, and opens no account: who has
// none is led to where one is opened.
func onboardAgain(v *visit) error {
	account := v.site.cfg.PublicURL + "/c/payouts/account/"
	to, err := v.site.cfg.Payouts.OnboardAgain(v, v.me(), account+"back", account+"again")
	if err != nil {
		p := v.problemOf(err)
		return showPayouts(v, p, p.Status)
	}
	if to == "" {
		return v.redirect("/c/payouts")
	}
	return v.leave(to, v.T("leave.account"))
}

// onboarded is where the provider sends who leaves its page, whether the account
// is complete or not: so it is asked. When it does not answer, what was seen
// last stands on the page, with its instant.
func onboarded(v *visit) error {
	a, err := v.site.cfg.Payouts.Refresh(v, v.me())
	if err != nil {
		p := v.problemOf(err)
		return showPayouts(v, p, p.Status)
	}
	did := "onboarded"
	if a.Ready() {
		did = "onboarded_ready"
	} else if len(a.Due) > 0 {
		did = "onboarded_lacks"
	}
	return v.redirect("/c/payouts?" + query("did", did))
}

// refreshAccount asks the provider how the payout account stands.
func refreshAccount(v *visit) error {
	if _, err := v.site.cfg.Payouts.Refresh(v, v.me()); err != nil {
		p := v.problemOf(err)
		return showPayouts(v, p, p.Status)
	}
	return v.redirect("/c/payouts?did=account_checked")
}

// bothPage shows what the provider has of the creator's money beside what the
// books say. The page of payouts takes it in when it has arrived: it waits for
// the provider.
func bothPage(v *visit) error {
	b, err := v.site.cfg.Payouts.Balances(v, v.me())
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, bothView(v, &b))
}

// chooseCalendar has the creator be paid on request or by the month.
func chooseCalendar(v *visit) error {
	c := payout.Calendar(v.form("calendar"))
	if err := v.site.cfg.Payouts.Choose(v, v.me(), c); err != nil {
		p := v.problemOf(err)
		return showPayouts(v, p, p.Status)
	}
	return v.redirect("/c/payouts?did=calendar_" + string(c))
}

// cancelGroup cancels what can be canceled of one request of the visitor's.
func cancelGroup(v *visit) error {
	p, err := report.Ask1(v, v.site.cfg.Reader, payout.Get, id.Payout(v.r.PathValue("id")))
	if err == nil && p.Creator != v.me() {
		err = fault.New(fault.NotFound, "There is no such payout.")
	}
	if err == nil {
		_, err = v.site.cfg.Payouts.CancelGroup(v, p.ID, nil, nil)
	}
	if err != nil {
		p := v.problemOf(err)
		return showPayouts(v, p, p.Status)
	}
	return v.redirect("/c/payouts?did=payouts_canceled")
}

// some are the allowances of which something can be asked for.
func (s *payoutsShown) some() (all []payout.Allowance) {
	for _, a := range s.Way.Allowances {
		if a.Most() >= a.Minimum.Units && a.Most() > 0 {
			all = append(all, a)
		}
	}
	return all
}
