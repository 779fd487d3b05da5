package db

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// ErrOtherSchema is in the error of Open when a database that is opened for
// reading is not one of Ovation, or of an older version than the program.
var ErrOtherSchema = errors.New("the schema is not the one of this program")

// knownSchema refuses a database whose schema is not the one that the program
// was written for: its answers would be wrong, or of nothing.
func knownSchema(ctx context.Context, e engine, migrations fs.FS) error {
	want, err := newest(migrations)
	if err != nil {
		return err
	}
	var have int64
	err = e.read(ctx, func(c conn) error {
		rows, err := c.query(ctx, "SELECT MAX(version_id) FROM db_version", nil)
		if err != nil {
			return err
		}
		defer rows.close()
		if !rows.next() {
			return rows.err()
		}
		return rows.scan([]any{&have})
	})
	switch {
	case err != nil:
		return fmt.Errorf("db: this is no database of Ovation, or it can not be read (%w): %w", ErrOtherSchema, err)
	case have > want:
		return fmt.Errorf("db: the database has schema version %d, this program knows %d; use the newer program: %w", have, want, ErrNewerSchema)
	case have < want:
		return fmt.Errorf("db: the database has schema version %d, this program needs %d; start ovation serve or dev on it once, which brings it up to date: %w", have, want, ErrOtherSchema)
	}
	return nil
}

// newest returns the number of the last migration.
func newest(migrations fs.FS) (n int64, err error) {
	files, err := fs.Glob(migrations, "*.sql")
	if err != nil {
		return 0, fmt.Errorf("db: %w", err)
	}
	for _, f := range files {
		number, _, _ := strings.Cut(path.Base(f), "_")
		v, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("db: the migration %s has no number: %w", f, err)
		}
		n = max(n, v)
	}
	return n, nil
}

// CheckCopy finds out whether a file is a whole SQLite database of Ovation that
// this program can bring up to date. It changes nothing.
func CheckCopy(ctx context.Context, file string) error {
	c, err := dialSQLite((&sqliteEngine{path: file}).dsn("&_pragma=query_only(ON)&_pragma=cache_size(-65536)"))
	if err != nil {
		return fmt.Errorf("db: %s can not be opened as a database: %w", file, err)
	}
	defer c.close()
	one := func(query string, dest any) error {
		rows, err := c.query(ctx, query, nil)
		if err != nil {
			return err
		}
		defer rows.close()
		if !rows.next() {
			return errors.Join(rows.err(), ErrNoRows)
		}
		return rows.scan([]any{dest})
	}
	var said string
	if err := one("PRAGMA integrity_check(1)", &said); err != nil || said != "ok" {
		return errors.Join(fmt.Errorf("db: %s is damaged: %s", file, said), err)
	}
	var have, tables int64
	if err := one("SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name IN ('db_version', 'db_pen', 'ledger_head')", &tables); err != nil || tables != 3 {
		return errors.Join(fmt.Errorf("db: %s is no database of Ovation: %w", file, ErrOtherSchema), err)
	}
	want, err := newest(productMigrations)
	if err != nil {
		return err
	}
	if err := one("SELECT MAX(version_id) FROM db_version", &have); err != nil {
		return fmt.Errorf("db: reading the schema's version: %w", err)
	}
	if have > want {
		return fmt.Errorf("db: %s has schema version %d, this program knows %d; use the newer program: %w", file, have, want, ErrNewerSchema)
	}
	return nil
}
