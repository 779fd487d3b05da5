package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/live"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/report"
)

type eventsIn struct {
	After int64 `query:"after" minimum:"0" maximum:"9007199254740991" doc:"The sequence of the last event that you have; 0 from the beginning"`
	Limit int   `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

type eventView struct {
	ID        id.Event        `json:"id" doc:"Names the event on every channel"`
	Type      string          `json:"type" doc:"What happened, such as gift.sent"`
	Timestamp Instant         `json:"timestamp" doc:"When it happened"`
	Sequence  int64           `json:"sequence" doc:"Without gap, so a loss can be seen"`
	Data      json.RawMessage `json:"data" doc:"What the type tells"`

	envelope []byte
}

// MarshalJSON writes the envelope as every other channel has it, to the byte.
func (v eventView) MarshalJSON() ([]byte, error) { return v.envelope, nil }

type eventsOut struct {
	Body struct {
		Object       string      `json:"object" enum:"list"`
		Data         []eventView `json:"data"`
		HasMore      bool        `json:"has_more"`
		NextSequence int64       `json:"next_sequence" doc:"Send it as after to go on"`
	}
}

func (a *API) eventList(ctx context.Context, in *eventsIn) (*eventsOut, error) {
	limit := in.Limit
	if limit == 0 {
		limit = 20
	}
	events, err := report.Ask2(ctx, a.cfg.Services.Reader, outbox.After, in.After, limit+1)
	if err != nil {
		return nil, err
	}
	out := &eventsOut{}
	out.Body.Object, out.Body.Data, out.Body.NextSequence = "list", []eventView{}, in.After
	out.Body.HasMore = len(events) > limit
	for i := range events[:min(len(events), limit)] {
		e := &events[i]
		out.Body.Data = append(out.Body.Data, eventView{envelope: live.Encode(e).JSON})
		out.Body.NextSequence = e.Sequence
	}
	return out, nil
}

type streamIn struct {
	ID          string `path:"id" maxLength:"40" doc:"The LIVE (liv_…) or the video (vid_…)"`
	LastEventID string `header:"Last-Event-ID" maxLength:"20" doc:"The sequence of the last event that was seen"`
}

// heartbeat keeps proxies from closing a quiet stream.
const heartbeat = 20 * time.Second

// roomStream sends a room's events as they happen (text/event-stream). A
// client that comes back with Last-Event-ID gets what it missed first.
func (a *API) roomStream(w http.ResponseWriter, r *http.Request) error {
	return Stream(w, r, a.cfg.Services.Hub, live.TopicOf(r.PathValue("id")))
}

// Stream writes the topic's events to the client until either goes away. The
// pages use it too.
func Stream(w http.ResponseWriter, r *http.Request, hub *live.Hub, topic string) error {
	if topic == "" {
		return fault.New(fault.NotFound, "There is no such LIVE or video.")
	}
	l := hub.Listen(topic) // first, so that nothing falls between the past and the present
	defer l.Close()
	rc := http.NewResponseController(w)
	_ = rc.SetWriteDeadline(time.Time{}) // a stream has no end; a dead client is found by the heartbeat
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	seen, err := missed(w, r, hub, topic)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprint(w, ": listening\n\n"); err != nil {
		return nil // the client has gone
	}
	_ = rc.Flush()
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		select {
		case <-r.Context().Done():
			return nil
		case <-beat.C:
			_, err = fmt.Fprint(w, ": still here\n\n")
		case m, open := <-l.C:
			if !open {
				return nil // too slow: the client comes back with Last-Event-ID
			}
			if m.Sequence > seen {
				err = writeEvent(w, m)
			}
		}
		if err != nil || rc.Flush() != nil {
			return nil // the client has gone
		}
	}
}

// missedAtOnce bounds one look into the past.
const missedAtOnce = 500

// missed sends what happened since the client was here last, and returns the
// sequence up to which it has seen everything.
func missed(w http.ResponseWriter, r *http.Request, hub *live.Hub, topic string) (int64, error) {
	last := r.Header.Get("Last-Event-ID")
	if last == "" {
		return 0, nil
	}
	seen, err := strconv.ParseInt(last, 10, 64)
	if err != nil || seen < 0 {
		return 0, fault.New(fault.InvalidParameter, "Last-Event-ID is the id of the last event of this stream.")
	}
	for {
		events, upTo, more, err := hub.Since(r.Context(), seen, missedAtOnce, topic)
		if f, ok := errors.AsType[*fault.Error](err); ok {
			for i := range f.Fields { // the rule calls it after, as the list of events does
				f.Fields[i].Pointer = "Last-Event-ID"
			}
		}
		if err != nil {
			return 0, err
		}
		for _, m := range events {
			if err := writeEvent(w, m); err != nil {
				return 0, err
			}
		}
		seen = upTo
		if !more {
			return seen, nil
		}
	}
}

func writeEvent(w http.ResponseWriter, m live.Message) error {
	_, err := fmt.Fprintf(w, "id: %d\nevent: %s\ndata: %s\n\n", m.Sequence, m.Type, m.JSON)
	return err
}
