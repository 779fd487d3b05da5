package api

import (
	"context"
	"time"

	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/report"
)

type earningView struct {
	Object      string         `json:"object" enum:"earning"`
	ID          id.Earning     `json:"id"`
	Creator     id.Person      `json:"creator"`
	Source      string         `json:"source" enum:"gift,video_gift,tip" doc:"What earned it: gift on a LIVE, video_gift on a video, tip"`
	Day         string         `json:"day" format:"date" doc:"The UTC day that it collects"`
	State       earnings.State `json:"state" enum:"pending,available,partly_paid,paid" doc:"paid and partly_paid tell how much payouts have taken of it"`
	AvailableAt Instant        `json:"available_at"`
	Diamonds    amount         `json:"diamonds"`
	Amount      amount         `json:"amount" doc:"While pending, what the diamonds are worth so far"`
	TakenBack   amount         `json:"taken_back" doc:"Of the amount, what refunds and disputes took back: GET /v1/claws"`
	Net         amount         `json:"net" doc:"The amount less what was taken back: what the creator gets of it"`
	Paid        amount         `json:"paid" doc:"Of the amount, taken by payouts"`
	Rule        string         `json:"rule" doc:"The version of the rate card"`
}

func viewEarning(e earnings.Earning) earningView {
	return earningView{"earning", e.ID, e.Creator, string(e.Source), e.Day.Format(time.DateOnly), e.Standing(), at(e.AvailableUS),
		amount{Units: e.Diamonds, Asset: "DIAMOND"}, e.Amount, e.Amount.Of(e.Clawed), e.Amount.Of(e.Net()), amount{Units: e.Paid, Asset: e.Amount.Asset}, e.Rule}
}

type earningListIn struct {
	Page
	State earnings.State `query:"state" enum:"pending,available,partly_paid,paid" doc:"Only earnings in this state"`
}

func (a *API) earningList(ctx context.Context, in *earningListIn) (*listOut[earningView], error) {
	before, err := a.after(ctx, in.Page)
	if err != nil {
		return nil, err
	}
	page := earnings.Page{Standing: in.State, Before: id.Earning(before), Limit: in.Limit + 1}
	all, err := report.Ask2(ctx, a.cfg.Services.Reader, earnings.Listed, CallerOf(ctx).Person, page)
	if err != nil {
		return nil, err
	}
	return listed(ctx, a, in.Page, all, func(e earnings.Earning) string { return string(e.ID) }, viewEarning), nil
}

type earningGetIn struct {
	ID id.Earning `path:"id"`
}

func (a *API) earningGet(ctx context.Context, in *earningGetIn) (*struct{ Body earningView }, error) {
	e, err := report.Ask1(ctx, a.cfg.Services.Reader, earnings.Get, in.ID)
	if err != nil {
		return nil, err
	}
	if c := CallerOf(ctx); !a.seesAll(&c) && e.Creator != c.Person {
		return nil, fault.New(fault.NotFound, "There is no earning %s.", in.ID)
	}
	return &struct{ Body earningView }{viewEarning(e)}, nil
}

type balanceView struct {
	Object          string   `json:"object" enum:"earnings_balance"`
	PendingDiamonds amount   `json:"pending_diamonds"`
	Pending         amount   `json:"pending" doc:"What the pending diamonds are worth so far"`
	NextAvailableAt *Instant `json:"next_available_at,omitempty"`
	Available       amount   `json:"available" doc:"What can be paid out"`
	Minimum         amount   `json:"minimum" doc:"The least of a payout"`
	DailyCap        amount   `json:"daily_cap" doc:"The most that is paid out in a UTC day"`
	Rule            string   `json:"rule"`
}

func (a *API) earningBalance(ctx context.Context, _ *struct{}) (*struct{ Body balanceView }, error) {
	e, err := a.cfg.Services.Reader.Earnings(ctx, CallerOf(ctx).Person, "", 1)
	if err != nil {
		return nil, err
	}
	b, asset := e.Balance, e.Card.PayAsset
	return &struct{ Body balanceView }{balanceView{"earnings_balance", amount{Units: b.PendingDiamonds, Asset: "DIAMOND"}, b.Pending, atOrNil(b.NextAvailableUS),
		b.Available, amount{Units: e.Card.MinimumUnits, Asset: asset}, amount{Units: e.Card.DailyCap, Asset: asset}, e.Card.Version}}, nil
}
