package api

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/purchase"
)

// TestReturnURL sends people to addresses that are none of the web.
func TestReturnURL(t *testing.T) {
	s := newShop(t)
	fan := s.g.Person()
	for line, body := range map[string]string{
		"POST /v1/coin-purchases":                 `{"coins":70,"card":"pm_x","return_url":"%"}`,
		"POST /v1/cards/link":                     `{"return_url":"%"}`,
		"POST /v1/payout-account/onboarding-link": `{"return_url":"%"}`,
	} {
		for _, bad := range []string{"javascript:alert(1)", "/wallet", "//evil.example", "ftp://example.org", "https://", "https:example.org", "http://user:pw@example.org/", "mailto:a@b.c", "not an address"} {
			p := wantProblem(t, s.ask(t, line, s.host, actingFor(fan), "Idempotency-Key: k", "", replace(body, bad)), fault.URLNotAllowed)
			if got := errorsOf(p); got != "/return_url=url_not_allowed" {
				t.Errorf("%s %s: %s", line, bad, got)
			}
		}
	}
	for _, table := range []string{"coin_purchase", "payout_account"} {
		if n := s.g.Count("SELECT COUNT(*) FROM " + table); n != 0 {
			t.Errorf("%d rows in %s", n, table)
		}
	}
	if o := s.answered(t, 200, "POST /v1/cards/link", s.host, actingFor(fan), "", `{"return_url":"https://example.org/back?x=1"}`); o["url"] == "" {
		t.Errorf("a good one: %v", o)
	}
}

func TestTestCards(t *testing.T) {
	s := newShop(t)
	fan := s.g.Person()
	save := func(token string) []string { return []string{s.host, actingFor(fan), "", `{"token":"` + token + `"}`} }
	s.answered(t, 201, "POST /v1/cards/test", save("pm_card_visa")...)
	wantProblem(t, s.ask(t, "POST /v1/cards/test", save("pm_card_chargeDeclined")...), fault.CardDeclined)
	p := wantProblem(t, s.ask(t, "POST /v1/cards/test", save("pm_card_nonsense")...), fault.ValidationFailed)
	if got := errorsOf(p); got != "/token=validation_failed" {
		t.Errorf("an unknown token: %s", got)
	}
	wantProblem(t, s.ask(t, "POST /v1/cards/test", save("visa")...), fault.ValidationFailed)
}

// TestBuying buys, again, too much, and with cards that are none of the
// person's.
func TestBuying(t *testing.T) {
	s := newShop(t)
	fan, other := s.g.Person(), s.g.Person()
	card := s.answered(t, 201, "POST /v1/cards/test", s.host, actingFor(fan), "", `{}`)["id"].(string)
	foreign := s.answered(t, 201, "POST /v1/cards/test", s.host, actingFor(other), "", `{}`)["id"].(string)
	buy := func(key, card, coins string) []string {
		return []string{s.host, actingFor(fan), "Idempotency-Key: " + key, "", `{"coins":` + coins + `,"card":"` + card + `"}`}
	}
	first := s.answered(t, 201, "POST /v1/coin-purchases", buy("a", card, "70")...)
	if again := s.answered(t, 201, "POST /v1/coin-purchases", buy("a", card, "70")...); again["id"] != first["id"] {
		t.Errorf("again: %v", again)
	}
	for coins, detail := range map[string]string{"0": "This must be at least 1.", "1000000": "Coins are sold from 1 to 1400 at a time; 1000000 were asked for."} {
		p := wantProblem(t, s.ask(t, "POST /v1/coin-purchases", buy("b"+coins, card, coins)...), fault.AmountOutOfRange)
		if got := p["errors"].([]any)[0].(map[string]any); got["pointer"] != "/coins" || got["detail"] != detail {
			t.Errorf("%s coins: %v", coins, got)
		}
	}
	var details []string
	for name, c := range map[string]string{"foreign": foreign, "unknown": "pm_1unknown"} {
		for range 2 { // again with the same key
			p := wantProblem(t, s.ask(t, "POST /v1/coin-purchases", buy(name, c, "70")...), fault.NotFound)
			p["instance"] = nil
			details = append(details, fmt.Sprint(p))
		}
	}
	if rec := s.ask(t, "GET /v1/coin-purchases", s.host, actingFor(fan)); strings.Contains(rec.Body.String(), "another Customer") || strings.Contains(rec.Body.String(), "PaymentMethod") {
		t.Errorf("the list tells the cards apart: %s", rec.Body)
	}
	if slices.Sort(details); details[0] != details[len(details)-1] {
		t.Errorf("the answers tell the cards apart: %v", details)
	}
}

// TestRemovingCards removes a card once, and none that is somebody else's.
func TestRemovingCards(t *testing.T) {
	s := newShop(t)
	fan, other := s.g.Person(), s.g.Person()
	card := s.answered(t, 201, "POST /v1/cards/test", s.host, actingFor(fan), "", `{}`)["id"].(string)
	foreign := s.answered(t, 201, "POST /v1/cards/test", s.host, actingFor(other), "", `{}`)["id"].(string)
	gone := func(id string) {
		t.Helper()
		p := wantProblem(t, s.ask(t, "DELETE /v1/cards/"+id, s.host, actingFor(fan), "Accept-Language: fr"), fault.NotFound)
		if p["detail"] != "Cette carte enregistrée n’existe pas." {
			t.Errorf("%s: %v", id, p["detail"])
		}
	}
	gone(foreign)
	gone("pm_1unknown")
	gone("x")
	s.box.AddFault(sandbox.Fault{Operation: "POST /v1/payment_methods/*/detach", Mode: sandbox.Before, Next: 1})
	p := wantProblem(t, s.ask(t, "DELETE /v1/cards/"+card, s.host, actingFor(fan)), fault.UpstreamFailed)
	if !strings.Contains(p["detail"].(string), "did not say whether the card was removed") {
		t.Errorf("a provider that fails: %v", p["detail"])
	}
	s.g.Clk.Advance(time.Second)
	if o := s.answered(t, 204, "DELETE /v1/cards/"+card, s.session(t, fan)); o != nil {
		t.Errorf("removed: %v", o)
	}
	gone(card)
	for who, n := range map[id.Person]int{fan: 0, other: 1} {
		if o := s.answered(t, 200, "GET /v1/cards", s.host, actingFor(who)); len(o["data"].([]any)) != n {
			t.Errorf("%s has the cards %v, want %d", who, o["data"], n)
		}
	}
	for range 2 { // again with the same key
		p = wantProblem(t, s.ask(t, "POST /v1/coin-purchases", s.host, actingFor(fan), "Idempotency-Key: k", "", `{"coins":70,"card":"`+card+`"}`), fault.NotFound)
		if p["detail"] != "There is no such saved card." {
			t.Errorf("a purchase with it: %v", p["detail"])
		}
	}
	bought := s.answered(t, 200, "GET /v1/coin-purchases", s.host, actingFor(fan))["data"].([]any)
	if len(bought) != 1 || bought[0].(map[string]any)["outcome"] != "failed" || bought[0].(map[string]any)["decline"] != "There is no such saved card." {
		t.Errorf("the purchases: %v", bought)
	}
	ledgertest.Verify(t, s.db, gifttest.Checks(purchase.Checks()...)...)
}

func replace(body, value string) string {
	for i := range body {
		if body[i] == '%' {
			return body[:i] + value + body[i+1:]
		}
	}
	return body
}
