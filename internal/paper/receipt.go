package paper

import (
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/report"
)

// Receipt returns the receipt as a PDF file in the language. issuer is the address
// of the site, which sold the coins or took the tip.
func Receipt(r *report.Receipt, lang, issuer string) ([]byte, error) {
	w := in(lang)
	at := r.IssuedUS
	for _, b := range r.Back {
		at = max(at, b.AtUS)
	}
	p, err := newSheet(w, w.T("receipt")+" "+r.Number, r.Number+" · "+r.Subject, at)
	if err != nil {
		return nil, err
	}
	p.heading(w.T("receipt"), 17).space(2)
	p.fact(w.T("number"), r.Number)
	p.fact(w.T("receipt.date"), w.instant(r.IssuedUS))
	p.fact(w.T("receipt.buyer"), called(r.Buyer.Name, r.Buyer.Handle))
	p.fact(w.T("receipt.card"), written(Card(r)))
	if issuer != "" {
		p.fact(w.T("issuer"), written(issuer))
	}
	p.fact(w.T("receipt.id"), r.Subject).space(5)
	line := func(name, under string, a money.Amount, bold bool) {
		p.row(cell{width: 9, text: name, under: under, bold: bold}, cell{width: 3, text: w.amount(a), right: true, bold: bold})
	}
	p.painted(wash, cell{width: 9, text: w.T("col.what"), bold: true}, cell{width: 3, text: w.T("col.amount"), bold: true, right: true})
	for _, l := range Lines(lang, r) {
		line(l.Name, "", l.Amount, false)
	}
	p.ruled()
	line(w.T("receipt.total"), "", r.Total, true)
	for i := range r.Back {
		line(BackName(lang, &r.Back[i]), w.instant(r.Back[i].AtUS), r.Total.Of(-r.Back[i].Units), false)
	}
	if len(r.Back) > 0 {
		p.ruled()
		line(w.T("receipt.remains"), "", r.Total.Of(r.Total.Units-r.Returned().Units), true)
	}
	p.space(3)
	if r.Tip() {
		p.note(w.T("receipt.tip_tax"))
	} else {
		p.note(w.T("receipt.tax"))
	}
	return p.bytes(at)
}

// Line is what was paid for, and what it cost.
type Line struct {
	Name   string
	Amount money.Amount
}

// Lines are what was paid for, of which a receipt's total is the sum.
func Lines(lang string, r *report.Receipt) []Line {
	w := in(lang)
	if !r.Tip() {
		return []Line{{w.T("receipt.coins", w.count(r.Coins)), r.Amount}}
	}
	all := []Line{{w.T("receipt.tip_for", called(r.To.Name, r.To.Handle)), r.Amount}}
	if r.Cover.Units != 0 {
		all = append(all, Line{w.T("receipt.cover"), r.Cover})
	}
	return all
}

// Card is the card that paid, as receipts name it.
func Card(r *report.Receipt) string {
	brand := map[string]string{"visa": "Visa", "mastercard": "Mastercard", "amex": "American Express", "discover": "Discover", "diners": "Diners Club", "jcb": "JCB", "unionpay": "UnionPay"}[r.Brand]
	if brand == "" {
		brand = r.Brand
	}
	return brand + " •••• " + r.Last4
}

// BackName is what money that went back is called.
func BackName(lang string, b *report.ReceiptBack) string {
	w := in(lang)
	name, state := w.T("receipt.refund"), w.T("back.pending")
	if b.Dispute {
		name = w.T("receipt.dispute")
	}
	if b.Done {
		state = w.T("back.done")
	}
	return name + " · " + state
}
