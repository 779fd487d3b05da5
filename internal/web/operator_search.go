package web

import (
	"net/http"

	"github.com/ovationhq/ovation/internal/people"
)

// directory is what the operators' search of people shows.
type directory struct {
	Query, Role, State string
	Rows               []people.Found
	Next               string
}

// peopleAtOnce is how many people a page shows.
const peopleAtOnce = 25

// peoplePage looks for people.
func peoplePage(v *visit) error {
	d := &directory{Query: v.param("q"), Role: v.param("role"), State: v.param("state")}
	s := people.Search{Query: d.Query, State: people.State(d.State), After: v.param("after"), Limit: peopleAtOnce + 1}
	if d.Role != "" {
		s.Roles = []people.Role{people.Role(d.Role)}
	}
	var err error
	if d.Rows, err = v.site.cfg.People.Search(v, s); err != nil {
		return err
	}
	if len(d.Rows) > peopleAtOnce {
		d.Rows = d.Rows[:peopleAtOnce]
		d.Next = d.Rows[peopleAtOnce-1].Position
	}
	return v.show(http.StatusOK, peopleView(v, d))
}

// peopleFilters are the choices of the search.
func (v *visit) peopleFilters(d *directory) []filter {
	return []filter{
		{Name: "q", Label: v.T("op.people_query"), Value: d.Query, Type: "search", Grow: true},
		{Name: "role", Label: v.T("op.role"), Value: d.Role, Choices: []option{{Text: v.T("op.any_role")}, {Value: "creator", Text: v.T("role.creator")}, {Value: "operator", Text: v.T("role.operator")}}},
		{Name: "state", Label: v.T("op.state"), Value: d.State, Choices: []option{{Text: v.T("op.any_state")}, {Value: "active", Text: v.T("op.active")}, {Value: "suspended", Text: v.T("op.suspended")}}},
	}
}
