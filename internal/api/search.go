package api

import (
	"context"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/people"
)

type peopleIn struct {
	Page
	Query string   `query:"query" maxLength:"300" doc:"An id, an e-mail address or an external id in full, or how a handle or a name begins; with an @ in front, a handle only. Left out: everybody, the newest first"`
	Roles []string `query:"role" maxItems:"3" enum:"fan,creator,operator" doc:"Only people with any of these roles, separated by commas"`
	State string   `query:"state" enum:"active,suspended" doc:"Only people in this state"`
}

// peopleSearch is for who runs the site and for the host: they may know of
// everybody.
func (a *API) peopleSearch(ctx context.Context, in *peopleIn) (*listOut[personView], error) {
	if c := CallerOf(ctx); !a.seesAll(&c) {
		return nil, fault.New(fault.Forbidden, "People are looked for by operators and by the host's keys.")
	}
	after, err := a.after(ctx, in.Page)
	if err != nil {
		return nil, err
	}
	q := people.Search{Query: in.Query, State: people.State(in.State), After: after, Limit: in.Limit + 1}
	for _, r := range in.Roles {
		q.Roles = append(q.Roles, people.Role(r))
	}
	all, err := a.cfg.Services.People.Search(ctx, q)
	if err != nil {
		return nil, err
	}
	return listed(ctx, a, in.Page, all, func(f people.Found) string { return f.Position }, func(f people.Found) personView { return viewPerson(f.Person, f.Roles, true) }), nil
}
