package app_test

import (
	"bytes"
	"cmp"
	"compress/zlib"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/bojanz/currency"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/paper"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/reversal"
)

// TestStatementsSayTheSame lets random worlds live for some months and reads each
// month of their creator in four ways: the page, the CSV, the PDF and the API say
// the same rows and sums, months follow each other, and what reached the bank is
// what the provider's payouts say.
func TestStatementsSayTheSame(t *testing.T) {
	for seed, database := range []func() string{func() string { return "" }, func() string { return dbtest.PostgresURL(t) }, func() string { return "" }} {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			m := &months{newcomer: open(t, database()), rnd: rand.New(rand.NewPCG(uint64(seed), 7))}
			m.fan, m.creator = string(m.world.People["fan"]), string(m.world.People["creator"])
			m.card = m.call(http.MethodPost, "/v1/cards/test", m.fan, object{}, http.StatusCreated)["id"]
			for range 20 {
				m.live()
				m.advance(time.Duration(1+m.rnd.IntN(110)) * time.Hour)
			}
			m.everything()
			m.compare()
			for _, kind := range report.RowKinds {
				if m.seen[kind] == 0 && kind != report.RowOther && kind != report.RowTipDifference && kind != report.RowPayoutFailed {
					t.Errorf("no month has a row %q", kind)
				}
			}
			if findings, _ := m.get("/v1/ledger/verification", "")["findings"].([]any); len(findings) > 0 {
				t.Errorf("the books: %v", findings)
			}
		})
	}
}

// months is a world whose creator's months are read.
type months struct {
	*newcomer
	rnd          *rand.Rand
	fan, creator string
	card         any
	bought       []string // purchases and tips
	disputes     []string
	seen         map[report.RowKind]int
}

// may asks for something that rules may refuse.
func (m *months) may(path, person string, body object) object {
	m.t.Helper()
	req, err := http.NewRequestWithContext(m.t.Context(), http.MethodPost, m.world.URL+path, strings.NewReader(jsonOf(m.t, body)))
	if err != nil {
		m.t.Fatal(err)
	}
	m.n++
	for k, v := range map[string]string{"Authorization": "Bearer " + m.world.OperatorKey, "Content-Type": "application/json", "Idempotency-Key": fmt.Sprintf("walk-%d", m.n), "Ovation-Person": person} {
		req.Header.Set(k, v)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		m.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode >= 500 {
		m.t.Errorf("%s: %d", path, res.StatusCode)
	}
	return objectOf(m.t, res.Body)
}

// live does something at random.
func (m *months) live() {
	m.t.Helper()
	switch n := m.rnd.IntN(12); {
	case n < 4:
		p := m.may("/v1/coin-purchases", m.fan, object{"coins": 350, "card": m.card})
		m.bought = append(m.bought, fmt.Sprint(p["id"]))
		m.may("/v1/gifts", m.fan, object{"gift": "rose", "target": m.world.Content["live"], "quantity": 1 + m.rnd.IntN(99)})
		m.may("/v1/gifts", m.fan, object{"gift": "encore", "target": m.world.Content["video"], "quantity": 1 + m.rnd.IntN(3)})
	case n < 8:
		tip := m.may("/v1/tips", m.fan, object{"creator": m.creator, "amount": object{"amount": 500 + m.rnd.IntN(4000), "asset": "USD"}, "card": m.card, "cover_fee": m.rnd.IntN(2) == 0})
		m.bought = append(m.bought, fmt.Sprint(tip["id"]))
	case n < 10:
		m.may("/v1/payouts", m.creator, object{})
		if m.rnd.IntN(3) == 0 {
			m.advance(3 * 24 * time.Hour)
			m.bounce()
		}
	case len(m.bought) > 0:
		m.goBack(m.bought[m.rnd.IntN(len(m.bought))])
	}
	if len(m.disputes) > 0 && m.rnd.IntN(3) == 0 {
		_ = m.app.Sandbox().CloseDispute(m.disputes[0], m.rnd.IntN(2) == 0)
		m.disputes = m.disputes[1:]
	}
}

// everything does surely what may happen at random: tips are refunded before and
// after they are available, a dispute is won, and a payout is taken back, another
// one sent back by the bank.
func (m *months) everything() {
	m.t.Helper()
	tip := func() string {
		t := m.may("/v1/tips", m.fan, object{"creator": m.creator, "amount": object{"amount": 2000, "asset": "USD"}, "card": m.card})
		return fmt.Sprint(t["id"])
	}
	first, second, third := tip(), tip(), tip()
	tip()
	m.advance(24 * time.Hour)
	m.refunds(first)
	m.advance(9 * 24 * time.Hour)
	m.refunds(second)
	m.contests(third)
	m.advance(time.Hour) // so that the news is there before the money is gone
	p := m.may("/v1/payouts", m.creator, object{})
	m.may("/v1/payouts/"+fmt.Sprint(p["id"])+"/cancel", m.creator, object{})
	m.may("/v1/payouts", m.creator, object{})
	m.advance(5 * 24 * time.Hour)
	m.bounce()
	if n := len(m.disputes); n > 0 {
		_ = m.app.Sandbox().CloseDispute(m.disputes[n-1], true)
	}
	m.advance(24 * time.Hour)
}

// bounce has a bank send back the payout that it got last.
func (m *months) bounce() {
	m.t.Helper()
	var provider string
	err := m.app.DB.Read(m.t.Context(), func(tx *db.Tx) error {
		return tx.Row(m.t.Context(), "SELECT provider_payout FROM payout WHERE creator_id = $1 AND provider_payout <> '' ORDER BY id DESC LIMIT 1", m.creator).Scan(&provider)
	})
	if err == nil {
		_ = m.app.Sandbox().Bounce(provider, "could_not_process")
	}
}

// goBack refunds what was paid, or has the bank dispute it.
func (m *months) goBack(subject string) {
	m.t.Helper()
	if m.rnd.IntN(2) == 0 {
		m.refunds(subject)
	} else {
		m.contests(subject)
	}
}

func (m *months) refunds(subject string) {
	m.t.Helper()
	_, err := m.app.Reversals.Refund(m.t.Context(), people.Console(), reversal.Request{Key: fmt.Sprint(m.n, subject), Subject: subject, Spent: true, Reason: reversal.Goodwill, Note: "a test"})
	if err != nil {
		m.t.Logf("a refund: %v", err)
	}
}

// contests has the bank dispute what was paid.
func (m *months) contests(subject string) {
	m.t.Helper()
	var c payment.Record
	err := m.app.DB.Read(m.t.Context(), func(tx *db.Tx) (err error) {
		c, err = payment.ForSubject(m.t.Context(), tx, subject)
		return err
	})
	if err != nil || c.Provider == "" {
		return
	}
	if d, err := m.app.Sandbox().Dispute(c.Provider, "fraudulent", 0, false); err == nil {
		m.disputes = append(m.disputes, d)
	}
}

// compare reads every month in every way.
func (m *months) compare() {
	m.t.Helper()
	m.seen = map[report.RowKind]int{}
	list := m.get("/v1/statements?limit=100", m.creator)["data"].([]any)
	if len(list) < 2 {
		m.t.Fatalf("there are %d statements", len(list))
	}
	closing := map[money.Asset]int64{}
	var bank int64
	for i := len(list) - 1; i >= 0; i-- { // from the oldest
		month := fmt.Sprint(list[i].(map[string]any)["month"])
		var s report.Statement
		err := m.app.DB.Read(m.t.Context(), func(tx *db.Tx) (err error) {
			s, err = report.StatementOf(m.t.Context(), tx, id.Person(m.creator), month)
			return err
		})
		if err != nil {
			m.t.Fatal(err)
		}
		for _, c := range s.Currencies {
			m.adds(month, &c, closing[c.Asset])
			closing[c.Asset] = c.Closing
			bank += c.BankSum
		}
		m.inAPI(&s)
		m.inCSV(&s)
		for _, lang := range []string{"en", "fr"} {
			m.inOrder(month+" PDF "+lang, m.pdf(month, lang), rowTexts(&s, lang))
			m.inOrder(month+" page "+lang, m.page(month, lang), rowTexts(&s, lang))
		}
	}
	var paid int64
	for _, b := range m.app.Sandbox().Books() {
		paid += b.PaidOut - b.InTransit
	}
	if paid != bank {
		m.t.Errorf("the lines at the bank add up to %d, and the provider has brought %d there", bank, paid)
	}
	m.t.Logf("%d months, rows: %v", len(list), m.seen)
}

// adds checks a currency of a month by itself, and that it follows the month
// before.
func (m *months) adds(month string, c *report.StatementCurrency, before int64) {
	m.t.Helper()
	sum := c.Opening
	for _, r := range c.Rows {
		sum += r.Amount.Units
		m.seen[r.Kind]++
		if r.Balance != sum || r.Kind == report.RowOther {
			m.t.Errorf("%s: after %+v there are %d", month, r, sum)
		}
	}
	if c.Opening != before || sum != c.Closing {
		m.t.Errorf("%s: it begins with %d after %d, and its rows lead to %d, not %d", month, c.Opening, before, sum, c.Closing)
	}
	var way int64
	for _, n := range paper.BankWay("en", c) {
		way += n.Units
	}
	if way != c.BankSum {
		m.t.Errorf("%s: the way to the bank is %d, the lines there are %d", month, way, c.BankSum)
	}
}

func (m *months) inAPI(s *report.Statement) {
	m.t.Helper()
	got := m.get("/v1/statements/"+s.Month.Format("2006-01"), m.creator)
	if got["number"] != s.Number {
		m.t.Errorf("the API calls %s %v", s.Number, got["number"])
	}
	for i, v := range got["currencies"].([]any) {
		c, o := s.Currencies[i], object(v.(map[string]any))
		if o.units(m.t, "opening", string(c.Asset)) != c.Opening || o.units(m.t, "closing", string(c.Asset)) != c.Closing || o.units(m.t, "bank_sum", string(c.Asset)) != c.BankSum || o.units(m.t, "pending", string(c.Asset)) != c.Pending {
			m.t.Errorf("%s: the API says %v", s.Number, o)
		}
		rows := o["rows"].([]any)
		if len(rows) != len(c.Rows) {
			m.t.Errorf("%s: the API has %d rows, want %d", s.Number, len(rows), len(c.Rows))
			continue
		}
		for j, v := range rows {
			row, want := object(v.(map[string]any)), c.Rows[j]
			if row["kind"] != string(want.Kind) || row.units(m.t, "amount", string(c.Asset)) != want.Amount.Units || row.units(m.t, "balance", string(c.Asset)) != want.Balance || row["id"] != want.ID {
				m.t.Errorf("%s: the API's row is %v, want %+v", s.Number, row, want)
			}
		}
	}
}

func (m *months) inCSV(s *report.Statement) {
	m.t.Helper()
	all, err := csv.NewReader(bytes.NewReader(m.file("/v1/statements/"+s.Month.Format("2006-01")+"/statement.csv", "en"))).ReadAll()
	if err != nil {
		m.t.Fatal(err)
	}
	var got, want []string
	for _, r := range all[1:] {
		if r[2] == "row" || r[2] == "opening" || r[2] == "closing" || r[2] == "bank" || r[2] == "pending" {
			got = append(got, strings.Join([]string{r[2], r[4], r[5], r[6], r[7], r[8]}, "|"))
		}
	}
	for _, c := range s.Currencies {
		dec := func(units int64) string { return money.Amount{Units: units, Asset: c.Asset}.Decimal() }
		add := func(part, kind, amount, balance, id string) {
			want = append(want, strings.Join([]string{part, kind, string(c.Asset), amount, balance, id}, "|"))
		}
		add("opening", "", "", dec(c.Opening), "")
		for _, r := range c.Rows {
			add("row", string(r.Kind), dec(r.Amount.Units), dec(r.Balance), r.ID)
		}
		add("closing", "", "", dec(c.Closing), "")
		add("pending", "", dec(c.Pending), "", "")
		for _, b := range c.Bank {
			add("bank", "", dec(b.Units), "", string(b.ID))
		}
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		m.t.Errorf("%s: the file says\n%s\nwant\n%s", s.Number, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// rowTexts are the texts of a statement that stand one after the other, however
// it is written.
func rowTexts(s *report.Statement, lang string) (all []string) {
	format := currency.NewFormatter(currency.NewLocale(lang))
	for _, c := range s.Currencies {
		amount := func(units int64) string {
			n, _ := currency.NewAmount(money.Amount{Units: units, Asset: c.Asset}.Decimal(), string(c.Asset))
			return format.Format(n)
		}
		all = append(all, paper.T(lang, "opening"), amount(c.Opening))
		for i := range c.Rows {
			all = append(all, paper.RowName(lang, c.Rows[i].Kind), amount(c.Rows[i].Amount.Units), amount(c.Rows[i].Balance))
		}
		all = append(all, amount(c.Closing))
		for _, sum := range c.Sums {
			all = append(all, paper.RowName(lang, sum.Kind), amount(sum.Units))
		}
		if len(c.Sums) > 0 {
			all = append(all, paper.T(lang, "sums.rows"), amount(c.Closing-c.Opening))
		}
	}
	return all
}

// inOrder checks that the texts stand in the page one behind the other.
func (m *months) inOrder(what, page string, texts []string) {
	m.t.Helper()
	page = plainText(page)
	for _, t := range texts {
		_, rest, found := strings.Cut(page, plainText(t))
		if !found {
			m.t.Errorf("%s: it lacks %q; what is left of it: %.600s", what, t, page)
			return
		}
		page = rest
	}
}

// plainText is a text without the differences of spaces, line ends and minus signs.
func plainText(s string) string {
	s = strings.ReplaceAll(s, "−", "-") // pages write a true minus sign
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return r == ' ' || r == '\u00a0' || r == '\u202f' || r == '\n' || r == '\t' || r == '\r'
	}), "")
}

func (m *months) file(path, lang string) []byte {
	m.t.Helper()
	req, err := http.NewRequestWithContext(m.t.Context(), http.MethodGet, m.world.URL+path, nil)
	if err != nil {
		m.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+m.world.OperatorKey)
	req.Header.Set("Ovation-Person", m.creator)
	req.Header.Set("Accept-Language", lang)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		m.t.Fatal(err)
	}
	defer res.Body.Close()
	all, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		m.t.Fatalf("%s: %d %v %s", path, res.StatusCode, err, all)
	}
	return all
}

// pdf is the text of a statement's PDF.
func (m *months) pdf(month, lang string) string {
	m.t.Helper()
	path := "/v1/statements/" + month + "/statement.pdf"
	all := m.file(path, lang)
	if !bytes.HasPrefix(all, []byte("%PDF-")) {
		m.t.Fatalf("%s is no PDF", path)
	}
	return pdfText(m.t, all)
}

// page is the text of a statement's page, as its creator sees it in a browser.
func (m *months) page(month, lang string) string {
	m.t.Helper()
	jar, _ := cookiejar.New(nil)
	c := &http.Client{Jar: jar}
	res, err := c.PostForm(m.world.URL+"/sandbox/sign-in", url.Values{"persona": {m.creator}})
	if err != nil {
		m.t.Fatal(err)
	}
	res.Body.Close()
	req, _ := http.NewRequestWithContext(m.t.Context(), http.MethodGet, m.world.URL+"/c/statements/"+month, nil)
	req.Header.Set("Accept-Language", lang)
	if res, err = c.Do(req); err != nil {
		m.t.Fatal(err)
	}
	defer res.Body.Close()
	all, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		m.t.Fatalf("the page of %s: %d %v", month, res.StatusCode, err)
	}
	_, main, _ := strings.Cut(string(all), "<main")
	return html.UnescapeString(tags.ReplaceAllString(main, " "))
}

var (
	tags    = regexp.MustCompile(`<[^>]*>`)
	streams = regexp.MustCompile(`(?s)stream\r?\n(.*?)endstream`)
	shown   = regexp.MustCompile(`(?s)\(((?:\\.|[^\\)])*)\) ?Tj`)
	escaped = regexp.MustCompile(`(?s)\\(.)`)
)

// pdfText reads the texts of a PDF of ours in the order in which they are drawn.
func pdfText(t *testing.T, all []byte) string {
	t.Helper()
	var out strings.Builder
	for _, s := range streams.FindAllSubmatch(all, -1) {
		z, err := zlib.NewReader(bytes.NewReader(s[1]))
		if err != nil {
			continue
		}
		content, _ := io.ReadAll(z)
		for _, text := range shown.FindAllSubmatch(content, -1) {
			raw := escaped.ReplaceAllFunc(text[1], func(b []byte) []byte {
				return []byte{cmp.Or(map[byte]byte{'n': '\n', 'r': '\r', 't': '\t'}[b[1]], b[1])}
			})
			units := make([]uint16, len(raw)/2)
			for i := range units {
				units[i] = uint16(raw[2*i])<<8 | uint16(raw[2*i+1])
			}
			out.WriteString(string(utf16.Decode(units)) + "\n")
		}
	}
	return out.String()
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func objectOf(t *testing.T, r io.Reader) (o object) {
	t.Helper()
	if err := json.NewDecoder(r).Decode(&o); err != nil {
		t.Fatal(err)
	}
	return o
}
