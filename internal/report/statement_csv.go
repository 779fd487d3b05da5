package report

import (
	"io"
	"strconv"
	"time"

	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/text"
)

// statementColumns are the head of a statement as a file. part is row for what
// changed what is available; the other parts say what the rows begin and end
// with, and what stands apart.
var statementColumns = []string{"statement", "state", "part", "at", "kind", "currency", "amount", "balance", "id", "transfer", "earned_on", "diamonds", "rule", "reason", "standing", "provider_payout", "bank_last4"}

// WriteCSV writes the statement as a CSV file (RFC 4180, UTF-8).
func (s *Statement) WriteCSV(to io.Writer) error {
	out, err := text.NewCSV(to, statementColumns...)
	if err != nil {
		return err
	}
	for i := range s.Currencies {
		for _, cells := range s.records(&s.Currencies[i]) {
			if err := out.Row(cells...); err != nil {
				return err
			}
		}
	}
	return out.Close()
}

// State is whether the month has ended, in a word.
func (s *Statement) State() string {
	if s.Preliminary {
		return "preliminary"
	}
	return "final"
}

// records are the rows of the file in one currency.
func (s *Statement) records(c *StatementCurrency) (all [][]string) {
	decimal := func(units int64) string { return money.Amount{Units: units, Asset: c.Asset}.Decimal() }
	add := func(part string, atUS int64, kind, amount, balance string, rest ...string) {
		cells := append([]string{s.Number, s.State(), part, stamp(atUS), kind, string(c.Asset), amount, balance}, rest...)
		all = append(all, append(cells, make([]string, len(statementColumns)-len(cells))...))
	}
	add("opening", s.FromUS, "", "", decimal(c.Opening))
	for _, r := range c.Rows {
		day, diamonds := "", ""
		if !r.Day.IsZero() {
			day = r.Day.Format(time.DateOnly)
		}
		if r.Diamonds != 0 {
			diamonds = strconv.FormatInt(r.Diamonds, 10)
		}
		add("row", r.AtUS, string(r.Kind), decimal(r.Amount.Units), decimal(r.Balance), r.ID, string(r.Transfer), day, diamonds, r.Rule, r.Reason, r.State, r.Payout, r.Last4)
	}
	add("closing", s.AsOfUS, "", "", decimal(c.Closing))
	pending := ""
	if c.PendingDiamonds != 0 {
		pending = strconv.FormatInt(c.PendingDiamonds, 10)
	}
	add("pending", s.AsOfUS, "", decimal(c.Pending), "", "", "", "", pending)
	add("on_the_way_before", s.FromUS, "", decimal(c.WayBefore), "")
	for _, b := range c.Bank {
		add("bank", b.AtUS, "", decimal(b.Units), "", string(b.ID), "", "", "", "", "", "paid", b.Payout, b.Last4)
	}
	add("on_the_way_after", s.AsOfUS, "", decimal(c.WayAfter), "")
	for _, w := range c.Claws {
		at := w.HeldUS
		if w.EndedUS != 0 {
			at = w.EndedUS
		}
		add("claw", at, "", decimal(w.Units), "", string(w.ID), "", "", "", "", w.Reason, string(w.State))
	}
	return all
}
