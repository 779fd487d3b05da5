package programme

import (
	"context"
	"fmt"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
)

// Recheck judges the person again in every programme that they are in, and
// returns the enrolments whose state changed. Who falls below enters the
// policy's grace period; who is above again is active; who is still below when
// the grace period is over leaves. Each change adds eligibility.changed.
//
// A programme whose policies have not started is left as it is.
func Recheck(ctx context.Context, tx *db.Tx, s Subject) ([]Enrolment, error) {
	in, err := enrolments(ctx, tx, s.Person)
	if err != nil || len(in) == 0 {
		return nil, err
	}
	policies, err := inForce(ctx, tx, s.Region)
	if err != nil {
		return nil, err
	}
	f, err := load(ctx, tx, s)
	if err != nil {
		return nil, err
	}
	var changed []Enrolment
	for _, policy := range policies {
		was, ok := in[policy.Programme]
		if !ok || (was.State != Active && was.State != Grace) {
			continue
		}
		ev := judge(policy, f)
		e := was.after(ev.Eligible, policy, tx.NowUS())
		if e == was {
			continue
		}
		if err := save(ctx, tx, was, e, ev.Missing()); err != nil {
			return nil, err
		}
		if e.State != was.State {
			changed = append(changed, e)
		}
	}
	return changed, nil
}

// after returns where an active or graced person stands once judged.
func (e Enrolment) after(eligible bool, p Policy, nowUS int64) Enrolment {
	e = e.judgedBy(p)
	switch {
	case eligible && e.State == Grace:
		return e.moved(Active, Recovered, nowUS)
	case !eligible && e.State == Active:
		e = e.moved(Grace, BelowThreshold, nowUS)
		e.GraceUntilUS = nowUS + p.GraceDays*dayUS
	case !eligible && nowUS >= e.GraceUntilUS:
		return e.moved(Left, GraceEnded, nowUS)
	}
	return e
}

// Due returns up to limit persons whom Recheck is due for though nothing of
// theirs was reported: their grace period is over, or a newer version counts
// than the one that judged them. A runner asks until nobody is left.
func Due(ctx context.Context, tx *db.Tx, limit int) ([]id.Person, error) {
	var due []id.Person
	seen := map[id.Person]bool{}
	add := func(rows *db.Rows, err error) error {
		found, err := db.Collect[id.Person](rows, err)(func(r *db.Rows) (p id.Person, err error) {
			err = r.Scan(&p)
			return p, err
		})
		if err != nil {
			return fmt.Errorf("programme: looking for due rechecks: %w", err)
		}
		for _, p := range found {
			if !seen[p] && len(due) < limit {
				seen[p] = true
				due = append(due, p)
			}
		}
		return nil
	}
	policies, err := inForce(ctx, tx, Everywhere)
	if err != nil {
		return nil, err
	}
	for _, p := range policies {
		err := add(tx.Query(ctx, `SELECT person_id FROM programme_enrolment WHERE state = 'grace' AND programme = $1 AND grace_until_us <= $2
			ORDER BY grace_until_us, person_id LIMIT $3`, p.Programme, tx.NowUS(), limit))
		if err != nil {
			return nil, err
		}
		// Two ranges of the index instead of an inequality, which would read all.
		for _, side := range []string{"<", ">"} {
			err := add(tx.Query(ctx, `SELECT person_id FROM programme_enrolment WHERE state IN ('active', 'grace')
				AND programme = $1 AND version `+side+` $2 ORDER BY version, person_id LIMIT $3`, p.Programme, p.Version, limit))
			if err != nil {
				return nil, err
			}
		}
	}
	return due, nil
}
