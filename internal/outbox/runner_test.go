package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
)

// world is a database with due work. The effect of work in these tests is an
// event of the work's kind that names its key.
type world struct {
	t   testing.TB
	ctx context.Context
	db  *db.DB
	clk *clock.Manual
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) { test(&world{t, context.Background(), d, clk}) })
}

func (w *world) runner() *Runner {
	r := NewRunner(w.db, slog.New(slog.DiscardHandler))
	r.Jitter = func() float64 { return 0 }
	return r
}

// effect is an inside handler that has an effect and is done.
func effect(kind string) Inside {
	return func(ctx context.Context, tx *db.Tx, key string) (int64, error) {
		return 0, Add(ctx, tx, effectOf(kind, key))
	}
}

func effectOf(kind, key string) Event {
	data, _ := json.Marshal(key)
	return Event{Type: kind, Data: slices.Concat([]byte(`{"key":`), data, []byte("}"))}
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) schedule(works ...Work) {
	w.t.Helper()
	w.ok(w.db.Write(w.ctx, func(tx *db.Tx) error {
		for _, k := range works {
			if err := Schedule(w.ctx, tx, k); err != nil {
				return err
			}
		}
		return nil
	}))
}

func (w *world) now() int64 { return w.clk.Now().UnixMicro() }

// due runs what is due and returns how much that was.
func (w *world) due(r *Runner) int {
	w.t.Helper()
	n, err := r.RunDue(w.ctx)
	w.ok(err)
	return n
}

// effects returns the keys that had an effect, in its order.
func (w *world) effects(kind string) (keys []string) {
	w.t.Helper()
	w.ok(w.db.Read(w.ctx, func(tx *db.Tx) error {
		all, err := Within(w.ctx, tx, Look{Limit: MaxPage, Types: []string{kind}})
		for _, e := range all.Events {
			var data struct{ Key string }
			w.ok(json.Unmarshal(e.Data, &data))
			keys = append(keys, data.Key)
		}
		return err
	}))
	return keys
}

func (w *world) list() (all []Planned) {
	w.t.Helper()
	w.ok(w.db.Read(w.ctx, func(tx *db.Tx) (err error) { all, err = List(w.ctx, tx, 1000); return err }))
	return all
}

func TestDueInOrder(t *testing.T) {
	each(t, func(w *world) {
		r := w.runner()
		r.Inside("a", effect("did"))
		r.Inside("b", effect("did"))
		r.Outside("c", func(ctx context.Context, key string) (time.Duration, error) {
			return 0, w.db.Write(ctx, func(tx *db.Tx) error { return Add(ctx, tx, effectOf("did", key)) })
		})
		var want []string
		for i := range 150 {
			key := fmt.Sprintf("%03d", i)
			w.schedule(Work{Kind: string(rune('a' + i*7%3)), Key: key, DueUS: w.now() - 1000 + int64(i)})
			want = append(want, key)
		}
		w.schedule(Work{Kind: "a", Key: "later", DueUS: w.now() + 1})
		if n := w.due(r); n != 150 {
			t.Errorf("ran %d", n)
		}
		got := w.effects("did")
		if len(got) != 150 {
			t.Fatalf("%d effects", len(got))
		}
		if left := w.list(); len(left) != 1 || left[0].Key != "later" || w.due(r) != 0 {
			t.Errorf("left: %+v", left)
		}
		w.clk.Advance(time.Microsecond)
		if w.due(r) != 1 || len(w.list()) != 0 {
			t.Error("what was due later did not run")
		}
		// Within one claim the order is that of the instants.
		for i := range 40 {
			w.schedule(Work{Kind: string(rune('a' + i%3)), Key: fmt.Sprintf("%03d", i), DueUS: w.now() - int64(i)})
		}
		w.due(r)
		got = w.effects("did")[151:]
		slices.Reverse(want[:40])
		if !slices.Equal(got, want[:40]) {
			t.Errorf("the order was %v", got)
		}
	})
}

// TestKindsTakeTurns has a thousand pieces of one kind due for long and one of
// another kind due just now: it is in the first batch.
func TestKindsTakeTurns(t *testing.T) {
	each(t, func(w *world) {
		r := w.runner()
		r.Inside("many", effect("did"))
		r.Inside("few", effect("did"))
		r.Inside("none", effect("did"))
		works := make([]Work, 1000)
		for i := range works {
			works[i] = Work{Kind: "many", Key: fmt.Sprintf("%04d", i), DueUS: w.now() - 1000}
		}
		w.schedule(append(works, Work{Kind: "few", Key: "combo", DueUS: w.now()})...)
		claimed, err := r.claim(w.ctx, r.room())
		w.ok(err)
		if len(claimed) != claimAtOnce || !slices.ContainsFunc(claimed, func(p Planned) bool { return p.Kind == "few" }) {
			t.Fatalf("%d were claimed at first, and not the one of the other kind", len(claimed))
		}
		r.runBatch(w.ctx, claimed)
		if got := w.effects("did"); len(got) != claimAtOnce || got[claimAtOnce-1] != "combo" {
			t.Errorf("%d effects, the last is %s", len(got), got[len(got)-1])
		}
		if n := w.due(r); n != 1001-claimAtOnce || len(w.list()) != 0 {
			t.Errorf("%d ran, %d are left", n, len(w.list()))
		}
	})
}

// TestInTurn has one queue alone take the room that others do not want.
func TestInTurn(t *testing.T) {
	queue := func(kind string, n int) (q []Planned) {
		for range n {
			q = append(q, Planned{Work: Work{Kind: kind}})
		}
		return q
	}
	for _, c := range []struct {
		lens []int
		want string
	}{{[]int{10, 0, 2}, "acacaaaa"}, {[]int{10, 10, 10}, "abcabcab"}, {[]int{0, 3, 0}, "bbb"}, {nil, ""}} {
		var queues [][]Planned
		for i, n := range c.lens {
			queues = append(queues, queue(string(rune('a'+i)), n))
		}
		got := ""
		for _, p := range inTurn(queues, 8) {
			got += p.Kind
		}
		if got != c.want {
			t.Errorf("%v: %s, want %s", c.lens, got, c.want)
		}
	}
}

// TestLookIsShort has the engine that tells its plan look into the index only,
// without a sort: work of one kind may be due a hundred thousand times.
func TestLookIsShort(t *testing.T) {
	w := &world{t, context.Background(), dbtest.SQLite(t, clock.NewManual(dbtest.Start)), nil}
	for query, args := range map[string][]any{
		earliest(2): {"a", "b"},
		dueOfKind:   {"a", int64(1), int64(1)},
	} {
		w.ok(w.db.Read(w.ctx, func(tx *db.Tx) error {
			plan, err := db.Collect[string](tx.Query(w.ctx, "EXPLAIN QUERY PLAN "+query, args...))(func(r *db.Rows) (s string, err error) {
				var n int64
				return s, r.Scan(&n, &n, &n, &s)
			})
			if all := strings.Join(plan, "; "); !strings.Contains(all, "due_work_due (kind=?") || strings.Contains(all, "TEMP B-TREE") || strings.Contains(all, "SCAN due_work") {
				t.Errorf("the plan of %s: %s", query, all)
			}
			return err
		}))
	}
}

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

func TestScheduleMoveCancel(t *testing.T) {
	each(t, func(w *world) {
		hour := time.Hour.Microseconds()
		w.schedule(Work{Kind: "k", Key: "a", DueUS: w.now() + hour}, Work{Kind: "k", Key: "a", DueUS: w.now()}, Work{Kind: "k", Key: "b", DueUS: w.now() + hour})
		if all := w.list(); len(all) != 2 || all[0].DueUS != w.now()+hour {
			t.Fatalf("%+v", all)
		}
		w.schedule(Work{Kind: "k", Key: "b", DueUS: w.now() + 2*hour, Move: true})
		if all := w.list(); all[1].Key != "b" || all[1].DueUS != w.now()+2*hour {
			t.Fatalf("%+v", all)
		}
		w.ok(w.db.Write(w.ctx, func(tx *db.Tx) error {
			return errors.Join(Cancel(w.ctx, tx, "k", "b"), Cancel(w.ctx, tx, "k", "none"))
		}))
		if all := w.list(); len(all) != 1 || all[0].Key != "a" {
			t.Fatalf("%+v", all)
		}
		if err := w.db.Write(w.ctx, func(tx *db.Tx) error { return Schedule(w.ctx, tx, Work{Key: "x"}) }); err == nil {
			t.Error("work without a kind was planned")
		}
	})
}

// TestMoveDuringARun moves, and cancels, work that has begun: the run has no
// effect.
func TestMoveDuringARun(t *testing.T) {
	each(t, func(w *world) {
		r := w.runner()
		r.Inside("in", effect("in"))
		w.schedule(Work{Kind: "in", Key: "moved", DueUS: w.now()}, Work{Kind: "in", Key: "canceled", DueUS: w.now()}, Work{Kind: "in", Key: "kept", DueUS: w.now()})
		claimed, err := r.claim(w.ctx, r.anything())
		w.ok(err)
		w.schedule(Work{Kind: "in", Key: "moved", DueUS: w.now() + 1, Move: true}, Work{Kind: "in", Key: "kept", DueUS: w.now() + 1})
		w.ok(w.db.Write(w.ctx, func(tx *db.Tx) error { return Cancel(w.ctx, tx, "in", "canceled") }))
		r.runBatch(w.ctx, claimed)
		if got := w.effects("in"); !slices.Equal(got, []string{"kept"}) {
			t.Errorf("effects %v", got)
		}
		w.clk.Advance(time.Microsecond)
		if w.due(r); !slices.Equal(w.effects("in"), []string{"kept", "moved"}) {
			t.Errorf("effects %v", w.effects("in"))
		}
	})
}

func TestUnknownKindsAreLeftAlone(t *testing.T) {
	each(t, func(w *world) {
		r := w.runner()
		w.schedule(Work{Kind: "new", Key: "k", DueUS: w.now()})
		if n := w.due(r); n != 0 {
			t.Error(n)
		}
		r.Inside("old", effect("old"))
		if n := w.due(r); n != 0 {
			t.Error(n)
		}
		if _, ok, err := r.Next(w.ctx); ok || err != nil {
			t.Error("work that this runner does not know keeps it awake", err)
		}
		if left := w.list(); len(left) != 1 || left[0].Attempts != 0 {
			t.Errorf("%+v", left)
		}
	})
}

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
