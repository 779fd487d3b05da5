package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
)

// The columns that damage may hit, by table, key first.
var damaged = map[string][]string{
	"ledger_head":     {"id", "seq", "last_account", "at_us", "hash"},
	"ledger_account":  {"id", "path", "asset", "balance", "floor", "last_seq"},
	"ledger_transfer": {"seq", "kind", "cause", "rule", "at_us", "hash"},
	"ledger_line":     {"seq", "n", "from_account", "to_account", "amount", "from_prev", "to_prev"},
}

// damage is one statement, drawn at random.
type damage struct {
	sql  string
	args []any
}

func drawDamage(t *rapid.T) damage {
	table := rapid.SampledFrom(slices.Sorted(func(yield func(string) bool) {
		for name := range damaged {
			if !yield(name) {
				return
			}
		}
	})).Draw(t, "table")
	cols := damaged[table]
	switch rapid.IntRange(0, 9).Draw(t, "verb") {
	case 0:
		return damage{"DELETE FROM " + table + " WHERE " + cols[0] + " >= $1", []any{rapid.Int64Range(0, 9).Draw(t, "from")}}
	case 1:
		d := damage{sql: "INSERT INTO " + table + " (" + strings.Join(cols, ", ") + ") VALUES ("}
		for i, c := range cols {
			d.sql += fmt.Sprintf("$%d, ", i+1)
			d.args = append(d.args, drawValue(t, c))
		}
		d.sql = strings.TrimSuffix(d.sql, ", ") + ")"
		return d
	case 2:
		col := rapid.SampledFrom(cols).Filter(func(c string) bool { return isNumber(c) }).Draw(t, "column")
		return damage{fmt.Sprintf("UPDATE %s SET %s = %s + CAST($1 AS BIGINT) WHERE %s >= $2", table, col, col, cols[0]),
			[]any{rapid.SampledFrom([]int64{1, -1, 7, 1 << 61, math.MaxInt64, math.MinInt64}).Draw(t, "more"), rapid.Int64Range(0, 9).Draw(t, "from")}}
	}
	col := rapid.SampledFrom(cols).Draw(t, "column")
	return damage{fmt.Sprintf("UPDATE %s SET %s = $1 WHERE %s = $2", table, col, cols[0]),
		[]any{drawValue(t, col), rapid.Int64Range(1, 9).Draw(t, "key")}}
}

func isNumber(column string) bool {
	return !slices.Contains([]string{"path", "asset", "kind", "cause", "rule", "hash"}, column)
}

func drawValue(t *rapid.T, column string) any {
	switch {
	case isNumber(column):
		return rapid.OneOf(rapid.Int64Range(-2, 12), rapid.SampledFrom([]int64{math.MinInt64, ledger.NoFloor, 1 << 53, 1<<62 - 1, math.MaxInt64}), rapid.Int64()).Draw(t, column)
	case column == "hash":
		return rapid.SliceOfN(rapid.Byte(), 0, 70).Draw(t, column)
	}
	return rapid.OneOf(rapid.SampledFrom([]string{"", "lot/2", "lot/", "world/", "platform/deferred", "COIN", "USD", "gift.sent", "gft_1", strings.Repeat("long/", 5000)}),
		rapid.StringN(0, 5, -1)).Draw(t, column)
}

// strike plants the damage, verifies, compares and undoes it: verify ends,
// does not panic, and finds something exactly when a row is not as it was.
func strike(t *rapid.T, d *db.DB, blows []damage) {
	ctx := context.Background()
	undo := errors.New("undone")
	err := d.Write(ctx, func(tx *db.Tx) error {
		before, err := everything(ctx, tx)
		if err != nil {
			return err
		}
		for _, b := range blows {
			if err := blow(ctx, tx, b); err != nil {
				return err
			}
		}
		after, err := everything(ctx, tx)
		if err != nil {
			return err
		}
		r, err := ledger.VerifyIn(ctx, tx)
		if err != nil {
			return err
		}
		if same := slices.Equal(before, after); same != r.OK() {
			t.Errorf("the rows are the same: %t; verify found %v", same, r.Findings)
		}
		return undo
	})
	if !errors.Is(err, undo) {
		t.Fatal(err)
	}
}

// blow runs one statement; one that the database refuses does nothing.
func blow(ctx context.Context, tx *db.Tx, b damage) error {
	if _, err := tx.Exec(ctx, "SAVEPOINT blow"); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, b.sql, slices.Clone(b.args)...); err != nil {
		if _, err := tx.Exec(ctx, "ROLLBACK TO SAVEPOINT blow"); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, "RELEASE SAVEPOINT blow")
	return err
}

// unguard takes the CHECK constraints of the ledger's tables away.
func unguard(t testing.TB, d *db.DB) {
	t.Helper()
	write(t, d, func(ctx context.Context, tx *db.Tx) error {
		statements := []string{"PRAGMA ignore_check_constraints = ON"}
		if d.Engine() == "postgres" {
			statements = []string{
				"ALTER TABLE ledger_account DROP CONSTRAINT balance_not_below_floor, DROP CONSTRAINT balance_within_range",
				"ALTER TABLE ledger_line DROP CONSTRAINT line_moves_a_positive_amount, DROP CONSTRAINT line_moves_between_two_accounts, DROP CONSTRAINT line_follows_earlier_transfers",
				"ALTER TABLE ledger_head DROP CONSTRAINT ledger_has_one_head",
			}
		}
		for _, s := range statements {
			if _, err := tx.Exec(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
}

// TestVerifyOnDamage verifies after random statements. That every change of a
// row is found is stronger than the rules alone: no column is without a rule.
func TestVerifyOnDamage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		small(t, d, clk)
		unguard(t, d)
		rapid.Check(t, func(rt *rapid.T) {
			blows := make([]damage, rapid.IntRange(1, 4).Draw(rt, "blows"))
			for i := range blows {
				blows[i] = drawDamage(rt)
			}
			strike(rt, d, blows)
		})
		ledgertest.Verify(t, d)
	})
}

// FuzzVerifyOnDamage is the same, led by coverage.
func FuzzVerifyOnDamage(f *testing.F) {
	clk := clock.NewManual(dbtest.Start)
	d := dbtest.SQLite(f, clk)
	small(f, d, clk)
	unguard(f, d)
	f.Fuzz(rapid.MakeFuzz(func(rt *rapid.T) {
		blows := make([]damage, rapid.IntRange(1, 4).Draw(rt, "blows"))
		for i := range blows {
			blows[i] = drawDamage(rt)
		}
		strike(rt, d, blows)
	}))
}
