package content

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

const (
	videoColumns = "id, creator_id, title, description, media, poster, duration_ms, width, height, gifts_on, visibility, posted_us"
	roomColumns  = "id, creator_id, title, poster, state, gifts_on, opened_us, started_us, ended_us"
)

func scanVideo(r *db.Rows) (v Video, err error) {
	err = r.Scan(v.columns()...)
	return v, err
}

func (v *Video) columns() []any {
	return []any{&v.ID, &v.Creator, &v.Title, &v.Description, &v.Media, &v.Poster, &v.DurationMS, &v.Width, &v.Height, &v.GiftsOn, &v.Visibility, &v.PostedUS}
}

func scanRoom(r *db.Rows) (room Room, err error) {
	err = r.Scan(room.columns()...)
	return room, err
}

func (r *Room) columns() []any {
	return []any{&r.ID, &r.Creator, &r.Title, &r.Poster, &r.State, &r.GiftsOn, &r.OpenedUS, &r.StartedUS, &r.EndedUS}
}

// GetVideo returns a video, public or hidden: the caller decides who may see a
// hidden one. The fault is not_found.
func GetVideo(ctx context.Context, tx *db.Tx, video id.Video) (Video, error) {
	if !id.Valid(id.KindVideo, string(video)) {
		return Video{}, missingVideo(video)
	}
	var v Video
	err := tx.Row(ctx, "SELECT "+videoColumns+" FROM video WHERE id = $1", video).Scan(v.columns()...)
	switch {
	case errors.Is(err, db.ErrNoRows):
		return Video{}, missingVideo(video)
	case err != nil:
		return Video{}, fmt.Errorf("content: reading a video: %w", err)
	}
	return v, nil
}

// GetRoom returns a LIVE room in any state. The fault is not_found.
func GetRoom(ctx context.Context, tx *db.Tx, room id.Live) (Room, error) {
	if !id.Valid(id.KindLive, string(room)) {
		return Room{}, missingRoom(room)
	}
	var r Room
	err := tx.Row(ctx, "SELECT "+roomColumns+" FROM live_room WHERE id = $1", room).Scan(r.columns()...)
	switch {
	case errors.Is(err, db.ErrNoRows):
		return Room{}, missingRoom(room)
	case err != nil:
		return Room{}, fmt.Errorf("content: reading a room: %w", err)
	}
	return r, nil
}

// Cursor is the place in a list after which it goes on: the sort key of the
// last thing that was shown. The zero Cursor is the beginning, and as the
// answer's next it says that the list is at its end.
type Cursor struct {
	AtUS int64
	ID   string
}

// after returns the key that all rows of the rest of the list are below. A
// cursor comes back from clients: one that no list has given is a fault.
func (c Cursor) after(kind id.Kind) (int64, string, error) {
	switch {
	case c == (Cursor{}):
		return math.MaxInt64, "", nil
	case !id.Valid(kind, c.ID):
		return 0, "", fault.New(fault.CursorInvalid, "The cursor is not one that this list gave. Begin again without a cursor.")
	}
	return c.AtUS, c.ID, nil
}

// MaxPage is the most that a list returns at once; a limit outside of 1 to
// MaxPage is brought inside. It is a page of the API and the one thing more
// that tells whether there is another page.
const MaxPage = 101

// page asks for one row more than the limit, to know whether there are more.
func page[T any](rows *db.Rows, err error, limit int, scan func(*db.Rows) (T, error), key func(T) Cursor) ([]T, Cursor, error) {
	all, err := db.Collect[T](rows, err)(scan)
	if err != nil {
		return nil, Cursor{}, fmt.Errorf("content: reading a list: %w", err)
	}
	if len(all) <= limit {
		return all, Cursor{}, nil
	}
	return all[:limit], key(all[limit-1]), nil
}

func bound(limit int) int { return min(max(limit, 1), MaxPage) }

func videoKey(v Video) Cursor { return Cursor{v.PostedUS, string(v.ID)} }

// LatestVideos returns public videos, the newest first.
func LatestVideos(ctx context.Context, tx *db.Tx, from Cursor, limit int) ([]Video, Cursor, error) {
	limit = bound(limit)
	at, last, err := from.after(id.KindVideo)
	if err != nil {
		return nil, Cursor{}, err
	}
	rows, err := tx.Query(ctx, "SELECT "+videoColumns+` FROM video WHERE visibility = 'public' AND (posted_us, id) < ($1, $2)
		ORDER BY posted_us DESC, id DESC LIMIT $3`, at, last, limit+1)
	return page(rows, err, limit, scanVideo, videoKey)
}

// LiveNow returns the rooms on the air, the one that started last first.
func LiveNow(ctx context.Context, tx *db.Tx, from Cursor, limit int) ([]Room, Cursor, error) {
	limit = bound(limit)
	at, last, err := from.after(id.KindLive)
	if err != nil {
		return nil, Cursor{}, err
	}
	rows, err := tx.Query(ctx, "SELECT "+roomColumns+` FROM live_room WHERE state = 'live' AND (started_us, id) < ($1, $2)
		ORDER BY started_us DESC, id DESC LIMIT $3`, at, last, limit+1)
	return page(rows, err, limit, scanRoom, func(r Room) Cursor { return Cursor{r.StartedUS, string(r.ID)} })
}
