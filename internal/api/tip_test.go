package api

import (
	"net/url"
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/programme"
	"github.com/ovationhq/ovation/internal/tip"
)

// tipped is a creator who can be tipped, in a shop with the rules of tips.
func (s *shop) tipped(t *testing.T) id.Person {
	t.Helper()
	creator := s.g.Creator()
	s.g.Write(func(tx *db.Tx) error {
		err := programme.Install(s.g.Ctx, tx, []programme.Policy{{Version: "current@1", Preset: "current", Programme: programme.Tips, Region: programme.Everywhere, FromUS: 1, GraceDays: 30, ReapplyDays: 30,
			Criteria: []programme.Criterion{{Metric: programme.AgeYears, Op: programme.AtLeast, Threshold: 18, Label: "criterion.age_years"}}}})
		if err != nil {
			return err
		}
		if err := tip.Install(s.g.Ctx, tx, []tip.Rule{{Version: "current@1", Asset: money.USD, FromUS: 1, Presets: []int64{500, 1000, 1500}, Min: 100, Max: 10000, DayUnits: 50000, DayTips: 100, FeePPM: 29000, FeeFixed: 30}}); err != nil {
			return err
		}
		_, err = programme.Join(s.g.Ctx, tx, programme.Subject{Person: creator, Region: "US", BirthDate: "1995-01-31", AccountKind: "personal", CreatedUS: 1}, programme.Tips)
		return err
	})
	return creator
}

// onboard makes the creator's payout account ready.
func (s *shop) onboard(creator id.Person) {
	s.g.T.Helper()
	_, err := s.cfg.Services.Payouts.Onboard(s.g.Ctx, creator, "http://app.test/back", "http://app.test/again")
	s.g.OK(err)
	var account payout.Account
	s.g.Read(func(tx *db.Tx) (err error) { account, err = payout.AccountOf(s.g.Ctx, tx, creator); return err })
	s.g.OK(s.box.Onboard(account.Provider, sandbox.Onboarding{Name: "Mina"}))
	_, err = s.cfg.Services.Payouts.Refresh(s.g.Ctx, creator)
	s.g.OK(err)
}

// A tip over the API: asked for, given once, read by those whom it concerns as
// far as it concerns them, and explained.
func TestTips(t *testing.T) {
	s := newShop(t)
	fan, creator, stranger := s.g.Person(), s.tipped(t), s.g.Person()
	card := s.answered(t, 201, "POST /v1/cards/test", s.host, actingFor(fan), "", `{}`)["id"].(string)
	body := func(more string) string {
		return `{"creator":"` + string(creator) + `","amount":{"amount":500,"asset":"USD"},"card":"` + card + `"` + more + `}`
	}
	ask := func(key, more string) []string {
		return []string{s.host, actingFor(fan), "Idempotency-Key: " + key, "", body(more)}
	}
	quote := "GET /v1/tips/quote?amount=500&creator=" + string(creator)

	// Until the account is ready tips are closed; the creator alone reads why.
	p := wantProblem(t, s.ask(t, "POST /v1/tips", append([]string{"Accept-Language: fr"}, ask("early", "")...)...), fault.KYCRequired)
	if detail := p["detail"].(string); !strings.HasPrefix(detail, "Les pourboires à ce créateur sont fermés") {
		t.Errorf("the detail is %q", detail)
	}
	own := s.answered(t, 200, quote, s.host, actingFor(creator))["closed"].(map[string]any)
	if own["code"] != "kyc_required" || !strings.Contains(own["detail"].(string), "no payout account yet") {
		t.Errorf("the creator reads %v", own)
	}
	s.onboard(creator)
	q := s.answered(t, 200, quote, s.host, actingFor(fan))
	if charged := q["covered"].(map[string]any)["charged"].(map[string]any); q["closed"] != nil || charged["amount"] != 546.0 || len(q["presets"].([]any)) != 3 || q["tips_left"] != 100.0 {
		t.Errorf("the quote is %v", q)
	}

	given := s.answered(t, 201, "POST /v1/tips", ask("one", `,"cover_fee":true,"expected_charge":546,"message":"<b>Bravo</b>","anonymous":true`)...)
	again := s.ask(t, "POST /v1/tips", ask("one", `,"cover_fee":true,"expected_charge":546,"message":"<b>Bravo</b>","anonymous":true`)...)
	if again.Code != 201 || again.Header().Get("Idempotent-Replay") != "true" || !strings.Contains(again.Body.String(), given["id"].(string)) {
		t.Errorf("again: %d %s", again.Code, again.Body)
	}
	wantProblem(t, s.ask(t, "POST /v1/tips", ask("one", "")...), fault.IdempotencyKeyReused)
	s.answered(t, 201, "POST /v1/tips", ask("two", `,"message":"Hi"`)...)
	if given["outcome"] != "succeeded" || given["net"].(map[string]any)["amount"] != 500.0 || given["fee"].(map[string]any)["amount"] != 46.0 || given["fan"] != string(fan) {
		t.Errorf("the tip is %v", given)
	}
	s.readTips(t, given["id"].(string), fan, creator, stranger)
	wantProblem(t, s.ask(t, "POST /v1/tips", ask("limits", `,"cover_fee":true,"expected_charge":545`)...), fault.PriceChanged)
	wantProblem(t, s.ask(t, "POST /v1/tips", s.host, actingFor(creator), "Idempotency-Key: self", "", body("")), fault.SelfGift)
}

// readTips reads the anonymous tip and the other one as everybody may.
func (s *shop) readTips(t *testing.T, one string, fan, creator, stranger id.Person) {
	t.Helper()
	wantProblem(t, s.ask(t, "GET /v1/tips/"+one, s.host, actingFor(stranger)), fault.NotFound)
	wantProblem(t, s.ask(t, "GET /v1/explain/"+one, s.host, actingFor(stranger)), fault.NotFound)
	got := s.answered(t, 200, "GET /v1/tips/"+one, s.host, actingFor(creator))
	if got["fan"] != nil || got["card"] != nil || got["net"] == nil {
		t.Errorf("the creator reads %v", got)
	}
	for path, n := range map[string]int{"GET /v1/tips": 2, "GET /v1/tips?as=creator": 0} {
		if all := s.answered(t, 200, path, s.host, actingFor(fan))["data"].([]any); len(all) != n {
			t.Errorf("%s: %d", path, len(all))
		}
	}
	for _, path := range []string{"GET /v1/tips?as=creator", "GET /v1/explain/" + one, "GET /v1/explain/" + got["earning"].(string), "GET /v1/creators/" + string(creator) + "/tips", "GET /v1/events"} {
		for _, me := range []id.Person{creator, stranger} {
			rec := s.ask(t, path, s.host, actingFor(me))
			if path == "GET /v1/events" {
				rec = s.ask(t, path, s.host)
			}
			if strings.Count(rec.Body.String(), string(fan)) > 1 || strings.Contains(rec.Body.String(), "•••• 4242") { // once: of the tip that is not anonymous
				t.Errorf("%s tells of the fan: %s", path, rec.Body)
			}
		}
	}
	wall := s.answered(t, 200, "GET /v1/creators/"+string(creator)+"/tips")["data"].([]any)
	if len(wall) != 2 || wall[1].(map[string]any)["fan"] != nil || wall[0].(map[string]any)["fan"].(map[string]any)["id"] != string(fan) || wall[1].(map[string]any)["message"] != "<b>Bravo</b>" {
		t.Errorf("the wall is %v", wall)
	}
	explained := s.ask(t, "GET /v1/explain/"+one, s.host, actingFor(fan)).Body.String()
	if !strings.Contains(explained, "charged 5.46 USD, so that 5.00 USD arrive after a fee of 0.46 USD") || !strings.Contains(explained, "4242") || strings.Contains(explained, `"above"`) {
		t.Errorf("the explanation is %s", explained)
	}
	s.answered(t, 200, "GET /v1/creators/"+string(creator)+"/tips?limit=1")
	wantProblem(t, s.ask(t, "GET /v1/creators/"+id.Format(id.KindPerson, 1, 2)+"/tips"), fault.NotFound)
}

// The bank asks, and the person comes back with the id of the tip.
func TestTipAction(t *testing.T) {
	s := newShop(t)
	fan, creator := s.g.Person(), s.tipped(t)
	s.onboard(creator)
	card := s.answered(t, 201, "POST /v1/cards/test", s.host, actingFor(fan), "", `{"token":"pm_card_threeDSecureRequired"}`)["id"].(string)
	tipped := s.answered(t, 201, "POST /v1/tips", s.host, actingFor(fan), "Idempotency-Key: k", "", `{"creator":"`+string(creator)+`","amount":{"amount":500,"asset":"USD"},"card":"`+card+`"}`)
	if page, err := url.Parse(tipped["action_url"].(string)); err != nil || page.Host == "" || tipped["outcome"] != "requires_action" || tipped["earning"] != nil {
		t.Errorf("the tip is %v", tipped)
	}
	wantProblem(t, s.ask(t, "GET /v1/tips/"+tipped["id"].(string), s.host, actingFor(creator)), fault.NotFound) // not before the money came
}
