package ledger_test

import (
	"context"
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
)

// The size of the books that the benchmarks read:
//
//	go test ./internal/ledger -run '^$' -bench Read -ledger.transfers=1000000
var benchTransfers = flag.Int("ledger.transfers", 20_000, "how many transfers of three lines the benchmarks of reading put into the books")

// The parties of the benchmarks' gifts.
const (
	benchLots     = 1000
	benchEarnings = 100
)

// fill posts n transfers of the form of a gift, in sets.
func fill(b *testing.B, d *db.DB, clk *clock.Manual, n, set int) {
	b.Helper()
	ctx := context.Background()
	fund(b, d)
	for done := 0; done < n; done += set {
		clk.Advance(time.Millisecond)
		first := done
		err := d.Write(ctx, func(tx *db.Tx) error { return postGifts(ctx, tx, first, min(set, n-first)) })
		if err != nil {
			b.Fatal(err)
		}
	}
}

// fund gives every lot its coins, and the platform the money for them.
func fund(b *testing.B, d *db.DB) {
	b.Helper()
	ctx := context.Background()
	err := d.Write(ctx, func(tx *db.Tx) error {
		moves := []ledger.Move{{From: ledger.Provider, To: ledger.Deferred, Amount: money.Amount{Units: 1 << 40, Asset: money.USD}}}
		for i := range benchLots {
			moves = append(moves, ledger.Move{From: ledger.CoinsIssued, To: fmt.Sprint("lot/", i), Amount: money.Amount{Units: 1 << 32, Asset: money.Coin}})
		}
		_, err := ledger.Post(ctx, tx, "bench.funded", "the beginning", "", moves...)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}

// postGifts posts a set of gifts in one Book.
func postGifts(ctx context.Context, tx *db.Tx, first, n int) error {
	book := ledger.Open(tx)
	refs := make([]ledger.Ref, 0, 4+2*n)
	refs = append(refs, ledger.Ref{Path: ledger.CoinsSpent, Asset: money.Coin}, ledger.Ref{Path: ledger.DiamondsIssued, Asset: money.Diamond},
		ledger.Ref{Path: ledger.Deferred, Asset: money.USD}, ledger.Ref{Path: ledger.GiftRevenue, Asset: money.USD})
	for i := first; i < first+n; i++ {
		refs = append(refs, ledger.Ref{Path: fmt.Sprint("lot/", i*7919%benchLots), Asset: money.Coin},
			ledger.Ref{Path: fmt.Sprint("earning/", i*104729%benchEarnings), Asset: money.Diamond})
	}
	acc, err := book.Find(ctx, refs...)
	if err != nil {
		return err
	}
	for i := range n {
		_, err := book.Post(ctx, ledger.Transfer{Kind: "gift.sent", Cause: fmt.Sprintf("gft_%026d", first+i), Rule: "gift/2026-03-01", Lines: []ledger.Line{
			{From: acc[4+2*i], To: acc[0], Amount: int64(1 + i%500)},
			{From: acc[1], To: acc[5+2*i], Amount: int64(1 + i%250)},
			{From: acc[2], To: acc[3], Amount: int64(1 + i%700)},
		}})
		if err != nil {
			return err
		}
	}
	return book.Flush(ctx)
}

// BenchmarkPostSet posts sets of 256 transfers of three lines, each set in a
// commit of its own that is on disk.
func BenchmarkPostSet(b *testing.B) {
	const set = 256
	clk := clock.NewManual(dbtest.Start)
	d := dbtest.SQLite(b, clk)
	fund(b, d)
	ctx := context.Background()
	posted := 0
	for b.Loop() {
		if err := d.Write(ctx, func(tx *db.Tx) error { return postGifts(ctx, tx, posted, set) }); err != nil {
			b.Fatal(err)
		}
		posted += set
	}
	b.ReportMetric(float64(posted)/b.Elapsed().Seconds(), "transfers/s")
}

// BenchmarkRead reads books of -ledger.transfers transfers: all of it, and the
// balances in its middle, where the way from either end is the longest.
func BenchmarkRead(b *testing.B) {
	clk := clock.NewManual(dbtest.Start)
	d := dbtest.SQLite(b, clk)
	fill(b, d, clk, *benchTransfers, 500)
	ctx := context.Background()
	b.Run("verify", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			r, err := ledger.Verify(ctx, d, nil)
			if err != nil || !r.OK() {
				b.Fatal(err, r.Findings)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(*benchTransfers), "ns/transfer")
	})
	middle := dbtest.Start.Add(clk.Now().Sub(dbtest.Start) / 2)
	read := func(name string, get func(tx *db.Tx) error) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := d.Read(ctx, get); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	read("balance-of-one-lot", func(tx *db.Tx) error {
		_, err := ledger.BalanceAt(ctx, tx, ledger.Ref{Path: "lot/7", Asset: money.Coin}, middle)
		return err
	})
	read("balance-of-all-gifts", func(tx *db.Tx) error {
		_, err := ledger.BalanceAt(ctx, tx, ledger.Ref{Path: ledger.CoinsSpent, Asset: money.Coin}, middle)
		return err
	})
	read("all-lots", func(tx *db.Tx) error {
		_, err := ledger.AccountsAt(ctx, tx, "lot/", middle)
		return err
	})
	read("all-accounts", func(tx *db.Tx) error {
		_, err := ledger.AccountsAt(ctx, tx, "", middle)
		return err
	})
}
