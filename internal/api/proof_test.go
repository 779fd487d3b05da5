package api

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/report"
)

// A page that ends between the currencies of one path goes on with the others.
func TestLedgerAccountsByCurrency(t *testing.T) {
	d := dbtest.SQLite(t, clock.NewManual(dbtest.Start))
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		for _, asset := range []money.Asset{"EUR", "JPY", "USD"} {
			if _, err := ledger.Post(t.Context(), tx, "k", string(asset), "", ledger.Move{From: "world/x", To: "creator/a", Amount: money.Amount{Units: 5, Asset: asset}}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, func(c *Config) { c.Services.Reader = report.NewReader(d) })
	var seen []string
	for query := "?limit=2"; query != ""; {
		rec := w.ask(t, "GET /v1/ledger/accounts"+query, asHost)
		var p struct {
			Data []struct {
				Path, Asset string
				Balance     int64
			}
			NextCursor string `json:"next_cursor"`
		}
		if err := json.Unmarshal(rec.Body.Bytes(), &p); err != nil || rec.Code != 200 || len(p.Data) > 2 {
			t.Fatalf("%d %s", rec.Code, rec.Body)
		}
		for _, a := range p.Data {
			seen = append(seen, a.Path+" "+a.Asset)
		}
		if query = ""; p.NextCursor != "" {
			query = "?limit=2&cursor=" + p.NextCursor
		}
	}
	if len(seen) != 6 || seen[1] != "creator/a JPY" || seen[2] != "creator/a USD" || seen[5] != "world/x USD" {
		t.Errorf("seen: %q", seen)
	}
	ledgertest.Verify(t, d)
}

// transferPage is one page of transfers as a client reads it.
type transferPage struct {
	Data []struct {
		Object, ID, Kind, Cause, Rule, At, Hash string
		Sequence                                int64
		Lines                                   []struct {
			From, To string
			Amount   money.Amount
		}
	}
	HasMore    bool   `json:"has_more"`
	NextCursor string `json:"next_cursor"`
}

func (w *world) transfers(t *testing.T, query string) (p transferPage) {
	t.Helper()
	rec := w.ask(t, "GET /v1/ledger/transfers"+query, asHost)
	if err := json.Unmarshal(rec.Body.Bytes(), &p); err != nil || rec.Code != 200 {
		t.Fatalf("%s: %d %s", query, rec.Code, rec.Body)
	}
	return p
}

// entered posts transfers in two currencies and makes the API over them.
func entered(t *testing.T, d *db.DB, clk *clock.Manual) *world {
	t.Helper()
	postTo(t, d, "coins.bought", "cps_1", "USD")
	clk.Advance(time.Second)
	postTo(t, d, "coins.refunded", "cps_1", "USD")
	clk.Advance(time.Second)
	postTo(t, d, "coins.bought", "cps_2", "JPY")
	return newWorld(t, func(c *Config) { c.Services.Reader = report.NewReader(d) })
}

func postTo(t *testing.T, d *db.DB, kind, cause string, asset money.Asset) {
	t.Helper()
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := ledger.Post(t.Context(), tx, kind, cause, "rule/1", ledger.Move{From: "world/coins", To: "lot/" + cause, Amount: money.Amount{Units: 7, Asset: money.Coin}},
			ledger.Move{From: "provider/stripe", To: "platform/deferred", Amount: money.Amount{Units: 99, Asset: asset}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestLedgerTransfers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		w := entered(t, d, clk)
		for query, want := range map[string]string{
			"?": "[3 2 1]", "?account=world/coins": "[3 2 1]", "?account=lot/cps_1": "[2 1]", "?account=lot/cps_2": "[3]", "?account=lot/cps_3": "[]",
			"?account=platform/deferred&asset=USD": "[2 1]", "?account=platform/deferred&asset=JPY": "[3]", "?account=platform/deferred&asset=EUR": "[]",
			"?cause=cps_1": "[2 1]", "?cause=cps_1&kind=coins.bought": "[1]", "?cause=cps_1&account=lot/cps_2": "[]", "?cause=cps_3": "[]",
		} {
			for _, limit := range []string{"&limit=1", "&limit=2", "&limit=100"} {
				seen := []int64{}
				for cursor := ""; ; {
					p := w.transfers(t, query+limit+cursor)
					for _, x := range p.Data {
						seen = append(seen, x.Sequence)
					}
					if cursor = "&cursor=" + p.NextCursor; !p.HasMore {
						break
					}
				}
				if fmt.Sprint(seen) != want {
					t.Errorf("%s%s: %v, want %s", query, limit, seen, want)
				}
			}
		}
		for query, want := range map[string]string{
			"?kind=coins.bought": "kind=invalid_parameter", "?asset=USD": "asset=invalid_parameter", "?account=platform/deferred": "asset=invalid_parameter",
			"?account=lot/cps_1&kind=coins.bought": "kind=invalid_parameter", "?account=lot/cps_1&asset=usd": "asset=invalid_parameter", "?prefix=lot/": "prefix=invalid_parameter",
		} {
			p := wantProblem(t, w.ask(t, "GET /v1/ledger/transfers"+query, asHost), fault.InvalidParameter)
			if got := errorsOf(p); got != want {
				t.Errorf("%s: %s, want %s", query, got, want)
			}
		}
		ledgertest.Verify(t, d)
	})
}

// A page goes on with the account that it began with, also when another one
// has come under its path meanwhile.
func TestLedgerTransfersKeepTheAsset(t *testing.T) {
	d := dbtest.SQLite(t, clock.NewManual(dbtest.Start))
	postTo(t, d, "k", "a", "USD")
	postTo(t, d, "k", "b", "USD")
	w := newWorld(t, func(c *Config) { c.Services.Reader = report.NewReader(d) })
	const query = "?account=platform/deferred&limit=1"
	first := w.transfers(t, query)
	postTo(t, d, "k", "c", "JPY")
	second := w.transfers(t, query+"&cursor="+first.NextCursor)
	if len(second.Data) != 1 || second.Data[0].Cause != "a" || second.HasMore {
		t.Errorf("the second page: %+v", second)
	}
	wantProblem(t, w.ask(t, "GET /v1/ledger/transfers"+query, asHost), fault.InvalidParameter)
	wantProblem(t, w.ask(t, "GET /v1/ledger/transfers?limit=1&cursor="+first.NextCursor, asHost), fault.CursorInvalid)
	ledgertest.Verify(t, d)
}

func TestLedgerTransfer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		w := entered(t, d, clk)
		page := w.transfers(t, "")
		_, _, head, err := headOf(t, d)
		if last := page.Data[0]; err != nil || last.Object != "ledger_transfer" || last.Hash != head || last.Rule != "rule/1" || last.At != "2026-03-10T12:00:02.000000Z" || len(last.Lines) != 2 ||
			last.Lines[1].From != "provider/stripe" || last.Lines[1].To != "platform/deferred" || last.Lines[1].Amount != (money.Amount{Units: 99, Asset: "JPY"}) {
			t.Errorf("the last transfer: %+v, the head is %s (%v)", last, head, err)
		}
		for _, want := range page.Data {
			rec := w.ask(t, "GET /v1/ledger/transfers/"+want.ID, asHost)
			got := page.Data[0]
			if err := json.Unmarshal(rec.Body.Bytes(), &got); err != nil || rec.Code != 200 || !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %d %+v, want %+v (%v)", want.ID, rec.Code, got, want, err)
			}
		}
		last := page.Data[0]
		n, _ := id.Sequence(id.KindTransfer, last.ID)
		_, hi, _, _ := id.Halves(last.ID)
		at := time.UnixMilli(int64(hi >> 16))
		for wrong, detail := range map[string]string{
			id.OfSequence(id.KindTransfer, at.Add(time.Millisecond), n): "There is no transfer",
			id.OfSequence(id.KindTransfer, at, n+1):                     "There is no transfer",
			id.OfSequence(id.KindGift, at, n):                           "Ids of this kind begin with txn_.",
			"3":                                                         "Ids of this kind begin with txn_.",
			strings.ToUpper(last.ID):                                    "Ids of this kind begin with txn_.",
		} {
			p := wantProblem(t, w.ask(t, "GET /v1/ledger/transfers/"+wrong, asHost), fault.NotFound)
			if !strings.Contains(p["detail"].(string), detail) {
				t.Errorf("%s: %s, want %s", wrong, p["detail"], detail)
			}
		}
		wantProblem(t, w.ask(t, "GET /v1/ledger/transfers/"+last.ID, asFan), fault.ScopeMissing)
		ledgertest.Verify(t, d)
	})
}

func headOf(t *testing.T, d *db.DB) (seq int64, at time.Time, hash string, err error) {
	t.Helper()
	err = d.Read(t.Context(), func(tx *db.Tx) error {
		seq, at, hash, err = ledger.Head(t.Context(), tx)
		return err
	})
	return seq, at, hash, err
}
