// Package clock gives every rule its one source of time.
//
// No rule reads the wall clock: a transaction carries the instant that the
// injected Clock gave it. That is what lets the sandbox advance by a month,
// and lets years of due work run in seconds of test.
package clock

import (
	"sync"
	"time"
)

// Clock tells the present instant. Two implementations exist: System for a
// running server (with the sandbox's offset) and Manual for tests.
type Clock interface {
	Now() time.Time
}

// System is the machine's clock plus an offset that only the sandbox moves.
// The zero value has no offset. It is safe for concurrent use.
type System struct {
	mu     sync.RWMutex
	offset time.Duration
	moved  []func()
}

// Now returns the machine's time plus the offset, in UTC at microsecond
// precision (the precision that the database keeps).
func (s *System) Now() time.Time {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return time.Now().Add(s.offset).UTC().Truncate(time.Microsecond)
}

// Offset returns how far ahead of the machine's clock this one runs.
func (s *System) Offset() time.Duration {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.offset
}

// SetOffset moves the clock and tells everyone who asked with OnMove.
func (s *System) SetOffset(d time.Duration) {
	s.mu.Lock()
	s.offset = d
	moved := append([]func(){}, s.moved...)
	s.mu.Unlock()
	for _, f := range moved {
		f()
	}
}

// OnMove registers f to be called after the clock was moved, so that work
// that waits for a later instant looks again.
func (s *System) OnMove(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.moved = append(s.moved, f)
}

// Manual is a clock that only moves when told to: the clock of tests and of
// the simulation. It is safe for concurrent use.
type Manual struct {
	mu  sync.Mutex
	now time.Time
}

// NewManual starts a manual clock at the instant t.
func NewManual(t time.Time) *Manual {
	return &Manual{now: t.UTC().Truncate(time.Microsecond)}
}

// Now returns the instant the clock was last set to.
func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// Advance moves the clock by d and returns the new instant.
func (m *Manual) Advance(d time.Duration) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
	return m.now
}

// Set moves the clock to t, which may be earlier.
func (m *Manual) Set(t time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = t.UTC().Truncate(time.Microsecond)
}
