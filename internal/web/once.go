package web

import (
	"sync"

	"github.com/ovationhq/ovation/internal/fault"
)

// sentForms remembers which forms were sent, of acts that have no key of their
// own: going back and sending such a form once more, or twice at once, is one
// act. It is kept in memory and bounded. What is forgotten is made again, in
// plain sight and to be taken back: a key, a LIVE. Money never relies on it.
type sentForms struct {
	mu    sync.Mutex
	taken map[string]bool
	order []string // of what was taken, the oldest first
}

// mostSent is how many forms are remembered.
const mostSent = 4096

// take claims a name and reports whether it was free.
func (s *sentForms) take(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.taken[name] {
		return false
	}
	if s.taken == nil {
		s.taken = map[string]bool{}
	}
	s.taken[name] = true
	if s.order = append(s.order, name); len(s.order) > mostSent {
		delete(s.taken, s.order[0])
		s.order = s.order[1:]
	}
	return true
}

// free gives a name back that was taken.
func (s *sentForms) free(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.taken, name)
}

// once does what a form asks for, unless it was done by the same form before.
// What fails may be sent again.
func (v *visit) once(do func() error) error {
	key, err := v.keyOf()
	if err != nil {
		return err
	}
	name := string(v.me()) + " " + key
	if !v.site.sent.take(name) {
		return fault.New(fault.IdempotencyKeyReused, "What this form asked for was done the first time; nothing was done now. Send it from here to do it again.")
	}
	if err := do(); err != nil {
		v.site.sent.free(name)
		return err
	}
	return nil
}

// alone does something that the visitor does one at a time.
func (v *visit) alone(what string, do func() error) error {
	name := string(v.me()) + " " + what
	if !v.site.sent.take(name) {
		return fault.New(fault.IdempotencyInProgress, "This is being done already, by another page of yours. Look again in a second.")
	}
	defer v.site.sent.free(name)
	return do()
}
