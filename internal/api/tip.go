package api

import (
	"context"
	"net/http"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/tip"
)

// tipRoutes is the table's part about tips.
func (a *API) tipRoutes() {
	post(a, "/v1/tips", a.tipGive, "Tip a creator with a saved card", needs(people.TipsSend), forPerson(), keyed(), status(201), also(202), class(classMoney),
		fails(fault.CardDeclined, fault.PriceChanged, fault.CurrencyUnsupported, fault.CurrencyMismatch, fault.AmountOutOfRange, fault.LimitReached, fault.VelocityLimit, fault.NewAccountLimit, fault.DailyLimit, fault.SelfGift, fault.NotEligible,
			fault.KYCRequired, fault.StateConflict, fault.URLNotAllowed, fault.UpstreamFailed, fault.AgeRestricted, fault.IdempotencyKeyReused))
	get(a, "/v1/tips", a.tipList, "The tips that the person gave, or got", needs(people.WalletRead), forPerson(), fails(fault.ScopeMissing))
	get(a, "/v1/tips/quote", a.tipQuote, "What a tip would cost, whether it can be given, and what is left of the day", needs(people.WalletRead), forPerson(), fails(fault.CurrencyUnsupported, fault.AmountOutOfRange))
	get(a, "/v1/tips/{id}", a.tipGet, "A tip", needs(people.WalletRead))
	get(a, "/v1/creators/{id}/tips", a.tipWall, "The tips that a creator got, as everybody may see them", public())
}

type tipIn struct {
	Key  string `header:"Idempotency-Key"`
	Body struct {
		Creator id.Person `json:"creator" doc:"Whom to tip"`
		Amount  struct {
			Units int64  `json:"amount" minimum:"1" maximum:"9007199254740991" doc:"Smallest units"`
			Asset string `json:"asset" pattern:"^[A-Z]{3}$" doc:"ISO 4217"`
		} `json:"amount" doc:"The tip, without the fee"`
		CoverFee       bool   `json:"cover_fee,omitempty" doc:"The fan pays the provider's fee besides, so that the creator gets the tip whole. Else the creator bears it"`
		Message        string `json:"message,omitempty" maxLength:"4000" doc:"At most 200 characters, for the creator and the wall"`
		Anonymous      bool   `json:"anonymous,omitempty" doc:"To the creator, the wall and the events, never to the books"`
		Target         string `json:"target,omitempty" maxLength:"40" pattern:"^(liv|vid)_[0-9a-z]{26}$" doc:"The creator's LIVE or video that it is given on"`
		Card           string `json:"card,omitempty" maxLength:"200" pattern:"^pm_[A-Za-z0-9_]+$" doc:"A saved card of GET /v1/cards. Left out, the person pays on a page of the provider at action_url, which saves the card, too"`
		ReturnURL      string `json:"return_url,omitempty" maxLength:"2000" doc:"Where the person comes back from the page where they pay, or after 3-D Secure; {TIP_ID} in it becomes the id"`
		ExpectedCharge int64  `json:"expected_charge,omitempty" minimum:"1" maximum:"9007199254740991" doc:"Smallest units that the person was shown to pay; another price now is refused with price_changed"`
		Confirmed      bool   `json:"confirmed,omitempty" doc:"The person was asked again, because it costs more than their confirm_above of GET /v1/limits. The key of a request that was refused for that is free"`
	}
}

type tipView struct {
	Object      string          `json:"object" enum:"tip"`
	ID          id.Tip          `json:"id"`
	Creator     id.Person       `json:"creator"`
	Fan         id.Person       `json:"fan,omitempty" doc:"Who gave it; the creator does not learn that of an anonymous tip"`
	Target      string          `json:"target,omitempty" doc:"The LIVE or the video that it was given on"`
	Amount      amount          `json:"amount" doc:"The tip"`
	Charged     amount          `json:"charged" doc:"What the fan pays"`
	CoverFee    bool            `json:"cover_fee" doc:"The fan bears the fee"`
	ExpectedFee amount          `json:"expected_fee" doc:"What the rules say that the provider takes of charged"`
	Fee         *amount         `json:"fee,omitempty" doc:"What the provider took, once it has told, in the currency of our balance"`
	Net         *amount         `json:"net,omitempty" doc:"What the creator got, once that is booked"`
	Earning     id.Earning      `json:"earning,omitempty" doc:"The creator's earning that it went into; GET /v1/explain/{id} goes on from there"`
	Refund      payment.Return  `json:"refund" enum:"none,partial,full,disputed" doc:"How much of charged went back; disputed while or because the bank of the card took something"`
	Refunded    amount          `json:"refunded" doc:"Of charged, went back or is on its way back"`
	Disputed    amount          `json:"disputed" doc:"Of charged, a bank has taken back, or may keep"`
	Message     string          `json:"message,omitempty" doc:"What the fan wrote"`
	Anonymous   bool            `json:"anonymous" doc:"The creator, the wall and the events do not learn who gave it"`
	Rule        string          `json:"rule" doc:"The version of the rules"`
	Outcome     payment.Outcome `json:"outcome" enum:"unknown,requires_action,pending,succeeded,failed,canceled" doc:"unknown is settled within 60 seconds: ask again. The same request again gets the first answer that knew an outcome, for ever; until there is one, what is known"`
	ActionURL   string          `json:"action_url,omitempty" doc:"Where the person pays, or confirms the payment (3-D Secure)"`
	Card        string          `json:"card,omitempty" doc:"Brand and last four digits"`
	Decline     string          `json:"decline,omitempty" doc:"Why the card was refused"`
	CreatedAt   Instant         `json:"created_at"`
	CompletedAt *Instant        `json:"completed_at,omitempty" doc:"When the money came"`
}

type tipOut struct {
	Status   int
	Location string `header:"Location"`
	Replayed string `header:"Idempotent-Replay"`
	Body     tipView
}

func (a *API) tipGive(ctx context.Context, in *tipIn) (*tipOut, error) {
	b := &in.Body
	back, err := a.returnURL(b.ReturnURL, "/tips/"+tip.IDInReturnURL)
	if err != nil {
		return nil, err
	}
	t, err := a.cfg.Services.Tips.Give(ctx, tip.Request{Key: in.Key, Fan: CallerOf(ctx).Person, Creator: b.Creator, Target: b.Target, Amount: money.Amount{Units: b.Amount.Units, Asset: money.Asset(b.Amount.Asset)},
		CoverFee: b.CoverFee, Message: b.Message, Anonymous: b.Anonymous, Card: b.Card, ReturnURL: back, ExpectedCharge: b.ExpectedCharge, Confirmed: b.Confirmed})
	if err != nil {
		return nil, purchaseFault(err)
	}
	out := &tipOut{Status: http.StatusCreated, Location: "/v1/tips/" + string(t.ID), Body: viewTip(t)}
	if t.Outcome == payment.Unknown || t.Outcome == payment.Pending {
		out.Status = http.StatusAccepted
	}
	if t.Replayed {
		out.Replayed = "true"
	}
	return out, nil
}

// viewTip is a tip as its fan sees it.
func viewTip(t tip.Tip) tipView {
	v := tipView{Object: "tip", ID: t.ID, Creator: t.Creator, Fan: t.Fan, Target: t.Target, Amount: t.Price.Amount, Charged: t.Price.Charged, CoverFee: t.CoverFee, ExpectedFee: t.Price.Fee,
		Refund: t.Charge.Return(), Refunded: t.Charge.Amount.Of(t.Charge.Refunded), Disputed: t.Charge.Amount.Of(t.Charge.Disputed), Earning: t.Earning, Message: t.Message, Anonymous: t.Anonymous, Rule: t.Rule, Outcome: t.Outcome, Decline: t.Charge.Decline.Reason, CreatedAt: at(t.CreatedUS), CompletedAt: atOrNil(t.CompletedUS)}
	if t.Booked() {
		fee := t.Charge.Fee()
		v.Fee, v.Net = &fee, &t.Net
	}
	if t.Outcome == payment.RequiresAction {
		v.ActionURL = t.Charge.ActionURL
	}
	if payment.NoCard(t.Charge.Decline.Code) {
		v.Decline = noCard
	}
	if t.Charge.Last4 != "" {
		v.Card = t.Charge.Brand + " " + t.Charge.Last4
	}
	return v
}

// viewTipGot is a tip as its creator sees it: not how it was paid, and of an
// anonymous one not by whom.
func viewTipGot(t tip.Tip) tipView {
	v := viewTip(t)
	v.Fan, v.ActionURL, v.Card, v.Decline = t.Giver(), "", "", ""
	return v
}

type tipGetIn struct {
	ID id.Tip `path:"id"`
}

func (a *API) tipGet(ctx context.Context, in *tipGetIn) (*struct{ Body tipView }, error) {
	t, err := a.cfg.Services.Tips.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	switch c := CallerOf(ctx); {
	case a.seesAll(&c), c.Person == t.Fan:
		return &struct{ Body tipView }{viewTip(t)}, nil
	case c.Person == t.Creator && t.CompletedUS != 0:
		return &struct{ Body tipView }{viewTipGot(t)}, nil
	}
	return nil, tip.Missing(in.ID)
}

type tipListIn struct {
	Page
	As string `query:"as" enum:"fan,creator" default:"fan" doc:"fan: those that the person gave or began to give. creator: those whose money came for the person, for keys with the scope earnings:read"`
}

func (a *API) tipList(ctx context.Context, in *tipListIn) (*listOut[tipView], error) {
	before, err := a.after(ctx, in.Page)
	if err != nil {
		return nil, err
	}
	c := CallerOf(ctx)
	query, view := tip.OfFan, viewTip
	if in.As == "creator" {
		if err := c.Require(people.EarningsRead); err != nil {
			return nil, err
		}
		query, view = tip.OfCreator, viewTipGot
	}
	all, err := report.Ask2(ctx, a.cfg.Services.Reader, query, c.Person, tip.Page{Before: id.Tip(before), Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	return listed(ctx, a, in.Page, all, func(t tip.Tip) string { return string(t.ID) }, view), nil
}

type tipShownView struct {
	Object      string     `json:"object" enum:"tip_shown"`
	ID          id.Tip     `json:"id"`
	Amount      amount     `json:"amount" doc:"The tip, less what went back of it; what went back whole is not shown"`
	Message     string     `json:"message,omitempty" doc:"What the fan wrote"`
	Anonymous   bool       `json:"anonymous" doc:"Who gave it is not told"`
	Fan         *briefView `json:"fan,omitempty" doc:"Who gave it, unless that is anonymous"`
	Target      string     `json:"target,omitempty" doc:"The LIVE or the video that it was given on"`
	CompletedAt Instant    `json:"completed_at" doc:"When the money came"`
}

func viewTipShown(t tip.Shown) tipShownView {
	v := tipShownView{Object: "tip_shown", ID: t.ID, Amount: t.Left, Message: t.Message, Anonymous: t.Anonymous, Target: t.Target, CompletedAt: at(t.CompletedUS)}
	if fan := t.Giver(); fan != "" {
		who := viewBrief(fan, t.Who)
		v.Fan = &who
	}
	return v
}

type tipWallIn struct {
	ID id.Person `path:"id"`
	Page
}

func (a *API) tipWall(ctx context.Context, in *tipWallIn) (*listOut[tipShownView], error) {
	before, err := a.after(ctx, in.Page)
	if err != nil {
		return nil, err
	}
	all, err := report.Ask2(ctx, a.cfg.Services.Reader, tip.Wall, in.ID, tip.Page{Before: id.Tip(before), Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	return listed(ctx, a, in.Page, all, func(t tip.Shown) string { return string(t.ID) }, viewTipShown), nil
}

type tipQuoteIn struct {
	Creator id.Person `query:"creator" required:"true" doc:"Whom to tip"`
	Amount  int64     `query:"amount" minimum:"1" maximum:"9007199254740991" doc:"The tip in smallest units; without it the rules alone are told"`
	Asset   string    `query:"asset" pattern:"^[A-Z]{3}$" default:"USD" doc:"ISO 4217"`
}

type tipPriceView struct {
	Charged amount `json:"charged" doc:"What the fan pays; send its number as expected_charge"`
	Fee     amount `json:"fee" doc:"Of it, the provider's"`
	Net     amount `json:"net" doc:"Of it, the creator's. Money that comes in another currency is the creator's as it comes, less the fee"`
}

type tipClosedView struct {
	Code   fault.Code `json:"code" doc:"As POST /v1/tips would answer: self_gift, not_eligible, kyc_required or state_conflict"`
	Detail string     `json:"detail" doc:"A sentence. The creator reads what is missing"`
}

type tipQuoteView struct {
	Object   string         `json:"object" enum:"tip_quote"`
	Creator  id.Person      `json:"creator"`
	Closed   *tipClosedView `json:"closed,omitempty" doc:"Why this creator can not be tipped now"`
	Assets   []money.Asset  `json:"assets" doc:"The currencies in which tips are given"`
	Presets  []amount       `json:"presets" doc:"The amounts to offer"`
	Least    amount         `json:"least" doc:"The least that can be tipped"`
	Most     amount         `json:"most" doc:"The most that can be tipped at once"`
	Plain    *tipPriceView  `json:"plain,omitempty" doc:"When the creator bears the fee"`
	Covered  *tipPriceView  `json:"covered,omitempty" doc:"When the fan covers the fee, so that the tip arrives whole"`
	Day      amount         `json:"day" doc:"The most that the person tips in a UTC day"`
	Left     amount         `json:"left" doc:"Of it, what is left; tips in other currencies use their part of it"`
	DayTips  int64          `json:"day_tips" doc:"The most tips in a UTC day"`
	TipsLeft int64          `json:"tips_left" doc:"Of them, those that are left"`
	ResetsAt Instant        `json:"resets_at" doc:"When the next day begins"`
	Rule     string         `json:"rule" doc:"The version of the rules"`
}

func (a *API) tipQuote(ctx context.Context, in *tipQuoteIn) (*struct{ Body tipQuoteView }, error) {
	asset := money.Asset(in.Asset)
	if asset == "" {
		asset = money.USD
	}
	q, err := a.cfg.Services.Tips.Quote(ctx, tip.Ask{Fan: CallerOf(ctx).Person, Creator: in.Creator, Asset: asset, Units: in.Amount})
	if err != nil {
		return nil, err
	}
	of := func(units int64) amount { return amount{Units: units, Asset: asset} }
	v := tipQuoteView{Object: "tip_quote", Creator: in.Creator, Assets: q.Assets, Presets: []amount{}, Least: of(q.Rule.Min), Most: of(q.Rule.Max),
		Day: q.Day.Cap, Left: q.Day.Left, DayTips: q.Day.Tips, TipsLeft: q.Day.TipsLeft, ResetsAt: at(q.Day.ResetsUS), Rule: q.Rule.Version}
	for _, p := range q.Rule.Presets {
		v.Presets = append(v.Presets, of(p))
	}
	if in.Amount != 0 {
		v.Plain = &tipPriceView{q.Plain.Charged, q.Plain.Fee, q.Plain.Net}
		v.Covered = &tipPriceView{q.Covered.Charged, q.Covered.Fee, q.Covered.Net}
	}
	if q.Closed != nil {
		v.Closed = &tipClosedView{q.Closed.Code, detailOf(LanguageOf(ctx), q.Closed)}
	}
	return &struct{ Body tipQuoteView }{v}, nil
}
