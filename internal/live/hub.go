package live

import (
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/outbox"
)

// Message is an event as every channel of the API writes it.
type Message struct {
	Sequence int64
	Type     string
	Topic    string
	JSON     []byte // the envelope; shared, so nobody changes it
}

// queueLength is how many events may wait for a listener before it is closed.
const queueLength = 256

// Hub knows who listens to which topic. It is safe for concurrent use.
type Hub struct {
	db     *db.DB
	reader outbox.Reader

	mu     sync.Mutex
	topics map[string]map[*Listener]bool
	all    atomic.Int64 // listeners; changed under mu
}

// Listener receives the events of its topics on C. C is closed when the
// listener was too slow, or when Close was called.
type Listener struct {
	C      <-chan Message
	c      chan Message
	hub    *Hub
	topics []string
	closed bool // guarded by the hub
}

// NewHub returns a Hub without listeners.
func NewHub(d *db.DB) *Hub {
	h := &Hub{db: d, topics: map[string]map[*Listener]bool{}}
	h.reader = outbox.Reader{DB: d, Handle: h.publish, Idle: h.idle}
	return h
}

// Start takes the Hub's place in the event log. It comes before the first
// listener and before Run.
func (h *Hub) Start(ctx context.Context) error { return h.reader.Start(ctx) }

// Run hands events on until the context ends.
func (h *Hub) Run(ctx context.Context) error { return h.reader.Run(ctx) }

// Listen starts to receive the events of the topics that are committed from
// now on. They arrive while Run runs.
func (h *Hub) Listen(topics ...string) *Listener {
	c := make(chan Message, queueLength)
	l := &Listener{C: c, c: c, hub: h, topics: topics}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all.Add(1)
	for _, t := range topics {
		if h.topics[t] == nil {
			h.topics[t] = map[*Listener]bool{}
		}
		h.topics[t][l] = true
	}
	return l
}

// Close ends the listener. It may be called more than once.
func (l *Listener) Close() {
	l.hub.mu.Lock()
	defer l.hub.mu.Unlock()
	l.hub.drop(l)
}

func (h *Hub) drop(l *Listener) {
	if l.closed {
		return
	}
	l.closed = true
	h.all.Add(-1)
	for _, t := range l.topics {
		delete(h.topics[t], l)
		if len(h.topics[t]) == 0 {
			delete(h.topics, t)
		}
	}
	close(l.c)
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
		listeners := h.topics[events[i].Topic]
		if len(listeners) == 0 {
			continue
		}
		m := Encode(&events[i])
		for l := range listeners {
			select {
			case l.c <- m:
			default:
				h.drop(l)
			}
		}
	}
}

// Encode writes the envelope of an event: the same on every channel.
func Encode(e *outbox.Stored) Message {
	b, _ := json.Marshal(struct { // of strings, an integer and valid JSON, so it can not fail
		ID        string          `json:"id"`
		Type      string          `json:"type"`
		Timestamp string          `json:"timestamp"`
		Sequence  int64           `json:"sequence"`
		Data      json.RawMessage `json:"data"`
	}{string(e.ID()), e.Type, e.At.Format("2006-01-02T15:04:05.000000Z"), e.Sequence, e.Data})
	return Message{Sequence: e.Sequence, Type: e.Type, Topic: e.Topic, JSON: b}
}

// Since returns the events of the topics after the sequence, for a listener
// that comes back, and the sequence up to which was looked. At most span
// events of the whole log are looked at; more tells that there is more.
func (h *Hub) Since(ctx context.Context, sequence int64, span int, topics ...string) (missed []Message, upTo int64, more bool, err error) {
	err = h.db.Read(ctx, func(tx *db.Tx) error {
		p, err := outbox.Within(ctx, tx, outbox.Look{After: sequence, Limit: outbox.MaxPage, Span: int64(span), Topics: topics})
		if err != nil {
			return err
		}
		missed = make([]Message, len(p.Events))
		for i := range p.Events {
			missed[i] = Encode(&p.Events[i])
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

// TopicOf returns the topic of a LIVE or a video, or "" for anything else.
func TopicOf(target string) string {
	switch id.KindOf(target) {
	case id.KindLive:
		return "live:" + target
	case id.KindVideo:
		return "video:" + target
	}
	return ""
}
