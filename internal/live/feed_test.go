package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/outbox"
)

const (
	fan  = id.Person("usr_01kgw1ptrhe8zr2b7a5y3c9dxm")
	star = id.Person("usr_01kgw1ptrhe8zr2b7a5y3c9dxn")
	room = "live:liv_01kgw1ptrhe8zr2b7a5y3c9dxm"
)

// told commits events as the products write them.
func told(t *testing.T, d *db.DB, events ...outbox.Event) {
	t.Helper()
	if err := d.Write(t.Context(), func(tx *db.Tx) error { return outbox.Add(t.Context(), tx, events...) }); err != nil {
		t.Fatal(err)
	}
}

func given(sender, creator id.Person) outbox.Event {
	return outbox.Event{Type: "gift.sent", Topic: room, Data: fmt.Appendf(nil, `{"sender":"%s","creator":"%s","sent_at":"x"}`, sender, creator)}
}

// everything of the topics after the sequence, as the log finds it.
func everything(t *testing.T, h *Hub, at int64, topics ...string) (all []int64) {
	t.Helper()
	for more := true; more; {
		var found []Message
		var err error
		if found, at, more, err = h.Since(t.Context(), at, 7, topics...); err != nil {
			t.Fatal(err)
		}
		for _, m := range found {
			all = append(all, m.Sequence)
		}
	}
	return all
}

// TestHidden holds that who comes back to a LIVE does not read what was hidden
// there, and that operators do.
func TestHidden(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		h := started(t, d)
		said := func(message, text string) outbox.Event {
			return outbox.Event{Type: "chat.message.sent", Topic: room, Data: fmt.Appendf(nil, `{"object":"message","id":"%s","text":"%s","sent_at":"x"}`, message, text)}
		}
		told(t, d, said("msg_good", "hello"), said("msg_bad", "an insult"), given(fan, star))
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), `INSERT INTO chat_message (id, room, author_id, nonce, body, sent_us, hidden_us, hidden_by) VALUES
				('msg_good', 'liv_x', 'usr_x', '', 'hello', 1, 0, ''), ('msg_bad', 'liv_x', 'usr_x', '', 'an insult', 1, 2, 'usr_y')`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for topic, kept := range map[string]bool{room: false, Operator: true} {
			found, _, _, err := h.Since(t.Context(), 0, 100, topic)
			if err != nil || len(found) != 3 {
				t.Fatalf("%d events, %v", len(found), err)
			}
			if !strings.Contains(string(found[0].SSE), `"text":"hello"`) || strings.Contains(string(found[1].JSON)+string(found[1].SSE), "an insult") != kept || !strings.Contains(string(found[1].JSON), `"id":"msg_bad"`) {
				t.Errorf("%s is told %s %s", topic, found[0].SSE, found[1].SSE)
			}
		}
	})
}

// TestDerivedTopics holds that who follows and who reads the log find the same
// events of every topic.
func TestDerivedTopics(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		h := started(t, d)
		run(t, h)
		wants := map[string][]int64{
			WalletOf(fan): {1, 4}, WalletOf(star): {2}, CreatorOf(star): {1, 3}, CreatorOf(fan): {2}, PersonOf(fan): {4, 5}, PersonOf(star): {3},
			room: {1, 2, 6}, Operator: {1, 2, 3, 4, 5, 6, 7}, WalletOf("usr_x"): nil,
		}
		feeds := map[string]*Feed{}
		for topic := range wants {
			f, err := h.Feed(t.Context(), Now, topic, room)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			feeds[topic] = f
		}
		person := func(kind string, data string) outbox.Event {
			return outbox.Event{Type: kind, Topic: PersonOf(fan), Data: []byte(data)}
		}
		told(t, d, given(fan, star), given(star, fan),
			outbox.Event{Type: "payout.paid", Topic: PersonOf(star), Data: []byte(`{"id":"pyo_x","creator":"` + string(star) + `"}`)},
			person("coin_purchase.completed", `{"person":"`+string(fan)+`","coins":5}`),
			person("person.state_changed", `{"person":"`+string(fan)+`"}`),
			// What somebody wrote is no name, though it looks like one; nor is half an id.
			outbox.Event{Type: "chat.message.sent", Topic: room, Data: []byte(`{"text":"\"sender\":\"` + string(fan) + `\",\"creator\":\"` + string(star) + `\"","sender":"usr_x"}`)},
			outbox.Event{Type: "end", Topic: "end", Data: []byte(`{}`)})
		for topic, want := range wants {
			if got := everything(t, h, 0, topic); !slices.Equal(got, want) {
				t.Errorf("%s: the log has %v, want %v", topic, got, want)
			}
			both := everything(t, h, 0, topic, room)
			var got []int64
			for len(got) < len(both) {
				batch, err := feeds[topic].Next(t.Context(), nil)
				if err != nil {
					t.Fatal(err)
				}
				for _, m := range batch {
					got = append(got, m.Sequence)
				}
			}
			if !slices.Equal(got, both) {
				t.Errorf("%s: who follows got %v, the log has %v", topic, got, both)
			}
		}
	})
}

// TestComingBack lets a client leave at any point and come back: it loses
// nothing, and nothing is told twice.
func TestComingBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		h := started(t, d)
		run(t, h)
		rapid.Check(t, func(rt *rapid.T) {
			begin, err := h.Head(t.Context())
			if err != nil {
				rt.Fatal(err)
			}
			topics := []string{"live:a", WalletOf(fan)}
			writes := rapid.SliceOfN(rapid.IntRange(1, 20), 1, 8).Draw(rt, "writes")
			stays := rapid.SliceOfN(rapid.IntRange(1, 9), 1, 8).Draw(rt, "stays")
			done := make(chan error, 1)
			go func() {
				for _, n := range writes {
					events := make([]outbox.Event, n)
					for i := range events {
						events[i] = []outbox.Event{{Type: "gift.sent", Topic: "live:a", Data: []byte(`{}`)}, given(fan, star), given(star, fan)}[i%3]
					}
					if err := d.Write(t.Context(), func(tx *db.Tx) error { return outbox.Add(t.Context(), tx, events...) }); err != nil {
						done <- err
						return
					}
				}
				done <- d.Write(t.Context(), func(tx *db.Tx) error {
					return outbox.Add(t.Context(), tx, outbox.Event{Type: "end", Topic: "live:a", Data: []byte(`{}`)})
				})
			}()
			var got []int64
			at, ended := begin, false
			for i := 0; !ended; i++ { // it leaves after so many batches, and in the middle of one
				f, err := h.Feed(t.Context(), at, topics...)
				if err != nil {
					rt.Fatal(err)
				}
				for range stays[i%len(stays)] {
					batch, err := f.Next(t.Context(), nil)
					if err != nil {
						rt.Fatal(err)
					}
					if cut := stays[(i+1)%len(stays)]; cut < len(batch) {
						batch = batch[:cut]
					}
					for _, m := range batch {
						got, at, ended = append(got, m.Sequence), m.Sequence, m.Type == "end"
					}
					if ended || at != f.Place() {
						break
					}
				}
				f.Close()
			}
			if err := <-done; err != nil {
				rt.Fatal(err)
			}
			if want := everything(t, h, begin, topics...); !slices.Equal(got, want) {
				rt.Fatalf("came back to %v, the log has %v", got, want)
			}
		})
	})
}

// TestSlowFeed is not read while more happens than waits for it: it gets what
// waited, ends, and another goes on from its place.
func TestSlowFeed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		h := started(t, d)
		run(t, h)
		slow, err := h.Feed(t.Context(), Now, "live:a")
		if err != nil {
			t.Fatal(err)
		}
		quick := listen(t, h, "live:b")
		const all = feedQueue + 700
		for first := 0; first < all; first += 100 {
			tell(t, d, "live:a", first, min(100, all-first))
		}
		tell(t, d, "live:b", 0, 1)
		quick.next(t) // so everything before was handed on
		quick.Close()
		if h.Everybody() != 0 {
			t.Errorf("the slow one still listens")
		}
		var got []int
		read := func(f *Feed, most int) (err error) {
			for len(got) < most && err == nil {
				var batch []*Message
				batch, err = f.Next(t.Context(), nil)
				for _, m := range batch {
					got = append(got, number(t, *m))
				}
			}
			return err
		}
		if err := read(slow, all); !errors.Is(err, ErrSlow) || len(got) != feedQueue {
			t.Fatalf("the slow one got %d and %v", len(got), err)
		}
		again, err := h.Feed(t.Context(), slow.Place(), "live:a")
		if err != nil {
			t.Fatal(err)
		}
		defer again.Close()
		if err := read(again, all); err != nil {
			t.Fatal(err)
		}
		for i, n := range got {
			if n != i {
				t.Fatalf("event %d is number %d", i, n)
			}
		}
	})
}

// TestFarBehind comes back after more events than are looked at, and after
// just as many as are.
func TestFarBehind(t *testing.T) {
	d, h := dbtest.SQLite(t, clock.NewManual(dbtest.Start)), (*Hub)(nil)
	h = NewHub(d)
	tell(t, d, "live:a", 0, 1)
	for range 10 {
		told(t, d, slices.Repeat([]outbox.Event{{Type: "x.y", Topic: "live:other", Data: []byte("{}")}}, mostMissed/10)...)
	}
	tell(t, d, "live:a", 1, 1)
	const head = mostMissed + 2
	for after, want := range map[int64]string{
		1: fmt.Sprintf("id: %d\nevent: stream.skipped\ndata: {\"after\":1,\"up_to\":%d}\n\n", head, head),
		2: fmt.Sprintf("id: %d\nevent: gift.sent\n", head),
	} {
		f, err := h.Feed(t.Context(), after, "live:a")
		if err != nil {
			t.Fatal(err)
		}
		batch, err := f.Next(t.Context(), nil)
		if err != nil || len(batch) != 1 || !strings.HasPrefix(string(batch[0].SSE), want) || f.Place() != head {
			t.Errorf("after %d: %d, up to %d, %v", after, len(batch), f.Place(), err)
		}
		f.Close()
	}
	for _, after := range []int64{head + 1, -2} {
		if _, err := h.Feed(t.Context(), after, "live:a"); !fault.Is(err, fault.InvalidParameter) {
			t.Errorf("from %d: %v", after, err)
		}
	}
	if h.Everybody() != 0 {
		t.Errorf("%d listen", h.Everybody())
	}
}

// TestFeedEnds holds every way out of waiting.
func TestFeedEnds(t *testing.T) {
	d := dbtest.SQLite(t, clock.NewManual(dbtest.Start))
	h := NewHub(d)
	f, err := h.Feed(t.Context(), Now, "live:a", CreatorOf(star), CreatorOf(star))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Next(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	idle := make(chan time.Time, 1)
	idle <- time.Time{}
	if batch, err := f.Next(t.Context(), idle); len(batch) != 0 || err != nil {
		t.Errorf("%d, %v", len(batch), err)
	}
	go f.Close()
	if _, err := f.Next(t.Context(), nil); !errors.Is(err, ErrClosed) {
		t.Errorf("%v", err)
	}
	f.Close()
	if h.derived != 0 || !h.idle() {
		t.Errorf("%d derived topics are listened to", h.derived)
	}
}

// TestEncode compares the envelope with what a library writes.
func TestEncode(t *testing.T) {
	e := outbox.Stored{Sequence: 42, At: time.UnixMicro(1_700_000_000_000_001).UTC(), Event: outbox.Event{Type: "a.b", Topic: "t", Data: []byte("{\"x\":\n [1, 2]}")}}
	m := Encode(&e)
	want, err := json.Marshal(struct {
		ID        string          `json:"id"`
		Type      string          `json:"type"`
		Timestamp string          `json:"timestamp"`
		Sequence  int64           `json:"sequence"`
		Data      json.RawMessage `json:"data"`
	}{string(e.ID()), e.Type, "2023-11-14T22:13:20.000001Z", 42, e.Data})
	if err != nil || string(m.JSON) != string(want) || string(m.SSE) != "id: 42\nevent: a.b\ndata: "+string(want)+"\n\n" {
		t.Errorf("%s\n%s %v", m.SSE, want, err)
	}
}
