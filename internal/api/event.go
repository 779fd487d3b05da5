package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/live"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/report"
)

type eventsIn struct {
	After int64    `query:"after" minimum:"0" maximum:"9007199254740991" doc:"The sequence of the last event that you have; 0 from the beginning"`
	Limit int      `query:"limit" minimum:"1" maximum:"100" default:"20"`
	Types []string `query:"type" maxItems:"20" pattern:"^[a-z_]+([.][a-z_]+)+$" maxLength:"60" doc:"Only events of these types, separated by commas, such as gift.sent,gift.combo.ended. One answer looks at 10,000 events of the log at most, so it may have none and has_more all the same"`
}

// filteredSpan bounds how much of the log one filtered answer looks at.
const filteredSpan = 10_000

type eventView struct {
	ID        id.Event        `json:"id" doc:"Names the event on every channel"`
	Type      string          `json:"type" doc:"What happened, such as gift.sent"`
	Timestamp Instant         `json:"timestamp" doc:"When it happened"`
	Sequence  int64           `json:"sequence" doc:"Without gap in the log, so a loss can be seen"`
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
		NextSequence int64       `json:"next_sequence" doc:"Send it as after to go on: everything up to it was looked at"`
	}
}

func (a *API) eventList(ctx context.Context, in *eventsIn) (*eventsOut, error) {
	limit := in.Limit
	if limit == 0 {
		limit = 20
	}
	look := outbox.Look{After: in.After, Limit: limit, Types: in.Types}
	if len(in.Types) > 0 {
		look.Span = filteredSpan
	}
	found, err := report.Ask1(ctx, a.cfg.Services.Reader, outbox.Within, look)
	if err != nil {
		return nil, err
	}
	out := &eventsOut{}
	out.Body.Object, out.Body.Data, out.Body.NextSequence, out.Body.HasMore = "list", []eventView{}, found.UpTo, found.More
	for i := range found.Events {
		out.Body.Data = append(out.Body.Data, eventView{envelope: live.Encode(&found.Events[i]).JSON})
	}
	return out, nil
}

type streamIn struct {
	ID          string `path:"id" maxLength:"40" doc:"The LIVE (liv_…) or the video (vid_…)"`
	LastEventID string `header:"Last-Event-ID" maxLength:"20" doc:"The sequence of the last event that was seen. What was missed comes first; from who missed more than the last 50,000 events of the instance it is kept: the event stream.skipped says so, and the stream goes on from now"`
}

// heartbeat keeps proxies from closing a quiet stream.
const heartbeat = 20 * time.Second

// roomStream sends a room's events as they happen (text/event-stream). A
// client that comes back with Last-Event-ID gets what it missed first.
func (a *API) roomStream(w http.ResponseWriter, r *http.Request) error {
	target := r.PathValue("id")
	all, err := report.Ask1(r.Context(), a.cfg.Services.Reader, content.Targets, []string{target})
	if err != nil {
		return err
	}
	on, ok := all[target]
	if c := CallerOf(r.Context()); !ok || on.Kind == id.KindVideo && !on.Open && on.Creator != c.Person && !a.seesAll(&c) {
		return fault.New(fault.NotFound, "There is no such LIVE or video.")
	}
	if r.Method == http.MethodHead { // there is a stream; nobody listens to it
		w.Header().Set("Content-Type", "text/event-stream")
		w.WriteHeader(http.StatusOK)
		return nil
	}
	s := &roomEvents{w: w, r: r, hub: a.cfg.Services.Hub, topic: live.TopicOf(target)}
	return s.run()
}

// roomEvents is one client that listens to a room.
type roomEvents struct {
	w     http.ResponseWriter
	r     *http.Request
	hub   *live.Hub
	topic string
	seen  int64 // the sequence up to which it has seen everything
}

// run writes events to the client until either goes away.
func (s *roomEvents) run() error {
	l := s.hub.Listen(s.topic) // first, so that nothing falls between the past and the present
	defer l.Close()
	rc := http.NewResponseController(s.w)
	_ = rc.SetWriteDeadline(time.Time{}) // a stream has no end; a dead client is found by the heartbeat
	h := s.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	if err := s.catchUp(); err != nil {
		return err
	}
	if _, err := fmt.Fprint(s.w, ": listening\n\n"); err != nil {
		return nil // the client has gone
	}
	_ = rc.Flush()
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		var err error
		select {
		case <-s.r.Context().Done():
			return nil
		case <-beat.C:
			_, err = fmt.Fprint(s.w, ": still here\n\n")
		case m, open := <-l.C:
			if !open {
				return nil // too slow: the client comes back with Last-Event-ID
			}
			err = s.tell(m)
		}
		if err != nil || rc.Flush() != nil {
			return nil // the client has gone
		}
	}
}

// A client that comes back may have missed missedMost events of the instance;
// they are looked at in parts, so that no read holds its snapshot for long.
// The stream is open to everybody, so this is what a stranger can make us do.
const missedMost, missedAtOnce = 50_000, 5_000

// catchUp sends what happened since the client was here last, or says that it
// was too much.
func (s *roomEvents) catchUp() error {
	last := s.r.Header.Get("Last-Event-ID")
	if last == "" {
		return nil
	}
	var err error
	if s.seen, err = strconv.ParseInt(last, 10, 64); err != nil || s.seen < 0 {
		return fault.New(fault.InvalidParameter, "Last-Event-ID is the id of the last event of this stream.")
	}
	head, err := s.hub.Head(s.r.Context())
	if err != nil {
		return err
	}
	from := s.seen
	for more := head-from <= missedMost; more && s.seen-from <= missedMost; {
		var events []live.Message
		if events, s.seen, more, err = s.missed(); err != nil {
			return err
		}
		for _, m := range events {
			if err := writeEvent(s.w, m); err != nil {
				return err
			}
		}
		if !more {
			return nil
		}
	}
	return s.skip()
}

// missed is one look into the past.
func (s *roomEvents) missed() ([]live.Message, int64, bool, error) {
	events, upTo, more, err := s.hub.Since(s.r.Context(), s.seen, missedAtOnce, s.topic)
	if f, ok := errors.AsType[*fault.Error](err); ok {
		for i := range f.Fields { // the rule calls it after, as the list of events does
			f.Fields[i].Pointer = "Last-Event-ID"
		}
	}
	return events, upTo, more, err
}

// skip tells the client that it does not get what happened before now.
func (s *roomEvents) skip() error {
	head, err := s.hub.Head(s.r.Context())
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.w, "id: %d\nevent: stream.skipped\ndata: {\"after\":%d,\"up_to\":%d}\n\n", head, s.seen, head)
	s.seen = head
	return err
}

// tell sends an event, unless it was sent before.
func (s *roomEvents) tell(m live.Message) error {
	if m.Sequence <= s.seen {
		return nil
	}
	return writeEvent(s.w, m)
}

func writeEvent(w http.ResponseWriter, m live.Message) error {
	_, err := fmt.Fprintf(w, "id: %d\nevent: %s\ndata: %s\n\n", m.Sequence, m.Type, m.JSON)
	return err
}
