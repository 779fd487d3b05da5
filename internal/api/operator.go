package api

import (
	"context"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/programme"
)

// operatorRoutes is the table's part about what operators decide about people.
func (a *API) operatorRoutes() {
	operator := []option{needs(people.PeopleWrite), role(people.Operator), impersonal()}
	post(a, "/v1/people/{id}/suspend", a.personSuspend, "Stop a person from acting, paying and being paid", append(operator, fails(fault.AlreadyDone, fault.StateConflict))...)
	post(a, "/v1/people/{id}/reinstate", a.personReinstate, "End a suspension", append(operator, fails(fault.AlreadyDone))...)
	post(a, "/v1/people/{id}/programmes/{programme}/refuse", a.programmeRefuse, "Close a programme for a person", operator...)
	post(a, "/v1/people/{id}/programmes/{programme}/readmit", a.programmeReadmit, "Lift a refusal, so that the person may join again at once", operator...)
}

// PersonPath is the part of an address that names a person.
type PersonPath struct {
	ID id.Person `path:"id" maxLength:"64" doc:"A person's id"`
}

type suspendIn struct {
	PersonPath
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"3200" doc:"One line, up to 200 characters, which the person reads"`
	}
}

func (a *API) personSuspend(ctx context.Context, in *suspendIn) (*personOut, error) {
	if err := a.cfg.Services.People.Suspend(ctx, CallerOf(ctx).Caller, in.ID, in.Body.Reason); err != nil {
		return nil, err
	}
	return a.personGet(ctx, &personGetIn{ID: in.ID})
}

func (a *API) personReinstate(ctx context.Context, in *PersonPath) (*personOut, error) {
	if err := a.cfg.Services.People.Reinstate(ctx, CallerOf(ctx).Caller, in.ID); err != nil {
		return nil, err
	}
	return a.personGet(ctx, &personGetIn{ID: in.ID})
}

type programmeAct struct {
	PersonPath
	ProgrammePath
}

type refuseIn struct {
	PersonPath
	ProgrammePath
	Body struct {
		Note string `json:"note" minLength:"1" maxLength:"2000" doc:"One line, up to 500 characters, which the person reads"`
	}
}

func (a *API) programmeRefuse(ctx context.Context, in *refuseIn) (*enrolmentOut, error) {
	e, err := a.cfg.Services.Creators.Refuse(ctx, CallerOf(ctx).Caller, in.ID, programme.Programme(in.Programme), in.Body.Note)
	return &enrolmentOut{viewEnrolment(e)}, err
}

func (a *API) programmeReadmit(ctx context.Context, in *programmeAct) (*enrolmentOut, error) {
	e, err := a.cfg.Services.Creators.Readmit(ctx, CallerOf(ctx).Caller, in.ID, programme.Programme(in.Programme))
	return &enrolmentOut{viewEnrolment(e)}, err
}
