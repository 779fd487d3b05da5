package ledger_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/money"
)

// history is one drawn history: what the ledger did, beside what the oracle
// did. Histories share a database, so each has names of its own.
type history struct {
	d     *db.DB
	clk   *clock.Manual
	name  string
	from  time.Time // when it began
	seq   int64     // the last number
	model oracle
}

// TestHistories has the ledger and the oracle do the same, and compares every
// answer, every balance now, and every balance at every instant before.
func TestHistories(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		post(t, d, "the", "beginning", move("world/a", "lot/1", coins(1)))
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			n++
			h := begin(rt, d, clk, fmt.Sprintf("h%d", n))
			for range rapid.IntRange(1, 12).Draw(rt, "steps") {
				h.step(rt)
			}
			h.compare(rt)
		})
	})
}

func begin(t *rapid.T, d *db.DB, clk *clock.Manual, name string) *history {
	clk.Advance(48 * time.Hour) // beyond every instant of the one before
	h := &history{d: d, clk: clk, name: name, from: clk.Now(), model: oracle{balances: map[ledger.Ref]int64{}, done: map[[2]string]bool{}}}
	h.reading(t, func(ctx context.Context, tx *db.Tx) (err error) {
		h.seq, _, _, err = ledger.Head(ctx, tx)
		return err
	})
	return h
}

func (h *history) reading(t *rapid.T, fn func(context.Context, *db.Tx) error) {
	ctx := context.Background()
	if err := h.d.Read(ctx, func(tx *db.Tx) error { return fn(ctx, tx) }); err != nil {
		t.Fatal(err)
	}
}

// step posts one transfer or a set of them, and perhaps moves the clock.
func (h *history) step(t *rapid.T) {
	if rapid.IntRange(0, 2).Draw(t, "move the clock") == 0 {
		h.clk.Advance(time.Duration(rapid.IntRange(-60, 300).Draw(t, "seconds")) * time.Second)
		if h.clk.Now().Before(h.from) {
			h.clk.Set(h.from)
		}
	}
	ctx := context.Background()
	if rapid.Bool().Draw(t, "a set") {
		h.set(ctx, t)
		return
	}
	kind, cause, moves := h.transfer(t)
	var p ledger.Posted
	err := h.d.Write(ctx, func(tx *db.Tx) (err error) {
		p, err = ledger.Post(ctx, tx, kind, cause, "", moves...)
		return err
	})
	h.judge(t, kind, cause, moves, p, err)
}

// set posts several transfers in one Book, with causes that are all new:
// a cause that comes twice fails the whole set.
func (h *history) set(ctx context.Context, t *rapid.T) {
	n := rapid.IntRange(1, 6).Draw(t, "size")
	all := make([][]ledger.Move, n)
	for i := range all {
		_, _, all[i] = h.transfer(t)
		all[i] = slices.DeleteFunc(all[i], func(m ledger.Move) bool { return m.Amount.Units == 0 })
	}
	posted, errs := make([]ledger.Posted, n), make([]error, n)
	cause := func(i int) string { return fmt.Sprint(h.name, " set ", h.seq, " ", i) }
	err := h.d.Write(ctx, func(tx *db.Tx) error {
		b := ledger.Open(tx)
		for i, moves := range all {
			tr := ledger.Transfer{Kind: "set", Cause: cause(i)}
			for _, m := range moves {
				acc, err := b.Find(ctx, ledger.Ref{Path: m.From, Asset: m.Amount.Asset}, ledger.Ref{Path: m.To, Asset: m.Amount.Asset})
				if err != nil {
					return err
				}
				tr.Lines = append(tr.Lines, ledger.Line{From: acc[0], To: acc[1], Amount: m.Amount.Units})
			}
			posted[i], errs[i] = b.Post(ctx, tr)
		}
		return b.Flush(ctx)
	})
	if err != nil {
		t.Fatal(err)
	}
	base := h.seq
	for i, moves := range all {
		h.judge(t, "set", fmt.Sprint(h.name, " set ", base, " ", i), moves, posted[i], errs[i])
	}
}

func (h *history) transfer(t *rapid.T) (kind, cause string, moves []ledger.Move) {
	path := rapid.SampledFrom([]string{"world/" + h.name + "/a", "world/" + h.name + "/b", "x/" + h.name + "/1", "x/" + h.name + "/2", "x/" + h.name + "/3"})
	for range rapid.IntRange(0, 4).Draw(t, "lines") {
		moves = append(moves, move(path.Draw(t, "from"), path.Draw(t, "to"), money.Amount{
			Units: rapid.OneOf(rapid.Int64Range(1, 20), rapid.SampledFrom([]int64{-1, 0, 1, 1 << 40})).Draw(t, "units"),
			Asset: rapid.SampledFrom([]money.Asset{money.Coin, money.USD}).Draw(t, "asset")}))
	}
	return rapid.SampledFrom([]string{"k", "l"}).Draw(t, "kind"), fmt.Sprint(h.name, " ", rapid.IntRange(0, 9).Draw(t, "cause")), moves
}

// judge compares the ledger's answer with the oracle's.
func (h *history) judge(t *rapid.T, kind, cause string, moves []ledger.Move, p ledger.Posted, err error) {
	want := h.model.post(h.clk.Now(), h.seq+1, kind, cause, moves)
	if want != (err == nil) {
		t.Fatalf("%s of %s %v: the ledger says %v, the oracle %t", kind, cause, moves, err, want)
	}
	if !want {
		return
	}
	h.seq++
	if p.Seq != h.seq || !p.At.Equal(h.model.last) {
		t.Fatalf("posted as %v, want %d at %s", p, h.seq, h.model.last)
	}
}

// compare reads everything about the history's accounts.
func (h *history) compare(t *rapid.T) {
	h.reading(t, func(ctx context.Context, tx *db.Tx) error {
		for ref, want := range h.model.balances {
			got, err := ledger.Balance(ctx, tx, ref)
			if err != nil {
				return err
			}
			if got != want {
				t.Fatalf("%v holds %d, want %d", ref, got, want)
			}
			if err := h.compareLines(ctx, t, tx, ref); err != nil {
				return err
			}
		}
		for _, n := range h.model.journal {
			if err := h.compareAt(ctx, t, tx, n.at); err != nil {
				return err
			}
			if err := h.compareAt(ctx, t, tx, n.at.Add(-time.Microsecond)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (h *history) compareLines(ctx context.Context, t *rapid.T, tx *db.Tx, ref ledger.Ref) error {
	var want, got []string
	for _, n := range h.model.journal {
		for _, m := range n.moves {
			if m.Amount.Asset == ref.Asset && (m.From == ref.Path || m.To == ref.Path) {
				want = append(want, fmt.Sprint(n.seq, n.at.UnixMicro(), m))
			}
		}
	}
	for before := int64(0); ; {
		page, err := ledger.OfAccount(ctx, tx, ref, before, 3)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			got = append(got, fmt.Sprint(e.Seq, e.At.UnixMicro(), move(e.From, e.To, e.Amount)))
		}
		before = page[len(page)-1].Seq
	}
	slices.Reverse(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("the lines of %v (-want +got):\n%s", ref, diff)
	}
	return nil
}

func (h *history) compareAt(ctx context.Context, t *rapid.T, tx *db.Tx, at time.Time) error {
	want := h.model.at(at)
	var got []ledger.Account
	for _, prefix := range []string{"world/" + h.name + "/", "x/" + h.name + "/"} {
		some, err := ledger.AccountsAt(ctx, tx, prefix, at)
		if err != nil {
			return err
		}
		for _, a := range some {
			got = append(got, ledger.Account{Path: a.Path, Asset: a.Asset, Balance: a.Balance})
		}
	}
	if !slices.Equal(listed(want), got) {
		t.Fatalf("at %s the ledger had %v, want %v", at, got, listed(want))
	}
	for ref := range h.model.balances {
		n, err := ledger.BalanceAt(ctx, tx, ref, at)
		if err != nil {
			return err
		}
		if n != want[ref] {
			t.Fatalf("at %s %v held %d, want %d", at, ref, n, want[ref])
		}
	}
	return nil
}

// TestVerifySeesPagesWhole verifies books that end just before, at and just
// after the end of a page.
func TestVerifySeesPagesWhole(t *testing.T) {
	if testing.Short() {
		t.Skip("makes some thousand transfers")
	}
	each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		for _, n := range []int{ledger.PageSize - 1, 1, 1} {
			write(t, d, func(ctx context.Context, tx *db.Tx) error {
				b := ledger.Open(tx)
				acc, err := b.Find(ctx, ledger.Ref{Path: "world/a", Asset: money.Coin}, ledger.Ref{Path: "lot/1", Asset: money.Coin})
				if err != nil {
					return err
				}
				base := acc[1].Balance
				for i := range n {
					if _, err := b.Post(ctx, ledger.Transfer{Kind: "k", Cause: fmt.Sprint(base, "+", i), Lines: []ledger.Line{{From: acc[0], To: acc[1], Amount: 1}}}); err != nil {
						return err
					}
				}
				return b.Flush(ctx)
			})
			r := ledgertest.Verify(t, d)
			if want := balance(t, d, "lot/1", money.Coin); r.Transfers != want || r.Lines != want || r.Accounts != 2 {
				t.Errorf("verify read %d transfers and %d lines, want %d", r.Transfers, r.Lines, want)
			}
		}
	})
}

// listed writes balances as the ledger lists accounts.
func listed(balances map[ledger.Ref]int64) []ledger.Account {
	var all []ledger.Account
	for ref, n := range balances {
		all = append(all, ledger.Account{Path: ref.Path, Asset: ref.Asset, Balance: n})
	}
	slices.SortFunc(all, func(a, b ledger.Account) int {
		return strings.Compare(a.Path+" "+string(a.Asset), b.Path+" "+string(b.Asset))
	})
	return all
}
