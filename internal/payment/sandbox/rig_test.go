package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
)

var start = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

func newBox(t testing.TB, d *db.DB) (*Server, *clock.Manual) {
	t.Helper()
	clk := clock.NewManual(start)
	s, err := New(Config{Clock: clk, DB: d, BaseURL: "http://sandbox.test", Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { balanced(t, s) })
	return s, clk
}

func balanced(t testing.TB, s *Server) {
	t.Helper()
	for _, b := range s.Books() {
		if b.Difference() != 0 {
			t.Errorf("the books do not add up: %+v", b)
		}
	}
}

type answer struct {
	status int
	header http.Header
	body   string
	json   map[string]any
}

func (a answer) str(name string) string {
	v, _ := a.json[name].(string)
	return v
}

// code is the code of an error, or its type.
func (a answer) code() string {
	e, _ := a.json["error"].(map[string]any)
	if code, _ := e["code"].(string); code != "" {
		return code
	}
	kind, _ := e["type"].(string)
	return kind
}

func ask(s *Server, method, target, account, body string) answer {
	req := httptest.NewRequest(method, target, strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+DefaultSecretKey)
	if account != "" {
		req.Header.Set("Stripe-Account", account)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, req)
	raw, _ := io.ReadAll(w.Body)
	a := answer{status: w.Code, header: w.Header(), body: string(raw)}
	_ = json.Unmarshal(raw, &a.json) // pages are no JSON
	return a
}

// must asks and fails unless it works. form is "a=1&b=2", not encoded further.
func must(t testing.TB, s *Server, method, target, account, form string) answer {
	t.Helper()
	vals, err := url.ParseQuery(form)
	if err != nil {
		t.Fatal(err)
	}
	a := ask(s, method, target, account, vals.Encode())
	if a.status != http.StatusOK {
		t.Fatalf("%s %s %s: %d %s", method, target, form, a.status, a.body)
	}
	return a
}
