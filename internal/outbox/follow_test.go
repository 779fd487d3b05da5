package outbox_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
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

// TestRests holds how long a follower rests after a step: as long as the step
// took, many times as long while others write, and never for minutes. What the
// step has written itself does not count.
func TestRests(t *testing.T) {
	for name, c := range map[string]struct {
		took           time.Duration
		others, itself int // writes
		want           time.Duration
	}{
		"alone":           {took: time.Second, want: time.Second},
		"own writes":      {took: time.Second, itself: 30, want: time.Second},
		"others write":    {took: 100 * time.Millisecond, others: 30, want: 1900 * time.Millisecond},
		"a long step":     {took: time.Minute, itself: 30, want: 5 * time.Second},
		"long and others": {took: time.Minute, others: 30, want: 5 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := dbtest.SQLite(t, clock.NewManual(dbtest.Start))
				write := func(n int) {
					for range n {
						if err := d.Write(t.Context(), func(*db.Tx) error { return nil }); err != nil {
							t.Error(err)
						}
					}
				}
				ctx, stop := context.WithCancel(t.Context())
				var ended, rested time.Time
				n := 0
				err := outbox.Follow(ctx, d, slog.New(slog.DiscardHandler), time.Millisecond, func(context.Context) (time.Duration, error) {
					switch n++; n {
					case 1:
						go func() { <-time.After(3 * time.Millisecond / 2); write(c.others) }() // while it rests
						<-time.After(time.Millisecond)
						return outbox.Behind, nil
					case 2:
						write(c.itself)
						<-time.After(c.took)
						ended = time.Now()
						return outbox.Behind, nil
					}
					rested = time.Now()
					stop()
					return 0, nil
				})
				if !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
				if got := rested.Sub(ended); got != c.want {
					t.Errorf("it rested for %s, want %s", got, c.want)
				}
			})
		})
	}
}
