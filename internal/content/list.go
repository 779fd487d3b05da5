package content

import (
	"context"
	"fmt"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
)

// VideosOf returns the creator's public videos, the newest first.
func VideosOf(ctx context.Context, tx *db.Tx, creator id.Person, from Cursor, limit int) ([]Video, Cursor, error) {
	limit = bound(limit)
	at, last, err := from.after(id.KindVideo)
	if err != nil {
		return nil, Cursor{}, err
	}
	rows, err := tx.Query(ctx, "SELECT "+videoColumns+` FROM video WHERE creator_id = $1 AND visibility = 'public' AND (posted_us, id) < ($2, $3)
		ORDER BY posted_us DESC, id DESC LIMIT $4`, creator, at, last, limit+1)
	return page(rows, err, limit, scanVideo, videoKey)
}

// RoomsOf returns the creator's latest rooms in any state, the one that was
// opened last first.
func RoomsOf(ctx context.Context, tx *db.Tx, creator id.Person, limit int) ([]Room, error) {
	all, err := db.Collect[Room](tx.Query(ctx, "SELECT "+roomColumns+" FROM live_room WHERE creator_id = $1 ORDER BY opened_us DESC, id DESC LIMIT $2", creator, bound(limit)))(scanRoom)
	if err != nil {
		return nil, fmt.Errorf("content: reading a creator's rooms: %w", err)
	}
	return all, nil
}

// lookedThrough is how many of the latest rooms are looked through for those
// that have not begun: however many rooms there were, that is what it reads.
const lookedThrough = 200

// NextLive returns rooms that are open and have not begun, the latest first.
func NextLive(ctx context.Context, tx *db.Tx, limit int) ([]Room, error) {
	all, err := db.Collect[Room](tx.Query(ctx, "SELECT "+roomColumns+" FROM (SELECT * FROM live_room ORDER BY id DESC LIMIT $1) latest WHERE state = 'scheduled' ORDER BY id DESC LIMIT $2",
		lookedThrough, bound(limit)))(scanRoom)
	if err != nil {
		return nil, fmt.Errorf("content: looking for rooms that have not begun: %w", err)
	}
	return all, nil
}

// Clips returns a public video of each of the creators that has one, the
// newest: what a room shows until a broadcast takes its place.
func Clips(ctx context.Context, tx *db.Tx, creators []id.Person) (map[id.Person]Video, error) {
	clips := make(map[id.Person]Video, len(creators))
	for _, c := range creators {
		if _, ok := clips[c]; ok {
			continue
		}
		latest, _, err := VideosOf(ctx, tx, c, Cursor{}, 1)
		if err != nil {
			return nil, err
		}
		if len(latest) > 0 {
			clips[c] = latest[0]
		}
	}
	return clips, nil
}
