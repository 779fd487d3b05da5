package outbox

import (
	"context"
	"log/slog"
	"time"

	"github.com/ovationhq/ovation/internal/db"
)

// Step is one round of somebody who keeps up with what happens. again is how
// long after it the next one is wanted even if nothing happens; 0 means that
// it is not.
type Step func(ctx context.Context) (again time.Duration, err error)

// Follow takes a step whenever events were committed, and not sooner than the
// pause after the step before, so that who adds up in the background leaves
// the writer to others in a storm. The first step is taken at once. Where a
// follower is stands in its own tables, so several processes may run one.
func Follow(ctx context.Context, d *db.DB, log *slog.Logger, pause time.Duration, step Step) error {
	woken, stop := d.Listen(channelEvents)
	defer stop()
	for ctx.Err() == nil {
		again, err := step(ctx)
		if err != nil && ctx.Err() == nil {
			log.Error("what follows the events could not go on", "error", err)
			again = readAgain
		}
		if !sleep(ctx, pause, nil) {
			break
		}
		if again > 0 {
			sleep(ctx, max(again-pause, 0), woken)
			continue
		}
		most := longestSleep
		if d.Shared() { // another process's commits wake nobody here
			most = longestSleepShared
		}
		sleep(ctx, most, woken)
	}
	return ctx.Err()
}

// sleep returns after the duration or when woken, and reports whether the
// context goes on.
func sleep(ctx context.Context, d time.Duration, woken <-chan struct{}) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-woken:
	case <-t.C:
	}
	return ctx.Err() == nil
}
