package web

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/report"
)

// explainableID finds an id that can be explained, such as in the path of an
// account.
var explainableID = regexp.MustCompile(`\b(pyo|ern|gft|cmb|lot|cps|tip)_[0-9a-z]{26}\b`)

// idIn returns the last id in the text that can be explained, or nothing.
func idIn(text string) string {
	all := explainableID.FindAllString(text, -1)
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}

// explainAny leads from a form with an id, or with a text that holds one, to
// its explanation. A payment is explained by what it paid for.
func explainAny(v *visit) error {
	asked := strings.ToLower(strings.TrimSpace(v.r.URL.Query().Get("id")))
	found := idIn(asked)
	if charge := payments.FindString(asked); found == "" && charge != "" && v.is(people.Operator) {
		record, err := report.Ask1(v, v.site.cfg.Reader, payment.Get, id.Payment(charge))
		if err != nil {
			return err
		}
		found = idIn(record.Subject)
	}
	if found == "" {
		found = pathSafe(asked)
	}
	return v.redirect("/explain/" + found)
}

var payments = regexp.MustCompile(`\bpay_[0-9a-z]{26}\b`)

// pathSafe keeps of a text what an id can have.
func pathSafe(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return -1
	}, strings.ToLower(s))
	if s == "" {
		return "-"
	}
	return s[:min(len(s), 60)]
}

// explainPage shows where an amount comes from: as a page, or as the part of
// one that the page's script puts into its side panel.
func explainPage(v *visit) error {
	after := v.r.URL.Query().Get("after")
	step, err := v.site.cfg.Reader.Explain(v, v.r.PathValue("id"), after, v.me(), v.is(people.Operator))
	if err != nil {
		return err
	}
	check, err := v.checked(step)
	if err != nil {
		return err
	}
	if v.wants("explain") {
		return v.show(http.StatusOK, explainPart(v, step, check, true, after != ""))
	}
	return v.show(http.StatusOK, explainView(v, step, check, after != ""))
}

// stepState writes the state of a step. An earning is paid when a payout has
// taken it, a payout when it is in the bank.
func (v *visit) stepState(s report.Step) string {
	if s.Kind == "earning" {
		return v.or("earning."+s.State, s.State)
	}
	return v.or("step."+s.State, s.State)
}

// stepTitle writes the title of a step; a gift is called by its own name.
func (v *visit) stepTitle(s report.Step) string {
	title := s.Title
	if day, err := time.Parse(time.DateOnly, strings.TrimSuffix(strings.TrimPrefix(title, "Gifts of "), " (UTC)")); err == nil && s.Kind == "earning" {
		return v.T("earnings.day", v.day(day)) + " (UTC)"
	}
	if card, ok := strings.CutPrefix(title, "Card payment "); ok {
		name, number, _ := strings.Cut(card, " ")
		return v.reported("Card payment " + brand(name) + " " + number)
	}
	if rest, ok := strings.CutPrefix(title, "Gift "); ok && s.Kind == "gift" {
		if item, count, ok := strings.Cut(rest, " × "); ok {
			title = "Gift " + v.giftOf(item).Name + " × " + count
		}
	}
	if rest, ok := strings.CutPrefix(title, "Combo of "); ok {
		if item, count, ok := strings.Cut(rest, " × "); ok {
			title = "Combo of " + v.giftOf(item).Name + " × " + count
		}
	}
	return v.reported(title)
}

// piece is a part of a formula: words, or what leads to another explanation.
type piece struct {
	Text string
	ID   string // to be explained, or ""
}

// told finds in a formula what is written by the language and what leads on:
// ids, money, and large numbers.
var told = regexp.MustCompile(explainableID.String() + `|(\d+(?:\.\d+)?) ([A-Z]{3})\b|\b\d{4,}\b`)

// formula writes the formula of a step in the visitor's language, with one form
// of money on the page, and with links for whom they lead somewhere.
func (v *visit) formula(s report.Step) []piece {
	text, from := v.reported(s.Formula), 0
	var all []piece
	for _, at := range told.FindAllStringSubmatchIndex(text, -1) {
		all = append(all, piece{Text: text[from:at[0]]})
		p := piece{Text: text[at[0]:at[1]]}
		switch {
		case at[2] >= 0: // an id
			if v.is(people.Operator) || slices.Contains(s.Seen, string(v.me())) {
				p.ID = p.Text
			}
		case at[4] >= 0:
			p.Text = v.decimal(text[at[4]:at[5]], text[at[6]:at[7]])
		default:
			p.Text = v.number(integer(p.Text))
		}
		all, from = append(all, p), at[1]
	}
	return append(all, piece{Text: text[from:]})
}
