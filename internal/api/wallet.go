package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/purchase"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/wallet"
)

func at(us int64) Instant { return Instant(us) }

// atOrNil is nil for an instant that has not come.
func atOrNil(us int64) *Instant {
	if us == 0 {
		return nil
	}
	t := at(us)
	return &t
}

type packsIn struct {
	Currency string `query:"currency" pattern:"^[A-Z]{3}$" default:"USD" doc:"ISO 4217"`
}

type packView struct {
	Object  string `json:"object" enum:"coin_pack"`
	Coins   amount `json:"coins"`
	Price   amount `json:"price"`
	Version string `json:"version" doc:"The version of the price list"`
}

func (a *API) packsList(ctx context.Context, in *packsIn) (*listOut[packView], error) {
	packs, err := report.Ask1(ctx, a.cfg.Services.Reader, wallet.Packs, money.Asset(in.Currency))
	if err != nil {
		return nil, err
	}
	out := &listOut[packView]{Body: List[packView]{Object: "list", Data: []packView{}}}
	for _, p := range packs {
		out.Body.Data = append(out.Body.Data, packView{"coin_pack", coins(p.Coins), p.Price, p.Version})
	}
	return out, nil
}

type walletView struct {
	Object  string `json:"object" enum:"wallet"`
	Balance amount `json:"balance" doc:"The coins that can be spent"`
}

type walletOut struct{ Body walletView }

func (a *API) walletGet(ctx context.Context, _ *struct{}) (*walletOut, error) {
	n, err := report.Ask1(ctx, a.cfg.Services.Reader, wallet.Balance, CallerOf(ctx).Person)
	return &walletOut{walletView{"wallet", coins(n)}}, err
}

type lotView struct {
	Object   string  `json:"object" enum:"lot"`
	ID       id.Lot  `json:"id"`
	Cause    string  `json:"cause" doc:"The purchase that paid for it, or what granted it"`
	Promo    bool    `json:"promo"`
	Coins    amount  `json:"coins" doc:"As bought"`
	Left     amount  `json:"left"`
	Paid     *amount `json:"paid,omitempty"`
	OpenedAt Instant `json:"opened_at"`
}

func (a *API) walletLots(ctx context.Context, in *struct{ Page }) (*listOut[lotView], error) {
	before, err := a.after(ctx, in.Page)
	if err != nil {
		return nil, err
	}
	lots, err := report.Ask3(ctx, a.cfg.Services.Reader, wallet.LotsOf, CallerOf(ctx).Person, id.Lot(before), in.Limit+1)
	if err != nil {
		return nil, err
	}
	return listed(ctx, a, in.Page, lots, func(l wallet.LotState) string { return string(l.ID) }, viewLot), nil
}

func viewLot(l wallet.LotState) lotView {
	v := lotView{Object: "lot", ID: l.ID, Cause: l.Cause, Promo: l.Promo, Coins: coins(l.Coins), Left: coins(l.Left), OpenedAt: at(l.OpenedUS)}
	if !l.Promo {
		v.Paid = &l.Paid
	}
	return v
}

type walletEntryView struct {
	Object string   `json:"object" enum:"wallet_entry"`
	Kind   string   `json:"kind" doc:"What happened, such as gift.sent"`
	Cause  string   `json:"cause" doc:"The purchase or the gift, to be read at its own address or with GET /v1/explain/{id}. The gifts that a person has sent are the entries of the kind gift.sent"`
	Lots   []id.Lot `json:"lots" doc:"The lots of coins that it touched, oldest first"`
	Coins  amount   `json:"coins" doc:"Above zero when they came in"`
	At     string   `json:"at" format:"date-time"`
}

func (a *API) walletEntries(ctx context.Context, in *struct{ Page }) (*listOut[walletEntryView], error) {
	before, err := a.after(ctx, in.Page)
	if err != nil {
		return nil, err
	}
	seq, _ := strconv.ParseInt(before, 10, 64) // "" is the first page; the cursor is signed
	entries, err := a.cfg.Services.Reader.WalletEntries(ctx, CallerOf(ctx).Person, seq, in.Limit+1)
	if err != nil {
		return nil, err
	}
	return listed(ctx, a, in.Page, entries, func(e report.WalletEntry) string { return strconv.FormatInt(e.Seq, 10) }, func(e report.WalletEntry) walletEntryView {
		return walletEntryView{"wallet_entry", e.Kind, e.Cause, e.Lots, coins(e.Coins), e.At}
	}), nil
}

type purchaseIn struct {
	Key  string `header:"Idempotency-Key"`
	Body struct {
		Coins         int64  `json:"coins" minimum:"1" maximum:"9007199254740991" doc:"Of a pack, or any number for an exact top-up"`
		Currency      string `json:"currency,omitempty" pattern:"^[A-Z]{3}$" default:"USD" doc:"ISO 4217"`
		Card          string `json:"card,omitempty" maxLength:"200" pattern:"^pm_[A-Za-z0-9_]+$" doc:"A saved card of GET /v1/cards. Left out, the person pays on a page of the provider at action_url, which saves the card, too"`
		ReturnURL     string `json:"return_url,omitempty" maxLength:"2000" doc:"Where the person comes back from the page where they pay, or after 3-D Secure"`
		ExpectedPrice int64  `json:"expected_price,omitempty" minimum:"1" maximum:"9007199254740991" doc:"Smallest units that the person was shown; another price now is refused with price_changed"`
		Confirmed     bool   `json:"confirmed,omitempty" doc:"The person was asked again, because it costs more than their confirm_above of GET /v1/limits. The key of a request that was refused for that is free"`
	}
}

type purchaseView struct {
	Object      string          `json:"object" enum:"coin_purchase"`
	ID          id.Purchase     `json:"id"`
	Coins       amount          `json:"coins"`
	Price       amount          `json:"price"`
	Outcome     payment.Outcome `json:"outcome" enum:"unknown,requires_action,pending,succeeded,failed,canceled" doc:"unknown is settled within 60 seconds: ask again. The same request again gets the first answer that knew an outcome, for ever; until there is one, what is known"`
	ActionURL   string          `json:"action_url,omitempty" doc:"Where the person pays, or confirms the payment (3-D Secure)"`
	Lot         id.Lot          `json:"lot,omitempty" doc:"The coins, once the money came"`
	Card        string          `json:"card,omitempty" doc:"Brand and last four digits"`
	Decline     string          `json:"decline,omitempty" doc:"Why the card was refused"`
	Refund      payment.Return  `json:"refund" enum:"none,partial,full,disputed" doc:"How much of the price went back; disputed while or because the bank of the card took something"`
	Refunded    amount          `json:"refunded" doc:"Of the price, went back or is on its way back"`
	Disputed    amount          `json:"disputed" doc:"Of the price, a bank has taken back, or may keep"`
	CreatedAt   Instant         `json:"created_at"`
	CompletedAt *Instant        `json:"completed_at,omitempty"`
}

type purchaseOut struct {
	Status   int
	Location string `header:"Location"`
	Replayed string `header:"Idempotent-Replay"`
	Body     purchaseView
}

func (a *API) purchaseCreate(ctx context.Context, in *purchaseIn) (*purchaseOut, error) {
	currency := in.Body.Currency
	if currency == "" {
		currency = string(money.USD)
	}
	back, err := a.returnURL(in.Body.ReturnURL, "/wallet")
	if err != nil {
		return nil, err
	}
	p, err := a.cfg.Services.Purchases.Buy(ctx, purchase.Request{Key: in.Key, Person: CallerOf(ctx).Person, Coins: in.Body.Coins, Currency: money.Asset(currency),
		Card: in.Body.Card, ReturnURL: back, ExpectedPrice: in.Body.ExpectedPrice, Confirmed: in.Body.Confirmed})
	if err != nil {
		return nil, purchaseFault(err)
	}
	out := &purchaseOut{Status: http.StatusCreated, Location: "/v1/coin-purchases/" + string(p.ID), Body: viewPurchase(p)}
	if p.Outcome == payment.Unknown || p.Outcome == payment.Pending {
		out.Status = http.StatusAccepted
	}
	if p.Replayed {
		out.Replayed = "true"
	}
	return out, nil
}

const noCard = "There is no such saved card."

// purchaseFault says what the caller can know of a purchase that did not come
// about. A card that is not the person's is not there, whoever else has it.
func purchaseFault(err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	switch {
	case !ok:
		return err
	case f.Code == fault.AmountOutOfRange && len(f.Fields) == 0:
		return f.At("/coins", f.Code, "%s", f.Detail) // the price list has the bounds
	case f.Code == fault.CardDeclined:
		if code, _ := f.Data["decline_code"].(string); payment.NoCard(code) {
			return fault.Wrap(err, fault.NotFound, noCard)
		}
	}
	return err
}

// returnURL is where a person comes back: what was asked for, or a page of
// ours. A browser is sent there, so it is an address of the web.
func (a *API) returnURL(asked, page string) (string, error) {
	return a.pageOf("/return_url", asked, page)
}

// pageOf is returnURL for an address that stands at the pointer of the body.
func (a *API) pageOf(pointer, asked, page string) (string, error) {
	if asked == "" {
		return a.cfg.Services.PublicURL + page, nil
	}
	u, err := url.Parse(asked)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Hostname() == "" || u.User != nil || strings.ContainsAny(asked, " \\\t\r\n") {
		const detail = "This must be a whole address of the web, such as https://example.org/back. Nothing was changed."
		return "", fault.New(fault.URLNotAllowed, detail).At(pointer, fault.URLNotAllowed, detail)
	}
	return asked, nil
}

func viewPurchase(p purchase.Purchase) purchaseView {
	v := purchaseView{Object: "coin_purchase", ID: p.ID, Coins: coins(p.Coins), Price: p.Price, Outcome: p.Outcome, Lot: p.Lot, Decline: p.Charge.Decline.Reason,
		Refund: p.Charge.Return(), Refunded: p.Price.Of(p.Charge.Refunded), Disputed: p.Price.Of(p.Charge.Disputed), CreatedAt: at(p.CreatedUS), CompletedAt: atOrNil(p.CompletedUS)}
	if p.Outcome == payment.RequiresAction {
		v.ActionURL = p.Charge.ActionURL
	}
	if payment.NoCard(p.Charge.Decline.Code) {
		v.Decline = noCard
	}
	if p.Charge.Last4 != "" {
		v.Card = p.Charge.Brand + " " + p.Charge.Last4
	}
	return v
}

type purchaseGetIn struct {
	ID id.Purchase `path:"id"`
}

func (a *API) purchaseGet(ctx context.Context, in *purchaseGetIn) (*struct{ Body purchaseView }, error) {
	p, err := a.cfg.Services.Purchases.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if c := CallerOf(ctx); !a.seesAll(&c) && p.Person != c.Person {
		return nil, fault.New(fault.NotFound, "There is no coin purchase %s.", in.ID)
	}
	return &struct{ Body purchaseView }{viewPurchase(p)}, nil
}

func (a *API) purchaseList(ctx context.Context, in *struct{ Page }) (*listOut[purchaseView], error) {
	before, err := a.after(ctx, in.Page)
	if err != nil {
		return nil, err
	}
	all, err := report.Ask3(ctx, a.cfg.Services.Reader, purchase.OfPerson, CallerOf(ctx).Person, id.Purchase(before), in.Limit+1)
	if err != nil {
		return nil, err
	}
	return listed(ctx, a, in.Page, all, func(p purchase.Purchase) string { return string(p.ID) }, viewPurchase), nil
}

type cardView struct {
	Object   string `json:"object" enum:"card"`
	ID       string `json:"id" doc:"The provider's id of the saved card"`
	Brand    string `json:"brand"`
	Last4    string `json:"last4"`
	ExpMonth int    `json:"exp_month"`
	ExpYear  int    `json:"exp_year"`
	Expired  bool   `json:"expired" doc:"The month is over: payments with it are declined until the bank renews it"`
}

func viewCard(c payment.Card) cardView {
	return cardView{"card", c.ID, c.Brand, c.Last4, c.ExpMonth, c.ExpYear, c.Expired}
}

func (a *API) cardList(ctx context.Context, _ *struct{}) (*listOut[cardView], error) {
	cards, err := a.cfg.Services.Purchases.Cards(ctx, CallerOf(ctx).Person)
	if err != nil {
		return nil, err
	}
	out := &listOut[cardView]{Body: List[cardView]{Object: "list", Data: []cardView{}}}
	for _, c := range cards {
		out.Body.Data = append(out.Body.Data, viewCard(c))
	}
	return out, nil
}

type cardGetIn struct {
	ID string `path:"id" maxLength:"200" doc:"The provider's id of the saved card"`
}

func (a *API) cardRemove(ctx context.Context, in *cardGetIn) (*none, error) {
	return nil, a.cfg.Services.Purchases.RemoveCard(ctx, CallerOf(ctx).Person, in.ID)
}

type cardLinkOut struct {
	Body struct {
		URL string `json:"url" doc:"The provider's page on which the person saves a card"`
	}
}

type cardLinkIn struct {
	Body struct {
		ReturnURL string `json:"return_url,omitempty" maxLength:"2000"`
	}
}

func (a *API) cardLink(ctx context.Context, in *cardLinkIn) (*cardLinkOut, error) {
	back, err := a.returnURL(in.Body.ReturnURL, "/wallet")
	if err != nil {
		return nil, err
	}
	page, err := a.cfg.Services.Purchases.AddCard(ctx, CallerOf(ctx).Person, back, back)
	out := &cardLinkOut{}
	out.Body.URL = page
	return out, err
}

type testCardIn struct {
	Body struct {
		Token string `json:"token,omitempty" pattern:"^pm_card_[A-Za-z0-9_]{1,60}$" default:"pm_card_visa" doc:"One of the provider's test cards"`
	}
}

func (a *API) cardTest(ctx context.Context, in *testCardIn) (*struct{ Body cardView }, error) {
	token := in.Body.Token
	if token == "" {
		token = "pm_card_visa"
	}
	c, err := a.cfg.Services.Purchases.AddTestCard(ctx, CallerOf(ctx).Person, token)
	return &struct{ Body cardView }{viewCard(c)}, testCardFault(err)
}

// testCardFault says what is wrong with a test card that the provider refuses:
// one that declines is declined here, and one that there is not is a wrong
// field, not a fault of the provider.
func testCardFault(err error) error {
	refused, ok := errors.AsType[*payment.Error](err)
	switch {
	case !ok:
		return err
	case refused.Code == "card_declined" || refused.Code == "expired_card" || refused.Code == "incorrect_cvc" || refused.Code == "processing_error":
		return fault.Wrap(err, fault.CardDeclined, "%s Nothing was charged. Use another card and a new key.", refused.Reason).With("decline_code", refused.Code)
	case errors.Is(err, payment.ErrNotFound) || errors.Is(err, payment.ErrInvalid):
		const detail = "The provider has no such test card. Try pm_card_visa."
		return fault.Wrap(err, fault.ValidationFailed, detail).At("/token", fault.ValidationFailed, detail)
	}
	return err
}
