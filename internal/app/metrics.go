package app

import (
	"context"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/outbox"
)

// numbersFor is how long the numbers that are read from the database are shown
// again, so that many who scrape cost no more than one. numbersWithin bounds
// the reading: a database that hangs must not hang who watches it.
const (
	numbersFor    = time.Second
	numbersWithin = 2 * time.Second
)

// The numbers of /metrics that are not the edge's. docs/operations.md says
// what each means, and a test holds the page to this list.
var (
	workDesc       = desc("ovation_due_work", "Due work by kind and state, each counted up to 10000.", "kind", "state")
	workLagDesc    = desc("ovation_due_work_lag_seconds", "For how long the oldest due work of a kind has been due.", "kind")
	eventsDesc     = desc("ovation_events_total", "Events in the log.")
	behindDesc     = desc("ovation_realtime_behind_events", "Events that listeners were not given yet.")
	listenersDesc  = desc("ovation_realtime_listeners", "Open streams of events.")
	transfersDesc  = desc("ovation_ledger_transfers_total", "Transfers in the journal.")
	verifyAtDesc   = desc("ovation_ledger_verify_timestamp_seconds", "When this process last finished checking the books.")
	verifyOKDesc   = desc("ovation_ledger_verify_ok", "Whether the books were right then.")
	batchesDesc    = desc("ovation_db_batches_total", "Transactions that wrote.")
	callsDesc      = desc("ovation_db_calls_total", "Calls that those transactions took together.")
	itemsDesc      = desc("ovation_db_set_items_total", "What was decided in sets, such as gifts.")
	commitDesc     = desc("ovation_db_commit_seconds_total", "Time spent in commits, the disk's included.")
	retriesDesc    = desc("ovation_db_retries_total", "Transactions that were lost and ran again.")
	lostDesc       = desc("ovation_db_unknown_commits_total", "Commits of which nobody knows whether they happened.")
	queueDesc      = desc("ovation_db_queue_calls", "Calls that wait for the writer.")
	walDesc        = desc("ovation_db_wal_bytes", "Size of SQLite's write-ahead log.")
	unreadableDesc = desc("ovation_metrics_read_errors_total", "Scrapes in which the database's numbers could not be read.")
)

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

// numbers collects what an operator watches. What is in the database is read
// when somebody asks, but not more than once in a while.
type numbers struct {
	app   *App
	keep  time.Duration
	stats func() db.Stats

	mu       sync.Mutex
	readAt   time.Time
	fresh    bool // the last reading succeeded
	work     []outbox.Count
	events   int64
	place    int64
	transfer int64
	failures int64
}

// Describe implements prometheus.Collector.
func (n *numbers) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{workDesc, workLagDesc, eventsDesc, behindDesc, listenersDesc, transfersDesc, verifyAtDesc, verifyOKDesc,
		batchesDesc, callsDesc, itemsDesc, commitDesc, retriesDesc, lostDesc, queueDesc, walDesc, unreadableDesc} {
		to <- d
	}
}

// Collect implements prometheus.Collector. What can not be read is left out:
// an old number would look like a healthy one.
func (n *numbers) Collect(to chan<- prometheus.Metric) {
	count := func(d *prometheus.Desc, v float64) {
		to <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v)
	}
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.read()
	count(unreadableDesc, float64(n.failures))
	gauge(listenersDesc, float64(n.app.Hub.Everybody()))
	if n.fresh {
		count(eventsDesc, float64(n.events))
		count(transfersDesc, float64(n.transfer))
		gauge(behindDesc, float64(max(n.events-n.place, 0)))
		for _, w := range n.work {
			gauge(workDesc, float64(w.Waiting), w.Kind, "waiting")
			gauge(workDesc, float64(w.Due), w.Kind, "due")
			gauge(workDesc, float64(w.Running), w.Kind, "running")
			gauge(workDesc, float64(w.Dead), w.Kind, "dead")
			gauge(workLagDesc, w.Oldest.Seconds(), w.Kind)
		}
	}
	if v := n.app.verified.Load(); v != nil {
		gauge(verifyAtDesc, float64(v.at.UnixMicro())/1e6)
		gauge(verifyOKDesc, map[bool]float64{true: 1}[v.ok])
	}
	s := n.stats()
	count(batchesDesc, float64(s.Batches))
	count(callsDesc, float64(s.Calls))
	count(itemsDesc, float64(s.Items))
	count(commitDesc, s.CommitSeconds)
	count(retriesDesc, float64(s.Retries))
	count(lostDesc, float64(s.Lost))
	gauge(queueDesc, float64(s.Queue))
	if size, ok := n.app.walSize(); ok {
		gauge(walDesc, float64(size))
	}
}

// read brings the database's numbers up to date, if they are old.
func (n *numbers) read() {
	if !n.readAt.IsZero() && time.Since(n.readAt) < n.keep {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), numbersWithin)
	defer cancel()
	err := n.app.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if n.work, err = n.app.Runner.Counts(ctx, tx); err != nil {
			return err
		}
		if n.events, err = outbox.Head(ctx, tx); err != nil {
			return err
		}
		n.transfer, _, _, err = ledger.Head(ctx, tx)
		return err
	})
	n.place = n.app.Hub.Place() // after the head, so that what was handed on meanwhile is not missed
	n.readAt, n.fresh = time.Now(), err == nil
	if err != nil {
		n.failures++
		n.app.Log.Warn("the numbers for /metrics could not be read from the database", "error", err)
	}
}

// walSize is the size of SQLite's write-ahead log; PostgreSQL looks after its
// own.
func (a *App) walSize() (bytes int64, ok bool) {
	file, sqlite := strings.CutPrefix(a.Options.Config.DatabaseURL(), "sqlite:")
	if !sqlite {
		return 0, false
	}
	st, err := os.Stat(strings.TrimPrefix(file, "//") + "-wal")
	if err != nil {
		return 0, os.IsNotExist(err)
	}
	return st.Size(), true
}

// verification is how the last check of the books ended.
type verification struct {
	at time.Time
	ok bool
}
