package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/programme"
	"github.com/ovationhq/ovation/internal/report"
)

// income is what the page of earnings shows.
type income struct {
	report.Earnings
	Older    id.Earning // where the next page of earnings begins; "" at the end
	Account  payout.Account
	Payouts  []payout.Payout
	Standing []programme.Standing
	Key      string
	Problem  *problem
	Notice   string
}

// earningsAtOnce is how many earnings a page shows.
const earningsAtOnce = 15

func earningsPage(v *visit) error { return showEarnings(v, nil, http.StatusOK) }

// showEarnings shows the earnings; p is what went wrong with a form on them.
func showEarnings(v *visit, p *problem, status int) error {
	e := &income{Key: formKey(), Problem: p}
	var err error
	before := id.Earning(v.r.URL.Query().Get("before"))
	if before != "" && !id.Valid(id.KindEarning, string(before)) {
		return fault.New(fault.CursorInvalid, "This is no place in the list of earnings. Begin at its first page.")
	}
	if e.Earnings, err = v.site.cfg.Reader.Earnings(v, v.me(), before, earningsAtOnce+1); err != nil {
		return err
	}
	if len(e.Earnings.Earnings) > earningsAtOnce {
		e.Earnings.Earnings = e.Earnings.Earnings[:earningsAtOnce]
		e.Older = e.Earnings.Earnings[earningsAtOnce-1].ID
	}
	if e.Account, err = report.Ask1(v, v.site.cfg.Reader, payout.AccountOf, v.me()); err != nil {
		return err
	}
	if e.Payouts, err = report.Ask2(v, v.site.cfg.Reader, payout.OfCreator, v.me(), payout.Page{Limit: 20}); err != nil {
		return err
	}
	if e.Standing, err = v.site.cfg.Creators.Standing(v, v.me()); err != nil {
		return err
	}
	e.Notice = noticeOf(v.r.URL.Query().Get("did"), "joined", "onboarded", "account_checked", "payout_requested", "payout_canceled")
	return v.show(status, earningsView(v, e))
}

// joinProgramme joins a programme.
func joinProgramme(v *visit) error {
	_, err := v.site.cfg.Creators.Join(v, v.me(), programme.Programme(v.form("programme")))
	if err != nil {
		p := v.problemOf(err)
		return showEarnings(v, p, p.Status)
	}
	return v.redirect("/earnings?did=joined")
}

// onboard leads to the provider's page on which the payout account is
// completed.
func onboard(v *visit) error {
	here := v.site.cfg.PublicURL + "/earnings"
	to, err := v.site.cfg.Payouts.Onboard(v, v.me(), here+"?did=onboarded", here)
	if err != nil {
		p := v.problemOf(err)
		return showEarnings(v, p, p.Status)
	}
	return v.leave(to, v.T("leave.account"))
}

// refreshAccount asks the provider how the payout account stands.
func refreshAccount(v *visit) error {
	if _, err := v.site.cfg.Payouts.Refresh(v, v.me()); err != nil {
		return err
	}
	return v.redirect("/earnings?did=account_checked")
}

// requestPayout asks for a payout of all that is available and allowed today,
// or of the amount in the form.
func requestPayout(v *visit) error {
	amount, err := v.requested()
	if err == nil {
		var key string
		if key, err = v.keyOf(numeral(amount)); err == nil {
			_, err = v.site.cfg.Payouts.Withdraw(v, payout.Request{Key: key, Creator: v.me(), Amount: amount})
		}
	}
	if err != nil {
		p := v.problemOf(err)
		return showEarnings(v, p, p.Status)
	}
	return v.redirect("/earnings?did=payout_requested")
}

// requested reads the amount in the form, in the rate card's currency.
func (v *visit) requested() (int64, error) {
	text := v.form("amount")
	if text == "" {
		return 0, nil
	}
	e, err := v.site.cfg.Reader.Earnings(v, v.me(), "", 1)
	if err != nil {
		return 0, err
	}
	n, ok := parseAmount(text, e.Card.PayAsset.Digits())
	if !ok || n == 0 {
		return 0, fault.New(fault.AmountOutOfRange, "%q is no amount. Write it in figures, such as 12.50, or leave it empty for all that is available.", text)
	}
	return n, nil
}

// parseAmount reads an amount as people write it, with a point or a comma
// before the last digits, into smallest units.
func parseAmount(text string, digits int) (int64, bool) {
	text = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "$", "", "€", "", "£", "").Replace(text)
	whole, part, _ := strings.Cut(strings.ReplaceAll(text, ",", "."), ".")
	if whole == "" || len(part) > digits || strings.Contains(part, ".") {
		return 0, false
	}
	for len(part) < digits {
		part += "0"
	}
	for _, c := range whole + part {
		if c < '0' || c > '9' {
			return 0, false
		}
	}
	if len(whole) > 12 {
		return 0, false
	}
	return integer(whole + part), true
}

// cancelPayout cancels one of the visitor's payouts.
func cancelPayout(v *visit) error {
	p, err := report.Ask1(v, v.site.cfg.Reader, payout.Get, id.Payout(v.r.PathValue("id")))
	if err == nil && p.Creator != v.me() {
		err = fault.New(fault.NotFound, "There is no such payout.")
	}
	if err == nil {
		_, err = v.site.cfg.Payouts.Cancel(v, p.ID)
	}
	if err != nil {
		p := v.problemOf(err)
		return showEarnings(v, p, p.Status)
	}
	return v.redirect("/earnings?did=payout_canceled")
}

// timelineStep is one step of a payout on its way, as its timeline shows them.
type timelineStep struct {
	Key  string // of its words
	US   int64  // when it happened, or should
	Done bool
	Bad  bool
}

// timeline writes the way of a payout, from the request to the bank.
func timeline(p payout.Payout) []timelineStep {
	steps := []timelineStep{{Key: "payout.step.requested", US: p.RequestedUS, Done: true}}
	sent := timelineStep{Key: "payout.step.sent", US: p.SentUS, Done: p.SentUS != 0}
	switch p.State {
	case payout.Held:
		return append(steps, timelineStep{Key: "payout.step.held", US: p.Hold.SinceUS, Bad: true}, sent, timelineStep{Key: "payout.step.arrives"})
	case payout.Canceled:
		return append(steps, timelineStep{Key: "payout.step.canceled", US: p.EndedUS, Done: true, Bad: true})
	case payout.Failed:
		return append(steps, timelineStep{Key: "payout.step.failed", US: p.EndedUS, Done: true, Bad: true})
	case payout.Returning:
		return append(steps, sent, timelineStep{Key: "payout.step.returning", Bad: true})
	case payout.Returned:
		return append(steps, sent, timelineStep{Key: "payout.step.returned", US: p.EndedUS, Done: true, Bad: true})
	case payout.Paid:
		return append(steps, sent, timelineStep{Key: "payout.step.paid", US: p.EndedUS, Done: true})
	}
	return append(steps, sent, timelineStep{Key: "payout.step.arrives", US: p.ArrivesUS})
}

// missing names what the provider still wants to know, each thing once: it asks
// for the day, the month and the year of a birth one by one.
func (v *visit) missing(due []string) []string {
	var all []string
	for _, d := range due {
		name := d
		if key := dueKey(d); key != "" {
			name = v.T(key)
		}
		if !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}

// dueKey names the words for what the provider still wants to know. Its names
// say what and of whom, with dots: the most telling part decides.
func dueKey(item string) string {
	for part, key := range map[string]string{
		"external_account": "due.bank", "document": "due.document", "dob": "due.birth", "tos_acceptance": "due.terms", "address": "due.address",
		"id_number": "due.number", "ssn_last_4": "due.number", "first_name": "due.name", "last_name": "due.name", "phone": "due.phone", "email": "due.email",
		"url": "due.site", "mcc": "due.trade", "product_description": "due.trade",
	} {
		for word := range strings.SplitSeq(item, ".") {
			if word == part {
				return key
			}
		}
	}
	return ""
}

// earnsNothing reports whether the visitor is no creator yet.
func (v *visit) earnsNothing() bool { return !v.is(people.Creator) }

// heldFor is why a payout is held, in words for a page: what is missing in the
// account stands on the same page, and not behind an address of the API.
func (v *visit) heldFor(h payout.Hold) string {
	if h.Code == string(fault.KYCRequired) {
		return v.T("payout.held_kyc")
	}
	return v.in(h.Reason)
}
