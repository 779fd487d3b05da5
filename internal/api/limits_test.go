package api

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/purchase"
)

// TestOwnLimits walks through what a fan can bound, as a client of the API does.
func TestOwnLimits(t *testing.T) {
	s := newShop(t)
	fan, star := s.g.Fan(100), s.g.Creator()
	me := s.session(t, fan)
	card := s.answered(t, 201, "POST /v1/cards/test", me, "", `{}`)["id"].(string)
	n := 0
	buy := func(more string) []string {
		n++
		return []string{me, fmt.Sprintf("Idempotency-Key: k%d", n), "", fmt.Sprintf(`{"coins":70,"card":%q%s}`, card, more)}
	}
	text := func(v any) string { b, _ := json.Marshal(v); return string(b) }

	if got := text(s.answered(t, 200, "GET /v1/limits", me)); got != `{"everybody":[],"object":"limits","windows":[],"zone":"UTC"}` {
		t.Errorf("to begin with: %s", got)
	}
	s.answered(t, 201, "POST /v1/coin-purchases", buy("")...)
	set := s.answered(t, 200, "PUT /v1/limits", me, "", `{"currency":"USD","day":150,"month":5000}`)
	windows := set["windows"].([]any)
	if got := text(windows[0]); got != `{"cap":{"amount":150,"asset":"USD"},"left":{"amount":51,"asset":"USD"},"resets_at":"2026-03-11T00:00:00.000000Z","spent":{"amount":99,"asset":"USD"},"window":"day"}` {
		t.Errorf("the day: %s", got)
	}
	if got := text(windows[1]); got != `{"resets_at":"2026-03-16T00:00:00.000000Z","spent":{"amount":99,"asset":"USD"},"window":"week"}` {
		t.Errorf("the week: %s", got)
	}
	p := wantProblem(t, s.ask(t, "POST /v1/coin-purchases", append([]string{"Accept-Language: fr"}, buy("")...)...), fault.LimitReached)
	if got := text([]any{p["limit"], p["cap"], p["spent"], p["left"], p["resets_at"], p["status"]}); got != `["day",{"amount":150,"asset":"USD"},{"amount":99,"asset":"USD"},{"amount":51,"asset":"USD"},"2026-03-11T00:00:00.000000Z",409]` {
		t.Errorf("the members: %s", got)
	}
	if got := p["detail"]; got != "La limite que vous vous êtes fixée par jour est de 1.50 USD. Vous en avez dépensé 0.99 USD, il reste 0.51 USD, et ceci coûte 0.99 USD. La période suivante (jour) commence le 2026-03-11 00:00 UTC ; rien n’a été débité." {
		t.Errorf("in French: %s", got)
	}
	wantProblem(t, s.ask(t, "POST /v1/coin-purchases", buy(`,"currency":"EUR"`)...), fault.CurrencyMismatch)

	pending := s.answered(t, 200, "PUT /v1/limits", me, "", `{"currency":"USD","day":1000,"confirm_above":{"amount":50,"asset":"USD"}}`)
	if got := text([]any{pending["pending"], pending["confirm_above"]}); got != `[{"currency":"USD","day":{"amount":1000,"asset":"USD"},"takes_effect_at":"2026-03-11T12:00:00.000000Z"},{"amount":50,"asset":"USD"}]` {
		t.Errorf("pending: %s", got)
	}
	if o := s.answered(t, 200, "DELETE /v1/limits/pending", me); o["pending"] != nil || text(o["confirm_above"]) != `{"amount":50,"asset":"USD"}` {
		t.Errorf("withdrawn: %s", text(o))
	}
	s.g.Clk.Advance(24 * time.Hour)
	me = s.session(t, fan)
	ask := buy("")
	if p := wantProblem(t, s.ask(t, "POST /v1/coin-purchases", ask...), fault.LimitReached); p["limit"] != "confirm_above" {
		t.Errorf("the question: %s", text(p))
	}
	ask[3] = strings.Replace(ask[3], "}", `,"confirmed":true}`, 1)
	s.answered(t, 201, "POST /v1/coin-purchases", ask...)

	o := s.answered(t, 200, "POST /v1/limits/cool-off", me, "", `{"lasts":"7d"}`)
	if o["cool_off_until"] != "2026-03-18T12:00:00.000000Z" {
		t.Errorf("a break: %s", text(o))
	}
	p = wantProblem(t, s.ask(t, "POST /v1/limits/cool-off", me, "", `{"lasts":"24h"}`), fault.StateConflict)
	if p["ends_at"] != "2026-03-18T12:00:00.000000Z" {
		t.Errorf("a shorter one: %s", text(p))
	}
	s.answered(t, 200, "POST /v1/limits/cool-off", me, "", `{"until":"2026-03-20T14:00:00+02:00"}`)
	p = wantProblem(t, s.ask(t, "POST /v1/gifts", me, "Idempotency-Key: g1", "", fmt.Sprintf(`{"gift":"rose","target":%q}`, s.g.Live(star))), fault.LimitReached)
	if p["limit"] != "cool_off" || p["ends_at"] != "2026-03-20T12:00:00.000000Z" {
		t.Errorf("a gift: %s", text(p))
	}
	for _, body := range []string{`{}`, `{"lasts":"7d","until":"2026-05-01T00:00:00Z"}`, `{"lasts":"1h"}`, `{"until":"tomorrow"}`, `{"until":"2026-03-01T00:00:00Z"}`, `{"until":"2036-03-01T00:00:00Z"}`} {
		wantProblem(t, s.ask(t, "POST /v1/limits/cool-off", me, "", body), fault.ValidationFailed)
	}
	for body, code := range map[string]fault.Code{`{"day":5}`: fault.CurrencyUnsupported, `{"currency":"usd","day":5}`: fault.ValidationFailed, `{"currency":"USD","day":0}`: fault.AmountOutOfRange,
		`{"currency":"USD","day":-5}`: fault.AmountOutOfRange, `{"currency":"USD","day":1.5}`: fault.AmountNotInteger, `{"currency":"USD","week":9007199254740992}`: fault.AmountOutOfRange,
		`{"confirm_above":{"amount":5}}`: fault.ValidationFailed} {
		wantProblem(t, s.ask(t, "PUT /v1/limits", me, "", body), code)
	}

	state := s.answered(t, 200, "GET /v1/people/"+string(fan)+"/state", s.host)["limits"]
	own := s.answered(t, 200, "GET /v1/limits", s.host, actingFor(fan))
	if text(state) != text(own) || own["cool_off_until"] == nil {
		t.Errorf("the state has %s, the person has %s", text(state), text(own))
	}
	if o := s.answered(t, 200, "GET /v1/limits", s.session(t, star)); len(o["windows"].([]any)) != 0 || o["cool_off_until"] != nil {
		t.Errorf("somebody else: %s", text(o))
	}
	ledgertest.Verify(t, s.db, purchase.Checks()...)
}
