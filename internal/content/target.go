package content

import (
	"context"
	"fmt"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
)

// Target is what a gift is given on.
type Target struct {
	ID      string
	Kind    id.Kind // id.KindVideo or id.KindLive
	Creator id.Person
	GiftsOn bool
	Open    bool // a public video, or a LIVE that is on the air
	Title   string
}

// Targets returns those of the ids that are videos or LIVEs; the others, also
// ids of another kind, are not in the map. It takes one statement a kind,
// however many ids there are.
func Targets(ctx context.Context, tx *db.Tx, ids []string) (map[string]Target, error) {
	var videos, rooms []any
	for _, s := range ids {
		switch id.KindOf(s) {
		case id.KindVideo:
			videos = append(videos, s)
		case id.KindLive:
			rooms = append(rooms, s)
		}
	}
	all := make(map[string]Target, len(videos)+len(rooms))
	err := targets(ctx, tx, all, id.KindVideo, videos, string(Public),
		"SELECT id, creator_id, gifts_on, visibility, title FROM video WHERE id IN ($list)")
	if err != nil {
		return nil, err
	}
	err = targets(ctx, tx, all, id.KindLive, rooms, string(Live),
		"SELECT id, creator_id, gifts_on, state, title FROM live_room WHERE id IN ($list)")
	if err != nil {
		return nil, err
	}
	return all, nil
}

// targets adds those of one kind, which are open in one state.
func targets(ctx context.Context, tx *db.Tx, all map[string]Target, kind id.Kind, list []any, open, query string) error {
	if len(list) == 0 {
		return nil
	}
	found, err := db.Collect[Target](tx.QueryList(ctx, query, list))(func(r *db.Rows) (t Target, err error) {
		var state string
		err = r.Scan(&t.ID, &t.Creator, &t.GiftsOn, &state, &t.Title)
		t.Kind, t.Open = kind, state == open
		return t, err
	})
	if err != nil {
		return fmt.Errorf("content: reading targets: %w", err)
	}
	for _, t := range found {
		all[t.ID] = t
	}
	return nil
}
