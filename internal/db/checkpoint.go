package db

import (
	"context"
	"os"
	"sync"
	"sync/atomic"
)

// checkpointer moves SQLite's write-ahead log into the database file, beside
// the writer instead of in the commit that crosses a limit.
//
// While the writer goes on, a second connection copies what it can (a passive
// checkpoint). That alone never empties the log, because new pages keep
// coming; so the writer copies the few that are left between two batches, and
// its next commit starts the log from the front.
type checkpointer struct {
	trigger chan struct{}
	done    chan struct{}
	asked   atomic.Bool // the writer is to copy the rest
	once    sync.Once
	walSize func() int64
}

// checkpointBytes is the log's size at which a checkpoint begins.
const checkpointBytes = 32 << 20

func (k *checkpointer) start(e *sqliteEngine) {
	k.trigger, k.done = make(chan struct{}, 1), make(chan struct{})
	k.walSize = func() int64 {
		if st, err := os.Stat(e.path + "-wal"); err == nil {
			return st.Size()
		}
		return 0
	}
	go k.run(e.dsn("&_pragma=cache_size(-2048)"))
}

func (k *checkpointer) run(dsn string) {
	defer close(k.done)
	var c *sqliteConn
	defer func() {
		if c != nil {
			c.close()
		}
	}()
	var pages int64
	for range k.trigger {
		if c == nil {
			var err error
			if c, err = dialSQLite(dsn); err != nil {
				c = nil
				continue
			}
		}
		inLog := passive(c)
		if inLog > pages { // the log grew since the last round: worth the writer's moment
			k.asked.Store(true)
		}
		pages = 0
	}
}

// passive copies what no reader needs and returns how many pages the log has.
func passive(c *sqliteConn) int64 {
	rows, err := c.query(context.Background(), "PRAGMA wal_checkpoint(PASSIVE)", nil)
	if err != nil {
		return 0
	}
	defer rows.close()
	var busy, inLog, copied int64
	if rows.next() {
		_ = rows.scan([]any{&busy, &inLog, &copied})
	}
	return inLog
}

// wake looks after a commit whether the log has grown enough.
func (k *checkpointer) wake() {
	if k.asked.Load() || len(k.trigger) > 0 || !k.due() {
		return
	}
	select {
	case k.trigger <- struct{}{}:
	default:
	}
}

// commitsPerLook saves the stat of the log's file on most commits.
const commitsPerLook = 16

var looks atomic.Int64

func (k *checkpointer) due() bool {
	return looks.Add(1)%commitsPerLook == 0 && k.walSize() > checkpointBytes
}

// finishIfAsked copies the rest of the log on the writer's own connection, so
// that its next commit can start the log from the front.
func (k *checkpointer) finishIfAsked(_ context.Context, w *sqliteConn) {
	if k.asked.Load() {
		passive(w)
		k.asked.Store(false)
	}
}

func (k *checkpointer) stop() {
	k.once.Do(func() {
		if k.trigger != nil {
			close(k.trigger)
			<-k.done
		}
	})
}
