package wallet_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/wallet"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// world is a database with the verbs of this package.
type world struct {
	t   *testing.T
	ctx context.Context
	d   *db.DB
	clk *clock.Manual
	n   int
}

// each runs the test on both engines and then verifies the books.
func each(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		w := &world{t: t, ctx: t.Context(), d: d, clk: clk}
		test(w)
		ledgertest.Verify(t, d, wallet.Checks()...)
	})
}

func usd(cents int64) money.Amount { return money.Amount{Units: cents, Asset: money.USD} }

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatalf("unexpected error: %v", err)
	}
}

func (w *world) write(f func(tx *db.Tx) error) {
	w.t.Helper()
	w.ok(w.d.Write(w.ctx, f))
}

func (w *world) read(f func(tx *db.Tx) error) {
	w.t.Helper()
	w.ok(w.d.Read(w.ctx, f))
}

func (w *world) exec(query string, args ...any) {
	w.t.Helper()
	w.write(func(tx *db.Tx) error {
		_, err := tx.Exec(w.ctx, query, args...)
		return err
	})
}

func (w *world) cause() string {
	w.n++
	return fmt.Sprintf("cause-%d", w.n)
}

func (w *world) person() (p id.Person) {
	w.t.Helper()
	w.write(func(tx *db.Tx) error { p = id.Person(tx.NewID(id.KindPerson)); return nil })
	return p
}

// buy gives the person a lot of coins for money.
func (w *world) buy(p id.Person, coins int64, paid money.Amount) (lot id.Lot) {
	w.t.Helper()
	w.write(func(tx *db.Tx) (err error) {
		lot, err = wallet.Grant(w.ctx, tx, "coin_purchase.completed", wallet.NewLot{Person: p, Cause: w.cause(), Coins: coins, Paid: paid},
			ledger.Move{From: ledger.Provider, To: ledger.Deferred, Amount: paid})
		return err
	})
	return lot
}

// promote gives the person promotional coins.
func (w *world) promote(p id.Person, coins int64) (lot id.Lot) {
	w.t.Helper()
	w.write(func(tx *db.Tx) (err error) {
		lot, err = wallet.Grant(w.ctx, tx, "coins.granted", wallet.NewLot{Person: p, Cause: w.cause(), Promo: true, Coins: coins})
		return err
	})
	return lot
}

// spend takes coins in one transaction, as the amounts say one after another,
// and returns the first refusal.
func (w *world) spend(p id.Person, amounts ...int64) error {
	w.t.Helper()
	var refused error
	w.write(func(tx *db.Tx) error {
		b := ledger.Open(tx)
		purses, err := wallet.Purses(w.ctx, tx, b, []id.Person{p})
		if err != nil {
			return err
		}
		sinks, err := wallet.LoadSinks(w.ctx, b, purses)
		if err != nil {
			return err
		}
		for _, coins := range amounts {
			lines, err := purses[p].Spend(sinks, coins, nil)
			if _, rule := errors.AsType[*fault.Error](err); rule {
				refused = err
				break
			}
			if err != nil {
				return err
			}
			if _, err := b.Post(w.ctx, ledger.Transfer{Kind: "gift.sent", Cause: w.cause(), Lines: lines}); err != nil {
				return err
			}
		}
		if err := b.Flush(w.ctx); err != nil {
			return err
		}
		return wallet.CloseEmpty(w.ctx, tx, purses)
	})
	return refused
}

func (w *world) coins(p id.Person) (n int64) {
	w.t.Helper()
	w.read(func(tx *db.Tx) (err error) {
		n, err = wallet.Balance(w.ctx, tx, p)
		return err
	})
	return n
}

// left returns what is left of each of the lots.
func (w *world) left(lots ...id.Lot) []int64 {
	w.t.Helper()
	left := make([]int64, len(lots))
	w.read(func(tx *db.Tx) error {
		found, err := wallet.LotsByID(w.ctx, tx, lots)
		for _, l := range found {
			for i := range lots {
				if lots[i] == l.ID {
					left[i] = l.Left
				}
			}
		}
		return err
	})
	return left
}

func (w *world) balance(path string, asset money.Asset) (n int64) {
	w.t.Helper()
	w.read(func(tx *db.Tx) (err error) {
		n, err = ledger.Balance(w.ctx, tx, ledger.Ref{Path: path, Asset: asset})
		return err
	})
	return n
}

func (w *world) want(err error, code fault.Code) *fault.Error {
	w.t.Helper()
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Code != code {
		w.t.Fatalf("the error is %v, want %s", err, code)
	}
	return f
}
