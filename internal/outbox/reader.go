package outbox

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/ovationhq/ovation/internal/db"
)

// Reader follows the log from a point and hands each event on, in order. It
// keeps its place in memory: for realtime, which starts at the end.
type Reader struct {
	DB     *db.DB
	Handle func([]Stored) // called with the events of one look, never empty
	// Idle, if set, says that nobody wants events at the moment: the reader
	// then goes to the end of the log without reading what is in between.
	Idle func() bool

	at    int64        // the last event that was handed on
	place atomic.Int64 // at, for those who watch
}

// Place returns the sequence of the last event that was handed on, or was
// skipped because nobody wanted it.
func (r *Reader) Place() int64 { return r.place.Load() }

// sharedPoll is how often a reader looks although no commit of its own process
// woke it, when other processes write too.
const sharedPoll = 250 * time.Millisecond

// readAgain is how soon a reader looks again after it could not read.
const readAgain = time.Second

// readAtOnce bounds the events of one look.
const readAtOnce = 500

// Start takes its place after the last event there is: Run hands on what is
// committed after Start has returned.
func (r *Reader) Start(ctx context.Context) error {
	err := r.DB.Read(ctx, func(tx *db.Tx) (err error) { r.at, err = Head(ctx, tx); return err })
	r.place.Store(r.at)
	return err
}

// Run follows the log from its place until the context ends.
func (r *Reader) Run(ctx context.Context) (err error) {
	woken, stop := r.DB.Listen(channelEvents)
	defer stop()
	var tick <-chan time.Time
	if r.DB.Shared() {
		t := time.NewTicker(sharedPoll)
		defer t.Stop()
		tick = t.C
	}
	for {
		var again <-chan time.Time
		if r.at, err = r.look(ctx, r.at); err != nil {
			again = time.After(readAgain)
		}
		r.place.Store(r.at)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-woken:
		case <-tick:
		case <-again:
		}
	}
}

// look catches up, or skips to the end when nobody wants the events. Who comes
// while it skips is seen by the second question: then nothing is skipped.
func (r *Reader) look(ctx context.Context, at int64) (int64, error) {
	if r.Idle != nil && r.Idle() {
		var head int64
		err := r.DB.Read(ctx, func(tx *db.Tx) (err error) { head, err = Head(ctx, tx); return err })
		if err != nil {
			return at, err
		}
		if r.Idle() {
			return head, nil
		}
	}
	return r.catchUp(ctx, at)
}

// catchUp hands on all events after the sequence and returns the new place. An
// error leaves the place where it is.
func (r *Reader) catchUp(ctx context.Context, at int64) (int64, error) {
	for {
		var events []Stored
		err := r.DB.Read(ctx, func(tx *db.Tx) (err error) {
			events, err = After(ctx, tx, at, readAtOnce)
			return err
		})
		if err != nil || len(events) == 0 {
			return at, err
		}
		at = events[len(events)-1].Sequence
		r.Handle(events)
		r.place.Store(at)
	}
}
