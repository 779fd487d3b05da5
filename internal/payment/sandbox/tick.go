package sandbox

import (
	"context"
	"slices"
)

// Tick does what is due at this moment of the clock: payouts, refunds,
// reviews and pages move on, and due webhooks are delivered. It returns how
// many things it did; 0 means that nothing is due.
func (s *Server) Tick(ctx context.Context) (int, error) { return s.tick(ctx, false) }

// Flush is Tick with all webhooks, also those that are to be late.
func (s *Server) Flush(ctx context.Context) (int, error) { return s.tick(ctx, true) }

func (s *Server) tick(ctx context.Context, all bool) (int, error) {
	s.ticking.Lock()
	defer s.ticking.Unlock()
	done := 0
	if p := s.within(ctx, func(c *call) *problem { done = c.mature(); return nil }); p != nil {
		return 0, p
	}
	sent, err := s.deliver(ctx, all)
	return done + sent, err
}

// mature lets everything happen that happens by itself.
func (c *call) mature() int {
	var ids []string
	for id, at := range c.state.open {
		if at <= c.now {
			ids = append(ids, id)
		}
	}
	// In order of birth, so that a run can be repeated.
	slices.SortFunc(ids, func(a, b string) int { return int(c.state.byID[a].seq - c.state.byID[b].seq) })
	for _, id := range ids {
		r := c.state.byID[id]
		c.owner = r.owner
		switch o := r.obj.(type) {
		case *payout:
			dup := *o
			c.advance(&dup)
		case *refund:
			dup := *o
			c.turnRefund(&dup)
		case *account:
			if dup, ok := c.own(id); ok {
				c.endReview(dup)
			}
		case *charge:
			dup := *o
			c.enterLate(&dup)
		case *checkoutSession:
			dup := *o
			c.expire(&dup)
		}
	}
	c.owner = ""
	c.forget()
	return len(ids)
}

// sweepEvery is how often old idempotency keys are looked for, in seconds.
const sweepEvery = 600

// forget drops the answers of old idempotency keys, some at a time.
func (c *call) forget() {
	if c.now-c.state.swept < sweepEvery {
		return
	}
	n := 0
	for id, r := range c.state.loose[kindStored] {
		if o, ok := r.obj.(*stored); ok && c.now-o.Created >= keepKeysFor {
			c.drop(kindStored, id)
			if n++; n == 1000 {
				return
			}
		}
	}
	c.state.swept = c.now
}
