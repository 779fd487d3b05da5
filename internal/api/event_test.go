package api

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/fault"
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
	if _, err := missed(stream, r, s.cfg.Services.Hub, "live:"+room); err != nil {
		t.Fatal(err)
	}
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
