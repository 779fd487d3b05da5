package paper

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/johnfercher/maroto/v2/pkg/core"
	"pgregory.net/rapid"

	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/report"
)

func usd(units int64) money.Amount { return money.Amount{Units: units, Asset: money.USD} }

// march is a statement with every kind of row, of somebody who is called so.
func march(name string) *report.Statement {
	from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	to := from.AddDate(0, 1, 0)
	c := report.StatementCurrency{Asset: money.USD, Opening: 500}
	sum := c.Opening
	for i := range 60 {
		kind := report.RowKinds[i%len(report.RowKinds)]
		sum += 101
		c.Rows = append(c.Rows, report.StatementRow{Kind: kind, AtUS: from.Add(time.Duration(i) * time.Hour).UnixMicro(), Amount: usd(101), Balance: sum, Day: from, Diamonds: 202, Rule: "current@1", Reason: name,
			Last4: "6789", Payout: name, State: "paid"})
	}
	c.Closing = sum
	return &report.Statement{Number: "S-ABCDEFGH-2026-03", Creator: people.Brief{Name: name, Handle: "ada"}, Month: from, FromUS: from.UnixMicro(), ToUS: to.UnixMicro(), AsOfUS: to.UnixMicro(), Currencies: []report.StatementCurrency{c}}
}

// A paper is the same to the byte, whenever it is written, and names nothing of
// the machine that wrote it.
func TestSameBytes(t *testing.T) {
	for lang := range languages {
		first, err := Statement(march("Ada"), lang, "https://shop.example")
		if err != nil {
			t.Fatal(err)
		}
		again, err := Statement(march("Ada"), lang, "https://shop.example")
		if err != nil || !bytes.Equal(first, again) {
			t.Errorf("%s: the second file is another (%v)", lang, err)
		}
		if !bytes.HasPrefix(first, []byte("%PDF-")) || !bytes.Contains(first, []byte("/CreationDate (D:20260401000000)")) || !bytes.Contains(first, []byte("/ModDate (D:20260401000000)")) {
			t.Errorf("%s: its dates are not the statement's: %s", lang, tail(first))
		}
		if regexp.MustCompile(`/(home|root|tmp|work|Users)/`).Match(tail(first)) {
			t.Errorf("%s: it names a path: %s", lang, tail(first))
		}
	}
	english, _ := Statement(march("Ada"), "en", "")
	other, _ := Statement(march("Ada"), "xx", "")
	if !bytes.Equal(english, other) {
		t.Error("a language that nobody speaks is not English")
	}
}

// Whatever people are called, the paper can be written, and what is drawn has a
// shape, a width and a place to break.
func TestAnyName(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		name := rapid.OneOf(rapid.String(), rapid.StringOfN(rapid.SampledFrom([]rune("aé😀👨\u200d👩\u200f\u202eשم国\u0301\ufe0f\x00\n ")), 0, 120, -1)).Draw(r, "name")
		drawn := written(name)
		for _, c := range drawn {
			if unicode.In(c, unicode.C) || c > 0xffff {
				r.Fatalf("%q is drawn with %U", name, c)
			}
		}
		for word := range strings.FieldsSeq(drawn) {
			if n := len([]rune(word)); n > wordMost {
				r.Fatalf("%q has a word of %d characters", drawn, n)
			}
		}
		if written(drawn) != drawn {
			r.Fatalf("%q is written as %q", drawn, written(drawn))
		}
		receipt := &report.Receipt{Number: "T-1", Subject: "tip_1", Buyer: people.Brief{Name: name}, To: people.Brief{Name: name, Handle: "ada"}, Amount: usd(500), Total: usd(500), Brand: name, Last4: "4242"}
		if _, err := Receipt(receipt, "fr", name); err != nil {
			r.Fatal(err)
		}
	})
	for name, want := range map[string]string{"Zoë": "Zoë (@ada)", "🎉": "@ada", "Ada 🎉🎉🎉🎉🎉": "Ada □□□ (@ada)", "A\u200bda\u202e": "Ada (@ada)", "": "@ada"} {
		if got := called(name, "ada"); got != want {
			t.Errorf("%q is called %q, want %q", name, got, want)
		}
	}
}

// Every word is there in both languages, with the same places for arguments, and
// every kind of row has a name.
func TestPhrases(t *testing.T) {
	places := regexp.MustCompile(`%[sd]|\{[a-z]+\}`)
	for key, p := range phrases {
		if p[0] == "" || p[1] == "" || strings.Join(places.FindAllString(p[0], -1), "") != strings.Join(places.FindAllString(p[1], -1), "") {
			t.Errorf("%s: %q and %q", key, p[0], p[1])
		}
		for _, text := range p {
			if plain := strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(text); written(plain) != plain {
				t.Errorf("%s: the font can not draw %q", key, text)
			}
		}
	}
	for _, kind := range report.RowKinds {
		if RowName("fr", kind) == "" || RowName("en", kind) == "" {
			t.Errorf("rows of the kind %s have no name", kind)
		}
	}
}

// Money is written as each currency has it, with spaces that the font has.
func TestAmounts(t *testing.T) {
	for _, c := range []struct {
		lang, want string
		a          money.Amount
	}{
		{"en", "-$1,234.50", usd(-1234_50)}, {"fr", "-1 234,50 $US", usd(-1234_50)}, {"en", "¥1,234", money.Amount{Units: 1234, Asset: "JPY"}}, {"en", "KWD 1.234", money.Amount{Units: 1234, Asset: "KWD"}},
	} {
		if got := in(c.lang).amount(c.a); got != c.want {
			t.Errorf("%v in %s is %q, want %q", c.a, c.lang, got, c.want)
		}
	}
}

// A table that goes on on another page has its head there as well, and no page
// ends with a head that nothing follows.
func TestHeadOnEachPage(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		p, err := newSheet(in("en"), "A table", "foot", 0)
		if err != nil {
			r.Fatal(err)
		}
		p.space(rapid.Float64Range(0, 30).Draw(r, "before"))
		p.table(cell{width: 12, text: "HEAD", bold: true})
		for _, under := range rapid.SliceOfN(rapid.IntRange(0, 3), 30, 60).Draw(r, "rows") {
			p.row(cell{width: 12, text: "row", under: strings.Repeat("under ", 40*under)}).ruled()
		}
		p.endTable()
		pages := p.m.GetStructure().GetNexts()
		if len(pages) < 2 {
			r.Fatalf("%d rows are on one page", 30)
		}
		for i, page := range pages {
			words := wordsOf(page)
			if len(words) < 3 || words[0] != "HEAD" || words[1] != "row" {
				r.Fatalf("page %d of %d begins with %.60q", i+1, len(pages), words)
			}
		}
	})
}

// wordsOf are the texts of a page, in order.
func wordsOf[N interface {
	GetData() core.Structure
	GetNexts() []N
}](n N) (all []string) {
	if d := n.GetData(); d.Type == "text" {
		all = append(all, fmt.Sprint(d.Value))
	}
	for _, next := range n.GetNexts() {
		all = append(all, wordsOf(next)...)
	}
	return all
}
