package outbox

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/ovationhq/ovation/internal/db"
)

// Inside does work in a transaction; its effect and the end of the work
// commit together. nextUS plans the work again, 0 ends it. It may run more
// than once before it has its effect once.
type Inside func(ctx context.Context, tx *db.Tx, key string) (nextUS int64, err error)

// Outside does work that calls the world outside. It may run again after it
// had its effect, and must be safe for that. again plans the work again after
// so long, 0 ends it. Its context ends before its lease does.
type Outside func(ctx context.Context, key string) (again time.Duration, err error)

// Drive does work that calls the world outside, as Outside does, and leaves
// when it is due again to what it returns. That runs in the transaction that
// ends the run: what another transaction has added for this work is either
// seen there, or comes later and plans it anew (Work.Sooner). nextUS 0 ends it.
type Drive func(ctx context.Context, key string) (next Next, err error)

// Next tells in the transaction that ends a run when the work is due again.
type Next func(ctx context.Context, tx *db.Tx) (nextUS int64, err error)

// Runner runs due work. Several runners, in one process or in several, share
// the work of a database. All kinds are registered before it runs.
type Runner struct {
	// Jitter returns a number from 0 to 1 by which a pause after a failure is
	// shortened by up to a half, so that what failed together does not come
	// back together. A simulation sets one that it can repeat.
	Jitter func() float64
	// Revived notes, in the same transaction, that somebody has work tried again
	// which was given up: the audit log stands on the same floor as this package.
	// Nothing is noted unless somebody sets it.
	Revived func(ctx context.Context, tx *db.Tx, failed Planned) error

	db      *db.DB
	log     *slog.Logger
	inside  map[string]Inside
	outside map[string]Drive
	every   map[string]time.Duration
	brief   map[string]bool
	most    int           // outside work that runs beside each other
	ofOne   int           // and of one kind
	moved   chan struct{} // the clock was moved
	freed   chan struct{} // a handler has ended

	mu      sync.Mutex
	running map[workID]bool
	busy    map[string]int // how many of an outside kind run
	inBatch bool           // a batch of inside work runs
	lastUS  int64          // the clock at the last look
}

// workID names work.
type workID struct{ kind, key string }

// The bounds of trying again, and of how much is done at once.
const (
	maxAttempts  = 12
	firstBackoff = 2 * time.Second
	mostBackoff  = time.Hour
	leaseFor     = 2 * time.Minute
	briefLease   = 36 * time.Second // of work whose outcome somebody waits for
	claimAtOnce  = 64
	runAtOnce    = 16            // outside work
	runOfOneKind = runAtOnce / 2 // so that one kind that hangs leaves room for the others
)

// NewRunner returns a Runner without handlers.
func NewRunner(d *db.DB, log *slog.Logger) *Runner {
	return &Runner{Jitter: rand.Float64, Revived: func(context.Context, *db.Tx, Planned) error { return nil }, db: d, log: log,
		inside: map[string]Inside{}, outside: map[string]Drive{}, every: map[string]time.Duration{}, brief: map[string]bool{},
		most: runAtOnce, ofOne: runOfOneKind, moved: make(chan struct{}, 1), freed: make(chan struct{}, 1),
		running: map[workID]bool{}, busy: map[string]int{}}
}

// Inside registers the handler of a kind.
func (r *Runner) Inside(kind string, f Inside) { r.inside[kind] = f }

// Outside registers the handler of a kind.
func (r *Runner) Outside(kind string, f Outside) {
	r.outside[kind] = func(ctx context.Context, key string) (Next, error) {
		again, err := f(ctx, key)
		return func(_ context.Context, tx *db.Tx) (int64, error) {
			if again <= 0 {
				return 0, nil
			}
			return tx.Now().Add(again).UnixMicro(), nil
		}, err
	}
}

// Drive registers the handler of a kind.
func (r *Runner) Drive(kind string, f Drive) { r.outside[kind] = f }

// Brief shortens the lease of a kind, and the time that a run of it may take: if
// its process dies, another one, or the same when it is started again, does it
// within 36 seconds. It is for calls of a provider whose outcome is unknown then.
func (r *Runner) Brief(kind string) { r.brief[kind] = true }

// leaseOf is for how long work of the kind is claimed.
func (r *Runner) leaseOf(kind string) time.Duration {
	if r.brief[kind] {
		return briefLease
	}
	return leaseFor
}

// Beside sets how much outside work runs beside each other, all of which may
// be of one kind: for a Runner whose work mostly waits for strangers.
func (r *Runner) Beside(most int) { r.most, r.ofOne = most, most }

// Every registers work that recurs. After a long stop it runs once, not once
// for each time that was missed. It is never given up.
func (r *Runner) Every(kind string, interval time.Duration, f func(ctx context.Context) error) {
	r.every[kind] = interval
	r.Outside(kind, func(ctx context.Context, _ string) (time.Duration, error) { return interval, f(ctx) })
}

// KeyEvery is the key of recurring work.
const KeyEvery = "every"

// Start plans the recurring work that is not planned yet. It also brings back
// what was planned or claimed by a clock that was ahead: recurring work waits
// for one interval at most, and a lease lasts no longer than a lease.
func (r *Runner) Start(ctx context.Context) error {
	return r.db.Write(ctx, func(tx *db.Tx) error {
		for kind, interval := range r.every {
			first := tx.Now().Add(interval).UnixMicro()
			if err := Schedule(ctx, tx, Work{Kind: kind, Key: KeyEvery, DueUS: first}); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, "UPDATE due_work SET due_us = $3 WHERE kind = $1 AND work_key = $2 AND lease_us = 0 AND due_us > $3", kind, KeyEvery, first)
			if err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, "UPDATE due_work SET due_us = $1, lease_us = 0, claim = claim + 1 WHERE lease_us > $2",
			tx.NowUS(), tx.Now().Add(leaseFor).UnixMicro())
		return err
	})
}

// steppedBack reports whether the clock shows less than at the last look.
func (r *Runner) steppedBack() bool {
	now := r.db.Clock().Now().UnixMicro()
	r.mu.Lock()
	defer r.mu.Unlock()
	back := now < r.lastUS
	r.lastUS = now
	return back
}

// Woken has Run look at the clock again, after it was moved.
func (r *Runner) Woken() { signal(r.moved) }

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Run runs work as it becomes due, until the context ends. Outside work runs
// beside each other, so that one slow call does not hold up the rest. What
// has begun when the context ends is stopped and given back.
func (r *Runner) Run(ctx context.Context) error {
	woken, stop := r.db.Listen(channelWork)
	defer stop()
	var wg sync.WaitGroup
	defer wg.Wait()
	for ctx.Err() == nil {
		claimed, err := r.claim(ctx, r.room())
		if err != nil && ctx.Err() == nil {
			r.log.Error("due work could not be read", "error", err)
		}
		var inside []Planned
		for _, p := range claimed {
			if r.inside[p.Kind] != nil {
				inside = append(inside, p)
				continue
			}
			wg.Go(func() { r.runOne(ctx, p); signal(r.freed) })
		}
		if len(inside) > 0 {
			wg.Go(func() { r.runBatch(ctx, inside); signal(r.freed) })
		}
		if len(claimed) == 0 {
			r.wait(ctx, err != nil, woken)
		}
	}
	return ctx.Err()
}

// RunDue runs all work that is due now, including work that it plans for now,
// one after another in the order of the instants, and returns how many pieces
// it ran. Their failures are kept with them.
func (r *Runner) RunDue(ctx context.Context) (n int, err error) {
	for ctx.Err() == nil {
		claimed, err := r.claim(ctx, r.anything())
		if err != nil || len(claimed) == 0 {
			return n, err
		}
		n += len(claimed)
		for len(claimed) > 0 {
			inside := 0
			for inside < len(claimed) && r.inside[claimed[inside].Kind] != nil {
				inside++
			}
			if inside > 0 {
				r.runBatch(ctx, claimed[:inside])
				claimed = claimed[inside:]
				continue
			}
			r.runOne(ctx, claimed[0])
			claimed = claimed[1:]
		}
	}
	return n, ctx.Err()
}

// The longest sleeps: a machine's clock may be set or stand still, and other
// processes of a shared database plan work too.
const (
	longestSleep       = time.Minute
	longestSleepShared = time.Second
)

// wait sleeps until something may be due.
func (r *Runner) wait(ctx context.Context, failed bool, woken <-chan struct{}) {
	sleep := longestSleepShared
	if !failed {
		sleep = r.untilNext(ctx)
	}
	t := time.NewTimer(sleep)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-woken:
	case <-r.moved:
	case <-r.freed:
	case <-t.C:
	}
}

func (r *Runner) untilNext(ctx context.Context) time.Duration {
	most := longestSleep
	if r.db.Shared() {
		most = longestSleepShared
	}
	due, ok, err := r.next(ctx, r.room())
	if err != nil || !ok {
		return most
	}
	return min(most, max(due.Sub(r.db.Clock().Now()), time.Millisecond))
}
