package report_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/report"
)

// entriesOf is WalletEntries as who reads every line of every lot makes them,
// all of them.
func entriesOf(ctx context.Context, tx *db.Tx, person id.Person) (all []report.WalletEntry, err error) {
	lots, err := db.Collect[id.Lot](tx.Query(ctx, "SELECT id FROM wallet_lot WHERE person_id = $1 ORDER BY id", person))(func(r *db.Rows) (lot id.Lot, err error) {
		return lot, r.Scan((*string)(&lot))
	})
	bySeq := map[int64]*report.WalletEntry{}
	for _, lot := range lots {
		path := ledger.LotPath(lot)
		lines, err := ledger.OfAccount(ctx, tx, ledger.Ref{Path: path, Asset: money.Coin}, 0, 1_000_000)
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			e := bySeq[l.Seq]
			if e == nil {
				e = &report.WalletEntry{Kind: l.Kind, Cause: l.Cause, At: l.At.Format("2006-01-02T15:04:05.000000Z"), Seq: l.Seq}
				bySeq[l.Seq] = e
			}
			if l.To == path {
				e.Coins += l.Amount.Units
			} else {
				e.Coins -= l.Amount.Units
			}
			e.Lots = append(e.Lots, lot)
		}
	}
	for _, seq := range slices.Backward(slices.Sorted(maps.Keys(bySeq))) {
		all = append(all, *bySeq[seq])
	}
	return all, err
}

// Every page of a wallet is the same as that of who reads everything: with lots
// that are bought in advance or one by one, at one instant or not, spent by
// parts, several in one gift, paid before promotional ones.
func TestWalletEntries(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		reader := report.NewReader(w.D)
		fan, other, room := w.Person(), w.Fan(350), w.Live(w.Creator())
		for i := range int64(10) { // in advance
			if i%3 == 0 {
				w.Clk.Advance(time.Second)
			}
			w.Buy(fan, 10+i, 20)
		}
		w.Promote(fan, 40)
		for i := range int64(25) {
			w.Clk.Advance(time.Duration(i%3) * time.Second)
			w.Give(fan, "spark", room, 2+3*(i%5))
			w.Give(other, "spark", room, 1)
			if i%4 == 0 {
				w.Buy(fan, 7, 10)
			}
			if i == 20 {
				w.Give(fan, "spark", room, w.Coins(fan)-5)
				w.Promote(fan, 100)
			}
		}
		var all []report.WalletEntry
		w.Read(func(tx *db.Tx) (err error) { all, err = entriesOf(w.Ctx, tx, fan); return err })
		if len(all) < 40 || !slices.ContainsFunc(all, func(e report.WalletEntry) bool { return len(e.Lots) >= 5 }) {
			w.T.Fatalf("%d entries, of too few lots at once", len(all))
		}
		for _, limit := range []int{1, 2, 5, 13, 100} {
			var paged []report.WalletEntry
			for before := int64(0); ; {
				page, err := reader.WalletEntries(w.Ctx, fan, before, limit)
				w.OK(err)
				if len(page) == 0 {
					break
				}
				paged = append(paged, page...)
				before = page[len(page)-1].Seq
			}
			if diff := cmp.Diff(all, paged); diff != "" {
				t.Errorf("pages of %d (-want +got):\n%s", limit, diff)
			}
		}
		for before := range all[0].Seq + 3 { // also where a page begins at what is no entry
			if before == 0 {
				continue
			}
			want := slices.DeleteFunc(slices.Clone(all), func(e report.WalletEntry) bool { return e.Seq >= before })
			page, err := reader.WalletEntries(w.Ctx, fan, before, 3)
			w.OK(err)
			if diff := cmp.Diff(want[:min(3, len(want))], page); diff != "" && len(page)+len(want) > 0 {
				t.Errorf("before %d (-want +got):\n%s", before, diff)
			}
		}
		if none, err := reader.WalletEntries(w.Ctx, w.Person(), 0, 5); len(none) != 0 || err != nil {
			t.Errorf("an empty wallet has %v, %v", none, err)
		}
	})
}

// What happened before the page is not read: a wallet whose older lines are
// lost shows its newest page all the same, however many lots it has had.
func TestWalletEntriesReadThePageAlone(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		reader := report.NewReader(w.D)
		fan, room := w.Person(), w.Live(w.Creator())
		for range 40 {
			w.Buy(fan, 1, 2)
			w.Give(fan, "spark", room, 1)
		}
		page, err := reader.WalletEntries(w.Ctx, fan, 0, 8)
		w.OK(err)
		end := fmt.Sprint(page[7].Seq)
		run := func(statements ...string) {
			w.Write(func(tx *db.Tx) error {
				for _, s := range statements {
					if _, err := tx.Exec(w.Ctx, s); err != nil {
						return err
					}
				}
				return nil
			})
		}
		run("CREATE TABLE lost AS SELECT * FROM ledger_line WHERE seq < "+end, "DELETE FROM ledger_line WHERE seq < "+end)
		again, err := reader.WalletEntries(w.Ctx, fan, 0, 8)
		w.OK(err)
		if diff := cmp.Diff(page, again); diff != "" {
			t.Errorf("without what came before (-want +got):\n%s", diff)
		}
		run("INSERT INTO ledger_line SELECT * FROM lost", "DROP TABLE lost")
	})
}
