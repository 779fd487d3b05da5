package web

import (
	"context"
	"net/http"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/second"
)

// payoutDesk is what the operators' page of payouts shows.
type payoutDesk struct {
	State   string // of payoutTabs
	Since   string // a UTC day: only what ended then or later
	Tabs    []option
	Sums    []payout.Sum
	Rows    []payout.Payout
	Waiting map[string]second.Decision // what is proposed about them
	Older   id.Payout
	Problem *problem
	Notice  string
}

// payoutTabs are the choices of the page, the ones with work to do first.
var payoutTabs = []struct {
	name   string
	states []payout.State
}{
	{"open", []payout.State{payout.Scheduled, payout.Held, payout.Sending, payout.Sent, payout.Returning}},
	{"scheduled", []payout.State{payout.Scheduled}},
	{"held", []payout.State{payout.Held}},
	{"sending", []payout.State{payout.Sending}},
	{"sent", []payout.State{payout.Sent}},
	{"returning", []payout.State{payout.Returning}},
	{"failed", []payout.State{payout.Failed, payout.Returned}},
	{"paid", []payout.State{payout.Paid}},
	{"canceled", []payout.State{payout.Canceled}},
}

// payoutsAtOnce is how many payouts a page shows.
const payoutsAtOnce = 25

func payoutDeskPage(v *visit) error { return showPayoutDesk(v, nil, http.StatusOK) }

// showPayoutDesk shows the payouts of all creators; p is what went wrong with a
// form on them.
func showPayoutDesk(v *visit, p *problem, status int) error {
	d := &payoutDesk{State: v.param("state"), Since: v.param("since"), Problem: p}
	c := payout.Choice{EndedUS: dayUS(d.Since, 0)}
	if d.Since != "" && c.EndedUS == 0 {
		return errDay()
	}
	if d.State == "" {
		d.State = payoutTabs[0].name
	}
	for _, t := range payoutTabs {
		if t.name == d.State {
			c.States = t.states
		}
		d.Tabs = append(d.Tabs, option{Value: t.name, Text: v.T("op.payouts." + t.name), Href: v.with("/op/payouts", "state", t.name, "since", ""), On: t.name == d.State})
	}
	if c.States == nil {
		return fault.New(fault.InvalidParameter, "There is no such state of payouts.")
	}
	before := id.Payout(v.param("before"))
	if before != "" && !id.Valid(id.KindPayout, string(before)) {
		return fault.New(fault.CursorInvalid, "This is no place in the list of payouts. Begin at its first page.")
	}
	var err error
	if d.Sums, err = report.Ask1(v, v.site.cfg.Reader, payout.Sums, c); err != nil {
		return err
	}
	if d.Rows, err = report.Ask3(v, v.site.cfg.Reader, payout.Chosen, c, before, payoutsAtOnce+1); err != nil {
		return err
	}
	if len(d.Rows) > payoutsAtOnce {
		d.Rows = d.Rows[:payoutsAtOnce]
		d.Older = d.Rows[payoutsAtOnce-1].ID
	}
	var ids []any
	for i := range d.Rows {
		ids = append(ids, string(d.Rows[i].ID))
	}
	if d.Waiting, err = report.Ask2(v, v.site.cfg.Reader, second.Waiting, payout.Releasing, ids); err != nil {
		return err
	}
	d.Notice = noticeOf(v.param("did"), "payout_held", "payout_released", "release_proposed", "release_declined")
	return v.show(status, payoutDeskView(v, d))
}

func errDay() error {
	return fault.New(fault.InvalidParameter, "This is no day. Write it as in 2026-03-01.")
}

// movePayout decides about a payout that was not sent yet; do says what came of it.
func movePayout(do func(ctx context.Context, v *visit, p id.Payout) (did string, err error)) handler {
	return func(v *visit) error {
		did, err := do(context.WithoutCancel(v), v, id.Payout(v.r.PathValue("id")))
		if fault.Is(err, fault.NotFound) {
			return err
		}
		if err != nil {
			p := v.problemOf(err)
			return showPayoutDesk(v, p, p.Status)
		}
		return v.redirect("/op/payouts?" + query("did", did, "state", map[bool]string{true: "open", false: "held"}[did == "payout_released"]))
	}
}

func holdPayout(ctx context.Context, v *visit, p id.Payout) (string, error) {
	_, reason, err := v.because()
	if err == nil {
		_, err = v.site.cfg.Payouts.HoldFor(ctx, v.caller(), p, reason, holdDays[v.form("for")])
	}
	return "payout_held", err
}

// holdDays are for how long a payout can be held; nothing is until it is released.
var holdDays = map[string]time.Duration{"1": 24 * time.Hour, "3": 72 * time.Hour, "7": 7 * 24 * time.Hour}

// holdFor asks for how long a payout is held.
func (v *visit) holdFor() choiceField {
	c := choiceField{Name: "for", Label: v.T("op.hold_for")}
	for _, answer := range []struct{ value, words string }{{"released", "op.hold_for.released"}, {"1", "op.hold_for.1"}, {"3", "op.hold_for.3"}, {"7", "op.hold_for.7"}} {
		c.Answers = append(c.Answers, option{Value: answer.value, Text: v.T(answer.words)})
	}
	return c
}

func releasePayout(ctx context.Context, v *visit, p id.Payout) (string, error) {
	_, reason, err := v.because()
	if err != nil {
		return "", err
	}
	now, err := v.site.cfg.Payouts.Release(ctx, v.caller(), p, reason)
	if now.Releasing.Waits() {
		return "release_proposed", err
	}
	return "payout_released", err
}

func agreeRelease(ctx context.Context, v *visit, p id.Payout) (string, error) {
	_, err := v.site.cfg.Payouts.AgreeRelease(ctx, v.caller(), p)
	return "payout_released", err
}

func declineRelease(ctx context.Context, v *visit, p id.Payout) (string, error) {
	_, reason, err := v.because()
	if err == nil {
		_, err = v.site.cfg.Payouts.DeclineRelease(ctx, v.caller(), p, reason)
	}
	return "release_declined", err
}

// releaseOf is what waits about the payout; nil is nothing.
func (v *visit) releaseOf(d *payoutDesk, p *payout.Payout) *proposal {
	return v.proposalOf(d.Waiting[string(p.ID)], "/op/payouts/"+string(p.ID)+"/release", v.T("op.release_text"), v.T("op.release_decline_text"))
}

// payoutDecision is what an operator may do with the payout; nil is nothing.
func (v *visit) payoutDecision(p *payout.Payout) *decision {
	action := "/op/payouts/" + string(p.ID)
	switch {
	case p.State == payout.Held && p.Hold.By != payout.ByRule:
		return &decision{ID: "why-" + string(p.ID), Action: action + "/release", Ask: v.T("op.release"), Do: v.T("op.release"), Text: v.T("op.release_text"), Label: v.T("op.release_this", v.amount(p.Amount), v.site.name(v, p.Creator))}
	case p.State == payout.Scheduled, p.State == payout.Held:
		return &decision{ID: "why-" + string(p.ID), Action: action + "/hold", Ask: v.T("op.hold"), Do: v.T("op.hold"), Text: v.T("op.hold_text"), Label: v.T("op.hold_this", v.amount(p.Amount), v.site.name(v, p.Creator)), Choice: v.holdFor(), Danger: true}
	}
	return nil
}

// payoutWhen is the instant that matters most of a payout, and its words.
func (v *visit) payoutWhen(p *payout.Payout) (text string, us int64) {
	switch {
	case p.EndedUS != 0:
		return v.T("op.ended"), p.EndedUS
	case p.ArrivesUS != 0:
		return v.T("op.arrives"), p.ArrivesUS
	case p.State == payout.Held:
		return v.T("op.held_since"), p.Hold.SinceUS
	}
	return v.T("op.requested"), p.RequestedUS
}

// day writes a UTC day of an address for people.
func (v *visit) dayText(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return v.day(t)
}
