package api

import (
	"context"

	"github.com/ovationhq/ovation/internal/goal"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/report"
)

type goalView struct {
	Object    string      `json:"object" enum:"goal"`
	ID        id.Goal     `json:"id"`
	Creator   id.Person   `json:"creator"`
	Target    string      `json:"target,omitempty" doc:"The LIVE; missing for a goal of the month"`
	Title     string      `json:"title"`
	Metric    goal.Metric `json:"metric" enum:"coins,gifts" doc:"What it counts"`
	Gift      string      `json:"gift,omitempty" doc:"The gift of the catalogue that it counts"`
	Wanted    int64       `json:"wanted" doc:"How much is to be reached"`
	Progress  int64       `json:"progress" doc:"How much was given since the goal was set; it goes on after the goal is reached"`
	State     goal.State  `json:"state" enum:"active,ended" doc:"Whether gifts still count"`
	CreatedAt Instant     `json:"created_at" doc:"From when on gifts count"`
	EndsAt    *Instant    `json:"ends_at,omitempty" doc:"When the month is over, UTC"`
	ReachedAt *Instant    `json:"reached_at,omitempty"`
	EndedAt   *Instant    `json:"ended_at,omitempty"`
}

func viewGoal(g goal.Goal) goalView {
	return goalView{"goal", g.ID, g.Creator, g.Target, g.Title, g.Metric, g.Item, g.Wanted, g.Progress, g.State, at(g.CreatedUS), atOrNil(g.UntilUS), atOrNil(g.ReachedUS), atOrNil(g.EndedUS)}
}

type goalOut struct{ Body goalView }

type goalIn struct {
	Body struct {
		Target id.Live     `json:"target,omitempty" doc:"The LIVE; left out for this month, wherever gifts are given"`
		Title  string      `json:"title" maxLength:"400"`
		Metric goal.Metric `json:"metric" enum:"coins,gifts" doc:"What it counts"`
		Gift   string      `json:"gift,omitempty" maxLength:"40" doc:"With gifts: the gift of the catalogue that counts"`
		Wanted int64       `json:"wanted" minimum:"1" maximum:"1000000000" doc:"How much is to be reached"`
	}
}

func (a *API) goalSet(ctx context.Context, in *goalIn) (*goalOut, error) {
	b := in.Body
	g, err := a.cfg.Services.Goals.Set(ctx, goal.NewGoal{Creator: CallerOf(ctx).Person, Target: string(b.Target), Title: b.Title, Metric: b.Metric, Item: b.Gift, Wanted: b.Wanted})
	return &goalOut{viewGoal(g)}, err
}

type goalListIn struct {
	Page
	Target string     `query:"target" required:"true" maxLength:"40" doc:"The LIVE (liv_…), or the creator (usr_…) for all of theirs"`
	State  goal.State `query:"state" enum:"active,ended" doc:"Only goals in this state"`
}

func (a *API) goalList(ctx context.Context, in *goalListIn) (*listOut[goalView], error) {
	before, err := a.after(ctx, in.Page)
	if err != nil {
		return nil, err
	}
	all, err := report.Ask1(ctx, a.cfg.Services.Reader, goal.List, goal.Page{Of: in.Target, State: in.State, Before: id.Goal(before), Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	return listed(ctx, a, in.Page, all, func(g goal.Goal) string { return string(g.ID) }, viewGoal), nil
}

type goalGetIn struct {
	ID id.Goal `path:"id"`
}

func (a *API) goalGet(ctx context.Context, in *goalGetIn) (*goalOut, error) {
	g, err := report.Ask1(ctx, a.cfg.Services.Reader, goal.Get, in.ID)
	return &goalOut{viewGoal(g)}, err
}

type goalPatchIn struct {
	ID   id.Goal `path:"id"`
	Body struct {
		State goal.State `json:"state" enum:"ended" doc:"ended: gifts do not count any more. There is no way back"`
	}
}

func (a *API) goalEnd(ctx context.Context, in *goalPatchIn) (*goalOut, error) {
	g, err := a.cfg.Services.Goals.End(ctx, CallerOf(ctx).Person, in.ID)
	return &goalOut{viewGoal(g)}, err
}
