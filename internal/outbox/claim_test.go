package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
)

// TestEffectHappensOnce has several runners fight for the same work.
func TestEffectHappensOnce(t *testing.T) {
	each(t, func(w *world) { w.fight(w.db, w.db, w.db) })
}

// TestTwoProcesses does the same through two pools to one PostgreSQL.
func TestTwoProcesses(t *testing.T) {
	url, clk := dbtest.PostgresURL(t), clock.NewManual(dbtest.Start)
	here, there := dbtest.Open(t, url, clk, nil), dbtest.Open(t, url, clk, nil)
	w := &world{t, context.Background(), here, clk}
	w.fight(here, there, here, there)
}

func (w *world) fight(dbs ...*db.DB) {
	var outside sync.Map
	for i := range 200 {
		w.schedule(Work{Kind: "in", Key: fmt.Sprint(i), DueUS: w.now()}, Work{Kind: "out", Key: fmt.Sprint(i), DueUS: w.now()})
	}
	var wg sync.WaitGroup
	for _, d := range dbs {
		r := NewRunner(d, slog.New(slog.DiscardHandler))
		r.Inside("in", effect("in"))
		r.Outside("out", func(_ context.Context, key string) (time.Duration, error) {
			if _, again := outside.LoadOrStore(key, true); again {
				w.t.Errorf("%s ran twice outside", key)
			}
			return 0, nil
		})
		wg.Go(func() {
			if _, err := r.RunDue(w.ctx); err != nil {
				w.t.Error(err)
			}
		})
	}
	wg.Wait()
	got := w.effects("in")
	slices.Sort(got)
	if n := len(slices.Compact(got)); n != 200 || len(w.effects("in")) != 200 || len(w.list()) != 0 {
		w.t.Errorf("%d effects of 200, %d left", len(got), len(w.list()))
	}
}

func TestPoisonDoesNotHoldUpOthers(t *testing.T) {
	each(t, func(w *world) {
		r := w.runner()
		good := false
		r.Inside("in", func(ctx context.Context, tx *db.Tx, key string) (int64, error) {
			switch {
			case key == "poison" && !good:
				w.ok(Add(ctx, tx, effectOf("in", key))) // is undone
				return 0, fmt.Errorf("bad \x00\xff%s", strings.Repeat("é", 5000))
			case key == "panic" && !good:
				panic("a mistake")
			}
			return 0, Add(ctx, tx, effectOf("in", key))
		})
		r.Outside("out", func(_ context.Context, key string) (time.Duration, error) {
			if !good {
				panic("a mistake outside")
			}
			return 0, nil
		})
		for i := range 20 {
			w.schedule(Work{Kind: "in", Key: fmt.Sprint(i), DueUS: w.now() - int64(i)})
		}
		w.schedule(Work{Kind: "in", Key: "poison", DueUS: w.now() - 5}, Work{Kind: "in", Key: "panic", DueUS: w.now() - 6}, Work{Kind: "out", Key: "x", DueUS: w.now()})
		w.due(r)
		if got := w.effects("in"); len(got) != 20 {
			t.Fatalf("%d effects of 20", len(got))
		}
		for i := 1; i < maxAttempts; i++ {
			for _, p := range w.list() {
				if p.Dead || p.Attempts != int64(i) || p.LastError == "" || len(p.LastError) > maxReason+3 {
					t.Fatalf("after %d runs: %+v", i, p)
				}
			}
			if n := w.due(r); n != 0 {
				t.Fatalf("%d ran before their pause was over", n)
			}
			w.clk.Advance(mostBackoff)
			if n := w.due(r); n != 3 {
				t.Fatalf("%d ran again, want 3", n)
			}
		}
		for _, p := range w.list() {
			if !p.Dead {
				t.Errorf("still alive: %+v", p)
			}
		}
		w.clk.Advance(1000 * time.Hour)
		if n := w.due(r); n != 0 {
			t.Errorf("%d dead ran", n)
		}
		good = true
		w.ok(w.db.Write(w.ctx, func(tx *db.Tx) error {
			if err := Revive(w.ctx, tx, "in", "0"); !fault.Is(err, fault.NotFound) {
				t.Error(err)
			}
			return errors.Join(Revive(w.ctx, tx, "in", "poison"), Revive(w.ctx, tx, "in", "panic"))
		}))
		w.schedule(Work{Kind: "out", Key: "x", DueUS: w.now()}) // planning anew revives as well
		if n := w.due(r); n != 3 || len(w.list()) != 0 || len(w.effects("in")) != 22 {
			t.Errorf("%d ran, left %+v", n, w.list())
		}
	})
}

// TestStaleWorker has a worker stop until its lease is over and another takes
// over: the first has no effect when it wakes.
func TestStaleWorker(t *testing.T) {
	each(t, func(w *world) {
		slow, quick := w.runner(), w.runner()
		slow.Inside("in", effect("slow"))
		quick.Inside("in", effect("quick"))
		for i := range 3 {
			w.schedule(Work{Kind: "in", Key: fmt.Sprint(i), DueUS: w.now()})
		}
		claimed, err := slow.claim(w.ctx, slow.anything())
		w.ok(err)
		if n := w.due(quick); n != 0 || len(claimed) != 3 {
			t.Fatalf("%d were taken during the lease of %d", n, len(claimed))
		}
		w.clk.Advance(leaseFor)
		if n := w.due(quick); n != 3 {
			t.Fatalf("%d were taken after the lease", n)
		}
		slow.runBatch(w.ctx, claimed)
		if len(w.effects("slow")) != 0 || len(w.effects("quick")) != 3 || len(w.list()) != 0 {
			t.Errorf("slow %v, quick %v, left %+v", w.effects("slow"), w.effects("quick"), w.list())
		}
	})
}

func TestStaleWorkerOutside(t *testing.T) {
	each(t, func(w *world) {
		slow, quick := w.runner(), w.runner()
		began, wake := make(chan bool), make(chan bool)
		slow.Outside("out", func(context.Context, string) (time.Duration, error) {
			began <- true
			<-wake
			return 0, nil
		})
		quick.Outside("out", func(context.Context, string) (time.Duration, error) { return time.Hour, nil })
		w.schedule(Work{Kind: "out", Key: "k", DueUS: w.now()})
		done := make(chan int)
		go func() { n, _ := slow.RunDue(w.ctx); done <- n }()
		<-began
		w.clk.Advance(leaseFor)
		if n := w.due(quick); n != 1 {
			t.Fatalf("%d were taken over", n)
		}
		wake <- true
		<-done
		if left := w.list(); len(left) != 1 || left[0].DueUS != w.now()+time.Hour.Microseconds() {
			t.Errorf("the stale worker ended the work: %+v", left)
		}
	})
}

// TestProcessDies claims as a process that dies each time before the end.
func TestProcessDies(t *testing.T) {
	each(t, func(w *world) {
		w.schedule(Work{Kind: "in", Key: "kills", DueUS: w.now()})
		for i := range maxAttempts {
			r := w.runner()
			r.Inside("in", effect("in"))
			claimed, err := r.claim(w.ctx, r.anything())
			w.ok(err)
			if len(claimed) != 1 || claimed[0].Attempts != int64(i+1) {
				t.Fatalf("claim %d: %+v", i, claimed)
			}
			w.clk.Advance(leaseFor)
		}
		r := w.runner()
		r.Inside("in", effect("in"))
		if n := w.due(r); n != 0 {
			t.Errorf("%d ran", n)
		}
		if left := w.list(); len(left) != 1 || !left[0].Dead || !strings.Contains(left[0].LastError, "12 times") {
			t.Errorf("left %+v", left)
		}
	})
}
