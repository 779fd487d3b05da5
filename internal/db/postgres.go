package db

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// pgEngine is a pool of connections to one PostgreSQL.
type pgEngine struct {
	pool  *pgxpool.Pool
	url   string
	slots chan struct{} // bounds the reads, so that they never keep the writer waiting

	// What this process writes beside the pen: its own row, with the number of
	// its last transaction. So the row says which one was committed last. A
	// number of PostgreSQL's own does not: after a crash it is given again.
	row, last int64
}

// PostgreSQL ends a transaction of ours that hangs, so that a stopped process
// does not keep the pen.
const pgIdleInTransaction = "30s"

// pgConns bounds the pool: one writes, the others read.
const pgConns = 10

func openPostgres(ctx context.Context, cfg Config) (engine, error) {
	pc, err := pgxpool.ParseConfig(cfg.URL)
	if err != nil {
		return nil, errors.New("db: the PostgreSQL URL can not be read; it looks like postgres://user:password@host/database")
	}
	pc.MaxConns = pgConns
	pc.ConnConfig.RuntimeParams["idle_in_transaction_session_timeout"] = pgIdleInTransaction
	pc.ConnConfig.RuntimeParams["application_name"] = "ovation"
	pc.ConnConfig.RuntimeParams["synchronous_commit"] = "on" // whatever the role or the database says: a success is on disk
	if !cfg.ReadOnly {
		if err := migratePostgres(ctx, pc.ConnConfig, cfg.Migrations); err != nil {
			return nil, err
		}
	}
	pool, err := pgxpool.NewWithConfig(ctx, pc)
	if err != nil {
		return nil, fmt.Errorf("db: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("db: PostgreSQL does not answer: %w", err)
	}
	e := &pgEngine{pool: pool, url: cfg.URL, slots: make(chan struct{}, pgConns-1), row: rand.Int64N(1<<62) + 2}
	if cfg.ReadOnly {
		if err := knownSchema(ctx, e, cfg.Migrations); err != nil {
			pool.Close()
			return nil, err
		}
	}
	return e, nil
}

func (e *pgEngine) name() string { return "postgres" }

func (e *pgEngine) close() error {
	if e.last > 0 {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_, _ = e.pool.Exec(ctx, "DELETE FROM db_pen WHERE id = $1", e.row) // a row that stays does no harm
	}
	e.pool.Close()
	return nil
}

// begin starts a transaction and takes the pen: from here to the commit this
// is the only transaction of any process that writes.
func (e *pgEngine) begin(ctx context.Context) (writeTx, error) {
	ctx, cancel := context.WithTimeout(ctx, retryFor)
	defer cancel()
	c, err := e.pool.Acquire(ctx)
	if err != nil {
		return nil, lost{err}
	}
	e.last++
	t := &pgTx{pgConn: pgConn{c.Conn()}, held: c, engine: e, number: e.last}
	batch := &pgx.Batch{}
	batch.Queue("BEGIN")
	batch.Queue("SELECT epoch FROM db_pen WHERE id = 1 FOR UPDATE")
	batch.Queue("INSERT INTO db_pen (id, epoch) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch", e.row, t.number)
	if err := c.SendBatch(ctx, batch).Close(); err != nil {
		t.rollback()
		return nil, lost{err}
	}
	return t, nil
}

// lost marks an error after which the whole transaction may run again.
type lost struct{ error }

func (l lost) Unwrap() error { return l.error }

// unknownCommit is the error of a commit of which nobody knows whether it
// happened.
type unknownCommit struct{ cause error }

func (u unknownCommit) Error() string {
	return "db: the reply to a commit was lost and PostgreSQL does not say what became of it: " + u.cause.Error()
}

// pgTx is a batch's transaction. Its number answers the one hard question: was
// it committed, when the reply to COMMIT did not arrive.
type pgTx struct {
	pgConn
	held   *pgxpool.Conn
	engine *pgEngine
	number int64
}

// commitWithin bounds the wait for a commit's reply.
const commitWithin = 10 * time.Second

func (t *pgTx) commit(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, commitWithin)
	defer cancel()
	_, err := t.c.Exec(ctx, "COMMIT")
	t.release()
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*pgconn.PgError](err); ok && !isShutdown(err) {
		return lost{err} // the server says that it did not commit
	}
	return t.askOutcome(context.WithoutCancel(ctx), err)
}

// askWithin bounds the wait for the outcome of a commit. It is longer than the
// server lets a transaction idle whose COMMIT did not arrive.
const askWithin = 35 * time.Second

// askOutcome asks the server whether a commit happened whose reply was lost.
func (t *pgTx) askOutcome(ctx context.Context, cause error) error {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	for {
		last, err := t.engine.lastCommitted(ctx)
		switch {
		case err == nil && last == t.number:
			return nil
		case err == nil:
			return lost{cause}
		case ctx.Err() != nil:
			return unknownCommit{cause}
		}
		time.Sleep(retryMost / 5)
	}
}

// lastCommitted returns the number of this process's last transaction that was
// committed. With the pen in hand: so none of them is still under way.
func (e *pgEngine) lastCommitted(ctx context.Context) (last int64, err error) {
	tx, err := e.pool.Begin(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // it has changed nothing
	if _, err := tx.Exec(ctx, "SELECT epoch FROM db_pen WHERE id = 1 FOR UPDATE"); err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, "SELECT COALESCE(MAX(epoch), 0) FROM db_pen WHERE id = $1", e.row).Scan(&last)
	return last, err
}

func (t *pgTx) rollback() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if !t.c.IsClosed() {
		_, _ = t.c.Exec(ctx, "ROLLBACK")
	}
	t.release()
}

func (t *pgTx) release() {
	if t.held != nil {
		t.held.Release()
		t.held = nil
	}
}

func (e *pgEngine) read(ctx context.Context, fn func(conn) error) error {
	select {
	case e.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-e.slots }()
	c, err := e.pool.Acquire(ctx)
	if err != nil {
		return lost{err}
	}
	defer c.Release()
	if _, err := c.Exec(ctx, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"); err != nil {
		return lost{fmt.Errorf("db: %w", err)}
	}
	err = fn(pgConn{c.Conn()})
	if _, end := c.Exec(context.WithoutCancel(ctx), "COMMIT"); end != nil && err == nil {
		return fmt.Errorf("db: %w", end)
	}
	return err
}

// verdict reads PostgreSQL's error class.
func (e *pgEngine) verdict(err error) verdict {
	if _, ok := errors.AsType[unknownCommit](err); ok {
		return unknown
	}
	if pe, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch {
		case pe.Code == "40001", pe.Code == "40P01", pe.Code == "25P03", isShutdown(err):
			return retry
		case pe.Code == "53100":
			return fullDisk
		case pe.Code == "25006":
			return retry // a standby: the next connection finds the primary
		case strings.HasPrefix(pe.Code, "08"), pe.Code == "53300":
			return retry
		}
		if _, ok := errors.AsType[lost](err); ok {
			return retry
		}
		return ordinary
	}
	if _, ok := errors.AsType[lost](err); ok {
		return retry
	}
	if _, ok := errors.AsType[net.Error](err); ok || pgconn.SafeToRetry(err) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) {
		return retry
	}
	if err != nil && strings.Contains(err.Error(), "conn closed") {
		return retry
	}
	return ordinary
}

// isShutdown reports the errors of a server that stops, starts or was killed.
func isShutdown(err error) bool {
	pe, ok := errors.AsType[*pgconn.PgError](err)
	return ok && strings.HasPrefix(pe.Code, "57P")
}

// pgConn runs statements on one connection.
type pgConn struct{ c *pgx.Conn }

func (p pgConn) exec(ctx context.Context, query string, args []any) (int64, error) {
	tag, err := p.c.Exec(ctx, query, args...)
	if err != nil {
		return 0, fmt.Errorf("db: %w in %q", err, firstLine(query))
	}
	return tag.RowsAffected(), nil
}

func (p pgConn) query(ctx context.Context, query string, args []any) (rowSource, error) {
	rows, err := p.c.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("db: %w in %q", err, firstLine(query))
	}
	return pgRows{rows}, nil
}

type pgRows struct{ raw pgx.Rows }

func (r pgRows) next() bool { return r.raw.Next() }
func (r pgRows) close()     { r.raw.Close() }
func (r pgRows) err() error {
	if err := r.raw.Err(); err != nil {
		return fmt.Errorf("db: %w", err)
	}
	return nil
}

// scan lets pgx decode what it knows; a flag is a BIGINT and a bool in Go.
func (r pgRows) scan(dest []any) error {
	var flags []int64
	var at []*bool
	for _, d := range dest {
		if b, ok := d.(*bool); ok {
			at = append(at, b)
		}
	}
	if len(at) > 0 {
		flags = make([]int64, len(at))
		dest = append([]any{}, dest...)
		for i, n := 0, 0; i < len(dest); i++ {
			if _, ok := dest[i].(*bool); ok {
				dest[i] = &flags[n]
				n++
			}
		}
	}
	if err := r.raw.Scan(dest...); err != nil {
		return fmt.Errorf("db: %w", err)
	}
	for i, b := range at {
		*b = flags[i] != 0
	}
	return nil
}
