package web_test

import (
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/wallet"
)

// still is a rig whose clock moves only when told to. The books are verified
// when the test ends.
func still(t *testing.T) *rig {
	t.Helper()
	clk := clock.NewManual(dbtest.Start)
	r := newRig(t, clk, func(by time.Duration) { clk.Advance(by) })
	t.Cleanup(func() { ledgertest.Verify(t, r.d, wallet.Checks()...) })
	return r
}

// hidden returns the value of a hidden field of the form with the action.
func hidden(t *testing.T, page, action, name string) string {
	t.Helper()
	_, form, ok := strings.Cut(page, `action="`+action+`"`)
	if !ok {
		t.Fatalf("there is no form to %s", action)
	}
	form, _, _ = strings.Cut(form, "</form>")
	m := regexp.MustCompile(`name="` + name + `"[^>]* value="([^"]*)"`).FindStringSubmatch(form)
	if m == nil {
		t.Fatalf("the form to %s has no %s", action, name)
	}
	return m[1]
}

// has fails unless the page shows the text.
func has(t *testing.T, a answer, status int, texts ...string) {
	t.Helper()
	if a.status != status {
		t.Fatalf("%s answered %d, want %d: %s", a.url, a.status, status, plain(a.body))
	}
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			t.Errorf("%s does not show %q: %s", a.url, text, plain(a.body))
		}
	}
}

var markup = regexp.MustCompile(`(?s)<head>.*</head>|<[^>]*>`)

func plain(page string) string {
	text := strings.Join(strings.Fields(markup.ReplaceAllString(page, " ")), " ")
	return text[:min(len(text), 900)]
}

// buy saves the test card and buys the pack.
func (b *browser) buy(t *testing.T, pack string) answer {
	t.Helper()
	b.post("/wallet/cards/test", url.Values{})
	return b.pay(t, pack)
}

var cardOf = regexp.MustCompile(`name="card" value="([^"]+)"`)

func (b *browser) pay(t *testing.T, pack string) answer {
	t.Helper()
	page := b.get("/wallet").body
	card := cardOf.FindAllStringSubmatch(page, -1)
	if card == nil {
		t.Fatalf("no saved card in %s", plain(page))
	}
	return b.post("/wallet/buy", url.Values{"key": {hidden(t, page, "/wallet/buy", "key")}, "pack": {pack}, "card": {card[0][1]}})
}

// TestPages opens every page as everybody and in both languages.
func TestPages(t *testing.T) {
	r := still(t)
	fan := r.browser(r.fan.ID)
	bought := fan.buy(t, "350@499@USD")
	has(t, bought, 200, "350 coins are in your wallet", "$4.99")
	fan.give(t, r, "rose@5", "10")
	purchase := bought.url.Query().Get("bought")
	paths := []string{"/", "/v/" + string(r.video.ID), "/live/" + string(r.room.ID), "/wallet", "/c", "/c?window=28d", "/c/earnings", "/c/earnings?group=none", "/c/earnings?group=fan&from=x", "/c/payouts", "/c/lives", "/c/lives/" + string(r.room.ID), "/c/content", "/c/content/" + string(r.video.ID), "/c/programmes", "/c/supporters", "/c/goals",
		"/purchases/" + purchase, "/explain/" + purchase,
		"/dev", "/dev/keys", "/dev/webhooks", "/dev/events", "/dev/events?type=gift.sent&before=3", "/dev/sandbox",
		"/sign-in", "/sign-up", "/op", "/op/ledger", "/op/ledger/transfers", "/op/people", "/op/people/" + string(r.fan.ID), "/op/people/" + string(r.maker.ID), "/op/payouts", "/op/purchases", "/op/catalog", "/op/catalog?set=coin-packs", "/op/rates", "/op/rates?set=programmes", "/op/jobs", "/op/audit", "/setup/nothing", "/nowhere", "/explain/usr_nothing"}
	for _, who := range []id.Person{"", r.fan.ID, r.maker.ID, r.boss.ID} {
		for _, lang := range []string{"en", "fr"} {
			b := r.browser(who)
			b.lang = lang
			for _, path := range paths {
				a := b.get(path)
				name := lang + " " + string(who) + " " + path
				if a.status >= 500 {
					t.Errorf("%s: %d: %s", name, a.status, plain(a.body))
				}
				checkHTML(t, name, lang, a.body)
				checkHeaders(t, name, a.header)
			}
		}
	}
}

func checkHeaders(t *testing.T, name string, h http.Header) {
	t.Helper()
	csp := h.Get("Content-Security-Policy")
	if !strings.Contains(csp, "script-src 'self';") || !strings.Contains(csp, "style-src 'self';") || strings.Contains(csp, "unsafe") {
		t.Errorf("%s: the policy is %q", name, csp)
	}
	for header, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cache-Control": "no-store"} {
		if h.Get(header) != want {
			t.Errorf("%s: %s is %q", name, header, h.Get(header))
		}
	}
	if !id.Valid(id.KindRequest, h.Get("Request-Id")) {
		t.Errorf("%s: the request has no id", name)
	}
}

// give sends a gift on the LIVE as a form does.
func (b *browser) give(t *testing.T, r *rig, gift, quantity string) answer {
	t.Helper()
	room := "/live/" + string(r.room.ID)
	key := hidden(t, b.get(room).body, room+"/gifts", "key")
	return b.post(room+"/gifts", url.Values{"key": {key}, "gift": {gift}, "quantity": {quantity}})
}

// TestGiftWithoutScript gives with plain forms: sent twice it has one effect,
// and with too few coins the gift stays chosen.
func TestGiftWithoutScript(t *testing.T) {
	r := still(t)
	r.grant(r.fan.ID, 100)
	b := r.browser(r.fan.ID)
	room := "/live/" + string(r.room.ID)
	form := url.Values{"key": {hidden(t, b.get(room).body, room+"/gifts", "key")}, "gift": {"rose@5"}, "quantity": {"10"}}
	for range 2 { // a double click
		has(t, b.post(room+"/gifts", form), 200, "You gave Théo Marchand 10 × Rose:", "50 coins", "Mia Laurent gave Rose ×10 (50 coins)")
	}
	form.Set("quantity", "1") // another choice after going back is another gift
	has(t, b.post(room+"/gifts", form), 200, "You gave Théo Marchand 1 × Rose:", "<strong data-balance-text>45 coins</strong>")

	short := b.give(t, r, "lantern@100", "1")
	has(t, short, 402, "Not enough coins", "55 coins are missing", "Nothing was charged", "You enter your card on the payment provider’s page", `value="lantern@100" checked`)
	back := hidden(t, short.body, "/wallet/cards/test", "back")
	with := b.post("/wallet/cards/test", url.Values{"back": {strings.ReplaceAll(back, "&amp;", "&")}})
	has(t, with, 200, "Only the missing 55 coins for $0.78", "Buy 70 coins for $0.99", `value="lantern@100" checked`)
	topup := url.Values{"key": {hidden(t, with.body, room+"/topup", "key")}, "gift": {"lantern@100"}, "quantity": {"1"}, "pack": {"55@78@USD"}, "card": {cardOf.FindStringSubmatch(with.body)[1]}}
	for range 2 {
		has(t, b.post(room+"/topup", topup), 200, "In your wallet:", "55 coins", "<strong data-balance-text>100 coins</strong>", `value="lantern@100" checked`)
	}
	has(t, b.post(room+"/topup", topup), 200, "The form was sent once more, and nothing was charged for it.")
	has(t, b.get("/wallet"), 200, "Rose ×10 to Théo Marchand", "Rose ×1 to Théo Marchand")
	has(t, b.give(t, r, "lantern@100", "1"), 200, "You gave Théo Marchand 1 × Lantern:", "<strong data-balance-text>0 coins</strong>")
	has(t, b.give(t, r, "lantern@99", "1"), 409, "The price has changed", "costs 100 coins now")
	has(t, r.browser(r.maker.ID).get(room), 200, "This is yours")
}

// TestCombo sends taps as the page's script does.
func TestCombo(t *testing.T) {
	r := still(t)
	r.grant(r.fan.ID, 12)
	b := r.browser(r.fan.ID)
	combo := "cmb_01m7z0nhk8ew79reafkqmy257e"
	tap := func(seq string) (int, map[string]any) {
		a := b.post("/live/"+string(r.room.ID)+"/gifts", url.Values{"gift": {"rose@5"}, "quantity": {"1"}, "combo": {combo}, "seq": {seq}},
			"Accept", "application/json", "Idempotency-Key", combo+":"+seq)
		var m map[string]any
		if err := json.Unmarshal([]byte(a.body), &m); err != nil {
			t.Fatalf("tap %s answered %d without JSON: %s", seq, a.status, a.body)
		}
		return a.status, m
	}
	for _, want := range []struct {
		seq    string
		status int
		key    string
		value  any
	}{
		{"1", 200, "count", 1.0}, {"1", 200, "replayed", true}, {"2", 200, "balance_text", "2 coins"}, {"3", 402, "code", "insufficient_balance"}, {"4", 409, "code", "state_conflict"},
	} {
		status, m := tap(want.seq)
		if status != want.status || m[want.key] != want.value {
			t.Errorf("tap %s: %d %v, want %d with %s %v", want.seq, status, m, want.status, want.key, want.value)
		}
	}
}

// TestCards buys with a card that is declined and with one that asks for 3-D
// Secure.
// A card that has expired is not offered, and says so among the cards.
func TestExpiredCards(t *testing.T) {
	clk := clock.NewManual(dbtest.Start)
	r := newRig(t, clk, func(by time.Duration) { clk.Advance(by) })
	b := r.browser(r.fan.ID)
	_, err := r.buys.AddTestCard(t.Context(), r.fan.ID, "pm_card_visa")
	r.ok(err)
	has(t, b.get("/wallet"), 200, `name="card"`)
	clk.Advance(4 * 366 * 24 * time.Hour)
	b = r.browser(r.fan.ID)
	page := b.get("/wallet")
	has(t, page, 200, "Every card that you saved has expired", "Add a card", "•••• 4242", "expired")
	lacks(t, page, `type="radio" name="card"`)
	_, err = r.buys.AddTestCard(t.Context(), r.fan.ID, "pm_card_mastercard")
	r.ok(err)
	page = b.get("/wallet")
	has(t, page, 200, `type="radio" name="card"`, "expired")
	lacks(t, page, "Every card that you saved has expired")
}

func TestCards(t *testing.T) {
	r := still(t)
	b := r.browser(r.fan.ID)
	save := func(number string) {
		page := b.post("/wallet/cards", url.Values{})
		has(t, page, 200, "On to the payment provider")
		if page.header.Get("Refresh") == "" {
			t.Error("the page does not lead on")
		}
		to := regexp.MustCompile(`id="leave" href="([^"]+)"`).FindStringSubmatch(page.body)[1]
		res, err := b.client.PostForm(to, url.Values{"number": {number}, "expiry": {"12/34"}, "cvc": {"123"}, "name": {"Mia"}})
		r.ok(err)
		res.Body.Close()
		if res.StatusCode != 200 || !strings.HasSuffix(res.Request.URL.String(), "did=card_added") {
			t.Fatalf("saving the card ended at %s with %d", res.Request.URL, res.StatusCode)
		}
	}
	save("4000 0000 0000 0341")
	page := b.pay(t, "70@99@USD")
	has(t, page, 402, "The card was declined", "Nothing was charged. Choose another card", "Request")
	r.ok(r.settle(t.Context()))

	has(t, b.post("/wallet/cards/remove", url.Values{"card": {cardOf.FindStringSubmatch(page.body)[1]}}), 200, "The card is removed.")
	_, err := r.buys.AddTestCard(t.Context(), r.fan.ID, "pm_card_authenticationRequired")
	r.ok(err)
	page = b.pay(t, "70@99@USD")
	has(t, page, 200, "Your bank wants to know that it is you", `id="bank"`)
	has(t, b.get("/wallet"), 200, "70 coins for $0.99 are not paid yet.")
	has(t, r.browser(r.maker.ID).get(page.url.Path), 404, "There is nothing here")
	has(t, b.post(page.url.Path+"/check", url.Values{"back": {"/wallet"}}), 200, "Your bank wants to know")

	other := b.pay(t, "350@499@USD") // a second one is open, and the bank confirms the first
	has(t, other, 200, "Your bank wants to know that it is you", "$4.99")
	bank := regexp.MustCompile(`id="bank" href="([^"]+)"|href="([^"]+)" id="bank"|id="bank"[^>]* href="([^"]+)"`).FindStringSubmatch(page.body)
	res, err := b.client.PostForm(html.UnescapeString(bank[1]+bank[2]+bank[3]), url.Values{"answer": {"complete"}})
	r.ok(err)
	res.Body.Close()
	if res.Request.URL.Path != page.url.Path {
		t.Errorf("the bank leads back to %s, want %s", res.Request.URL, page.url.Path)
	}
	has(t, b.get("/wallet/return?purchase=liv_nothing&back=//evil.example"), 200, `id="coins"`)
	has(t, b.get("/wallet/return?purchase="+strings.TrimPrefix(page.url.Path, "/purchases/")+"&back=//evil.example"), 200, "Receipt", `href="/wallet"`) // the bank has said yes
	has(t, b.get("/wallet/return?purchase="+strings.TrimPrefix(other.url.Path, "/purchases/")+"&back=//evil.example"), 200, `action="`+other.url.Path+`/check"`, `name="back" value="/wallet"`)
	has(t, r.browser(r.maker.ID).get("/wallet/return?purchase="+strings.TrimPrefix(page.url.Path, "/purchases/")), 404)
}
