package content

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
)

// OwnVideos returns all videos of a creator, also hidden ones, the newest
// first: what the creator sees of them.
func OwnVideos(ctx context.Context, tx *db.Tx, creator id.Person, from Cursor, limit int) ([]Video, Cursor, error) {
	limit = bound(limit)
	at, last, err := from.after(id.KindVideo)
	if err != nil {
		return nil, Cursor{}, err
	}
	rows, err := tx.Query(ctx, "SELECT "+videoColumns+` FROM video WHERE creator_id = $1 AND (posted_us, id) < ($2, $3)
		ORDER BY posted_us DESC, id DESC LIMIT $4`, creator, at, last, limit+1)
	return page(rows, err, limit, scanVideo, videoKey)
}

// OwnRooms returns all LIVE rooms of a creator, in any state, the one that was
// opened last first.
func OwnRooms(ctx context.Context, tx *db.Tx, creator id.Person, from Cursor, limit int) ([]Room, Cursor, error) {
	limit = bound(limit)
	at, last, err := from.after(id.KindLive)
	if err != nil {
		return nil, Cursor{}, err
	}
	rows, err := tx.Query(ctx, "SELECT "+roomColumns+` FROM live_room WHERE creator_id = $1 AND (opened_us, id) < ($2, $3)
		ORDER BY opened_us DESC, id DESC LIMIT $4`, creator, at, last, limit+1)
	return page(rows, err, limit, scanRoom, func(r Room) Cursor { return Cursor{r.OpenedUS, string(r.ID)} })
}
