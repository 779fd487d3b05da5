package api

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/people"
)

func TestKeysOverTheAPI(t *testing.T) {
	s := newShop(t)
	fan, other := s.g.Person(), s.g.Person()
	session := s.session(t, fan)

	made := s.answered(t, 201, "POST /v1/api-keys", session, "", `{"name":"My bot","scopes":["gifts:send","wallet:read"]}`)
	secret, _ := made["secret"].(string)
	if !strings.HasPrefix(secret, "ovn_test_sk_") || made["person"] != string(fan) || made["last4"] != secret[len(secret)-4:] || made["mode"] != "test" {
		t.Fatalf("the key: %v", made)
	}
	bot := "Authorization: Bearer " + secret
	s.answered(t, 200, "GET /v1/wallet", bot)
	wantProblem(t, s.ask(t, "GET /v1/earnings", bot), fault.ScopeMissing)
	wantProblem(t, s.ask(t, "GET /v1/wallet", bot, actingFor(other)), fault.Forbidden)

	list := fmt.Sprint(s.answered(t, 200, "GET /v1/api-keys", session)["data"])
	if !strings.Contains(list, made["id"].(string)) || strings.Contains(list, secret) || strings.Contains(list, "secret") {
		t.Errorf("the list: %s", list)
	}
	wantProblem(t, s.ask(t, "GET /v1/api-keys?person="+string(fan), s.session(t, other)), fault.NotFound)
	wantProblem(t, s.ask(t, "DELETE /v1/api-keys/"+made["id"].(string), s.session(t, other)), fault.NotFound)
	if rec := s.ask(t, "DELETE /v1/api-keys/"+made["id"].(string), session); rec.Code != 204 {
		t.Fatalf("revoking: %d %s", rec.Code, rec.Body)
	}
	wantProblem(t, s.ask(t, "GET /v1/wallet", bot), fault.TokenInvalid)
	wantProblem(t, s.ask(t, "DELETE /v1/api-keys/"+made["id"].(string), session), fault.AlreadyDone)
}

// TestKeyNeverRisesAboveItsMaker tries to get more by making a key.
func TestKeyNeverRisesAboveItsMaker(t *testing.T) {
	s := newShop(t)
	fan, other := s.g.Person(), s.g.Person()
	narrow := "Authorization: Bearer " + s.answered(t, 201, "POST /v1/api-keys", s.host, "", `{"name":"Maker","scopes":["keys:write","gifts:send"]}`)["secret"].(string)
	for name, c := range map[string]struct {
		by, body string
		code     fault.Code
	}{
		"a scope that the key lacks": {narrow, `{"name":"x","scopes":["payouts:write"]}`, fault.ScopeMissing},
		"admin":                      {s.host, `{"name":"x","scopes":["admin"]}`, fault.ScopeMissing},
		"a person, for the host":     {s.session(t, fan), `{"name":"x","scopes":["ledger:read"]}`, fault.ValidationFailed},
		"for somebody else":          {s.session(t, fan), `{"name":"x","scopes":["gifts:send"],"person":"` + string(other) + `"}`, fault.NotFound},
		"a scope that is none":       {s.host, `{"name":"x","scopes":["all"]}`, fault.ValidationFailed},
		"a key that may not":         {"Authorization: Bearer " + s.answered(t, 201, "POST /v1/api-keys", s.host, "", `{"name":"Reader","scopes":["people:read"]}`)["secret"].(string), `{"name":"x","scopes":["people:read"]}`, fault.ScopeMissing},
	} {
		t.Run(name, func(t *testing.T) { wantProblem(t, s.ask(t, "POST /v1/api-keys", c.by, "", c.body), c.code) })
	}
	if made := s.answered(t, 201, "POST /v1/api-keys", narrow, "", `{"name":"x","scopes":["gifts:send"],"person":"`+string(fan)+`"}`); made["person"] != string(fan) {
		t.Errorf("a host's key for a person: %v", made)
	}
}

func TestSessionsOverTheAPI(t *testing.T) {
	s := newShop(t)
	fan := s.g.Person()
	minted := s.answered(t, 201, "POST /v1/sessions", s.host, "", `{"person":"`+string(fan)+`","lasts":600}`)
	first := "Authorization: Bearer " + minted["token"].(string)
	second := s.session(t, fan)
	list := s.answered(t, 200, "GET /v1/sessions", first)["data"].([]any)
	if len(list) != 2 {
		t.Fatalf("%d sessions", len(list))
	}
	for _, one := range list {
		v := one.(map[string]any)
		if v["current"] != (v["id"] == minted["id"]) || v["token"] != nil {
			t.Errorf("the session %v", v)
		}
	}
	stranger := s.session(t, s.g.Person())
	wantProblem(t, s.ask(t, "DELETE /v1/sessions/"+minted["id"].(string), stranger), fault.NotFound)
	wantProblem(t, s.ask(t, "POST /v1/sessions", first, "", `{"person":"`+string(fan)+`","lasts":600}`), fault.ScopeMissing)
	if rec := s.ask(t, "DELETE /v1/sessions/"+minted["id"].(string), second); rec.Code != 204 {
		t.Fatalf("ending: %d %s", rec.Code, rec.Body)
	}
	wantProblem(t, s.ask(t, "GET /v1/wallet", first), fault.SessionRevoked)
	if rec := s.ask(t, "DELETE /v1/sessions", second); rec.Code != 204 {
		t.Fatalf("ending all: %d %s", rec.Code, rec.Body)
	}
	wantProblem(t, s.ask(t, "GET /v1/wallet", second), fault.SessionRevoked)
}

// TestKeyOfAnUnknownVersion asks for a key that could do nothing.
func TestKeyOfAnUnknownVersion(t *testing.T) {
	s := newShop(t)
	for _, bad := range []string{"1999-01-01", "newest", "2026-11-1"} {
		p := wantProblem(t, s.ask(t, "POST /v1/api-keys", s.operator, "", `{"name":"k","scopes":["events:read"],"api_version":"`+bad+`"}`), fault.ValidationFailed)
		if got := errorsOf(p); got != "/api_version=validation_failed" || !strings.Contains(fmt.Sprint(p["errors"]), Version) {
			t.Errorf("%s: %v", bad, p)
		}
	}
	made := s.answered(t, 201, "POST /v1/api-keys", s.operator, "", `{"name":"k","scopes":["events:read"],"api_version":"`+Version+`"}`)
	s.answered(t, 200, "GET /v1/events", "Authorization: Bearer "+made["secret"].(string))
}

// TestSessionNeverRisesAboveItsKey is the way from sessions:write to an
// operator, and what is left of it.
func TestSessionNeverRisesAboveItsKey(t *testing.T) {
	s := newShop(t)
	fan, boss := s.g.Person(), s.g.Person()
	s.g.Write(func(tx *db.Tx) error { return people.Grant(t.Context(), tx, boss, people.Operator) })
	key := func(scopes string) (line, name string) {
		made := s.answered(t, 201, "POST /v1/api-keys", s.operator, "", `{"name":"Host","scopes":[`+scopes+`]}`)
		return "Authorization: Bearer " + made["secret"].(string), made["id"].(string)
	}
	narrow, name := key(`"sessions:write","keys:write","wallet:read"`)
	wantProblem(t, s.ask(t, "POST /v1/sessions", narrow, "", `{"person":"`+string(boss)+`","lasts":600}`), fault.ScopeMissing)
	minted := "Authorization: Bearer " + s.answered(t, 201, "POST /v1/sessions", narrow, "", `{"person":"`+string(fan)+`","lasts":600}`)["token"].(string)
	s.answered(t, 200, "GET /v1/wallet", minted)
	wantProblem(t, s.ask(t, "GET /v1/earnings", minted), fault.ScopeMissing)
	wantProblem(t, s.ask(t, "POST /v1/api-keys", minted, "", `{"name":"x","scopes":["payouts:write"]}`), fault.ScopeMissing)
	if made := s.answered(t, 201, "POST /v1/api-keys", minted, "", `{"name":"x","scopes":["wallet:read"]}`); made["created_by"] != name {
		t.Errorf("the key is made by %v, not by the host's key %s", made["created_by"], name)
	}
	if rec := s.ask(t, "DELETE /v1/api-keys/"+name, s.operator); rec.Code != 204 {
		t.Fatalf("revoking: %d %s", rec.Code, rec.Body)
	}
	wantProblem(t, s.ask(t, "GET /v1/wallet", minted), fault.SessionRevoked)

	strong, _ := key(`"admin"`)
	all := "Authorization: Bearer " + s.answered(t, 201, "POST /v1/sessions", strong, "", `{"person":"`+string(boss)+`","lasts":600}`)["token"].(string)
	s.answered(t, 200, "GET /v1/ledger/accounts", all)
}
