package content

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/outbox"
)

// RoomEvent is the data of live.started and live.ended.
type RoomEvent struct {
	Live      id.Live   `json:"live"`
	Creator   id.Person `json:"creator"`
	Title     string    `json:"title"`
	StartedAt string    `json:"started_at"`
	EndedAt   string    `json:"ended_at,omitempty"`
}

func emitRoom(ctx context.Context, tx *db.Tx, kind string, r Room) error {
	e := RoomEvent{Live: r.ID, Creator: r.Creator, Title: r.Title, StartedAt: stamp(r.StartedUS)}
	if r.State == Ended {
		e.EndedAt = stamp(r.EndedUS)
	}
	raw, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("content: writing the event %s: %w", kind, err)
	}
	return outbox.Add(ctx, tx, outbox.Event{Type: kind, Topic: "live:" + string(r.ID), Data: raw})
}

// stamp writes an instant as the API does.
func stamp(us int64) string {
	return time.UnixMicro(us).UTC().Format("2006-01-02T15:04:05.000000Z")
}
