package programme

import (
	"context"
	"errors"
	"fmt"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

// Policies returns everything that is installed, by programme, the newest
// version first and * before the regions: what the transparency page shows.
func Policies(ctx context.Context, tx *db.Tx) ([]Policy, error) {
	policies, err := db.Collect[Policy](tx.Query(ctx, `SELECT programme, version, region, preset, from_us, grace_days, reapply_days
		FROM programme_policy ORDER BY programme, from_us DESC, region`))(scanPolicy)
	if err != nil {
		return nil, fmt.Errorf("programme: reading the policies: %w", err)
	}
	return policies, addCriteria(ctx, tx, policies)
}

// inForce returns the policies that count for a region at this instant, one
// for each installed programme. For Everywhere it returns the rows '*'.
func inForce(ctx context.Context, tx *db.Tx, region string) ([]Policy, error) {
	// '*' sorts before all letters, so the row of the region comes first.
	rows, err := db.Collect[Policy](tx.Query(ctx, `SELECT programme, version, region, preset, from_us, grace_days, reapply_days
		FROM programme_policy WHERE from_us <= $1 AND region IN ('*', $2)
		ORDER BY programme, from_us DESC, region DESC`, tx.NowUS(), region))(scanPolicy)
	if err != nil {
		return nil, fmt.Errorf("programme: reading the policies in force: %w", err)
	}
	var policies []Policy
	for _, p := range rows {
		if n := len(policies); n == 0 || policies[n-1].Programme != p.Programme {
			policies = append(policies, p)
		}
	}
	return policies, addCriteria(ctx, tx, policies)
}

func scanPolicy(r *db.Rows) (p Policy, err error) {
	err = r.Scan(&p.Programme, &p.Version, &p.Region, &p.Preset, &p.FromUS, &p.GraceDays, &p.ReapplyDays)
	return p, err
}

// addCriteria loads the lines of all policies at once.
func addCriteria(ctx context.Context, tx *db.Tx, policies []Policy) error {
	if len(policies) == 0 {
		return nil
	}
	type key struct {
		programme       Programme
		version, region string
	}
	of := map[key]*Policy{}
	var list []any
	for i := range policies {
		p := &policies[i]
		of[key{p.Programme, p.Version, p.Region}] = p
		list = append(list, p.Version)
	}
	rows, err := tx.QueryList(ctx, `SELECT programme, version, region, metric, op, threshold, words, route, label
		FROM programme_criterion WHERE version IN ($list) ORDER BY programme, version, region, n`, list)
	if err != nil {
		return fmt.Errorf("programme: reading the criteria: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var k key
		var c Criterion
		var words string
		if err := rows.Scan(&k.programme, &k.version, &k.region, &c.Metric, &c.Op, &c.Threshold, &words, &c.Route, &c.Label); err != nil {
			return fmt.Errorf("programme: reading the criteria: %w", err)
		}
		c.Words = splitWords(words)
		if p := of[k]; p != nil {
			p.Criteria = append(p.Criteria, c)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("programme: reading the criteria: %w", err)
	}
	return nil
}

// policyFor returns the policy that counts for the subject, or the fault
// not_found if the programme is not installed.
func policyFor(ctx context.Context, tx *db.Tx, s Subject, p Programme) (Policy, error) {
	policies, err := inForce(ctx, tx, s.Region)
	if err != nil {
		return Policy{}, err
	}
	for _, policy := range policies {
		if policy.Programme == p {
			return policy, nil
		}
	}
	return Policy{}, notOpen(p)
}

func notOpen(p Programme) error {
	return fault.New(fault.NotFound, "The programme %q is not open on this instance. GET /v1/programmes lists those that are.", fault.Clip(string(p)))
}

const enrolmentColumns = "person_id, programme, state, reason, note, version, region, joined_us, changed_us, grace_until_us, reapply_us"

func scanEnrolment(r *db.Rows) (e Enrolment, err error) {
	err = r.Scan(&e.Person, &e.Programme, &e.State, &e.Reason, &e.Note, &e.Version, &e.Region, &e.JoinedUS, &e.ChangedUS, &e.GraceUntilUS, &e.ReapplyUS)
	return e, err
}

// Of returns where the person stands in the programme; NotJoined where there
// is nothing to say, also for a programme that is not installed. The fault is
// not_found for a name that no programme has.
func Of(ctx context.Context, tx *db.Tx, person id.Person, p Programme) (Enrolment, error) {
	if names[p] == "" {
		return Enrolment{}, notOpen(p)
	}
	rows, err := tx.Query(ctx, "SELECT "+enrolmentColumns+" FROM programme_enrolment WHERE person_id = $1 AND programme = $2", person, p)
	all, err := db.Collect[Enrolment](rows, err)(scanEnrolment)
	if err != nil {
		return Enrolment{}, fmt.Errorf("programme: reading an enrolment: %w", err)
	}
	if len(all) == 0 {
		return Enrolment{Person: person, Programme: p, State: NotJoined}, nil
	}
	return all[0], nil
}

// enrolments returns all that is stored of a person.
func enrolments(ctx context.Context, tx *db.Tx, person id.Person) (map[Programme]Enrolment, error) {
	rows, err := tx.Query(ctx, "SELECT "+enrolmentColumns+" FROM programme_enrolment WHERE person_id = $1", person)
	all, err := db.Collect[Enrolment](rows, err)(scanEnrolment)
	if err != nil {
		return nil, fmt.Errorf("programme: reading the enrolments: %w", err)
	}
	of := make(map[Programme]Enrolment, len(all))
	for _, e := range all {
		of[e.Programme] = e
	}
	return of, nil
}

// AudienceOf returns the newest measurement of the person. ok is false if the
// host never measured.
func AudienceOf(ctx context.Context, tx *db.Tx, person id.Person) (a Audience, ok bool, err error) {
	err = tx.Row(ctx, `SELECT measured_us, followers, views_30d, public_posts_30d, live_minutes FROM programme_audience
		WHERE person_id = $1 ORDER BY measured_us DESC LIMIT 1`, person).
		Scan(&a.MeasuredUS, &a.Followers, &a.Views30d, &a.PublicPosts30d, &a.LiveMinutes)
	switch {
	case errors.Is(err, db.ErrNoRows):
		return Audience{}, false, nil
	case err != nil:
		return Audience{}, false, fmt.Errorf("programme: reading an audience: %w", err)
	}
	return a, true, nil
}
