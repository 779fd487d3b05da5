package ledger_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/ledger"
)

// Whatever the size of the page and wherever it begins, it has the transfers
// that touched one of the accounts, as who looks at every transfer finds them.
func TestMerged(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		rnd := rand.New(rand.NewPCG(4, 2))
		mine := func(path string) bool { return strings.HasPrefix(path, "lot/m") }
		for i := range 60 { // each lot is opened, touched for a while beside others, and left
			opened := fmt.Sprintf("lot/%s%d", []string{"m", "m", "x"}[i%3], i)
			moves := []ledger.Move{move("world/coins", opened, coins(1000))}
			for range rnd.IntN(4) {
				other := fmt.Sprintf("lot/%s", []string{"m0", "x2", "m1", fmt.Sprintf("m%d", i/6*3)}[rnd.IntN(4)])
				moves = append(moves, move("world/coins", other, coins(1)), move(other, "platform/coins/spent", coins(1)))
			}
			post(t, d, "k", fmt.Sprint(i), moves...)
		}
		read(t, d, func(ctx context.Context, tx *db.Tx) error {
			all, err := ledger.Transfers(ctx, tx, ledger.Filter{}, 0, 1000)
			if err != nil {
				return err
			}
			all = slices.DeleteFunc(all, func(r ledger.Recorded) bool {
				return !slices.ContainsFunc(r.Lines, func(l ledger.Move) bool { return mine(l.From) || mine(l.To) })
			})
			trails, err := db.Collect[ledger.Trail](tx.Query(ctx, "SELECT id, last_seq FROM ledger_account WHERE path LIKE 'lot/m%'"))(
				func(r *db.Rows) (tr ledger.Trail, err error) { return tr, r.Scan(&tr.Account, &tr.Last) })
			if err != nil || len(all) < 40 {
				t.Fatalf("%d transfers of %d accounts: %v", len(all), len(trails), err)
			}
			for _, limit := range []int{1, 2, 3, 7, 20, 100} {
				for before := int64(0); before <= 62; before++ {
					want := slices.Clone(all)
					if before > 0 {
						want = slices.DeleteFunc(want, func(r ledger.Recorded) bool { return r.Seq >= before })
					}
					got, err := ledger.Merged(ctx, tx, trails, before, limit)
					if err != nil {
						return err
					}
					if diff := cmp.Diff(want[:min(limit, len(want))], got); diff != "" && len(want)+len(got) > 0 {
						t.Fatalf("%d before %d (-want +got):\n%s", limit, before, diff)
					}
				}
			}
			if none, err := ledger.Merged(ctx, tx, trails, 0, 0); len(none) != 0 || err != nil {
				t.Errorf("a page of nothing has %v, %v", none, err)
			}
			if none, err := ledger.Merged(ctx, tx, nil, 0, 5); len(none) != 0 || err != nil {
				t.Errorf("no accounts have %v, %v", none, err)
			}
			return nil
		})
	})
}

// paths is a history by account, in numbers: what a walk would find.
type paths map[int64][]int64

// walked merges a page of the history, and counts the accounts and the queries
// that this took.
func (p paths) walked(t *testing.T, before int64, limit int) (page []int64, accounts, queries int) {
	t.Helper()
	var all []ledger.Trail
	for account, seqs := range p {
		if seqs[0] < before { // who asks leaves out what was opened later
			all = append(all, ledger.Trail{Account: account, Last: slices.Max(seqs)})
		}
	}
	got, err := ledger.Merge(all, before, limit, func(some []any, floor int64) (found []int64, err error) {
		queries++
		accounts += len(some)
		for _, a := range some {
			n := 0
			for _, seq := range slices.Backward(p[a.(int64)]) {
				if seq < before && seq > floor && n < limit {
					found = append(found, seq)
					n++
				}
			}
		}
		return found, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, seq := range got {
		page = append(page, seq.(int64))
	}
	return page, accounts, queries
}

// The work for a page follows from its size: with two thousand accounts, and
// with twenty thousand, so many are walked as the page has transfers, and not
// twice that.
func TestMergedWalksThePageAlone(t *testing.T) {
	const limit = 50
	for _, lots := range []int64{2_000, 20_000} {
		oneByOne, inAdvance, alive := paths{}, paths{}, paths{}
		for i := range lots {
			oneByOne[i] = []int64{2*i + 1, 2*i + 2}     // bought and spent, one after another
			inAdvance[i] = []int64{i + 1, lots + i + 1} // all bought, then all spent
			alive[i] = []int64{5*i + 1, 5*i + 2, 5*i + 3, 5*i + 4, 5*i + 5}
		}
		for name, v := range map[string]struct {
			p       paths
			before  int64
			most    int // accounts
			queries int
		}{
			"bought and spent, the first page":         {oneByOne, 1 << 62, 2 * limit, 6},
			"bought and spent, a page amid":            {oneByOne, lots, 2 * limit, 6},
			"spent in several gifts":                   {alive, 1 << 62, 2 * limit, 6},
			"bought in advance, the newest page":       {inAdvance, 1 << 62, 2 * limit, 6},
			"bought in advance, at the end of the way": {inAdvance, lots + 20, int(lots) + 2*limit, int(lots)/256 + 8}, // nothing tells where the open ones stood
		} {
			var want []int64
			for _, seqs := range v.p {
				for _, seq := range seqs {
					if seq < v.before {
						want = append(want, seq)
					}
				}
			}
			slices.SortFunc(want, func(a, b int64) int { return int(b - a) })
			page, accounts, queries := v.p.walked(t, v.before, limit)
			if !slices.Equal(page, want[:limit]) {
				t.Errorf("%s of %d: the page is %v", name, lots, page)
			}
			if accounts > v.most || queries > v.queries {
				t.Errorf("%s of %d: %d accounts were walked with %d queries, want at most %d and %d", name, lots, accounts, queries, v.most, v.queries)
			}
		}
	}
}

// The walk looks lines up and reads no table from end to end.
func TestMergedIsNotScanned(t *testing.T) {
	d := dbtest.SQLite(t, clock.NewManual(dbtest.Start))
	read(t, d, func(ctx context.Context, tx *db.Tx) error {
		plan, err := db.Collect[string](tx.Query(ctx, "EXPLAIN QUERY PLAN "+strings.Replace(ledger.Trails, "$list", "$4, $5", 1), int64(9), int64(2), int64(0), int64(1), int64(2)))(func(r *db.Rows) (s string, err error) {
			var n int64
			return s, r.Scan(&n, &n, &n, &s)
		})
		for _, step := range plan {
			if strings.Contains(step, "SCAN") && !strings.HasPrefix(step, "SCAN w") { // w are the trails
				t.Errorf("the plan: %q", plan)
			}
		}
		return err
	})
}
