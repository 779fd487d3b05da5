package ledgertest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/money"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// recorder is a test that notes what it was told.
type recorder struct {
	testing.TB
	told []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.told = append(r.told, fmt.Sprintf(format, args...))
}

// TestTeeth checks that the two functions fail a test when they should.
func TestTeeth(t *testing.T) {
	d := dbtest.SQLite(t, clock.NewManual(dbtest.Start))
	write := func(fn func(tx *db.Tx) error) {
		t.Helper()
		if err := d.Write(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	write(func(tx *db.Tx) error {
		_, err := ledger.Post(t.Context(), tx, "k", "c", "", ledger.Move{From: "world/a", To: "lot/1", Amount: money.Amount{Units: 5, Asset: money.Coin}})
		return err
	})
	good := &recorder{TB: t}
	ledgertest.Verify(good, d)
	if len(good.told) != 0 {
		t.Errorf("on right books Verify said %v", good.told)
	}
	ledgertest.Names(good, d, ledger.RuleBalance)
	if len(good.told) != 1 || !strings.Contains(good.told[0], ledger.RuleBalance) {
		t.Errorf("on right books Names said %v, want that the rule was not reported", good.told)
	}
	write(func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), "UPDATE ledger_account SET balance = balance + 1 WHERE path = 'lot/1'")
		return err
	})
	bad := &recorder{TB: t}
	ledgertest.Names(bad, d, ledger.RuleBalance)
	ledgertest.Names(bad, d, ledger.RuleZero)
	if len(bad.told) != 0 {
		t.Errorf("on wrong books Names said %v", bad.told)
	}
	ledgertest.Names(bad, d, ledger.RuleChain)
	ledgertest.Verify(bad, d)
	if len(bad.told) != 3 {
		t.Errorf("on wrong books they said %v, want the rule that holds and two findings", bad.told)
	}
}
