package outbox

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"testing"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
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
	w.ok(w.db.Read(w.ctx, func(tx *db.Tx) (err error) { all, err = Listed(w.ctx, tx, Listing{Limit: 1000}); return err }))
	return all
}
