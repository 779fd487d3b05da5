package web_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/people"
)

// TestMethods asks for pages with methods that they do not have.
func TestMethods(t *testing.T) {
	r := still(t)
	b := r.browser("")
	for path, allow := range map[string]string{
		"/wallet": "GET, HEAD", "/wallet/buy": "POST", "/sign-in": "GET, HEAD, POST", "/": "GET, HEAD", "/media/clip1.mp4": "GET, HEAD", "/nonsense": "",
	} {
		req, err := http.NewRequest(http.MethodPut, r.url+path, nil)
		r.ok(err)
		a := b.do(req)
		want := 405
		if allow == "" {
			want = 404
		}
		if a.status != want || a.header.Get("Allow") != allow {
			t.Errorf("PUT %s: %d, Allow %q; want %d, %q", path, a.status, a.header.Get("Allow"), want, allow)
		}
	}
}

// TestGate looks for the pages in the log of the gate, and closes it.
func TestGate(t *testing.T) {
	r := still(t)
	b := r.browser(r.fan.ID)
	a := b.get("/v/" + string(r.video.ID))
	if a.status != 200 || !id.Valid(id.KindRequest, a.header.Get("Request-Id")) || a.header.Get("X-Request-Id") != "" {
		t.Errorf("%d %v", a.status, a.header)
	}
	log := r.log.String()
	for _, want := range []string{`route="GET /v/{id}" status=200`, "caller=ses_", "request_id=" + a.header.Get("Request-Id")} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s: %s", want, log)
		}
	}
	if strings.Contains(log, string(r.video.ID)) || strings.Contains(log, string(r.fan.ID)) {
		t.Errorf("the log tells who looked at what: %s", log)
	}
	r.gate.Drain()
	has(t, b.get("/wallet"), 503, "shutting down")
}

// TestFiles asks for files that are there and for what is none.
func TestFiles(t *testing.T) {
	r := still(t)
	b := r.browser("")
	if a := b.get("/media/clip1.mp4"); a.status != 200 || a.header.Get("Cache-Control") != "public, max-age=3600" {
		t.Errorf("a clip: %d %v", a.status, a.header)
	}
	for _, path := range []string{"/media/", "/media/nothing.mp4", "/media/.", "/static/", "/static/vendor", "/static/nothing.css"} {
		a := b.get(path)
		if a.status != 404 || !strings.Contains(a.header.Get("Content-Type"), "text/html") || strings.Contains(a.body, "clip1") {
			t.Errorf("%s: %d %s %.200s", path, a.status, a.header.Get("Content-Type"), a.body)
		}
	}
}

// TestCardNumbersInForms types a card number where it does not belong.
func TestCardNumbersInForms(t *testing.T) {
	r := still(t)
	b := r.browser(r.fan.ID)
	for path, form := range map[string]url.Values{
		"/wallet/buy":         {"pack": {"70@99@USD"}, "card": {"4242 4242 4242 4242"}, "key": {"frm_aaaaaaaaaaaaaaaaaaaa"}},
		"/sign-up":            {"name": {"4242424242424242"}},
		"/wallet/cards/test":  {"anything": {"my number is 4242-4242-4242-4242"}},
		"/wallet/cards":       {"4": {"4242424242424242"}},
		"/c/payouts":          {"amount": {"5555555555554444"}},
		"/live/x/gifts":       {"quantity": {"4242424242424242"}},
		"/sandbox/advance":    {"by": {"378282246310005"}},
		"/preferences":        {"lang": {"4242424242424242"}},
		"/setup/no-such-link": {"name": {"4242424242424242"}},
	} {
		a := b.post(path, form)
		has(t, a, 422, "looks like a card number")
		if strings.Contains(a.body, "4242 4242") || strings.Contains(a.body, "4242424242424242") {
			t.Errorf("%s shows it again", path)
		}
	}
	req, err := http.NewRequest(http.MethodPost, r.url+"/preferences", io.LimitReader(strings.NewReader("a="+strings.Repeat("x", 70_000)), 70_002))
	r.ok(err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	has(t, b.do(req), 413)
}

// TestOneCoin reads the price of a gift as it is spoken.
func TestOneCoin(t *testing.T) {
	r := still(t)
	b := r.browser(r.fan.ID)
	page := b.get("/live/" + string(r.room.ID))
	has(t, page, 200, "Costs 1 coin<", "Costs 5 coins<")
	if strings.Contains(plain(page.body), "1 coins") {
		t.Error("the page says 1 coins")
	}
}

// TestMintedSessionOpensNoPage puts the token that a host's key got for a
// person into a browser: pages have no scopes that would bound it.
func TestMintedSessionOpensNoPage(t *testing.T) {
	r := still(t)
	k, _, err := r.people.CreateKey(t.Context(), people.Console(), people.NewKey{Name: "host", Scopes: []people.Scope{people.SessionsWrite}})
	r.ok(err)
	in, err := r.people.MintSession(t.Context(), k.Caller(), r.fan.ID, time.Hour)
	r.ok(err)
	req, err := http.NewRequest(http.MethodGet, r.url+"/wallet", nil)
	r.ok(err)
	req.AddCookie(&http.Cookie{Name: "ovation", Value: in.Token})
	has(t, r.browser("").do(req), 200, `action="/sign-in"`)
}
