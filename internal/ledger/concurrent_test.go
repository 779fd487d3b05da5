package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/money"
)

// drain has n goroutines take price coins from the lot at the same moment and
// returns how many got them. Goroutine i works on databases[i mod len].
func drain(t *testing.T, lot string, n int, price int64, databases ...*db.DB) int {
	t.Helper()
	ctx := t.Context()
	var wg sync.WaitGroup
	var got atomic.Int64
	barrier := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-barrier
			err := databases[i%len(databases)].Write(ctx, func(tx *db.Tx) error {
				_, err := ledger.Post(ctx, tx, "gift.sent", fmt.Sprintf("%s %d", lot, i), "", move(lot, ledger.CoinsSpent, coins(price)))
				return err
			})
			if err == nil {
				got.Add(1)
			} else if below, ok := errors.AsType[*ledger.BelowFloorError](err); !ok || below.Account.Path != lot {
				t.Errorf("goroutine %d: %v", i, err)
			}
		})
	}
	close(barrier)
	wg.Wait()
	return int(got.Load())
}

// TestDrain empties one lot by 200 at once: exactly as many succeed as the
// balance pays for.
func TestDrain(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		for round, c := range []struct{ balance, price, want int64 }{
			{703, 7, 100}, {700, 7, 100}, {6, 7, 0}, {7, 7, 1}, {1400, 7, 200}, {5000, 7, 200},
		} {
			lot := fmt.Sprint("lot/", round)
			post(t, d, "coins.bought", lot, move(ledger.CoinsIssued, lot, coins(c.balance)))
			if got := drain(t, lot, 200, c.price, d); got != int(c.want) {
				t.Errorf("%d of 200 took %d from %d, want %d", got, c.price, c.balance, c.want)
			}
			wantBalance(t, d, lot, money.Coin, c.balance-c.want*c.price)
		}
	})
}

// TestDrainByTwoProcesses does the same through two pools on one PostgreSQL,
// as two servers would.
func TestDrainByTwoProcesses(t *testing.T) {
	url, clk := dbtest.PostgresURL(t), clock.NewManual(dbtest.Start)
	one, two := dbtest.Open(t, url, clk, nil), dbtest.Open(t, url, clk, nil)
	for round := range 3 {
		lot := fmt.Sprint("lot/", round)
		post(t, one, "coins.bought", lot, move(ledger.CoinsIssued, lot, coins(703)))
		if got := drain(t, lot, 200, 7, one, two); got != 100 {
			t.Errorf("%d of 200 took 7 from 703, want 100", got)
		}
		wantBalance(t, two, lot, money.Coin, 3)
	}
	ledgertest.Verify(t, one)
}

// TestSequenceUnderLoad checks that what fails takes no number: those who
// succeed have 1…n, each once.
func TestSequenceUnderLoad(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		const n = 300
		ctx := t.Context()
		refused := errors.New("refused after posting")
		var mu sync.Mutex
		var seqs []int64
		ids := map[string]bool{}
		var wg sync.WaitGroup
		barrier := make(chan struct{})
		for i := range n {
			wg.Go(func() {
				<-barrier
				var p ledger.Posted
				err := d.Write(ctx, func(tx *db.Tx) (err error) {
					p, err = ledger.Post(ctx, tx, "k", fmt.Sprint(i), "", move("world/a", fmt.Sprint("lot/", i%50), coins(int64(i+1))))
					if err == nil && i%3 == 1 {
						return refused
					}
					return err
				})
				switch {
				case i%3 == 1 && !errors.Is(err, refused), i%3 != 1 && err != nil:
					t.Errorf("%d: %v", i, err)
				case err == nil:
					mu.Lock()
					seqs = append(seqs, p.Seq)
					ids[string(p.ID())] = true
					mu.Unlock()
				}
			})
		}
		close(barrier)
		wg.Wait()
		slices.Sort(seqs)
		for i, seq := range seqs {
			if seq != int64(i+1) {
				t.Fatalf("the numbers have a gap or repeat at %d: %v", i, seqs)
			}
		}
		if len(seqs) != n*2/3 || len(ids) != len(seqs) {
			t.Errorf("%d transfers with %d ids, want %d", len(seqs), len(ids), n*2/3)
		}
	})
}

// TestSetUnderLoad posts through a Set, as gifts do: many callers, few Books.
func TestSetUnderLoad(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		post(t, d, "coins.bought", "cps_1", move(ledger.CoinsIssued, "lot/1", coins(500)))
		lot, spent := ledger.Ref{Path: "lot/1", Asset: money.Coin}, ledger.Ref{Path: ledger.CoinsSpent, Asset: money.Coin}
		set := db.NewSet(d, 64, func(ctx context.Context, tx *db.Tx, items []*db.Item[int, int64]) error {
			b := ledger.Open(tx)
			acc, err := b.Find(ctx, lot, spent)
			if err != nil {
				return err
			}
			for _, it := range items {
				var p ledger.Posted
				p, it.Err = b.Post(ctx, ledger.Transfer{Kind: "gift.sent", Cause: fmt.Sprint(it.Req), Lines: []ledger.Line{{From: acc[0], To: acc[1], Amount: 3}}})
				it.Res = p.Seq
			}
			return b.Flush(ctx)
		})
		var wg sync.WaitGroup
		var got atomic.Int64
		for i := range 400 {
			wg.Go(func() {
				if seq, err := set.Do(t.Context(), i); err == nil && seq > 1 {
					got.Add(1)
				} else if _, below := errors.AsType[*ledger.BelowFloorError](err); !below {
					t.Errorf("%d: %d, %v", i, seq, err)
				}
			})
		}
		wg.Wait()
		if got.Load() != 166 {
			t.Errorf("%d gifts of 3 were paid from 500, want 166", got.Load())
		}
		wantBalance(t, d, "lot/1", money.Coin, 2)
	})
}
