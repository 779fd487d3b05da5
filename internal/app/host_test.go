package app

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// TestSandboxSignsInAtItsOwnNameOnly is a web site that points its own name at
// the machine of a sandbox and wants to be its operator.
func TestSandboxSignsInAtItsOwnNameOnly(t *testing.T) {
	eachShop(t, func(s *shop) {
		s.Options.Config.URL = "https://demo.example"
		site, err := s.Site()
		s.ok(err)
		for host, ok := range map[string]bool{"evil.example": false, "demo.example": true, "localhost:8080": true, "127.0.0.1:8080": true, "192.0.2.7": false} {
			r := httptest.NewRequest(http.MethodPost, "/sandbox/sign-in", strings.NewReader(url.Values{"persona": {"nobody"}}.Encode()))
			r.Host = host
			r.Header.Set("Origin", "https://"+host)
			r.Header.Set("Sec-Fetch-Site", "same-origin")
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			w := httptest.NewRecorder()
			site.ServeHTTP(w, r)
			want := http.StatusForbidden
			if ok {
				want = http.StatusNotFound // there is no such persona
			}
			if w.Code != want || (w.Code == http.StatusForbidden) != strings.Contains(w.Body.String(), "This sandbox is not asked by this name. Open it at https://demo.example") {
				t.Errorf("%s: %d, want %d: %s", host, w.Code, want, w.Body)
			}
		}
	})
}
