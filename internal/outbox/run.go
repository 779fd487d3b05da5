package outbox

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ovationhq/ovation/internal/db"
)

// runBatch runs inside work, in order, in one transaction. If one piece fails
// all are undone, and each is run again alone.
func (r *Runner) runBatch(ctx context.Context, batch []Planned) {
	defer r.release(batch...)
	if len(batch) > 1 && ctx.Err() == nil {
		err := r.db.Write(ctx, func(tx *db.Tx) error {
			for _, p := range batch {
				if err := r.doInside(ctx, tx, p); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			return
		}
	}
	for _, p := range batch {
		var err error
		if ctx.Err() == nil {
			err = r.db.Write(ctx, func(tx *db.Tx) error { return r.doInside(ctx, tx, p) })
		}
		r.settle(ctx, p, err)
	}
}

func (r *Runner) doInside(ctx context.Context, tx *db.Tx, p Planned) error {
	next, err := r.inside[p.Kind](ctx, tx, p.Key)
	if err != nil {
		return err
	}
	return finish(ctx, tx, p, next)
}

// runOne runs outside work.
func (r *Runner) runOne(ctx context.Context, p Planned) {
	defer r.release(p)
	var err error
	if ctx.Err() == nil {
		err = r.doOutside(ctx, p)
	}
	r.settle(ctx, p, err)
}

func (r *Runner) doOutside(ctx context.Context, p Planned) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("outbox: panic in %s: %v\n%s", p.Kind, v, debug.Stack())
		}
	}()
	limited, cancel := context.WithTimeout(ctx, r.leaseOf(p.Kind)*3/4)
	defer cancel()
	next, err := r.outside[p.Kind](limited, p.Key)
	if err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx) // what was done outside is worth noting
	return r.db.Write(ctx, func(tx *db.Tx) error {
		dueUS, err := next(ctx, tx)
		if err != nil {
			return err
		}
		return finish(ctx, tx, p, dueUS)
	})
}

// settle keeps what became of a run that did not end the work.
func (r *Runner) settle(ctx context.Context, p Planned, cause error) {
	if errors.Is(cause, errStale) || (cause == nil && ctx.Err() == nil) {
		return
	}
	stopped := ctx.Err() != nil
	ctx = context.WithoutCancel(ctx)
	err := r.db.Write(ctx, func(tx *db.Tx) error {
		if stopped {
			return giveBack(ctx, tx, p)
		}
		return r.fail(ctx, tx, p, cause)
	})
	if !stopped {
		r.log.Warn("due work failed", "kind", p.Kind, "key", p.Key, "attempt", p.Attempts, "error", cause)
	}
	if err != nil && !errors.Is(err, errStale) {
		r.log.Error("the outcome of due work could not be written; it runs again when its lease is over", "kind", p.Kind, "key", p.Key, "error", err)
	}
}

// finish ends the work or plans it again, if the claim is still ours.
func finish(ctx context.Context, tx *db.Tx, p Planned, nextUS int64) error {
	var n int64
	var err error
	if nextUS == 0 {
		n, err = tx.Exec(ctx, "DELETE FROM due_work WHERE kind = $1 AND work_key = $2 AND claim = $3", p.Kind, p.Key, p.claim)
	} else {
		n, err = tx.Exec(ctx, "UPDATE due_work SET due_us = $4, lease_us = 0, claim = claim + 1, attempts = 0, last_error = '' WHERE kind = $1 AND work_key = $2 AND claim = $3", p.Kind, p.Key, p.claim, nextUS)
		tx.Notify(channelWork)
	}
	return stillOurs(n, err)
}

// fail plans the work again, later each time, or gives it up with its reason.
// Recurring work is not given up, and waits no longer than its interval.
func (r *Runner) fail(ctx context.Context, tx *db.Tx, p Planned, cause error) error {
	wait := min(firstBackoff<<min(p.Attempts-1, 20), mostBackoff)
	dead := p.Attempts >= maxAttempts
	if interval := r.every[p.Kind]; interval > 0 {
		wait, dead = min(wait, interval), false
	}
	wait -= time.Duration(float64(wait) / 2 * r.Jitter())
	n, err := tx.Exec(ctx, "UPDATE due_work SET due_us = $4, lease_us = 0, claim = claim + 1, dead = $5, last_error = $6 WHERE kind = $1 AND work_key = $2 AND claim = $3",
		p.Kind, p.Key, p.claim, tx.Now().Add(wait).UnixMicro(), dead, clip(cause.Error()))
	return stillOurs(n, err)
}

// giveBack lets others have the work at once; the run does not count.
func giveBack(ctx context.Context, tx *db.Tx, p Planned) error {
	n, err := tx.Exec(ctx, "UPDATE due_work SET due_us = $4, lease_us = 0, claim = claim + 1, attempts = attempts - 1 WHERE kind = $1 AND work_key = $2 AND claim = $3",
		p.Kind, p.Key, p.claim, min(p.DueUS, tx.NowUS()))
	return stillOurs(n, err)
}

func stillOurs(n int64, err error) error {
	if err == nil && n == 0 {
		return errStale
	}
	return err
}

// maxReason bounds what is kept of an error, in bytes.
const maxReason = 1000

// clip makes of an error a text that both engines take.
func clip(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "\ufffd")
	if len(s) <= maxReason {
		return s
	}
	end := maxReason
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}
