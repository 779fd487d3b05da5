package db

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
)

// call is one closure that waits for the writer.
type call struct {
	fn    func(*Tx) error
	done  func(error) // told once, after the commit or the failure
	err   error
	after []func()
}

// errPanic marks a closure that panicked; the batch goes on without it.
var errPanic = errors.New("db: panic in a write closure")

// maxWait bounds how long a call waits to be taken by a busy writer.
const maxWait = 2 * time.Second

// Write runs fn in a transaction and returns after it is on disk. An error of
// fn undoes fn and is returned as it is. Write returns a fault with the code
// overloaded, disk_full or read_only when the database can not take it.
//
// fn may run more than once, and runs to its end even if ctx is cancelled in
// the meantime: a commit that is shared can not be abandoned by one.
func (d *DB) Write(ctx context.Context, fn func(*Tx) error) error {
	answer := make(chan error, 1)
	if err := d.submit(ctx, &call{fn: fn, done: func(err error) { answer <- err }}); err != nil {
		return err
	}
	select {
	case err := <-answer:
		return err
	case <-d.stopped:
		select {
		case err := <-answer:
			return err
		default:
			return errClosing()
		}
	}
}

// submit queues the call; its done is called exactly once if submit returns
// nil.
func (d *DB) submit(ctx context.Context, c *call) error {
	if d.readOnly {
		return fault.New(fault.ReadOnly, "The database was opened for reading only.")
	}
	if err := d.brokenErr(); err != nil {
		return err
	}
	select {
	case <-d.quit:
		return errClosing()
	default:
	}
	select {
	case d.queue <- c:
		return nil
	default:
	}
	timer := time.NewTimer(maxWait)
	defer timer.Stop()
	select {
	case d.queue <- c:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-d.quit:
		return errClosing()
	case <-timer.C:
		return fault.New(fault.Overloaded, "The server has more work than it can write down. Nothing was changed; try again with the same key.").After(RetryAfterOverload)
	}
}

func errClosing() error {
	return fault.New(fault.Maintenance, "The server is shutting down. Nothing was changed; try again with the same key in a moment.").After(RetryAfterOverload)
}

// errUnreachable says that the database is away: a restart, a network.
func errUnreachable(cause error) error {
	return fault.Wrap(cause, fault.Overloaded, "The database does not answer at the moment. Nothing was changed; try again with the same key.").After(RetryAfterOverload)
}

// writer is the one goroutine that writes.
func (d *DB) writer() {
	defer close(d.stopped)
	batch := make([]*call, 0, d.max)
	for {
		batch = batch[:0]
		select {
		case c := <-d.queue:
			batch = append(batch, c)
		case <-d.quit:
			d.drain(batch)
			return
		}
		batch = d.gather(batch)
		d.writeBatch(batch)
	}
}

// gather adds everything that waits, up to the limit.
func (d *DB) gather(batch []*call) []*call {
	for len(batch) < d.max {
		select {
		case c := <-d.queue:
			batch = append(batch, c)
		default:
			return batch
		}
	}
	return batch
}

// drain commits what still waits when the database is closed.
func (d *DB) drain(batch []*call) {
	for {
		batch = d.gather(batch[:0])
		if len(batch) == 0 {
			return
		}
		d.writeBatch(batch)
	}
}

// The bounds of running a batch again when its transaction was lost.
const (
	retryFor   = 5 * time.Second
	retryFirst = 5 * time.Millisecond
	retryMost  = 250 * time.Millisecond
)

// writeBatch runs the batch to its end: committed, or failed for a reason.
func (d *DB) writeBatch(batch []*call) {
	if err := d.brokenErr(); err != nil {
		answer(batch, err)
		return
	}
	d.stats.batches.Add(1)
	d.stats.calls.Add(int64(len(batch)))
	ctx := context.Background()
	begun, pause := time.Now(), retryFirst
	for {
		err := d.tryBatch(ctx, batch)
		if err == nil {
			d.refused.Store(nil)
			answer(batch, nil)
			return
		}
		switch d.engine.verdict(err) {
		case retry:
			if time.Since(begun) < retryFor {
				d.stats.retries.Add(1)
				time.Sleep(pause/2 + rand.N(pause))
				pause = min(2*pause, retryMost)
				continue
			}
			err = errUnreachable(err)
		case fullDisk:
			err = fault.Wrap(err, fault.DiskFull, "There is no room left on the server's disk. Nothing was changed; it works again as soon as there is room.")
			d.refused.Store(&refusal{time.Now(), err})
		case readonly:
			err = fault.Wrap(err, fault.ReadOnly, "The server's storage can not be written at the moment. Nothing was changed.")
			d.refused.Store(&refusal{time.Now(), err})
		case unknown:
			d.stats.lost.Add(1)
			err = fault.Wrap(err, fault.Overloaded, "The database went away while it was writing, so it is not known whether this happened. Send it again with the same key to learn that.").After(RetryAfterOverload)
		case fatal:
			d.fail(err)
			err = d.brokenErr()
		}
		answer(batch, err)
		return
	}
}

// answer tells every call how it ended: batchErr if the commit failed, else
// the closure's own error.
func answer(batch []*call, batchErr error) {
	for _, c := range batch {
		if batchErr == nil && c.err == nil {
			for _, f := range c.after {
				f()
			}
		}
	}
	for i, c := range batch {
		if batchErr != nil {
			c.done(batchErr)
		} else {
			c.done(c.err)
		}
		batch[i] = nil
	}
}

// tryBatch runs all closures in one transaction. A returned error concerns
// the whole batch: nothing of it was written.
func (d *DB) tryBatch(ctx context.Context, batch []*call) error {
	w, err := d.engine.begin(ctx)
	if err != nil {
		return err
	}
	tx := &Tx{conn: shared{w}, now: d.clk.Now(), ids: d.ids, signals: &d.signals}
	wrote := false
	for _, c := range batch {
		tx.after = nil
		var err error
		if len(batch) == 1 {
			c.err = protect(c.fn, tx) // alone, it needs no savepoint: the transaction is its own
			err = d.wholeBatch(c.err)
		} else {
			err = d.runOne(ctx, w, tx, c)
		}
		if err != nil {
			w.rollback()
			return err
		}
		c.after = tx.after
		wrote = wrote || c.err == nil
	}
	if !wrote {
		w.rollback()
		return nil
	}
	if d.commit != nil {
		if err := d.commit(); err != nil {
			w.rollback()
			return err
		}
	}
	begun := time.Now()
	defer func() { d.stats.commitNS.Add(int64(time.Since(begun))) }()
	return w.commit(ctx)
}

// shared keeps the context of one caller from ending a statement in the
// transaction that all callers of the batch share: a cancelled statement would
// take the transaction with it.
type shared struct{ conn }

func (s shared) exec(ctx context.Context, query string, args []any) (int64, error) {
	return s.conn.exec(context.WithoutCancel(ctx), query, args)
}

func (s shared) query(ctx context.Context, query string, args []any) (rowSource, error) {
	return s.conn.query(context.WithoutCancel(ctx), query, args)
}

func (s shared) insertRows(ctx context.Context, table string, cols []string, n int, args []any) error {
	return s.conn.insertRows(context.WithoutCancel(ctx), table, cols, n, args)
}

func (s shared) updateRows(ctx context.Context, table string, cols []string, n int, args []any) error {
	return s.conn.updateRows(context.WithoutCancel(ctx), table, cols, n, args)
}

// runOne runs one closure in a savepoint. It returns an error only when the
// transaction as a whole can not go on; the closure's own error is c.err.
func (d *DB) runOne(ctx context.Context, w writeTx, tx *Tx, c *call) error {
	if _, err := w.exec(ctx, "SAVEPOINT closure", nil); err != nil {
		return err
	}
	c.err = protect(c.fn, tx)
	if c.err == nil {
		_, err := w.exec(ctx, "RELEASE SAVEPOINT closure", nil)
		return err
	}
	if err := d.wholeBatch(c.err); err != nil {
		return err
	}
	if _, err := w.exec(ctx, "ROLLBACK TO SAVEPOINT closure", nil); err != nil {
		return err
	}
	_, err := w.exec(ctx, "RELEASE SAVEPOINT closure", nil)
	return err
}

// wholeBatch returns the error if it ended the transaction, not just the
// closure.
func (d *DB) wholeBatch(err error) error {
	if err != nil && d.engine.verdict(err) != ordinary {
		return err
	}
	return nil
}

// protect turns a panic of the closure into its error, so that one faulty
// rule does not take the writer down with it.
func protect(fn func(*Tx) error, tx *Tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v\n%s", errPanic, p, debug.Stack())
		}
	}()
	return fn(tx)
}
