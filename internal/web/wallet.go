package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/paper"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/purchase"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/reversal"
	"github.com/ovationhq/ovation/internal/wallet"
)

// purse is what the wallet's page shows.
type purse struct {
	report.Wallet
	Packs      []wallet.Pack
	Currencies []money.Asset
	Chosen     int64 // coins of the chosen pack
	Cards      savedCards
	History    history
	Spent      report.Spending
	Bounds     limit.State
	Open       []purchase.Purchase
	RefundDays int64 // so long the visitor may have unspent coins given back
	Key        string
	Problem    *problem
	Bought     *purchase.Purchase
	Again      bool   // Bought was bought earlier, and its form was sent once more
	Notice     string // key of a sentence
}

func walletPage(v *visit) error { return showWallet(v, nil, http.StatusOK) }

// showWallet shows the wallet; p is what went wrong with a form on it.
func showWallet(v *visit, p *problem, status int) error {
	w := &purse{Problem: p}
	err := v.listenFromNow(ofWallet)
	if err != nil {
		return err
	}
	if w.Key, err = v.buyKey("/wallet/buy", p); err != nil {
		return err
	}
	if w.Wallet, err = v.site.cfg.Reader.Wallet(v, v.me()); err != nil {
		return err
	}
	if w.Packs, err = v.packs(); err != nil {
		return err
	}
	if w.Currencies, err = report.Ask(v, v.site.cfg.Reader, wallet.Currencies); err != nil {
		return err
	}
	if w.Spent, err = v.site.cfg.Reader.Spending(v, v.me()); err != nil {
		return err
	}
	if w.Bounds, err = v.bound(); err != nil {
		return err
	}
	if w.History, err = v.history(); err != nil {
		return err
	}
	rule, err := report.Ask1(v, v.site.cfg.Reader, reversal.RuleFor, v.person.Person.Region)
	if err != nil {
		return err
	}
	w.RefundDays = rule.Days
	if err := v.purchases(w); err != nil {
		return err
	}
	w.Cards = v.savedCards()
	w.Chosen = v.chosenPack(w.Packs)
	w.Notice = noticeOf(v.r.URL.Query().Get("did"), "card_added", "card_removed", "card_canceled", "currency")
	return v.show(status, walletView(v, w))
}

// purchases reads the one that the page thanks for and those that are open.
func (v *visit) purchases(w *purse) error {
	latest, err := v.latestPurchases()
	if err != nil {
		return err
	}
	done := v.r.URL.Query().Get("bought")
	w.Again = v.r.URL.Query().Has("again")
	for i := range latest {
		p := &latest[i]
		if string(p.ID) == done && p.Outcome == payment.Succeeded {
			w.Bought = p
		}
	}
	w.Open = notFinal(latest)
	return nil
}

func (v *visit) latestPurchases() ([]purchase.Purchase, error) {
	return report.Ask3(v, v.site.cfg.Reader, purchase.OfPerson, v.me(), id.Purchase(""), 10)
}

// openPurchases are those of the visitor's latest whose end is not known yet.
func (v *visit) openPurchases() ([]purchase.Purchase, error) {
	latest, err := v.latestPurchases()
	return notFinal(latest), err
}

func notFinal(all []purchase.Purchase) (open []purchase.Purchase) {
	for _, p := range all {
		if !p.Charge.Final() {
			open = append(open, p)
		}
	}
	return open
}

// chosenPack is the pack that the form had, or the second, which most people
// look at first.
func (v *visit) chosenPack(packs []wallet.Pack) int64 {
	coins, _, _ := strings.Cut(v.form("pack"), "@")
	if n := integer(coins); n > 0 {
		return n
	}
	if len(packs) == 0 {
		return 0
	}
	return packs[min(1, len(packs)-1)].Coins
}

// noticeOf returns the key of a sentence, if the address names one that there
// is.
func noticeOf(did string, known ...string) string {
	for _, k := range known {
		if did == k {
			return "did." + k
		}
	}
	return ""
}

// inOlderLots are the coins that are left in lots which the page does not show.
func (w *purse) inOlderLots() int64 {
	rest := w.Coins
	for _, l := range w.Lots {
		rest -= l.Left
	}
	return rest
}

// canExplain reports whether there is an explanation of the thing.
func canExplain(cause string) bool {
	switch id.KindOf(cause) {
	case id.KindPayout, id.KindEarning, id.KindGift, id.KindCombo, id.KindPurchase, id.KindLot, id.KindTip, id.KindRefund, id.KindDispute, id.KindClaw:
		return true
	}
	return false
}

// packChoice is what a radio button of a pack sends: coins, price and
// currency that the visitor was shown.
func packChoice(p wallet.Pack) string {
	return numeral(p.Coins) + "@" + numeral(p.Price.Units) + "@" + string(p.Price.Asset)
}

// buy reads a form with a pack and a card, and buys. back is where the visitor
// goes after a step at the bank.
func (v *visit) buy(back string) (purchase.Purchase, error) {
	parts := strings.SplitN(v.form("pack"), "@", 3)
	if len(parts) != 3 || !money.Asset(parts[2]).IsCurrency() {
		return purchase.Purchase{}, fault.New(fault.ValidationFailed, "Choose how many coins to buy. Nothing was charged.")
	}
	coins, some := counted(parts[0])
	price, shown := counted(parts[1])
	if !some || !shown { // without the price nobody would notice that it has changed
		return purchase.Purchase{}, fault.New(fault.ValidationFailed, "Choose how many coins to buy. Nothing was charged.")
	}
	card, err := v.card()
	if err != nil {
		return purchase.Purchase{}, err
	}
	key, err := v.keyOf(v.form("pack"), card)
	if err != nil {
		return purchase.Purchase{}, err
	}
	var after *id.Purchase
	if _, known, ok := strings.Cut(v.form("key"), "."); ok {
		after = (*id.Purchase)(&known)
	}
	ctx := context.WithoutCancel(v) // a visitor who leaves now still gets an outcome
	return v.site.cfg.Purchases.Buy(ctx, purchase.Request{Key: key, Person: v.me(), Coins: coins, Currency: money.Asset(parts[2]), Card: card,
		ReturnURL: v.site.cfg.PublicURL + "/wallet/return?purchase=" + purchase.IDInReturnURL + "&" + query("back", back), ExpectedPrice: price, Confirmed: v.form("confirmed") == "yes", After: after})
}

// buyKey is keyAfter for a form that buys coins: its key tells too which was
// the visitor's latest purchase when the form was made. In another tab, or
// after going back, that may be so no more.
func (v *visit) buyKey(action string, p *problem) (string, error) {
	key := v.keyAfter(action, p)
	if strings.Contains(key, ".") { // one that was sent
		return key, nil
	}
	latest, err := report.Ask1(v, v.site.cfg.Reader, purchase.Latest, v.me())
	if err != nil || latest == nil {
		return key + ".", err
	}
	return key + "." + string(latest.ID), nil
}

// buyCoins buys a pack from the wallet's page.
func buyCoins(v *visit) error {
	back := v.back("/wallet")
	p, err := v.buy(back)
	if err != nil {
		problem := v.problemOf(err)
		return showWallet(v, problem, problem.Status)
	}
	if goesToPay(&p.Charge) {
		return v.leave(p.Charge.ActionURL, v.T("leave.pay"))
	}
	if p.Outcome != payment.Succeeded {
		return v.redirect("/purchases/" + string(p.ID) + "?" + query("back", back))
	}
	return v.redirect("/wallet?" + query("bought", string(p.ID)) + again(p))
}

// again marks the address of a purchase whose form was sent before: going back
// to it and sending it once more buys nothing.
func again(p purchase.Purchase) string {
	if p.Replayed {
		return "&again=1"
	}
	return ""
}

// returned is where the bank and the provider's page lead back to. The address
// names the purchase: somebody may have several open. Who has just paid is told so,
// although the news of it may still be on their way.
func returned(v *visit) error {
	q := v.r.URL.Query()
	if !id.Valid(id.KindPurchase, q.Get("purchase")) {
		return v.redirect("/wallet")
	}
	p, err := v.site.cfg.Purchases.Get(v, id.Purchase(q.Get("purchase")))
	if err == nil && p.Person == v.me() {
		v.lookAt(p.Charge.ID)
	}
	return v.redirect("/purchases/" + q.Get("purchase") + "?" + query("back", local(q.Get("back"), "/wallet")))
}

// lookAt asks the provider what became of the visitor's charge. That it does not
// say stands in the log: the page shows what is known.
func (v *visit) lookAt(charge id.Payment) {
	if _, err := v.site.cfg.Purchases.Settle(v, charge); err != nil {
		v.problemOf(payment.Explain(err))
	}
}

// ownPurchase reads the purchase of the address, if it is the visitor's.
func (v *visit) ownPurchase() (purchase.Purchase, error) {
	p, err := v.site.cfg.Purchases.Get(v, id.Purchase(v.r.PathValue("id")))
	if err == nil && p.Person != v.me() {
		err = fault.New(fault.NotFound, "There is no coin purchase %s.", p.ID)
	}
	return p, err
}

// purchasePage shows how far a purchase is, and what the visitor does next.
func purchasePage(v *visit) error {
	if err := v.listenFromNow(ofWallet); err != nil {
		return err
	}
	p, err := v.ownPurchase()
	if err != nil {
		return err
	}
	back := local(v.r.URL.Query().Get("back"), "/wallet")
	if p.Outcome != payment.Succeeded {
		return v.show(http.StatusOK, purchaseView(v, p, back))
	}
	return showReceipt(v, p, nil, http.StatusOK)
}

// receiptFile is the receipt of a purchase or a tip as a PDF.
func receiptFile(v *visit) error {
	r, err := report.Ask2(v, v.site.cfg.Reader, report.ReceiptOf, v.me(), v.r.PathValue("id"))
	if err != nil {
		return err
	}
	return v.pdf(r.Number, func() ([]byte, error) { return paper.Receipt(&r, v.lang, v.site.cfg.PublicURL) })
}

// checkPurchase asks the provider what became of a purchase.
func checkPurchase(v *visit) error {
	p, err := v.ownPurchase()
	if err != nil {
		return err
	}
	if _, err := v.site.cfg.Purchases.Settle(v, p.Charge.ID); err != nil {
		return payment.Explain(err)
	}
	return v.redirect("/purchases/" + string(p.ID) + "?" + query("back", v.back("/wallet")))
}

// mostSlices is how many creators the ring of the spending names.
const mostSlices = 6

// spentOn are the parts of what was given, by creator; those who got least are
// one part.
func (v *visit) spentOn(s report.Spending) (all []slice) {
	var rest int64
	for i, c := range s.Creators {
		if i >= mostSlices {
			rest += c.Coins
			continue
		}
		part := slice{Text: nameOf(s.People[c.Creator]), Value: c.Coins, Shown: v.coins(c.Coins)}
		if handle := s.People[c.Creator].Handle; handle != "" {
			part.Href = profilePath(handle)
		}
		all = append(all, part)
	}
	if rest > 0 {
		all = append(all, slice{Text: v.T("spend.others"), Value: rest, Shown: v.coins(rest)})
	}
	return all
}

// spentByDay are the coins of each day.
func spentByDay(s report.Spending) (all []int64) {
	for _, d := range s.Days {
		all = append(all, d.Coins)
	}
	return all
}
