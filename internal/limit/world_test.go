package limit_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strconv"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/outbox"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const somebody = id.Person("usr_01kgw1ptrhe8zr2b7a5y3c9dxm")

// world is a database with limits, and a runner of due work.
type world struct {
	*limit.Service
	t      testing.TB
	ctx    context.Context
	d      *db.DB
	clk    *clock.Manual
	runner *outbox.Runner
	fan    id.Person
	n      int
}

func newWorld(t testing.TB, d *db.DB, clk *clock.Manual) *world {
	w := &world{Service: limit.NewService(d), t: t, ctx: context.Background(), d: d, clk: clk, runner: outbox.NewRunner(d, slog.New(slog.DiscardHandler)), fan: somebody}
	w.runner.Inside(limit.WorkApply, func(ctx context.Context, tx *db.Tx, key string) (int64, error) {
		return limit.RunApply(ctx, tx, id.Person(key))
	})
	return w
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		test(newWorld(t, d, clk))
		ledgertest.Verify(t, d, limit.Checks(id.KindPurchase)...)
	})
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// want fails the test unless err carries the code, and returns the fault.
func (w *world) want(err error, code fault.Code) *fault.Error {
	w.t.Helper()
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Code != code {
		w.t.Fatalf("the error is %v, want %s", err, code)
	}
	return f
}

// wants fails the test unless err carries the code.
func (w *world) wants(err error, code fault.Code) {
	w.t.Helper()
	if f := w.want(err, code); f.Detail == "" {
		w.t.Errorf("%s has no sentence", code)
	}
}

// usd are caps in dollars.
func usd(day, week, month int64) limit.Caps {
	return limit.Caps{Asset: "USD", Day: day, Week: week, Month: month}
}

// set wishes for the caps.
func (w *world) set(caps limit.Caps) limit.State {
	w.t.Helper()
	s, err := w.Set(w.ctx, w.fan, limit.Wish{Caps: caps})
	w.ok(err)
	return s
}

// of returns how the fan stands.
func (w *world) of() (s limit.State) {
	w.t.Helper()
	w.ok(w.d.Read(w.ctx, func(tx *db.Tx) (err error) { s, err = limit.Of(w.ctx, tx, w.fan); return err }))
	return s
}

// spend is the next spend of the fan.
func (w *world) spend(units int64, asset money.Asset) limit.Spend {
	w.n++
	return limit.Spend{Person: w.fan, Amount: money.Amount{Units: units, Asset: asset}, Cause: "cps_" + strconv.Itoa(w.n)}
}

// take counts the spend in a transaction of its own.
func (w *world) take(s limit.Spend) error {
	return w.d.Write(w.ctx, func(tx *db.Tx) error { return limit.Take(w.ctx, tx, s) })
}

func (w *world) release(cause string) {
	w.t.Helper()
	w.ok(w.d.Write(w.ctx, func(tx *db.Tx) error { return limit.Release(w.ctx, tx, cause) }))
}

// later moves the clock and runs what is due then.
func (w *world) later(d time.Duration) {
	w.t.Helper()
	w.clk.Advance(d)
	_, err := w.runner.RunDue(w.ctx)
	w.ok(err)
}

// told returns how often the log tells of a change of the fan's limits.
func (w *world) told() (n int) {
	w.t.Helper()
	w.ok(w.d.Read(w.ctx, func(tx *db.Tx) error {
		events, err := outbox.After(w.ctx, tx, 0, outbox.MaxPage)
		for _, e := range events {
			var d struct {
				Person    id.Person
				Changed   []string
				ChangedAt string `json:"changed_at"`
			}
			if err := json.Unmarshal(e.Data, &d); err != nil || e.Type != "person.state_changed" || e.Topic != "person:"+string(w.fan) || d.Person != w.fan ||
				len(d.Changed) != 1 || d.Changed[0] != "limits" || d.ChangedAt == "" {
				w.t.Errorf("%s of %s: %s %v", e.Type, e.Topic, e.Data, err)
			}
			n++
		}
		return err
	}))
	return n
}
