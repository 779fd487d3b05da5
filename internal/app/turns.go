package app

import (
	"context"
	"sync"
)

// turns lets one at a time do due work: the background, or somebody who moves
// the clock and waits until everything that became due has happened. Without
// it a step of the clock could return while the background is still at it.
type turns struct {
	mu      sync.Mutex
	changed sync.Cond
	stop    context.CancelFunc // stops the background; nil while it rests
	waiting int                // who want to work instead of the background
	taken   bool               // one of them works
}

func newTurns() *turns {
	t := &turns{}
	t.changed.L = &t.mu
	return t
}

// background runs f whenever nobody else works, until the context ends. f
// gives back what it has begun when its own context ends.
func (t *turns) background(ctx context.Context, f func(context.Context) error) error {
	for ctx.Err() == nil {
		t.mu.Lock()
		for t.waiting > 0 {
			t.changed.Wait()
		}
		own, stop := context.WithCancel(ctx)
		t.stop = stop
		t.mu.Unlock()

		err := f(own)
		stopped := own.Err() != nil
		stop()

		t.mu.Lock()
		t.stop = nil
		t.changed.Broadcast()
		t.mu.Unlock()
		if !stopped {
			return err
		}
	}
	return ctx.Err()
}

// instead runs f while the background rests.
func (t *turns) instead(f func() error) error {
	t.mu.Lock()
	t.waiting++
	if t.stop != nil {
		t.stop()
	}
	for t.stop != nil || t.taken {
		t.changed.Wait()
	}
	t.taken = true
	t.mu.Unlock()
	defer func() {
		t.mu.Lock()
		t.taken = false
		t.waiting--
		t.changed.Broadcast()
		t.mu.Unlock()
	}()
	return f()
}
