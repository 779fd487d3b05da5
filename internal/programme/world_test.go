package programme

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// world is a database with a clock and the verbs as a test calls them.
type world struct {
	t   testing.TB
	d   *db.DB
	clk *clock.Manual
}

// each runs the test on both engines, with the policies installed.
func each(t *testing.T, policies []Policy, test func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		w := &world{t, d, clk}
		if len(policies) > 0 {
			w.must(func(ctx context.Context, tx *db.Tx) error { return Install(ctx, tx, policies) })
		}
		test(w)
	})
}

func (w *world) write(fn func(ctx context.Context, tx *db.Tx) error) error {
	ctx := context.Background()
	return w.d.Write(ctx, func(tx *db.Tx) error { return fn(ctx, tx) })
}

func (w *world) must(fn func(ctx context.Context, tx *db.Tx) error) {
	w.t.Helper()
	if err := w.write(fn); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) read(fn func(ctx context.Context, tx *db.Tx) error) {
	w.t.Helper()
	ctx := context.Background()
	if err := w.d.Read(ctx, func(tx *db.Tx) error { return fn(ctx, tx) }); err != nil {
		w.t.Fatal(err)
	}
}

// person makes somebody of 30 years whose account is two years old.
func (w *world) person() Subject {
	w.t.Helper()
	s := Subject{Region: "FR", BirthDate: "1996-01-01", AccountKind: "personal", CreatedUS: us(w.clk.Now().AddDate(-2, 0, 0))}
	w.must(func(_ context.Context, tx *db.Tx) error {
		s.Person = id.Person(tx.NewID(id.KindPerson))
		return nil
	})
	return s
}

func (w *world) put(s Subject, a Audience) []Enrolment {
	w.t.Helper()
	var changed []Enrolment
	w.must(func(ctx context.Context, tx *db.Tx) (err error) {
		changed, err = PutAudience(ctx, tx, s, a)
		return err
	})
	return changed
}

func (w *world) evaluate(s Subject, p Programme) Evaluation {
	w.t.Helper()
	var ev Evaluation
	w.read(func(ctx context.Context, tx *db.Tx) (err error) {
		ev, err = Evaluate(ctx, tx, s, p)
		return err
	})
	return ev
}

func (w *world) join(s Subject, p Programme) (e Enrolment, err error) {
	err = w.write(func(ctx context.Context, tx *db.Tx) (err error) {
		e, err = Join(ctx, tx, s, p)
		return err
	})
	return e, err
}

func (w *world) leave(s Subject, p Programme) (e Enrolment) {
	w.t.Helper()
	w.must(func(ctx context.Context, tx *db.Tx) (err error) {
		e, err = Leave(ctx, tx, s.Person, p)
		return err
	})
	return e
}

func (w *world) recheck(s Subject) (changed []Enrolment) {
	w.t.Helper()
	w.must(func(ctx context.Context, tx *db.Tx) (err error) {
		changed, err = Recheck(ctx, tx, s)
		return err
	})
	return changed
}

func (w *world) of(s Subject, p Programme) (e Enrolment) {
	w.t.Helper()
	w.read(func(ctx context.Context, tx *db.Tx) (err error) {
		e, err = Of(ctx, tx, s.Person, p)
		return err
	})
	return e
}

func (w *world) require(s Subject, p Programme) error {
	w.t.Helper()
	var refusal error
	w.read(func(ctx context.Context, tx *db.Tx) error {
		refusal = Require(ctx, tx, p, s.Person)
		return nil
	})
	return refusal
}

func (w *world) due(limit int) (due []id.Person) {
	w.t.Helper()
	w.read(func(ctx context.Context, tx *db.Tx) (err error) {
		due, err = Due(ctx, tx, limit)
		return err
	})
	return due
}

func us(t time.Time) int64 { return t.UnixMicro() }

// pointers returns where the fault says something is wrong.
func pointers(err error) []string {
	f, _ := errors.AsType[*fault.Error](err)
	if f == nil {
		return nil
	}
	var all []string
	for _, field := range f.Fields {
		all = append(all, field.Pointer)
	}
	slices.Sort(all)
	return all
}

// wantFault fails unless err is a fault of the code whose sentence holds all
// the words.
func wantFault(t testing.TB, err error, code fault.Code, words ...string) {
	t.Helper()
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Code != code {
		t.Fatalf("got %v, want the code %s", err, code)
	}
	for _, word := range words {
		if !strings.Contains(f.Detail, word) {
			t.Errorf("the sentence %q does not say %q", f.Detail, word)
		}
	}
}

// theFault returns the fault in err, or an empty one.
func theFault(err error) *fault.Error {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f
	}
	return &fault.Error{}
}

// house is a small preset with one number, for tests of the verbs.
func house(n int, from time.Time, followers int64) []Policy {
	p := Policy{Version: "house@" + string(rune('0'+n)), Preset: "house", Programme: VideoGifts, Region: Everywhere, FromUS: us(from), GraceDays: 30, ReapplyDays: 30,
		Criteria: []Criterion{{Metric: Followers, Op: AtLeast, Threshold: followers, Label: "criterion.followers"}}}
	return []Policy{p}
}
