package db

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/jackc/pgx/v5"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

var productMigrations = func() fs.FS {
	sub, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}()

// ErrNewerSchema is in the error of Open when a newer program has changed the
// database's schema.
var ErrNewerSchema = errors.New("the schema is newer than this program")

func migrateSQLite(ctx context.Context, dsn string, files fs.FS) error {
	conn, err := sql.Open("sqlite", dsn)
	if err != nil {
		return fmt.Errorf("db: %w", err)
	}
	conn.SetMaxOpenConns(1)
	defer conn.Close()
	return migrate(ctx, goose.DialectSQLite3, conn, rewritten{files, forSQLite})
}

// migrateLock is the advisory lock that lets one process migrate at a time.
const migrateLock = 0x6f766174696f6e // "ovation"

func migratePostgres(ctx context.Context, cfg *pgx.ConnConfig, files fs.FS) error {
	conn := stdlib.OpenDB(*cfg)
	defer conn.Close()
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockID(migrateLock))
	if err != nil {
		return fmt.Errorf("db: %w", err)
	}
	return migrate(ctx, goose.DialectPostgres, conn, rewritten{files, forPostgres}, goose.WithSessionLocker(locker))
}

func migrate(ctx context.Context, dialect goose.Dialect, conn *sql.DB, files fs.FS, opts ...goose.ProviderOption) error {
	opts = append(opts, goose.WithTableName("db_version"), goose.WithDisableGlobalRegistry(true))
	p, err := goose.NewProvider(dialect, conn, files, opts...)
	if err != nil {
		return fmt.Errorf("db: reading the migrations: %w", err)
	}
	have, known, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("db: reading the schema's version: %w", err)
	}
	if have > known {
		return fmt.Errorf("db: the database has schema version %d, this program knows %d; start the newer program, or restore a backup made before the upgrade: %w", have, known, ErrNewerSchema)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("db: bringing the schema up to date: %w", err)
	}
	return nil
}
