package sandbox

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// world makes one of everything and returns the ids.
func world(t testing.TB, s *Server) []string {
	t.Helper()
	cus := must(t, s, "POST", "/v1/customers", "", "email=a@example.org").str("id")
	pm := must(t, s, "POST", "/v1/payment_methods/pm_card_visa/attach", "", "customer="+cus).str("id")
	pi := must(t, s, "POST", "/v1/payment_intents", "", "amount=90000&currency=usd&confirm=true&customer="+cus+"&payment_method=pm_card_bypassPending")
	auth := must(t, s, "POST", "/v1/payment_intents", "", "amount=700&currency=usd&confirm=true&payment_method=pm_card_authenticationRequired&return_url=http://app.test/")
	must(t, s, "POST", "/v1/payment_intents", "", "amount=900&currency=eur&confirm=true&payment_method=pm_card_createDispute")
	si := must(t, s, "POST", "/v1/setup_intents", "", "customer="+cus).str("id")
	co := must(t, s, "POST", "/v1/checkout/sessions", "", "mode=setup&success_url=http://app.test/&customer="+cus).str("id")
	acct := must(t, s, "POST", "/v1/accounts", "", "type=express&capabilities[transfers][requested]=true").str("id")
	if err := s.Onboard(acct, Onboarding{Name: "Ada"}); err != nil {
		t.Fatal(err)
	}
	link := must(t, s, "POST", "/v1/account_links", "", "account="+acct+"&type=account_onboarding&return_url=http://app.test/&refresh_url=http://app.test/")
	tr := must(t, s, "POST", "/v1/transfers", "", "amount=5000&currency=usd&destination="+acct).str("id")
	po := must(t, s, "POST", "/v1/payouts", acct, "amount=3000&currency=usd").str("id")
	re := must(t, s, "POST", "/v1/refunds", "", "amount=100&payment_intent="+pi.str("id")).str("id")
	ids := []string{cus, pm, pi.str("id"), pi.str("latest_charge"), auth.str("id"), si, co, acct, tr, po, re, "pm_card_visa", "pm_card_chargeDeclined"}
	for _, r := range s.state.shelves[shelf{kindDispute, ""}] {
		ids = append(ids, r.id)
	}
	for _, r := range s.state.shelves[shelf{kindEvent, ""}][:3] {
		ids = append(ids, r.id)
	}
	return append(ids, strings.TrimPrefix(link.str("url"), "http://sandbox.test/_pages/onboarding/"))
}

var junk = []string{"", "0", "-1", "1", "50", "999", "1e9", "9223372036854775807", "9223372036854775808", "NaN", "true", "false", "usd", "eur", "jpy",
	"xxx", "card", "payment", "setup", "express", "\x00", "\xff\xfe", "🎁", "' OR 1=1 --", "<script>alert(1)</script>", "http://app.test/", "javascript:alert(1)",
	"../../etc", "%", "a[b]", strings.Repeat("x", 6000), "latest_charge", "latest_charge.balance_transaction", "data.customer", "customer.customer.customer.customer.customer",
	"winning_evidence", "losing_evidence", "other", "requested_by_customer"}

// Whatever is sent, the answer is JSON, never a 5xx, and the books add up.
func TestGarbage(t *testing.T) {
	s, clk := newBox(t, nil)
	ids := world(t, s)
	rnd := rand.New(rand.NewPCG(1, 2))
	pick := func(from []string) string { return from[rnd.IntN(len(from))] }
	rounds := 6000
	if testing.Short() {
		rounds = 600
	}
	for i := range rounds {
		rt := api[rnd.IntN(len(api))]
		method, path, _ := strings.Cut(rt.pattern, " ")
		path = strings.ReplaceAll(path, "{id}", url.PathEscape(pick(append(ids, junk[3:]...))))
		form := url.Values{}
		names := append(strings.Fields(rt.params), "expand[]", "nonsense", "a[", "]", "[]", "metadata", "amount[x]")
		for range rnd.IntN(8) {
			name := strings.NewReplacer("[]", "[0]", "{}", "[k]").Replace(pick(names))
			value := pick(junk)
			if rnd.IntN(2) == 0 {
				value = pick(ids)
			}
			form.Add(name, value)
		}
		account := ""
		if rnd.IntN(4) == 0 {
			account = pick(ids)
		}
		body := ""
		if method == http.MethodPost {
			body = form.Encode()
		} else {
			path += "?" + form.Encode()
		}
		a := ask(s, method, path, account, body)
		if a.status >= 500 || a.json == nil && a.status != http.StatusMovedPermanently && a.status != http.StatusTemporaryRedirect {
			t.Fatalf("%s %s %q answered %d %s", method, path, body, a.status, a.body)
		}
		if i%200 == 0 {
			clk.Advance(7 * time.Hour)
			if _, err := s.Tick(t.Context()); err != nil {
				t.Fatal(err)
			}
			balanced(t, s)
		}
	}
}

func TestRefusals(t *testing.T) {
	s, _ := newBox(t, nil)
	for _, v := range []struct {
		method, target, body string
		status               int
		code                 string
	}{
		{"POST", "/v1/payment_intents", "amount=100&currency=usd&amont=3", 400, "parameter_unknown"},
		{"POST", "/v1/payment_intents", "currency=usd", 400, "parameter_missing"},
		{"POST", "/v1/payment_intents", "amount=1.5&currency=usd", 400, "parameter_invalid_integer"},
		{"POST", "/v1/payment_intents", "amount=0&currency=usd", 400, "parameter_invalid_integer"},
		{"POST", "/v1/payment_intents", "amount=49&currency=usd", 400, "amount_too_small"},
		{"POST", "/v1/payment_intents", "amount=100000000&currency=usd", 400, "amount_too_large"},
		{"POST", "/v1/payment_intents", "amount=1050&currency=isk", 400, "invalid_charge_amount_no_decimal_compatible"},
		{"POST", "/v1/payment_intents", "amount=1055&currency=kwd", 400, "parameter_invalid_integer"},
		{"POST", "/v1/payment_intents", "amount=100&currency=zzz", 400, typeInvalid},
		{"POST", "/v1/payment_intents", "amount=100&currency=usd&confirm=perhaps", 400, "parameter_invalid_boolean"},
		{"POST", "/v1/payment_intents", "amount=100&currency=usd&customer=cus_none", 400, "resource_missing"},
		{"POST", "/v1/payment_intents", "amount=100&currency=usd&confirm=true&payment_method=pm_none", 400, "resource_missing"},
		{"POST", "/v1/payment_intents", "amount=100&currency=usd&confirm=true&payment_method=pm_card_chargeDeclined", 402, "card_declined"},
		{"GET", "/v1/payment_intents/pi_none", "", 404, "resource_missing"},
		{"GET", "/v1/charges?limit=101", "", 400, "parameter_invalid_integer"},
		{"GET", "/v1/charges?starting_after=ch_none", "", 400, "resource_missing"},
		{"GET", "/v1/nothing", "", 404, typeInvalid},
		{"DELETE", "/v1/customers/cus_1", "", 404, typeInvalid},
		{"POST", "/v1/customers", "metadata[" + strings.Repeat("k", 41) + "]=1", 400, "parameter_invalid_string_length"},
		{"POST", "/v1/customers", "name=" + strings.Repeat("x", 1<<20), 413, typeInvalid},
		{"POST", "/v1/customers", "name=%zz", 400, typeInvalid},
		{"POST", "/v1/customers", "name=%ff", 400, "parameter_invalid"},
		{"POST", "/v1/customers", "name=%00", 400, "parameter_invalid"},
	} {
		a := ask(s, v.method, v.target, "", v.body)
		if a.status != v.status || a.code() != v.code {
			t.Errorf("%s %s %.80s: %d %s, want %d %s", v.method, v.target, v.body, a.status, a.code(), v.status, v.code)
		}
		if a.status != 404 && a.header.Get("Request-Id") == "" {
			t.Errorf("%s %s: no Request-Id", v.method, v.target)
		}
	}
	for _, key := range []string{"", "Bearer sk_test_other", "Basic !!", "Bearer"} {
		req := httptest.NewRequest("GET", "/v1/balance", nil)
		req.Header.Set("Authorization", key)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, req)
		if w.Code != 401 {
			t.Errorf("Authorization %q: %d", key, w.Code)
		}
	}
	if a := ask(s, "GET", "/v1/balance", "acct_none", ""); a.status != 403 || a.code() != "account_invalid" {
		t.Errorf("a stranger's account: %d %s", a.status, a.code())
	}
}

func FuzzForm(f *testing.F) {
	f.Add("POST", "/v1/payment_intents", "amount=100&currency=usd&confirm=true&payment_method=pm_card_visa")
	f.Add("POST", "/v1/checkout/sessions", "mode=payment&success_url=http://a.test/&line_items[0][price_data][currency]=usd")
	f.Add("GET", "/v1/events", "created[gte]=1&limit=3&expand[]=data.x")
	f.Add("POST", "/_pages/checkout/x", "number=1")
	f.Add("POST", "/_control/faults", "{}")
	f.Fuzz(func(t *testing.T, method, path, body string) {
		u, err := url.Parse(path)
		if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(u.Path, "/") {
			t.Skip()
		}
		if method != "GET" {
			method = "POST"
		}
		s, _ := newBox(t, nil)
		target := u.EscapedPath()
		if method == "GET" {
			target += "?" + url.QueryEscape(body)
		}
		if a := ask(s, method, target, "", body); a.status >= 500 {
			t.Errorf("%s %s %q: %d %s", method, target, body, a.status, a.body)
		}
	})
}

func TestPaging(t *testing.T) {
	s, _ := newBox(t, nil)
	var made []string
	for i := range 25 {
		made = append(made, must(t, s, "POST", "/v1/payment_intents", "", fmt.Sprintf("amount=%d&currency=usd", 100+i)).str("id"))
	}
	walk := func(param string, from string) (ids []string) {
		for {
			a := must(t, s, "GET", "/v1/payment_intents?limit=7&"+param+"="+from, "", "")
			data, _ := a.json["data"].([]any)
			var got []string
			for _, d := range data {
				m, _ := d.(map[string]any)
				id, _ := m["id"].(string)
				got = append(got, id)
			}
			if param == "ending_before" {
				ids = append(got, ids...)
				from = got[0]
			} else {
				ids = append(ids, got...)
				from = got[len(got)-1]
			}
			if a.json["has_more"] != true {
				return ids
			}
		}
	}
	back, forth := walk("starting_after", made[24]), walk("ending_before", made[0])
	for i := range 24 {
		if back[i] != made[23-i] || forth[i] != made[24-i] {
			t.Fatalf("paging lost its place at %d", i)
		}
	}
	if len(back) != 24 || len(forth) != 24 {
		t.Fatalf("paging found %d and %d", len(back), len(forth))
	}
}
