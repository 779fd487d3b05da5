package api

import (
	"context"
	"net/http"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/programme"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/wallet"
)

type personView struct {
	Object      string    `json:"object" enum:"person"`
	ID          id.Person `json:"id"`
	Handle      string    `json:"handle,omitempty"`
	Name        string    `json:"name"`
	Roles       []string  `json:"roles,omitempty"`
	Region      string    `json:"region,omitempty" doc:"ISO 3166-1; for the person and the host only"`
	Locale      string    `json:"locale,omitempty"`
	Email       string    `json:"email,omitempty" doc:"For the person and the host only"`
	BirthDate   string    `json:"birth_date,omitempty" format:"date" doc:"For the person and the host only; without it nobody can pay or be paid"`
	AccountKind string    `json:"account_kind"`
	ExternalID  string    `json:"external_id,omitempty"`
	Suspended   *bool     `json:"suspended,omitempty" doc:"For the person and the host only"`
	CreatedAt   Instant   `json:"created_at"`
}

func viewPerson(p people.Person, roles []people.Role, whole bool) personView {
	v := personView{Object: "person", ID: p.ID, Handle: p.Handle, Name: p.Name, AccountKind: string(p.AccountKind), CreatedAt: at(p.CreatedUS)}
	for _, r := range roles {
		v.Roles = append(v.Roles, string(r))
	}
	if whole {
		suspended := p.SuspendedUS != 0
		v.Suspended = &suspended
		v.Region, v.Locale, v.ExternalID, v.Email, v.BirthDate = p.Region, p.Locale, p.ExternalID, p.Email, p.BirthDate
	}
	return v
}

type personOut struct {
	Status int
	Body   personView
}

type personIn struct {
	Body struct {
		ExternalID  string `json:"external_id" minLength:"1" maxLength:"200" doc:"The host platform's id of the person"`
		Name        string `json:"name" maxLength:"400"`
		Handle      string `json:"handle,omitempty" maxLength:"100"`
		Email       string `json:"email,omitempty" maxLength:"320"`
		Region      string `json:"region,omitempty" maxLength:"2" doc:"ISO 3166-1 alpha-2"`
		BirthDate   string `json:"birth_date,omitempty" maxLength:"10" doc:"YYYY-MM-DD"`
		Locale      string `json:"locale,omitempty" maxLength:"35" doc:"BCP 47"`
		AccountKind string `json:"account_kind,omitempty" enum:"personal,business,government,political" doc:"personal unless said otherwise"`
	}
}

// personEnsure makes a person of the host platform, or returns the one there
// is. It needs no Idempotency-Key: external_id is one. Details that differ are
// refused instead of dropped; PATCH changes them.
func (a *API) personEnsure(ctx context.Context, in *personIn) (*personOut, error) {
	b := in.Body
	given := people.NewPerson{Handle: b.Handle, Name: b.Name, Email: b.Email, Region: b.Region, BirthDate: b.BirthDate,
		Locale: b.Locale, AccountKind: people.AccountKind(b.AccountKind), ExternalID: b.ExternalID}
	p, created, err := a.cfg.Services.People.EnsureExternal(ctx, given)
	if err != nil {
		return nil, err
	}
	if created {
		return &personOut{http.StatusCreated, viewPerson(p, nil, true)}, nil
	}
	differ, err := p.Differs(given, a.cfg.Services.Now())
	if err != nil {
		return nil, err
	}
	if len(differ) > 0 {
		conflict := fault.New(fault.StateConflict, "There is a person with this external id already, and %d fields differ. Nothing was changed; change them with PATCH /v1/people/%s.", len(differ), p.ID).With("person", p.ID)
		for _, pointer := range differ {
			conflict = conflict.At(pointer, fault.StateConflict, "The person has another value here.")
		}
		return nil, conflict
	}
	_, roles, err := a.cfg.Services.People.Person(ctx, p.ID)
	return &personOut{http.StatusOK, viewPerson(p, roles, true)}, err
}

type personPatchIn struct {
	ID   id.Person `path:"id" doc:"The person"`
	Body struct {
		Name        *string `json:"name,omitempty" maxLength:"400" doc:"How the person is called"`
		Handle      *string `json:"handle,omitempty" maxLength:"100" doc:"The short name in addresses and mentions"`
		Locale      *string `json:"locale,omitempty" maxLength:"35" doc:"BCP 47"`
		Email       *string `json:"email,omitempty" maxLength:"320" doc:"For receipts and payouts"`
		Region      *string `json:"region,omitempty" maxLength:"2" doc:"ISO 3166-1 alpha-2"`
		BirthDate   *string `json:"birth_date,omitempty" maxLength:"10" doc:"YYYY-MM-DD"`
		AccountKind *string `json:"account_kind,omitempty" enum:"personal,business,government,political" doc:"What kind of account it is"`
	}
}

// personPatch changes the fields that are given. Details decide about age,
// region and programmes: the host and operators change them, and a person may
// add what is not known yet.
func (a *API) personPatch(ctx context.Context, in *personPatchIn) (*personOut, error) {
	c, b := CallerOf(ctx), in.Body
	if !a.seesAll(&c) && c.Person != in.ID {
		return nil, fault.New(fault.NotFound, "There is no such person.")
	}
	p, roles, err := a.cfg.Services.People.Person(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if !c.Host && !a.seesAll(&c) {
		var refused *fault.Error
		for _, d := range []struct {
			pointer, had string
			given        *string
		}{{"/email", p.Email, b.Email}, {"/region", p.Region, b.Region}, {"/birth_date", p.BirthDate, b.BirthDate}, {"/account_kind", string(p.AccountKind), b.AccountKind}} {
			if d.given == nil || d.had == "" || *d.given == d.had {
				continue
			}
			if refused == nil {
				refused = fault.New(fault.Forbidden, "What decides about age and region is changed by the operator of this site. You can add what is missing; nothing was changed.")
			}
			refused = refused.At(d.pointer, fault.Forbidden, "This is known, and is changed by the operator.")
		}
		if refused != nil {
			return nil, refused
		}
	}
	p, err = a.cfg.Services.People.Change(ctx, in.ID, people.Profile{Handle: b.Handle, Name: b.Name, Locale: b.Locale},
		people.Details{Email: b.Email, Region: b.Region, BirthDate: b.BirthDate, AccountKind: (*people.AccountKind)(b.AccountKind)})
	return &personOut{http.StatusOK, viewPerson(p, roles, true)}, err
}

type personGetIn struct {
	ID id.Person `path:"id"`
}

func (a *API) personGet(ctx context.Context, in *personGetIn) (*personOut, error) {
	p, roles, err := a.cfg.Services.People.Person(ctx, in.ID)
	c := CallerOf(ctx)
	return &personOut{http.StatusOK, viewPerson(p, roles, a.seesAll(&c) || c.Person == in.ID)}, err
}

type personExternalIn struct {
	ExternalID string `path:"external_id" maxLength:"200"`
}

func (a *API) personExternal(ctx context.Context, in *personExternalIn) (*personOut, error) {
	p, roles, err := a.cfg.Services.People.ByExternal(ctx, in.ExternalID)
	return &personOut{http.StatusOK, viewPerson(p, roles, true)}, err
}

func (a *API) me(ctx context.Context, _ *struct{}) (*personOut, error) {
	return a.personGet(ctx, &personGetIn{ID: CallerOf(ctx).Person})
}

type stateView struct {
	Object   string      `json:"object" enum:"person_state"`
	Person   personView  `json:"person"`
	Wallet   amount      `json:"wallet"`
	Earnings balanceView `json:"earnings"`
	Limits   limitsView  `json:"limits" doc:"What the person has bounded; see GET /v1/limits"`
}

type stateOut struct{ Body stateView }

// personState is everything that a host asks of a person, in one call.
func (a *API) personState(ctx context.Context, in *personGetIn) (*stateOut, error) {
	c := CallerOf(ctx)
	if !a.seesAll(&c) && c.Person != in.ID {
		return nil, fault.New(fault.NotFound, "There is no such person.")
	}
	p, roles, err := a.cfg.Services.People.Person(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	n, err := report.Ask1(ctx, a.cfg.Services.Reader, wallet.Balance, in.ID)
	if err != nil {
		return nil, err
	}
	bounded, err := report.Ask1(ctx, a.cfg.Services.Reader, limit.Of, in.ID)
	if err != nil {
		return nil, err
	}
	e, err := a.cfg.Services.Reader.Earnings(ctx, in.ID, "", 1)
	if err != nil {
		return nil, err
	}
	b, asset := e.Balance, e.Card.PayAsset
	return &stateOut{stateView{"person_state", viewPerson(p, roles, true), coins(n),
		balanceView{"earnings_balance", amount{Units: b.PendingDiamonds, Asset: "DIAMOND"}, b.Pending, atOrNil(b.NextAvailableUS),
			b.Available, amount{Units: e.Card.MinimumUnits, Asset: asset}, amount{Units: e.Card.DailyCap, Asset: asset}, e.Card.Version}, viewLimits(bounded)}}, nil
}

type audienceIn struct {
	ID   id.Person `path:"id"`
	Body struct {
		Followers      int64 `json:"followers" minimum:"0" maximum:"1000000000000"`
		Views30d       int64 `json:"views_30d" minimum:"0" maximum:"1000000000000"`
		PublicPosts30d int64 `json:"public_posts_30d" minimum:"0" maximum:"1000000000000"`
		LiveMinutes    int64 `json:"live_minutes,omitempty" minimum:"0" maximum:"1000000000000"`
	}
}

type audienceOut struct {
	Body struct {
		Object  string          `json:"object" enum:"audience"`
		Changed []enrolmentView `json:"changed" doc:"The programmes whose state changed by it"`
	}
}

func (a *API) audiencePut(ctx context.Context, in *audienceIn) (*audienceOut, error) {
	b := in.Body
	changed, err := a.cfg.Services.Creators.Measure(ctx, in.ID, programme.Audience{Followers: b.Followers, Views30d: b.Views30d, PublicPosts30d: b.PublicPosts30d, LiveMinutes: b.LiveMinutes})
	if err != nil {
		return nil, err
	}
	out := &audienceOut{}
	out.Body.Object, out.Body.Changed = "audience", []enrolmentView{}
	for _, e := range changed {
		out.Body.Changed = append(out.Body.Changed, viewEnrolment(e))
	}
	return out, nil
}
