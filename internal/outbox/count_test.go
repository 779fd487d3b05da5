package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
)

func (w *world) counts(r *Runner) (all []Count) {
	w.t.Helper()
	w.ok(w.db.Read(w.ctx, func(tx *db.Tx) (err error) { all, err = r.Counts(w.ctx, tx); return err }))
	return all
}

// TestCounts has work in every state, and work of a kind that nobody knows.
func TestCounts(t *testing.T) {
	each(t, func(w *world) {
		r := w.runner()
		r.Inside("in", effect("in"))
		r.Outside("out", func(context.Context, string) (time.Duration, error) { return 0, errors.New("no") })
		if diff := cmp.Diff([]Count{{Kind: "in"}, {Kind: "out"}}, w.counts(r)); diff != "" {
			t.Error(diff)
		}
		w.schedule(Work{Kind: "in", Key: "1", DueUS: w.now()}, Work{Kind: "in", Key: "2", DueUS: w.now()}, Work{Kind: "old", Key: "x", DueUS: w.now()},
			Work{Kind: "in", Key: "later", DueUS: w.now() + int64(time.Minute/time.Microsecond)}, Work{Kind: "out", Key: "poison", DueUS: w.now()})
		claimed, err := r.claim(w.ctx, room{inside: []any{"in"}})
		w.ok(err)
		if len(claimed) != 2 {
			t.Fatalf("claimed %v", claimed)
		}
		w.clk.Advance(30 * time.Second)
		want := []Count{{Kind: "in", Waiting: 1, Running: 2}, {Kind: "old", Due: 1, Oldest: 30 * time.Second}, {Kind: "out", Due: 1, Oldest: 30 * time.Second}}
		if diff := cmp.Diff(want, w.counts(r)); diff != "" {
			t.Error(diff)
		}
		r.release(claimed...) // its process is gone, and the lease runs out
		w.clk.Advance(leaseFor - 30*time.Second + time.Second)
		if got := w.counts(r)[0]; got.Due != 3 || got.Running != 0 || got.Waiting != 0 {
			t.Errorf("after the lease: %+v", got)
		}
		for range maxAttempts {
			w.due(r)
			w.clk.Advance(mostBackoff)
		}
		if got := w.counts(r)[2]; got != (Count{Kind: "out", Dead: 1}) {
			t.Errorf("given up: %+v", got)
		}
	})
}

// TestRevive asks twice, and for work that is not dead, done or never was.
func TestRevive(t *testing.T) {
	each(t, func(w *world) {
		r := w.runner()
		good, runs := false, 0
		r.Outside("out", func(context.Context, string) (time.Duration, error) {
			if runs++; good {
				return 0, nil
			}
			return 0, errors.New("no such account")
		})
		w.schedule(Work{Kind: "out", Key: "x", DueUS: w.now()})
		for range maxAttempts {
			w.due(r)
			w.clk.Advance(mostBackoff)
		}
		good = true
		for range 2 {
			p, err := r.Revive(w.ctx, "out", "x")
			if w.ok(err); p.Dead || p.Attempts != 0 || p.DueUS != w.now() || p.LastError != "no such account" {
				t.Errorf("revived: %+v", p)
			}
		}
		if n := w.due(r); n != 1 || runs != maxAttempts+1 {
			t.Errorf("%d ran, %d runs in all", n, runs)
		}
		for _, key := range []string{"x", "never"} {
			if _, err := r.Revive(w.ctx, "out", key); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", key, err)
			}
		}
		if all := w.list(); len(all) != 0 {
			t.Errorf("left: %v", all)
		}
	})
}

// TestListed pages through work of several kinds that is due at the same
// instants, and compares it with all of it in order.
func TestListed(t *testing.T) {
	each(t, func(w *world) {
		var all []Planned
		for i := range 60 {
			p := Planned{Work: Work{Kind: []string{"a", "b", "b.c", "z"}[i%4], Key: fmt.Sprint("k", i*37%60), DueUS: w.now() + int64(i%5)}, Dead: i%7 == 3}
			w.schedule(p.Work)
			if p.Dead {
				w.ok(w.db.Write(w.ctx, func(tx *db.Tx) error {
					_, err := tx.Exec(w.ctx, "UPDATE due_work SET dead = 1 WHERE kind = $1 AND work_key = $2", p.Kind, p.Key)
					return err
				}))
			}
			all = append(all, p)
		}
		slices.SortFunc(all, func(a, b Planned) int {
			return strings.Compare(fmt.Sprint(!a.Dead, " ", a.DueUS, " ", a.Kind, " ", a.Key), fmt.Sprint(!b.Dead, " ", b.DueUS, " ", b.Kind, " ", b.Key))
		})
		for _, state := range []string{"", StatePlanned, StateDead} {
			for _, kind := range []string{"", "b", "nobody"} {
				var want []string
				for _, p := range all {
					if (state == "" || p.Dead == (state == StateDead)) && (kind == "" || p.Kind == kind) {
						want = append(want, p.Kind+" "+p.Key)
					}
				}
				for _, limit := range []int{1, 2, 7, 59, 100} {
					if diff := cmp.Diff(want, w.listed(Listing{State: state, Kind: kind, Limit: limit})); diff != "" {
						t.Errorf("%q of %q by %d: %s", state, kind, limit, diff)
					}
				}
			}
		}
		for _, bad := range []Listing{{Limit: 5, State: "x"}, {Limit: 5, After: "x"}, {Limit: 5, After: "1 x a b"}, {Limit: 5, After: "x 1 a b"}} {
			err := w.db.Read(w.ctx, func(tx *db.Tx) error { _, err := Listed(w.ctx, tx, bad); return err })
			if !fault.Is(err, fault.InvalidParameter) && !fault.Is(err, fault.CursorInvalid) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
	})
}

func (w *world) listed(l Listing) (all []string) {
	w.t.Helper()
	for more := true; more; {
		w.ok(w.db.Read(w.ctx, func(tx *db.Tx) error {
			page, err := Listed(w.ctx, tx, l)
			for _, p := range page {
				all = append(all, p.Kind+" "+p.Key)
				l.After = p.Position()
			}
			more = len(page) == l.Limit
			return err
		}))
	}
	return all
}
