package api

import (
	"context"

	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/idem"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/policy"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/reversal"
	"github.com/ovationhq/ovation/internal/tip"
)

// moneyPolicyRoutes is the table's part about scheduling the rules of tips,
// refunds, payouts and velocity.
func (a *API) moneyPolicyRoutes() {
	options := []option{needs(people.PolicyWrite), impersonal(), status(201), fails(fault.StateConflict)}
	once(a, "/v1/policies/tips/versions", a.tipsSchedule, "Schedule the rules of tips from an instant to come", options...)
	once(a, "/v1/policies/refunds/versions", a.refundsSchedule, "Schedule the rules of refunds from an instant to come", options...)
	once(a, "/v1/policies/payouts/versions", a.payoutsSchedule, "Schedule the rules of payouts from an instant to come", options...)
	once(a, "/v1/policies/velocity/versions", a.velocitySchedule, "Schedule how much people are charged at most within a time", options...)
}

// desk is where the rules of money are scheduled; ok is false for the others.
func (a *API) desk(set report.RuleSet) (d policy.Desk, ok bool) {
	switch set {
	case report.TipRules:
		return a.cfg.Services.Tips.Rules(), true
	case report.RefundRules:
		return a.cfg.Services.Reversals.Rules(), true
	case report.PayoutRules:
		return a.cfg.Services.Payouts.Rules(), true
	case report.VelocityRules:
		return a.cfg.Services.Limits.Rules(), true
	}
	return d, false
}

func (a *API) scheduleMoney(ctx context.Context, set report.RuleSet, b *ScheduleBody, c policy.Content, once *Once[scheduledView]) error {
	d, _ := a.desk(set)
	_, err := d.Schedule(ctx, policy.Order{Act: policy.Act{By: CallerOf(ctx).Caller, Reason: b.Reason}, FromUS: b.at(), Call: once.Call(),
		Answer: func(v policy.Version) (idem.Answer, error) { return once.Answer(scheduled(v.Name, v.FromUS).Body) }}, c)
	return err
}

type tipsIn struct {
	Body struct {
		ScheduleBody
		TipsADay   int64        `json:"tips_a_day" minimum:"1" maximum:"1000000" doc:"How many tips a fan gives in a UTC day"`
		Currencies []newTipRule `json:"currencies" minItems:"1" maxItems:"200" doc:"All currencies: in those that are left out no tips are given any more"`
	}
}

type newTipRule struct {
	Asset    money.Asset `json:"asset" pattern:"^[A-Z]{3}$" doc:"ISO 4217; all amounts are its smallest units"`
	Presets  []int64     `json:"presets" minItems:"1" maxItems:"12" doc:"The amounts that are offered, the smallest first"`
	Least    int64       `json:"least" minimum:"1" maximum:"50000000" doc:"Of one tip"`
	Most     int64       `json:"most" minimum:"1" maximum:"50000000" doc:"Of one tip"`
	Day      int64       `json:"day" minimum:"1" maximum:"1000000000" doc:"The most that a fan tips in a UTC day"`
	FeePPM   int64       `json:"fee_ppm" minimum:"0" maximum:"500000" doc:"What the payment provider takes of a charge, in millionths"`
	FeeFixed int64       `json:"fee_fixed" minimum:"0" maximum:"1000000" doc:"And what it takes besides"`
}

func (a *API) tipsSchedule(ctx context.Context, in *tipsIn, once *Once[scheduledView]) error {
	var all tip.Ruleset
	for _, c := range in.Body.Currencies {
		all = append(all, tip.Rule{Asset: c.Asset, Presets: c.Presets, Min: c.Least, Max: c.Most, DayUnits: c.Day, DayTips: in.Body.TipsADay, FeePPM: c.FeePPM, FeeFixed: c.FeeFixed})
	}
	return a.scheduleMoney(ctx, report.TipRules, &in.Body.ScheduleBody, all, once)
}

type refundsIn struct {
	Body struct {
		ScheduleBody
		Regions []newRefundRule `json:"regions" minItems:"1" maxItems:"200" doc:"All regions; one of them is *, which is everywhere else"`
	}
}

type newRefundRule struct {
	Region string `json:"region" pattern:"^([A-Z]{2}|\\*)$" doc:"ISO 3166-1 alpha-2, or * for everywhere else"`
	Days   int64  `json:"days" minimum:"0" maximum:"180" doc:"So many days after a purchase people have its unspent coins given back themselves; 0 is never"`
	Agree  amount `json:"agree" doc:"Above it a second operator has to agree; what is in another currency always needs one"`
}

func (a *API) refundsSchedule(ctx context.Context, in *refundsIn, once *Once[scheduledView]) error {
	var all reversal.Ruleset
	for _, r := range in.Body.Regions {
		rule := reversal.Rule{Region: r.Region, Days: r.Days, Agree: r.Agree}
		if r.Region == "*" {
			rule.Region = ""
		}
		all = append(all, rule)
	}
	return a.scheduleMoney(ctx, report.RefundRules, &in.Body.ScheduleBody, all, once)
}

type payoutsIn struct {
	Body struct {
		ScheduleBody
		NoticeDay int64           `json:"notice_day" minimum:"1" maximum:"27" doc:"The day of the month, UTC, on which a payout by the calendar is announced"`
		PayDay    int64           `json:"pay_day" minimum:"2" maximum:"28" doc:"The day of the month, UTC, on which it goes"`
		Monthly   int64           `json:"monthly" minimum:"0" maximum:"1000000000" doc:"The least of a month, in smallest units of the rate card's currency"`
		Agree     int64           `json:"agree" minimum:"0" maximum:"1000000000" doc:"In the same: above it two operators let go what one of them holds"`
		Limits    []newLimit      `json:"limits,omitempty" maxItems:"200" doc:"Of the currencies that are not the rate card's; in those that are left out nothing is paid out"`
		Sources   []newSourceRule `json:"sources,omitempty" maxItems:"20" doc:"When what comes from a source is paid out; those that are left out are on request"`
	}
}

type newLimit struct {
	Asset    money.Asset `json:"asset" pattern:"^[A-Z]{3}$" doc:"ISO 4217; all amounts are its smallest units"`
	DailyCap int64       `json:"daily_cap" minimum:"1" maximum:"1000000000" doc:"The most that is paid out to one creator in a UTC day"`
	Minimum  int64       `json:"minimum" minimum:"0" maximum:"1000000000" doc:"The least that is paid out at once"`
	Monthly  int64       `json:"monthly" minimum:"0" maximum:"1000000000" doc:"The least of a month"`
	Agree    int64       `json:"agree" minimum:"0" maximum:"1000000000" doc:"Above it two operators let go what one of them holds"`
}

type newSourceRule struct {
	Source   earnings.Source `json:"source" enum:"gift,video_gift,tip" doc:"What earned it"`
	Calendar payout.Calendar `json:"calendar" enum:"request,monthly" doc:"On request, or by the calendar alone"`
}

func (a *API) payoutsSchedule(ctx context.Context, in *payoutsIn, once *Once[scheduledView]) error {
	r := payout.Rules{NoticeDay: in.Body.NoticeDay, PayDay: in.Body.PayDay, Monthly: in.Body.Monthly, Agree: in.Body.Agree}
	for _, l := range in.Body.Limits {
		r.Limits = append(r.Limits, payout.Limit{Asset: l.Asset, DailyCap: l.DailyCap, Minimum: l.Minimum, Monthly: l.Monthly, Agree: l.Agree})
	}
	for _, s := range in.Body.Sources {
		r.Sources = append(r.Sources, payout.SourceRule(s))
	}
	return a.scheduleMoney(ctx, report.PayoutRules, &in.Body.ScheduleBody, &r, once)
}

type velocityIn struct {
	Body struct {
		ScheduleBody
		Hours          int64       `json:"hours" minimum:"1" maximum:"87600" doc:"The time within which people are charged at most so much"`
		NewAccountDays int64       `json:"new_account_days" minimum:"0" maximum:"3650" doc:"So long an account is new; 0 has no smaller most"`
		Currencies     []newPaceOf `json:"currencies" minItems:"1" maxItems:"200" doc:"Every currency in which something is sold: nothing can be paid in the others"`
	}
}

type newPaceOf struct {
	Asset      money.Asset `json:"asset" pattern:"^[A-Z]{3}$" doc:"ISO 4217; all amounts are its smallest units"`
	Most       int64       `json:"most" minimum:"1" maximum:"1000000000" doc:"What everybody is charged at most"`
	NewAccount int64       `json:"new_account,omitempty" minimum:"0" maximum:"1000000000" doc:"What new accounts are charged at most; needed unless new_account_days is 0"`
}

func (a *API) velocitySchedule(ctx context.Context, in *velocityIn, once *Once[scheduledView]) error {
	p := limit.Pacing{Hours: in.Body.Hours, NewAccountDays: in.Body.NewAccountDays}
	for _, c := range in.Body.Currencies {
		p.Currencies = append(p.Currencies, limit.PaceOf(c))
	}
	return a.scheduleMoney(ctx, report.VelocityRules, &in.Body.ScheduleBody, &p, once)
}
