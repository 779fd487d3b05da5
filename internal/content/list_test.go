package content

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
)

// TestOfACreator lists one creator's public videos and rooms, page by page.
func TestOfACreator(t *testing.T) {
	each(t, func(w *world) {
		var want []id.Video
		for n := range 5 {
			want = append(want, w.video(ann, fmt.Sprint("take ", n)).ID)
			w.video(bob, "another's")
			w.clk.Advance(time.Second)
		}
		must(w, func(ctx context.Context, tx *db.Tx) (Video, error) { return HideVideo(ctx, tx, ann, want[2]) })
		want = slices.Delete(want, 2, 3)
		slices.Reverse(want)
		var got []id.Video
		for from, n := (Cursor{}), 0; n == 0 || from != (Cursor{}); n++ {
			from = must(w, func(ctx context.Context, tx *db.Tx) (Cursor, error) {
				all, next, err := VideosOf(ctx, tx, ann, from, 3)
				for _, v := range all {
					got = append(got, v.ID)
				}
				return next, err
			})
		}
		if !slices.Equal(got, want) {
			t.Errorf("the videos of a creator are %v, want %v", got, want)
		}
		clips := must(w, func(ctx context.Context, tx *db.Tx) (map[id.Person]Video, error) {
			return Clips(ctx, tx, []id.Person{ann, ann, "usr_01jd0000000000000000000009"})
		})
		if len(clips) != 1 || clips[ann].ID != want[0] {
			t.Errorf("the clips are %v, want the latest of the one who has any", clips)
		}
		old := w.room(ann, "over")
		for _, verb := range []func(id.Person, id.Live) (Room, error){w.start, w.end} {
			if _, err := verb(ann, old.ID); err != nil {
				t.Fatal(err)
			}
		}
		w.clk.Advance(time.Second)
		soon := w.room(ann, "soon")
		w.room(bob, "another's")
		rooms := must(w, func(ctx context.Context, tx *db.Tx) ([]Room, error) { return RoomsOf(ctx, tx, ann, 10) })
		if len(rooms) != 2 || rooms[0].ID != soon.ID || rooms[1].State != Ended {
			t.Errorf("the rooms of a creator are %v", rooms)
		}
	})
}

// TestNextLive lists rooms that are open and have not begun, the latest first,
// and reads no further than it says.
func TestNextLive(t *testing.T) {
	each(t, func(w *world) {
		next := func(limit int) (titles []string) {
			for _, r := range must(w, func(ctx context.Context, tx *db.Tx) ([]Room, error) { return NextLive(ctx, tx, limit) }) {
				titles = append(titles, r.Title)
			}
			return titles
		}
		if got := next(5); got != nil {
			t.Errorf("without rooms there are %v", got)
		}
		w.room(ann, "long ago")
		for range lookedThrough - 2 {
			w.clk.Advance(time.Millisecond)
			r := w.room(bob, "over")
			if _, err := w.end(bob, r.ID); err != nil {
				t.Fatal(err)
			}
		}
		w.clk.Advance(time.Millisecond)
		w.room(ann, "next")
		if got := next(5); !slices.Equal(got, []string{"next", "long ago"}) {
			t.Errorf("the next rooms are %v", got)
		}
		if got := next(1); !slices.Equal(got, []string{"next"}) {
			t.Errorf("the next room is %v", got)
		}
		w.clk.Advance(time.Millisecond)
		w.room(ann, "latest")
		if got := next(5); !slices.Equal(got, []string{"latest", "next"}) {
			t.Errorf("what lies %d rooms back is shown: %v", lookedThrough, got)
		}
	})
}
