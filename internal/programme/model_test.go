package programme

import (
	"context"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
)

// TestStatesAgainstAModel plays random lives of a creator and compares each
// step with a model of a few lines.
func TestStatesAgainstAModel(t *testing.T) {
	clk := clock.NewManual(dbtest.Start)
	w := &world{t, dbtest.SQLite(t, clk), clk}
	w.must(func(ctx context.Context, tx *db.Tx) error { return Install(ctx, tx, thousand()) })
	rapid.Check(t, func(r *rapid.T) {
		s := w.person()
		state, followers, until, reapply := NotJoined, int64(0), time.Time{}, time.Time{}
		judge := func() {
			switch now := clk.Now(); {
			case state == Active && followers < 1_000:
				state, until = Grace, now.Add(month)
			case state == Grace && followers >= 1_000:
				state = Active
			case state == Grace && !now.Before(until):
				state = Left
			}
		}
		for range rapid.IntRange(1, 25).Draw(r, "steps") {
			clk.Advance(time.Duration(rapid.IntRange(1, 20*24).Draw(r, "hours")) * time.Hour)
			switch rapid.SampledFrom([]string{"measure", "measure", "measure", "join", "join", "leave", "recheck", "refuse", "readmit"}).Draw(r, "step") {
			case "measure":
				followers = rapid.SampledFrom([]int64{0, 999, 1_000, 5_000}).Draw(r, "followers")
				w.put(s, Audience{Followers: followers})
				judge()
			case "join":
				_, err := w.join(s, VideoGifts)
				waits := state == Refused && clk.Now().Before(reapply)
				if in := state == Active || state == Grace; !in && !waits && followers >= 1_000 {
					state = Active
				} else if !in && err == nil {
					r.Fatalf("joined with %d followers from %s", followers, state)
				}
			case "leave":
				if w.leave(s, VideoGifts); state == Active || state == Grace {
					state = Left
				}
			case "recheck":
				w.recheck(s)
				judge()
			case "refuse":
				w.must(func(ctx context.Context, tx *db.Tx) error {
					_, err := Refuse(ctx, tx, s, VideoGifts, "No.")
					return err
				})
				state, reapply = Refused, clk.Now().Add(month)
			case "readmit":
				w.must(func(ctx context.Context, tx *db.Tx) error {
					_, err := Readmit(ctx, tx, s.Person, VideoGifts)
					return err
				})
				if state == Refused {
					state = Left
				}
			}
			if got := w.of(s, VideoGifts); got.State != state {
				r.Fatalf("the state is %s, the model says %s", got.State, state)
			}
			open := state == Active || state == Grace && clk.Now().Before(until)
			if err := w.require(s, VideoGifts); (err == nil) != open {
				r.Fatalf("in %s with the end %s at %s: %v", state, until, clk.Now(), err)
			}
		}
	})
}
