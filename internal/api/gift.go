package api

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/report"
)

type amount = money.Amount

func coins(n int64) amount { return amount{Units: n, Asset: money.Coin} }

type giftItemView struct {
	Object     string `json:"object" enum:"gift_item"`
	ID         string `json:"id" doc:"Names the gift when sending it"`
	Name       string `json:"name"`
	Emoji      string `json:"emoji" doc:"Its art until an operator uploads another"`
	Price      amount `json:"price" doc:"Coins of one"`
	Streakable bool   `json:"streakable" doc:"May be tapped as a combo"`
	OnVideo    bool   `json:"on_video"`
	OnLive     bool   `json:"on_live"`
	Version    string `json:"version" doc:"The version of the catalogue"`
}

func (a *API) giftCatalog(ctx context.Context, _ *struct{}) (*listOut[giftItemView], error) {
	items, err := report.Ask(ctx, a.cfg.Services.Reader, gift.Catalog)
	if err != nil {
		return nil, err
	}
	out := &listOut[giftItemView]{Body: List[giftItemView]{Object: "list", Data: []giftItemView{}}}
	for _, i := range items {
		out.Body.Data = append(out.Body.Data, giftItemView{"gift_item", i.ID, i.Name, i.Emoji, coins(i.PriceCoins), i.Streakable, i.OnVideo, i.OnLive, i.Version})
	}
	return out, nil
}

// giftIn is what sends a gift.
type giftIn struct {
	Key  string `header:"Idempotency-Key"`
	Body GiftBody
}

// GiftBody is what is given on what. It is exported because the description of
// the API looks into it where it is embedded.
type GiftBody struct {
	Gift          string     `json:"gift" minLength:"1" maxLength:"40" doc:"An id of GET /v1/gift-catalog"`
	Quantity      int64      `json:"quantity,omitempty" minimum:"1" maximum:"1000" default:"1"`
	Target        string     `json:"target" minLength:"1" maxLength:"40" doc:"The LIVE (liv_…) or the video (vid_…)"`
	Combo         *comboBody `json:"combo,omitempty" doc:"When the gift is a tap of a combo"`
	ExpectedPrice int64      `json:"expected_price,omitempty" minimum:"1" maximum:"9007199254740991" doc:"Coins of one that the sender was shown; another price now is refused with price_changed"`
}

type comboBody struct {
	ID  id.Combo `json:"id" doc:"Made by the client for each combo"`
	Seq int64    `json:"seq" minimum:"1" maximum:"1000000" doc:"1, 2, 3… within the combo"`
}

// request makes the use case's request of the body.
func (b *GiftBody) request(key string, sender id.Person) gift.Request {
	r := gift.Request{Key: key, Sender: sender, Item: b.Gift, Quantity: max(b.Quantity, 1), Target: b.Target, ExpectedPrice: b.ExpectedPrice}
	if b.Combo != nil {
		r.Combo, r.ComboSeq = b.Combo.ID, b.Combo.Seq
	}
	return r
}

// giftView documents what AppendJSON of a gift writes.
type giftView struct {
	Object   string        `json:"object" enum:"gift"`
	ID       id.Gift       `json:"id"`
	Gift     string        `json:"gift"`
	Quantity int64         `json:"quantity"`
	Price    amount        `json:"price" doc:"Coins of one"`
	Coins    amount        `json:"coins" doc:"What it cost"`
	Diamonds amount        `json:"diamonds" doc:"What the creator earned"`
	Sender   id.Person     `json:"sender"`
	Creator  id.Person     `json:"creator"`
	Target   string        `json:"target"`
	Transfer id.Transfer   `json:"transfer" doc:"Where it stands in the ledger"`
	SentAt   Instant       `json:"sent_at"`
	Combo    *giftTapView  `json:"combo,omitempty"`
	Balance  *money.Amount `json:"balance,omitempty" doc:"The sender's coins after it; for the sender only"`
}

type giftTapView struct {
	ID         id.Combo `json:"id"`
	Seq        int64    `json:"seq"`
	Count      int64    `json:"count" doc:"Gifts in the combo up to and with this tap"`
	CoinsTotal int64    `json:"coins_total"`
	EndsAt     Instant  `json:"ends_at" doc:"When the combo ends unless another tap comes"`
}

type giftOut struct{ Body giftView }

// giftSend is served by hand: it is the hottest of all operations.
func (a *API) giftSend(w http.ResponseWriter, r *http.Request) error {
	var body GiftBody
	if err := json.Unmarshal(Body(r.Context()), &body); err != nil {
		return fault.Wrap(err, fault.MalformedJSON, "The body can not be read as a gift.")
	}
	g, err := a.cfg.Services.Gifts.Send(r.Context(), body.request(r.Header.Get(KeyHeader), CallerOf(r.Context()).Person))
	if err != nil {
		return err
	}
	h := w.Header()
	h["Content-Type"] = jsonType
	if g.Replayed {
		h[ReplayHeader] = []string{"true"}
	}
	w.WriteHeader(http.StatusCreated)
	_, err = w.Write(g.AppendJSON(make([]byte, 0, 800)))
	return err
}

var jsonType = []string{"application/json"}

// maxBatchGifts is how many gifts a batch may have.
const maxBatchGifts = 1000

type giftBatchIn struct {
	Body struct {
		Gifts []giftBatchItem `json:"gifts" minItems:"1" maxItems:"1000"`
	}
}

type giftBatchItem struct {
	Key    string    `json:"idempotency_key" minLength:"1" maxLength:"255" pattern:"^[!-~]+$" doc:"As the header Idempotency-Key of a single gift"`
	Sender id.Person `json:"sender" doc:"For whom it is sent"`
	GiftBody
}

type giftVerdict struct {
	Status  int       `json:"status" doc:"As of a single gift"`
	Replay  bool      `json:"replay,omitempty"`
	Gift    *giftView `json:"gift,omitempty"`
	Problem *Problem  `json:"problem,omitempty"`
}

type giftBatchOut struct{ Body List[giftVerdict] }

// looseItems lets the operation that was registered last read the items of a
// list without looking at them, and returns their shape: a handler then gives
// each its own verdict, and one that is wrong does not refuse the others.
func (a *API) looseItems(list string) *shape {
	if len(a.mistakes) > 0 {
		return unread
	}
	body := a.operations[len(a.operations)-1].body
	loose := *body.members[body.names[list]].shape
	items := loose.items
	loose.items = unread
	body.members[body.names[list]].shape = &loose
	return items
}

// giftBatch decides many gifts, each with its own key, sender and verdict.
func (a *API) giftBatch(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Gifts []json.RawMessage `json:"gifts"`
	}
	ctx := r.Context()
	if err := json.Unmarshal(Body(ctx), &in); err != nil {
		return fault.Wrap(err, fault.MalformedJSON, "The body can not be read as a list of gifts.")
	}
	if n := len(in.Gifts); n < 1 || n > maxBatchGifts {
		return fault.New(fault.ValidationFailed, "A batch has 1 to %d gifts; this one has %d.", maxBatchGifts, n)
	}
	verdicts := make([]gift.Verdict, len(in.Gifts))
	var requests []gift.Request
	var places []int
	for i, raw := range in.Gifts {
		request, err := a.batchItem(raw)
		if err != nil {
			verdicts[i].Err = err
			continue
		}
		requests, places = append(requests, request), append(places, i)
	}
	decided, err := a.cfg.Services.Gifts.SendAll(ctx, requests)
	if err != nil {
		return err
	}
	for i, v := range decided {
		verdicts[places[i]] = v
	}
	w.Header()["Content-Type"] = jsonType
	_, err = w.Write(a.batchJSON(ctx, verdicts))
	return err
}

// batchItem reads one gift of a batch. Its key is held to the rule of the
// header, and refused with the same codes.
func (a *API) batchItem(raw []byte) (gift.Request, error) {
	wrong, err := a.giftItem.check(raw)
	if err != nil {
		return gift.Request{}, err
	}
	for i := range wrong {
		if wrong[i].Pointer == "/idempotency_key" {
			wrong[i].Code = fault.IdempotencyKeyInvalid
		}
	}
	if len(wrong) > 0 {
		return gift.Request{}, &fault.Error{Code: oneCode(wrong, 0), Fields: wrong}
	}
	var item giftBatchItem
	if err := json.Unmarshal(raw, &item); err != nil {
		return gift.Request{}, fault.Wrap(err, fault.MalformedJSON, "The body can not be read as a gift.")
	}
	return item.request(item.Key, item.Sender), nil
}

// batchJSON writes the verdicts.
func (a *API) batchJSON(ctx context.Context, verdicts []gift.Verdict) []byte {
	b := make([]byte, 0, 700*len(verdicts))
	b = append(b, `{"object":"list","data":[`...)
	for i := range verdicts {
		if i > 0 {
			b = append(b, ',')
		}
		v := &verdicts[i]
		if v.Err != nil {
			p := a.Explain(ctx, v.Err)
			text, _ := json.Marshal(giftVerdict{Status: p.Status, Problem: p}) // a problem can always be written
			b = append(b, text...)
			continue
		}
		b = append(b, `{"status":201,`...)
		if v.Gift.Replayed {
			b = append(b, `"replay":true,`...)
		}
		b = append(b, `"gift":`...)
		b = v.Gift.AppendJSON(b)
		b = append(b, '}')
	}
	return append(b, `],"has_more":false}`...)
}

type giftGetIn struct {
	ID id.Gift `path:"id"`
}

// giftGet shows a gift to its sender, its creator and the host.
func (a *API) giftGet(w http.ResponseWriter, r *http.Request) error {
	g, err := report.Ask1(r.Context(), a.cfg.Services.Reader, gift.Get, id.Gift(r.PathValue("id")))
	if err != nil {
		return err
	}
	c := CallerOf(r.Context())
	if !a.seesAll(&c) && c.Person != g.Sender && c.Person != g.Creator {
		return fault.New(fault.NotFound, "There is no gift %s.", g.ID)
	}
	w.Header()["Content-Type"] = jsonType
	if !a.seesAll(&c) && c.Person != g.Sender {
		_, err = w.Write(g.AppendShared(nil)) // what a fan has left is nobody else's business
		return err
	}
	_, err = w.Write(g.AppendJSON(nil))
	return err
}

// seesAll reports whether the caller is an operator, or the host itself and
// not for one person.
func (a *API) seesAll(c *Caller) bool {
	if c.Host {
		return c.Person == ""
	}
	return c.Is(people.Operator)
}
