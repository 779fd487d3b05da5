package tip

import (
	"context"
	"encoding/json"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/outbox"
)

// event is what everybody may know of a tip: the realtime channel of a LIVE is
// public.
type event struct {
	Object      string       `json:"object"`
	ID          id.Tip       `json:"id"`
	Creator     id.Person    `json:"creator"`
	Target      string       `json:"target,omitempty"`
	Amount      money.Amount `json:"amount"`
	Message     string       `json:"message,omitempty"`
	Anonymous   bool         `json:"anonymous"`
	Fan         id.Person    `json:"fan,omitempty"`
	CompletedAt string       `json:"completed_at"`
}

// tell adds the event that the money of the tip came.
func tell(ctx context.Context, tx *db.Tx, t *Tip) error {
	data, err := json.Marshal(event{Object: "tip", ID: t.ID, Creator: t.Creator, Target: t.Target, Amount: t.Price.Amount, Message: t.Message, Anonymous: t.Anonymous, Fan: t.Giver(),
		CompletedAt: time.UnixMicro(t.CompletedUS).UTC().Format("2006-01-02T15:04:05.000000Z")})
	if err != nil {
		return err
	}
	return outbox.Add(ctx, tx, outbox.Event{Type: Booked, Topic: topic(t), Data: data})
}

// topic is where the tip is told: on the LIVE or the video that it was given on,
// or to the creator.
func topic(t *Tip) string {
	switch id.KindOf(t.Target) {
	case id.KindLive:
		return "live:" + t.Target
	case id.KindVideo:
		return "video:" + t.Target
	}
	return "person:" + string(t.Creator)
}
