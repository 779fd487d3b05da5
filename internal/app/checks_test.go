package app_test

import (
	"testing"

	"github.com/ovationhq/ovation/internal/app"
	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/money"
)

// TestForeignTransfer plants a transfer that no product posts, although its
// lines are sound.
func TestForeignTransfer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		post := func(kind string) {
			t.Helper()
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				_, err := ledger.Post(t.Context(), tx, kind, "because", "", ledger.Move{From: "world/a", To: "world/b", Amount: money.Amount{Units: 100_000, Asset: "USD"}})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		ledgertest.Verify(t, d, app.Checks()...)
		post("adjustment")
		ledgertest.Names(t, d, ledger.RuleKinds, app.Checks()...)
	})
}

// TestCauses plants transfers of known kinds whose cause is not there.
func TestCauses(t *testing.T) {
	for _, kind := range []string{"gift.sent", "earning.available", "coins.granted", "coin_purchase.completed", "coin_purchase.fee",
		"payout.scheduled", "payout.transferred", "payout.failed", "payout.canceled", "payout.returned"} {
		t.Run(kind, func(t *testing.T) {
			d := dbtest.SQLite(t, clock.NewManual(dbtest.Start))
			err := d.Write(t.Context(), func(tx *db.Tx) error {
				_, err := ledger.Post(t.Context(), tx, kind, "nothing", "", ledger.Move{From: "world/a", To: "world/b", Amount: money.Amount{Units: 1, Asset: "USD"}})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			r, err := ledger.Verify(t.Context(), d, nil, app.Checks()...)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range r.Findings {
				if f.Where == "nothing" {
					return
				}
			}
			t.Errorf("verify did not find it: %v", r.Findings)
		})
	}
}
