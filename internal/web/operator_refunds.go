package web

import (
	"context"
	"net/http"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/reversal"
)

// refundDesk is what the list of refunds shows.
type refundDesk struct {
	State   string
	Tabs    []option
	Rows    []reversal.Reversal
	Older   string
	Problem *problem
	Notice  string
}

// refundTabs are the choices of the page, those with work to do first.
var refundTabs = []struct {
	name  string
	state reversal.State
}{
	{"proposed", reversal.Proposed},
	{"bounced", reversal.Bounced},
	{"pending", reversal.Pending},
	{"refunded", reversal.Refunded},
	{"failed", reversal.Failed},
	{"all", ""},
}

// refundsAtOnce is how many refunds a page shows.
const refundsAtOnce = 25

func refundsPage(v *visit) error { return showRefunds(v, nil, http.StatusOK) }

// showRefunds lists refunds; p is what went wrong with a form on them.
func showRefunds(v *visit, p *problem, status int) error {
	d := &refundDesk{State: v.param("state"), Problem: p, Notice: noticeOf(v.param("did"), "refund_agreed", "refund_declined", "refund_repaid", "refund_repay_proposed", "refund_proposed", "refund_made", "minor_refunded")}
	if d.State == "" {
		d.State = refundTabs[0].name
	}
	q := reversal.Query{Kind: id.KindRefund, Before: v.param("before"), Limit: refundsAtOnce + 1}
	known := false
	for _, t := range refundTabs {
		if t.name == d.State {
			q.State, known = t.state, true
		}
		d.Tabs = append(d.Tabs, option{Value: t.name, Text: v.T("refund.list." + t.name), Href: v.with("/op/refunds", "state", t.name), On: t.name == d.State})
	}
	if !known {
		return fault.New(fault.InvalidParameter, "There is no such state of refunds.")
	}
	var err error
	if d.Rows, err = report.Ask1(v, v.site.cfg.Reader, reversal.List, q); err != nil {
		return err
	}
	if len(d.Rows) > refundsAtOnce {
		d.Rows = d.Rows[:refundsAtOnce]
		d.Older = d.Rows[refundsAtOnce-1].ID
	}
	return v.show(status, refundsView(v, d))
}

// decideRefund does what a form on the list decides.
func decideRefund(did, state string, needsReason bool, do func(ctx context.Context, v *visit, refund, reason string) (reversal.Reversal, error)) handler {
	return func(v *visit) error {
		reason, err := "", error(nil)
		if needsReason {
			_, reason, err = v.because()
		}
		var r reversal.Reversal
		if err == nil {
			r, err = do(context.WithoutCancel(v), v, v.r.PathValue("id"), reason)
		}
		if fault.Is(err, fault.NotFound) {
			return err
		}
		if err != nil {
			p := v.problemOf(err)
			return showRefunds(v, p, p.Status)
		}
		if r.State == reversal.Bounced { // another has to say the same
			return v.redirect("/op/refunds?did=refund_repay_proposed&state=bounced")
		}
		return v.redirect("/op/refunds?" + query("did", did, "state", state))
	}
}

func agreeRefund(ctx context.Context, v *visit, refund, _ string) (reversal.Reversal, error) {
	return v.site.cfg.Reversals.Agree(ctx, v.caller(), refund)
}

func declineRefund(ctx context.Context, v *visit, refund, reason string) (reversal.Reversal, error) {
	return v.site.cfg.Reversals.Decline(ctx, v.caller(), refund, reason)
}

func repayRefund(ctx context.Context, v *visit, refund, how string) (reversal.Reversal, error) {
	return v.site.cfg.Reversals.Repay(ctx, v.caller(), refund, how)
}

// refundDecisions are what an operator can do with a refund.
func (v *visit) refundDecisions(r *reversal.Reversal) []decision {
	action, label := "/op/refunds/"+r.ID, ": "+v.amount(r.Amount)+", "+v.site.name(v, r.Person)
	switch r.State {
	case reversal.Proposed:
		all := []decision{}
		if r.AskedBy != v.caller().ID() {
			all = append(all, decision{ID: "agree-" + r.ID, Action: action + "/agree", Ask: v.T("refund.agree"), Do: v.T("refund.agree"), Text: v.T("refund.agree_text", v.amount(r.Amount)), Label: v.T("refund.agree") + label, Free: true})
		}
		return append(all, decision{ID: "decline-" + r.ID, Action: action + "/decline", Ask: v.T("refund.decline"), Do: v.T("refund.decline"), Text: v.T("refund.decline_text"), Label: v.T("refund.decline") + label, Danger: true})
	case reversal.Bounced:
		if r.RepayBy == v.caller().ID() { // another has to say the same
			return nil
		}
		return []decision{{ID: "repay-" + r.ID, Action: action + "/repay", Ask: v.T("refund.repay"), Do: v.T("refund.repay"), Text: v.T("refund.repay_text", v.amount(r.Amount)), Label: v.T("refund.repay") + label}}
	}
	return nil
}

// refundSheet is the form of one refund, and what it would take from whom.
type refundSheet struct {
	Of      string
	Charge  payment.Record
	Typed   string // the amount
	Spent   bool
	Reason  string
	Note    string
	Preview *reversal.Preview // once it was asked for
	Takes   []taken
	Key     string
	Problem *problem
}

// request is what the sheet asks for. An amount that is none is a fault.
func (s *refundSheet) request() (q reversal.Request, err error) {
	q = reversal.Request{Subject: s.Of, Spent: s.Spent, Reason: s.Reason, Note: s.Note}
	if s.Typed == "" {
		return q, nil
	}
	units, ok := parseAmount(s.Typed, s.Charge.Amount.Asset.Digits())
	if !ok || units == 0 {
		return q, fault.New(fault.AmountOutOfRange, "A refund is of 1 or more, or left out for all that can be given back.")
	}
	q.Units = units
	return q, nil
}

// refundSheet reads the form from what was sent, or from the address.
func (v *visit) refundSheet() (*refundSheet, error) {
	s := &refundSheet{Of: v.picked("of"), Typed: v.picked("amount"), Spent: v.picked("spent") == "yes", Reason: v.picked("reason"), Note: v.picked("note")}
	c, err := report.Ask1(v, v.site.cfg.Reader, payment.ForSubject, s.Of)
	if err != nil {
		return nil, err
	}
	s.Charge = c
	if id.KindOf(s.Of) == id.KindTip {
		s.Spent = true
	}
	if s.Reason == "" {
		s.Reason = reversal.Goodwill
	}
	return s, nil
}

// refundPage asks what shall be given back and, once that is said, shows what it
// takes from whom.
func refundPage(v *visit) error {
	s, err := v.refundSheet()
	if err != nil {
		return err
	}
	return v.showRefund(s, nil, http.StatusOK)
}

func (v *visit) showRefund(s *refundSheet, p *problem, status int) error {
	s.Problem, s.Key = p, v.keyAfter("/op/refund", p)
	if v.picked("step") == "preview" || v.r.Method == http.MethodPost {
		if err := v.preview(s); err != nil {
			if s.Problem == nil {
				s.Problem = v.problemOf(err)
				status = s.Problem.Status
			}
		}
	}
	return v.show(status, refundView(v, s))
}

func (v *visit) preview(s *refundSheet) error {
	q, err := s.request()
	if err != nil {
		return err
	}
	p, err := report.Ask1(v, v.site.cfg.Reader, reversal.PreviewOf, q)
	if err != nil {
		return err
	}
	s.Preview = &p
	for i := range p.Claws {
		s.Takes = append(s.Takes, taken{p.Claws[i], *p.Claws[i].Weighed()})
	}
	return nil
}

// makeRefund gives back what the form says.
func makeRefund(v *visit) error {
	s, err := v.refundSheet()
	if err != nil {
		return err
	}
	q, err := s.request()
	if err == nil {
		q.Key, err = v.keyOf(s.Of)
	}
	var r reversal.Reversal
	if err == nil {
		r, err = v.site.cfg.Reversals.Refund(context.WithoutCancel(v), v.caller(), q)
	}
	if err != nil {
		p := v.problemOf(err)
		return v.showRefund(s, p, p.Status)
	}
	if r.State == reversal.Proposed {
		return v.redirect("/op/refunds?did=refund_proposed&state=proposed")
	}
	return v.redirect("/op/refunds?did=refund_made&state=all")
}

// refundMinor gives back all that a person has paid who was too young to.
func refundMinor(ctx context.Context, v *visit, person id.Person, reason string) (string, error) {
	_, err := v.site.cfg.Reversals.RefundMinor(context.WithoutCancel(ctx), v.caller(), person, reason)
	return "minor_refunded", err
}

// minorDecision asks how the age was found out.
func (v *visit) minorDecision(person id.Person) decision {
	return decision{ID: "minor-why", Action: "/op/people/" + string(person) + "/minor-refund", Ask: v.T("minor.ask"), Do: v.T("minor.do"), Text: v.T("minor.text"), Danger: true}
}

// spentBy is all that the person has paid; what can not be read is in the log.
func (v *visit) spentBy(person id.Person) []reversal.Spending {
	all, err := report.Ask1(v, v.site.cfg.Reader, reversal.SpendingOf, person)
	if err != nil {
		v.problemOf(err)
	}
	return all
}

// anyLeft reports whether something of it can go back.
func anyLeft(all []reversal.Spending) bool {
	for i := range all {
		if all[i].Why == "" {
			return true
		}
	}
	return false
}
