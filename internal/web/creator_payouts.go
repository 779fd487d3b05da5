package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/report"
)

// payoutPageSize is how many payouts a page shows, and leftShown how many of the
// earnings that the next payout would take.
const payoutPageSize, leftShown = 20, 12

// payoutsShown is what the page of payouts shows.
type payoutsShown struct {
	Way     payout.Way
	Months  []payout.Month
	Sizes   map[id.Payout]int // how many payouts the request made, by its group
	Card    earnings.RateCard
	Balance earnings.Balance
	Left    []earnings.Earning // of which something can be paid out
	Payouts []payout.Payout
	State   payout.State // that was asked for; "" for all
	Older   string       // the address of the next page
	Key     string
	Problem *problem
	Notice  string
}

func payoutsPage(v *visit) error { return showPayouts(v, nil, http.StatusOK) }

// showPayouts shows the payouts; p is what went wrong with a form on them.
func showPayouts(v *visit, p *problem, status int) error {
	s := &payoutsShown{Key: v.keyAfter("/c/payouts", p), Problem: p, Notice: v.didOf("onboarded", "onboarded_ready", "onboarded_lacks", "account_checked", "payout_requested", "payout_split", "payout_canceled", "payouts_canceled", "calendar_request", "calendar_monthly")}
	if err := v.listenFromNow(ofCreator); err != nil {
		return err
	}
	e, err := v.site.cfg.Reader.Earnings(v, v.me(), "", 1)
	if err != nil {
		return err
	}
	s.Card, s.Balance = e.Card, e.Balance
	if s.Way, err = report.Ask1(v, v.site.cfg.Reader, payout.WayOf, v.me()); err != nil {
		return err
	}
	if s.Months, err = report.Ask2(v, v.site.cfg.Reader, payout.MonthsOf, v.me(), monthsShown); err != nil {
		return err
	}
	if s.Left, err = report.Ask1(v, v.site.cfg.Reader, earnings.Left, v.me()); err != nil {
		return err
	}
	page := payout.Page{Limit: payoutPageSize + 1}
	if v.r.Method == http.MethodGet {
		q := v.r.URL.Query()
		page.Before = id.Payout(q.Get("before"))
		if page.Before != "" && !id.Valid(id.KindPayout, string(page.Before)) {
			return fault.New(fault.CursorInvalid, "This is no place in the list of payouts. Begin at its first page.")
		}
		if page.State = payout.State(q.Get("state")); page.State != "" && !slices.Contains(payoutStates, page.State) {
			return fault.New(fault.InvalidParameter, "No payout is %q.", fault.Clip(string(page.State)))
		}
	}
	if s.Payouts, err = report.Ask2(v, v.site.cfg.Reader, payout.OfCreator, v.me(), page); err != nil {
		return err
	}
	s.State = page.State
	if s.Sizes, err = report.Ask1(v, v.site.cfg.Reader, payout.GroupSizes, s.Payouts); err != nil {
		return err
	}
	if len(s.Payouts) > payoutPageSize {
		s.Payouts = s.Payouts[:payoutPageSize]
		s.Older = "/c/payouts?" + query("before", string(s.Payouts[payoutPageSize-1].ID), "state", string(s.State)) + "#payouts"
	}
	return v.show(status, payoutsView(v, s))
}

// payoutStates are the states that the list can be asked for.
var payoutStates = []payout.State{payout.Scheduled, payout.Held, payout.Sending, payout.Sent, payout.Paid, payout.Returning, payout.Returned, payout.Failed, payout.Canceled}

// payoutTabs lead to the payouts of a state.
func (v *visit) payoutTabs(on payout.State) []option {
	all := []option{{Text: v.T("explorer.all"), Href: "/c/payouts#payouts", On: on == ""}}
	for _, s := range []payout.State{payout.Held, payout.Sent, payout.Paid, payout.Failed, payout.Returned} {
		all = append(all, option{Text: v.T("payout." + string(s)), Href: "/c/payouts?" + query("state", string(s)) + "#payouts", On: on == s})
	}
	return all
}

// leftOf is what can still be paid out of an earning.
func leftOf(e earnings.Earning) money.Amount {
	return money.Amount{Units: e.Left(), Asset: e.Amount.Asset}
}

// rest is what the earnings that are not shown have left, by currency.
func (s *payoutsShown) rest() (n int, all []money.Amount) {
	for _, e := range s.Left[min(leftShown, len(s.Left)):] {
		n++
		all = addAmount(all, leftOf(e))
	}
	return n, all
}

// sum is what all earnings have left, by currency: what is available.
func (s *payoutsShown) sum() (all []money.Amount) {
	for _, e := range s.Left {
		all = addAmount(all, leftOf(e))
	}
	return all
}

func addAmount(all []money.Amount, a money.Amount) []money.Amount {
	for i := range all {
		if all[i].Asset == a.Asset {
			all[i].Units += a.Units
			return all
		}
	}
	return append(all, a)
}

// payoutPage is one payout with all that it is made of. Somebody else's is not
// there.
func payoutPage(v *visit) error {
	d, err := report.Ask1(v, v.site.cfg.Reader, payout.DetailOf, id.Payout(v.r.PathValue("id")))
	if err == nil && d.Creator != v.me() {
		err = fault.New(fault.NotFound, "There is no such payout.")
	}
	if err != nil {
		return err
	}
	account, err := report.Ask1(v, v.site.cfg.Reader, payout.AccountOf, v.me())
	if err != nil {
		return err
	}
	group, err := report.Ask1(v, v.site.cfg.Reader, payout.OfGroup, d.Group)
	if err != nil {
		return err
	}
	allowances, err := report.Ask1(v, v.site.cfg.Reader, payout.AllowancesOf, v.me())
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, payoutView(v, &payoutShown{d, account, group, allowances, v.keyAfter("/c/payouts", nil)}))
}

// requestPayout asks for a payout of all that is available, or of the amount in
// the form. What is above the daily cap goes on the days after.
func requestPayout(v *visit) error {
	currency := money.Asset(v.form("currency"))
	amount, err := v.requested(currency)
	var p payout.Payout
	if err == nil {
		var key string
		if key, err = v.keyOf(numeral(amount), string(currency)); err == nil {
			p, err = v.site.cfg.Payouts.Withdraw(v, payout.Request{Key: key, Creator: v.me(), Amount: amount, Currency: currency})
		}
	}
	if err != nil {
		p := v.problemOf(err)
		return showPayouts(v, p, p.Status)
	}
	group, err := report.Ask1(v, v.site.cfg.Reader, payout.OfGroup, p.Group)
	if err != nil {
		return err
	}
	if len(group) > 1 {
		return v.redirect("/c/payouts?did=payout_split")
	}
	return v.redirect("/c/payouts?did=payout_requested")
}

// requested reads the amount in the form, in its currency or the rate card's.
func (v *visit) requested(currency money.Asset) (int64, error) {
	text := v.form("amount")
	if text == "" {
		return 0, nil
	}
	if currency == "" {
		e, err := v.site.cfg.Reader.Earnings(v, v.me(), "", 1)
		if err != nil {
			return 0, err
		}
		currency = e.Card.PayAsset
	}
	n, ok := parseAmount(text, currency.Digits())
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

// diamondsOf writes the diamonds of what gifts brought; of tips there are none.
func (v *visit) diamondsOf(n int64) string {
	if n == 0 {
		return ""
	}
	return v.N("unit.diamonds", n)
}

// lineUnder is what is said under a part of a payout: its diamonds, and of how
// much more it is a part.
func (v *visit) lineUnder(l payout.Line) string {
	part := ""
	if l.Amount.Units != l.Earning.Amount.Units {
		part = v.T("payout.part_of", v.amount(l.Earning.Amount))
	}
	return joined(v.diamondsOf(l.Earning.Diamonds), part)
}

// payAgain is what a payout that came back can become.
type payAgain struct {
	Left bool   // its amount is available now, and not on its way once more
	Key  string // of the form that asks for it again; "" if that would be refused
}

// againOf tells what can become of a payout that came back.
func againOf(p payout.Payout, key string, account *payout.Account, all []payout.Allowance) payAgain {
	for i := range all {
		if a := &all[i]; a.Available.Asset == p.Amount.Asset && a.Available.Units >= p.Back().Units && p.Back().Units > 0 {
			if !account.Ready() || a.Most() < p.Back().Units {
				key = ""
			}
			return payAgain{Left: true, Key: key}
		}
	}
	return payAgain{}
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
		return showPayouts(v, p, p.Status)
	}
	return v.redirect("/c/payouts?did=payout_canceled")
}

// missing names what the provider still wants to know, each thing once.
func (v *visit) missing(due []string) (all []string) {
	for _, words := range payout.Requirements(due) {
		all = append(all, v.in(words))
	}
	return all
}

// heldFor is why a payout is held, in words for a page: what is missing in the
// account stands on the same page, and not behind an address of the API.
func (v *visit) heldFor(h payout.Hold) string {
	if h.Code == string(fault.KYCRequired) {
		return v.T("payout.held_kyc")
	}
	return v.in(h.Reason)
}
