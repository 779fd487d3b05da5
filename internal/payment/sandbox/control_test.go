package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stripe/stripe-go/v85/webhook"
)

func tell(s *Server, name, body string) answer {
	req := httptest.NewRequest("POST", "/_control/"+name, strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+DefaultSecretKey)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, req)
	raw, _ := io.ReadAll(w.Body)
	a := answer{status: w.Code, body: string(raw)}
	_ = json.Unmarshal(raw, &a.json) // a test that wants JSON sees nil
	return a
}

func TestControl(t *testing.T) {
	s, _ := newBox(t, nil)
	ids := world(t, s)
	var payoutID, accountID, chargeID string
	for _, id := range ids {
		switch {
		case strings.HasPrefix(id, "po_"):
			payoutID = id
		case strings.HasPrefix(id, "acct_"):
			accountID = id
		case strings.HasPrefix(id, "ch_"):
			chargeID = id
		}
	}
	for _, v := range []struct {
		name, body string
		status     int
	}{
		{"faults", `{"operation":"GET /v1/balance","mode":"before","next":1}`, 200},
		{"faults", `{"mode":"sometimes","next":1}`, 400},
		{"faults", `{"mode":"before"}`, 400},
		{"faults/clear", ``, 200},
		{"webhooks", `{"off":true}`, 200},
		{"webhooks", `{"of":true}`, 400},
		{"fees", `{"extra":1}`, 200},
		{"entries", `{"late":true}`, 200},
		{"entries", `{"late":1}`, 400},
		{"settlement", `{"currency":"eur"}`, 200},
		{"settlement", `{"currency":"xxx"}`, 400},
		{"advance", `{"seconds":600000}`, 200},
		{"bounce", `{"id":"` + payoutID + `","code":"account_closed"}`, 200},
		{"bounce", `{"id":"po_none"}`, 404},
		{"onboard", `{"id":"` + accountID + `","variant":"document"}`, 200},
		{"onboard", `{"id":"` + accountID + `","bank":"12"}`, 400},
		{"disputes", `{"id":"` + chargeID + `","amount":100}`, 200},
		{"tick", `{}`, 200},
		{"flush", `{}`, 200},
		{"books", ``, 200},
		{"books", `[`, 400},
	} {
		if a := tell(s, v.name, v.body); a.status != v.status {
			t.Errorf("%s %s: %d %s", v.name, v.body, a.status, a.body)
		}
	}
	id := tell(s, "disputes", `{"id":"`+chargeID+`","amount":100}`).str("id")
	if a := tell(s, "disputes/close", `{"id":"`+id+`","won":true}`); a.status != 200 {
		t.Errorf("close: %d %s", a.status, a.body)
	}
	req := httptest.NewRequest("POST", "/_control/books", nil)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, req)
	if w.Code != http.StatusUnauthorized {
		t.Errorf("without the key: %d", w.Code)
	}
}

// Stripe's own library believes our signatures, and not those of others.
func TestSignature(t *testing.T) {
	body := []byte(`{"id":"evt_1"}`)
	header := Signature(start, body, "whsec_a")
	if err := webhook.ValidatePayloadIgnoringTolerance(body, header, "whsec_a"); err != nil {
		t.Error(err)
	}
	if err := webhook.ValidatePayloadIgnoringTolerance(body, header, "whsec_b"); err == nil {
		t.Error("another secret fits too")
	}
}

// Every page runs no script, says SANDBOX and has a title and a language.
func TestPages(t *testing.T) {
	s, _ := newBox(t, nil)
	ids := world(t, s)
	pages := []string{"/", "/_pages/checkout/none", "/_pages/3ds/pi_none/x", "/_pages/onboarding/none"}
	for _, id := range ids {
		switch {
		case strings.HasPrefix(id, "cs_"):
			pages = append(pages, "/_pages/checkout/"+id)
		case strings.HasPrefix(id, "link_"):
			pages = append(pages, "/_pages/onboarding/"+id)
		case strings.HasPrefix(id, "pi_"):
			if o, ok := find[paymentIntent](s.state.begin(), "", id); ok && o.Sandbox.Nonce != "" {
				pages = append(pages, "/_pages/3ds/"+id+"/"+o.Sandbox.Nonce)
			}
		}
	}
	if len(pages) != 7 {
		t.Fatalf("pages: %v", pages)
	}
	for _, p := range pages {
		a := ask(s, "GET", p, "", "")
		csp := a.header.Get("Content-Security-Policy")
		for _, want := range []string{"<html lang=", "<title>", "SANDBOX", "</html>"} {
			if !strings.Contains(a.body, want) {
				t.Errorf("%s lacks %s", p, want)
			}
		}
		if strings.Contains(a.body, "<script") || strings.Contains(a.body, "style=") || !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q", p, csp)
		}
	}
	if a := ask(s, "GET", "/_pages/sandbox.css", "", ""); a.status != 200 || !strings.HasPrefix(a.header.Get("Content-Type"), "text/css") {
		t.Errorf("the style: %d %v", a.status, a.header)
	}
	// Another site can not press the button.
	req := httptest.NewRequest("POST", pages[4], strings.NewReader("number=4242424242424242"))
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, req)
	if w.Code != http.StatusForbidden {
		t.Errorf("a form of another site: %d", w.Code)
	}
}
