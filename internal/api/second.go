package api

import (
	"context"
	"strconv"

	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/second"
)

// secondRoutes is the table's part about what two people decide.
func (a *API) secondRoutes() {
	get(a, "/v1/decisions", a.decisionList, "What operators have decided that needs two people above a limit, the newest first", needs(people.Admin), impersonal(), tagged("operations"))
}

type decisionView struct {
	Object     string       `json:"object" enum:"decision"`
	Kind       string       `json:"kind" doc:"What is decided, as the audit log calls it: dispute.accept, payout.release…"`
	Subject    string       `json:"subject" doc:"The id of what it is about"`
	Gets       id.Person    `json:"gets" doc:"Who gets the money, and so decides nothing about it"`
	Amount     amount       `json:"amount"`
	Limit      *amount      `json:"limit,omitempty" doc:"Above it two people decide; left out where no rule says so, which is always"`
	State      second.State `json:"state" enum:"waits,alone,agreed,declined,lapsed,undone" doc:"waits for another operator; alone was within the limit; lapsed is what its subject went on without; undone was decided, and the provider did not take it"`
	ProposedBy string       `json:"proposed_by" doc:"The id of the person or the key that was the first"`
	Reason     string       `json:"reason,omitempty" doc:"Why, in their words"`
	ProposedAt Instant      `json:"proposed_at"`
	EndedBy    string       `json:"ended_by,omitempty" doc:"The id of who agreed or declined"`
	EndedAt    *Instant     `json:"ended_at,omitempty"`
}

// viewDecision is nil where nothing was decided.
func viewDecision(d second.Decision) *decisionView {
	if d.State == "" {
		return nil
	}
	v := &decisionView{Object: "decision", Kind: d.Kind, Subject: d.Subject, Gets: d.Gets, Amount: d.Amount, State: d.State, ProposedBy: d.By, Reason: d.Why,
		ProposedAt: at(d.ProposedUS), EndedBy: d.EndedBy, EndedAt: atOrNil(d.EndedUS)}
	if d.Limit.Asset != "" {
		v.Limit = &d.Limit
	}
	return v
}

type decisionListIn struct {
	Page
	Kind    string       `query:"kind" maxLength:"40" doc:"Only of this kind, such as payout.release"`
	Subject string       `query:"subject" maxLength:"64" doc:"Only about this id"`
	State   second.State `query:"state" enum:"waits,alone,agreed,declined,lapsed,undone" doc:"Only in this state; waits is what another operator has to see to"`
}

func (a *API) decisionList(ctx context.Context, in *decisionListIn) (*listOut[decisionView], error) {
	position, err := a.after(ctx, in.Page)
	if err != nil {
		return nil, err
	}
	before, _ := strconv.ParseInt(position, 10, 64)
	all, err := report.Ask1(ctx, a.cfg.Services.Reader, second.List, second.Query{Kind: in.Kind, Subject: in.Subject, State: in.State, Before: before, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	return listed(ctx, a, in.Page, all, func(d second.Decision) string { return strconv.FormatInt(d.N, 10) }, func(d second.Decision) decisionView { return *viewDecision(d) }), nil
}
