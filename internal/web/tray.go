package web

import (
	"slices"
	"strings"

	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/purchase"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/wallet"
)

// tray is where a gift is chosen and sent.
type tray struct {
	Items    []gift.Item
	Packs    []wallet.Pack
	Card     earnings.RateCard
	Balance  int64
	Selected gift.Item
	Quantity int64
	Key      string
	Mine     bool // the visitor's own stage
	Problem  *problem
	Sent     *gift.Gift // the gift that this page thanks for
	Bought   *purchase.Purchase
	Again    bool // Bought was bought earlier, and its form was sent once more
	TopUp    *offer
	Bounds   limit.State // what the visitor has bounded
}

// quantities are the presets of the tray.
var quantities = []int64{1, 10, 66, 99}

// offer is the coins that a gift lacks, to be bought on the spot.
type offer struct {
	Missing   int64
	Packs     []wallet.Pack // the smallest that covers what is missing, and exactly what is missing
	Purchases int64         // how many it takes when no pack covers it, else 1
	Cards     savedCards
	Open      []purchase.Purchase
	Key       string
}

// cost is the coins of what is chosen.
func (t *tray) cost() int64 { return t.Selected.PriceCoins * t.Quantity }

// choice is what a radio button of the tray sends: the gift and the price that
// the visitor was shown.
func choice(i gift.Item) string { return i.ID + "@" + numeral(i.PriceCoins) }

// chosen reads what the form or the address says was chosen, and takes the
// nearest quantity there is: it is for what is shown. What is paid for is read
// by ordered.
func (v *visit) chosen() (item string, quantity int64) {
	value := func(name string) string {
		if s := v.form(name); s != "" {
			return s
		}
		return v.r.URL.Query().Get(name)
	}
	item, _, _ = strings.Cut(value("gift"), "@")
	if len(item) > 40 {
		item = ""
	}
	return item, max(1, min(integer(value("quantity")), gift.MaxQuantity))
}

// ordered reads what the form wants to be paid for. Nothing in it is guessed:
// neither a number that is none, nor the price that the visitor was shown.
func (v *visit) ordered() (item string, price, quantity int64, err error) {
	item, shown, _ := strings.Cut(v.form("gift"), "@")
	if item == "" || len(item) > 40 {
		return "", 0, 0, fault.New(fault.ValidationFailed, "Choose a gift. Nothing was charged.")
	}
	price, ok := counted(shown)
	if !ok {
		return "", 0, 0, fault.New(fault.ValidationFailed, "The form came without the price that you were shown. Open the page again and send it from there; nothing was charged.")
	}
	if quantity, ok = counted(v.form("quantity")); !ok || quantity > gift.MaxQuantity {
		return "", 0, 0, fault.New(fault.AmountOutOfRange, "The quantity is a whole number from 1 to %d. Nothing was charged.", gift.MaxQuantity)
	}
	return item, price, quantity, nil
}

// tray reads what the tray of a stage shows.
func (v *visit) tray(s *stage, p *problem) (*tray, error) {
	t := &tray{Problem: p, Key: v.keyAfter(s.Path()+"/gifts", p), Mine: v.me() != "" && v.me() == s.Creator.ID}
	all, err := report.Ask(v, v.site.cfg.Reader, gift.Catalog)
	if err != nil {
		return nil, err
	}
	t.Items = slices.DeleteFunc(all, func(i gift.Item) bool { return s.Live && !i.OnLive || !s.Live && !i.OnVideo })
	if t.Packs, err = v.packs(); err != nil {
		return nil, err
	}
	if t.Card, err = report.Ask(v, v.site.cfg.Reader, earnings.Rates); err != nil {
		return nil, err
	}
	t.choose(v)
	if v.me() == "" || t.Mine {
		return t, nil
	}
	if t.Balance, err = report.Ask1(v, v.site.cfg.Reader, wallet.Balance, v.me()); err != nil {
		return nil, err
	}
	if t.Bounds, err = v.bound(); err != nil {
		return nil, err
	}
	if err := v.thanks(t, s); err != nil {
		return nil, err
	}
	if missing := t.cost() - t.Balance; missing > 0 && t.Sent == nil && t.Bounds.CoolUS == 0 {
		if t.TopUp, err = v.offer(t.Packs, missing); err != nil {
			return nil, err
		}
		if t.TopUp.Key, err = v.buyKey(s.Path()+"/topup", p); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// choose finds the gift that was chosen, or takes the first.
func (t *tray) choose(v *visit) {
	if len(t.Items) == 0 {
		return
	}
	t.Selected = t.Items[min(1, len(t.Items)-1)]
	var item string
	item, t.Quantity = v.chosen()
	for _, i := range t.Items {
		if i.ID == item {
			t.Selected = i
		}
	}
}

// thanks finds what the page was reached by: a gift that was just sent, or
// coins that were just bought. Only the visitor's own count.
func (v *visit) thanks(t *tray, s *stage) error {
	q := v.r.URL.Query()
	if sent := q.Get("sent"); id.Valid(id.KindGift, sent) && t.Problem == nil {
		g, err := report.Ask1(v, v.site.cfg.Reader, gift.Get, id.Gift(sent))
		if err == nil && g.Sender == v.me() && g.Target == s.ID {
			t.Sent = &g
		}
	}
	if bought := q.Get("bought"); id.Valid(id.KindPurchase, bought) && t.Problem == nil {
		p, err := v.site.cfg.Purchases.Get(v, id.Purchase(bought))
		if err == nil && p.Person == v.me() && p.Outcome == payment.Succeeded {
			t.Bought, t.Again = &p, q.Has("again")
		}
	}
	return nil
}

// offer is how the missing coins can be bought. A pack comes first: a few
// coins cost the least that a card is charged, so exactly what is missing is
// often the worse price.
func (v *visit) offer(packs []wallet.Pack, missing int64) (o *offer, err error) {
	o = &offer{Missing: missing, Purchases: 1}
	if o.Open, err = v.openPurchases(); err != nil {
		return nil, err
	}
	for _, p := range packs {
		if p.Coins >= missing {
			o.Packs = append(o.Packs, p)
			break
		}
	}
	if exact, err := wallet.PriceOf(packs, missing); err == nil && len(o.Packs) == 1 && exact.Price.Units < o.Packs[0].Price.Units {
		o.Packs = append(o.Packs, exact)
	}
	if len(o.Packs) == 0 && len(packs) > 0 {
		o.Packs = packs[len(packs)-1:]
		o.Purchases = (missing + o.Packs[0].Coins - 1) / o.Packs[0].Coins
	}
	o.Cards = v.savedCards()
	return o, nil
}

// packs returns the price list in the visitor's currency.
func (v *visit) packs() ([]wallet.Pack, error) {
	if c, err := v.r.Cookie(currencyCookie); err == nil && money.Asset(c.Value).IsCurrency() {
		if packs, err := report.Ask1(v, v.site.cfg.Reader, wallet.Packs, money.Asset(c.Value)); err == nil {
			return packs, nil
		}
	}
	card, err := report.Ask(v, v.site.cfg.Reader, earnings.Rates)
	if err != nil {
		return nil, err
	}
	return report.Ask1(v, v.site.cfg.Reader, wallet.Packs, card.PayAsset)
}
