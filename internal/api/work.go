package api

import (
	"context"

	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/report"
)

type workView struct {
	Object    string  `json:"object" enum:"due_work" doc:"Always due_work"`
	Kind      string  `json:"kind" doc:"What is to be done, such as payout.drive"`
	Key       string  `json:"key" doc:"What it is about: mostly an id"`
	State     string  `json:"state" enum:"planned,dead" doc:"planned: it runs at its instant, or runs now. dead: it failed too often and waits for an operator"`
	DueAt     Instant `json:"due_at" doc:"When it can next be begun"`
	Attempts  int64   `json:"attempts" doc:"How often it was begun since it was planned or last done"`
	LastError string  `json:"last_error" doc:"Why it failed last; empty if it did not"`
	PlannedAt Instant `json:"planned_at" doc:"When it was planned"`
}

func viewWork(p outbox.Planned) workView {
	state := "planned"
	if p.Dead {
		state = "dead"
	}
	return workView{"due_work", p.Kind, p.Key, state, at(p.DueUS), p.Attempts, p.LastError, at(p.PlannedUS)}
}

type worksIn struct {
	Page
	State string `query:"state" enum:"planned,dead" doc:"Only work in this state"`
}

// workList lists what an operator has to act on first. The list changes under
// who reads it: what moves meanwhile may be seen twice, or not.
func (a *API) workList(ctx context.Context, in *worksIn) (*listOut[workView], error) {
	after, err := a.after(ctx, in.Page)
	if err != nil {
		return nil, err
	}
	all, err := report.Ask1(ctx, a.cfg.Services.Reader, outbox.Listed, outbox.Listing{State: in.State, After: after, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	return listed(ctx, a, in.Page, all, func(p outbox.Planned) string { return p.Position() }, viewWork), nil
}

type workIn struct {
	Kind string `path:"kind" maxLength:"100" doc:"The kind of the work"`
	Key  string `path:"key" maxLength:"200" doc:"The key of the work"`
}

// workRevive needs no Idempotency-Key: work that is planned already is left as
// it is, so asking twice is asking once.
func (a *API) workRevive(ctx context.Context, in *workIn) (*struct{ Body workView }, error) {
	p, err := a.cfg.Services.Work.Revive(ctx, in.Kind, in.Key)
	if err != nil {
		return nil, err
	}
	return &struct{ Body workView }{viewWork(p)}, nil
}
