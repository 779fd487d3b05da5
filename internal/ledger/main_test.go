package ledger_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/money"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// each runs the test on both databases and then verifies the books.
func each(t *testing.T, test func(t *testing.T, d *db.DB, clk *clock.Manual)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		test(t, d, clk)
		ledgertest.Verify(t, d)
	})
}

func coins(n int64) money.Amount { return money.Amount{Units: n, Asset: money.Coin} }
func usd(n int64) money.Amount   { return money.Amount{Units: n, Asset: money.USD} }

func move(from, to string, a money.Amount) ledger.Move {
	return ledger.Move{From: from, To: to, Amount: a}
}

// write runs fn in a transaction of its own that must succeed.
func write(t testing.TB, d *db.DB, fn func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	ctx := t.Context()
	if err := d.Write(ctx, func(tx *db.Tx) error { return fn(ctx, tx) }); err != nil {
		t.Fatal(err)
	}
}

// read runs fn on a snapshot and must succeed.
func read(t testing.TB, d *db.DB, fn func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	ctx := t.Context()
	if err := d.Read(ctx, func(tx *db.Tx) error { return fn(ctx, tx) }); err != nil {
		t.Fatal(err)
	}
}

// try posts one transfer in a transaction of its own.
func try(t testing.TB, d *db.DB, kind, cause string, moves ...ledger.Move) (p ledger.Posted, err error) {
	t.Helper()
	ctx := t.Context()
	err = d.Write(ctx, func(tx *db.Tx) (err error) {
		p, err = ledger.Post(ctx, tx, kind, cause, "rule/1", moves...)
		return err
	})
	return p, err
}

// post is try that must succeed.
func post(t testing.TB, d *db.DB, kind, cause string, moves ...ledger.Move) ledger.Posted {
	t.Helper()
	p, err := try(t, d, kind, cause, moves...)
	if err != nil {
		t.Fatalf("%s of %s: %v", kind, cause, err)
	}
	return p
}

func balance(t testing.TB, d *db.DB, path string, asset money.Asset) (n int64) {
	t.Helper()
	read(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = ledger.Balance(ctx, tx, ledger.Ref{Path: path, Asset: asset})
		return err
	})
	return n
}

func wantBalance(t testing.TB, d *db.DB, path string, asset money.Asset, want int64) {
	t.Helper()
	if got := balance(t, d, path, asset); got != want {
		t.Errorf("%s holds %d %s, want %d", path, got, asset, want)
	}
}

// everything is the content of the ledger's tables, row by row.
func everything(ctx context.Context, tx *db.Tx) ([]string, error) {
	var all []string
	for _, query := range []string{
		`SELECT 'head ' || CAST(id AS TEXT) || ' ' || CAST(seq AS TEXT) || ' ' || CAST(last_account AS TEXT) || ' ' || CAST(at_us AS TEXT) FROM ledger_head`,
		`SELECT 'account ' || CAST(id AS TEXT) || ' ' || path || ' ' || asset || ' ' || CAST(balance AS TEXT) || ' ' || CAST(floor AS TEXT) || ' ' || CAST(last_seq AS TEXT) FROM ledger_account ORDER BY id`,
		`SELECT 'transfer ' || CAST(seq AS TEXT) || ' ' || kind || ' ' || cause || ' ' || rule || ' ' || CAST(at_us AS TEXT) FROM ledger_transfer ORDER BY seq`,
		`SELECT 'line ' || CAST(seq AS TEXT) || ' ' || CAST(n AS TEXT) || ' ' || CAST(from_account AS TEXT) || ' ' || CAST(to_account AS TEXT) || ' ' || CAST(amount AS TEXT) || ' ' || CAST(from_prev AS TEXT) || ' ' || CAST(to_prev AS TEXT) FROM ledger_line ORDER BY seq, n`,
	} {
		rows, err := db.Collect[string](tx.Query(ctx, query))(func(r *db.Rows) (s string, err error) { return s, r.Scan(&s) })
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	for _, query := range []string{"SELECT hash FROM ledger_head", "SELECT hash FROM ledger_transfer ORDER BY seq"} {
		rows, err := db.Collect[[]byte](tx.Query(ctx, query))(func(r *db.Rows) (b []byte, err error) { return b, r.Scan(&b) })
		if err != nil {
			return nil, err
		}
		for _, b := range rows {
			all = append(all, fmt.Sprintf("hash %x", b))
		}
	}
	return all, nil
}

// snapshot is everything, as it is on disk.
func snapshot(t testing.TB, d *db.DB) (all []string) {
	t.Helper()
	read(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = everything(ctx, tx)
		return err
	})
	return all
}

// wantAt checks what a coin account held at an instant.
func wantAt(t testing.TB, d *db.DB, path string, at time.Time, want int64) {
	t.Helper()
	read(t, d, func(ctx context.Context, tx *db.Tx) error {
		got, err := ledger.BalanceAt(ctx, tx, ledger.Ref{Path: path, Asset: money.Coin}, at)
		if err == nil && got != want {
			t.Errorf("%s held %d at %s, want %d", path, got, at, want)
		}
		return err
	})
}
