package programme

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/money"
)

// facts is all that judging needs besides the policy.
type facts struct {
	subject Subject
	nowUS   int64
	latest  Audience // MeasuredUS 0: never measured
	earlier Audience // the oldest measurement that makes a pace; MeasuredUS 0: none
}

// load reads the two measurements that matter.
func load(ctx context.Context, tx *db.Tx, s Subject) (facts, error) {
	f := facts{subject: s, nowUS: tx.NowUS()}
	latest, ok, err := AudienceOf(ctx, tx, s.Person)
	if err != nil || !ok {
		return f, err
	}
	f.latest = latest
	a := &f.earlier
	err = tx.Row(ctx, `SELECT measured_us, followers, views_30d, public_posts_30d, live_minutes FROM programme_audience
		WHERE person_id = $1 AND measured_us >= $2 AND measured_us <= $3 ORDER BY measured_us LIMIT 1`,
		s.Person, latest.MeasuredUS-paceWindowUS, latest.MeasuredUS-paceLeastUS).
		Scan(&a.MeasuredUS, &a.Followers, &a.Views30d, &a.PublicPosts30d, &a.LiveMinutes)
	if err != nil && !errors.Is(err, db.ErrNoRows) {
		return f, fmt.Errorf("programme: reading an earlier audience: %w", err)
	}
	return f, nil
}

// reading is the value of a metric.
type reading struct {
	value      int64
	word       string
	known      bool
	measuredUS int64
	reach      func(need int64) int64 // when the value gets there; 0 if nobody can say
}

func never(int64) int64 { return 0 }

// read returns a person's value of the metric under the policy.
func (f facts) read(m Metric, p Policy) reading {
	switch m {
	case Followers:
		return f.measured(func(a Audience) int64 { return a.Followers })
	case Views30d:
		return f.measured(func(a Audience) int64 { return a.Views30d })
	case PublicPosts30d:
		return f.measured(func(a Audience) int64 { return a.PublicPosts30d })
	case LiveMinutes:
		return f.measured(func(a Audience) int64 { return a.LiveMinutes })
	case AccountAgeDays:
		return f.accountAge()
	case AgeYears:
		return f.age()
	case PayoutAccountReady:
		return f.flag(f.subject.PayoutReady)
	case RegionListed:
		return f.flag(p.Region != Everywhere)
	case AccountKind:
		if f.subject.AccountKind == "" {
			return reading{reach: never}
		}
		return reading{word: f.subject.AccountKind, known: true, measuredUS: f.nowUS, reach: never}
	}
	return reading{reach: never} // a metric of a newer program: unknown, hence not met
}

func (f facts) flag(set bool) reading {
	r := reading{known: true, measuredUS: f.nowUS, reach: never}
	if set {
		r.value = 1
	}
	return r
}

// measured reads a value of the audience and its pace.
func (f facts) measured(of func(Audience) int64) reading {
	if f.latest.MeasuredUS == 0 {
		return reading{reach: never}
	}
	r := reading{value: of(f.latest), known: true, measuredUS: f.latest.MeasuredUS, reach: never}
	if f.earlier.MeasuredUS == 0 {
		return r
	}
	gain, took := r.value-of(f.earlier), f.latest.MeasuredUS-f.earlier.MeasuredUS
	if gain <= 0 {
		return r
	}
	r.reach = func(need int64) int64 {
		wait, err := money.MulDivCeil(need-r.value, took, gain)
		if err != nil || wait > horizonUS {
			return 0
		}
		return f.future(f.latest.MeasuredUS + wait)
	}
	return r
}

// horizonUS is how far ahead an estimate says anything: ten years.
const horizonUS = 3653 * dayUS

// future returns the instant if it lies ahead and within the horizon. A pace
// from an old measurement can point to the past, where it proved wrong.
func (f facts) future(us int64) int64 {
	if us <= f.nowUS || us > f.nowUS+horizonUS {
		return 0
	}
	return us
}

func (f facts) accountAge() reading {
	made := f.subject.CreatedUS
	if made <= 0 {
		return reading{reach: never}
	}
	return reading{value: max(0, f.nowUS-made) / dayUS, known: true, measuredUS: f.nowUS,
		reach: func(need int64) int64 {
			if need > horizonUS/dayUS {
				return 0
			}
			return f.future(made + need*dayUS)
		}}
}

// age counts full years by UTC days. Who was born on 29 February has the
// birthday on 1 March in other years.
func (f facts) age() reading {
	born, err := time.Parse(time.DateOnly, f.subject.BirthDate)
	if err != nil {
		return reading{reach: never}
	}
	now := time.UnixMicro(f.nowUS).UTC()
	years := now.Year() - born.Year()
	if now.Before(born.AddDate(years, 0, 0)) {
		years--
	}
	return reading{value: int64(max(0, years)), known: true, measuredUS: f.nowUS,
		reach: func(need int64) int64 {
			if need > 200 {
				return 0
			}
			return f.future(born.AddDate(int(need), 0, 0).UnixMicro())
		}}
}
