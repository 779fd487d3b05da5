package api

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/policy"
	"github.com/ovationhq/ovation/internal/reversal"
	"github.com/ovationhq/ovation/internal/tip"
)

// moneyRules are versions of the rules of money that can be scheduled.
var moneyRules = map[string]string{
	"tips":    `"tips_a_day":9,"currencies":[{"asset":"USD","presets":[300,600],"least":200,"most":5000,"day":9000,"fee_ppm":25000,"fee_fixed":20}]`,
	"refunds": `"regions":[{"region":"*","days":3,"agree":{"amount":5000,"asset":"USD"}},{"region":"FR","days":14,"agree":{"amount":5000,"asset":"USD"}}]`,
	"payouts": `"notice_day":2,"pay_day":9,"monthly":700,"agree":0,"limits":[{"asset":"JPY","daily_cap":9000,"minimum":100,"monthly":500,"agree":0}],"sources":[{"source":"tip","calendar":"monthly"}]`,
	"velocity": `"hours":48,"new_account_days":10,"currencies":[{"asset":"USD","most":90000,"new_account":4000},{"asset":"EUR","most":90000,"new_account":4000},
		{"asset":"GBP","most":90000,"new_account":4000},{"asset":"JPY","most":90000,"new_account":4000}]`,
}

// moneyKey is the key of a request about rules of money.
func moneyKey(key string) string { return KeyHeader + ": " + key }

// The rules of money are scheduled once for a key, are told before they hold, hold
// from their instant on, and are withdrawn until then.
func TestScheduleMoney(t *testing.T) {
	s := newShop(t)
	fan, star := s.g.Fan(100), s.g.Creator()
	body := func(from time.Time, rest string) string {
		return fmt.Sprintf(`{"from":%q,"reason":" The bank asks for it. ",%s}`, from.Format(time.RFC3339), rest)
	}
	tomorrow := s.g.Clk.Now().Add(24 * time.Hour)
	for _, set := range []string{"velocity", "tips", "refunds", "payouts"} {
		content, line := moneyRules[set], "POST /v1/policies/"+set+"/versions"
		wantProblem(t, s.ask(t, line, s.operator, "", body(tomorrow, content)), fault.IdempotencyKeyMissing)
		wantProblem(t, s.ask(t, line, s.session(t, fan), moneyKey("k"), "", body(tomorrow, content)), fault.ScopeMissing)
		wantProblem(t, s.ask(t, line, s.operator, moneyKey("k"), "", body(s.g.Clk.Now(), content)), fault.ValidationFailed)
		made := s.answered(t, 201, line, s.operator, moneyKey("k"), "", body(tomorrow, content))
		version := set + "@1"
		if made["version"] != version {
			t.Errorf("the version is %v", made)
		}
		again := s.ask(t, line, s.operator, moneyKey("k"), "", body(tomorrow, content))
		if again.Code != 201 || again.Header().Get("Idempotent-Replay") != "true" || !strings.Contains(again.Body.String(), version) {
			t.Errorf("again: %d %s", again.Code, again.Body)
		}
		wantProblem(t, s.ask(t, line, s.operator, moneyKey("k"), "", body(tomorrow.Add(time.Hour), content)), fault.IdempotencyKeyReused)
		wantProblem(t, s.ask(t, line, s.operator, moneyKey("l"), "", body(tomorrow, content)), fault.StateConflict)
		list := s.conforms(t, "GET /v1/policies/"+set, s.operator)["data"].([]any)
		if first := list[0].(map[string]any); first["when"] != "future" || first["version"] != version {
			t.Errorf("%s: %v", set, list)
		}
		s.conforms(t, "GET /v1/policies/"+set+"/"+version+"/diff", s.operator)
		s.answered(t, 204, "POST /v1/policies/"+set+"/"+version+"/withdraw", s.operator, "", `{"reason":"It was too early."}`)
		wantProblem(t, s.ask(t, "GET /v1/policies/"+set+"/"+version, s.operator), fault.NotFound)
		s.answered(t, 201, line, s.operator, moneyKey("m"), "", body(tomorrow, content))
		last := s.answered(t, 200, "GET /v1/audit?limit=1", s.operator)["data"].([]any)[0].(map[string]any)
		if last["verb"] != "rules.scheduled" || last["subject"] != set+"@2" || last["reason"] != "The bank asks for it." {
			t.Errorf("the log: %v", last)
		}
	}
	if n := len(s.g.Events("policy.changed")); n < 12 {
		t.Errorf("%d events", n)
	}
	s.g.Later(24 * time.Hour)
	wantProblem(t, s.ask(t, "POST /v1/policies/tips/tips@2/withdraw", s.operator, "", `{"reason":"No."}`), fault.StateConflict)
	for set, want := range map[string]string{"tips": "2.5", "refunds": "50.00 USD", "payouts": "9000 JPY", "velocity": "48"} {
		if got := fmt.Sprint(s.conforms(t, "GET /v1/policies/"+set+"/"+set+"@2", s.operator)); !strings.Contains(got, want) || !strings.Contains(got, "current") {
			t.Errorf("%s: %s", set, got)
		}
	}
	if q := fmt.Sprint(s.answered(t, 200, "GET /v1/tips/quote?creator="+string(star)+"&amount=300&asset=USD", s.session(t, fan))); !strings.Contains(q, "600") {
		t.Errorf("the quote: %s", q)
	}
	ledgertest.Verify(t, s.db, gifttest.Checks(policy.Checks(&tip.Versions, &reversal.Versions, &payout.Versions, &limit.Versions)...)...)
}

// What is wrong is told, all of it, and changes nothing.
func TestScheduleMoneyRefuses(t *testing.T) {
	s := newShop(t)
	from := s.g.Clk.Now().Add(time.Hour).Format(time.RFC3339)
	replace := func(set, old, now string) string { return strings.Replace(moneyRules[set], old, now, 1) }
	for set, cases := range map[string]map[string]string{
		"tips": {
			replace("tips", `[300,600]`, `[600,300]`):         "/currencies/0/presets",
			replace("tips", `[300,600]`, `[100]`):             "/currencies/0/presets",
			replace("tips", `"least":200`, `"least":20`):      "/currencies/0/least",
			replace("tips", `"day":9000`, `"day":4999`):       "/currencies/0/day",
			replace("tips", `"most":5000`, `"most":199`):      "/currencies/0/most /currencies/0/presets",
			replace("tips", `"asset":"USD"`, `"asset":"JPY"`): "/currencies/0/asset", // nothing is paid out in it
			replace("tips", `"day":9000`, `"day":9500`):       "",
		},
		"refunds": {
			replace("refunds", `"*"`, `"DE"`):                     "/regions /from", // no rules hold here, so that any are announced
			replace("refunds", `"FR"`, `"*"`):                     "/regions/1/region /from",
			replace("refunds", `"asset":"USD"`, `"asset":"COIN"`): "/regions/0/agree/asset /from",
		},
		"payouts": {
			replace("payouts", `"pay_day":9`, `"pay_day":2`):      "/pay_day",
			replace("payouts", `"asset":"JPY"`, `"asset":"USD"`):  "/limits/0/asset",
			replace("payouts", `"minimum":100`, `"minimum":9001`): "/limits/0/minimum /limits/0/monthly",
		},
		"velocity": {
			replace("velocity", `"EUR"`, `"USD"`):                            "/currencies/1/asset /currencies",
			replace("velocity", `"new_account":4000`, `"new_account":90001`): "/currencies/0/new_account",
		},
	} {
		for content, want := range cases {
			r := s.ask(t, "POST /v1/policies/"+set+"/versions", s.operator, moneyKey(fmt.Sprint("k", strings.ReplaceAll(want, " ", ","))), "", fmt.Sprintf(`{"from":%q,"reason":"Why not.",%s}`, from, content))
			if want == "" {
				if r.Code != 201 {
					t.Errorf("%s: %s", content, r.Body)
				}
				continue
			}
			p := problem(t, r)
			var got []string
			wrong, _ := p["errors"].([]any)
			if wrong == nil {
				t.Fatalf("%s: %v", content, p)
			}
			for _, e := range wrong {
				got = append(got, e.(map[string]any)["pointer"].(string))
			}
			if p["status"] != 422.0 || strings.Join(got, " ") != want {
				t.Errorf("%s: %v are wrong, want %s", content, got, want)
			}
		}
	}
	if n := s.g.Count("SELECT COUNT(*) FROM audit_entry WHERE verb = 'rules.scheduled'"); n != 1 {
		t.Errorf("%d were scheduled", n)
	}
}
