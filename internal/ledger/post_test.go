package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
)

func TestPost(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		first := post(t, d, "coins.bought", "cps_1",
			move(ledger.Provider, ledger.Deferred, usd(499)),
			move(ledger.ProcessingCosts, ledger.Provider, usd(44)),
			move(ledger.CoinsIssued, "lot/1", coins(350)))
		at := clk.Advance(time.Hour)
		second := post(t, d, "gift.sent", "gft_1", move("lot/1", ledger.CoinsSpent, coins(100)))
		if want := (ledger.Posted{Seq: 1, At: dbtest.Start}); first != want {
			t.Errorf("the first stands at %v, want %v", first, want)
		}
		if want := (ledger.Posted{Seq: 2, At: at}); second != want {
			t.Errorf("the second stands at %v, want %v", second, want)
		}
		wantBalance(t, d, ledger.Provider, money.USD, -455)
		wantBalance(t, d, ledger.Deferred, money.USD, 499)
		wantBalance(t, d, ledger.ProcessingCosts, money.USD, -44)
		wantBalance(t, d, "lot/1", money.Coin, 250)
		wantBalance(t, d, "lot/1", money.USD, 0)
		wantBalance(t, d, "lot/2", money.Coin, 0)
		read(t, d, func(ctx context.Context, tx *db.Tx) error {
			got, err := ledger.OfSeq(ctx, tx, 2)
			want := []ledger.Entry{{Seq: 2, N: 1, At: at, Kind: "gift.sent", Cause: "gft_1", Rule: "rule/1", From: "lot/1", To: ledger.CoinsSpent, Amount: coins(100)}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the lines of transfer 2 (-want +got):\n%s", diff)
			}
			return err
		})
		if seq, ok := id.Sequence(id.KindTransfer, string(second.ID())); seq != 2 || !ok {
			t.Errorf("the id %s yields number %d", second.ID(), seq)
		}
	})
}

// TestPostRefusesMalformed checks that a fault of the program leaves nothing.
func TestPostRefusesMalformed(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		for _, c := range []struct {
			name  string
			kind  string
			cause string
			want  error // nil: some error
			moves []ledger.Move
		}{
			{"no kind", "", "c", nil, []ledger.Move{move("world/a", "lot/1", coins(1))}},
			{"no cause", "k", "", nil, []ledger.Move{move("world/a", "lot/1", coins(1))}},
			{"no line", "k", "c", nil, nil},
			{"only moves of nothing", "k", "c", nil, []ledger.Move{move("world/a", "lot/1", coins(0))}},
			{"an account to itself", "k", "c", ledger.ErrLine, []ledger.Move{move("world/a", "world/a", coins(1))}},
			{"a negative amount", "k", "c", ledger.ErrLine, []ledger.Move{move("world/a", "lot/1", coins(-1))}},
			{"an amount beyond Max", "k", "c", ledger.ErrLine, []ledger.Move{move("world/a", "lot/1", coins(money.Max+1))}},
			{"a good line and a bad one", "k", "c", ledger.ErrLine, []ledger.Move{move("world/a", "lot/1", coins(5)), move("world/a", "lot/1", coins(-5))}},
		} {
			before := snapshot(t, d)
			p, err := try(t, d, c.kind, c.cause, c.moves...)
			if err == nil || (c.want != nil && !errors.Is(err, c.want)) || p != (ledger.Posted{}) {
				t.Errorf("%s: got %v, %v", c.name, p, err)
			}
			if diff := cmp.Diff(before, snapshot(t, d)); diff != "" {
				t.Errorf("%s left something:\n%s", c.name, diff)
			}
		}
	})
}

// TestBookRefusesMalformed checks the lines that names alone can not make.
func TestBookRefusesMalformed(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			b, other := ledger.Open(tx), ledger.Open(tx)
			acc, err := b.Find(ctx, ledger.Ref{Path: "world/a", Asset: money.Coin}, ledger.Ref{Path: "lot/1", Asset: money.Coin}, ledger.Ref{Path: "lot/1", Asset: money.USD})
			if err != nil {
				return err
			}
			foreign, err := other.Find(ctx, ledger.Ref{Path: "lot/1", Asset: money.Coin})
			if err != nil {
				return err
			}
			for name, c := range map[string]struct {
				line ledger.Line
				want error
			}{
				"no account":           {ledger.Line{From: acc[0], Amount: 1}, ledger.ErrLine},
				"no accounts":          {ledger.Line{Amount: 1}, ledger.ErrLine},
				"nothing":              {ledger.Line{From: acc[0], To: acc[1]}, ledger.ErrLine},
				"two assets":           {ledger.Line{From: acc[0], To: acc[2], Amount: 1}, ledger.ErrLine},
				"another Book's":       {ledger.Line{From: acc[0], To: foreign[0], Amount: 1}, ledger.ErrBook},
				"an account of no one": {ledger.Line{From: acc[0], To: &ledger.Account{ID: 9, Asset: money.Coin}, Amount: 1}, ledger.ErrBook},
			} {
				if _, err := b.Post(ctx, ledger.Transfer{Kind: "k", Cause: "c", Lines: []ledger.Line{c.line}}); !errors.Is(err, c.want) {
					t.Errorf("%s: got %v, want %v", name, err, c.want)
				}
			}
			for _, a := range acc {
				if a.Balance != 0 || b.Account(a.ID) != a {
					t.Errorf("%s %s was changed: %d", a.Path, a.Asset, a.Balance)
				}
			}
			return nil // nothing is flushed
		})
		if got := snapshot(t, d); len(got) != 2 { // the head and its hash
			t.Errorf("the books hold %v", got)
		}
	})
}

func TestBelowFloor(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		post(t, d, "coins.bought", "cps_1", move(ledger.CoinsIssued, "lot/1", coins(10)))
		before := snapshot(t, d)
		for name, moves := range map[string][]ledger.Move{
			"more than there is": {move("lot/1", ledger.CoinsSpent, coins(13))},
			"in two lines":       {move("lot/1", ledger.CoinsSpent, coins(6)), move("lot/1", ledger.CoinsSpent, coins(7))},
			"after good lines":   {move(ledger.CoinsIssued, "lot/2", coins(5)), move("lot/1", ledger.CoinsSpent, coins(13))},
			"from a new account": {move("lot/3", ledger.CoinsSpent, coins(3))},
		} {
			_, err := try(t, d, "gift.sent", "gft_1", moves...)
			below, ok := errors.AsType[*ledger.BelowFloorError](err)
			if !ok || below.Missing != 3 {
				t.Errorf("%s: got %v, want a BelowFloorError that lacks 3", name, err)
			}
			if diff := cmp.Diff(before, snapshot(t, d)); diff != "" {
				t.Errorf("%s left something:\n%s", name, diff)
			}
		}
		// Only the end of a transfer counts: coins may pass through an account.
		post(t, d, "gift.sent", "gft_1", move("lot/1", ledger.CoinsSpent, coins(13)), move(ledger.CoinsIssued, "lot/1", coins(3)))
		wantBalance(t, d, "lot/1", money.Coin, 0)
	})
}

// TestBookGoesOnAfterRefusal decides a set: what is refused leaves no trace
// among what is not.
func TestBookGoesOnAfterRefusal(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		post(t, d, "coins.bought", "cps_1", move(ledger.CoinsIssued, "lot/1", coins(10)))
		refused := 0
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			b := ledger.Open(tx)
			acc, err := b.Find(ctx, ledger.Ref{Path: "lot/1", Asset: money.Coin}, ledger.Ref{Path: ledger.CoinsSpent, Asset: money.Coin})
			if err != nil {
				return err
			}
			refused = 0
			for i, amount := range []int64{4, 7, 5, 2, 1, 1} {
				_, err := b.Post(ctx, ledger.Transfer{Kind: "gift.sent", Cause: string(rune('a' + i)), Lines: []ledger.Line{{From: acc[0], To: acc[1], Amount: amount}}})
				if _, below := errors.AsType[*ledger.BelowFloorError](err); below {
					refused++
				} else if err != nil {
					return err
				}
			}
			return b.Flush(ctx)
		})
		if refused != 3 {
			t.Errorf("%d were refused, want the 7, the 2 and the last 1", refused)
		}
		wantBalance(t, d, "lot/1", money.Coin, 0)
		read(t, d, func(ctx context.Context, tx *db.Tx) error {
			seq, _, _, err := ledger.Head(ctx, tx)
			if seq != 4 {
				t.Errorf("the journal ends with %d, want 4", seq)
			}
			return err
		})
	})
}

func TestCauseAndKindOnce(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		give := move(ledger.CoinsIssued, "lot/1", coins(10))
		post(t, d, "coins.bought", "cps_1", give)
		before := snapshot(t, d)
		if _, err := try(t, d, "coins.bought", "cps_1", give); err == nil {
			t.Error("one cause bought coins twice")
		}
		err := d.Write(t.Context(), func(tx *db.Tx) error { // twice in one transaction
			for range 2 {
				if _, err := ledger.Post(t.Context(), tx, "coins.bought", "cps_2", "", give); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			t.Error("one cause bought coins twice in one transaction")
		}
		err = d.Write(t.Context(), func(tx *db.Tx) error { // in the middle of a set
			b := ledger.Open(tx)
			acc, err := b.Find(t.Context(), ledger.Ref{Path: ledger.CoinsIssued, Asset: money.Coin}, ledger.Ref{Path: "lot/1", Asset: money.Coin})
			if err != nil {
				return err
			}
			for i := range 100 {
				cause := fmt.Sprint("cps_", 100+i)
				if i == 50 {
					cause = "cps_1"
				}
				if _, err := b.Post(t.Context(), ledger.Transfer{Kind: "coins.bought", Cause: cause, Lines: []ledger.Line{{From: acc[0], To: acc[1], Amount: 1}}}); err != nil {
					return err
				}
			}
			return b.Flush(t.Context())
		})
		if err == nil {
			t.Error("one cause bought coins twice in a set")
		}
		if diff := cmp.Diff(before, snapshot(t, d)); diff != "" {
			t.Errorf("the refused transfers left something:\n%s", diff)
		}
		post(t, d, "coins.refunded", "cps_1", move("lot/1", ledger.CoinsIssued, coins(10)))
		post(t, d, "coins.bought", "cps_2", give)
	})
}

// TestMovesOfNothing checks that they leave no line and no account.
func TestMovesOfNothing(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		moves := []ledger.Move{move("world/a", "lot/9", usd(0)), move("world/a", "lot/1", coins(5)), move("x", "y", coins(0))}
		p := post(t, d, "k", "c", moves...)
		if len(moves) != 3 || moves[0].To != "lot/9" {
			t.Error("the caller's moves were changed")
		}
		read(t, d, func(ctx context.Context, tx *db.Tx) error {
			lines, err := ledger.OfSeq(ctx, tx, p.Seq)
			if err != nil {
				return err
			}
			all, err := ledger.Balances(ctx, tx, "", 10, "")
			if len(lines) != 1 || len(all) != 2 {
				t.Errorf("there are %d lines and %d accounts, want 1 and 2", len(lines), len(all))
			}
			return err
		})
	})
}

// TestClockStepsBack checks that time never falls along the journal, and that
// what was posted "in the future" can be asked for.
func TestClockStepsBack(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		post(t, d, "k", "1", move("world/a", "lot/1", coins(1)))
		late := clk.Advance(time.Hour)
		post(t, d, "k", "2", move("world/a", "lot/1", coins(10)))
		clk.Set(late.Add(-6 * time.Minute))
		if _, err := try(t, d, "k", "x", move("world/a", "lot/1", coins(7))); !fault.Is(err, fault.Maintenance) {
			t.Errorf("with a clock that is wrong: %v", err)
		}
		clk.Set(late.Add(-4 * time.Minute))
		if p := post(t, d, "k", "3", move("world/a", "lot/1", coins(100))); !p.At.Equal(late) || p.Seq != 3 {
			t.Errorf("posted as %v, want the instant %s of the one before", p, late)
		}
		wantAt(t, d, "lot/1", late, 111)
		wantAt(t, d, "lot/1", late.Add(-time.Microsecond), 1)
		clk.Set(late.Add(time.Second))
		if p := post(t, d, "k", "4", move("world/a", "lot/1", coins(1000))); !p.At.Equal(late.Add(time.Second)) {
			t.Errorf("posted at %s after the clock was right again", p.At)
		}
	})
}

// TestOneBookAtATime checks that a Book whose balances are out of date can not
// be written.
func TestOneBookAtATime(t *testing.T) {
	lot, world := ledger.Ref{Path: "lot/1", Asset: money.Coin}, ledger.Ref{Path: "world/a", Asset: money.Coin}
	each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		post(t, d, "k", "1", move("world/a", "lot/1", coins(10)))
		before := snapshot(t, d)
		for name, stale := range map[string]func(ctx context.Context, b *ledger.Book) error{
			"loaded by id": func(ctx context.Context, b *ledger.Book) error { return b.Load(ctx, []int64{1, 2}) },
			"found by name": func(ctx context.Context, b *ledger.Book) error {
				_, err := b.Find(ctx, lot, world)
				return err
			},
		} {
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				ctx := t.Context()
				b := ledger.Open(tx)
				if err := stale(ctx, b); err != nil {
					return err
				}
				if _, err := ledger.Post(ctx, tx, "k", "2", "", move("world/a", "lot/1", coins(5))); err != nil {
					return err
				}
				acc, err := b.Find(ctx, lot, world)
				if err != nil {
					return err
				}
				if _, err := b.Post(ctx, ledger.Transfer{Kind: "k", Cause: "3", Lines: []ledger.Line{{From: acc[1], To: acc[0], Amount: 1}}}); err != nil {
					return err
				}
				return b.Flush(ctx)
			})
			if err == nil {
				t.Errorf("%s: a Book with old balances was written", name)
			}
		}
		err := d.Write(t.Context(), func(tx *db.Tx) error { // a Book that only makes an account
			ctx := t.Context()
			b := ledger.Open(tx)
			if _, err := b.Find(ctx, ledger.Ref{Path: "lot/2", Asset: money.Coin}); err != nil {
				return err
			}
			if _, err := ledger.Post(ctx, tx, "k", "2", "", move("world/a", "lot/1", coins(5))); err != nil {
				return err
			}
			return b.Flush(ctx)
		})
		if !errors.Is(err, ledger.ErrStale) {
			t.Errorf("a Book that would move the head back: got %v, want ErrStale", err)
		}
		if diff := cmp.Diff(before, snapshot(t, d)); diff != "" {
			t.Errorf("something was left:\n%s", diff)
		}
	})
}

// TestRange brings balances to their bounds: nothing overflows.
func TestRange(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			b := ledger.Open(tx)
			acc, err := b.Find(ctx, ledger.Ref{Path: "lot/1", Asset: money.Coin}, ledger.Ref{Path: "world/a", Asset: money.Coin}, ledger.Ref{Path: "world/b", Asset: money.Coin})
			if err != nil {
				return err
			}
			var last error
			posted := 0
			for _, from := range acc[1:] {
				for i := range 600 { // each world may go to −2^61, and a line moves less than 2^53
					_, last = b.Post(ctx, ledger.Transfer{Kind: from.Path, Cause: time.Duration(i).String(), Lines: []ledger.Line{{From: from, To: acc[0], Amount: money.Max}}})
					if last != nil {
						break
					}
					posted++
				}
				if _, below := errors.AsType[*ledger.BelowFloorError](last); !below && from == acc[1] {
					t.Errorf("%s: the last error was %v, want a BelowFloorError", from.Path, last)
				}
			}
			if !errors.Is(last, ledger.ErrRange) || acc[0].Balance != int64(posted)*money.Max || posted != 512 {
				t.Errorf("the last error is %v after %d transfers, at a balance of %d; want ErrRange after 512", last, posted, acc[0].Balance)
			}
			return b.Flush(ctx)
		})
	})
}

func TestFloorOf(t *testing.T) {
	for path, want := range map[string]int64{
		ledger.CoinsIssued: ledger.NoFloor, ledger.DiamondsIssued: ledger.NoFloor, ledger.DiamondsCashed: ledger.NoFloor,
		ledger.Provider: ledger.NoFloor, ledger.ProcessingCosts: ledger.NoFloor, ledger.GiftRevenue: ledger.NoFloor,
		ledger.ProviderUnknown: ledger.NoFloor, ledger.DifferenceCosts: ledger.NoFloor, ledger.Bank: ledger.NoFloor, "suspense": 0,
		ledger.Deferred: 0, ledger.CoinsSpent: 0,
		ledger.LotPath("lot_1"): 0, ledger.EarningPath("ern_1"): 0, ledger.AvailablePath("usr_1"): 0, ledger.PayoutPath("pyo_1"): 0,
		"": 0, "world": 0, "worldly/x": 0, "providers/x": 0, "lot/world/": 0, "platform/": 0,
	} {
		if got := ledger.FloorOf(path); got != want {
			t.Errorf("the floor of %q is %d, want %d", path, got, want)
		}
	}
}

// TestEmptyBooks flushes Books that hold nothing, or only a refusal, before
// the first transfer of all.
func TestEmptyBooks(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		write(t, d, func(ctx context.Context, tx *db.Tx) error { return ledger.Open(tx).Flush(ctx) })
		if got := snapshot(t, d); len(got) != 2 { // the head and its hash
			t.Errorf("an empty Book left %v", got)
		}
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			b := ledger.Open(tx)
			acc, err := b.Find(ctx, ledger.Ref{Path: "lot/1", Asset: money.Coin}, ledger.Ref{Path: ledger.CoinsSpent, Asset: money.Coin})
			if err != nil {
				return err
			}
			_, err = b.Post(ctx, ledger.Transfer{Kind: "gift.sent", Cause: "gft_1", Lines: []ledger.Line{{From: acc[0], To: acc[1], Amount: 1}}})
			if _, below := errors.AsType[*ledger.BelowFloorError](err); !below {
				t.Errorf("a gift from an empty lot: %v", err)
			}
			return b.Flush(ctx)
		})
		post(t, d, "coins.bought", "cps_1", move(ledger.CoinsIssued, "lot/1", coins(5)))
		wantBalance(t, d, "lot/1", money.Coin, 5)
	})
}
