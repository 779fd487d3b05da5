package api

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/fault"
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

func replace(body, value string) string {
	for i := range body {
		if body[i] == '%' {
			return body[:i] + value + body[i+1:]
		}
	}
	return body
}
