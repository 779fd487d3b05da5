package db

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

// ErrNoRows is returned by Row.Scan when the query had no row.
var ErrNoRows = errors.New("db: no rows")

// Config says which database to open and with what clock.
type Config struct {
	// URL is "sqlite:<path of the file>" or "postgres://…".
	URL string
	// Clock gives every transaction its instant. Required.
	Clock clock.Clock
	// IDs makes the ids of new rows; nil means a randomly seeded one.
	IDs *id.Maker
	// Migrations replaces the program's own schema, for a database that is
	// not the product's (the sandbox's books). nil means the product's.
	Migrations fs.FS
	// ReadOnly opens a snapshot reader beside a running server: no lock, no
	// migration, no Write.
	ReadOnly bool
	// MaxBatch bounds how many closures share a commit; 0 means 256.
	MaxBatch int
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	engine engine
	clk    clock.Clock
	ids    *id.Maker
	max    int

	queue    chan *call
	quit     chan struct{} // closed by Close: the writer drains and stops
	stopped  chan struct{} // closed when the writer has stopped
	readOnly bool

	signals signals
	stats   counters
	refused atomic.Pointer[refusal] // the last batch, if the storage did not take it

	commit func() error // of BeforeCommit

	mu     sync.Mutex
	broken error // set once by a failed fsync; every later Write gets it
	onFail []func(error)
	closed bool
}

// engine is what differs between the two databases.
type engine interface {
	// name is "sqlite" or "postgres".
	name() string
	// begin starts the write transaction of a batch.
	begin(ctx context.Context) (writeTx, error)
	// read runs fn on a read-only snapshot.
	read(ctx context.Context, fn func(conn) error) error
	// verdict says what an error of the engine means for the batch.
	verdict(err error) verdict
	// backup writes a consistent copy to a new file.
	backup(ctx context.Context, path string) error
	close() error
}

// conn runs statements inside a transaction.
type conn interface {
	exec(ctx context.Context, query string, args []any) (int64, error)
	query(ctx context.Context, query string, args []any) (rowSource, error)
	insertRows(ctx context.Context, table string, cols []string, n int, args []any) error
	updateRows(ctx context.Context, table string, cols []string, n int, args []any) error
}

// writeTx is the one write transaction of a batch.
type writeTx interface {
	conn
	commit(ctx context.Context) error
	rollback()
}

// rowSource is an engine's result set.
type rowSource interface {
	next() bool
	scan(dest []any) error
	err() error
	close()
}

// verdict tells the writer what to do about an engine's error.
type verdict int

const (
	ordinary verdict = iota // the statement failed; the transaction lives
	retry                   // the transaction is gone; the closures may run again
	fullDisk                // no room; nothing was written; later calls may succeed
	readonly                // the storage refuses writes
	unknown                 // nobody knows whether the commit happened
	fatal                   // a failed fsync: never write again
)

// Open opens the database, brings its schema up to date and starts the
// writer.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	if cfg.Clock == nil {
		return nil, errors.New("db: Config.Clock is required")
	}
	if cfg.IDs == nil {
		cfg.IDs = id.NewMaker(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	}
	if cfg.MaxBatch == 0 {
		cfg.MaxBatch = 256
	}
	if cfg.Migrations == nil {
		cfg.Migrations = productMigrations
	}
	var e engine
	var err error
	switch scheme, rest, _ := strings.Cut(cfg.URL, ":"); scheme {
	case "sqlite":
		e, err = openSQLite(ctx, rest, cfg)
	case "postgres", "postgresql":
		e, err = openPostgres(ctx, cfg)
	default:
		return nil, fmt.Errorf("db: the database URL starts with %q; use sqlite:<file> or postgres://…", scheme)
	}
	if err != nil {
		return nil, err
	}
	d := &DB{engine: e, clk: cfg.Clock, ids: cfg.IDs, max: cfg.MaxBatch, readOnly: cfg.ReadOnly,
		queue: make(chan *call, 8192), quit: make(chan struct{}), stopped: make(chan struct{})}
	if d.readOnly {
		close(d.stopped)
	} else {
		go d.writer()
	}
	return d, nil
}

// Engine returns "sqlite" or "postgres", for messages and metrics.
func (d *DB) Engine() string { return d.engine.name() }

// Clock returns the injected clock.
func (d *DB) Clock() clock.Clock { return d.clk }

// OnFailure registers f to be called when the storage has failed for good (a
// failed fsync); the process should then stop and start again from disk.
func (d *DB) OnFailure(f func(error)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.onFail = append(d.onFail, f)
}

// BeforeCommit registers f to be called when everything of a transaction is done
// and nothing is committed yet; its error undoes the transaction. It is called
// before the database is used. A test has its process die there.
func (d *DB) BeforeCommit(f func() error) { d.commit = f }

// Close lets the waiting calls commit, refuses new ones and closes the
// database. It may be called more than once.
func (d *DB) Close() error {
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return nil
	}
	d.closed = true
	d.mu.Unlock()
	close(d.quit)
	<-d.stopped
	return d.engine.close()
}

// Read runs fn on a read-only snapshot: everything it sees belongs to one
// moment, and nothing waits for it. A connection that is found dead before fn
// began is replaced; one that dies under fn is the caller's to try again.
func (d *DB) Read(ctx context.Context, fn func(*Tx) error) error {
	now := d.clk.Now()
	begun, pause := time.Now(), retryFirst
	for {
		err := d.engine.read(ctx, func(c conn) error {
			return fn(&Tx{conn: c, now: now, ids: d.ids, signals: &d.signals})
		})
		if err == nil || ctx.Err() != nil || d.engine.verdict(err) != retry {
			return err
		}
		if _, unread := errors.AsType[lost](err); !unread || time.Since(begun) > retryFor {
			return errUnreachable(err)
		}
		time.Sleep(pause/2 + rand.N(pause))
		pause = min(2*pause, retryMost)
	}
}

// probeAgain is how long a refusal of the storage is believed without another
// try of a real write.
const probeAgain = 10 * time.Second

// Probe finds out whether the database can be written. It writes something that
// changes nothing, which may fit where nothing else does: so it also counts
// what the last write of others met, if that was a moment ago.
func (d *DB) Probe(ctx context.Context) error {
	if t := d.refused.Load(); t != nil && time.Since(t.at) < probeAgain {
		return t.err
	}
	return d.Write(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, "UPDATE db_pen SET epoch = epoch WHERE id = 1")
		return err
	})
}

// refusal is a batch that the storage did not take.
type refusal struct {
	at  time.Time
	err error
}

// Backup writes a consistent copy of the database into a new file, while the
// server goes on.
func (d *DB) Backup(ctx context.Context, path string) error {
	if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("db: %s exists already; choose a new name for the backup", path)
	}
	return d.engine.backup(ctx, path)
}

func (d *DB) fail(err error) {
	d.mu.Lock()
	first := d.broken == nil
	if first {
		d.broken = fault.Wrap(err, fault.ReadOnly, "The storage reported a failed write, so nothing more is written until the server has been restarted. Nothing was changed.")
	}
	tell := d.onFail
	d.mu.Unlock()
	if first {
		for _, f := range tell {
			f(err)
		}
	}
}

func (d *DB) brokenErr() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.broken
}

// RetryAfterOverload is how long a refused caller is asked to wait.
const RetryAfterOverload = time.Second
