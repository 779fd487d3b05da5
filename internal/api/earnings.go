package api

import (
	"context"
	"net/http"
	"time"

	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/idem"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/report"
)

type earningView struct {
	Object      string         `json:"object" enum:"earning"`
	ID          id.Earning     `json:"id"`
	Creator     id.Person      `json:"creator"`
	Source      string         `json:"source" doc:"What earned it, such as gift"`
	Day         string         `json:"day" format:"date" doc:"The UTC day that it collects"`
	State       earnings.State `json:"state" enum:"pending,available,partly_paid,paid" doc:"paid and partly_paid tell how much payouts have taken of it"`
	AvailableAt Instant        `json:"available_at"`
	Diamonds    amount         `json:"diamonds"`
	Amount      amount         `json:"amount" doc:"While pending, what the diamonds are worth so far"`
	Paid        amount         `json:"paid" doc:"Of the amount, taken by payouts"`
	Rule        string         `json:"rule" doc:"The version of the rate card"`
}

func viewEarning(e earnings.Earning) earningView {
	return earningView{"earning", e.ID, e.Creator, string(e.Source), e.Day.Format(time.DateOnly), e.Standing(), at(e.AvailableUS),
		amount{Units: e.Diamonds, Asset: "DIAMOND"}, e.Amount, amount{Units: e.Paid, Asset: e.Amount.Asset}, e.Rule}
}

func (a *API) earningList(ctx context.Context, in *struct{ Page }) (*listOut[earningView], error) {
	before, err := a.after(ctx, in.Page)
	if err != nil {
		return nil, err
	}
	all, err := report.Ask3(ctx, a.cfg.Services.Reader, earnings.OfCreator, CallerOf(ctx).Person, id.Earning(before), in.Limit+1)
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

type payAccountView struct {
	Object         string   `json:"object" enum:"payout_account"`
	Open           bool     `json:"open" doc:"Whether there is an account at the provider"`
	Ready          bool     `json:"ready" doc:"Whether money can go all the way to the bank"`
	Missing        []string `json:"missing" doc:"What the provider still wants to know, in words"`
	DisabledReason string   `json:"disabled_reason,omitempty"`
	Bank           string   `json:"bank,omitempty"`
	BankLast4      string   `json:"bank_last4,omitempty"`
	CheckedAt      *Instant `json:"checked_at,omitempty"`
}

func viewAccount(l Language, acc payout.Account) payAccountView {
	return payAccountView{"payout_account", acc.Provider != "", acc.Ready(), dueInWords(l, acc.Due), acc.DisabledReason, acc.BankName, acc.BankLast4, atOrNil(acc.UpdatedUS)}
}

func (a *API) payAccountGet(ctx context.Context, _ *struct{}) (*struct{ Body payAccountView }, error) {
	acc, err := report.Ask1(ctx, a.cfg.Services.Reader, payout.AccountOf, CallerOf(ctx).Person)
	return &struct{ Body payAccountView }{viewAccount(LanguageOf(ctx), acc)}, err
}

type onboardIn struct {
	Body struct {
		ReturnURL string `json:"return_url,omitempty" maxLength:"2000" doc:"Where the creator comes back"`
	}
}

func (a *API) payAccountLink(ctx context.Context, in *onboardIn) (*cardLinkOut, error) {
	back, err := a.returnURL(in.Body.ReturnURL, "/earnings")
	if err != nil {
		return nil, err
	}
	url, err := a.cfg.Services.Payouts.Onboard(ctx, CallerOf(ctx).Person, back, back)
	out := &cardLinkOut{}
	out.Body.URL = url
	return out, err
}

func (a *API) payAccountRefresh(ctx context.Context, _ *struct{}) (*struct{ Body payAccountView }, error) {
	acc, err := a.cfg.Services.Payouts.Refresh(ctx, CallerOf(ctx).Person)
	return &struct{ Body payAccountView }{viewAccount(LanguageOf(ctx), acc)}, err
}

type payoutView struct {
	Object        string       `json:"object" enum:"payout"`
	ID            id.Payout    `json:"id"`
	Creator       id.Person    `json:"creator"`
	Amount        amount       `json:"amount"`
	State         payout.State `json:"state" enum:"scheduled,sending,sent,paid,returning,returned,failed,canceled"`
	FailureCode   string       `json:"failure_code,omitempty"`
	FailureReason string       `json:"failure_reason,omitempty"`
	RequestedAt   Instant      `json:"requested_at"`
	SentAt        *Instant     `json:"sent_at,omitempty"`
	ArrivesAt     *Instant     `json:"arrives_at,omitempty" doc:"When the bank should have it"`
	EndedAt       *Instant     `json:"ended_at,omitempty" doc:"When it was paid, returned, failed or canceled"`
	Rule          string       `json:"rule"`
}

func viewPayout(p payout.Payout) payoutView {
	return payoutView{"payout", p.ID, p.Creator, p.Amount, p.State, p.FailureCode, p.FailureReason, at(p.RequestedUS), atOrNil(p.SentUS), atOrNil(p.ArrivesUS), atOrNil(p.EndedUS), p.Rule}
}

type payoutIn struct {
	Key  string `header:"Idempotency-Key"`
	Body struct {
		Amount int64 `json:"amount,omitempty" minimum:"1" maximum:"9007199254740991" doc:"Smallest units; left out for all that is available and allowed today"`
	}
}

type payoutOut struct {
	Status   int
	Location string `header:"Location"`
	Replayed string `header:"Idempotent-Replay"`
	Body     payoutView
}

func (a *API) payoutCreate(ctx context.Context, in *payoutIn) (*payoutOut, error) {
	p, err := a.cfg.Services.Payouts.Withdraw(ctx, payout.Request{Key: in.Key, Creator: CallerOf(ctx).Person, Amount: in.Body.Amount})
	if err != nil {
		return nil, err
	}
	out := &payoutOut{Status: http.StatusCreated, Location: "/v1/payouts/" + string(p.ID), Body: viewPayout(p)}
	if p.Replayed {
		out.Replayed = "true"
	}
	return out, nil
}

type payoutGetIn struct {
	ID id.Payout `path:"id"`
}

// ownPayout returns the payout if the caller may see it.
func (a *API) ownPayout(ctx context.Context, payoutID id.Payout) (payout.Payout, error) {
	p, err := report.Ask1(ctx, a.cfg.Services.Reader, payout.Get, payoutID)
	if c := CallerOf(ctx); err == nil && !a.seesAll(&c) && p.Creator != c.Person {
		err = fault.New(fault.NotFound, "There is no such payout.")
	}
	return p, err
}

func (a *API) payoutGet(ctx context.Context, in *payoutGetIn) (*struct{ Body payoutView }, error) {
	p, err := a.ownPayout(ctx, in.ID)
	return &struct{ Body payoutView }{viewPayout(p)}, err
}

func (a *API) payoutCancel(ctx context.Context, in *payoutGetIn, once *Once[payoutView]) error {
	if _, err := a.ownPayout(ctx, in.ID); err != nil {
		return err
	}
	_, err := a.cfg.Services.Payouts.CancelOnce(ctx, in.ID, once.Call(), func(p payout.Payout) (idem.Answer, error) { return once.Answer(viewPayout(p)) })
	return err
}

func (a *API) payoutList(ctx context.Context, in *struct{ Page }) (*listOut[payoutView], error) {
	before, err := a.after(ctx, in.Page)
	if err != nil {
		return nil, err
	}
	all, err := report.Ask3(ctx, a.cfg.Services.Reader, payout.OfCreator, CallerOf(ctx).Person, id.Payout(before), in.Limit+1)
	if err != nil {
		return nil, err
	}
	return listed(ctx, a, in.Page, all, func(p payout.Payout) string { return string(p.ID) }, viewPayout), nil
}
