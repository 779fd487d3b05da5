package api

import (
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/people"
)

// TestBirthDateCanBeAdded makes a person without one, who can not buy, and
// adds it.
func TestBirthDateCanBeAdded(t *testing.T) {
	s := newShop(t)
	made := s.answered(t, 201, "POST /v1/people", s.host, "", `{"external_id":"42","name":"Ana","region":"US"}`)
	ana := id.Person(made["id"].(string))
	buy := []string{s.host, actingFor(ana), "Idempotency-Key: k1", "", `{"coins":70,"card":"pm_x"}`}
	wantProblem(t, s.ask(t, "POST /v1/coin-purchases", buy...), fault.AgeRestricted)

	s.answered(t, 200, "POST /v1/people", s.host, "", `{"external_id":"42","name":"  Ana "}`)
	p := wantProblem(t, s.ask(t, "POST /v1/people", s.host, "", `{"external_id":"42","name":"Anna","birth_date":"1990-01-31","region":"US"}`), fault.StateConflict)
	if got := errorsOf(p); got != "/birth_date=state_conflict /name=state_conflict" || p["person"] != string(ana) {
		t.Errorf("what differs: %s", got)
	}

	line := "PATCH /v1/people/" + string(ana)
	wantProblem(t, s.ask(t, line, s.session(t, s.g.Person()), "", `{"name":"Eve"}`), fault.NotFound)
	wantProblem(t, s.ask(t, line, s.host, "", `{"birth_date":"1990-02-30","name":"Nobody"}`), fault.ValidationFailed)
	o := s.answered(t, 200, line, s.session(t, ana), "", `{"birth_date":"1990-01-31","name":"Anna"}`)
	if o["birth_date"] != "1990-01-31" || o["name"] != "Anna" {
		t.Errorf("after the change: %v", o)
	}
	wantProblem(t, s.ask(t, line, s.session(t, ana), "", `{"birth_date":"1980-01-31","name":"Older"}`), fault.Forbidden)
	o = s.answered(t, 200, line, s.host, "", `{"birth_date":"1991-01-31","account_kind":"business"}`)
	if o["birth_date"] != "1991-01-31" || o["account_kind"] != "business" || o["name"] != "Anna" {
		t.Errorf("after the host's change: %v", o)
	}
	if rec := s.ask(t, "POST /v1/coin-purchases", buy...); rec.Code == 403 {
		t.Errorf("buying after it: %s", rec.Body)
	}
	if o := s.answered(t, 200, "GET /v1/people/"+string(ana), s.session(t, s.g.Person())); o["birth_date"] != nil || o["email"] != nil || o["region"] != nil {
		t.Errorf("a stranger sees: %v", o)
	}
}

// TestSuspensionIsNobodyElsesBusiness shows a suspended person to whom it
// concerns, and to a stranger as anybody else.
func TestSuspensionIsNobodyElsesBusiness(t *testing.T) {
	s := newShop(t)
	fan, star := s.g.Person(), s.g.Person()
	s.g.OK(s.people.Suspend(t.Context(), people.Console(), star, "Spam."))
	line := "GET /v1/people/" + string(star)
	for _, c := range []struct {
		want any
		as   []string
	}{
		{true, []string{s.host}}, {true, []string{s.operator}}, {true, []string{s.host, actingFor(star)}},
		{nil, []string{s.session(t, fan)}}, {nil, []string{s.host, actingFor(fan)}},
	} {
		if got := s.answered(t, 200, line, c.as...)["suspended"]; got != c.want {
			t.Errorf("as %.40s: %v, want %v", c.as, got, c.want)
		}
	}
	if got := s.answered(t, 200, "GET /v1/people/me", s.session(t, fan))["suspended"]; got != false {
		t.Errorf("of oneself: %v", got)
	}
}

// TestBeforeTheFirstRates asks for what is owed while the clock lies before
// every rate card.
func TestBeforeTheFirstRates(t *testing.T) {
	s := newShop(t)
	fan := s.g.Person()
	s.g.Exec("UPDATE rate_card SET from_us = from_us + $1", int64(1)<<52)
	for _, path := range []string{"/v1/earnings/balance", "/v1/people/" + string(fan) + "/state"} {
		p := wantProblem(t, s.ask(t, "GET "+path, s.session(t, fan)), fault.Maintenance)
		if detail, _ := p["detail"].(string); !strings.Contains(detail, "whoever runs the server checks its clock") {
			t.Errorf("%s: %v", path, p)
		}
	}
	s.g.Exec("UPDATE rate_card SET from_us = from_us - $1", int64(1)<<52)
}
