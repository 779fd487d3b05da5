package wallet_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/wallet"
)

func TestGrantAndSpend(t *testing.T) {
	each(t, func(w *world) {
		p := w.person()
		first, second, promo := w.buy(p, 70, usd(99)), w.buy(p, 350, usd(499)), w.promote(p, 30)
		w.clk.Advance(time.Hour)
		third := w.buy(p, 70, usd(99)) // bought after the promotion, spent before it
		all := []id.Lot{first, second, promo, third}
		for _, step := range []struct {
			coins   int64
			left    []int64
			revenue int64
		}{
			{1, []int64{69, 350, 30, 70}, 1},           // ⌊99/70⌋
			{68, []int64{1, 350, 30, 70}, 97},          // ⌊99×69/70⌋
			{2, []int64{0, 349, 30, 70}, 99 + 1},       // across two lots
			{349 + 69, []int64{0, 0, 30, 1}, 598 + 97}, // the second to its end
			{1 + 29, []int64{0, 0, 1, 0}, 598 + 99},    // the last paid coin, then promotional ones
			{1, []int64{0, 0, 0, 0}, 598 + 99},         // no money moves
		} {
			w.ok(w.spend(p, step.coins))
			if left := w.left(all...); !slices.Equal(left, step.left) {
				t.Fatalf("after %d coins the lots hold %v, want %v", step.coins, left, step.left)
			}
			if got := w.balance(ledger.GiftRevenue, money.USD); got != step.revenue {
				t.Fatalf("after %d coins the revenue is %d, want %d", step.coins, got, step.revenue)
			}
		}
		f := w.want(w.spend(p, 1), fault.InsufficientBalance)
		if f.Data["missing"] != int64(1) || f.Data["balance"] != int64(0) {
			t.Errorf("the fault says %v", f.Data)
		}
		if n := w.balance(ledger.Deferred, money.USD); n != 0 {
			t.Errorf("%d are still deferred", n)
		}
	})
}

func TestSpendTooMuchTakesNothing(t *testing.T) {
	each(t, func(w *world) {
		p, other := w.person(), w.person()
		w.buy(p, 70, usd(99))
		w.buy(other, 1000, usd(1400))
		f := w.want(w.spend(p, 71), fault.InsufficientBalance)
		if f.Data["missing"] != int64(1) || f.Data["balance"] != int64(70) {
			t.Errorf("the fault says %v", f.Data)
		}
		if w.coins(p) != 70 || w.coins(other) != 1000 {
			t.Errorf("the wallets hold %d and %d", w.coins(p), w.coins(other))
		}
		if w.coins(w.person()) != 0 {
			t.Error("a new wallet holds coins")
		}
	})
}

// Lots of one instant are spent in the order in which they were opened, also
// when the clock stepped back between them.
func TestFirstInFirstOut(t *testing.T) {
	each(t, func(w *world) {
		p := w.person()
		var lots []id.Lot
		for i := range 12 {
			lots = append(lots, w.buy(p, 10, usd(15)))
			if i%3 == 2 {
				w.clk.Advance(-time.Minute)
			}
		}
		for i := range lots {
			w.ok(w.spend(p, 9))
			w.ok(w.spend(p, 1))
			want := make([]int64, len(lots))
			for k := i + 1; k < len(want); k++ {
				want[k] = 10
			}
			if left := w.left(lots...); !slices.Equal(left, want) {
				t.Fatalf("after lot %d the lots hold %v", i, left)
			}
		}
	})
}

// Whatever the amounts, the revenue of a lot is its price in proportion to
// what was given, rounded down once, and its price when the last coin goes.
func TestRevenueByRunningTotal(t *testing.T) {
	each(t, func(w *world) {
		rapid.Check(t, func(rt *rapid.T) {
			p := w.person()
			before := w.balance(ledger.GiftRevenue, money.USD)
			coins := rapid.Int64Range(1, 20_000).Draw(rt, "coins")
			price := rapid.Int64Range(1, 30_000).Draw(rt, "price")
			lot := w.buy(p, coins, usd(price))
			for given := int64(0); given < coins; {
				var amounts []int64
				for range rapid.IntRange(1, 4).Draw(rt, "spends") {
					if given < coins {
						n := rapid.Int64Range(1, coins-given).Draw(rt, "spend")
						amounts, given = append(amounts, n), given+n
					}
				}
				if err := w.spend(p, amounts...); err != nil {
					rt.Fatalf("spending %v: %v", amounts, err)
				}
				if got := w.balance(ledger.GiftRevenue, money.USD) - before; got != price*given/coins {
					rt.Fatalf("%d of %d coins for %d brought %d", given, coins, price, got)
				}
				if rapid.IntRange(0, 3).Draw(rt, "to the end") == 0 && given < coins {
					if err := w.spend(p, coins-given); err != nil {
						rt.Fatal(err)
					}
					given = coins
				}
			}
			if got := w.balance(ledger.GiftRevenue, money.USD) - before; got != price || w.left(lot)[0] != 0 {
				rt.Fatalf("a lot of %d coins for %d brought %d", coins, price, got)
			}
		})
	})
}

// A person's lots in several currencies each move their own money.
func TestSpendAcrossCurrencies(t *testing.T) {
	each(t, func(w *world) {
		p := w.person()
		w.buy(p, 70, usd(99))
		w.buy(p, 70, money.Amount{Units: 160, Asset: "JPY"})
		w.buy(p, 70, money.Amount{Units: 109, Asset: "EUR"})
		w.ok(w.spend(p, 175))
		for asset, want := range map[money.Asset][2]int64{"USD": {99, 0}, "JPY": {160, 0}, "EUR": {109 * 35 / 70, 109 - 109*35/70}} {
			if r, d := w.balance(ledger.GiftRevenue, asset), w.balance(ledger.Deferred, asset); r != want[0] || d != want[1] {
				t.Errorf("%s: revenue %d, deferred %d, want %v", asset, r, d, want)
			}
		}
	})
}

func TestPursesOfSeveral(t *testing.T) {
	each(t, func(w *world) {
		a, b, nobody := w.person(), w.person(), w.person()
		w.buy(a, 70, usd(99))
		w.promote(b, 5)
		w.read(func(tx *db.Tx) error {
			purses, err := wallet.Purses(w.ctx, tx, ledger.Open(tx), []id.Person{a, b, nobody, a})
			w.ok(err)
			if len(purses) != 3 || purses[a].Coins() != 70 || purses[b].Coins() != 5 || purses[nobody].Coins() != 0 {
				t.Errorf("purses: %v", purses)
			}
			none, err := wallet.Purses(w.ctx, tx, ledger.Open(tx), nil)
			if len(none) != 0 {
				t.Errorf("nobody's purses: %v", none)
			}
			return err
		})
		w.ok(w.spend(b, 5))
		var open int64
		w.read(func(tx *db.Tx) error {
			return tx.Row(w.ctx, "SELECT COUNT(*) FROM wallet_lot WHERE open = 1").Scan(&open)
		})
		if open != 1 {
			t.Errorf("%d lots are open", open)
		}
	})
}

// One cause has one lot: the second attempt is an error of the database, and
// nothing of it stays.
func TestOneLotPerCause(t *testing.T) {
	each(t, func(w *world) {
		p := w.person()
		grant := func(kind string) error {
			return w.d.Write(w.ctx, func(tx *db.Tx) error {
				_, err := wallet.Grant(w.ctx, tx, kind, wallet.NewLot{Person: p, Cause: "cps_1", Promo: true, Coins: 7})
				return err
			})
		}
		w.ok(grant("coins.granted"))
		for _, kind := range []string{"coins.granted", "coins.promised"} {
			if err := grant(kind); err == nil {
				t.Errorf("a second lot of one cause was opened by %s", kind)
			}
		}
		if w.coins(p) != 7 {
			t.Errorf("the wallet holds %d", w.coins(p))
		}
	})
}

func TestLotsOf(t *testing.T) {
	each(t, func(w *world) {
		p := w.person()
		var lots []id.Lot
		for i := range int64(5) {
			lots = append(lots, w.buy(p, 10+i, usd(20)))
		}
		w.buy(w.person(), 99, usd(100))
		w.ok(w.spend(p, 15))
		var seen []id.Lot
		var left []int64
		for before := id.Lot(""); ; {
			var page []wallet.LotState
			w.read(func(tx *db.Tx) (err error) {
				page, err = wallet.LotsOf(w.ctx, tx, p, before, 2)
				return err
			})
			if len(page) == 0 {
				break
			}
			for _, l := range page {
				seen, left = append(seen, l.ID), append(left, l.Left)
			}
			before = page[len(page)-1].ID
		}
		slices.Reverse(lots)
		if !slices.Equal(seen, lots) || !slices.Equal(left, []int64{14, 13, 12, 6, 0}) {
			t.Errorf("lots %v hold %v, want %v", seen, left, lots)
		}
		w.read(func(tx *db.Tx) error {
			none, err := wallet.LotsByID(w.ctx, tx, nil)
			if len(none) != 0 {
				t.Errorf("lots of no ids: %v", none)
			}
			return err
		})
	})
}
