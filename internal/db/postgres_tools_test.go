package db_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db/dbtest"
)

// TestBackupHidesThePassword looks at what pg_dump is called with: anybody on
// the machine can read that.
func TestBackupHidesThePassword(t *testing.T) {
	url := strings.Replace(dbtest.PostgresURL(t), "ovation@", "ovation:pass%20word@", 1) + "&pool_max_conns=7"
	folder := t.TempDir()
	note := filepath.Join(folder, "note")
	script := "#!/bin/sh\nprintf '%s\\n' \"$@\" \"password: $PGPASSWORD\" >" + note + "\n"
	if err := os.WriteFile(filepath.Join(folder, "pg_dump"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", folder)
	d := dbtest.Open(t, url, clock.NewManual(dbtest.Start), nil)
	if err := d.Backup(t.Context(), filepath.Join(folder, "copy")); err != nil {
		t.Fatal(err)
	}
	said, err := os.ReadFile(note)
	if err != nil {
		t.Fatal(err)
	}
	args, password, _ := strings.Cut(string(said), "password: ")
	if strings.Contains(args, "pass") || strings.Contains(args, "pool_") || !strings.Contains(args, "--dbname=postgres://ovation@/") || password != "pass word\n" {
		t.Errorf("pg_dump was called with\n%s", said)
	}
}
