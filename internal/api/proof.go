package api

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/report"
)

type explainIn struct {
	ID string `path:"id" maxLength:"40" doc:"A payout, an earning, a gift, a combo, a lot or a purchase"`
}

type traceView struct {
	Object string `json:"object" enum:"explanation"`
	report.Step
}

type explainOut struct{ Body traceView }

func (a *API) explain(ctx context.Context, in *explainIn) (*explainOut, error) {
	c := CallerOf(ctx)
	s, err := a.cfg.Services.Reader.Explain(ctx, in.ID, c.Person, a.seesAll(&c))
	return &explainOut{traceView{"explanation", s}}, err
}

type accountsIn struct {
	Page
	Prefix string `query:"prefix" maxLength:"120" doc:"Of the account's path, such as creator/"`
}

type accountView struct {
	Object string      `json:"object" enum:"ledger_account"`
	Path   string      `json:"path"`
	Asset  money.Asset `json:"asset"`
	Amount int64       `json:"balance"`
}

func (a *API) ledgerAccounts(ctx context.Context, in *accountsIn) (*listOut[accountView], error) {
	after, err := a.after(ctx, in.Page)
	if err != nil {
		return nil, err
	}
	all, err := report.Ask3(ctx, a.cfg.Services.Reader, report.Accounts, in.Prefix, in.Limit+1, after)
	if err != nil {
		return nil, err
	}
	return listed(ctx, a, in.Page, all, report.AccountPosition, func(x ledger.Account) accountView {
		return accountView{"ledger_account", x.Path, x.Asset, x.Balance}
	}), nil
}

func (a *API) ledgerVerification(ctx context.Context, _ *struct{}) (*struct{ Body *ledger.Report }, error) {
	r, err := a.cfg.Services.Verify(ctx)
	return &struct{ Body *ledger.Report }{r}, err
}

// maxWebhook bounds a provider's event.
const maxWebhook = 256 << 10

// takeWebhook takes news from the payment provider. Anything that is signed
// and understood is answered with 200, also when it concerns nobody here; an
// error of ours is answered so that the provider sends it again.
func (a *API) takeWebhook(w http.ResponseWriter, r *http.Request) error {
	payload, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxWebhook))
	if err != nil {
		return fault.New(fault.BodyTooLarge, "An event has at most %d bytes.", maxWebhook)
	}
	ev, err := a.cfg.Services.Stripe.ParseWebhook(payload, r.Header.Get("Stripe-Signature"), a.cfg.Services.Now())
	if err != nil {
		return err
	}
	if err := a.cfg.Services.Observe(r.Context(), ev); err != nil {
		return err
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

type clockView struct {
	Object string  `json:"object" enum:"clock"`
	Now    Instant `json:"now"`
}

type clockOut struct{ Body clockView }

type clockIn struct {
	Body struct {
		Seconds int64 `json:"seconds" minimum:"1" maximum:"158112000" doc:"How far forward"`
	}
}

// clockAdvance moves the sandbox's clock.
func (a *API) clockAdvance(ctx context.Context, in *clockIn) (*clockOut, error) {
	now, err := a.cfg.Services.Advance(ctx, time.Duration(in.Body.Seconds)*time.Second)
	return &clockOut{clockView{"clock", at(now.UnixMicro())}}, err
}

func (a *API) clockGet(context.Context, *struct{}) (*clockOut, error) {
	return &clockOut{clockView{"clock", at(a.cfg.Services.Now().UnixMicro())}}, nil
}
