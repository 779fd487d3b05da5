package api

import (
	"context"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/people"
)

func TestCaller(t *testing.T) {
	w := newWorld(t, nil)
	for _, c := range []struct {
		name    string
		headers []string
		seen    string
	}{
		{"nobody", nil, ""},
		{"a session", []string{asFan}, string(fan)},
		{"a cookie", []string{"Cookie: x=1; ovation=" + fanSession}, string(fan)},
		{"an old cookie", []string{"Cookie: ovation=" + oldSession}, ""},
		{"the key wins over a cookie", []string{asHost, "Cookie: ovation=" + oldSession}, ""},
		{"the host for a person", []string{asHost, "Ovation-Person: external:42"}, string(fan)},
		{"in small letters", []string{"Authorization: bearer " + fanSession}, string(fan)},
		{"for a person without a key", []string{"Ovation-Person: external:42"}, ""},
	} {
		rec := w.ask(t, "GET /v1/open", c.headers...)
		if rec.Code != 200 || rec.Body.String() != `{"seen":"`+c.seen+`"}`+"\n" {
			t.Errorf("%s: %d %s", c.name, rec.Code, rec.Body)
		}
	}
	for _, c := range []struct {
		name    string
		headers []string
		code    fault.Code
	}{
		{"two headers", []string{asHost, asFan}, fault.TokenInvalid},
		{"no key", []string{"Authorization: Bearer "}, fault.TokenInvalid},
		{"a key with a space", []string{"Authorization: Bearer a b"}, fault.TokenInvalid},
		{"an old session", []string{"Authorization: Bearer " + oldSession}, fault.TokenExpired},
		{"a person who is not there", []string{asHost, "Ovation-Person: usr_x"}, fault.NotFound},
		{"two persons", []string{asHost, forFan, "Ovation-Person: external:42"}, fault.InvalidParameter},
		{"an empty person", []string{asHost, "Ovation-Person: "}, fault.NotFound},
		{"a session for a person", []string{asFan, forFan}, fault.Forbidden},
	} {
		rec := w.ask(t, "GET /v1/open", c.headers...)
		wantProblem(t, rec, c.code)
		if rec.Code == 401 && rec.Header().Get("WWW-Authenticate") == "" {
			t.Errorf("%s: no challenge", c.name)
		}
	}
	if rec := w.ask(t, "GET /v1/books", "Authorization: Bearer "+opSession); rec.Code != 200 {
		t.Errorf("the operator: %d %s", rec.Code, rec.Body)
	}
	wantProblem(t, w.ask(t, "GET /v1/books", asFan), fault.ScopeMissing)
}

func TestOtherSites(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.TrustedOrigins = []string{"https://studio.example.org"} })
	cookie := "Cookie: ovation=" + opSession
	pay := func(headers ...string) int {
		return w.ask(t, "POST /v1/payments", append(headers, "", payOK)...).Code
	}
	if got := pay(cookie, "Sec-Fetch-Site: same-origin"); got != 201 {
		t.Errorf("from our own page: %d", got)
	}
	if got := pay(cookie, "Sec-Fetch-Site: same-site", "Origin: https://studio.example.org"); got != 201 {
		t.Errorf("from a page that is trusted: %d", got)
	}
	if got := pay(asHost, forFan, "Sec-Fetch-Site: cross-site", "Origin: https://evil.example"); got != 201 {
		t.Errorf("a key, which no browser sends by itself: %d", got)
	}
	for _, headers := range [][]string{
		{"Sec-Fetch-Site: cross-site"}, {"Sec-Fetch-Site: same-site"}, {"Origin: https://evil.example"}, {"Origin: null"},
	} {
		wantProblem(t, w.ask(t, "POST /v1/payments", append(append([]string{cookie}, headers...), "", payOK)...), fault.CsrfFailed)
	}
	if rec := w.ask(t, "GET /v1/open", cookie, "Sec-Fetch-Site: cross-site"); rec.Code != 200 {
		t.Errorf("reading: %d", rec.Code)
	}
}

func TestCookieName(t *testing.T) {
	if SessionCookie(true) != "__Host-ovation" || SessionCookie(false) != "ovation" {
		t.Error("the names of the cookie have changed; everybody is signed out by that")
	}
}

// TestDirectory signs real people in.
func TestDirectory(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		ctx := context.Background()
		service := people.NewService(d, people.Test)
		w := newWorld(t, func(c *Config) { c.Auth = Directory(service) })
		ana, _, err := service.EnsureExternal(ctx, people.NewPerson{ExternalID: "42"})
		if err != nil {
			t.Fatal(err)
		}
		host, secret, err := service.FirstKey(ctx, "host")
		if err != nil {
			t.Fatal(err)
		}
		in, err := service.MintSession(ctx, people.Console(), ana.ID, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		seen := `{"seen":"` + string(ana.ID) + `"}` + "\n"
		for range 2 { // the second time from memory
			for _, headers := range [][]string{
				{"Authorization: Bearer " + secret, "Ovation-Person: external:42"},
				{"Authorization: Bearer " + secret, "Ovation-Person: " + string(ana.ID)},
				{"Authorization: Bearer " + in.Token},
			} {
				if rec := w.ask(t, "GET /v1/open", headers...); rec.Code != 200 || rec.Body.String() != seen {
					t.Errorf("%d %s", rec.Code, rec.Body)
				}
			}
		}
		for _, ref := range []string{"external:43", "usr_01kgw1ptrhe8zr2b7a5y3c9dxm", "nonsense"} {
			wantProblem(t, w.ask(t, "GET /v1/open", "Authorization: Bearer "+secret, "Ovation-Person: "+ref), fault.NotFound)
		}
		if err := service.RevokeKey(ctx, people.Caller{Key: host.ID, Scopes: host.Scopes}, host.ID); err != nil {
			t.Fatal(err)
		}
		wantProblem(t, w.ask(t, "GET /v1/open", "Authorization: Bearer "+secret), fault.TokenInvalid)
		if err := service.LogOutEverywhere(ctx, ana.ID); err != nil {
			t.Fatal(err)
		}
		wantProblem(t, w.ask(t, "GET /v1/open", "Authorization: Bearer "+in.Token), fault.SessionRevoked)
	})
}
