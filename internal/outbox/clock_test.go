package outbox

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
)

// TestClockMovesOverTheOwnLease moves the clock by a month during a run: the
// same runner does not begin the work a second time.
func TestClockMovesOverTheOwnLease(t *testing.T) {
	each(t, func(w *world) {
		r := w.runner()
		runs := 0
		r.Outside("out", func(ctx context.Context, _ string) (time.Duration, error) {
			runs++
			w.clk.Advance(30 * 24 * time.Hour)
			n, err := r.RunDue(ctx)
			if n != 0 || err != nil {
				t.Errorf("%d began again, %v", n, err)
			}
			return 0, nil
		})
		w.schedule(Work{Kind: "out", Key: "k", DueUS: w.now()})
		w.due(r)
		if runs != 1 || len(w.list()) != 0 {
			t.Errorf("%d runs, left %+v", runs, w.list())
		}
	})
}

func TestClockStepsBack(t *testing.T) {
	each(t, func(w *world) {
		dying := w.runner()
		dying.Inside("in", effect("in"))
		r := w.runner()
		r.Inside("in", effect("in"))
		r.Every("hourly", time.Hour, func(context.Context) error { return nil })
		w.clk.Advance(365 * 24 * time.Hour)
		w.ok(r.Start(w.ctx))
		w.schedule(Work{Kind: "in", Key: "k", DueUS: w.now()})
		if claimed, err := dying.claim(w.ctx, dying.anything()); len(claimed) != 1 || err != nil {
			t.Fatal(claimed, err)
		}
		if n := w.due(r); n != 0 { // the look that remembers the clock
			t.Fatal(n)
		}
		w.clk.Advance(-365 * 24 * time.Hour)
		if n := w.due(r); n != 1 || len(w.effects("in")) != 1 {
			t.Errorf("%d ran after the clock stepped back", n)
		}
		w.clk.Advance(time.Hour)
		if n := w.due(r); n != 1 {
			t.Errorf("%d hourly runs within an hour", n)
		}
	})
}

func TestEvery(t *testing.T) {
	each(t, func(w *world) {
		runs, fails := 0, false
		start := func() *Runner {
			r := w.runner()
			r.Every("daily", 24*time.Hour, func(context.Context) error {
				runs++
				if fails {
					return errRefused
				}
				return nil
			})
			w.ok(r.Start(w.ctx))
			return r
		}
		r := start()
		for day := range 10 {
			w.clk.Advance(24 * time.Hour)
			w.due(r)
			if runs != day+1 || w.due(r) != 0 {
				t.Fatalf("%d runs in %d days", runs, day+1)
			}
			r = start() // a restart plans nothing twice
		}
		w.clk.Advance(40 * 24 * time.Hour)
		w.due(r)
		if runs != 11 {
			t.Errorf("%d runs after 40 days without the server, want one more than 10", runs)
		}
		fails = true
		for range 60 {
			w.clk.Advance(24 * time.Hour)
			w.due(r)
		}
		if left := w.list(); len(left) != 1 || left[0].Dead {
			t.Errorf("recurring work was given up: %+v", left)
		}
		fails, runs = false, 0
		w.clk.Advance(24 * time.Hour)
		w.due(r)
		if runs != 1 {
			t.Errorf("%d runs", runs)
		}
	})
}

// TestYears runs five years of monthly work, the clock going from one instant
// to the next.
func TestYears(t *testing.T) {
	each(t, func(w *world) {
		r := w.runner()
		r.Inside("renew", func(ctx context.Context, tx *db.Tx, key string) (int64, error) {
			return tx.Now().AddDate(0, 1, 0).UnixMicro(), Add(ctx, tx, effectOf("renewed", key))
		})
		for i := range 5 {
			w.schedule(Work{Kind: "renew", Key: fmt.Sprint(i), DueUS: w.now() + int64(i)*time.Hour.Microseconds()})
		}
		for end := w.clk.Now().AddDate(5, 0, 0); ; {
			next, ok, err := r.Next(w.ctx)
			w.ok(err)
			if !ok || !next.Before(end) {
				break
			}
			w.clk.Set(next)
			w.due(r)
		}
		if n := len(w.effects("renewed")); n != 5*60 {
			t.Errorf("%d renewals in 60 months of 5", n)
		}
	})
}

func TestRestart(t *testing.T) {
	url, clk := "sqlite:"+filepath.Join(t.TempDir(), "ovation.db"), clock.NewManual(dbtest.Start)
	first := dbtest.Open(t, url, clk, nil)
	w := &world{t, context.Background(), first, clk}
	w.schedule(Work{Kind: "in", Key: "waits", DueUS: w.now() + time.Hour.Microseconds()}, Work{Kind: "in", Key: "runs", DueUS: w.now()})
	r := w.runner()
	r.Inside("in", effect("in"))
	if claimed, err := r.claim(w.ctx, r.anything()); len(claimed) != 1 || err != nil {
		t.Fatal(claimed, err)
	}
	w.ok(first.Close()) // in the middle of the run
	w.db = dbtest.Open(t, url, clk, nil)
	r = w.runner()
	r.Inside("in", effect("in"))
	clk.Advance(leaseFor)
	if w.due(r); !slices.Equal(w.effects("in"), []string{"runs"}) {
		t.Errorf("effects %v", w.effects("in"))
	}
	clk.Advance(time.Hour)
	if w.due(r); !slices.Equal(w.effects("in"), []string{"runs", "waits"}) {
		t.Errorf("effects %v", w.effects("in"))
	}
}
