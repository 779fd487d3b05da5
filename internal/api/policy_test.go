package api

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/purchase"
)

const (
	newGifts = `"gifts":[{"id":"rose","name":"Rose","emoji":"🌹","price_coins":6,"streakable":true,"on_live":true,"on_video":true},{"id":"comet","name":"Comet","emoji":"☄️","price_coins":900,"on_live":true}]`
	newPacks = `"packs":[{"coins":70,"price":{"amount":119,"asset":"USD"}},{"coins":1400,"price":{"amount":2099,"asset":"USD"}}]`
	newRates = `"diamonds_per_coin":{"numerator":1,"denominator":1},"units_per_diamond":{"numerator":3,"denominator":5},"currency":"USD","hold_days":5,"daily_cap":50000,"minimum":200`
)

// Operators schedule what holds from an instant to come: until then the old
// rules hold, from then on the new ones, and the books are right on both sides.
func TestSchedule(t *testing.T) {
	s := newShop(t)
	fan, star := s.g.Fan(50_000), s.g.Creator()
	room := s.g.Live(star)
	_, secret, err := s.people.CreateKey(t.Context(), people.Console(), people.NewKey{Name: "rules", Scopes: []people.Scope{people.PolicyRead, people.PolicyWrite}})
	s.g.OK(err)
	rules := "Authorization: Bearer " + secret
	body := func(from time.Time, rest string) string {
		return fmt.Sprintf(`{"from":%q,"reason":"Prices rise.",%s}`, from.Format(time.RFC3339), rest)
	}
	s.g.Give(fan, "rose", room, 1)
	tomorrow := s.g.Clk.Now().Add(24 * time.Hour)
	for path, content := range map[string]string{"gift-catalog": newGifts, "coin-packs": newPacks, "rate-card": newRates} {
		made := s.answered(t, 201, "POST /v1/"+path+"/versions", rules, "", body(tomorrow, content))
		version := made["version"].(string)
		if !strings.HasSuffix(version, "@1") {
			t.Errorf("the version is %s", version)
		}
		list := s.conforms(t, "GET /v1/policies/"+path, rules)["data"].([]any)
		if first := list[0].(map[string]any); len(list) != 2 || first["when"] != "future" || first["version"] != version || list[1].(map[string]any)["when"] != "current" {
			t.Errorf("%s: %v", path, list)
		}
		s.conforms(t, "GET /v1/policies/"+path+"/"+version, rules)
		if changes := s.conforms(t, "GET /v1/policies/"+path+"/"+version+"/diff", rules)["changes"].([]any); len(changes) == 0 {
			t.Errorf("%s has no changes", path)
		}
		wantProblem(t, s.ask(t, "POST /v1/"+path+"/versions", rules, "", body(tomorrow, content)), fault.StateConflict)
		wantProblem(t, s.ask(t, "POST /v1/"+path+"/versions", rules, "", body(s.g.Clk.Now(), content)), fault.ValidationFailed)
		s.answered(t, 204, "POST /v1/policies/"+path+"/"+version+"/withdraw", rules, "", `{"reason":"It was too early."}`)
		wantProblem(t, s.ask(t, "POST /v1/policies/"+path+"/"+version+"/withdraw", rules, "", `{"reason":"It was too early."}`), fault.NotFound)
		wantProblem(t, s.ask(t, "POST /v1/policies/"+path+"/current@1/withdraw", rules, "", `{"reason":"It was too early."}`), fault.StateConflict)
		wantProblem(t, s.ask(t, "POST /v1/"+path+"/versions", s.session(t, fan), "", body(tomorrow, content)), fault.ScopeMissing)
		made = s.answered(t, 201, "POST /v1/"+path+"/versions", rules, "", body(tomorrow, content))
		if again := made["version"].(string); !strings.HasSuffix(again, "@2") {
			t.Errorf("after %s was withdrawn there is %s", version, again)
		}
	}
	if events := s.g.Events("policy.changed"); len(events) < 9 || !strings.Contains(string(events[len(events)-1].Data), `"reason":"Prices rise."`) {
		t.Errorf("%d events", len(events))
	}
	wantProblem(t, s.ask(t, "POST /v1/policies/programmes/current@1/withdraw", rules, "", `{"reason":"No."}`), fault.StateConflict)
	s.conforms(t, "GET /v1/policies/programmes", rules)
	s.conforms(t, "GET /v1/policies/programmes/current@1/diff", rules)
	before := s.g.Give(fan, "rose", room, 1)
	s.g.Later(24 * time.Hour)
	after := s.g.Give(fan, "comet", room, 1)
	if before.PriceCoins != 5 || after.PriceCoins != 900 {
		t.Errorf("a rose cost %d, a comet %d", before.PriceCoins, after.PriceCoins)
	}
	_, err = s.g.Gifts.Send(t.Context(), giftOf(s.g.Key(), fan, "lion", room))
	s.g.Want(err, fault.NotFound)
	in := s.conforms(t, "GET /v1/earnings/summary?window=today", s.session(t, star))
	if total := fmt.Sprint(in["currencies"].([]any)[0].(map[string]any)["total"]); total != "map[amount:540 asset:USD]" {
		t.Errorf("900 coins earned %s", total)
	}
	if price := s.answered(t, 200, "GET /v1/coin-packs?currency=USD"); !strings.Contains(fmt.Sprint(price), "119") {
		t.Errorf("the packs: %v", price)
	}
	if price := s.answered(t, 200, "GET /v1/coin-packs?currency=EUR"); !strings.Contains(fmt.Sprint(price), "109") {
		t.Errorf("the packs in euros: %v", price)
	}
	if list := s.conforms(t, "GET /v1/policies/coin-packs", rules)["data"].([]any); list[0].(map[string]any)["when"] != "current" || list[1].(map[string]any)["when"] != "current" {
		t.Errorf("both lists hold, in other currencies: %v", list)
	}
	if list := s.conforms(t, "GET /v1/policies/rate-card", rules)["data"].([]any); list[0].(map[string]any)["when"] != "current" || list[1].(map[string]any)["when"] != "past" {
		t.Errorf("the cards: %v", list)
	}
	s.g.Later(9 * 24 * time.Hour)
	ledgertest.Verify(t, s.db, gifttest.Checks(purchase.Checks()...)...)
}

// What is wrong with what is scheduled is told, all at once, and nothing is
// changed by it.
func TestScheduleRefuses(t *testing.T) {
	s := newShop(t)
	from := s.g.Clk.Now().Add(time.Hour).Format(time.RFC3339)
	for line, cases := range map[string]map[string]string{
		"gift-catalog": {
			`"gifts":[{"id":"Rose","name":"Rose","emoji":"x","price_coins":5,"on_live":true}]`:                                                                "/gifts/0/id",
			`"gifts":[{"id":"rose","name":"Rose","emoji":"x","price_coins":5,"on_live":true}]`:                                                                "/gifts/0/streakable",
			`"gifts":[{"id":"a","name":"A","emoji":"x","price_coins":5}]`:                                                                                     "/gifts/0/on_live",
			`"gifts":[{"id":"a","name":"A","emoji":"x","price_coins":5,"on_live":true},{"id":"a","name":"A","emoji":"xxxxx","price_coins":5,"on_live":true}]`: "/gifts/1/id /gifts/1/emoji",
		},
		"coin-packs": {
			`"packs":[{"coins":70,"price":{"amount":10,"asset":"USD"}}]`:                                                  "/packs/0/price/amount",
			`"packs":[{"coins":70,"price":{"amount":100,"asset":"COIN"}}]`:                                                "/packs/0/price/asset",
			`"packs":[{"coins":7,"price":{"amount":100,"asset":"USD"}},{"coins":7,"price":{"amount":200,"asset":"USD"}}]`: "/packs/1",
		},
		"rate-card": {
			strings.Replace(newRates, `"USD"`, `"EUR"`, 1):                   "/currency",
			strings.Replace(newRates, `"minimum":200`, `"minimum":50001`, 1): "/minimum",
		},
	} {
		for content, want := range cases {
			p := problem(t, s.ask(t, "POST /v1/"+line+"/versions", s.operator, "", fmt.Sprintf(`{"from":%q,"reason":"Why not.",%s}`, from, content)))
			var got []string
			for _, e := range p["errors"].([]any) {
				got = append(got, e.(map[string]any)["pointer"].(string))
			}
			if p["status"] != 422.0 || strings.Join(got, " ") != want {
				t.Errorf("%s: %v are wrong, want %s", content, got, want)
			}
		}
		wantProblem(t, s.ask(t, "POST /v1/"+line+"/versions", s.operator, "", `{"from":"2999-02-30T00:00:00Z","reason":"x"}`), fault.ValidationFailed)
	}
	if n := s.g.Count("SELECT COUNT(DISTINCT version) FROM gift_item") + s.g.Count("SELECT COUNT(DISTINCT version) FROM coin_pack") + s.g.Count("SELECT COUNT(*) FROM rate_card"); n != 3 {
		t.Errorf("%d versions, want the 3 of the beginning", n)
	}
	wantProblem(t, s.ask(t, "GET /v1/policies/rate-card/x@1", s.operator), fault.NotFound)
	wantProblem(t, s.ask(t, "GET /v1/policies/rate-card/current@1/diff?before=x@1", s.operator), fault.NotFound)
}
