package content

import (
	"context"
	"fmt"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

// Start brings a room on the air and emits live.started. A room that is live
// already stays as it is. The faults are not_found, also for a room of another
// creator than by, and state_conflict for one that has ended.
func Start(ctx context.Context, tx *db.Tx, by id.Person, room id.Live) (Room, error) {
	r, err := ownRoom(ctx, tx, by, room)
	if err != nil || r.State == Live {
		return r, err
	}
	if r.State == Ended {
		return Room{}, fault.New(fault.StateConflict, "This LIVE ended at %s and does not come back. Open a new one.", stamp(r.EndedUS))
	}
	r.State, r.StartedUS = Live, tx.NowUS()
	if err := saveRoom(ctx, tx, r); err != nil {
		return Room{}, err
	}
	return r, emitRoom(ctx, tx, "live.started", r)
}

func ownRoom(ctx context.Context, tx *db.Tx, by id.Person, room id.Live) (Room, error) {
	r, err := GetRoom(ctx, tx, room)
	if err != nil {
		return Room{}, err
	}
	if r.Creator != by {
		return Room{}, missingRoom(room)
	}
	return r, nil
}

func saveRoom(ctx context.Context, tx *db.Tx, r Room) error {
	_, err := tx.Exec(ctx, "UPDATE live_room SET state = $2, started_us = $3, ended_us = $4 WHERE id = $1", r.ID, r.State, r.StartedUS, r.EndedUS)
	if err != nil {
		return fmt.Errorf("content: changing a room: %w", err)
	}
	return nil
}
