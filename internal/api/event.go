package api

import (
	"context"
	"encoding/json"

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
		LastSequence int64       `json:"last_sequence" doc:"The last event of the log, for who begins at its end"`
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
	out.Body.LastSequence = found.Head
	for i := range found.Events {
		out.Body.Data = append(out.Body.Data, eventView{envelope: live.Encode(&found.Events[i]).JSON})
	}
	return out, nil
}
