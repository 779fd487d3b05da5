package api

import (
	"context"

	"github.com/ovationhq/ovation/internal/casework"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/idem"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/report"
)

// caseRoutes is the table's part about what operators have to look into.
func (a *API) caseRoutes() {
	operator := []option{needs(people.Admin), impersonal(), tagged("operations")}
	get(a, "/v1/cases", a.caseList, "What operators have to look into, the newest first", operator...)
	get(a, "/v1/cases/{id}", a.caseGet, "A case", operator...)
	once(a, "/v1/cases/{id}/close", a.caseClose, "Write a difference off, or propose it where a second operator has to", append(operator, fails(fault.Forbidden, fault.StateConflict, fault.AlreadyDone))...)
}

type caseView struct {
	Object   string         `json:"object" enum:"case"`
	ID       id.Case        `json:"id"`
	Kind     string         `json:"kind" doc:"What kind of question it is: difference, dispute, minor…"`
	Subject  string         `json:"subject" doc:"The id of what it is about"`
	Person   *id.Person     `json:"person,omitempty" doc:"Whose it is, where it is somebody's"`
	Amount   *amount        `json:"amount,omitempty" doc:"How much it is about; of a difference, what stands in its account, below zero where the provider took something"`
	Account  string         `json:"account,omitempty" doc:"Of a difference: the account of the ledger in which it stands until it is closed"`
	Words    string         `json:"words" doc:"What happened, in a sentence"`
	State    casework.State `json:"state" enum:"open,closed"`
	ByHand   bool           `json:"by_hand" doc:"Whether operators close it; other cases are closed by what is decided about their subject"`
	OpenedAt Instant        `json:"opened_at"`
	ClosedAt *Instant       `json:"closed_at,omitempty"`
	ClosedBy string         `json:"closed_by,omitempty" doc:"The id of the person or the key, or rule where nobody had to decide"`
	Decision string         `json:"decision,omitempty" doc:"What was decided, in a word"`
	Note     string         `json:"note,omitempty" doc:"Why, in the words of who closed it"`

	ProposedBy   string `json:"proposed_by,omitempty" doc:"The id of the person or the key that has proposed to close it, where a second operator has to"`
	ProposedNote string `json:"proposed_note,omitempty" doc:"And why, in their words"`
}

func viewCase(l Language, c casework.Case) caseView {
	v := caseView{Object: "case", ID: c.ID, Kind: c.Kind, Subject: c.Subject, Account: c.Account, Words: translate(l, c.Words), State: c.State, ByHand: c.ByHand(),
		OpenedAt: at(c.OpenedUS), ClosedAt: atOrNil(c.ClosedUS), ClosedBy: c.By, Decision: c.Decision, Note: c.Note, ProposedBy: c.ProposedBy, ProposedNote: c.ProposedNote}
	if c.Person != "" {
		v.Person = &c.Person
	}
	if c.Amount.Asset != "" {
		v.Amount = &c.Amount
	}
	return v
}

type caseListIn struct {
	Page
	State   casework.State `query:"state" enum:"open,closed" doc:"Only the open ones, or only the closed ones"`
	Kind    string         `query:"kind" maxLength:"40" doc:"Only of this kind, such as difference"`
	Subject string         `query:"subject" maxLength:"64" doc:"Only about this id"`
	Person  id.Person      `query:"person" doc:"Only of this person"`
}

func (a *API) caseList(ctx context.Context, in *caseListIn) (*listOut[caseView], error) {
	position, err := a.after(ctx, in.Page)
	if err != nil {
		return nil, err
	}
	all, err := report.Ask1(ctx, a.cfg.Services.Reader, casework.List, casework.Query{State: in.State, Kind: in.Kind, Subject: in.Subject, Person: in.Person, Before: id.Case(position), Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	return listed(ctx, a, in.Page, all, func(c casework.Case) string { return string(c.ID) }, func(c casework.Case) caseView { return viewCase(LanguageOf(ctx), c) }), nil
}

// CasePath is the part of an address that names a case.
type CasePath struct {
	ID id.Case `path:"id"`
}

type caseOut struct{ Body caseView }

func (a *API) caseGet(ctx context.Context, in *CasePath) (*caseOut, error) {
	c, err := report.Ask1(ctx, a.cfg.Services.Reader, casework.Get, in.ID)
	if err != nil {
		return nil, err
	}
	return &caseOut{viewCase(LanguageOf(ctx), c)}, nil
}

type caseCloseIn struct {
	CasePath
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"8000" doc:"One line, up to 500 characters, for the audit log"`
	}
}

func (a *API) caseClose(ctx context.Context, in *caseCloseIn, once *Once[caseView]) error {
	l := LanguageOf(ctx)
	cases := a.cfg.Services.Cases.Once(once.Call(), func(c casework.Case) (idem.Answer, error) { return once.Answer(viewCase(l, c)) })
	_, err := cases.Decide(ctx, in.ID, CallerOf(ctx).Caller, in.Body.Reason)
	return err
}
