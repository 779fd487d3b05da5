package outbox

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
)

// TestSooner brings work forward that waits, revives what is dead, and leaves
// alone what is earlier or runs.
func TestSooner(t *testing.T) {
	each(t, func(w *world) {
		hour := w.now() + time.Hour.Microseconds()
		dues := func() int64 { return w.list()[0].DueUS }
		w.schedule(Work{Kind: "a", Key: "1", DueUS: hour, Sooner: true})
		w.schedule(Work{Kind: "a", Key: "1", DueUS: hour + 1, Sooner: true})
		if dues() != hour {
			t.Error("a later instant has moved it")
		}
		w.schedule(Work{Kind: "a", Key: "1", DueUS: hour - 1, Sooner: true})
		if dues() != hour-1 {
			t.Error("an earlier instant has not moved it")
		}
		w.ok(w.db.Write(w.ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(w.ctx, "UPDATE due_work SET dead = 1, last_error = 'broken'")
			return err
		}))
		w.schedule(Work{Kind: "a", Key: "1", DueUS: hour, Sooner: true})
		if p := w.list()[0]; p.Dead || p.DueUS != hour || p.LastError != "" {
			t.Errorf("dead work: %+v", p)
		}

		r := w.runner()
		ran := 0
		r.Drive("a", func(_ context.Context, key string) (Next, error) {
			ran++
			before := w.list()[0]
			w.schedule(Work{Kind: "a", Key: key, DueUS: w.now(), Sooner: true})
			if w.list()[0] != before {
				t.Error("a run that has begun was touched")
			}
			return func(_ context.Context, tx *db.Tx) (int64, error) {
				if ran < 3 {
					return tx.NowUS(), nil
				}
				return 0, nil
			}, nil
		})
		w.clk.Advance(time.Hour)
		if n := w.due(r); n != 3 || ran != 3 || len(w.list()) != 0 {
			t.Errorf("%d runs, left: %+v", n, w.list())
		}
	})
}

// TestDriveFails tries work again whose end could not be written.
func TestDriveFails(t *testing.T) {
	each(t, func(w *world) {
		r := w.runner()
		ran := 0
		r.Drive("a", func(context.Context, string) (Next, error) {
			ran++
			return func(context.Context, *db.Tx) (int64, error) {
				if ran == 1 {
					return 0, errors.New("the end is broken")
				}
				return 0, nil
			}, nil
		})
		w.schedule(Work{Kind: "a", Key: "1", DueUS: w.now()})
		w.due(r)
		if left := w.list(); len(left) != 1 || left[0].LastError != "the end is broken" {
			t.Fatalf("left: %+v", left)
		}
		w.clk.Advance(firstBackoff)
		w.due(r)
		if ran != 2 || len(w.list()) != 0 {
			t.Errorf("%d runs, left: %+v", ran, w.list())
		}
	})
}

// TestBeside gives one kind all of a runner's room.
func TestBeside(t *testing.T) {
	each(t, func(w *world) {
		const most = 2 * runAtOnce
		r := w.runner()
		r.Beside(most)
		var atOnce atomic.Int64
		all, free := make(chan struct{}), make(chan struct{})
		r.Drive("a", func(context.Context, string) (Next, error) {
			if atOnce.Add(1) == most {
				close(all)
			}
			<-free
			return func(context.Context, *db.Tx) (int64, error) { return 0, nil }, nil
		})
		for i := range most {
			w.schedule(Work{Kind: "a", Key: string(rune('A' + i)), DueUS: w.now()})
		}
		ctx, stop := context.WithCancel(w.ctx)
		var group sync.WaitGroup
		group.Go(func() { _ = r.Run(ctx) })
		select {
		case <-all:
		case <-time.After(time.Minute):
			t.Errorf("only %d run at once", atOnce.Load())
		}
		close(free)
		stop()
		group.Wait()
	})
}

func TestFind(t *testing.T) {
	each(t, func(w *world) {
		w.ok(w.db.Write(w.ctx, func(tx *db.Tx) error {
			return Add(w.ctx, tx, effectOf("a", "1"), effectOf("b", "2"), effectOf("c", "3"))
		}))
		var got, none []Stored
		w.ok(w.db.Read(w.ctx, func(tx *db.Tx) (err error) {
			if got, err = Find(w.ctx, tx, 3, 1, 7); err == nil {
				none, err = Find(w.ctx, tx)
			}
			return err
		}))
		types := map[int64]string{}
		for _, e := range got {
			types[e.Sequence] = e.Type
		}
		if len(got) != 2 || types[1] != "a" || types[3] != "c" || none != nil {
			t.Errorf("found %v and %v", types, none)
		}
	})
}
