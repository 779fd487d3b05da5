package programme

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
)

// Standing is one programme on a person's page: where they stand, and how they
// stand to each criterion.
type Standing struct {
	Enrolment  Enrolment
	Evaluation Evaluation
}

// Overview returns all installed programmes for the person, by name.
func Overview(ctx context.Context, tx *db.Tx, s Subject) ([]Standing, error) {
	policies, err := inForce(ctx, tx, s.Region)
	if err != nil {
		return nil, err
	}
	in, err := enrolments(ctx, tx, s.Person)
	if err != nil {
		return nil, err
	}
	f, err := load(ctx, tx, s)
	if err != nil {
		return nil, err
	}
	all := make([]Standing, len(policies))
	for i, policy := range policies {
		e, ok := in[policy.Programme]
		if !ok {
			e = Enrolment{Person: s.Person, Programme: policy.Programme, State: NotJoined}
		}
		all[i] = Standing{Enrolment: e, Evaluation: judge(policy, f)}
	}
	return all, nil
}

// Installed returns the policies in force for a region, one a programme: what
// GET /v1/programmes shows to anyone. Use Everywhere if no region is known.
func Installed(ctx context.Context, tx *db.Tx, region string) ([]Policy, error) {
	return inForce(ctx, tx, region)
}
