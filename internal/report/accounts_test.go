package report_test

import (
	"testing"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/report"
)

// Whatever the size of the pages, each account stands on one of them, also
// where a page ends between the currencies of one path.
func TestAccountPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		const all = 4 * 3 // of creator/a, creator/b, creator/bb and world/x
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			for _, asset := range []money.Asset{"EUR", "JPY", "USD"} {
				for _, to := range []string{"creator/a", "creator/b", "creator/bb"} {
					if _, err := ledger.Post(t.Context(), tx, "k", to+string(asset), "", ledger.Move{From: "world/x", To: to, Amount: money.Amount{Units: 5, Asset: asset}}); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for limit := 1; limit <= all+1; limit++ {
			for prefix, want := range map[string]int{"": all, "creator/": 9, "creator/b": 6, "creator/bb": 3, "nobody": 0} {
				seen, after := []string{}, ""
				for {
					var page []ledger.Account
					err := d.Read(t.Context(), func(tx *db.Tx) (err error) {
						page, err = report.Accounts(t.Context(), tx, prefix, limit, after)
						return err
					})
					if err != nil || len(page) > limit {
						t.Fatalf("a page of %d at a limit of %d: %v", len(page), limit, err)
					}
					if len(page) == 0 {
						break
					}
					for _, a := range page {
						seen = append(seen, report.AccountPosition(a))
					}
					after = seen[len(seen)-1]
				}
				for i := 1; i < len(seen); i++ {
					if seen[i] <= seen[i-1] {
						t.Errorf("%q came after %q", seen[i], seen[i-1])
					}
				}
				if len(seen) != want {
					t.Errorf("pages of %d with the prefix %q: %d accounts of %d: %q", limit, prefix, len(seen), want, seen)
				}
			}
		}
		ledgertest.Verify(t, d)
	})
}
