package api

import (
	"testing"

	"github.com/ovationhq/ovation/internal/fault"
)

// TestChat writes, reads, hides and mutes over the API.
func TestChat(t *testing.T) {
	s := newShop(t)
	star, fan, other := s.g.Creator(), s.g.Person(), s.g.Person()
	line := "/v1/live-rooms/" + s.g.Live(star)
	asStar, asFan := s.session(t, star), s.session(t, fan)
	send := func(body string, headers ...string) string { // returns the id
		t.Helper()
		return s.answered(t, 201, "POST "+line+"/messages", append(headers, "", body)...)["id"].(string)
	}
	first := send(`{"text": "<b>hi</b>", "nonce": "a"}`, asFan)
	if again := send(`{"text": "<b>hi</b>", "nonce": "a"}`, asFan); again != first {
		t.Errorf("%s and %s", first, again)
	}
	send(`{"text": "welcome"}`, s.host, actingFor(star))
	read := func(path string, headers ...string) []any {
		t.Helper()
		return s.answered(t, 200, "GET "+line+path, headers...)["data"].([]any)
	}
	if all := read("/messages"); len(all) != 2 || all[1].(map[string]any)["text"] != "<b>hi</b>" {
		t.Errorf("%v", all)
	}
	page := s.answered(t, 200, "GET "+line+"/messages?limit=1")
	if next := read("/messages?limit=1&cursor=" + page["next_cursor"].(string)); len(next) != 1 || next[0].(map[string]any)["id"] != first {
		t.Errorf("%v", next)
	}
	wantProblem(t, s.ask(t, "POST "+line+"/messages/"+first+"/hide", asFan), fault.NotFound)
	wantProblem(t, s.ask(t, "POST "+line+"/messages/"+first+"/hide", s.operator, actingFor(fan)), fault.NotFound)
	s.answered(t, 200, "POST "+line+"/messages/"+first+"/hide", s.operator)
	if n, m := len(read("/messages")), len(read("/messages", asStar)); n != 1 || m != 2 {
		t.Errorf("everybody reads %d, the creator %d", n, m)
	}
	s.answered(t, 204, "PUT "+line+"/mutes/"+string(fan), asStar)
	wantProblem(t, s.ask(t, "POST "+line+"/messages", asFan, "", `{"text": "x"}`), fault.Forbidden)
	wantProblem(t, s.ask(t, "GET "+line+"/mutes", asFan), fault.NotFound)
	if muted := read("/mutes", asStar); len(muted) != 1 {
		t.Errorf("%v", muted)
	}
	s.answered(t, 204, "DELETE "+line+"/mutes/"+string(fan), asStar)
	send(`{"text": "thanks"}`, asFan)

	if o := s.answered(t, 200, "PUT "+line+"/chat", asStar, "", `{"on": true, "slow_mode_seconds": 30}`); o["slow_mode_seconds"] != 30.0 {
		t.Errorf("%v", o)
	}
	asOther := s.session(t, other)
	send(`{"text": "one"}`, asOther)
	rec := s.ask(t, "POST "+line+"/messages", asOther, "", `{"text": "two"}`)
	wantProblem(t, rec, fault.RateLimited)
	if rec.Header().Get("Retry-After") != "30" {
		t.Errorf("%v", rec.Header())
	}
	wantProblem(t, s.ask(t, "PUT "+line+"/chat", asFan, "", `{"on": true}`), fault.NotFound)
	s.answered(t, 200, "PUT "+line+"/chat", asStar, "", `{"on": false}`)
	if o := s.answered(t, 200, "GET "+line+"/chat"); o["on"] != false || o["slow_mode_seconds"] != 0.0 {
		t.Errorf("%v", o)
	}
	wantProblem(t, s.ask(t, "POST "+line+"/messages", asStar, "", `{"text": "x"}`), fault.StateConflict)
}
