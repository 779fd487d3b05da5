package web

import (
	"bufio"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/text"
)

// accountSheet is what the page of an account shows.
type accountSheet struct {
	report.AccountPage
	Others []money.Asset // in which the path has accounts, too
}

// linesAtOnce is how many lines a page shows.
const linesAtOnce = 40

// refOf reads the account that an address names.
func refOf(v *visit) ledger.Ref {
	return ledger.Ref{Path: v.param("path"), Asset: money.Asset(v.param("asset"))}
}

// accountPage shows an account with its lines and the balance after each.
func accountPage(v *visit) error {
	ref := refOf(v)
	p, err := v.site.cfg.Reader.Account(v, ref, v.param("after"), linesAtOnce)
	if err != nil {
		return err
	}
	s := &accountSheet{AccountPage: p}
	all, err := report.Ask3(v, v.site.cfg.Reader, ledger.Balances, ref.Path, 1, "")
	if err != nil {
		return err
	}
	for _, a := range all {
		if a.Path == ref.Path {
			s.Others = append(s.Others, a.Asset)
		}
	}
	return v.show(http.StatusOK, accountView(v, s))
}

// accountFile is all lines of an account as a file.
func accountFile(v *visit) error {
	ref := refOf(v)
	var all []report.AccountLine
	for after := ""; ; {
		p, err := v.site.cfg.Reader.Account(v, ref, after, 500)
		if err != nil {
			return err
		}
		all = append(all, p.Lines...)
		if after = p.Next; after == "" {
			break
		}
	}
	return v.file("account", func(w *bufio.Writer) error {
		out, err := text.NewCSV(w, "transfer", "sequence", "at", "kind", "cause", "from", "to", "asset", "change", "balance")
		for i := range all {
			l := &all[i]
			if err == nil {
				err = out.Row(string(transferOf(l)), numeral(l.Seq), l.At.Format(time.RFC3339Nano), l.Kind, l.Cause, l.From, l.To, string(ref.Asset), decimalOf(l.Change, ref.Asset), decimalOf(l.Balance, ref.Asset))
			}
		}
		if err != nil {
			return err
		}
		return out.Close()
	})
}

func decimalOf(units int64, asset money.Asset) string {
	return money.Amount{Units: units, Asset: asset}.Decimal()
}

// balances are those after each line, the oldest first, for the line of the
// chart, which begins at the least of them.
func (s *accountSheet) balances() (all []int64) {
	for i := len(s.Lines) - 1; i >= 0; i-- {
		all = append(all, s.Lines[i].Balance)
	}
	if len(all) == 0 {
		return nil
	}
	least := slices.Min(all)
	for i := range all {
		all[i] -= least
	}
	return all
}

// linesText says of which lines the chart is, where it is not of all: the
// history of an account is walked line by line (see docs/adr/0007), so a chart of
// all time would read all of it.
func (v *visit) linesText(s *accountSheet) string {
	if s.Next == "" && v.param("after") == "" {
		return ""
	}
	return v.N("op.chart_of", int64(len(s.Lines)))
}

// assetTabs lead to the accounts of the same path in other assets.
func (v *visit) assetTabs(s *accountSheet) (all []option) {
	for _, a := range s.Others {
		all = append(all, option{Text: string(a), Href: accountHref(s.Account.Path, string(a)), On: a == s.Account.Asset})
	}
	return all
}

// floorText says below which balance the account can not go.
func (v *visit) floorText(a *ledger.Account) string {
	if a.Floor <= ledger.NoFloor {
		return v.T("op.no_floor")
	}
	return v.T("op.floor", v.amount(money.Amount{Units: a.Floor, Asset: a.Asset}))
}

// otherSide is the account at the other end of a line.
func otherSide(s *accountSheet, l *report.AccountLine) string {
	if l.From == s.Account.Path {
		return l.To
	}
	return l.From
}

// signed writes an amount with its sign.
func (v *visit) signed(units int64, asset money.Asset) string {
	text := v.amount(money.Amount{Units: units, Asset: asset})
	if units > 0 {
		return "+" + text
	}
	return strings.Replace(text, "-", "−", 1)
}

// branches are the crumbs of the account's path.
func (s *accountSheet) branches(v *visit) []option {
	return crumbs(v, s.Account.Path, func(prefix string) string {
		if prefix == "" {
			return "/op/ledger"
		}
		return "/op/ledger?" + query("prefix", prefix)
	})
}

// transferOf is the id of the transfer that a line belongs to.
func transferOf(l *report.AccountLine) id.Transfer {
	return ledger.Posted{Seq: l.Seq, At: l.At}.ID()
}
