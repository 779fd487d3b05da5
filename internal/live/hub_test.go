package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"testing"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/outbox"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// tell commits n events of the topic, numbered from first.
func tell(t *testing.T, d *db.DB, topic string, first, n int) {
	t.Helper()
	events := make([]outbox.Event, n)
	for i := range events {
		events[i] = outbox.Event{Type: "gift.sent", Topic: topic, Data: fmt.Appendf(nil, `{"n":%d}`, first+i)}
	}
	if err := d.Write(t.Context(), func(tx *db.Tx) error { return outbox.Add(t.Context(), tx, events...) }); err != nil {
		t.Fatal(err)
	}
}

func started(t *testing.T, d *db.DB) *Hub {
	t.Helper()
	h := NewHub(d)
	if err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return h
}

// run runs the Hub until the test ends.
func run(t *testing.T, h *Hub) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("the hub ended with %v", err)
		}
	})
}

// ear is a Feed from now on that is read one message at a time.
type ear struct {
	*Feed
	batch []*Message
}

func listen(t *testing.T, h *Hub, topics ...string) *ear {
	t.Helper()
	f, err := h.Feed(t.Context(), Now, topics...)
	if err != nil {
		t.Fatal(err)
	}
	return &ear{Feed: f}
}

func (e *ear) next(t *testing.T) *Message {
	t.Helper()
	if len(e.batch) == 0 {
		var err error
		if e.batch, err = e.Next(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	}
	m := e.batch[0]
	e.batch = e.batch[1:]
	return m
}

// number reads what tell wrote.
func number(t *testing.T, m Message) int {
	t.Helper()
	var e struct {
		ID       string
		Type     string
		Sequence int64
		Data     struct{ N int }
	}
	if err := json.Unmarshal(m.JSON, &e); err != nil || e.ID == "" || e.Type != m.Type || e.Sequence != m.Sequence {
		t.Fatalf("the envelope %s of event %d: %v", m.JSON, m.Sequence, err)
	}
	return e.Data.N
}

func TestListenersHearTheirTopics(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		tell(t, d, "live:a", 900, 3) // before anybody listens
		h := started(t, d)
		a, b, both := listen(t, h, "live:a"), listen(t, h, "live:b"), listen(t, h, "live:a", "live:b")
		tell(t, d, "live:a", 0, 2) // before it runs, after it took its place
		run(t, h)
		tell(t, d, "live:b", 2, 1)
		tell(t, d, "person:x", 3, 1)
		tell(t, d, "live:a", 4, 1)
		for l, want := range map[*ear][]int{a: {0, 1, 4}, b: {2}, both: {0, 1, 2, 4}} {
			var last int64
			for _, n := range want {
				m := l.next(t)
				if got := number(t, *m); got != n || m.Sequence <= last {
					t.Errorf("event %d (after %d) has the number %d, want %d", m.Sequence, last, got, n)
				}
				last = m.Sequence
			}
		}
		if n := h.Listeners("live:a"); n != 2 {
			t.Errorf("%d listen to live:a, want 2", n)
		}
		for range 2 { // closing twice is closing once
			a.Close()
			both.Close()
		}
		if _, err := a.Next(t.Context(), nil); !errors.Is(err, ErrClosed) || h.Listeners("live:a") != 0 || h.Listeners("live:b") != 1 {
			t.Errorf("after closing, %d and %d listen", h.Listeners("live:a"), h.Listeners("live:b"))
		}
		b.Close()
		if !h.idle() {
			t.Error("nobody listens, and the hub is not idle")
		}
	})
}

func TestSinceIsOfTheTopicsAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		h := NewHub(d)
		tell(t, d, "live:a", 0, 2)
		tell(t, d, "live:b", 2, 3)
		missed, upTo, more, err := h.Since(t.Context(), 0, 100, "live:a")
		if err != nil || len(missed) != 2 || upTo != 5 || more {
			t.Errorf("%d events up to %d, more %t, %v; want 2 up to 5", len(missed), upTo, more, err)
		}
		missed, upTo, more, err = h.Since(t.Context(), 1, 2, "live:a")
		if err != nil || len(missed) != 1 || upTo != 3 || !more {
			t.Errorf("%d events up to %d, more %t, %v; want 1 up to 3, and more", len(missed), upTo, more, err)
		}
		if missed, upTo, _, err = h.Since(t.Context(), 5, 100, "live:a"); err != nil || len(missed) != 0 || upTo != 5 {
			t.Errorf("at the end: %d events up to %d, %v", len(missed), upTo, err)
		}
	})
}

// TestWhoWatches holds the numbers for metrics: who listens, and how far.
func TestWhoWatches(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		tell(t, d, "live:1", 0, 3)
		h := started(t, d)
		if h.Place() != 3 || h.Everybody() != 0 {
			t.Errorf("at the start: %d, %d", h.Place(), h.Everybody())
		}
		one, two := listen(t, h, "live:1", "live:2"), listen(t, h, "live:1")
		if h.Everybody() != 2 {
			t.Errorf("%d listen", h.Everybody())
		}
		run(t, h)
		tell(t, d, "live:1", 3, 2)
		for range 4 {
			tell(t, d, "live:2", 0, 1)
		}
		for n := 0; n < 6; n++ {
			one.next(t)
		}
		for h.Place() != 9 { // it is set right after the events were handed on
			runtime.Gosched()
		}
		one.Close()
		one.Close()
		two.Close()
		if h.Everybody() != 0 {
			t.Errorf("%d listen after all have gone", h.Everybody())
		}
	})
}
