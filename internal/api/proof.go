package api

import (
	"cmp"
	"context"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/report"
)

type explainIn struct {
	ID    string `path:"id" maxLength:"40" doc:"A refund, a dispute, a claw, a payout, an earning, a gift, a combo, a lot or a purchase"`
	After string `query:"after" maxLength:"40" doc:"next of the explanation before, whose parts this one goes on with"`
}

type traceView struct {
	Object string `json:"object" enum:"explanation"`
	report.Step
}

type explainOut struct{ Body traceView }

func (a *API) explain(ctx context.Context, in *explainIn) (*explainOut, error) {
	c := CallerOf(ctx)
	s, err := a.cfg.Services.Reader.Explain(ctx, in.ID, in.After, c.Person, a.seesAll(&c))
	return &explainOut{traceView{"explanation", s}}, err
}

type accountsIn struct {
	Page
	AsOfIn
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
	point, err := in.point()
	if err != nil {
		return nil, err
	}
	all, err := report.Ask(ctx, a.cfg.Services.Reader, report.AccountsAsOf(in.Prefix, point, in.Limit+1, after))
	if err != nil {
		return nil, err
	}
	return listed(ctx, a, in.Page, all, report.AccountPosition, func(x ledger.Account) accountView {
		return accountView{"ledger_account", x.Path, x.Asset, x.Balance}
	}), nil
}

type transfersIn struct {
	Page
	Account string      `query:"account" maxLength:"120" doc:"The whole path of an account, such as platform/deferred: the transfers that touched it. Found by the account's own trail, however large the books are"`
	Asset   money.Asset `query:"asset" pattern:"^[A-Z]{3,7}$" doc:"Beside account: which asset, where the path has accounts in several"`
	Cause   string      `query:"cause" maxLength:"200" doc:"What made them happen, such as the id of a purchase, a gift or a payout; there is an index of it"`
	Kind    string      `query:"kind" maxLength:"100" doc:"Beside cause, or beside from: what happened, such as gift.sent. Refused alone, because the books would have to be read from end to end. Beside from one answer looks at 10,000 transfers at most, so it may have none and has_more all the same"`
	From    string      `query:"from" format:"date-time" doc:"Only transfers at this instant or later"`
	To      string      `query:"to" format:"date-time" doc:"Only transfers before this instant"`
}

type transferView struct {
	Object   string      `json:"object" enum:"ledger_transfer"`
	ID       id.Transfer `json:"id"`
	Sequence int64       `json:"sequence" doc:"Its number in the journal: from 1, without a gap"`
	Kind     string      `json:"kind" doc:"What happened, such as gift.sent"`
	Cause    string      `json:"cause" doc:"The id of what made it happen; each kind happens once for a cause"`
	Rule     string      `json:"rule" doc:"The version of the rates that it used; empty if none applies"`
	At       Instant     `json:"at"`
	Hash     string      `json:"hash" pattern:"^[0-9a-f]{64}$" doc:"SHA-256 in hex, of all fields and of the hash of the transfer before"`
	Lines    []lineView  `json:"lines" doc:"At least one"`
}

type lineView struct {
	From   string `json:"from" doc:"The path of the account that the amount left"`
	To     string `json:"to" doc:"The path of the account that it came to"`
	Amount amount `json:"amount" doc:"Above zero"`
}

func viewTransfer(t ledger.Recorded) transferView {
	v := transferView{"ledger_transfer", t.ID(), t.Seq, t.Kind, t.Cause, t.Rule, at(t.At.UnixMicro()), hex.EncodeToString(t.Hash), make([]lineView, 0, len(t.Lines))}
	for _, l := range t.Lines {
		v.Lines = append(v.Lines, lineView{l.From, l.To, l.Amount})
	}
	return v
}

// ledgerTransfers lists transfers. The cursor keeps the asset with the number:
// an account that comes into being under the path while somebody reads page by
// page does not change what the path stood for on the first page.
func (a *API) ledgerTransfers(ctx context.Context, in *transfersIn) (*listOut[transferView], error) {
	position, err := a.after(ctx, in.Page)
	if err != nil {
		return nil, err
	}
	number, asset, _ := strings.Cut(position, " ")
	before, _ := strconv.ParseInt(number, 10, 64) // "" is the first page; the cursor is signed
	f := report.TransferFilter{Filter: ledger.Filter{Account: in.Account, Asset: cmp.Or(in.Asset, money.Asset(asset)), Cause: in.Cause, Kind: in.Kind}}
	if f.From, err = instantOf("from", in.From); err != nil {
		return nil, err
	}
	if f.To, err = instantOf("to", in.To); err != nil {
		return nil, err
	}
	if f.Kind == "" || f.Cause != "" || f.Account != "" || f.From.IsZero() {
		if f.Filter, err = report.Ask1(ctx, a.cfg.Services.Reader, ledger.Complete, f.Filter); err != nil {
			return nil, err
		}
	}
	all, next, err := a.cfg.Services.Reader.Transfers(ctx, f, before, in.Limit)
	if err != nil {
		return nil, err
	}
	return a.transferPage(ctx, all, next, f.Asset), nil
}

type transferGetIn struct {
	ID id.Transfer `path:"id"`
}

func (a *API) ledgerTransferGet(ctx context.Context, in *transferGetIn) (*struct{ Body transferView }, error) {
	t, err := report.Ask1(ctx, a.cfg.Services.Reader, ledger.Get, in.ID)
	if err != nil {
		return nil, err
	}
	return &struct{ Body transferView }{viewTransfer(t)}, nil
}

func (a *API) ledgerVerification(ctx context.Context, _ *struct{}) (*struct{ Body *ledger.Report }, error) {
	r, err := a.cfg.Services.Verify(ctx)
	return &struct{ Body *ledger.Report }{r}, err
}

// maxWebhook bounds a provider's event.
const maxWebhook = 256 << 10

// takeWebhook takes news from the payment provider. Anything that is signed
// and understood is answered with 200, also when it concerns nobody here; an
// error of ours, or of the provider when it is asked what became of it, is answered
// so that the provider sends it again.
func (a *API) takeWebhook(w http.ResponseWriter, r *http.Request) error {
	ev, err := a.cfg.Services.Stripe.ParseWebhook(Body(r.Context()), r.Header.Get("Stripe-Signature"), a.cfg.Services.Now())
	if err != nil {
		return err
	}
	if err := a.cfg.Services.Observe(r.Context(), ev); err != nil {
		return payment.NewsFault(err)
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
