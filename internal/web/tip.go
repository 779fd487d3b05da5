package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/programme"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/tip"
)

// tipRoutes are about tips: giving them, and those that one gave or got.
func (s *site) tipRoutes(page func(class, pattern string, h handler)) {
	page(classRead, "GET /tip/{handle}", tipPage)
	page(classMoney, "POST /tip/{handle}", signedIn(giveTip))
	page(classRead, "GET /tips", signedIn(givenTips))
	page(classRead, "GET /tips/{id}", signedIn(tipStatus))
	page(classWrite, "GET /tips/{id}/back", signedIn(tipReturned))
	page(classRead, "GET /tips/{id}/receipt", signedIn(tipReceipt))
	page(classRead, "GET /tips/{id}/receipt.pdf", signedIn(receiptFile))
	page(classWrite, "POST /tips/{id}/check", signedIn(checkTip))
	page(classRead, "GET /c/tips", signedIn(gotTips))
}

// tipSheet is what the page of giving a tip shows.
type tipSheet struct {
	Creator people.Brief
	Place   content.Target // the LIVE or the video that it is given on, if any
	Quote   tip.Quote
	Units   int64 // what is chosen; 0 for nothing yet
	Custom  string
	Own     bool // the amount is typed, not one of those that are offered
	Cover   bool
	Bounds  limit.State
	Cards   savedCards
	Open    []tip.Tip
	Key     string
	Problem *problem
	Look    bool   // the price is shown for the first time: it is to be looked at
	Notice  string // key of a sentence
}

// Path is the address of the sheet with what is chosen in it: where one comes
// back to after saving a card.
func (s *tipSheet) Path() string { return "/tip/" + s.Creator.Handle }

// offer is one of the amounts that are offered, with what it would cost.
func (s *tipSheet) offer(units int64) string {
	return numeral(units) + "@" + numeral(s.Quote.Rule.Price(units, true).Charged.Units)
}

// price is what the chosen tip costs.
func (s *tipSheet) price() tip.Price { return s.Quote.Rule.Price(s.Units, s.Cover) }

// picked returns a value that a form sent, or else the address.
func (v *visit) picked(name string) string {
	if v.r.Method == http.MethodPost {
		return v.form(name)
	}
	return strings.TrimSpace(v.r.URL.Query().Get(name))
}

func tipPage(v *visit) error {
	s, err := v.tipSheet()
	if err != nil {
		return err
	}
	return v.showTip(s, nil, http.StatusOK)
}

// tipSheet reads who is to be tipped and what was chosen, from the form or the
// address.
func (v *visit) tipSheet() (*tipSheet, error) {
	s := &tipSheet{Cover: v.picked("cover") != "no"}
	person, err := report.Ask1(v, v.site.cfg.Reader, people.ByHandle, v.r.PathValue("handle"))
	if err == nil && person.SuspendedUS != 0 {
		err = fault.New(fault.NotFound, "There is no such person.")
	}
	if err != nil {
		return s, err
	}
	s.Creator = person.Brief()
	if target := v.picked("target"); target != "" && len(target) <= mostTarget {
		found, err := report.Ask1(v, v.site.cfg.Reader, content.Targets, []string{target})
		if err != nil {
			return s, err
		}
		if t := found[target]; t.Creator == person.ID && t.Open {
			s.Place = t
		}
	}
	if s.Quote, err = v.tipQuote(person.ID); err != nil {
		return s, err
	}
	s.choose(v.picked("amount"), v.picked("custom"))
	return s, nil
}

// mostTarget is how long the id of a LIVE or a video may be.
const mostTarget = 40

// tipQuote asks for the rules in the visitor's currency, or in the first that
// there is.
func (v *visit) tipQuote(creator id.Person) (q tip.Quote, err error) {
	assets := []money.Asset{money.USD}
	if c, err := v.r.Cookie(currencyCookie); err == nil && money.Asset(c.Value).IsCurrency() {
		assets = []money.Asset{money.Asset(c.Value), money.USD}
	}
	rules, err := report.Ask(v, v.site.cfg.Reader, tip.Rules)
	if err != nil {
		return q, err
	}
	for _, r := range rules {
		assets = append(assets, r.Asset)
	}
	if asked := money.Asset(v.picked("currency")); slices.Contains(assets, asked) {
		assets[0] = asked
	}
	for _, a := range assets {
		if q, err = v.site.cfg.Tips.Quote(v, tip.Ask{Fan: v.me(), Creator: creator, Asset: a}); !fault.Is(err, fault.CurrencyUnsupported) {
			return q, err
		}
	}
	return q, err
}

// choose reads the amount: one that is offered, or one that was typed.
func (s *tipSheet) choose(offered, typed string) {
	s.Custom = typed
	units, _, _ := strings.Cut(offered, "@")
	n := integer(units)
	switch {
	case offered == "own" || offered == "" && typed != "":
		s.Own = true
		s.Units, _ = parseAmount(typed, s.Quote.Rule.Asset.Digits())
	case slices.Contains(s.Quote.Rule.Presets, n):
		s.Units = n
	case n > 0: // an address may name any amount
		s.Own, s.Units, s.Custom = true, n, money.Amount{Units: n, Asset: s.Quote.Rule.Asset}.Decimal()
	default:
		s.Units = s.Quote.Rule.Presets[0]
	}
	if r := &s.Quote.Rule; s.Units < r.Min || s.Units > r.Max {
		s.Units = 0
	}
}

// showTip shows the sheet; p is what went wrong with its form. What was typed
// stays.
func (v *visit) showTip(s *tipSheet, p *problem, status int) error {
	s.Problem = p
	s.Key = v.keyAfter(s.Path(), p)
	s.Notice = noticeOf(v.r.URL.Query().Get("did"), "card_added", "card_canceled")
	if v.me() == "" {
		return v.show(status, tipView(v, s))
	}
	var err error
	if s.Bounds, err = v.bound(); err != nil {
		return err
	}
	s.Open, err = report.Ask2(v, v.site.cfg.Reader, tip.Open, v.me(), 5)
	if err != nil {
		return err
	}
	s.Cards = v.savedCards()
	return v.show(status, tipView(v, s))
}

// giveTip gives the tip of the form. A price that the visitor was not shown is
// shown first.
func giveTip(v *visit) error {
	s, err := v.tipSheet()
	if err != nil {
		return err
	}
	t, err := v.tip(s)
	if err != nil {
		p := v.problemOf(err)
		return v.showTip(s, p, p.Status)
	}
	if s.Look {
		return v.showTip(s, nil, http.StatusOK)
	}
	if goesToPay(&t.Charge) {
		return v.leave(t.Charge.ActionURL, v.T("leave.pay"))
	}
	return v.redirect("/tips/" + string(t.ID))
}

// tip gives what the sheet's form chose.
func (v *visit) tip(s *tipSheet) (t tip.Tip, err error) {
	r := &s.Quote.Rule
	if s.Units == 0 {
		return t, fault.New(fault.AmountOutOfRange, "A tip is from %s to %s %s. Nothing was charged.", decimalOf(r.Min, r.Asset), decimalOf(r.Max, r.Asset), r.Asset)
	}
	expected := s.price().Charged.Units
	_, covered, _ := strings.Cut(v.form("amount"), "@")
	if s.Own {
		_, covered, _ = strings.Cut(v.form("shown"), numeral(s.Units)+"@"+string(r.Asset)+"@")
	}
	if s.Cover {
		n, shown := counted(covered)
		if !shown {
			s.Look = true
			return t, nil
		}
		expected = n
	}
	card, err := v.card()
	if err != nil {
		return t, err
	}
	key, err := v.keyOf(numeral(s.Units), card)
	if err != nil {
		return t, err
	}
	ctx := context.WithoutCancel(v) // a visitor who leaves now still gets an outcome
	return v.site.cfg.Tips.Give(ctx, tip.Request{Key: key, Fan: v.me(), Creator: s.Creator.ID, Target: s.Place.ID, Amount: money.Amount{Units: s.Units, Asset: r.Asset}, CoverFee: s.Cover,
		Message: v.form("message"), Anonymous: v.form("anonymous") == "yes", Card: card, ReturnURL: v.site.cfg.PublicURL + "/tips/" + tip.IDInReturnURL + "/back", ExpectedCharge: expected,
		Confirmed: v.form("confirmed") == "yes"})
}

// tipDone is what the page of a tip shows.
type tipDone struct {
	tip.Tip
	To    people.Brief
	Place content.Target
	Gone  []report.ReceiptBack // what went back of it
}

// Back leads to where the tip was given.
func (d *tipDone) Back() string {
	switch d.Place.Kind {
	case id.KindLive:
		return "/live/" + d.Place.ID
	case id.KindVideo:
		return "/v/" + d.Place.ID
	}
	if d.To.Handle == "" {
		return "/tips"
	}
	return profilePath(d.To.Handle)
}

// ownTip reads the tip of the address, if the visitor gave it.
func (v *visit) ownTip() (d tipDone, err error) {
	if d.Tip, err = v.site.cfg.Tips.Get(v, id.Tip(v.r.PathValue("id"))); err != nil {
		return d, err
	}
	if d.Fan != v.me() {
		return d, tip.Missing(d.ID)
	}
	who, err := report.Ask1(v, v.site.cfg.Reader, people.GetMany, []id.Person{d.Creator})
	d.To = who[d.Creator]
	if err != nil || d.Target == "" {
		return d, err
	}
	found, err := report.Ask1(v, v.site.cfg.Reader, content.Targets, []string{d.Target})
	d.Place = found[d.Target]
	return d, err
}

// tipStatus shows how far a tip is, and what the visitor does next.
func tipStatus(v *visit) error {
	d, err := v.ownTip()
	if err != nil {
		return err
	}
	if d.Charge.Return() != payment.NothingBack {
		r, err := report.Ask2(v, v.site.cfg.Reader, report.ReceiptOf, v.me(), string(d.ID))
		if err != nil {
			return err
		}
		d.Gone = r.Back
	}
	return v.show(http.StatusOK, tipDoneView(v, &d))
}

// tipReceipt shows the receipt of a tip that was paid.
func tipReceipt(v *visit) error {
	d, err := v.ownTip()
	if err != nil {
		return err
	}
	if d.Outcome != payment.Succeeded {
		return v.redirect("/tips/" + string(d.ID))
	}
	r, err := report.Ask2(v, v.site.cfg.Reader, report.ReceiptOf, v.me(), string(d.ID))
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, receiptPage(v, &r, "", nil))
}

// tipReturned is where the bank and the provider's page lead back to.
func tipReturned(v *visit) error {
	d, err := v.ownTip()
	if err != nil {
		return err
	}
	v.lookAt(d.Charge.ID)
	return v.redirect("/tips/" + string(d.ID))
}

// checkTip asks the provider what became of a tip.
func checkTip(v *visit) error {
	d, err := v.ownTip()
	if err != nil {
		return err
	}
	if _, err := v.site.cfg.Tips.Settle(v, d.Charge.ID); err != nil {
		return payment.Explain(err)
	}
	return v.redirect("/tips/" + string(d.ID))
}

// tipRows are tips with the people on the other side.
type tipRows struct {
	All   []tip.Tip
	Taken map[id.Tip]report.TipTaken // what went back of those that the visitor got
	Who   map[id.Person]people.Brief
	Got   bool   // the visitor got them, else gave them
	Open  bool   // the visitor can be tipped
	Next  string // address of the next page; "" at the end
	Begun bool   // it is not the first page
}

// tipsAtOnce is how many tips a page shows.
const tipsAtOnce = 25

// tipsFrom is the page of tips that the address asks for, and one more, which
// tells whether there is another page.
func (v *visit) tipsFrom() tip.Page {
	page := tip.Page{Limit: tipsAtOnce + 1}
	if after := v.r.URL.Query().Get("after"); id.Valid(id.KindTip, after) {
		page.Before = id.Tip(after)
	}
	return page
}

func givenTips(v *visit) error {
	all, err := report.Ask2(v, v.site.cfg.Reader, tip.OfFan, v.me(), v.tipsFrom())
	if err != nil {
		return err
	}
	return v.listTips(all, "/tips", false)
}

func gotTips(v *visit) error {
	all, err := report.Ask2(v, v.site.cfg.Reader, tip.OfCreator, v.me(), v.tipsFrom())
	if err != nil {
		return err
	}
	return v.listTips(all, "/c/tips", true)
}

func (v *visit) listTips(all []tip.Tip, path string, got bool) (err error) {
	rows := tipRows{All: all, Got: got, Begun: v.tipsFrom().Before != ""}
	if len(rows.All) > tipsAtOnce {
		rows.All = rows.All[:tipsAtOnce]
		rows.Next = path + "?after=" + string(rows.All[tipsAtOnce-1].ID)
	}
	var others []id.Person
	for i := range rows.All {
		if other := rows.other(&rows.All[i]); other != "" && !slices.Contains(others, other) {
			others = append(others, other)
		}
	}
	if rows.Who, err = report.Ask1(v, v.site.cfg.Reader, people.GetMany, others); err != nil {
		return err
	}
	if got {
		if rows.Taken, err = report.Ask1(v, v.site.cfg.Reader, report.TakenOfTips, idsOf(rows.All)); err != nil {
			return err
		}
	}
	if rows.Open, err = v.takesTips(v.me()); err != nil {
		return err
	}
	return v.show(http.StatusOK, tipsView(v, &rows))
}

func idsOf(all []tip.Tip) (ids []id.Tip) {
	for i := range all {
		ids = append(ids, all[i].ID)
	}
	return ids
}

// other is who stands on the other side of a tip; "" if that is not told.
func (r *tipRows) other(t *tip.Tip) id.Person {
	if r.Got {
		return t.Giver()
	}
	return t.Creator
}

// takesTips reports whether the creator is in the programme of tips.
func (v *visit) takesTips(creator id.Person) (bool, error) {
	closed, err := report.Ask2(v, v.site.cfg.Reader, programme.RequireMany, programme.Tips, []id.Person{creator})
	return closed[creator] == nil, err
}

// tipsHere reports whether the visitor can tip on the stage.
func (v *visit) tipsHere(s *stage) (bool, error) {
	if s.Creator.Handle == "" || s.Creator.ID == v.me() || s.Live && s.State != content.Live {
		return false, nil
	}
	return v.takesTips(s.Creator.ID)
}

// tipsOn marks the slides whose creators take tips.
func (v *visit) tipsOn(all []slide) error {
	var creators []id.Person
	for _, s := range all {
		if s.Creator.Handle != "" && s.Creator.ID != v.me() && !slices.Contains(creators, s.Creator.ID) {
			creators = append(creators, s.Creator.ID)
		}
	}
	closed, err := report.Ask2(v, v.site.cfg.Reader, programme.RequireMany, programme.Tips, creators)
	for i := range all {
		all[i].Tips = slices.Contains(creators, all[i].Creator.ID) && closed[all[i].Creator.ID] == nil
	}
	return err
}

// giverName is how the giver of a tip is called where everybody reads it.
func (v *visit) giverName(t tip.Shown) string {
	if t.Giver() == "" {
		return v.T("tip.anonymous")
	}
	return nameOf(t.Who)
}

// whyClosed says why nobody can tip the creator now; what the payout account lacks
// in words, and without an address of the API.
func (v *visit) whyClosed(f *fault.Error) string {
	if due, ok := f.Data["missing"].([]string); ok {
		return v.T("tip.closed_due", strings.Join(v.missing(due), ", "))
	}
	return v.in(f.Detail)
}
