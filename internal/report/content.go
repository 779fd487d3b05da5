package report

import (
	"context"

	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/people"
)

// Videos is a query for Ask: the latest public videos after the cursor.
func Videos(from content.Cursor, limit int) func(context.Context, *db.Tx) ([]content.Video, error) {
	return func(ctx context.Context, tx *db.Tx) ([]content.Video, error) {
		all, _, err := content.LatestVideos(ctx, tx, from, limit)
		return all, err
	}
}

// Rooms is a query for Ask: the rooms that are live, after the cursor.
func Rooms(from content.Cursor, limit int) func(context.Context, *db.Tx) ([]content.Room, error) {
	return func(ctx context.Context, tx *db.Tx) ([]content.Room, error) {
		all, _, err := content.LiveNow(ctx, tx, from, limit)
		return all, err
	}
}

// Watch is what there is to watch: rooms that are live, and videos.
type Watch struct {
	Rooms  []content.Room
	Soon   []content.Room // open, and not begun
	Videos []content.Video
	Next   content.Cursor // of Videos
	Clips  map[id.Person]content.Video
	People map[id.Person]people.Brief // the creators of all of them
}

// named reads who the creators are, and the clips that their rooms show.
func (w *Watch) named(ctx context.Context, tx *db.Tx) (err error) {
	var hosts, all []id.Person
	for _, room := range w.Rooms {
		hosts = append(hosts, room.Creator)
	}
	if w.Clips, err = content.Clips(ctx, tx, hosts); err != nil {
		return err
	}
	all = append(all, hosts...)
	for _, room := range w.Soon {
		all = append(all, room.Creator)
	}
	for _, v := range w.Videos {
		all = append(all, v.Creator)
	}
	w.People, err = people.GetMany(ctx, tx, all)
	return err
}

// feedRooms is how many rooms the feed begins with, feedVideos how many videos
// it shows at once.
const feedRooms, feedVideos = 6, 12

// Feed returns the rooms that are live and the latest videos; after the first
// page, videos alone.
func (r *Reader) Feed(ctx context.Context, from content.Cursor) (Watch, error) {
	return Ask(ctx, r, func(ctx context.Context, tx *db.Tx) (w Watch, err error) {
		if from == (content.Cursor{}) {
			if w.Rooms, _, err = content.LiveNow(ctx, tx, content.Cursor{}, feedRooms); err != nil {
				return w, err
			}
		}
		if w.Videos, w.Next, err = content.LatestVideos(ctx, tx, from, feedVideos); err != nil {
			return w, err
		}
		return w, w.named(ctx, tx)
	})
}

// LiveNow returns the rooms that are live, and, when there is none, those that
// are open and have not begun.
func (r *Reader) LiveNow(ctx context.Context) (Watch, error) {
	return Ask(ctx, r, func(ctx context.Context, tx *db.Tx) (w Watch, err error) {
		if w.Rooms, _, err = content.LiveNow(ctx, tx, content.Cursor{}, 60); err != nil {
			return w, err
		}
		if w.Soon, err = content.NextLive(ctx, tx, 6); err != nil {
			return w, err
		}
		return w, w.named(ctx, tx)
	})
}

// Profile is what everybody may see of a person: what they show.
type Profile struct {
	Person people.Brief
	Watch
}

// Profile returns the person with the handle and what they show, or not_found.
func (r *Reader) Profile(ctx context.Context, handle string, from content.Cursor) (Profile, error) {
	return Ask(ctx, r, func(ctx context.Context, tx *db.Tx) (p Profile, err error) {
		person, err := people.ByHandle(ctx, tx, handle)
		if err != nil {
			return p, err
		}
		p.Person = person.Brief()
		rooms, err := content.RoomsOf(ctx, tx, person.ID, 10)
		if err != nil {
			return p, err
		}
		for _, room := range rooms {
			switch room.State {
			case content.Live:
				p.Rooms = append(p.Rooms, room)
			case content.Scheduled:
				p.Soon = append(p.Soon, room)
			}
		}
		if p.Videos, p.Next, err = content.VideosOf(ctx, tx, person.ID, from, feedVideos); err != nil {
			return p, err
		}
		return p, p.named(ctx, tx)
	})
}

// Clip is a query for Ask1: the creator's latest public video; its id is empty
// when there is none.
func Clip(ctx context.Context, tx *db.Tx, creator id.Person) (content.Video, error) {
	clips, err := content.Clips(ctx, tx, []id.Person{creator})
	return clips[creator], err
}
