package db

import "sync"

// signals wakes who waits for news of a kind, after the commit that brought
// them. A signal says that there is something, never what: the listener reads
// the database. Several signals while a listener is busy are one.
type signals struct {
	mu        sync.Mutex
	listeners map[string][]chan struct{}
}

// Notify wakes the listeners of the channel once this closure is on disk.
func (t *Tx) Notify(channel string) {
	sig := t.signals
	t.AfterCommit(func() { sig.wake(channel) })
}

// Listen returns a channel that receives after commits that notified the
// named channel, and a function that ends it. It hears of this process's
// commits only; who shares the database with other processes looks now and
// then as well.
func (d *DB) Listen(channel string) (woken <-chan struct{}, stop func()) {
	c := make(chan struct{}, 1)
	s := &d.signals
	s.mu.Lock()
	if s.listeners == nil {
		s.listeners = map[string][]chan struct{}{}
	}
	s.listeners[channel] = append(s.listeners[channel], c)
	s.mu.Unlock()
	return c, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		for i, have := range s.listeners[channel] {
			if have == c {
				s.listeners[channel] = append(s.listeners[channel][:i:i], s.listeners[channel][i+1:]...)
				return
			}
		}
	}
}

func (s *signals) wake(channel string) {
	s.mu.Lock()
	listeners := s.listeners[channel]
	s.mu.Unlock()
	for _, c := range listeners {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// Shared reports whether other processes may write to the same database.
func (d *DB) Shared() bool { return d.engine.name() == "postgres" }
