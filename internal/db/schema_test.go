package db_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
)

// reading opens the file as the tools do that look beside a server.
func reading(t *testing.T, url string) error {
	t.Helper()
	d, err := db.Open(t.Context(), db.Config{URL: url, Clock: clock.NewManual(dbtest.Start), ReadOnly: true})
	if err == nil {
		err = d.Close()
	}
	return err
}

// made returns a file with the product's schema, changed by the statement.
func made(t *testing.T, change string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "ovation.db")
	d := dbtest.Open(t, "sqlite:"+file, clock.NewManual(dbtest.Start), nil)
	if change != "" {
		exec(t, d, change)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestOtherDatabasesAreRefused(t *testing.T) {
	whole := made(t, "")
	if err := errors.Join(db.CheckCopy(t.Context(), whole), reading(t, "sqlite:"+whole)); err != nil {
		t.Errorf("a whole database: %v", err)
	}

	foreign := filepath.Join(t.TempDir(), "other.db")
	d := dbtest.Open(t, "sqlite:"+foreign, clock.NewManual(dbtest.Start), fstest.MapFS{"0001_other.sql": {Data: []byte("-- +goose Up\nCREATE TABLE other (id BIGINT PRIMARY KEY);\n")}})
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	newer, older := made(t, "INSERT INTO db_version (version_id, is_applied) VALUES (9999, 1)"), made(t, "DELETE FROM db_version WHERE version_id > 1")
	for what, c := range map[string]struct {
		file       string
		copy, read error // what the refusals are of
	}{
		"another program's":  {foreign, db.ErrOtherSchema, db.ErrOtherSchema},
		"of a newer program": {newer, db.ErrNewerSchema, db.ErrNewerSchema},
		"of an older one":    {older, nil, db.ErrOtherSchema}, // a copy is brought up to date when it is opened
	} {
		if err := db.CheckCopy(t.Context(), c.file); !errors.Is(err, c.copy) {
			t.Errorf("a copy %s: %v", what, err)
		}
		if err := reading(t, "sqlite:"+c.file); !errors.Is(err, c.read) {
			t.Errorf("reading one %s: %v", what, err)
		}
	}

	damaged := made(t, "")
	raw, err := os.ReadFile(damaged)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 64 { // in the head of the second page
		raw[4096+i] ^= 0x5a
	}
	if err := os.WriteFile(damaged, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := db.CheckCopy(t.Context(), damaged); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("a damaged copy: %v", err)
	}
}

// TestReadersOfAnEmptyPostgres look where nothing is.
func TestReadersOfAnEmptyPostgres(t *testing.T) {
	if err := reading(t, dbtest.EmptyPostgresURL(t)); !errors.Is(err, db.ErrOtherSchema) {
		t.Errorf("an empty database: %v", err)
	}
}

// TestOneFileOneWriter opens the file under other names.
func TestOneFileOneWriter(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ovation.db")
	dbtest.Open(t, "sqlite:"+file, clock.NewManual(dbtest.Start), nil)
	link, second := filepath.Join(t.TempDir(), "link.db"), filepath.Join(t.TempDir(), "second.db")
	if err := errors.Join(os.Symlink(file, link), os.Link(file, second)); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{link: "second name", second: "second name", ":memory:": "without parameters", "file:" + file: "without parameters", file + "?mode=ro": "without parameters", "": "names no file"} {
		_, err := db.Open(context.Background(), db.Config{URL: "sqlite:" + name, Clock: clock.NewManual(dbtest.Start)})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q was opened: %v", name, err)
		}
	}
	if err := os.Remove(second); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Open(context.Background(), db.Config{URL: "sqlite:" + link, Clock: clock.NewManual(dbtest.Start)}); !errors.Is(err, db.ErrLocked) {
		t.Errorf("a link to a file that is in use was opened: %v", err)
	}
}
