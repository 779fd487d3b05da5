package api

import (
	"testing"

	"github.com/ovationhq/ovation/internal/fault"
)

// TestGoals sets a goal, reaches it and ends it.
func TestGoals(t *testing.T) {
	s := newShop(t)
	star, fan := s.g.Creator(), s.g.Fan(1000)
	room, asStar := s.g.Live(star), s.session(t, star)
	body := `{"target": "` + room + `", "title": "Ten roses <b>", "metric": "gifts", "gift": "rose", "wanted": 10}`
	set := s.answered(t, 201, "POST /v1/goals", asStar, "", body)
	line := "/v1/goals/" + set["id"].(string)
	s.g.Give(fan, "rose", room, 12)
	if _, err := s.cfg.Services.Goals.Count(t.Context()); err != nil {
		t.Fatal(err)
	}
	if o := s.answered(t, 200, "GET "+line); o["progress"] != 12.0 || o["reached_at"] == nil || o["state"] != "active" || o["title"] != "Ten roses <b>" {
		t.Errorf("%v", o)
	}
	if o := s.answered(t, 200, "GET /v1/goals?target="+room+"&state=active"); len(o["data"].([]any)) != 1 {
		t.Errorf("%v", o)
	}
	wantProblem(t, s.ask(t, "PATCH "+line, s.session(t, fan), "", `{"state": "ended"}`), fault.NotFound)
	wantProblem(t, s.ask(t, "PATCH "+line, asStar, "", `{"state": "active"}`), fault.ValidationFailed)
	if o := s.answered(t, 200, "PATCH "+line, asStar, "", `{"state": "ended"}`); o["state"] != "ended" || o["ended_at"] == nil {
		t.Errorf("%v", o)
	}
	month := `{"title": "A camera", "metric": "coins", "wanted": 5000}`
	if o := s.answered(t, 201, "POST /v1/goals", s.host, actingFor(star), "", month); o["ends_at"] == nil || o["target"] != nil {
		t.Errorf("%v", o)
	}
	wantProblem(t, s.ask(t, "POST /v1/goals", s.session(t, fan), "", month), fault.RoleRequired)
	wantProblem(t, s.ask(t, "GET /v1/goals?target=x"), fault.InvalidParameter)
	wantProblem(t, s.ask(t, "GET /v1/goals"), fault.MissingParameter)
}
