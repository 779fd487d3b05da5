package programme

import (
	"context"
	"fmt"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
)

// Audience is one measurement of a person by the host.
type Audience struct {
	Followers      int64
	Views30d       int64 // views in the 30 days before MeasuredUS
	PublicPosts30d int64 // public posts in the 30 days before MeasuredUS
	LiveMinutes    int64 // minutes streamed, of all time
	MeasuredUS     int64 // 0 is taken as now
}

const (
	// paceWindowUS is how far back measurements are kept and the pace looks: a
	// month and some days, so that a host that measures monthly has a pace too.
	paceWindowUS = 35 * dayUS
	// paceLeastUS is the shortest time between two measurements that make a
	// pace; within a day they differ by the hour of the day.
	paceLeastUS = dayUS
	// skewUS is how far the host's clock may be ahead of ours.
	skewUS = 5 * 60 * 1_000_000
)

// PutAudience records a measurement and rechecks the person's programmes in
// the same transaction; it returns the enrolments whose state changed. A
// measurement that is older than the newest one is kept for the pace and
// decides nothing. One with the same instant replaces the earlier.
//
// The fault is validation_failed with a pointer to every wrong value.
func PutAudience(ctx context.Context, tx *db.Tx, s Subject, a Audience) ([]Enrolment, error) {
	if a.MeasuredUS == 0 {
		a.MeasuredUS = tx.NowUS()
	}
	if err := a.check(tx.NowUS()); err != nil {
		return nil, err
	}
	_, err := tx.Exec(ctx, `INSERT INTO programme_audience (person_id, measured_us, followers, views_30d, public_posts_30d, live_minutes)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (person_id, measured_us) DO UPDATE SET followers = excluded.followers, views_30d = excluded.views_30d,
		public_posts_30d = excluded.public_posts_30d, live_minutes = excluded.live_minutes`,
		s.Person, a.MeasuredUS, a.Followers, a.Views30d, a.PublicPosts30d, a.LiveMinutes)
	if err != nil {
		return nil, fmt.Errorf("programme: recording an audience: %w", err)
	}
	_, err = tx.Exec(ctx, `DELETE FROM programme_audience WHERE person_id = $1 AND measured_us <
		(SELECT MAX(measured_us) FROM programme_audience WHERE person_id = $1) - CAST($2 AS BIGINT)`, s.Person, int64(paceWindowUS))
	if err != nil {
		return nil, fmt.Errorf("programme: clearing old measurements: %w", err)
	}
	return Recheck(ctx, tx, s)
}

// check returns a fault that names every wrong value.
func (a Audience) check(nowUS int64) error {
	bad := fault.New(fault.ValidationFailed, "The audience was not recorded; each wrong value is listed.")
	for _, v := range []struct {
		name  string
		value int64
	}{
		{"followers", a.Followers}, {"views_30d", a.Views30d},
		{"public_posts_30d", a.PublicPosts30d}, {"live_minutes", a.LiveMinutes},
	} {
		if v.value < 0 || v.value > maxThreshold {
			blame(bad, "/"+v.name, "A number from 0 to %d is expected; %d was sent.", int64(maxThreshold), v.value)
		}
	}
	if a.MeasuredUS < 0 {
		blame(bad, "/measured_at", "The measurement is older than 1970.")
	}
	if a.MeasuredUS > nowUS+skewUS {
		blame(bad, "/measured_at", "The measurement lies in the future: %s, and it is %s now.", stamp(a.MeasuredUS), stamp(nowUS))
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

// stamp writes an instant as the API does; "" for none.
func stamp(us int64) string {
	if us == 0 {
		return ""
	}
	return time.UnixMicro(us).UTC().Format("2006-01-02T15:04:05.000000Z")
}
