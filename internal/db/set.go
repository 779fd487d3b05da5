package db

import (
	"context"
	"sync"

	"github.com/ovationhq/ovation/internal/fault"
)

// Set gathers the waiting calls of one use case and decides them as a set in
// one closure: accounts and lots are loaded for all at once, the rules run in
// memory in order of arrival, and each table is written with one statement.
//
// A call is answered after the commit that holds its effect. Calls are
// decided first come, first served.
type Set[Q, R any] struct {
	db     *DB
	max    int
	decide func(ctx context.Context, tx *Tx, items []*Item[Q, R]) error

	mu      sync.Mutex
	waiting []*Item[Q, R]
	queued  bool // a closure that will take what waits is with the writer
}

// Item is one call of a set: the request, and its own answer or error, which
// decide fills in.
type Item[Q, R any] struct {
	Req  Q
	Res  R
	Err  error
	done chan error // the error of the whole set
}

// maxWaiting bounds how many calls of a set may wait, so that memory is
// bounded too.
const maxWaiting = 20_000

// NewSet returns a Set whose closure is decide. decide sets Res or Err of
// every item; an error that it returns undoes the whole set. When a set of
// several fails with such an error each item is tried again alone, so that
// one faulty item does not fail the others. max is the largest set.
func NewSet[Q, R any](d *DB, max int, decide func(context.Context, *Tx, []*Item[Q, R]) error) *Set[Q, R] {
	return &Set[Q, R]{db: d, max: max, decide: decide}
}

// Do has the request decided and returns its answer once it is on disk.
func (s *Set[Q, R]) Do(ctx context.Context, req Q) (R, error) {
	items := []*Item[Q, R]{{Req: req, done: make(chan error, 1)}}
	if err := s.enqueue(ctx, items); err != nil {
		var zero R
		return zero, err
	}
	err := s.await(items[0])
	return items[0].Res, err
}

// DoAll has several requests decided, in order, and returns them with their
// answers once all are on disk. An error of the whole set is put on each item.
func (s *Set[Q, R]) DoAll(ctx context.Context, reqs []Q) ([]*Item[Q, R], error) {
	block := make([]Item[Q, R], len(reqs))
	items := make([]*Item[Q, R], len(reqs))
	for i, q := range reqs {
		block[i] = Item[Q, R]{Req: q, done: make(chan error, 1)}
		items[i] = &block[i]
	}
	if err := s.enqueue(ctx, items); err != nil {
		return nil, err
	}
	for _, it := range items {
		it.Err = s.await(it)
	}
	return items, nil
}

// await waits for the item's answer, which comes from the writer, so that
// none comes any more when that has stopped.
func (s *Set[Q, R]) await(it *Item[Q, R]) error {
	var err error
	select {
	case err = <-it.done:
	case <-s.db.stopped:
		select {
		case err = <-it.done:
		default:
			return errClosing()
		}
	}
	if err != nil {
		return err
	}
	return it.Err
}

func (s *Set[Q, R]) enqueue(ctx context.Context, items []*Item[Q, R]) error {
	s.mu.Lock()
	if len(s.waiting)+len(items) > maxWaiting {
		s.mu.Unlock()
		return fault.New(fault.Overloaded, "The server has more work than it can write down. Nothing was changed; try again with the same key.").After(RetryAfterOverload)
	}
	s.waiting = append(s.waiting, items...)
	submit := !s.queued
	s.queued = true
	s.mu.Unlock()
	if submit {
		s.submit(ctx)
	}
	return nil
}

// submit hands the writer a closure that takes what waits when its turn comes.
func (s *Set[Q, R]) submit(ctx context.Context) {
	var taken []*Item[Q, R]
	c := &call{
		fn: func(tx *Tx) error {
			if taken == nil { // a second run of a lost transaction decides the same items
				taken = s.take()
			}
			return s.decide(context.WithoutCancel(ctx), tx, taken)
		},
		done: func(err error) {
			if taken == nil { // the transaction was lost before the closure's turn came
				taken = s.take()
			}
			s.finish(taken, err)
		},
	}
	if err := s.db.submit(context.WithoutCancel(ctx), c); err != nil {
		s.finish(s.take(), err)
	}
}

// take removes up to max items from the front; if some remain, another
// closure is queued for them.
func (s *Set[Q, R]) take() []*Item[Q, R] {
	s.mu.Lock()
	n := min(len(s.waiting), s.max)
	taken := s.waiting[:n:n]
	s.waiting = s.waiting[n:]
	s.queued = len(s.waiting) > 0
	again := s.queued
	s.mu.Unlock()
	s.db.stats.items.Add(int64(n))
	if again {
		go s.submit(context.Background())
	}
	return taken
}

// finish answers the items, or has them decided one by one if the set as a
// whole met an error that only one of them may have caused.
func (s *Set[Q, R]) finish(items []*Item[Q, R], err error) {
	if err == nil || len(items) <= 1 || fault.CodeOf(err) != "" {
		for _, it := range items {
			it.done <- err
		}
		return
	}
	for _, it := range items {
		go s.alone(it)
	}
}

func (s *Set[Q, R]) alone(it *Item[Q, R]) {
	var zero R
	c := &call{
		fn: func(tx *Tx) error {
			it.Res, it.Err = zero, nil
			return s.decide(context.Background(), tx, []*Item[Q, R]{it})
		},
		done: func(err error) { it.done <- err },
	}
	if err := s.db.submit(context.Background(), c); err != nil {
		it.done <- err
	}
}
