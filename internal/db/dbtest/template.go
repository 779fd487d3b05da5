package dbtest

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
)

// The product's schema is built once in a process, of its migrations and on each
// engine; every test's database is a copy. To build it anew takes a second on
// PostgreSQL, which would be most of a test.

// templateFile returns the bytes of a SQLite file with the product's schema.
var templateFile = sync.OnceValues(func() ([]byte, error) {
	folder, err := os.MkdirTemp("", "ovation-schema-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "schema.db")
	if err := build("sqlite:" + file); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
})

// templateName is PostgreSQL's database with the product's schema.
const templateName = "ovation_schema"

var templateDatabase = sync.OnceValue(func() error {
	if err := shared.admin("CREATE DATABASE " + templateName); err != nil {
		return err
	}
	return build(shared.URL(templateName))
})

// build opens an empty database, which brings its schema up to date, and closes it.
func build(url string) error {
	d, err := db.Open(context.Background(), db.Config{URL: url, Clock: clock.NewManual(Start)})
	if err != nil {
		return err
	}
	return d.Close()
}

// WithSchema puts a file with the product's schema where the URL says, if it is of
// SQLite and nothing is there. To open it then takes no migration.
func WithSchema(t testing.TB, url string) {
	t.Helper()
	file, ok := strings.CutPrefix(url, "sqlite:")
	if !ok {
		return
	}
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		return
	}
	schema, err := templateFile()
	if err == nil {
		err = os.WriteFile(file, schema, 0o600)
	}
	if err != nil {
		t.Fatalf("make a database for the test: %v", err)
	}
}
