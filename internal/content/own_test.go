package content

import (
	"context"
	"testing"

	"github.com/ovationhq/ovation/internal/db"
)

// TestOwn lists all that a creator has, hidden and ended too, page by page, and
// nothing of anybody else.
func TestOwn(t *testing.T) {
	each(t, func(w *world) {
		w.video(bob, "not mine")
		w.room(bob, "not mine")
		var videos, rooms []string
		for range 5 {
			v, r := w.video(ann, "a video"), w.room(ann, "a room")
			videos, rooms = append([]string{string(v.ID)}, videos...), append([]string{string(r.ID)}, rooms...)
			must(w, func(ctx context.Context, tx *db.Tx) (Video, error) { return HideVideo(ctx, tx, ann, v.ID) })
			must(w, func(ctx context.Context, tx *db.Tx) (Room, error) { return End(ctx, tx, ann, r.ID) })
		}
		var seenVideos, seenRooms []string
		for from, first := (Cursor{}), true; first || from != (Cursor{}); first = false {
			page := must(w, func(ctx context.Context, tx *db.Tx) ([]Video, error) {
				all, next, err := OwnVideos(ctx, tx, ann, from, 2)
				from = next
				return all, err
			})
			for _, v := range page {
				seenVideos = append(seenVideos, string(v.ID))
			}
		}
		for from, first := (Cursor{}), true; first || from != (Cursor{}); first = false {
			page := must(w, func(ctx context.Context, tx *db.Tx) ([]Room, error) {
				all, next, err := OwnRooms(ctx, tx, ann, from, 2)
				from = next
				return all, err
			})
			for _, r := range page {
				seenRooms = append(seenRooms, string(r.ID))
			}
		}
		for i := range videos {
			if len(seenVideos) != 5 || len(seenRooms) != 5 || seenVideos[i] != videos[i] || seenRooms[i] != rooms[i] {
				t.Fatalf("own: %v and %v, want %v and %v", seenVideos, seenRooms, videos, rooms)
			}
		}
	})
}
