package web

import (
	"net/http"

	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/reversal"
	"github.com/ovationhq/ovation/internal/second"
)

// proposal is what somebody has proposed and another one has to agree to, as it stands
// beside what it is about.
type proposal struct {
	second.Decision
	DueUS  int64      // until when it is of use; 0 is always
	Doable []decision // what the visitor may do about it
}

// proposalOf is the proposal about something with an address of its own; nil where
// nothing waits. agreed and declined say what comes of it.
func (v *visit) proposalOf(d second.Decision, action string, agreed, declined string) *proposal {
	if !d.Waits() {
		return nil
	}
	p := &proposal{Decision: d}
	label := ": " + v.amount(d.Amount) + ", " + v.site.name(v, d.Gets)
	if d.By != v.caller().ID() {
		p.Doable = append(p.Doable, decision{ID: "agree-" + d.Subject, Action: action + "/agree", Ask: v.T("second.agree"), Do: v.T("second.agree"), Text: agreed, Label: v.T("second.agree") + label, Free: true, Danger: true})
	}
	p.Doable = append(p.Doable, decision{ID: "decline-" + d.Subject, Action: action + "/decline", Ask: v.T("second.decline"), Do: v.T("second.decline"), Text: declined, Label: v.T("second.decline") + label})
	return p
}

// proposalsAtOnce is how much that waits for a second operator a page shows.
const proposalsAtOnce = 100

// proposalsPage lists what one operator has proposed and another one has to agree to.
func proposalsPage(v *visit) error {
	all, err := report.Ask1(v, v.site.cfg.Reader, report.Proposals, proposalsAtOnce)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, proposalsView(v, all))
}

// proposalHref is where a proposal is decided.
func proposalHref(p *report.Proposal) string {
	switch p.Kind {
	case reversal.GivingUp:
		return "/op/disputes/" + p.Subject + "#give-up"
	case payout.Releasing:
		return "/op/payouts?" + query("state", "held")
	case report.RefundAgree:
		return "/op/refunds?" + query("state", "proposed")
	case report.RefundRepay:
		return "/op/refunds?" + query("state", "bounced")
	}
	return "/op/cases?" + query("state", "open")
}
