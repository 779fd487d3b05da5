package api

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/outbox"
)

// TestEventIsTheSameEverywhere reads events from the log and from a room's
// stream, and compares them byte for byte.
func TestEventIsTheSameEverywhere(t *testing.T) {
	s := newShop(t)
	fan, star := s.g.Fan(600), s.g.Creator()
	room := s.g.Live(star)
	s.g.Give(fan, "rose", room, 2)
	s.g.Give(fan, "lion", s.g.Live(star), 1)

	var page struct{ Data []json.RawMessage }
	rec := s.ask(t, "GET /v1/events?limit=100", s.host)
	if err := json.Unmarshal(rec.Body.Bytes(), &page); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("GET", "/v1/live-rooms/"+room+"/events", nil)
	r.Header.Set("Last-Event-ID", "0")
	stream := httptest.NewRecorder()
	s.g.OK((&roomEvents{w: stream, r: r, hub: s.cfg.Services.Hub, topic: "live:" + room}).catchUp())
	same := 0
	for _, line := range strings.Split(stream.Body.String(), "\n") {
		data, ok := strings.CutPrefix(line, "data: ")
		if !ok {
			continue
		}
		for _, e := range page.Data {
			if string(e) == data {
				same++
			}
		}
	}
	if want := strings.Count(stream.Body.String(), "data: "); same != want || want == 0 {
		t.Errorf("%d of %d events are the same in both:\n%s\n%s", same, want, stream.Body, rec.Body)
	}
}

// TestBeyondTheLog comes back with the number of an event that is to come.
func TestBeyondTheLog(t *testing.T) {
	s := newShop(t)
	room := s.g.Live(s.g.Creator())
	p := wantProblem(t, s.ask(t, "GET /v1/live-rooms/"+room+"/events", "Last-Event-ID: 999999", "Accept-Language: fr"), fault.InvalidParameter)
	if got := errorsOf(p); got != "Last-Event-ID=invalid_parameter" || !strings.Contains(fmt.Sprint(p["detail"]), "journal") {
		t.Errorf("%s: %v", got, p)
	}
}

// TestStreamOfNothing asks for the events of what is not there: it is not
// found, and the log is not read for it.
func TestStreamOfNothing(t *testing.T) {
	s := newShop(t)
	hidden := s.g.Video(s.g.Creator())
	s.g.Exec("UPDATE video SET visibility = 'hidden' WHERE id = $1", hidden)
	for _, target := range []string{"liv_01kgw1ptrhe8zr2b7a5y3c9dxm", "vid_01kgw1ptrhe8zr2b7a5y3c9dxm", "usr_01kgw1ptrhe8zr2b7a5y3c9dxm", "x", hidden} {
		wantProblem(t, s.ask(t, "GET /v1/live-rooms/"+target+"/events", "Last-Event-ID: 0"), fault.NotFound)
	}
}

// TestFarBehind comes back after more events than are looked at, and after
// just as many as are.
func TestFarBehind(t *testing.T) {
	s := newShop(t)
	room := s.g.Live(s.g.Creator())
	var first, head int64
	s.g.Write(func(tx *db.Tx) (err error) { first, err = outbox.Head(t.Context(), tx); return err })
	event := func(topic string) outbox.Event {
		return outbox.Event{Type: "gift.sent", Topic: topic, Data: []byte("{}")}
	}
	s.g.Write(func(tx *db.Tx) error { return outbox.Add(t.Context(), tx, event("live:"+room)) })
	for head = first + 1; head < first+missedMost+2; head += missedMost / 10 {
		s.g.Write(func(tx *db.Tx) error {
			return outbox.Add(t.Context(), tx, slices.Repeat([]outbox.Event{event("live:another")}, missedMost/10)...)
		})
	}
	for after, want := range map[int64]string{
		first:             fmt.Sprintf("id: %d\nevent: stream.skipped\ndata: {\"after\":%d,\"up_to\":%d}\n\n", head, first, head),
		head - missedMost: "",
		head:              "",
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Last-Event-ID", fmt.Sprint(after))
		w := httptest.NewRecorder()
		listener := &roomEvents{w: w, r: r, hub: s.cfg.Services.Hub, topic: "live:" + room}
		begun := time.Now()
		s.g.OK(listener.catchUp())
		if w.Body.String() != want || listener.seen != head {
			t.Errorf("after %d of %d: %q, seen up to %d", after, head, w.Body, listener.seen)
		}
		t.Logf("%d events: %s", head-after, time.Since(begun))
	}
}

// TestEventsOfAType reads the log through a filter, whose pages are bounded by
// what they look at and not only by what they find.
func TestEventsOfAType(t *testing.T) {
	s := newShop(t)
	add := func(kind string, n int) {
		s.g.Write(func(tx *db.Tx) error {
			return outbox.Add(t.Context(), tx, slices.Repeat([]outbox.Event{{Type: kind, Topic: "x", Data: []byte("{}")}}, n)...)
		})
	}
	add("a.rare", 1)
	add("a.common", filteredSpan)
	add("b.rare", 2)
	var pages, found []int
	for after, more := 0.0, true; more; {
		o := s.answered(t, 200, fmt.Sprintf("GET /v1/events?type=a.rare,b.rare&limit=2&after=%.0f", after), s.host)
		data := o["data"].([]any)
		for _, e := range data {
			found = append(found, int(e.(map[string]any)["sequence"].(float64)))
		}
		pages = append(pages, len(data))
		after, more = o["next_sequence"].(float64), o["has_more"].(bool)
	}
	if len(found) != 3 || found[2]-found[0] != filteredSpan+2 || len(pages) > 3 {
		t.Errorf("found %v in pages of %v", found, pages)
	}
	wantProblem(t, s.ask(t, "GET /v1/events?type=Gift+Sent", s.host), fault.InvalidParameter)
}

// TestHeadOfAStream asks whether there is a stream without listening to it.
func TestHeadOfAStream(t *testing.T) {
	s := newShop(t)
	rec := s.ask(t, "HEAD /v1/live-rooms/"+s.g.Live(s.g.Creator())+"/events")
	if rec.Code != 200 || rec.Header().Get("Content-Type") != "text/event-stream" || rec.Body.Len() != 0 {
		t.Errorf("%d %v %s", rec.Code, rec.Header(), rec.Body)
	}
	if rec := s.ask(t, "HEAD /v1/live-rooms/liv_00000000000000000000000000/events"); rec.Code != 404 {
		t.Errorf("a room that there is not: %d", rec.Code)
	}
}
