package db_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
)

// What was there before the numbers of the books were written down gets the last
// transfer of its instant: of a claw without its own.
func TestMigrationFindsHowFarTheBooksWere(t *testing.T) {
	before := fstest.MapFS{}
	files, err := filepath.Glob("migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if name := filepath.Base(file); name < "0068" {
			before[name] = &fstest.MapFile{Data: text}
		}
	}
	for engine, url := range map[string]func() string{
		"sqlite":   func() string { return "sqlite:" + filepath.Join(t.TempDir(), "ovation.db") },
		"postgres": func() string { return dbtest.EmptyPostgresURL(t) },
	} {
		t.Run(engine, func(t *testing.T) {
			at, clk := url(), clock.NewManual(dbtest.Start)
			d := dbtest.Open(t, at, clk, before)
			for seq, us := range []int{10, 20, 20, 30} {
				exec(t, d, fmt.Sprintf("INSERT INTO ledger_transfer (seq, kind, cause, rule, at_us, hash) VALUES (%d, 'x.y', 'c%d', 'r', %d, CAST('' AS BYTEA))", seq+1, seq+1, us))
			}
			for i, us := range []int{5, 10, 25, 20, 40} {
				exec(t, d, fmt.Sprintf(`INSERT INTO earning_claw (id, cause, reason, earning_id, creator_id, own, moved, units, borne_units, asset, state, held_us, ended_us)
					VALUES ('%s', 'rev_%d', 'x', 'ern_%d', 'usr_x', 1, 1, 1, 0, 'USD', 'held', %d, 0)`, []string{"c9", "c1", "c8", "c3", "c7"}[i], i, i, us))
			}
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			d = dbtest.Open(t, at, clk, os.DirFS("migrations"))
			err := d.Read(t.Context(), func(tx *db.Tx) error {
				got, err := db.Collect[int64](tx.Query(t.Context(), "SELECT after_seq FROM earning_claw ORDER BY cause"))(func(r *db.Rows) (n int64, err error) { return n, r.Scan(&n) })
				if fmt.Sprint(got) != "[0 0 3 2 4]" {
					t.Errorf("the claws are after %v", got)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}
