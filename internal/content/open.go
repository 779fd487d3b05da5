package content

import (
	"context"
	"fmt"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

// NewRoom is what OpenRoom makes a room of; see Room for the fields.
type NewRoom struct {
	Creator id.Person
	Title   string
	Poster  string
	GiftsOn bool
}

// OpenRoom opens a room; it is scheduled until Start.
//
// The faults are text_too_long, text_not_allowed, url_not_allowed and
// validation_failed (several of them), with a pointer to every wrong field.
func OpenRoom(ctx context.Context, tx *db.Tx, n NewRoom) (Room, error) {
	var bad fault.Fields
	clean(&n.Title, titleRule, "/title", &bad)
	checkSource(n.Poster, "/poster", "The poster", false, &bad)
	if err := bad.Err(); err != nil {
		return Room{}, err
	}
	r := Room{
		ID: id.Live(tx.NewID(id.KindLive)), Creator: n.Creator, Title: n.Title, Poster: n.Poster,
		State: Scheduled, GiftsOn: n.GiftsOn, OpenedUS: tx.NowUS(),
	}
	_, err := tx.Exec(ctx, "INSERT INTO live_room ("+roomColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		r.ID, r.Creator, r.Title, r.Poster, r.State, r.GiftsOn, r.OpenedUS, r.StartedUS, r.EndedUS)
	if err != nil {
		return Room{}, fmt.Errorf("content: opening a room: %w", err)
	}
	return r, nil
}
