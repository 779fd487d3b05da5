package outbox_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/outbox"
)

// TestFollow takes a step at once, goes on while there is more, again after a
// failure, and when something was committed.
func TestFollow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		ctx, stop := context.WithCancel(t.Context())
		steps, ended := make(chan int), make(chan error, 1)
		n := 0
		go func() {
			ended <- outbox.Follow(ctx, d, slog.New(slog.DiscardHandler), time.Nanosecond, func(ctx context.Context) (time.Duration, error) {
				n++
				select {
				case steps <- n:
				case <-ctx.Done():
				}
				switch n {
				case 1:
					return outbox.Behind, nil
				case 2:
					return 0, errors.New("not now")
				case 3:
					return time.Millisecond, nil
				}
				return 0, nil
			})
		}()
		for want := 1; want <= 4; want++ {
			if got := <-steps; got != want {
				t.Fatalf("step %d, want %d", got, want)
			}
		}
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			return outbox.Add(t.Context(), tx, outbox.Event{Type: "a.b", Topic: "t", Data: []byte("{}")})
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := <-steps; got != 5 {
			t.Fatalf("step %d", got)
		}
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	})
}
