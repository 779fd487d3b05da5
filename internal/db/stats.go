package db

import (
	"sync/atomic"
	"time"
)

// Stats are the writer's numbers since the database was opened, for metrics.
type Stats struct {
	Batches       int64   // transactions that were begun for waiting calls
	Calls         int64   // calls in them; a set is one
	Items         int64   // calls that were decided in sets, such as gifts
	Retries       int64   // batches that ran again because their transaction was lost
	Lost          int64   // commits of which nobody knows whether they happened
	Queue         int     // calls that wait for the writer now
	CommitSeconds float64 // spent in commits, the fsync included
}

type counters struct{ batches, calls, items, retries, lost, commitNS atomic.Int64 }

// Stats returns the writer's numbers.
func (d *DB) Stats() Stats {
	return Stats{Batches: d.stats.batches.Load(), Calls: d.stats.calls.Load(), Items: d.stats.items.Load(), Retries: d.stats.retries.Load(), Lost: d.stats.lost.Load(),
		Queue: len(d.queue), CommitSeconds: time.Duration(d.stats.commitNS.Load()).Seconds()}
}
