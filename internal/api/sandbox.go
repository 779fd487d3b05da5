package api

import (
	"context"
	"slices"
	"strings"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/report"
)

// providerRoutes is the table's part about the payment provider of a sandbox.
func (a *API) providerRoutes() {
	steer := []option{needs(people.Admin), impersonal(), tagged("sandbox")}
	get(a, "/v1/sandbox/provider", a.providerGet, "How the sandbox's payment provider behaves, and its books beside ours", steer...)
	put(a, "/v1/sandbox/provider/webhooks", a.providerWebhooks, "How the provider's events arrive from now on", steer...)
	put(a, "/v1/sandbox/provider/settings", a.providerSettings, "How the provider keeps our balance from now on", append(slices.Clone(steer), fails(fault.StateConflict))...)
	post(a, "/v1/sandbox/provider/faults", a.providerBreak, "Make calls of the provider go wrong", steer...)
	remove(a, "/v1/sandbox/provider/faults", a.providerMend, "Let the provider answer as it should again", steer...)
	get(a, "/v1/sandbox/provider/objects", a.providerObjects, "What the provider has of a kind, the newest first", steer...)
	post(a, "/v1/sandbox/provider/acts", a.providerAct, "Make something happen at the provider: a refund, a dispute, a payout that bounces, an old event again", append(slices.Clone(steer), class(classMoney), fails(fault.StateConflict, fault.NotFound))...)
}

type providerHooksView struct {
	Off          bool  `json:"off" doc:"Whether events happen and are not sent"`
	DelaySeconds int64 `json:"delay_seconds" minimum:"0" maximum:"864000" doc:"How late they are, by the sandbox's clock"`
	Duplicate    int   `json:"duplicate" minimum:"0" maximum:"10" doc:"How many times more each is sent"`
	Shuffle      bool  `json:"shuffle" doc:"Whether they arrive in any order"`
	DropPercent  int   `json:"drop_percent" minimum:"0" maximum:"100" doc:"How many of a hundred are lost on their way"`
}

type providerSettingsView struct {
	ExtraFee    int64  `json:"extra_fee" minimum:"0" maximum:"1000000" doc:"How much more than it says the provider takes of each charge, in smallest units"`
	LateEntries bool   `json:"late_entries" doc:"Whether charges succeed before it is known what comes of them"`
	SettleIn    string `json:"settle_in" maxLength:"3" doc:"The currency of our balance, as its code of three letters; empty leaves each charge in its own"`
}

type providerFaultView struct {
	Operation string       `json:"operation" maxLength:"200" doc:"Which calls, as a method and a path with * for one part and ** at its end for the rest, such as POST /v1/payment_intents/**; empty is all"`
	Mode      sandbox.Mode `json:"mode" enum:"before,after,sticky,timeout,timeout_before,reset,reset_before,rate_limit" doc:"What goes wrong: before and after the effect"`
	Next      int          `json:"next" minimum:"0" maximum:"100000" doc:"How many calls; 0 for each with the chance"`
	Percent   int          `json:"percent" minimum:"0" maximum:"100" doc:"How many of a hundred calls, where next is 0"`
}

type providerBooksView struct {
	Asset      money.Asset `json:"asset" doc:"The currency"`
	Theirs     int64       `json:"theirs" doc:"What the provider's books hold for us"`
	Ours       int64       `json:"ours" doc:"What our books say that it holds"`
	Difference int64       `json:"difference" doc:"How much more the provider holds than we say; 0 when the books agree"`
	Creators   int64       `json:"creators" doc:"What the provider holds for creators"`
	PaidOut    int64       `json:"paid_out" doc:"What it has sent to banks"`
	Charged    int64       `json:"charged" doc:"What cards have paid"`
	Refunded   int64       `json:"refunded" doc:"What was given back to cards"`
	Disputed   int64       `json:"disputed" doc:"What banks have taken back"`
	Fees       int64       `json:"fees" doc:"What the provider keeps"`
}

type providerView struct {
	Object   string               `json:"object" enum:"sandbox_provider"`
	Webhooks providerHooksView    `json:"webhooks" doc:"How events arrive"`
	Settings providerSettingsView `json:"settings" doc:"How our balance is kept"`
	Faults   []providerFaultView  `json:"faults" doc:"What goes wrong from now on"`
	Books    []providerBooksView  `json:"books" doc:"Its books beside ours, by currency"`
}

type providerOut struct{ Body providerView }

func (a *API) providerGet(ctx context.Context, _ *struct{}) (*providerOut, error) {
	box := a.cfg.Services.Provider
	w, err := box.Webhooks()
	if err != nil {
		return nil, err
	}
	st, err := box.Settings()
	if err != nil {
		return nil, err
	}
	v := providerView{Object: "sandbox_provider", Faults: []providerFaultView{}, Books: []providerBooksView{},
		Webhooks: providerHooksView{w.Off, w.DelaySeconds, w.Duplicate, w.Shuffle, int(w.Drop*100 + 0.5)},
		Settings: providerSettingsView{st.ExtraFee, st.LateEntries, strings.ToUpper(st.SettleIn)}}
	for _, f := range box.Faults() {
		v.Faults = append(v.Faults, providerFaultView{f.Operation, f.Mode, f.Next, int(f.Probability*100 + 0.5)})
	}
	both, err := box.BesideOurs(func() ([]ledger.Account, error) {
		return report.Ask3(ctx, a.cfg.Services.Reader, ledger.Balances, ledger.Provider, 100, "")
	})
	for _, b := range both {
		v.Books = append(v.Books, providerBooksView{b.Asset, b.Theirs, b.Ours, b.Theirs - b.Ours, b.Creators, b.PaidOut, b.Charged, b.Refunded, b.Disputed, b.Fees})
	}
	return &providerOut{v}, err
}

func (a *API) providerWebhooks(ctx context.Context, in *struct{ Body providerHooksView }) (*providerOut, error) {
	b := in.Body
	if err := a.cfg.Services.Provider.SetWebhooks(sandbox.Webhooks{Off: b.Off, DelaySeconds: b.DelaySeconds, Duplicate: b.Duplicate, Shuffle: b.Shuffle, Drop: float64(b.DropPercent) / 100}); err != nil {
		return nil, err
	}
	return a.providerGet(ctx, nil)
}

func (a *API) providerSettings(ctx context.Context, in *struct{ Body providerSettingsView }) (*providerOut, error) {
	if err := a.cfg.Services.Provider.SetSettings(sandbox.Settings{ExtraFee: in.Body.ExtraFee, LateEntries: in.Body.LateEntries, SettleIn: in.Body.SettleIn}); err != nil {
		return nil, sandbox.Explain(err)
	}
	return a.providerGet(ctx, nil)
}

func (a *API) providerBreak(ctx context.Context, in *struct{ Body providerFaultView }) (*providerOut, error) {
	f := in.Body
	if f.Next == 0 && f.Percent == 0 {
		return nil, fault.New(fault.ValidationFailed, "Say how many calls go wrong (next), or how many of a hundred (percent). Nothing was changed.")
	}
	a.cfg.Services.Provider.AddFault(sandbox.Fault{Operation: f.Operation, Mode: f.Mode, Next: f.Next, Probability: float64(f.Percent) / 100})
	return a.providerGet(ctx, nil)
}

func (a *API) providerMend(ctx context.Context, _ *struct{}) (*providerOut, error) {
	a.cfg.Services.Provider.ClearFaults()
	return a.providerGet(ctx, nil)
}

type providerObjectsIn struct {
	Kind  string `query:"kind" required:"true" enum:"charge,dispute,payout,account,event" doc:"Of which kind"`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"How many at most"`
}

type providerObjectView struct {
	ID       string  `json:"id" doc:"The provider's id"`
	Account  string  `json:"account,omitempty" doc:"Of which creator's account; missing for our own"`
	State    string  `json:"state" doc:"Its state; of an event its type; of an account what it lacks"`
	Amount   int64   `json:"amount" doc:"In smallest units"`
	Currency string  `json:"currency,omitempty" doc:"Its currency"`
	Ref      string  `json:"ref,omitempty" doc:"The id of our row that it carries; of a dispute the charge"`
	At       Instant `json:"at" doc:"When it came to be"`
}

func (a *API) providerObjects(_ context.Context, in *providerObjectsIn) (*struct{ Body []providerObjectView }, error) {
	all := []providerObjectView{}
	for _, t := range a.cfg.Services.Provider.Latest(in.Kind, in.Limit) {
		all = append(all, providerObjectView{t.ID, t.Owner, t.State, t.Amount, strings.ToUpper(t.Currency), t.Ref, at(t.At.UnixMicro())})
	}
	return &struct{ Body []providerObjectView }{all}, nil
}

type providerActIn struct {
	Body struct {
		Act      string `json:"act" enum:"refund.give,dispute.open,dispute.win,dispute.lose,dispute.turn,dispute.fee,payout.bounce,payout.own,fee.take,account.ask,account.restrict,account.reject,event.send" doc:"What shall happen"`
		ID       string `json:"id,omitempty" maxLength:"64" doc:"The provider's id of the charge, the dispute, the payout, the account or the event"`
		Reason   string `json:"reason,omitempty" maxLength:"100" doc:"Of a refund (duplicate, fraudulent), a dispute (fraudulent…) or a rejection (fraud, terms_of_service, other), the bank's code of a bounce (account_closed…), what an account lacks"`
		Amount   int64  `json:"amount,omitempty" minimum:"-100000000" maximum:"100000000" doc:"Of a refund or a dispute (left out for all of it), a payout of our own money or a fee, in smallest units"`
		Currency string `json:"currency,omitempty" maxLength:"3" doc:"Of a payout of our own money or a fee"`
		Inquiry  bool   `json:"inquiry,omitempty" doc:"A dispute that only asks, without moving money"`
	}
}

type providerActView struct {
	Object string  `json:"object" enum:"sandbox_act"`
	Act    string  `json:"act" doc:"What has happened"`
	Made   string  `json:"made,omitempty" doc:"The provider's id of what was made"`
	At     Instant `json:"at" doc:"The sandbox's instant"`
}

func (a *API) providerAct(_ context.Context, in *providerActIn) (*struct{ Body providerActView }, error) {
	b := in.Body
	made, err := a.cfg.Services.Provider.Do(sandbox.Act{What: b.Act, ID: b.ID, Reason: b.Reason, Amount: b.Amount, Currency: b.Currency, Inquiry: b.Inquiry})
	if err != nil {
		return nil, err
	}
	return &struct{ Body providerActView }{providerActView{"sandbox_act", b.Act, made, at(a.cfg.Services.Now().UnixMicro())}}, nil
}
