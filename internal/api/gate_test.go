package api

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/people"
)

// gated is a page behind the gate, as package web makes them.
func gated(w *world, class string, who *people.Visit) http.Handler {
	return w.Frame("GET /page", class, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		err := w.Admit(r)
		if err == nil {
			err = w.Visitor(r, who)
		}
		if err != nil {
			rw.WriteHeader(w.Status(fault.CodeOf(err)))
		}
	}))
}

func load(h http.Handler, from, forwarded string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", "/page", nil)
	r.RemoteAddr = from + ":1234"
	if forwarded != "" {
		r.Header.Set("X-Forwarded-For", forwarded)
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec
}

func TestPagesHaveLimits(t *testing.T) {
	w := limited(t, nil)
	nobody := gated(w, classRead, nil)
	for _, want := range []int{200, 200, 429} {
		if rec := load(nobody, "192.0.2.1", ""); rec.Code != want {
			t.Errorf("nobody: %d, want %d", rec.Code, want)
		}
	}
	visit := &people.Visit{Session: people.Session{ID: "ses_1"}, Person: people.Person{ID: fan}}
	for _, want := range []int{200, 200, 429} {
		if rec := load(gated(w, classRead, visit), "192.0.2.1", ""); rec.Code != want || rec.Header().Get("RateLimit-Policy") == "" {
			t.Errorf("somebody: %d, want %d", rec.Code, want)
		}
	}
	// One account is one caller, with a page or with a program.
	wantProblem(t, w.ask(t, "GET /v1/nodes/1/state", asFan), fault.RateLimited)
	if rec := load(gated(w, classNone, nil), "192.0.2.1", ""); rec.Code != 200 {
		t.Errorf("a file: %d", rec.Code)
	}
}

func TestPagesAreAdmitted(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.MaxInFlight = 1 })
	page := gated(w, classRead, nil)
	w.inFlight.Add(1)
	if rec := load(page, "192.0.2.1", ""); rec.Code != 503 {
		t.Errorf("too many at once: %d", rec.Code)
	}
	w.inFlight.Add(-1)
	rec := load(page, "192.0.2.1", "")
	if rec.Code != 200 || !id.Valid(id.KindRequest, rec.Header().Get(RequestIDHeader)) {
		t.Errorf("a page: %d %v", rec.Code, rec.Header())
	}
	w.Drain()
	if rec := load(page, "192.0.2.1", ""); rec.Code != 503 {
		t.Errorf("while going: %d", rec.Code)
	}
}

// TestSpoofedAddress sends X-Forwarded-For with and without a trusted proxy.
func TestSpoofedAddress(t *testing.T) {
	for name, c := range map[string]struct {
		trusted, from, forwarded, want string
	}{
		"nobody is trusted":           {"", "192.0.2.1", "203.0.113.9", "192.0.2.1"},
		"another one is trusted":      {"10.0.0.0/8", "192.0.2.1", "203.0.113.9", "192.0.2.1"},
		"behind a proxy":              {"10.0.0.0/8", "10.0.0.1", "203.0.113.9", "203.0.113.9"},
		"behind two":                  {"10.0.0.0/8", "10.0.0.1", "203.0.113.9, 10.0.0.2", "203.0.113.9"},
		"a client that makes one up":  {"10.0.0.0/8", "10.0.0.1", "198.51.100.7, 203.0.113.9", "203.0.113.9"},
		"a proxy that writes no name": {"10.0.0.0/8", "10.0.0.1", "nonsense", "10.0.0.1"},
	} {
		w := limited(t, func(cfg *Config) {
			if c.trusted != "" {
				cfg.TrustedProxies = []netip.Prefix{netip.MustParsePrefix(c.trusted)}
			}
		})
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.from + ":1"
		r.Header.Set("X-Forwarded-For", c.forwarded)
		if got := w.Address(r); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		page := gated(w, classRead, nil)
		load(page, c.from, c.forwarded)
		load(page, c.want, "")
		if rec := load(page, c.from, c.forwarded); rec.Code != 429 {
			t.Errorf("%s: the limit is another one's: %d", name, rec.Code)
		}
	}
}

// TestSandboxIsAskedByItsNames is what a web site gains that points its own
// name at the machine of a sandbox.
func TestSandboxIsAskedByItsNames(t *testing.T) {
	sandbox := newWorld(t, func(c *Config) { c.Hosts = []string{"demo.example"} })
	served := newWorld(t, nil)
	for host, ok := range map[string]bool{
		"localhost": true, "localhost:8080": true, "LocalHost.": true, "app.localhost:1": true, "127.0.0.1:8080": true, "127.9.9.9": true, "[::1]:8080": true,
		"[::ffff:127.0.0.1]": true, "demo.example": true, "Demo.Example:443": true,
		"evil.example": false, "evil.example:8080": false, "demo.example.evil.example": false, "xlocalhost": false, "localhost.evil.example": false,
		"127.0.0.1.evil.example": false, "192.0.2.7": false, "": false, "0.0.0.0": false,
	} {
		for _, w := range []*world{sandbox, served} {
			r := httptest.NewRequest("GET", "/v1/open", nil)
			r.Host = host
			api, page := httptest.NewRecorder(), httptest.NewRecorder()
			w.ServeHTTP(api, r)
			gated(w, classRead, nil).ServeHTTP(page, r)
			want := 200
			if w == sandbox && !ok {
				want = 403
			}
			if api.Code != want || page.Code != want {
				t.Errorf("%q: %d and %d, want %d", host, api.Code, page.Code, want)
			}
		}
	}
}
