package ledger_test

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
)

func TestOfCause(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		post(t, d, "coins.bought", "cps_1", move(ledger.CoinsIssued, "lot/1", coins(10)), move(ledger.Provider, ledger.Deferred, usd(99)))
		post(t, d, "gift.sent", "gft_1", move("lot/1", ledger.CoinsSpent, coins(4)))
		post(t, d, "coins.refunded", "cps_1", move("lot/1", ledger.CoinsIssued, coins(6)))
		read(t, d, func(ctx context.Context, tx *db.Tx) error {
			all, err := ledger.OfCause(ctx, tx, "cps_1")
			var got []string
			for _, e := range all {
				got = append(got, fmt.Sprintf("%d.%d %s %s>%s %d %s", e.Seq, e.N, e.Kind, e.From, e.To, e.Amount.Units, e.Amount.Asset))
			}
			want := []string{
				"1.1 coins.bought world/coins>lot/1 10 COIN",
				"1.2 coins.bought provider/stripe>platform/deferred 99 USD",
				"3.1 coins.refunded lot/1>world/coins 6 COIN",
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the lines of cps_1 (-want +got):\n%s", diff)
			}
			if none, err := ledger.OfCause(ctx, tx, "cps_2"); len(none) != 0 || err != nil {
				t.Errorf("an unknown cause has %v, %v", none, err)
			}
			return err
		})
	})
}

// TestOfAccountPages reads an account page by page, for every size of page,
// through transfers that touch it on both sides and more than once.
func TestOfAccountPages(t *testing.T) {
	ref := ledger.Ref{Path: "platform/deferred", Asset: money.USD}
	each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		for i := range 12 {
			clk.Advance(time.Second)
			moves := []ledger.Move{move(ledger.Provider, ref.Path, usd(100))}
			for range i % 4 {
				moves = append(moves, move(ref.Path, ledger.GiftRevenue, usd(7)), move("world/x", "lot/1", coins(1)), move(ledger.Provider, ref.Path, usd(1)))
			}
			post(t, d, "k", fmt.Sprint(i), moves...)
		}
		read(t, d, func(ctx context.Context, tx *db.Tx) error {
			whole, err := ledger.OfAccount(ctx, tx, ref, 0, 1000)
			if err != nil {
				return err
			}
			if len(whole) != 12+2*18 || whole[0].Seq != 12 || whole[len(whole)-1].Seq != 1 {
				t.Fatalf("the account has %d lines from %d to %d", len(whole), whole[0].Seq, whole[len(whole)-1].Seq)
			}
			var sum int64
			for _, e := range whole {
				if sum += e.Amount.Units; e.From == ref.Path {
					sum -= 2 * e.Amount.Units
				}
			}
			if now, _ := ledger.Balance(ctx, tx, ref); sum != now {
				t.Errorf("the lines sum to %d, the balance is %d", sum, now)
			}
			for limit := 1; limit < 60; limit++ {
				var paged []ledger.Entry
				for before := int64(0); ; {
					page, err := ledger.OfAccount(ctx, tx, ref, before, limit)
					if err != nil {
						return err
					}
					if len(page) == 0 {
						break
					}
					paged = append(paged, page...)
					before = page[len(page)-1].Seq
				}
				if diff := cmp.Diff(whole, paged); diff != "" {
					t.Fatalf("pages of %d (-whole +paged):\n%s", limit, diff)
				}
			}
			// From a transfer that did not touch the account: of four, three touched lot/1.
			lot := ledger.Ref{Path: "lot/1", Asset: money.Coin}
			for before := int64(3); before <= 14; before++ {
				one, err := ledger.OfAccount(ctx, tx, lot, before, 1)
				if err != nil {
					return err
				}
				want := before - 1
				for want%4 == 1 {
					want--
				}
				if len(one) == 0 || one[0].Seq != min(want, 12) {
					t.Errorf("before %d the last is %v, want %d", before, one, min(want, 12))
				}
			}
			if none, err := ledger.OfAccount(ctx, tx, ledger.Ref{Path: ref.Path, Asset: "EUR"}, 0, 5); len(none) != 0 || err != nil {
				t.Errorf("an unknown account has %v, %v", none, err)
			}
			return nil
		})
	})
}

// TestBalancesPages reads accounts page by page. Some paths hold more than one
// asset.
func TestBalancesPages(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		for i := range 6 {
			for _, asset := range []money.Asset{"USD", "EUR", "JPY"}[:1+i%3] {
				post(t, d, "k", fmt.Sprint(i, asset), move("provider/stripe", fmt.Sprint("creator/", i, "/available"), money.Amount{Units: 5, Asset: asset}))
			}
		}
		post(t, d, "k", "before", move("world/a", "creator", coins(1)))
		post(t, d, "k", "after", move("world/a", "creators/1", coins(1)))
		read(t, d, func(ctx context.Context, tx *db.Tx) error {
			whole, err := ledger.Balances(ctx, tx, "creator/", 1000, "")
			if err != nil {
				return err
			}
			if len(whole) != 12 || whole[0].Path != "creator/0/available" || whole[1].Asset != "EUR" || whole[2].Asset != "USD" {
				t.Fatalf("got %d accounts: %v", len(whole), whole)
			}
			for limit := 1; limit < 15; limit++ {
				var paged []string
				for after := ""; ; {
					page, err := ledger.Balances(ctx, tx, "creator/", limit, after)
					if err != nil {
						return err
					}
					if len(page) == 0 {
						break
					}
					for _, a := range page {
						paged = append(paged, a.Path+" "+string(a.Asset))
					}
					after = page[len(page)-1].Path
				}
				var want []string
				for _, a := range whole {
					want = append(want, a.Path+" "+string(a.Asset))
				}
				if diff := cmp.Diff(want, paged); diff != "" {
					t.Fatalf("pages of %d (-whole +paged):\n%s", limit, diff)
				}
			}
			return nil
		})
	})
}

func TestAsOf(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		refused := func(at time.Time) {
			t.Helper()
			read(t, d, func(ctx context.Context, tx *db.Tx) error {
				_, errSeq := ledger.SeqAt(ctx, tx, at)
				_, errOne := ledger.BalanceAt(ctx, tx, ledger.Ref{Path: "lot/1", Asset: money.Coin}, at)
				_, errAll := ledger.AccountsAt(ctx, tx, "", at)
				for _, err := range []error{errSeq, errOne, errAll} {
					if !fault.Is(err, fault.InvalidParameter) {
						t.Errorf("asked for %s: got %v, want a fault", at, err)
					}
				}
				return nil
			})
		}
		refused(dbtest.Start) // nothing was posted yet
		begin := clk.Advance(time.Hour)
		for i := range 10 {
			post(t, d, "a", fmt.Sprint(i), move("world/a", "lot/1", coins(1)))
			post(t, d, "b", fmt.Sprint(i), move("world/a", fmt.Sprint("lot/2-", i), coins(1)))
			clk.Advance(time.Minute)
		}
		refused(begin.Add(-time.Microsecond))
		refused(time.Time{})
		refused(clk.Now().Add(time.Microsecond))
		refused(clk.Now().AddDate(500, 0, 0))
		for i := range 10 {
			at := begin.Add(time.Duration(i) * time.Minute)
			wantAt(t, d, "lot/1", at, int64(i+1))
			wantAt(t, d, "lot/1", at.Add(time.Minute-time.Nanosecond), int64(i+1))
			wantAt(t, d, "lot/1", at.In(time.FixedZone("east", 9*3600)), int64(i+1))
			wantAt(t, d, "world/a", at, -2*int64(i+1))
			wantAt(t, d, "lot/9", at, 0)
			wantAt(t, d, "lot/2-9", at, int64(i/9))
			read(t, d, func(ctx context.Context, tx *db.Tx) error {
				lots, err := ledger.AccountsAt(ctx, tx, "lot/2-", at)
				if err != nil {
					return err
				}
				all, err := ledger.AccountsAt(ctx, tx, "", at)
				if err != nil {
					return err
				}
				if len(lots) != i+1 || lots[i].Path != fmt.Sprint("lot/2-", i) || lots[i].Balance != 1 || len(all) != i+3 {
					t.Errorf("%d minutes after the beginning: %v and %d in all", i, lots, len(all))
				}
				seq, err := ledger.SeqAt(ctx, tx, at)
				if seq != int64(2*i+2) {
					t.Errorf("%d minutes after the beginning the last transfer was %d", i, seq)
				}
				return err
			})
		}
		wantAt(t, d, "lot/1", clk.Now(), 10)
	})
}

func TestIDInPath(t *testing.T) {
	for path, want := range map[string]string{"lot/lot_1": "lot_1", "creator/usr_1/available": "usr_1", "": "", "lot": "", "lot/": "", "/x": "x"} {
		if got := ledger.IDInPath(path); got != want {
			t.Errorf("the id in %q is %q, want %q", path, got, want)
		}
	}
	if !ledger.IsLot("lot/1") || ledger.IsLot("lots/1") || ledger.IsLot("lot") {
		t.Error("lots are not told from other accounts")
	}
	if got := (ledger.Posted{Seq: math.MaxInt64 >> 1, At: dbtest.Start}).ID(); len(got) != 30 {
		t.Errorf("the id of a far transfer is %s", got)
	}
}
