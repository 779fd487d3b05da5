package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

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
	s.g.Give(fan, "rose", room, 1)

	var page struct{ Data []json.RawMessage }
	rec := s.ask(t, "GET /v1/events?limit=100", s.host)
	if err := json.Unmarshal(rec.Body.Bytes(), &page); err != nil {
		t.Fatal(err)
	}
	stream := s.streamed(t, "\"quantity\":1,", "/v1/live-rooms/"+room+"/events", "Last-Event-ID: 0")
	same := 0
	for _, line := range strings.Split(stream, "\n") {
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
	if want := strings.Count(stream, "data: "); same != want || want == 0 {
		t.Errorf("%d of %d events are the same in both:\n%s\n%s", same, want, stream, rec.Body)
	}
}

// streamed returns what a stream sends of the past to a client that leaves
// when it sees what it waits for.
func (s *shop) streamed(t *testing.T, until, path string, headers ...string) string {
	t.Helper()
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	r := httptest.NewRequestWithContext(ctx, "GET", path, nil)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	w := &leaving{ResponseRecorder: httptest.NewRecorder(), until: until, leave: leave}
	s.ServeHTTP(w, r)
	return w.Body.String()
}

// leaving is a client that leaves after it saw what it waits for.
type leaving struct {
	*httptest.ResponseRecorder
	until string
	leave func()
}

func (l *leaving) Write(b []byte) (int, error) {
	n, err := l.ResponseRecorder.Write(b)
	if strings.Contains(l.Body.String(), l.until) {
		l.leave()
	}
	return n, err
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
