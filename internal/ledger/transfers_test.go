package ledger_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
)

// bought posts purchases, gifts and refunds of a few lots in two currencies
// and returns what a reader of the journal should see, newest first.
func bought(t *testing.T, d *db.DB, clk *clock.Manual) (want []ledger.Recorded) {
	t.Helper()
	note := func(kind, cause string, moves ...ledger.Move) {
		t.Helper()
		clk.Advance(time.Second)
		want = slices.Insert(want, 0, ledger.Recorded{Posted: post(t, d, kind, cause, moves...), Kind: kind, Cause: cause, Rule: "rule/1", Lines: moves})
	}
	for i := range 9 {
		lot, price := fmt.Sprint("lot/", i%2), usd(99)
		if i%3 == 2 {
			price.Asset = "EUR"
		}
		cause := fmt.Sprint("cps_", i)
		note("coins.bought", cause, move(ledger.CoinsIssued, lot, coins(10)), move(ledger.Provider, ledger.Deferred, price))
		note("gift.sent", fmt.Sprint("gft_", i), move(lot, ledger.CoinsSpent, coins(3)), move(lot, ledger.CoinsSpent, coins(2)))
		if i%2 == 0 {
			note("coins.refunded", cause, move(lot, ledger.CoinsIssued, coins(1)))
		}
	}
	return want
}

// chosen is the filter written down the naive way.
func chosen(f ledger.Filter, t ledger.Recorded) bool {
	touched := f.Account == ""
	for _, l := range t.Lines {
		touched = touched || l.Amount.Asset == f.Asset && (l.From == f.Account || l.To == f.Account)
	}
	return touched && (f.Cause == "" || f.Cause == t.Cause) && (f.Kind == "" || f.Kind == t.Kind)
}

// TestTransfersPages reads the journal with every filter and every size of
// page.
func TestTransfersPages(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		all := bought(t, d, clk)
		for _, f := range []ledger.Filter{
			{}, {Account: "lot/1", Asset: "COIN"}, {Account: ledger.CoinsSpent, Asset: "COIN"}, {Account: ledger.Deferred, Asset: "EUR"}, {Account: ledger.Deferred, Asset: "USD"},
			{Cause: "cps_4"}, {Cause: "cps_4", Kind: "coins.refunded"}, {Cause: "cps_4", Account: ledger.Deferred, Asset: "USD"}, {Cause: "cps_4", Account: "lot/0", Asset: "COIN"},
			{Cause: "cps_4", Kind: "gift.sent"}, {Cause: "cps_x"}, {Account: "lot/7"}, {Account: "lot/1", Asset: "USD"},
		} {
			want := slices.DeleteFunc(slices.Clone(all), func(t ledger.Recorded) bool { return !chosen(f, t) })
			for limit := 1; limit <= len(all)+1; limit++ {
				var got []ledger.Recorded
				for before := int64(0); ; before = got[len(got)-1].Seq {
					page := transfers(t, d, f, before, limit)
					if len(page) > limit {
						t.Fatalf("%+v: a page of %d at a limit of %d", f, len(page), limit)
					}
					if len(page) == 0 {
						break
					}
					got = append(got, page...)
				}
				if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(ledger.Recorded{}, "Hash"), cmpopts.EquateEmpty()); diff != "" {
					t.Fatalf("%+v in pages of %d (-want +got):\n%s", f, limit, diff)
				}
			}
		}
		ledgertest.Verify(t, d)
	})
}

func transfers(t *testing.T, d *db.DB, f ledger.Filter, before int64, limit int) (page []ledger.Recorded) {
	t.Helper()
	read(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
		page, err = ledger.Transfers(ctx, tx, f, before, limit)
		return err
	})
	return page
}

// A filter is completed where one account is meant, and refused where the
// books would have to be read from end to end.
func TestFilterComplete(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		bought(t, d, clk)
		for name, c := range map[string]struct {
			asked, want ledger.Filter
			wrong       string // a parameter
		}{
			"nothing":            {},
			"one account":        {asked: ledger.Filter{Account: "lot/1"}, want: ledger.Filter{Account: "lot/1", Asset: "COIN"}},
			"no account":         {asked: ledger.Filter{Account: "lot/9"}, want: ledger.Filter{Account: "lot/9"}},
			"two, one is named":  {asked: ledger.Filter{Account: ledger.Deferred, Asset: "EUR"}, want: ledger.Filter{Account: ledger.Deferred, Asset: "EUR"}},
			"two accounts":       {asked: ledger.Filter{Account: ledger.Deferred}, wrong: "asset"},
			"an asset alone":     {asked: ledger.Filter{Asset: "EUR"}, wrong: "asset"},
			"a kind alone":       {asked: ledger.Filter{Kind: "gift.sent"}, wrong: "kind"},
			"a kind of a lot":    {asked: ledger.Filter{Kind: "gift.sent", Account: "lot/1"}, wrong: "kind"},
			"a kind and a cause": {asked: ledger.Filter{Kind: "k", Cause: "c"}, want: ledger.Filter{Kind: "k", Cause: "c"}},
		} {
			read(t, d, func(ctx context.Context, tx *db.Tx) error {
				got, err := ledger.Complete(ctx, tx, c.asked)
				f, refused := errors.AsType[*fault.Error](err)
				switch {
				case c.wrong != "" && (!refused || f.Code != fault.InvalidParameter || len(f.Fields) != 1 || f.Fields[0].Pointer != c.wrong):
					t.Errorf("%s: %v, want a fault at %s", name, err, c.wrong)
				case c.wrong == "" && (err != nil || got != c.want):
					t.Errorf("%s: %+v %v, want %+v", name, got, err, c.want)
				}
				return nil
			})
		}
	})
}

// An id leads to its transfer and to no other: neither does one with the right
// number and another instant.
func TestGet(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		all := bought(t, d, clk)
		read(t, d, func(ctx context.Context, tx *db.Tx) error {
			for i, want := range all {
				got, err := ledger.Get(ctx, tx, want.ID())
				if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(ledger.Recorded{}, "Hash")); diff != "" || err != nil {
					t.Errorf("%s: %v (-want +got):\n%s", want.ID(), err, diff)
				}
				if i > 0 {
					continue
				}
				if _, _, head, err := ledger.Head(ctx, tx); err != nil || head != hex.EncodeToString(got.Hash) {
					t.Errorf("the last transfer's hash is %x, the head's %s (%v)", got.Hash, head, err)
				}
			}
			last := all[0]
			for name, wrong := range map[string]id.Transfer{
				"a millisecond later": ledger.Posted{Seq: last.Seq, At: last.At.Add(time.Millisecond)}.ID(),
				"the next number":     ledger.Posted{Seq: last.Seq + 1, At: last.At}.ID(),
				"number 0":            ledger.Posted{Seq: 0, At: last.At}.ID(),
				"a high number":       id.Transfer(id.Format(id.KindTransfer, ^uint64(0), ^uint64(0))),
				"no version 7":        id.Transfer(id.Format(id.KindTransfer, uint64(last.At.UnixMilli())<<16, uint64(last.Seq))),
				"another kind":        id.Transfer(id.OfSequence(id.KindGift, last.At, last.Seq)),
				"in capitals":         id.Transfer(strings.ToUpper(string(last.ID()))),
				"nothing":             "",
			} {
				if got, err := ledger.Get(ctx, tx, wrong); !fault.Is(err, fault.NotFound) {
					t.Errorf("%s (%s): %+v %v", name, wrong, got, err)
				}
			}
			return nil
		})
	})
}

// TestTransfersAreNotScanned has the engine that tells its plan look rows up
// and never read a table from end to end.
func TestTransfersAreNotScanned(t *testing.T) {
	d := dbtest.SQLite(t, clock.NewManual(dbtest.Start))
	for query, args := range map[string][]any{
		ledger.Latest:  {int64(9), int64(2)},
		ledger.OfTrail: {int64(1), int64(9), int64(2)},
		strings.NewReplacer("$column", "cause", "$list", "$1, $2").Replace(ledger.RowsBy): {"c", "c"},
		strings.NewReplacer("$column", "seq", "$list", "$1, $2").Replace(ledger.RowsBy):   {int64(1), int64(2)},
		strings.Replace(ledger.LinesOf, "$list", "$1, $2", 1):                             {int64(1), int64(2)},
	} {
		read(t, d, func(ctx context.Context, tx *db.Tx) error {
			plan, err := db.Collect[string](tx.Query(ctx, "EXPLAIN QUERY PLAN "+query, args...))(func(r *db.Rows) (s string, err error) {
				var n int64
				return s, r.Scan(&n, &n, &n, &s)
			})
			for _, step := range plan {
				if strings.Contains(step, "SCAN") && !strings.HasPrefix(step, "SCAN w") { // w is the trail, as long as the page
					t.Errorf("the plan of %s: %q", query, plan)
				}
			}
			return err
		})
	}
}
