package live

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Feed is one listener of some topics, from a place in the log on: what it has
// missed, then what happens, in order, each event once. It belongs to one
// goroutine.
type Feed struct {
	hub    *Hub
	topics []string
	seen   int64 // everything up to it was returned, or was none of the topics
	from   int64 // where the past begins that is still to be read
	behind bool  // there is such a past
	closed bool  // guarded by the hub
	wake   chan struct{}

	mu    sync.Mutex
	queue []*Message
	spare []*Message // what Next returned before, to be used again
	slow  bool       // there was no room for a message, and there is none for later ones
	last  int64      // the sequence of the last message in the queue
}

// Now is the place from which a Feed follows without a past.
const Now int64 = -1

// feedQueue is how many messages may wait for a Feed before it is over. It is
// more than one look of the hub at the log.
const feedQueue = 1024

// keptQueue is how much room a queue keeps after a burst.
const keptQueue = 64

// A Feed reads up to mostMissed events of the log, in parts, so that no read
// holds its snapshot for long. Rooms are open to everybody, so this is what a
// stranger can make us do.
const mostMissed, missedAtOnce = 50_000, 5_000

// ErrSlow ends a Feed that did not keep up. Nothing is lost: another one goes
// on from its Place.
var ErrSlow = errors.New("live: the listener did not keep up")

// ErrClosed ends a Feed that was closed.
var ErrClosed = errors.New("live: the feed was closed")

// Feed begins to follow the topics after the event with this sequence, or from
// Now. A place beyond the log is the fault invalid_parameter. The caller closes
// the Feed.
func (h *Hub) Feed(ctx context.Context, after int64, topics ...string) (*Feed, error) {
	f := &Feed{hub: h, topics: topics, wake: make(chan struct{}, 1)}
	h.attach(f, topics) // first, so that nothing falls between the past and the present
	head, err := h.Head(ctx)
	if err == nil && (after < Now || after > head) {
		_, _, _, err = h.Since(ctx, after, 1, topics...) // which says what is wrong with it
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	if after == Now {
		after = head
	}
	f.seen, f.from, f.behind = after, after, after < head
	return f, nil
}

// Place is the sequence up to which everything was returned: where another
// Feed goes on.
func (f *Feed) Place() int64 { return f.seen }

// Close ends the Feed. It may be called more than once.
func (f *Feed) Close() {
	f.hub.mu.Lock()
	defer f.hub.mu.Unlock()
	f.drop()
}

// drop ends it; under the hub's mutex.
func (f *Feed) drop() {
	if f.closed {
		return
	}
	f.closed = true
	f.hub.detach(f, f.topics)
	f.signal()
}

func (f *Feed) signal() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// hear takes a message, at most once by its sequence, and returns false when
// there is no room for it. It is called in the order of the log.
func (f *Feed) hear(m *Message) bool {
	f.mu.Lock()
	switch {
	case m.Sequence <= f.last:
	case len(f.queue) >= feedQueue:
		f.slow = true
	default:
		f.queue, f.last = append(f.queue, m), m.Sequence
	}
	slow := f.slow
	f.mu.Unlock()
	f.signal()
	return !slow
}

// Next returns what comes next, at least one message, and waits for it; the
// slice is valid until Next is called again. It returns none when idle, which
// may be nil, receives. Who missed too much gets a message of the type Skipped
// in place of what happened in between. The error is ErrSlow, ErrClosed, the
// context's, or that of reading the log.
func (f *Feed) Next(ctx context.Context, idle <-chan time.Time) ([]*Message, error) {
	for {
		if f.behind {
			if missed, err := f.catchUp(ctx); err != nil || len(missed) > 0 {
				return missed, err
			}
			continue
		}
		if batch := f.take(); len(batch) > 0 {
			f.seen = batch[len(batch)-1].Sequence
			return batch, nil
		}
		if err := f.ended(); err != nil {
			return nil, err
		}
		select {
		case <-f.wake:
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-idle:
			return nil, nil
		}
	}
}

// take returns what waits and was not returned from the past.
func (f *Feed) take() []*Message {
	f.mu.Lock()
	batch, next := f.queue, f.spare[:0]
	if cap(next) > keptQueue {
		next = nil
	}
	f.queue, f.spare = next, batch
	f.mu.Unlock()
	for len(batch) > 0 && batch[0].Sequence <= f.seen {
		batch = batch[1:]
	}
	return batch
}

// ended says why nothing more will come, if that is so and nothing waits.
func (f *Feed) ended() error {
	f.hub.mu.Lock()
	closed := f.closed
	f.hub.mu.Unlock()
	if !closed {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case len(f.queue) > 0: // it came while we looked
		return nil
	case f.slow:
		return ErrSlow
	}
	return ErrClosed
}

// catchUp reads a part of the past.
func (f *Feed) catchUp(ctx context.Context) ([]*Message, error) {
	select {
	case f.hub.past <- struct{}{}:
		defer func() { <-f.hub.past }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	head, err := f.hub.Head(ctx)
	if err != nil {
		return nil, err
	}
	if head-f.from > mostMissed {
		m := skipped(f.seen, head)
		f.seen, f.behind = head, false
		return []*Message{m}, nil
	}
	missed, upTo, more, err := f.hub.Since(ctx, f.seen, missedAtOnce, f.topics...)
	if err != nil {
		return nil, err
	}
	f.seen, f.behind = upTo, more
	all := make([]*Message, len(missed))
	for i := range missed {
		all[i] = &missed[i]
	}
	return all, nil
}
