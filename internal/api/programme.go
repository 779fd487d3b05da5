package api

import (
	"context"

	"github.com/ovationhq/ovation/internal/programme"
	"github.com/ovationhq/ovation/internal/report"
)

type criterionView struct {
	Metric     string   `json:"metric"`
	Op         string   `json:"op" enum:"at_least,above,one_of,none_of"`
	Threshold  int64    `json:"threshold"`
	Words      []string `json:"words,omitempty"`
	Value      *int64   `json:"value,omitempty" doc:"The person's own; missing if it was never measured"`
	Word       string   `json:"word,omitempty"`
	MeasuredAt *Instant `json:"measured_at,omitempty"`
	Met        *bool    `json:"met,omitempty"`
	Missing    int64    `json:"missing,omitempty"`
	ExpectedAt *Instant `json:"expected_at,omitempty" doc:"When it will be met at the present pace"`
}

type enrolmentView struct {
	Programme  string   `json:"programme"`
	State      string   `json:"state" enum:"not_joined,active,grace,left,refused"`
	Reason     string   `json:"reason,omitempty"`
	Note       string   `json:"note,omitempty" doc:"What an operator wrote for the person"`
	GraceUntil *Instant `json:"grace_until,omitempty"`
	ReapplyAt  *Instant `json:"reapply_at,omitempty"`
}

func viewEnrolment(e programme.Enrolment) enrolmentView {
	return enrolmentView{string(e.Programme), string(e.State), string(e.Reason), e.Note, atOrNil(e.GraceUntilUS), atOrNil(e.ReapplyUS)}
}

type policyView struct {
	Object    string          `json:"object" enum:"programme"`
	Programme string          `json:"programme"`
	Version   string          `json:"version"`
	Region    string          `json:"region" doc:"ISO 3166-1, or * for everywhere"`
	Criteria  []criterionView `json:"criteria"`
}

type programmesIn struct {
	Region string `query:"region" pattern:"^([A-Z]{2}|\\*)$" default:"*" doc:"ISO 3166-1 alpha-2"`
}

func (a *API) programmeList(ctx context.Context, in *programmesIn) (*listOut[policyView], error) {
	region := in.Region
	if region == "" {
		region = programme.Everywhere
	}
	policies, err := report.Ask1(ctx, a.cfg.Services.Reader, programme.Installed, region)
	if err != nil {
		return nil, err
	}
	out := &listOut[policyView]{Body: List[policyView]{Object: "list", Data: []policyView{}}}
	for _, p := range policies {
		v := policyView{"programme", string(p.Programme), p.Version, p.Region, []criterionView{}}
		for _, c := range p.Criteria {
			v.Criteria = append(v.Criteria, criterionView{Metric: string(c.Metric), Op: string(c.Op), Threshold: c.Threshold, Words: c.Words})
		}
		out.Body.Data = append(out.Body.Data, v)
	}
	return out, nil
}

type standingView struct {
	Object string `json:"object" enum:"eligibility"`
	enrolmentView
	Eligible   bool            `json:"eligible"`
	Version    string          `json:"version" doc:"The policy that judged"`
	Region     string          `json:"region"`
	ExpectedAt *Instant        `json:"expected_at,omitempty" doc:"When all criteria will be met at the present pace"`
	Criteria   []criterionView `json:"criteria"`
}

func (a *API) eligibility(ctx context.Context, _ *struct{}) (*listOut[standingView], error) {
	all, err := a.cfg.Services.Creators.Standing(ctx, CallerOf(ctx).Person)
	if err != nil {
		return nil, err
	}
	out := &listOut[standingView]{Body: List[standingView]{Object: "list", Data: []standingView{}}}
	for _, s := range all {
		e := s.Evaluation
		v := standingView{Object: "eligibility", enrolmentView: viewEnrolment(s.Enrolment), Eligible: e.Eligible, Version: e.Version, Region: e.Region, ExpectedAt: atOrNil(e.EstimateUS), Criteria: []criterionView{}}
		for _, c := range e.Criteria {
			view := criterionView{Metric: string(c.Metric), Op: string(c.Op), Threshold: c.Threshold, Words: c.Words, Word: c.Word, MeasuredAt: atOrNil(c.MeasuredUS),
				Met: &c.Met, Missing: c.Missing, ExpectedAt: atOrNil(c.EstimateUS)}
			if c.Known && c.Word == "" {
				view.Value = &c.Value
			}
			v.Criteria = append(v.Criteria, view)
		}
		out.Body.Data = append(out.Body.Data, v)
	}
	return out, nil
}

// ProgrammePath is the part of an address that names a programme.
type ProgrammePath struct {
	Programme string `path:"programme" maxLength:"40" doc:"A name of GET /v1/programmes"`
}

type enrolmentOut struct{ Body enrolmentView }

func (a *API) programmeJoin(ctx context.Context, in *ProgrammePath) (*enrolmentOut, error) {
	e, err := a.cfg.Services.Creators.Join(ctx, CallerOf(ctx).Person, programme.Programme(in.Programme))
	return &enrolmentOut{viewEnrolment(e)}, err
}

func (a *API) programmeLeave(ctx context.Context, in *ProgrammePath) (*enrolmentOut, error) {
	e, err := a.cfg.Services.Creators.Leave(ctx, CallerOf(ctx).Person, programme.Programme(in.Programme))
	return &enrolmentOut{viewEnrolment(e)}, err
}
