package db

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"

	"github.com/jackc/pgx/v5"
)

// backup calls pg_dump, PostgreSQL's own means of a consistent copy.
func (e *pgEngine) backup(ctx context.Context, path string) error {
	return pgTool(ctx, e.url, "pg_dump", "--format=custom", "--file="+path)
}

// RestorePostgres fills an empty PostgreSQL database from a backup, whole or
// not at all. A database that has tables is refused.
func RestorePostgres(ctx context.Context, database, file string) error {
	c, err := pgx.Connect(ctx, database)
	if err != nil {
		return fmt.Errorf("db: PostgreSQL does not answer: %w", err)
	}
	var tables int64
	err = c.QueryRow(ctx, "SELECT COUNT(*) FROM pg_tables WHERE schemaname = ANY (current_schemas(false))").Scan(&tables)
	if err = errors.Join(err, c.Close(ctx)); err != nil {
		return fmt.Errorf("db: looking for tables: %w", err)
	}
	if tables > 0 {
		return fmt.Errorf("db: the database has %d tables already; a restore never overwrites, so make an empty one with createdb", tables)
	}
	return pgTool(ctx, database, "pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", file)
}

// pgTool runs one of PostgreSQL's programs on the database. The password goes
// through the environment: everybody on the machine can read arguments.
func pgTool(ctx context.Context, database, program string, args ...string) error {
	u, err := url.Parse(database)
	if err != nil {
		return errors.New("db: the PostgreSQL URL can not be read; it looks like postgres://user:password@host/database")
	}
	query := u.Query()
	password, given := u.User.Password()
	if !given {
		password = query.Get("password")
	}
	if given {
		u.User = url.User(u.User.Username())
	}
	for name := range query { // these are our driver's own
		if name == "password" || strings.HasPrefix(name, "pool_") || name == "default_query_exec_mode" || name == "statement_cache_capacity" {
			query.Del(name)
		}
	}
	u.RawQuery = query.Encode()
	cmd := exec.CommandContext(ctx, program, append([]string{"--dbname=" + u.String()}, args...)...)
	cmd.Env = os.Environ()
	if password != "" {
		cmd.Env = append(cmd.Env, "PGPASSWORD="+password)
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("db: %s (of Debian's package postgresql-client): %w %s", program, err, strings.TrimSpace(said.String()))
	}
	return nil
}
