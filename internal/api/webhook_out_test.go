package api

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/webhook"
)

// TestWebhookSentences wants the French of what is said about endpoints beside
// the faults.
func TestWebhookSentences(t *testing.T) {
	listed := deliveryEnum(t)
	for failure, sentence := range webhook.Sentences() {
		if french[sentence] == "" {
			t.Errorf("%s: %q has no French", failure, sentence)
		}
		if !strings.Contains(listed, string(failure)) {
			t.Errorf("the API does not list the failure %s", failure)
		}
	}
	for _, reason := range webhook.Reasons() {
		if french[reason] == "" {
			t.Errorf("%q has no French", reason)
		}
	}
}

// deliveryEnum is what the OpenAPI says about why an attempt failed.
func deliveryEnum(t *testing.T) string {
	t.Helper()
	return fmt.Sprint(newWorld(t, nil).lib.OpenAPI().Components.Schemas.Map()["Attempt"].Properties["error"].Enum)
}

func decoded(t *testing.T, rec *httptest.ResponseRecorder) (v map[string]any) {
	t.Helper()
	if err := json.Unmarshal(rec.Body.Bytes(), &v); err != nil {
		t.Fatalf("%v in %s", err, rec.Body)
	}
	return v
}

// TestWebhookEndpoints walks through the operations as a host does, with the
// refusals on the way.
func TestWebhookEndpoints(t *testing.T) {
	s := newShop(t)
	s.cfg.Services.Webhooks = webhook.NewService(webhook.Config{DB: s.db, Guard: webhook.Guard{Sandbox: true}})
	create := func(key, body string) map[string]any {
		t.Helper()
		rec := s.ask(t, "POST /v1/webhook-endpoints", s.host, "Idempotency-Key: "+key, "", body)
		if rec.Code != 201 {
			t.Fatalf("%d %s", rec.Code, rec.Body)
		}
		return decoded(t, rec)
	}
	e := create("a", `{"url":"http://127.0.0.1:3000/hook","types":["gift.sent"],"description":"Ours"}`)
	if secret, _ := e["secret"].(string); !strings.HasPrefix(secret, "whsec_") || e["state"] != "enabled" || e["sequence"] != 0.0 {
		t.Errorf("made: %v", e)
	}
	if again := create("a", `{"url":"http://127.0.0.1:3000/hook","types":["gift.sent"],"description":"Ours"}`); again["id"] != e["id"] || again["secret"] != e["secret"] {
		t.Errorf("the same key: %v", again)
	}
	path := fmt.Sprint("/v1/webhook-endpoints/", e["id"])
	wantProblem(t, s.ask(t, "POST /v1/webhook-endpoints", s.host, "Idempotency-Key: b", "", `{"url":"http://10.0.0.1/"}`), fault.URLNotAllowed)
	wantProblem(t, s.ask(t, "POST /v1/webhook-endpoints", s.host, "Idempotency-Key: a", "", `{"url":"http://127.0.0.1:3001/"}`), fault.IdempotencyKeyReused)
	p := wantProblem(t, s.ask(t, "PATCH "+path, s.host, "Accept-Language: fr", "", `{"url":"ftp://127.0.0.1/"}`), fault.URLNotAllowed)
	if p["detail"] != "L’URL doit commencer par https:// ou, dans un bac à sable, par http://." {
		t.Errorf("in French: %v", p["detail"])
	}
	ok := func(line, body string, want int) map[string]any {
		t.Helper()
		args := []string{s.host}
		if body != "" {
			args = append(args, "", body)
		}
		rec := s.ask(t, line, args...)
		if rec.Code != want {
			t.Fatalf("%s: %d %s", line, rec.Code, rec.Body)
		}
		if rec.Body.Len() == 0 {
			return nil
		}
		return decoded(t, rec)
	}
	if all := ok("PATCH "+path, `{"types":[]}`, 200); fmt.Sprint(all["types"]) != "[]" || all["description"] != "Ours" || all["secret"] != nil {
		t.Errorf("changed: %v", all)
	}
	if one := ok("GET "+path, "", 200); one["secret"] != nil {
		t.Errorf("the secret is shown with %v", one)
	}
	if list := ok("GET /v1/webhook-endpoints?state=enabled", "", 200); len(list["data"].([]any)) != 1 {
		t.Errorf("the list: %v", list)
	}
	rotated := ok("POST "+path+"/rotate", `{}`, 200)
	if now := ok("GET "+path+"/secret", "", 200); now["secret"] != rotated["secret"] || now["old_secret"] != e["secret"] || now["old_ends_at"] == nil {
		t.Errorf("the secrets: %v", now)
	}
	wantProblem(t, s.ask(t, "POST "+path+"/rotate", s.host, "", `{"overlap":60}`), fault.StateConflict)
	if leaked := ok("POST "+path+"/rotate", `{"overlap":0}`, 200); leaked["old_secret"] != nil {
		t.Errorf("a secret that leaked still signs: %v", leaked)
	}
	if test := ok("POST "+path+"/test", "", 202); !strings.HasPrefix(fmt.Sprint(test["event"]), "evt_") {
		t.Errorf("the test: %v", test)
	}
	if _, err := s.cfg.Services.Webhooks.Fan(t.Context()); err != nil {
		t.Fatal(err)
	}
	list := ok("GET "+path+"/deliveries?state=waiting&type=webhook.test", "", 200)
	d := list["data"].([]any)[0].(map[string]any)
	if d["sequence"] != 1.0 || d["state"] != "waiting" || d["next_at"] == nil {
		t.Errorf("the delivery: %v", d)
	}
	if one := ok(fmt.Sprint("GET ", path, "/deliveries/", d["id"]), "", 200); one["event"] != d["event"] {
		t.Errorf("one delivery: %v", one)
	}
	for _, body := range []string{fmt.Sprintf(`{"delivery":%q}`, d["id"]), `{"from_sequence":1}`, `{"since":"2020-01-01T00:00:00Z","state":"waiting"}`} {
		if again := ok("POST "+path+"/redeliver", body, 202); again["deliveries"] != 1.0 {
			t.Errorf("%s: %v", body, again)
		}
	}
	wantProblem(t, s.ask(t, "POST "+path+"/redeliver", s.host, "", `{}`), fault.ValidationFailed)
	wantProblem(t, s.ask(t, "POST "+path+"/redeliver", s.host, "", `{"since":"1950-01-01T00:00:00Z"}`), fault.ValidationFailed)
	disabled := ok("POST "+path+"/disable", `{"reason":"We move."}`, 200)
	if why := disabled["disabled"].(map[string]any); why["code"] != "by_hand" || why["reason"] != "We move." {
		t.Errorf("disabled: %v", disabled)
	}
	wantProblem(t, s.ask(t, "POST "+path+"/test", s.host), fault.StateConflict)
	if enabled := ok("POST "+path+"/enable", `{"resume":false}`, 200); enabled["state"] != "enabled" || enabled["disabled"] != nil {
		t.Errorf("enabled: %v", enabled)
	}
	ok("DELETE "+path, "", 204)
	wantProblem(t, s.ask(t, "GET "+path, s.host), fault.NotFound)
	fan := s.session(t, s.g.Fan())
	wantProblem(t, s.ask(t, "GET /v1/webhook-endpoints", fan), fault.ScopeMissing)
}
