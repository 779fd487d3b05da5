package web

import (
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
