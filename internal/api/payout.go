package api

import (
	"context"
	"net/http"
	"time"

	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/idem"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/second"
)

// payoutRoutes is the table's part about payouts.
func (a *API) payoutRoutes() {
	post(a, "/v1/payouts", a.payoutCreate, "Have available earnings paid out", needs(people.PayoutsWrite), forPerson(), keyed(), status(201), class(classMoney), fails(fault.KYCRequired, fault.PayoutBelowMinimum, fault.LimitReached, fault.InsufficientBalance, fault.CurrencyUnsupported, fault.IdempotencyKeyReused))
	get(a, "/v1/payouts", a.payoutList, "The creator's payouts", needs(people.PayoutsRead), forPerson())
	get(a, "/v1/payouts/{id}", a.payoutGet, "A payout", needs(people.PayoutsRead))
	once(a, "/v1/payouts/{id}/cancel", a.payoutCancel, "Cancel a payout that was not sent yet", needs(people.PayoutsWrite), forPerson(), fails(fault.PayoutInProgress, fault.AlreadyDone))
	once(a, "/v1/payouts/{id}/cancel-all", a.payoutCancelAll, "Cancel all payouts of a request that were not sent yet", needs(people.PayoutsWrite), forPerson(), fails(fault.PayoutInProgress, fault.AlreadyDone))
	get(a, "/v1/payouts/{id}/group", a.payoutGroup, "All payouts of the request that made this one", needs(people.PayoutsRead))
	post(a, "/v1/payouts/{id}/hold", a.payoutHold, "Hold a payout that was not sent yet, until it is released", needs(people.PayoutsWrite), role(people.Operator), impersonal(), fails(fault.Forbidden, fault.PayoutInProgress))
	release := []option{needs(people.PayoutsWrite), role(people.Operator), impersonal(), fails(fault.Forbidden, fault.StateConflict)}
	once(a, "/v1/payouts/{id}/release", a.payoutRelease, "Let a payout go that an operator holds, or propose it where a second operator has to agree", release...)
	once(a, "/v1/payouts/{id}/release/agree", a.payoutAgree, "Agree to let a payout go, which another operator has proposed", release...)
	once(a, "/v1/payouts/{id}/release/decline", a.payoutDecline, "Decline to let a payout go, which was proposed", release...)
}

type payoutView struct {
	Object        string           `json:"object" enum:"payout"`
	ID            id.Payout        `json:"id"`
	Creator       id.Person        `json:"creator"`
	Amount        amount           `json:"amount"`
	State         payout.State     `json:"state" enum:"scheduled,held,sending,sent,paid,returning,returned,failed,canceled"`
	Held          *holdView        `json:"held,omitempty" doc:"Why it waits, while it is held"`
	Release       *decisionView    `json:"release,omitempty" doc:"To operators, of one payout alone: the last decision to let it go while an operator held it; in waits another one has to agree"`
	FailureCode   string           `json:"failure_code,omitempty"`
	FailureReason string           `json:"failure_reason,omitempty" doc:"What went wrong, in words"`
	FailureAdvice string           `json:"failure_advice,omitempty" doc:"What to do about it"`
	CanceledFor   string           `json:"canceled_for,omitempty" doc:"The refund or the dispute that it was canceled for: it took back what this payout was of"`
	Repaid        *amount          `json:"repaid,omitempty" doc:"Of a payout that came back: what of it was taken back at once by a refund or a dispute"`
	Group         id.Payout        `json:"group" doc:"The first payout of its request: what is above the daily cap goes on several days, as several payouts"`
	Month         string           `json:"month,omitempty" doc:"The month of the calendar that made it, such as 2026-03"`
	RequestedAt   Instant          `json:"requested_at"`
	GoesAt        Instant          `json:"goes_at" doc:"When it goes, or went"`
	SentAt        *Instant         `json:"sent_at,omitempty"`
	ArrivesAt     *Instant         `json:"arrives_at,omitempty" doc:"When the bank should have it"`
	EndedAt       *Instant         `json:"ended_at,omitempty" doc:"When it was paid, returned, failed or canceled"`
	Rule          string           `json:"rule"`
	Lines         []payoutLineView `json:"lines,omitempty" doc:"The earnings that it pays; with expand=lines"`
}

type holdView struct {
	Code   string   `json:"code" enum:"account_suspended,age_restricted,kyc_required,bank_changed,platform_funds,under_review" doc:"What kind of reason it is"`
	Reason string   `json:"reason" doc:"The reason in a sentence, and what to do"`
	By     string   `json:"by" doc:"rule when it goes by itself as soon as the reason is gone; else the id of the operator or the key that holds it"`
	Since  Instant  `json:"since"`
	Until  *Instant `json:"until,omitempty" doc:"When it ends by itself; without it, when the reason is gone"`
}

func viewHold(l Language, h payout.Hold) *holdView {
	return &holdView{h.Code, translate(l, h.Reason), h.By, at(h.SinceUS), atOrNil(h.UntilUS)}
}

type payoutLineView struct {
	Object  string                       `json:"object" enum:"payout_line"`
	Earning ref[id.Earning, earningView] `json:"earning"`
	Amount  amount                       `json:"amount" doc:"So much of the earning"`
}

func viewPayout(l Language, p payout.Payout) payoutView {
	v := payoutView{Object: "payout", ID: p.ID, Creator: p.Creator, Amount: p.Amount, State: p.State, FailureCode: p.FailureCode, Group: p.Group, Month: p.Run,
		RequestedAt: at(p.RequestedUS), GoesAt: at(p.GoesUS), SentAt: atOrNil(p.SentUS), ArrivesAt: atOrNil(p.ArrivesUS), EndedAt: atOrNil(p.EndedUS), Rule: p.Rule, Release: viewDecision(p.Releasing)}
	trouble := payout.TroubleOf(&p)
	v.FailureReason, v.FailureAdvice = translate(l, trouble.Reason), translate(l, trouble.Do)
	v.CanceledFor = p.CanceledFor
	if p.Repaid > 0 {
		v.Repaid = &amount{Units: p.Repaid, Asset: p.Amount.Asset}
	}
	if p.State == payout.Held {
		v.Held = viewHold(l, p.Hold)
	}
	return v
}

// viewPayouts shows payouts with what was asked for besides, which is read for
// all of them together.
func (a *API) viewPayouts(ctx context.Context, all []payout.Payout, expand expansion) (map[id.Payout]payoutView, error) {
	views := make(map[id.Payout]payoutView, len(all))
	ids := make([]id.Payout, len(all))
	for i, p := range all {
		ids[i], views[p.ID] = p.ID, viewPayout(LanguageOf(ctx), p)
	}
	if !expand.wants("lines") {
		return views, nil
	}
	lines, err := report.Ask1(ctx, a.cfg.Services.Reader, payout.LinesOfAll, ids)
	if err != nil {
		return nil, err
	}
	var earned map[id.Earning]earnings.Earning
	if expand.wants("lines.earning") {
		var of []id.Earning
		for _, parts := range lines {
			for _, part := range parts {
				of = append(of, part.Earning)
			}
		}
		if earned, err = report.Ask1(ctx, a.cfg.Services.Reader, earnings.GetAll, of); err != nil {
			return nil, err
		}
	}
	for p, v := range views {
		for _, part := range lines[p] {
			line := payoutLineView{Object: "payout_line", Amount: amount{Units: part.Units, Asset: v.Amount.Asset}}
			line.Earning.id = part.Earning
			if e, ok := earned[part.Earning]; ok {
				whole := viewEarning(e)
				line.Earning.whole = &whole
			}
			v.Lines = append(v.Lines, line)
		}
		views[p] = v
	}
	return views, nil
}

type payoutIn struct {
	Key  string `header:"Idempotency-Key"`
	Body struct {
		Amount   int64       `json:"amount,omitempty" minimum:"1" maximum:"9007199254740991" doc:"Smallest units; left out for all that is available. What is above the daily cap goes on the days after"`
		Currency money.Asset `json:"currency,omitempty" pattern:"^[A-Z]{3}$" doc:"Left out for the rate card's"`
	}
}

type payoutOut struct {
	Status   int
	Location string `header:"Location"`
	Replayed string `header:"Idempotent-Replay"`
	Body     payoutView
}

func (a *API) payoutCreate(ctx context.Context, in *payoutIn) (*payoutOut, error) {
	p, err := a.cfg.Services.Payouts.Withdraw(ctx, payout.Request{Key: in.Key, Creator: CallerOf(ctx).Person, Amount: in.Body.Amount, Currency: in.Body.Currency})
	if err != nil {
		return nil, err
	}
	out := &payoutOut{Status: http.StatusCreated, Location: "/v1/payouts/" + string(p.ID), Body: viewPayout(LanguageOf(ctx), p)}
	if p.Replayed {
		out.Replayed = "true"
	}
	return out, nil
}

// PayoutExpand is what can be expanded in payouts. It is exported because the
// description of the API looks into it where it is embedded.
type PayoutExpand struct {
	Expand expansion `query:"expand" enum:"lines,lines.earning" maxItems:"10" doc:"What is told whole in the same answer, separated by commas: lines are the earnings that a payout pays and how much of each, lines.earning each of these earnings"`
}

type payoutGetIn struct {
	ID id.Payout `path:"id"`
	PayoutExpand
}

type payoutBody struct{ Body payoutView }

// ownPayout returns the payout if the caller may see it.
func (a *API) ownPayout(ctx context.Context, payoutID id.Payout) (payout.Payout, error) {
	p, err := report.Ask1(ctx, a.cfg.Services.Reader, payout.Get, payoutID)
	if c := CallerOf(ctx); err == nil && !a.seesAll(&c) && p.Creator != c.Person {
		err = fault.New(fault.NotFound, "There is no such payout.")
	}
	return p, err
}

func (a *API) payoutGet(ctx context.Context, in *payoutGetIn) (*payoutBody, error) {
	p, err := a.ownPayout(ctx, in.ID)
	if c := CallerOf(ctx); err == nil && c.Is(people.Operator) {
		p.Releasing, err = report.Ask2(ctx, a.cfg.Services.Reader, second.About, payout.Releasing, string(p.ID))
	}
	if err != nil {
		return nil, err
	}
	views, err := a.viewPayouts(ctx, []payout.Payout{p}, in.Expand)
	return &payoutBody{views[p.ID]}, err
}

type payoutAct struct {
	ID id.Payout `path:"id"`
}

func (a *API) payoutCancel(ctx context.Context, in *payoutAct, once *Once[payoutView]) error {
	if _, err := a.ownPayout(ctx, in.ID); err != nil {
		return err
	}
	_, err := a.cfg.Services.Payouts.CancelOnce(ctx, in.ID, once.Call(), func(p payout.Payout) (idem.Answer, error) {
		return once.Answer(viewPayout(LanguageOf(ctx), p))
	})
	return err
}

type payoutGroupView struct {
	Object  string       `json:"object" enum:"payout_group"`
	ID      id.Payout    `json:"id" doc:"The first payout"`
	Amount  amount       `json:"amount" doc:"The sum of all that were not canceled and have not come back"`
	Payouts []payoutView `json:"payouts" doc:"In the order in which they were to go"`
}

func viewGroup(l Language, all []payout.Payout) payoutGroupView {
	v := payoutGroupView{Object: "payout_group", Payouts: []payoutView{}}
	for _, p := range all {
		v.ID, v.Amount.Asset = p.Group, p.Amount.Asset
		switch p.State {
		case payout.Canceled, payout.Failed, payout.Returned:
		default:
			v.Amount.Units += p.Amount.Units
		}
		v.Payouts = append(v.Payouts, viewPayout(l, p))
	}
	return v
}

func (a *API) payoutGroup(ctx context.Context, in *payoutAct) (*struct{ Body payoutGroupView }, error) {
	p, err := a.ownPayout(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	all, err := report.Ask1(ctx, a.cfg.Services.Reader, payout.OfGroup, p.Group)
	return &struct{ Body payoutGroupView }{viewGroup(LanguageOf(ctx), all)}, err
}

func (a *API) payoutCancelAll(ctx context.Context, in *payoutAct, once *Once[payoutGroupView]) error {
	if _, err := a.ownPayout(ctx, in.ID); err != nil {
		return err
	}
	_, err := a.cfg.Services.Payouts.CancelGroup(ctx, in.ID, once.Call(), func(all []payout.Payout) (idem.Answer, error) {
		return once.Answer(viewGroup(LanguageOf(ctx), all))
	})
	return err
}

type payoutHoldIn struct {
	ID   id.Payout `path:"id"`
	Body struct {
		Reason string   `json:"reason" minLength:"1" maxLength:"800" doc:"A sentence that the creator reads"`
		Until  *Instant `json:"until,omitempty" doc:"When it goes by itself; left out for a hold that lasts until it is released"`
	}
}

func (a *API) payoutHold(ctx context.Context, in *payoutHoldIn) (*payoutBody, error) {
	var until time.Time
	if in.Body.Until != nil {
		until = time.UnixMicro(int64(*in.Body.Until))
	}
	p, err := a.cfg.Services.Payouts.Hold(ctx, CallerOf(ctx).Caller, in.ID, in.Body.Reason, until)
	return &payoutBody{viewPayout(LanguageOf(ctx), p)}, err
}

type payoutReasonIn struct {
	ID   id.Payout `path:"id"`
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"800" doc:"Why, for the audit log: up to 200 characters"`
	}
}

// releaseOnce is the service for a decision about a release that is answered once.
func (a *API) releaseOnce(ctx context.Context, once *Once[payoutView]) *payout.Service {
	l := LanguageOf(ctx)
	return a.cfg.Services.Payouts.Once(once.Call(), func(p payout.Payout) (idem.Answer, error) { return once.Answer(viewPayout(l, p)) })
}

func (a *API) payoutRelease(ctx context.Context, in *payoutReasonIn, once *Once[payoutView]) error {
	_, err := a.releaseOnce(ctx, once).Release(ctx, CallerOf(ctx).Caller, in.ID, in.Body.Reason)
	return err
}

func (a *API) payoutAgree(ctx context.Context, in *payoutAct, once *Once[payoutView]) error {
	_, err := a.releaseOnce(ctx, once).AgreeRelease(ctx, CallerOf(ctx).Caller, in.ID)
	return err
}

func (a *API) payoutDecline(ctx context.Context, in *payoutReasonIn, once *Once[payoutView]) error {
	_, err := a.releaseOnce(ctx, once).DeclineRelease(ctx, CallerOf(ctx).Caller, in.ID, in.Body.Reason)
	return err
}

type payoutListIn struct {
	Page
	PayoutExpand
	State payout.State `query:"state" enum:"scheduled,held,sending,sent,paid,returning,returned,failed,canceled" doc:"Only payouts in this state"`
}

func (a *API) payoutList(ctx context.Context, in *payoutListIn) (*listOut[payoutView], error) {
	before, err := a.after(ctx, in.Page)
	if err != nil {
		return nil, err
	}
	page := payout.Page{State: in.State, Before: id.Payout(before), Limit: in.Limit + 1}
	all, err := report.Ask2(ctx, a.cfg.Services.Reader, payout.OfCreator, CallerOf(ctx).Person, page)
	if err != nil {
		return nil, err
	}
	views, err := a.viewPayouts(ctx, all[:min(len(all), in.Limit)], in.Expand)
	if err != nil {
		return nil, err
	}
	return listed(ctx, a, in.Page, all, func(p payout.Payout) string { return string(p.ID) }, func(p payout.Payout) payoutView { return views[p.ID] }), nil
}
