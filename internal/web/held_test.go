package web_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/gift/gifttest"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	payouts "github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/purchase"
)

// TestHeldPayout shows why a payout waits, since when and what happens next, in
// both languages and in words: an account that lost its papers, and an operator
// who looks into it.
func TestHeldPayout(t *testing.T) {
	r := still(t)
	fan, maker := r.browser(r.fan.ID), r.browser(r.maker.ID)
	fan.buy(t, "1400@1999@USD")
	fan.give(t, r, "whale@1000", "1")
	maker.post("/sandbox/advance", url.Values{"by": {"192h0m0s"}, "back": {"/c/payouts"}})
	fill := func(variant sandbox.Variant) {
		t.Helper()
		leave := maker.post("/c/payouts/onboarding", url.Values{})
		a := regexp.MustCompile(`id="leave" href="([^"]+)"`).FindStringSubmatch(leave.body)
		res, err := maker.client.PostForm(a[1], url.Values{"name": {"Mina"}, "bank": {"000123456789"}, "variant": {string(variant)}})
		r.ok(err)
		res.Body.Close()
		maker.post("/c/payouts/account", url.Values{})
	}
	fill(sandbox.Complete)
	page := maker.post("/c/payouts", url.Values{"key": {hidden(t, maker.get("/c/payouts").body, "/c/payouts", "key")}})
	payout := id.Payout(regexp.MustCompile(`href="/explain/(pyo_[^"]+)"`).FindStringSubmatch(page.body)[1])
	acc, err := r.payouts.Refresh(t.Context(), r.maker.ID)
	r.ok(err)
	r.ok(r.box.Onboard(acc.Provider, sandbox.Onboarding{Name: "Mina", Variant: sandbox.Document}))
	maker.post("/c/payouts/account", url.Values{})
	page = maker.post("/sandbox/advance", url.Values{"by": {"1h0m0s"}, "back": {"/c/payouts"}})
	cancel := `action="/c/payouts/` + string(payout) + `/cancel"`
	has(t, page, 200, `<span class="state held">held</span>`, "Held since", "18 March 2026, 13:00 UTC", "What is missing stands above, under “Payout account”", "The payout goes by itself as soon as that is settled", cancel)
	if strings.Contains(page.body, "POST /v1/") {
		t.Error("the page names an address of the API")
	}
	checkHTML(t, "held", "en", page.body)
	french := r.browser(r.maker.ID)
	french.lang = "fr"
	page = french.get("/c/payouts")
	has(t, page, 200, `<span class="state held">retenu</span>`, "Retenu depuis le", "Ce qui manque est indiqué plus haut", "Le versement part de lui-même", cancel)
	checkHTML(t, "held", "fr", page.body)

	_, err = r.payouts.Hold(t.Context(), people.Caller{Person: r.boss.ID, Roles: []people.Role{people.Operator}}, payout, "We <look> into it.", time.Time{})
	r.ok(err)
	page = maker.get("/c/payouts")
	has(t, page, 200, "We &lt;look&gt; into it.", "An operator of this site looks into it", `<span class="state held">held</span>`)
	if strings.Contains(page.body, cancel) {
		t.Error("what is under review is offered to be canceled")
	}
	has(t, maker.post("/c/payouts/"+string(payout)+"/cancel", url.Values{}), 409, "is under review")
	has(t, french.get("/c/payouts"), 200, "Un exploitant de ce site l’examine")

	_, err = r.payouts.Release(t.Context(), people.Caller{Person: r.boss.ID, Roles: []people.Role{people.Operator}}, payout, "It is in order.")
	r.ok(err)
	fill(sandbox.Complete)
	page = maker.post("/sandbox/advance", url.Values{"by": {"1h0m0s"}, "back": {"/c/payouts"}})
	has(t, page, 200, "on the way")
	if strings.Contains(page.body, "Held since") {
		t.Error("it is said to be held, and is on the way")
	}
	ledgertest.Verify(t, r.d, gifttest.Checks(append(purchase.Checks(), payouts.Checks()...)...)...)
}
