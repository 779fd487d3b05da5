package api

import (
	"encoding/json"
	"testing"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
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
