package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteEngine is one file, one writing connection and a few reading ones.
type sqliteEngine struct {
	path  string
	lock  *os.File
	w     *sqliteConn
	idle  chan *sqliteConn // reading connections that nobody uses
	slots chan struct{}    // bounds the reading connections

	checkpoint checkpointer
}

// sqliteReaders bounds the reading connections: each has a page cache.
const sqliteReaders = 8

// The pragmas of every connection. FULL makes the commit wait for the disk;
// the checkpointer, not the commit that happens to cross a limit, moves the
// log into the file.
const sqlitePragmas = "_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
	"&_pragma=foreign_keys(ON)&_pragma=wal_autocheckpoint(0)&_pragma=temp_store(MEMORY)"

func openSQLite(ctx context.Context, path string, cfg Config) (engine, error) {
	path, err := sqliteFile(path)
	if err != nil {
		return nil, err
	}
	e := &sqliteEngine{path: path, idle: make(chan *sqliteConn, sqliteReaders), slots: make(chan struct{}, sqliteReaders)}
	if cfg.ReadOnly {
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("db: there is no database at %s: %w", path, err)
		}
		return e, knownSchema(ctx, e, cfg.Migrations)
	}
	if e.lock, err = lockFile(path + ".lock"); err != nil {
		return nil, err
	}
	if err := migrateSQLite(ctx, e.dsn("&_pragma=cache_size(-8192)"), cfg.Migrations); err != nil {
		e.lock.Close()
		return nil, err
	}
	if e.w, err = dialSQLite(e.dsn("&_pragma=cache_size(-65536)")); err != nil {
		e.lock.Close()
		return nil, err
	}
	e.checkpoint.start(e)
	return e, nil
}

// sqliteFile returns the file that is meant. Two names of one file would be two
// locks, and two writers: a link is followed, and a file with a second name is
// refused.
func sqliteFile(path string) (string, error) {
	path = strings.TrimPrefix(path, "//")
	switch {
	case path == "":
		return "", errors.New("db: the database URL names no file; use sqlite:<file>")
	case strings.HasPrefix(path, "file:"), strings.HasPrefix(path, ":"), strings.ContainsAny(path, "?#\x00"):
		return "", fmt.Errorf("db: the database URL names the file %q; write its path as it is, without parameters: sqlite:/var/lib/ovation/ovation.db", path)
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if st, err := os.Stat(path); err == nil {
		if sys, ok := st.Sys().(*syscall.Stat_t); ok && sys.Nlink > 1 && st.Mode().IsRegular() {
			return "", fmt.Errorf("db: the file %s has a second name (a hard link), under which another process could write to it too; make a copy with ovation backup, and start with that", path)
		}
	}
	return path, nil
}

func (e *sqliteEngine) dsn(more string) string {
	return "file:" + (&url.URL{Path: e.path}).EscapedPath() + "?" + sqlitePragmas + more
}

// lockFile takes the lock that lets one process write. The lock belongs to
// the open file, so the kernel frees it however the process ends.
func lockFile(path string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("db: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("db: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, fmt.Errorf("db: another process has the database %s open for writing; stop it first, or give this one a database of its own (--data or --database): %w", strings.TrimSuffix(path, ".lock"), ErrLocked)
	}
	return f, nil
}

// ErrLocked is in the error of Open when another process has the file.
var ErrLocked = errors.New("database is in use")

func (e *sqliteEngine) name() string { return "sqlite" }

func (e *sqliteEngine) close() error {
	e.checkpoint.stop()
	for range cap(e.slots) {
		e.slots <- struct{}{} // wait for the readers
	}
	for len(e.idle) > 0 {
		(<-e.idle).close()
	}
	var err error
	if e.w != nil {
		_, err = e.w.exec(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)", nil)
		e.w.close()
	}
	if e.lock != nil {
		e.lock.Close()
	}
	return err
}

func (e *sqliteEngine) begin(ctx context.Context) (writeTx, error) {
	e.checkpoint.finishIfAsked(ctx, e.w)
	if _, err := e.w.exec(ctx, "BEGIN IMMEDIATE", nil); err != nil {
		return nil, err
	}
	return &sqliteTx{sqliteConn: e.w, engine: e}, nil
}

type sqliteTx struct {
	*sqliteConn
	engine *sqliteEngine
}

func (t *sqliteTx) commit(ctx context.Context) error {
	if _, err := t.exec(ctx, "COMMIT", nil); err != nil {
		t.rollback()
		return err
	}
	t.engine.checkpoint.wake()
	return nil
}

// rollback ends the transaction. SQLite may have ended it by itself after a
// full disk, so its error says nothing.
func (t *sqliteTx) rollback() { _, _ = t.exec(context.Background(), "ROLLBACK", nil) }

func (e *sqliteEngine) read(ctx context.Context, fn func(conn) error) error {
	select {
	case e.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-e.slots }()
	var c *sqliteConn
	select {
	case c = <-e.idle:
	default:
		var err error
		if c, err = dialSQLite(e.dsn("&_pragma=query_only(ON)&_pragma=cache_size(-8192)")); err != nil {
			return err
		}
	}
	sound := false
	defer func() { // also when fn panics: its snapshot would keep the log from being used again
		if sound {
			e.idle <- c
		} else {
			c.close()
		}
	}()
	if _, err := c.exec(ctx, "BEGIN", nil); err != nil {
		return err
	}
	err := fn(c)
	if _, end := c.exec(context.Background(), "COMMIT", nil); end != nil {
		return errors.Join(err, end)
	}
	sound = true
	return err
}

// verdict reads SQLite's result code.
func (e *sqliteEngine) verdict(err error) verdict {
	se, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return ordinary
	}
	switch code := se.Code(); code {
	case sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC:
		return fatal
	case sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_TRUNCATE, sqlite3.SQLITE_IOERR_SHMSIZE:
		return fullDisk
	default:
		switch code & 0xff {
		case sqlite3.SQLITE_FULL:
			return fullDisk
		case sqlite3.SQLITE_READONLY:
			return readonly
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
			return retry
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			return fatal
		}
	}
	return ordinary
}

func (e *sqliteEngine) backup(ctx context.Context, path string) error {
	c, err := dialSQLite(e.dsn(""))
	if err != nil {
		return err
	}
	defer c.close()
	if _, err := c.exec(ctx, "VACUUM INTO ?", []any{path}); err != nil {
		return fmt.Errorf("db: copying to %s: %w", path, err)
	}
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("db: %w", err)
	}
	defer f.Close()
	return f.Sync()
}

// sqliteConn is one connection with its prepared statements. One goroutine
// uses it at a time.
type sqliteConn struct {
	raw   driver.Conn
	stmts map[string]*sqliteStmt
	args  []driver.NamedValue // reused between statements
}

type sqliteStmt struct {
	exec  driver.StmtExecContext
	query driver.StmtQueryContext
	raw   driver.Stmt
	order []int // the argument of each parameter, in order of appearance
}

// maxStmts bounds the prepared statements of a connection; beyond it the
// cache starts anew.
const maxStmts = 512

var sqliteDriver = &sqlite.Driver{}

func dialSQLite(dsn string) (*sqliteConn, error) {
	raw, err := sqliteDriver.Open(dsn)
	if err != nil {
		return nil, fmt.Errorf("db: opening SQLite: %w", err)
	}
	return &sqliteConn{raw: raw, stmts: map[string]*sqliteStmt{}}, nil
}

func (c *sqliteConn) close() {
	for _, s := range c.stmts {
		s.raw.Close()
	}
	c.raw.Close()
}

func (c *sqliteConn) prepare(query string) (*sqliteStmt, error) {
	if s, ok := c.stmts[query]; ok {
		return s, nil
	}
	if len(c.stmts) >= maxStmts {
		for _, s := range c.stmts {
			s.raw.Close()
		}
		clear(c.stmts)
	}
	text, order := positional(query)
	raw, err := c.raw.Prepare(text)
	if err != nil {
		return nil, fmt.Errorf("db: %w in %q", err, firstLine(query))
	}
	s := &sqliteStmt{exec: raw.(driver.StmtExecContext), query: raw.(driver.StmtQueryContext), raw: raw, order: order}
	c.stmts[query] = s
	return s, nil
}

// bind puts the arguments in the order in which their parameters appear.
func (c *sqliteConn) bind(s *sqliteStmt, args []any) ([]driver.NamedValue, error) {
	c.args = c.args[:0]
	for i, n := range s.order {
		if n >= len(args) {
			return nil, fmt.Errorf("db: the statement wants $%d, %d arguments were given", n+1, len(args))
		}
		c.args = append(c.args, driver.NamedValue{Ordinal: i + 1, Value: args[n]})
	}
	return c.args, nil
}

func (c *sqliteConn) exec(ctx context.Context, query string, args []any) (int64, error) {
	s, err := c.prepare(query)
	if err != nil {
		return 0, err
	}
	bound, err := c.bind(s, args)
	if err != nil {
		return 0, err
	}
	res, err := s.exec.ExecContext(ctx, bound)
	if err != nil {
		return 0, fmt.Errorf("db: %w in %q", err, firstLine(query))
	}
	return res.RowsAffected()
}

func (c *sqliteConn) query(ctx context.Context, query string, args []any) (rowSource, error) {
	s, err := c.prepare(query)
	if err != nil {
		return nil, err
	}
	bound, err := c.bind(s, args)
	if err != nil {
		return nil, err
	}
	rows, err := s.query.QueryContext(ctx, bound)
	if err != nil {
		return nil, fmt.Errorf("db: %w in %q", err, firstLine(query))
	}
	return &sqliteRows{raw: rows, row: make([]driver.Value, len(rows.Columns()))}, nil
}

type sqliteRows struct {
	raw  driver.Rows
	row  []driver.Value
	fail error
	done bool
	once sync.Once
}

func (r *sqliteRows) next() bool {
	if r.done {
		return false
	}
	if err := r.raw.Next(r.row); err != nil {
		r.done = true
		if !errors.Is(err, io.EOF) {
			r.fail = fmt.Errorf("db: %w", err)
		}
		r.close()
		return false
	}
	return true
}

func (r *sqliteRows) scan(dest []any) error {
	if len(dest) != len(r.row) {
		return fmt.Errorf("db: scan of %d columns into %d places", len(r.row), len(dest))
	}
	for i, d := range dest {
		if err := assign(d, r.row[i]); err != nil {
			return fmt.Errorf("%w (column %d)", err, i+1)
		}
	}
	return nil
}

func (r *sqliteRows) err() error { return r.fail }

func (r *sqliteRows) close() {
	r.once.Do(func() {
		r.done = true
		if err := r.raw.Close(); err != nil && r.fail == nil {
			r.fail = fmt.Errorf("db: %w", err)
		}
	})
}
