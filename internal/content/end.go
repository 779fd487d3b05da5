package content

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
)

// End takes a room off the air and emits live.ended; a room that never started
// ends without an event. One that has ended already stays as it is. The fault
// is not_found, also for a room of another creator than by.
func End(ctx context.Context, tx *db.Tx, by id.Person, room id.Live) (Room, error) {
	r, err := ownRoom(ctx, tx, by, room)
	if err != nil || r.State == Ended {
		return r, err
	}
	aired := r.State == Live
	r.State, r.EndedUS = Ended, max(tx.NowUS(), r.StartedUS) // also when the clock was set back
	if err := saveRoom(ctx, tx, r); err != nil {
		return Room{}, err
	}
	if !aired {
		return r, nil
	}
	return r, emitRoom(ctx, tx, "live.ended", r)
}
