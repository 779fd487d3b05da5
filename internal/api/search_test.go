package api

import (
	"fmt"
	"slices"
	"testing"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/people"
)

// TestPeopleSearch looks people up as operators and hosts do, page by page, and
// refuses everybody else.
func TestPeopleSearch(t *testing.T) {
	s := newShop(t)
	for i, name := range []string{"Mina Okafor", "Minou", "Minard", "Théo"} {
		s.answered(t, 201, "POST /v1/people", s.host, "", fmt.Sprintf(`{"external_id":"m%d","name":%q,"email":"m%d@example.org"}`, i, name, i))
	}
	boss := s.g.Person()
	s.g.Write(func(tx *db.Tx) error { return people.Grant(t.Context(), tx, boss, people.Operator) })
	names := func(o map[string]any) (all []string) {
		for _, p := range o["data"].([]any) {
			all = append(all, p.(map[string]any)["name"].(string))
		}
		return all
	}
	for _, as := range []string{s.host, s.operator, s.session(t, boss)} {
		first := s.answered(t, 200, "GET /v1/people?query=min&limit=2", as)
		second := s.answered(t, 200, fmt.Sprintf("GET /v1/people?query=min&limit=2&cursor=%v", first["next_cursor"]), as)
		if got := append(names(first), names(second)...); !slices.Equal(got, []string{"Mina Okafor", "Minard", "Minou"}) || second["has_more"] != false {
			t.Errorf("found %q", got)
		}
		if o := s.answered(t, 200, "GET /v1/people?query=M3%40EXAMPLE.org", as); !slices.Equal(names(o), []string{"Théo"}) || o["data"].([]any)[0].(map[string]any)["email"] != "m3@example.org" {
			t.Errorf("by an address: %v", o)
		}
		if o := s.answered(t, 200, "GET /v1/people?role=operator,creator&state=active", as); len(names(o)) != 1 {
			t.Errorf("operators: %v", o)
		}
		if o := s.answered(t, 200, "GET /v1/people?state=suspended", as); len(names(o)) != 0 {
			t.Errorf("suspended: %v", o)
		}
		wantProblem(t, s.ask(t, "GET /v1/people?role=king", as), fault.InvalidParameter)
		wantProblem(t, s.ask(t, "GET /v1/people?state=gone", as), fault.InvalidParameter)
		wantProblem(t, s.ask(t, fmt.Sprintf("GET /v1/people?query=other&limit=2&cursor=%v", first["next_cursor"]), as), fault.CursorInvalid)
	}
	wantProblem(t, s.ask(t, "GET /v1/people?query=min", s.session(t, s.g.Person())), fault.Forbidden)
	wantProblem(t, s.ask(t, "GET /v1/people?query=min", s.host, actingFor(boss)), fault.InvalidParameter)
}
