package api

import (
	"context"
	"strconv"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/report"
)

// consoleRoutes is the table's part about the figures of the operator.
func (a *API) consoleRoutes() {
	get(a, "/v1/operator/overview", a.overviewGet, "What the instance owes and holds, what waits, and the last 28 days", needs(people.LedgerRead), impersonal())
	get(a, "/v1/ledger/tree", a.ledgerTree, "The accounts by the steps of their paths, now or at a point before", needs(people.LedgerRead), impersonal())
	get(a, "/v1/ledger/lines", a.ledgerLines, "The lines of an account with the balance after each, newest first", needs(people.LedgerRead), impersonal(), fails(fault.NotFound))
	get(a, "/v1/ledger/search", a.ledgerSearch, "What an id belongs to, ours or the provider's", needs(people.LedgerRead), role(people.Operator), impersonal())
	get(a, "/v1/ledger/verifications", a.verificationList, "How the last checks of the books ended", needs(people.LedgerRead), impersonal())
}

type overviewView struct {
	Object       string            `json:"object" enum:"overview"`
	At           Instant           `json:"at" doc:"The instant of all figures"`
	Coins        amount            `json:"coins_outstanding" doc:"Sold or promised, and not yet spent"`
	Deferred     []amount          `json:"deferred" doc:"What the unspent coins were sold for: the liability at cost"`
	Diamonds     amount            `json:"diamonds_pending" doc:"Diamonds whose hold is not over"`
	Pending      []amount          `json:"pending" doc:"What these diamonds are worth so far"`
	Maturing     []amount          `json:"maturing" doc:"Of these, what can be paid out within 7 days"`
	Payable      []amount          `json:"payable" doc:"What creators have available"`
	Due          []payoutCountView `json:"payouts_due" doc:"Payouts on their way to the bank, by state; all are due within 7 days"`
	Ended        []payoutCountView `json:"payouts_failed" doc:"Payouts of the last 28 days that failed or came back"`
	Unknown      int64             `json:"purchases_unknown" doc:"Purchases of which the provider has said nothing yet"`
	Open         int64             `json:"purchases_open" doc:"Purchases that the buyer or the bank has not finished"`
	OldestOpen   *Instant          `json:"purchases_open_since,omitempty" doc:"Since when the oldest of both is open"`
	Disputes     disputeCountView  `json:"disputes" doc:"Disputes of banks that have not ended"`
	Cases        int64             `json:"cases_open" doc:"What operators have to look into"`
	Proposals    int64             `json:"proposals" doc:"What one operator has proposed and another one has to agree to: refunds, disputes, payouts, differences"`
	DeadWork     int64             `json:"dead_work" doc:"Work that was given up; see GET /v1/due-work"`
	Webhooks     webhookHealthView `json:"webhooks" doc:"How the endpoints of webhooks stand"`
	Integrity    *verificationView `json:"integrity,omitempty" doc:"How the last check of the books ended; missing before the first"`
	SinceCheck   int64             `json:"transfers_since_check" doc:"Transfers that were posted after it"`
	Transfers    int64             `json:"transfers" doc:"Transfers in the books"`
	Head         string            `json:"head" doc:"The hash of the last transfer"`
	Days         []overviewDay     `json:"days" doc:"The last 28 UTC days, the oldest first"`
	GiftsBehind  int64             `json:"transfers_behind" doc:"Transfers of a storm whose gifts the days do not have yet"`
	HorizonHours int64             `json:"horizon_hours" doc:"How far ahead due and maturing look"`
}

type payoutCountView struct {
	State  string `json:"state" enum:"scheduled,held,sending,sent,returning,failed,returned" doc:"How far they are"`
	Count  int64  `json:"count" doc:"How many"`
	Amount amount `json:"amount" doc:"How much together"`
}

type disputeCountView struct {
	Count     int64    `json:"count" doc:"How many"`
	Amounts   []amount `json:"amounts" doc:"How much together, by currency"`
	NextDueAt *Instant `json:"next_due_at,omitempty" doc:"Until when the next of them has to be answered"`
}

type webhookHealthView struct {
	Enabled      int64    `json:"enabled" doc:"Endpoints that events are sent to"`
	Disabled     int64    `json:"disabled" doc:"Endpoints that were switched off, by somebody or by their failures"`
	Failing      int64    `json:"failing" doc:"Of the enabled, those that nothing reaches"`
	FailingSince *Instant `json:"failing_since,omitempty" doc:"Since when the first of them fails"`
	Waiting      int64    `json:"waiting" doc:"Deliveries that are to be tried again, counted up to 10,000"`
}

type overviewDay struct {
	Day       string   `json:"day" format:"date" doc:"The UTC day"`
	Purchases int64    `json:"purchases" doc:"Purchases that were paid"`
	CoinsSold amount   `json:"coins_sold" doc:"Coins that they bought"`
	Gifts     int64    `json:"gifts" doc:"Gifts that were given"`
	Coins     amount   `json:"coins_given" doc:"Coins that they cost"`
	Payouts   int64    `json:"payouts" doc:"Payouts that were asked for"`
	Payout    []amount `json:"paid_out" doc:"How much of it"`
}

type verificationView struct {
	Object    string           `json:"object" enum:"ledger_verification"`
	At        Instant          `json:"at" doc:"When it ended"`
	OK        bool             `json:"ok" doc:"Whether the books were right"`
	Seconds   float64          `json:"took_seconds" doc:"How long it took"`
	Transfers int64            `json:"transfers" doc:"Transfers that were looked at"`
	Head      string           `json:"head" doc:"The hash of the last of them"`
	Problems  int64            `json:"problems" doc:"How much was found"`
	Findings  []ledger.Finding `json:"findings" doc:"The first of it"`
}

func viewVerification(v ledger.Verification) verificationView {
	found := v.Findings
	if found == nil {
		found = []ledger.Finding{}
	}
	return verificationView{"ledger_verification", at(v.AtUS), v.Problems == 0, v.Took.Seconds(), v.Transfers, v.Head, v.Problems, found}
}

// amounts never is null.
func amounts(all []amount) []amount {
	if all == nil {
		return []amount{}
	}
	return all
}

func viewPayoutCounts(all []report.PayoutCount) []payoutCountView {
	out := []payoutCountView{}
	for _, p := range all {
		out = append(out, payoutCountView{p.State, p.Count, p.Amount})
	}
	return out
}

func (a *API) overviewGet(ctx context.Context, _ *struct{}) (*struct{ Body overviewView }, error) {
	o, err := a.cfg.Services.Reader.Overview(ctx)
	if err != nil {
		return nil, err
	}
	v := overviewView{Object: "overview", At: at(o.NowUS), Coins: coins(o.Totals.CoinsOutstanding), Deferred: []amount{}, Diamonds: diamonds(o.Totals.DiamondsPending),
		Pending: amounts(o.Pending), Maturing: amounts(o.Maturing), Payable: amounts(o.Payable), Due: viewPayoutCounts(o.Due), Ended: viewPayoutCounts(o.Ended),
		Unknown: o.Purchases.Unknown, Open: o.Purchases.Open, OldestOpen: atOrNil(o.Purchases.OldestUS), Disputes: disputeCountView{o.Disputes.Count, amounts(o.Disputes.Amounts), atOrNil(o.Disputes.DueUS)}, Cases: o.Cases, Proposals: o.Proposals,
		DeadWork: o.DeadWork, Webhooks: webhookHealthView{o.Webhooks.Enabled, o.Webhooks.Disabled, o.Webhooks.Failing, atOrNil(o.Webhooks.FailingUS), o.Webhooks.Waiting}, SinceCheck: o.Since,
		Transfers: o.Totals.Transfers, Head: o.Totals.Head, GiftsBehind: o.Behind, HorizonHours: int64(report.DueWithin / time.Hour)}
	for _, d := range o.Totals.Deferred {
		v.Deferred = append(v.Deferred, amount{Units: d.Balance, Asset: d.Asset})
	}
	if o.Checked != nil {
		checked := viewVerification(*o.Checked)
		v.Integrity = &checked
	}
	for _, d := range o.Days {
		v.Days = append(v.Days, overviewDay{d.Day.Format(time.DateOnly), d.Purchases, coins(d.CoinsSold), d.Gifts, coins(d.Coins), d.Payouts, amounts(d.Payout)})
	}
	return &struct{ Body overviewView }{v}, nil
}

type verificationsIn struct {
	Limit int `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

func (a *API) verificationList(ctx context.Context, in *verificationsIn) (*listOut[verificationView], error) {
	all, err := report.Ask1(ctx, a.cfg.Services.Reader, ledger.Verifications, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &listOut[verificationView]{Body: List[verificationView]{Object: "list", Data: []verificationView{}, HasMore: len(all) > in.Limit}}
	for _, v := range all[:min(len(all), in.Limit)] {
		out.Body.Data = append(out.Body.Data, viewVerification(v))
	}
	return out, nil
}

// AsOfIn is a point of the books. It is exported because the description of
// the API looks into it where it is embedded.
type AsOfIn struct {
	At  string `query:"as_of" format:"date-time" doc:"After everything up to this instant. A point that the books can not answer is an error, never an empty list"`
	Seq int64  `query:"as_of_sequence" minimum:"0" maximum:"9007199254740991" doc:"After the transfer of this number; not beside as_of"`
}

func (in *AsOfIn) point() (p report.AsOf, err error) {
	p.Seq = in.Seq
	p.At, err = instantOf("as_of", in.At)
	return p, err
}

type treeIn struct {
	Page
	AsOfIn
	Prefix string `query:"prefix" maxLength:"120" doc:"Of the paths: empty, or a branch, which ends in a slash, such as creator/"`
}

type branchView struct {
	Object   string   `json:"object" enum:"ledger_branch"`
	Path     string   `json:"path" doc:"The path; it ends in a slash where there is more below"`
	Leaf     bool     `json:"leaf" doc:"Whether it is an account, and no branch"`
	Accounts int64    `json:"accounts" doc:"How many accounts there are"`
	Sums     []amount `json:"sums" doc:"What they hold together, by asset"`
}

type treeOut struct {
	Body struct {
		Object     string       `json:"object" enum:"list"`
		Data       []branchView `json:"data" doc:"The branches of this page, by path"`
		HasMore    bool         `json:"has_more" doc:"Whether there are more after these"`
		NextCursor string       `json:"next_cursor,omitempty" doc:"Send it as cursor, with the same filters, to get the next page"`
		Sequence   int64        `json:"as_of_sequence" doc:"After which transfer this is; 0 is now"`
		Sums       []amount     `json:"sums" doc:"What all accounts of the books hold together, by asset: always 0"`
	}
}

func (a *API) ledgerTree(ctx context.Context, in *treeIn) (*treeOut, error) {
	after, err := a.after(ctx, in.Page)
	if err != nil {
		return nil, err
	}
	point, err := in.point()
	if err != nil {
		return nil, err
	}
	t, err := a.cfg.Services.Reader.Tree(ctx, in.Prefix, point, after, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &treeOut{}
	out.Body.Object, out.Body.Data, out.Body.Sequence, out.Body.Sums = "list", []branchView{}, t.Seq, amounts(t.Sums)
	for _, b := range t.Branches {
		out.Body.Data = append(out.Body.Data, branchView{"ledger_branch", b.Path, b.Path[len(b.Path)-1] != '/', b.Accounts, amounts(b.Sums)})
	}
	if t.Next != "" {
		out.Body.HasMore, out.Body.NextCursor = true, a.cursor(ctx, t.Next)
	}
	return out, nil
}

type linesIn struct {
	Page
	Account string      `query:"account" required:"true" maxLength:"120" doc:"The whole path of the account, such as platform/deferred"`
	Asset   money.Asset `query:"asset" required:"true" pattern:"^[A-Z]{3,7}$" doc:"What the account holds"`
}

type accountLineView struct {
	Object   string      `json:"object" enum:"ledger_line"`
	Transfer id.Transfer `json:"transfer" doc:"The transfer that it is of"`
	Sequence int64       `json:"sequence" doc:"The number of the transfer"`
	At       Instant     `json:"at" doc:"When it was posted"`
	Kind     string      `json:"kind" doc:"What happened, such as gift.sent"`
	Cause    string      `json:"cause" doc:"The id of what made it happen"`
	Rule     string      `json:"rule" doc:"The version of the rates that it used; empty if none applies"`
	From     string      `json:"from" doc:"The path of the account that the amount left"`
	To       string      `json:"to" doc:"The path of the account that it came to"`
	Change   amount      `json:"change" doc:"What it did to this account: below zero when it left"`
	Balance  amount      `json:"balance" doc:"What this account held after it"`
}

type linesOut struct {
	Body struct {
		Object     string            `json:"object" enum:"list"`
		Data       []accountLineView `json:"data" doc:"The lines of this page, newest first. The lines of a transfer are never parted, so that it may hold more than the limit"`
		HasMore    bool              `json:"has_more" doc:"Whether there are more after these"`
		NextCursor string            `json:"next_cursor,omitempty" doc:"Send it as cursor, with the same filters, to get the next page"`
		Account    string            `json:"account" doc:"The path of the account"`
		Balance    amount            `json:"balance" doc:"What it holds now"`
	}
}

func (a *API) ledgerLines(ctx context.Context, in *linesIn) (*linesOut, error) {
	after, err := a.after(ctx, in.Page)
	if err != nil {
		return nil, err
	}
	p, err := a.cfg.Services.Reader.Account(ctx, ledger.Ref{Path: in.Account, Asset: in.Asset}, after, in.Limit)
	if err != nil {
		return nil, err
	}
	of := func(units int64) amount { return amount{Units: units, Asset: in.Asset} }
	out := &linesOut{}
	out.Body.Object, out.Body.Data, out.Body.Account, out.Body.Balance = "list", []accountLineView{}, p.Account.Path, of(p.Account.Balance)
	for _, l := range p.Lines {
		out.Body.Data = append(out.Body.Data, accountLineView{"ledger_line", ledger.Posted{Seq: l.Seq, At: l.At}.ID(), l.Seq, at(l.At.UnixMicro()), l.Kind, l.Cause, l.Rule, l.From, l.To, of(l.Change), of(l.Balance)})
	}
	if p.Next != "" {
		out.Body.HasMore, out.Body.NextCursor = true, a.cursor(ctx, p.Next)
	}
	return out, nil
}

type searchIn struct {
	ID string `query:"id" required:"true" minLength:"1" maxLength:"200" doc:"An id of any kind, one of the provider's (pi_, po_, tr_, acct_, cus_), the number of a transfer, the path of an account, or a person's handle, address or external id"`
}

type foundView struct {
	Object string     `json:"object" enum:"found"`
	Kind   string     `json:"kind" enum:"person,lot,purchase,gift,combo,earning,payout,transfer,event,live,video,goal,message,key,webhook,delivery,account" doc:"What it is"`
	ID     string     `json:"id" doc:"Our id of it, or the path of an account"`
	Title  string     `json:"title" doc:"What it is called, or how much it is"`
	State  string     `json:"state,omitempty" doc:"How far it is; of a transfer its cause, of an event its topic, of an account its asset"`
	Owner  *id.Person `json:"owner,omitempty" doc:"Whose it is"`
	At     *Instant   `json:"at,omitempty" doc:"When it was made"`
}

func (a *API) ledgerSearch(ctx context.Context, in *searchIn) (*listOut[foundView], error) {
	found, err := a.cfg.Services.Reader.Search(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &listOut[foundView]{Body: List[foundView]{Object: "list", Data: []foundView{}}}
	for _, f := range found {
		v := foundView{"found", f.Kind, f.ID, f.Title, f.State, nil, atOrNil(f.AtUS)}
		if f.Owner != "" {
			v.Owner = &f.Owner
		}
		out.Body.Data = append(out.Body.Data, v)
	}
	return out, nil
}

// transferPage is a page of transfers, whose cursor is a number and the asset
// that the path stood for on the first page.
func (a *API) transferPage(ctx context.Context, all []ledger.Recorded, next int64, asset money.Asset) *listOut[transferView] {
	out := &listOut[transferView]{Body: List[transferView]{Object: "list", Data: []transferView{}}}
	for _, t := range all {
		out.Body.Data = append(out.Body.Data, viewTransfer(t))
	}
	if next != 0 {
		out.Body.HasMore, out.Body.NextCursor = true, a.cursor(ctx, strconv.FormatInt(next, 10)+" "+string(asset))
	}
	return out
}
