package outbox

import (
	"context"
	"log/slog"
	"time"

	"github.com/ovationhq/ovation/internal/db"
)

// Step is one round of somebody who keeps up with what happens. again is how
// long after it the next one is wanted even if nothing happens; 0 means that
// it is not, and Behind that there is more to do already.
type Step func(ctx context.Context) (again time.Duration, err error)

// Behind is what a Step returns that has not reached the end.
const Behind = time.Nanosecond

const (
	// restBusy is how many times as long as a step its follower rests while
	// others write, and busyWrites from how many writes on that is so. Then a
	// follower takes a twentieth of the writer's time, and falls behind in a
	// storm that brings more; it catches up when the storm is over.
	restBusy, busyWrites = 19, 20
	// restIdle is the same while nobody writes.
	restIdle = 1
	// restMost bounds every rest: a step that was long for once, because the
	// disk stood still, must not silence its follower for many times as long.
	restMost = 5 * time.Second
)

// Follow takes a step whenever events were committed, and not sooner than the
// pause after the step before. A follower shares the writer with what people
// wait for, so the longer its steps take, the longer it rests, up to a bound;
// so a step does a part of what there is and returns Behind. The first step is
// taken at once. Where a follower is stands in its own tables, so several
// processes may run one.
func Follow(ctx context.Context, d *db.DB, log *slog.Logger, pause time.Duration, step Step) error {
	woken, stop := d.Listen(channelEvents)
	defer stop()
	writes := func() int64 { s := d.Stats(); return s.Calls + s.Items }
	var others int64 // what they wrote since it rested for them
	for after := writes(); ctx.Err() == nil; {
		others += writes() - after
		begun := time.Now()
		again, err := step(ctx)
		took := time.Since(begun)
		after = writes() // what the step wrote itself is no reason to rest
		if err != nil && ctx.Err() == nil {
			log.Error("what follows the events could not go on", "error", err)
			again = readAgain
		}
		rest := min(took*restIdle, restMost)
		busy := others >= busyWrites
		if busy {
			rest = min(took*restBusy, restMost)
		}
		if busy || again != Behind {
			rest, others = max(rest, pause), 0
		}
		if !sleep(ctx, rest, nil) || again == Behind {
			continue
		}
		if again > 0 {
			sleep(ctx, max(again-rest, 0), woken)
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
