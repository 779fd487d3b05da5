package outbox

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
)

// TestRun has Run hear of new work, of a clock that was moved, and go on
// beside work that hangs.
func TestRun(t *testing.T) {
	each(t, func(w *world) {
		r := w.runner()
		var hanging, most atomic.Int64
		hang, did, began := make(chan bool), make(chan string, 100), make(chan bool, 100)
		r.Outside("hangs", func(ctx context.Context, _ string) (time.Duration, error) {
			most.Store(max(most.Load(), hanging.Add(1)))
			defer hanging.Add(-1)
			began <- true
			select {
			case <-hang:
				return 0, nil
			case <-ctx.Done():
				return 0, ctx.Err()
			}
		})
		r.Outside("calls", func(_ context.Context, key string) (time.Duration, error) { did <- key; return 0, nil })
		r.Inside("in", func(_ context.Context, tx *db.Tx, key string) (int64, error) {
			tx.AfterCommit(func() { did <- key })
			return 0, nil
		})
		ctx, cancel := context.WithCancel(w.ctx)
		ended := make(chan error, 1)
		go func() { ended <- r.Run(ctx) }()
		for i := range 3 * runOfOneKind {
			w.schedule(Work{Kind: "hangs", Key: fmt.Sprint(i), DueUS: w.now()})
		}
		w.schedule(Work{Kind: "calls", Key: "now", DueUS: w.now()})
		if key := <-did; key != "now" {
			t.Error(key)
		}
		w.schedule(Work{Kind: "in", Key: "inside", DueUS: w.now()}, Work{Kind: "in", Key: "later", DueUS: w.now() + time.Hour.Microseconds()})
		if key := <-did; key != "inside" {
			t.Error(key)
		}
		w.clk.Advance(time.Hour)
		r.Woken()
		if key := <-did; key != "later" {
			t.Error(key)
		}
		for range 2 * runOfOneKind {
			hang <- true
		}
		for range 3 * runOfOneKind {
			<-began
		}
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if n := most.Load(); n > runOfOneKind {
			t.Errorf("%d of one kind ran at once", n)
		}
		for _, p := range w.list() { // what was stopped is given back
			if p.Attempts != 0 || p.DueUS > w.now() || p.Dead || p.LastError != "" {
				t.Errorf("left %+v", p)
			}
		}
		if n := len(w.list()); n != runOfOneKind {
			t.Errorf("%d are left", n)
		}
	})
}

// TestPause draws failures: a pause is never longer than its bound, and never
// shorter than half of it.
func TestPause(t *testing.T) {
	w := &world{t: t, ctx: context.Background(), clk: clock.NewManual(dbtest.Start)}
	w.db = dbtest.SQLite(t, w.clk)
	rapid.Check(t, func(rt *rapid.T) {
		jitter := rapid.Float64Range(0, 1).Draw(rt, "jitter")
		attempt := rapid.Int64Range(1, maxAttempts-1).Draw(rt, "attempt")
		r := w.runner()
		r.Jitter = func() float64 { return jitter }
		r.Inside("in", func(context.Context, *db.Tx, string) (int64, error) { return 0, errRefused })
		w.schedule(Work{Kind: "in", Key: "k", DueUS: w.now(), Move: true})
		w.ok(w.db.Write(w.ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(w.ctx, "UPDATE due_work SET attempts = $1", attempt-1)
			return err
		}))
		w.due(r)
		wait := time.Duration(w.list()[0].DueUS-w.now()) * time.Microsecond
		if full := min(firstBackoff<<(attempt-1), mostBackoff); wait > full || wait < full/2-time.Microsecond {
			rt.Fatalf("after failure %d the pause is %s", attempt, wait)
		}
	})
}

// TestModel compares random plans, runs and steps of the clock with a map.
func TestModel(t *testing.T) {
	each(t, func(w *world) {
		rapid.Check(t, func(rt *rapid.T) {
			w.ok(w.db.Write(w.ctx, func(tx *db.Tx) error { _, err := tx.Exec(w.ctx, "DELETE FROM due_work"); return err }))
			r, open, ran, should := w.runner(), map[string]int64{}, map[string]int{}, map[string]int{}
			r.Inside("in", func(_ context.Context, tx *db.Tx, key string) (int64, error) {
				tx.AfterCommit(func() { ran[key]++ })
				return 0, nil
			})
			for range rapid.IntRange(1, 30).Draw(rt, "steps") {
				key := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "key")
				switch rapid.IntRange(0, 4).Draw(rt, "step") {
				case 0, 1:
					k := Work{Kind: "in", Key: key, DueUS: w.now() + rapid.Int64Range(-5, 5).Draw(rt, "due"), Move: rapid.Bool().Draw(rt, "move")}
					w.schedule(k)
					if _, planned := open[key]; !planned || k.Move {
						open[key] = k.DueUS
					}
				case 2:
					w.ok(w.db.Write(w.ctx, func(tx *db.Tx) error { return Cancel(w.ctx, tx, "in", key) }))
					delete(open, key)
				case 3:
					w.clk.Advance(time.Duration(rapid.Int64Range(-3, 5).Draw(rt, "clock")) * time.Microsecond)
				case 4:
					w.due(r)
					for key, at := range open {
						if at <= w.now() {
							should[key]++
							delete(open, key)
						}
					}
				}
				if len(w.list()) != len(open) {
					rt.Fatalf("%+v are planned, should be %v", w.list(), open)
				}
			}
			for key, n := range should {
				if ran[key] != n {
					rt.Fatalf("%s ran %d times, should have %d", key, ran[key], n)
				}
			}
			if len(ran) > len(should) {
				rt.Fatalf("ran %v, should have %v", ran, should)
			}
		})
	})
}
