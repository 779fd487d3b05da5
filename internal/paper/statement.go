package paper

import (
	"time"

	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/report"
)

// Statement returns the statement as a PDF file in the language. issuer is the
// address of the site.
func Statement(s *report.Statement, lang, issuer string) ([]byte, error) {
	w := in(lang)
	title := w.T("statement.of", w.month(s.Month))
	p, err := newSheet(w, title+" · "+s.Number, s.Number+" · "+called(s.Creator.Name, s.Creator.Handle), s.AsOfUS)
	if err != nil {
		return nil, err
	}
	p.heading(title, 17).space(2)
	p.fact(w.T("number"), s.Number)
	p.fact(w.T("creator"), called(s.Creator.Name, s.Creator.Handle))
	p.fact(w.T("period"), w.T("period.text", w.day(s.Month), w.day(time.UnixMicro(s.ToUS-1))))
	p.fact(w.T("state"), state(w, s))
	if issuer != "" {
		p.fact(w.T("issuer"), written(issuer))
	}
	for i := range s.Currencies {
		currencyOf(p, s, &s.Currencies[i])
	}
	return p.bytes(s.AsOfUS)
}

func state(w words, s *report.Statement) string {
	if s.Preliminary {
		return w.T("state.prelim", w.instant(s.AsOfUS))
	}
	return w.T("state.final")
}

// currencyOf writes the part of a statement in one currency.
func currencyOf(p *sheet, s *report.Statement, c *report.StatementCurrency) {
	w := p.w
	amount := func(units int64) string { return w.amount(money.Amount{Units: units, Asset: c.Asset}) }
	p.space(6).heading(w.T("currency", string(c.Asset)), 12).space(1)
	p.table(cell{width: 2, text: w.T("col.day"), bold: true}, cell{width: 6, text: w.T("col.what"), bold: true},
		cell{width: 2, text: w.T("col.amount"), bold: true, right: true}, cell{width: 2, text: w.T("col.balance"), bold: true, right: true})
	p.row(cell{width: 2, text: w.short(s.FromUS)}, cell{width: 8, text: w.T("opening"), bold: true}, cell{width: 2, text: amount(c.Opening), right: true, bold: true}).ruled()
	for i := range c.Rows {
		r := &c.Rows[i]
		p.row(cell{width: 2, text: w.short(r.AtUS)}, cell{width: 6, text: w.T("row." + string(r.Kind)), under: written(w.detail(r))},
			cell{width: 2, text: w.amount(r.Amount), right: true}, cell{width: 2, text: amount(r.Balance), right: true, faint: true})
	}
	if len(c.Rows) == 0 {
		p.row(cell{width: 12, text: w.T("nothing"), faint: true})
	}
	last := time.UnixMicro(s.ToUS - 1).UnixMicro()
	closing := w.T("closing")
	if s.Preliminary {
		last, closing = s.AsOfUS, w.T("closing.now")
	}
	p.ruled().row(cell{width: 2, text: w.short(last)}, cell{width: 8, text: closing, bold: true}, cell{width: 2, text: amount(c.Closing), right: true, bold: true}).endTable()
	if len(c.Sums) > 0 {
		p.space(3).row(cell{width: 12, text: w.T("sums"), bold: true}).ruled()
		for _, sum := range c.Sums {
			p.row(cell{width: 10, text: w.T("row." + string(sum.Kind))}, cell{width: 2, text: amount(sum.Units), right: true})
		}
		p.ruled().row(cell{width: 10, text: w.T("sums.rows"), bold: true}, cell{width: 2, text: amount(c.Closing - c.Opening), right: true, bold: true})
	}
	for _, note := range Notes(w.lang, c) {
		p.note(note)
	}
	apart(p, c, amount)
}

// apart writes what no row has: what is held, what reached the bank, and what
// refunds and disputes did.
func apart(p *sheet, c *report.StatementCurrency, amount func(int64) string) {
	w := p.w
	under := w.T("pending.text")
	if c.PendingDiamonds != 0 {
		under = joined(under, w.T("pending.diamonds", w.count(c.PendingDiamonds)))
	}
	p.space(3).row(cell{width: 10, text: w.T("pending"), bold: true, under: under}, cell{width: 2, text: amount(c.Pending), right: true})
	p.space(3).row(cell{width: 12, text: w.T("bank"), bold: true}).ruled()
	for _, line := range BankWay(w.lang, c) {
		p.row(cell{width: 10, text: line.Name, faint: true}, cell{width: 2, text: amount(line.Units), right: true, faint: true})
	}
	for _, b := range c.Bank {
		p.row(cell{width: 2, text: w.short(b.AtUS)}, cell{width: 8, text: BankName(w.lang, &b), under: written(b.Payout)}, cell{width: 2, text: amount(b.Units), right: true})
	}
	if len(c.Bank) == 0 {
		p.note(w.T("bank.none"))
	} else {
		p.ruled().row(cell{width: 10, text: w.T("bank.sum"), bold: true}, cell{width: 2, text: amount(c.BankSum), right: true, bold: true})
	}
	if len(c.Claws) == 0 {
		return
	}
	p.space(3).row(cell{width: 12, text: w.T("claws"), bold: true}).ruled()
	for i := range c.Claws {
		k := &c.Claws[i]
		at := k.HeldUS
		if k.EndedUS != 0 {
			at = k.EndedUS
		}
		p.row(cell{width: 2, text: w.short(at)}, cell{width: 8, text: w.T("claws." + string(k.State)), under: ClawDetail(w.lang, k, c)}, cell{width: 2, text: amount(k.Units), right: true})
	}
}

// BankName is what a payout that reached the bank is called.
func BankName(lang string, b *report.StatementBank) string {
	w := in(lang)
	if b.Last4 == "" {
		return w.T("row.payout")
	}
	return w.T("row.payout") + " · " + w.T("detail.bank", b.Last4)
}

// Named is an amount with its name.
type Named struct {
	Name  string
	Units int64
}

// BankWay leads from the payouts of the rows to the sum of the lines at the bank:
// its amounts add up to that.
func BankWay(lang string, c *report.StatementCurrency) []Named {
	w := in(lang)
	var all []Named
	for _, n := range []Named{
		{w.T("bank.before"), c.WayBefore},
		{w.T("bank.sent"), -c.Sum(report.RowPayout)},
		{w.T("bank.back"), -c.Sum(report.RowPayoutReturned, report.RowPayoutFailed, report.RowPayoutCanceled)},
		{w.T("bank.after"), -c.WayAfter},
	} {
		if n.Units != 0 {
			all = append(all, n)
		}
	}
	return all
}

// ClawDetail says why something was taken back, and what of it is not in the
// amount beside it.
func ClawDetail(lang string, k *report.StatementClaw, c *report.StatementCurrency) string {
	w := in(lang)
	t := w.reason(k.Reason)
	if k.Taken.Asset == money.Diamond && k.Units == 0 && k.Borne == 0 && k.State != earnings.ClawReturned {
		t = joined(t, w.T("claws.diamonds", w.count(k.Taken.Units)))
	}
	if k.Borne != 0 {
		t = joined(t, w.T("claws.borne", w.amount(money.Amount{Units: k.Borne, Asset: c.Asset})))
	}
	return t
}
