package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/people"
)

// TestPayout follows the money: pending, available after eight days, an
// account that lacks a document, a payout that is canceled and one that
// arrives.
func TestPayout(t *testing.T) {
	r := still(t)
	fan, maker := r.browser(r.fan.ID), r.browser(r.maker.ID)
	fan.buy(t, "1400@1999@USD")
	fan.give(t, r, "whale@1000", "1")
	has(t, maker.get("/c/payouts"), 200, `id="pending">$5.00`, "18 March 2026, 00:00 UTC", "available on")
	has(t, maker.post("/sandbox/advance", url.Values{"by": {"192h0m0s"}, "back": {"/c/payouts"}}), 200, `id="available">$5.00`, "18 March 2026, 12:00 UTC", "First complete the payout account")
	leave := maker.post("/c/payouts/onboarding", url.Values{})
	has(t, leave, 200, "The payment provider asks who you are")
	a := regexp.MustCompile(`id="leave" href="([^"]+)"`).FindStringSubmatch(leave.body)
	res, err := maker.client.PostForm(a[1], url.Values{"name": {"Théo Marchand"}, "bank": {"000123456789"}, "variant": {string(sandbox.Document)}})
	r.ok(err)
	res.Body.Close()
	has(t, maker.post("/c/payouts/account", url.Values{}), 200, "Overdue:", "a photograph of your passport or identity card", "Complete the payout account")
	page := maker.get("/c/payouts")
	key := hidden(t, page.body, "/c/payouts", "key")
	has(t, maker.post("/c/payouts", url.Values{"key": {key}}), 403, "The payout account is not ready", "What is missing stands below")

	leave = maker.post("/c/payouts/onboarding", url.Values{})
	a = regexp.MustCompile(`id="leave" href="([^"]+)"`).FindStringSubmatch(leave.body)
	res, err = maker.client.PostForm(a[1], url.Values{"name": {"Théo Marchand"}, "bank": {"000123456789"}, "variant": {string(sandbox.Complete)}})
	r.ok(err)
	res.Body.Close()
	has(t, maker.post("/c/payouts/account", url.Values{}), 200, "Payouts go to SANDBOX TEST BANK •••• 6789")
	has(t, maker.post("/c/payouts", url.Values{"key": {key}, "amount": {"99"}}), 402, "More than is available", "99.00 USD were asked for")
	for range 2 {
		page = maker.post("/c/payouts", url.Values{"key": {key}, "amount": {"2.00"}})
		has(t, page, 200, "The payout is scheduled", "$2.00", `id="available">$3.00`)
	}
	cancel := regexp.MustCompile(`action="(/c/payouts/[^"]+/cancel)"`).FindStringSubmatch(page.body)
	fan = r.browser(r.fan.ID) // the earlier session was a day long
	has(t, fan.post(cancel[1], url.Values{}), 404, "There is nothing here")
	has(t, maker.post(cancel[1], url.Values{}), 200, "The payout is canceled", `id="available">$5.00`)
	page = maker.get("/c/payouts")
	has(t, maker.post("/c/payouts", url.Values{"key": {hidden(t, page.body, "/c/payouts", "key")}}), 200, `id="available">$0.00`)
	page = maker.post("/sandbox/advance", url.Values{"by": {"192h0m0s"}, "back": {"/c/payouts"}})
	has(t, page, 200, "on the way", "In the bank, expected", "28 March 2026")
	maker.post("/sandbox/advance", url.Values{"by": {"192h0m0s"}})
	page = maker.post("/sandbox/advance", url.Values{"by": {"24h0m0s"}, "back": {"/c/payouts"}}) // no webhook here: the next look finds out
	has(t, page, 200, "in the bank")
	has(t, maker.get("/c/earnings"), 200, `<span class="state paid">paid out</span>`, `id="earned-USD">$5.00`)
	payout := regexp.MustCompile(`href="/explain/(pyo_[^"]+)"`).FindStringSubmatch(page.body)
	has(t, maker.get("/explain/"+payout[1]), 200, "the sum of 1 earning = $5.00", "⌊1,000 diamonds × 1/2 cent⌋ = 500 cents = $5.00", `<a href="/explain/ern_`, "Sum of the parts")
	part := maker.get("/explain/"+payout[1], "X-Part", "explain")
	if strings.Contains(part.body, "<html") || !strings.Contains(part.body, `id="explanation"`) {
		t.Errorf("the part is %s", part.body)
	}
	has(t, r.browser(r.fan.ID).get("/explain/"+payout[1]), 404)
}

// TestRemoveCard takes a saved card away: asked first, once, only one's own, and
// not because another site wants it. A page that still offers it buys nothing.
func TestRemoveCard(t *testing.T) {
	r := still(t)
	fan, maker := r.browser(r.fan.ID), r.browser(r.maker.ID)
	fan.buy(t, "350@499@USD")
	maker.post("/wallet/cards/test", url.Values{})
	page := fan.get("/wallet")
	has(t, page, 200, "<span>Visa •••• 4242", `<span class="do">Remove</span>`, "This card will no longer be offered when you pay.", "Yes, remove this card")
	checkHTML(t, "a wallet with a card", "en", page.body)
	card := hidden(t, page.body, "/wallet/cards/remove", "card")
	buy := url.Values{"key": {hidden(t, page.body, "/wallet/buy", "key")}, "pack": {"70@99@USD"}, "card": {card}}
	remove := url.Values{"card": {card}}

	has(t, fan.post("/wallet/cards/remove", remove, "Sec-Fetch-Site", "cross-site"), 403, "another site has caused this request")
	foreign := hidden(t, maker.get("/wallet").body, "/wallet/cards/remove", "card")
	has(t, fan.post("/wallet/cards/remove", url.Values{"card": {foreign}}), 404, "There is no such saved card.", "Visa •••• 4242")
	has(t, maker.get("/wallet"), 200, foreign)
	r.box.AddFault(sandbox.Fault{Operation: "POST /v1/payment_methods/*/detach", Mode: sandbox.Before, Next: 1})
	has(t, fan.post("/wallet/cards/remove", remove), 502, "did not say whether the card was removed", "Visa •••• 4242", ">350 coins</a>")

	gone := fan.post("/wallet/cards/remove", remove)
	has(t, gone, 200, "The card is removed.", "There is no saved card yet.", ">350 coins</a>")
	if strings.Contains(gone.body, card) {
		t.Error("the page still offers the card")
	}
	has(t, fan.post("/wallet/cards/remove", remove), 404, "There is no such saved card.")
	has(t, fan.post("/wallet/buy", buy), 402, "There is no such saved card. Nothing was charged. Choose another card, or add one.", ">350 coins</a>")
	maker.lang = "fr"
	page = maker.get("/wallet")
	has(t, page, 200, "Cette carte ne sera plus proposée au moment de payer.", "Oui, retirer cette carte")
	checkHTML(t, "a wallet with a card", "fr", page.body)
}

// TestAccounts sets the site up, signs out, up and in, with every mistake told
// at its field.
func TestAccounts(t *testing.T) {
	r := still(t)
	token, _, err := r.people.CreateLink(t.Context(), people.ForSetUp, "")
	r.ok(err)
	form := url.Values{"name": {"Olu"}, "handle": {"olu"}, "email": {"olu@example.org"}, "password": {"seven green lamps at noon"}, "birth_date": {"1980-01-02"}, "region": {"GB"}, "to": {"/op"}}
	b := r.browser("")
	has(t, b.get("/setup/"+token), 200, "This makes the account of the first operator")
	has(t, b.get("/setup/"+token), 200) // looking does not use it up
	has(t, b.post("/setup/"+token, form), 200, "Coins outstanding", "Integrity of the books")
	has(t, b.post("/sign-out", url.Values{}), 200, "Sign in")
	has(t, b.get("/op"), 200, "E-mail address") // has led to signing in
	form.Set("handle", "olu.two")
	form.Set("email", "olu2@example.org")
	has(t, b.post("/setup/"+token, form), 403, "This link does not work")

	form.Set("handle", "x")
	form.Set("password", "short")
	wrong := b.post("/sign-up", form)
	has(t, wrong, 422, `id="handle-wrong"`, "A handle has 3 to 24 characters.", `id="password-wrong"`, `value="olu2@example.org"`)
	if strings.Contains(wrong.body, `value="short"`) {
		t.Error("the password comes back")
	}
	checkHTML(t, "sign-up with mistakes", "en", wrong.body)
	has(t, b.post("/sign-in", url.Values{"email": {"olu@example.org"}, "password": {"wrong"}}), 401, "The e-mail address or the password is not right.")
	has(t, b.post("/sign-in", url.Values{"email": {"olu@example.org"}, "password": {"seven green lamps at noon"}, "to": {"/op"}}), 200, "Coins outstanding")
	has(t, r.browser(r.fan.ID).get("/op"), 403, "This page is for the operators")
}

// TestOtherSites refuses what another site makes a browser send.
func TestOtherSites(t *testing.T) {
	r := still(t)
	r.grant(r.fan.ID, 100)
	b := r.browser(r.fan.ID)
	for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}} {
		has(t, b.post("/live/"+string(r.room.ID)+"/gifts", url.Values{"gift": {"rose@5"}, "quantity": {"1"}}, header...), 403, "another site has caused this request")
	}
	a := b.post("/wallet/buy", url.Values{"pack": {"70@99@USD"}, "card": {"x"}})
	has(t, a, 400, "This form is too old")
	a = b.post("/preferences", url.Values{"lang": {"fr"}, "back": {"https://evil.example/"}})
	if a.url.Host != strings.TrimPrefix(r.url, "http://") || !strings.Contains(a.body, `lang="fr"`) {
		t.Errorf("preferences lead to %s", a.url)
	}
	a = b.post("/preferences", url.Values{"theme": {"dark"}, "back": {"/wallet"}})
	has(t, a, 200, `data-theme="dark"`, "Portefeuille")
	a = b.post("/preferences", url.Values{"currency": {"EUR"}, "back": {"/wallet"}})
	has(t, a, 200, "5,09\u00a0€")
	a = b.post("/sign-up", url.Values{"name": {strings.Repeat("x", 70<<10)}})
	if a.status != http.StatusUnprocessableEntity && a.status != http.StatusRequestEntityTooLarge {
		t.Errorf("a form that is too large answers %d", a.status)
	}
}

// TestAssets wants hashed addresses to be kept for ever and others to be asked
// for.
func TestAssets(t *testing.T) {
	r := still(t)
	b := r.browser("")
	page := b.get("/")
	css := regexp.MustCompile(`href="(/static/[0-9a-f]{12}/ovation.css)"`).FindStringSubmatch(page.body)
	if css == nil {
		t.Fatal("the page names no style sheet")
	}
	for path, want := range map[string]string{css[1]: "public, max-age=31536000, immutable", "/static/gift.js": "no-cache"} {
		a := b.get(path)
		if a.status != 200 || a.header.Get("Cache-Control") != want || len(a.body) < 1000 {
			t.Errorf("%s: %d, %q, %d bytes", path, a.status, a.header.Get("Cache-Control"), len(a.body))
		}
	}
	for _, path := range []string{"/static/", "/static/../web.go", "/static/vendor/manifest.json", "/media/../rig_test.go"} {
		if a := b.get(path); a.status == 200 && a.url.Path == path {
			t.Errorf("%s answers 200", path)
		}
	}
	if a := b.get("/media/poster1.jpg"); a.status != 200 {
		t.Errorf("the poster answers %d", a.status)
	}
}
