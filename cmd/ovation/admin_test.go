package main

import (
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/sim"
	"github.com/ovationhq/ovation/internal/webhook"
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

	restore := func(status int, says string, args ...string) {
		t.Helper()
		got, said := runProgram(t, append([]string{"restore", copied}, args...)...)
		if got != status || !strings.Contains(said, says) {
			t.Errorf("restore %v ended with %d, want %d and %q:\n%s", args, got, status, says, said)
		}
	}
	again := dbtest.EmptyPostgresURL(t)
	restore(statusFailed, "is no backup of SQLite", "--to", filepath.Join(folder, "restored"))
	restore(statusUsage, "--database is for PostgreSQL", "--database", "sqlite:"+data)
	restore(statusFailed, "never overwrites", "--database", database)
	restore(0, "The books are right", "--database", again, "--verify")
	restore(statusFailed, "never overwrites", "--database", again)
	_, before := runProgram(t, "ledger", "export", "--database", database)
	_, after := runProgram(t, "ledger", "export", "--database", again)
	_, before, _ = strings.Cut(before, "\n") // which names the database
	if _, after, _ = strings.Cut(after, "\n"); before != after || before == "" {
		t.Errorf("the restored journal differs:\n%s\n%s", before, after)
	}
	d := dbtest.Open(t, again, clock.NewManual(dbtest.Start), nil)
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), "UPDATE ledger_account SET balance = balance + 1 WHERE id = 1")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	broken, third := filepath.Join(folder, "broken.dump"), dbtest.EmptyPostgresURL(t)
	if got, said := runProgram(t, "backup", broken, "--database", again); got != 0 {
		t.Fatalf("%d %s", got, said)
	}
	if got, said := runProgram(t, "restore", broken, "--database", third, "--verify"); got != statusBooks || !strings.Contains(said, "BROKEN") {
		t.Errorf("broken books were restored with %d: %s", got, said)
	}
}

// TestRestoreIsQuiet restores a backup of an instance that sends webhooks.
func TestRestoreIsQuiet(t *testing.T) {
	folder := t.TempDir()
	open := func(name string) *db.DB {
		if err := os.MkdirAll(filepath.Join(folder, name), 0o700); err != nil {
			t.Fatal(err)
		}
		return dbtest.Open(t, "sqlite:"+filepath.Join(folder, name, "ovation.db"), clock.NewManual(dbtest.Start), nil)
	}
	d := open("data")
	guard := webhook.Guard{Sandbox: true}
	hooks := webhook.NewService(webhook.Config{DB: d, Resolver: net.DefaultResolver, Guard: guard, Stamp: &clock.System{}, Log: slog.New(slog.DiscardHandler)})
	e, err := hooks.Create(t.Context(), people.Console(), webhook.NewEndpoint{Key: "k", URL: "http://127.0.0.1:8080/hook"})
	if err := errors.Join(err, d.Close()); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"backup", filepath.Join(folder, "copy.db"), "--data", filepath.Join(folder, "data")}, {"restore", filepath.Join(folder, "copy.db"), "--to", filepath.Join(folder, "again")}} {
		if got, said := runProgram(t, args...); got != 0 {
			t.Fatalf("%v ended with %d: %s", args, got, said)
		}
	}
	again := webhook.NewService(webhook.Config{DB: open("again"), Guard: guard})
	if e, err = again.Endpoint(t.Context(), people.Console(), e.ID); err != nil || e.DisabledCode != webhook.Restored {
		t.Errorf("the endpoint is %+v, %v", e, err)
	}
}
