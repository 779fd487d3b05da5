package live

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/outbox"
)

// Hub knows who listens to which topic. It is safe for concurrent use.
type Hub struct {
	db     *db.DB
	reader outbox.Reader
	past   chan struct{} // has room for so many who read the log at once

	mu      sync.Mutex
	topics  map[string]map[*Feed]struct{}
	derived int          // how often a derived topic is listened to
	scratch []byte       // for the names of derived topics
	all     atomic.Int64 // listeners; changed under mu
}

// readersOfPast bounds how many listeners read the log at once: after a
// restart of the server all of them come back in the same second.
const readersOfPast = 4

// NewHub returns a Hub without listeners.
func NewHub(d *db.DB) *Hub {
	h := &Hub{db: d, topics: map[string]map[*Feed]struct{}{}, past: make(chan struct{}, readersOfPast)}
	h.reader = outbox.Reader{DB: d, Handle: h.publish, Idle: h.idle}
	return h
}

// Start takes the Hub's place in the event log. It comes before the first
// listener and before Run.
func (h *Hub) Start(ctx context.Context) error { return h.reader.Start(ctx) }

// Run hands events on until the context ends.
func (h *Hub) Run(ctx context.Context) error { return h.reader.Run(ctx) }

// attach begins to tell the Feed of the topics.
func (h *Hub) attach(l *Feed, topics []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all.Add(1)
	for _, t := range topics {
		if h.topics[t] == nil {
			h.topics[t] = map[*Feed]struct{}{}
		}
		if _, twice := h.topics[t][l]; isDerived(t) && !twice {
			h.derived++
		}
		h.topics[t][l] = struct{}{}
	}
}

// detach ends what attach began; under mu.
func (h *Hub) detach(l *Feed, topics []string) {
	h.all.Add(-1)
	for _, t := range topics {
		if _, there := h.topics[t][l]; isDerived(t) && there {
			h.derived--
		}
		delete(h.topics[t], l)
		if len(h.topics[t]) == 0 {
			delete(h.topics, t)
		}
	}
}

func (h *Hub) idle() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.topics) == 0
}

// Listeners returns how many listen to the topic.
func (h *Hub) Listeners(topic string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.topics[topic])
}

// Everybody returns how many listen, to whatever.
func (h *Hub) Everybody() int { return int(h.all.Load()) }

// Place returns the sequence of the last event that listeners were given.
func (h *Hub) Place() int64 { return h.reader.Place() }

// publish hands a look's events to their listeners.
func (h *Hub) publish(events []outbox.Stored) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range events {
		e := &events[i]
		var m *Message // encoded for the first who listens
		tell := func(to map[*Feed]struct{}) {
			if len(to) > 0 && m == nil {
				encoded := Encode(e)
				m = &encoded
			}
			for l := range to {
				if !l.hear(m) {
					l.drop()
				}
			}
		}
		tell(h.topics[e.Topic])
		tell(h.topics[Operator])
		if h.derived > 0 {
			h.scratch = h.scratch[:0]
			derived(e, h.scratch, func(topic []byte) { tell(h.topics[string(topic)]) })
		}
	}
}

// Since returns the events of the topics after the sequence, for a listener
// that comes back, and the sequence up to which was looked. At most span
// events of the whole log are looked at; more tells that there is more. What was
// hidden in a chat meanwhile comes without its text, except to an operator.
func (h *Hub) Since(ctx context.Context, sequence int64, span int, topics ...string) (missed []Message, upTo int64, more bool, err error) {
	c := choose(topics)
	err = h.db.Read(ctx, func(tx *db.Tx) error {
		p, err := outbox.Within(ctx, tx, c.look(outbox.Look{After: sequence, Limit: outbox.MaxPage, Span: int64(span)}))
		if err != nil {
			return err
		}
		if !c.all {
			if err := unsay(ctx, tx, p.Events); err != nil {
				return err
			}
		}
		missed = make([]Message, 0, len(p.Events))
		for i := range p.Events {
			if c.has(&p.Events[i]) {
				missed = append(missed, Encode(&p.Events[i]))
			}
		}
		upTo, more = p.UpTo, p.More
		return nil
	})
	return missed, upTo, more, err
}

// Head returns the sequence of the last event of the whole log.
func (h *Hub) Head(ctx context.Context) (head int64, err error) {
	err = h.db.Read(ctx, func(tx *db.Tx) error { head, err = outbox.Head(ctx, tx); return err })
	return head, err
}
