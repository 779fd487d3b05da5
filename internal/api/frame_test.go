package api

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func TestAnswer(t *testing.T) {
	w := newWorld(t, nil)
	rec := w.ask(t, "GET /v1/notes/gft_01kgw1ptrhe8zr2b7a5y3c9dxm?kind=a&tags=x,y", asHost)
	want := `{"id":"gft_01kgw1ptrhe8zr2b7a5y3c9dxm","price":{"amount":499,"asset":"USD"},"at":"2026-11-01T12:30:00.000000Z"}` + "\n"
	if rec.Code != 200 || rec.Body.String() != want {
		t.Fatalf("%d %s", rec.Code, rec.Body)
	}
	for name, value := range map[string]string{
		"Content-Type": "application/json", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
		"Cache-Control": "no-store", "X-Frame-Options": "DENY", "Access-Control-Allow-Origin": "",
		"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
	} {
		if got := rec.Header().Get(name); got != value {
			t.Errorf("%s: %q, want %q", name, got, value)
		}
	}
	if !id.Valid(id.KindRequest, rec.Header().Get(RequestIDHeader)) {
		t.Errorf("the request's id is %q", rec.Header().Get(RequestIDHeader))
	}
}

func TestRouter(t *testing.T) {
	w := newWorld(t, nil)
	for path, want := range map[string]string{
		"/v1/nodes/7/state":          "state 7",
		"/v1/nodes/external/state":   "external state",
		"/v1/nodes/external/7":       "external 7",
		"/v1/nodes/a%2Fb/state":      "state a/b",
		"/v1/nodes/external/a%20%2F": "external a /",
	} {
		rec := w.ask(t, "GET "+path, asHost)
		if !strings.Contains(rec.Body.String(), `"`+want+`"`) {
			t.Errorf("%s: %d %s, want %s", path, rec.Code, rec.Body, want)
		}
	}
	for _, path := range []string{"/", "/v1", "/v1/", "/v2/notes", "/v1/notes/", "/v1//notes", "/v1/../v1/notes", "/v1/nodes//state", "/v1/nodes/7", "/v1/nodes/a/b/c/d/e/f"} {
		wantProblem(t, w.ask(t, "GET "+path, asHost), fault.NotFound)
	}
	rec := w.ask(t, "DELETE /v1/notes", asHost)
	wantProblem(t, rec, fault.MethodNotAllowed)
	if got := rec.Header().Get("Allow"); got != "GET, HEAD" {
		t.Errorf("Allow: %s", got)
	}
	if rec := w.ask(t, "HEAD /v1/nodes/7/state", asHost); rec.Code != 200 {
		t.Errorf("HEAD: %d", rec.Code)
	}
	for _, m := range []string{"OPTIONS", "TRACE", "CONNECT", "BREW"} {
		wantProblem(t, w.ask(t, m+" /v1/notes", asHost), fault.MethodNotAllowed)
	}
	r := httptest.NewRequest("GET", "http://elsewhere.example/v1/open", nil)
	r.URL.Host = "elsewhere.example"
	rec = httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	wantProblem(t, rec, fault.InvalidParameter)
}

func TestFailures(t *testing.T) {
	w := newWorld(t, nil)

	p := wantProblem(t, w.ask(t, "GET /v1/fail/panic"), fault.Internal)
	if strings.Contains(p["detail"].(string), "secret") {
		t.Errorf("the detail tells of the panic: %v", p["detail"])
	}
	if !strings.Contains(w.log.String(), "a secret detail of ours") || !strings.Contains(w.log.String(), strings.TrimPrefix(p["instance"].(string), "urn:request:")) {
		t.Errorf("the log does not tell of the panic under the request's id: %s", w.log.String())
	}

	w.log.Reset()
	p = wantProblem(t, w.ask(t, "GET /v1/fail/error"), fault.Internal)
	if strings.Contains(p["detail"].(string), "gift") || !strings.Contains(w.log.String(), "gift: reading the table: unexpected EOF") {
		t.Errorf("an error: %v, log %s", p, w.log.String())
	}

	rec := w.ask(t, "GET /v1/fail/data")
	p = wantProblem(t, rec, fault.InsufficientBalance)
	if p["missing"] != float64(2) || p["detail"] != "You have 3 coins and need 5." || p["type"] != "/problems/insufficient_balance" || p["bad"] != nil {
		t.Errorf("a fault with data: %v", p)
	}
	if !json.Valid(rec.Body.Bytes()) {
		t.Errorf("not JSON: %s", rec.Body)
	}

	rec = w.ask(t, "GET /v1/fail/late")
	wantProblem(t, rec, fault.Overloaded)
	if rec.Header().Get("Retry-After") != "1" {
		t.Errorf("an answer that was late has no Retry-After")
	}
	wantProblem(t, w.ask(t, "GET /v1/fail/not_in_the_table"), fault.Internal)
	for code := range outcomes {
		wantProblem(t, w.ask(t, "GET /v1/fail/"+string(code)), code)
	}
}

func TestAccessLog(t *testing.T) {
	w := newWorld(t, nil)
	w.ask(t, "GET /v1/notes/gft_01kgw1ptrhe8zr2b7a5y3c9dxm?kind=canary", asHost, "User-Agent: canary")
	w.ask(t, "POST /v1/payments", asHost, "Ovation-Person: canary", "", `{"canary":"canary"}`)
	w.ask(t, "GET /canary")
	log := w.log.String()
	if strings.Contains(log, "canary") || strings.Contains(log, hostKey) || strings.Contains(log, "gft_") {
		t.Errorf("the log tells what was sent: %s", log)
	}
	for _, want := range []string{`"route":"GET /v1/notes/{id}"`, `"caller":"key_host"`, `"route":"unmatched"`, `"status":404`} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s: %s", want, log)
		}
	}
}

func TestDrain(t *testing.T) {
	w := newWorld(t, nil)
	if rec := w.ask(t, "GET /readyz"); rec.Code != 200 {
		t.Fatalf("ready: %d", rec.Code)
	}
	w.Drain()
	rec := w.ask(t, "GET /v1/open")
	wantProblem(t, rec, fault.Maintenance)
	if rec.Header().Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	if rec := w.ask(t, "GET /readyz"); rec.Code != 503 {
		t.Errorf("ready while going: %d", rec.Code)
	}
	if rec := w.ask(t, "GET /healthz"); rec.Code != 200 {
		t.Errorf("alive while going: %d", rec.Code)
	}
}

func TestOverload(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.MaxInFlight = 1 })
	w.inFlight.Add(1)
	wantProblem(t, w.ask(t, "GET /v1/open"), fault.Overloaded)
	w.inFlight.Add(-1)
	if rec := w.ask(t, "GET /v1/open"); rec.Code != 200 {
		t.Errorf("after the load: %d", rec.Code)
	}
	if n := w.inFlight.Load(); n != 0 {
		t.Errorf("%d requests are still counted", n)
	}
}

func TestFrame(t *testing.T) {
	w := newWorld(t, nil)
	h := w.Frame("pages", classRead, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if RequestID(r.Context()) == "" || LanguageOf(r.Context()) != French {
			t.Error("the page does not know its request")
		}
		if r.URL.Path == "/panic" {
			panic("oops")
		}
		p := w.Explain(r.Context(), fault.New(fault.NotFound, "There is nothing at this address. The list of operations is at /docs/api."))
		http.Error(rw, p.Detail, p.Status)
	}))
	for path, status := range map[string]int{"/a": 404, "/panic": 500} {
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("Accept-Language", "fr-CA, en;q=0.5")
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		if rec.Code != status {
			t.Errorf("%s: %d", path, rec.Code)
		}
	}
}

func TestBefore(t *testing.T) {
	w := newWorld(t, nil)
	h := w.Before(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusTeapot) }))
	for path, status := range map[string]int{"/v1/open": 200, "/v1//open": 404, "/v1/": 404, "/problems": 200, "/problems/gone": 200, "/docs/api": 200, "/healthz": 200, "/": 418, "/wallet": 418, "/v1x": 418, "/docs/other": 418} {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, httptest.NewRequest("GET", path, nil))
		if rec.Code != status {
			t.Errorf("%s: %d, want %d", path, rec.Code, status)
		}
	}
}

func TestMistakesInTheTable(t *testing.T) {
	type floats struct {
		Body struct {
			Kind struct {
				A string `json:"a" format:"hostname"`
			} `json:"kind"`
		}
	}
	w := &world{}
	_, err := build(Config{Auth: callers{}, CursorKeys: [][]byte{make([]byte, 32)}}, func(a *API) {
		get(a, "/v1/a", w.openOne, "Neither")
		get(a, "/v1/b", w.openOne, "Both", public(), needs("x"))
		get(a, "/v1/c", w.openOne, "Twice", public())
		get(a, "/v1/c", w.openOne, "Twice", public())
		get(a, "/v1/d", w.openOne, "A class", public(), class("nonsense"))
		raw[floats, none](a, "POST", "/v1/e", w.storm, "A format", public())
	})
	if err == nil {
		t.Fatal("no mistake was found")
	}
	for _, want := range []string{"GET /v1/a: say either", "GET /v1/b: say either", "GET /v1/c stands", "GET /v1/d: there is no class", "POST /v1/e: kind: a: texts of the format"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
	for _, cfg := range []Config{{}, {Auth: callers{}}, {Auth: callers{}, CursorKeys: [][]byte{{1}}}, {Auth: callers{}, CursorKeys: [][]byte{make([]byte, 32)}, Limits: []Class{{Name: "x"}}}} {
		if _, err := New(cfg); err == nil {
			t.Errorf("%+v was accepted", cfg)
		}
	}
}
