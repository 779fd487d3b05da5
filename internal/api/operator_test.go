package api

import (
	"testing"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/people"
)

// TestSuspendAndReinstate stops a person from acting, and lets them go again.
func TestSuspendAndReinstate(t *testing.T) {
	s := newShop(t)
	fan, other := s.g.Fan(100), s.g.Person()
	room := s.g.Live(s.g.Creator())
	suspend, reinstate := "POST /v1/people/"+string(fan)+"/suspend", "POST /v1/people/"+string(fan)+"/reinstate"
	because := []string{"", `{"reason":"Chargebacks. Write to support."}`}
	wantProblem(t, s.ask(t, suspend, append([]string{s.session(t, other)}, because...)...), fault.RoleRequired)
	wantProblem(t, s.ask(t, suspend, s.operator, "", `{"reason":"\u200b"}`), fault.TextNotAllowed)
	wantProblem(t, s.ask(t, "POST /v1/people/usr_00000000000000000000000000/suspend", append([]string{s.operator}, because...)...), fault.NotFound)

	if o := s.answered(t, 200, suspend, append([]string{s.operator}, because...)...); o["suspended"] != true {
		t.Errorf("after it: %v", o)
	}
	wantProblem(t, s.ask(t, suspend, append([]string{s.operator}, because...)...), fault.AlreadyDone)
	gift := []string{s.host, actingFor(fan), "Idempotency-Key: g1", "", `{"gift":"rose","target":"` + room + `"}`}
	wantProblem(t, s.ask(t, "POST /v1/gifts", gift...), fault.AccountSuspended)

	if o := s.answered(t, 200, reinstate, s.operator); o["suspended"] != false {
		t.Errorf("after the end of it: %v", o)
	}
	wantProblem(t, s.ask(t, reinstate, s.operator), fault.AlreadyDone)
	s.answered(t, 201, "POST /v1/gifts", gift...)

	s.g.Write(func(tx *db.Tx) error { return people.Grant(t.Context(), tx, other, people.Operator) })
	wantProblem(t, s.ask(t, "POST /v1/people/"+string(other)+"/suspend", append([]string{s.operator}, because...)...), fault.StateConflict) // the last one
}

// TestRefuseAndReadmit closes a programme for a creator, who may not receive
// gifts until an operator lifts that.
func TestRefuseAndReadmit(t *testing.T) {
	s := newShop(t)
	creator := s.g.Creator()
	path := "POST /v1/people/" + string(creator) + "/programmes/live_gifts/"
	wantProblem(t, s.ask(t, path+"refuse", s.session(t, creator), "", `{"note":"No."}`), fault.RoleRequired)
	wantProblem(t, s.ask(t, path+"refuse", s.operator, "", `{"note":"two\nlines"}`), fault.ValidationFailed)
	wantProblem(t, s.ask(t, "POST /v1/people/"+string(creator)+"/programmes/nothing/refuse", s.operator, "", `{"note":"No."}`), fault.NotFound)
	if o := s.answered(t, 200, path+"refuse", s.operator, "", `{"note":"Reused footage."}`); o["state"] != "refused" || o["note"] != "Reused footage." {
		t.Errorf("refused: %v", o)
	}
	wantProblem(t, s.ask(t, "POST /v1/programmes/live_gifts/join", s.session(t, creator)), fault.NotEligible)
	if o := s.answered(t, 200, path+"readmit", s.operator); o["state"] != "left" {
		t.Errorf("readmitted: %v", o)
	}
}
