package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/sim"
)

// TestPostgresTools runs the tools on PostgreSQL: a link is not made in a
// database without an instance, and a backup belongs to its owner alone.
func TestPostgresTools(t *testing.T) {
	pg := dbtest.DurableCluster(t)
	folder, database := t.TempDir(), pg.URL("postgres")
	run := func(status int, says string, args ...string) {
		t.Helper()
		got, said := runProgram(t, append(args, "--database", database)...)
		if got != status || !strings.Contains(said, says) {
			t.Errorf("%v ended with %d, want %d and %q:\n%s", args, got, status, says, said)
		}
	}
	data := filepath.Join(folder, "data")
	run(statusFailed, "there is no instance in postgres", "admin", "create", "--data", data)
	if _, err := os.Stat(data); err == nil {
		t.Error("a refused command made the data folder")
	}

	newRig(t, database, sim.Crowd{Fans: 1, Creators: 1, Coins: 10})
	run(0, "/setup/", "admin", "create", "--data", data) // also beside the running server: PostgreSQL lets many write
	run(0, "database: postgres", "ledger", "verify")
	run(0, `"database": "postgres`, "ledger", "verify", "--json")
	copied := filepath.Join(folder, "copy.dump")
	run(0, "Copied to "+copied, "backup", copied)
	if st, err := os.Stat(copied); err != nil || st.Mode().Perm() != 0o600 || st.Size() == 0 {
		t.Errorf("the backup: %v %v", st, err)
	}
	status, said := runProgram(t, "restore", copied, "--to", filepath.Join(folder, "restored"))
	if status != statusFailed || !strings.Contains(said, "pg_restore") {
		t.Errorf("restore of PostgreSQL's copy ended with %d: %s", status, said)
	}
}
