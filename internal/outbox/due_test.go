package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
)

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
