package webhook

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ovationhq/ovation/internal/db"
)

const (
	maxAnswer    = 1000 // bytes of an answer that are kept
	mostAttempts = 50   // of a delivery that are kept
)

// failureOf is why an attempt failed, also one that was answered.
func failureOf(out *Outcome) Failure {
	switch {
	case out.Failure != "":
		return out.Failure
	case out.Status >= 200 && out.Status <= 299:
		return ""
	case out.Status >= 300 && out.Status <= 399:
		return Redirect
	case out.Status == 410:
		return Gone
	}
	return BadStatus
}

// record notes an attempt and what follows from it. on is false when the
// endpoint is not to be sent any more now. An attempt at what is over, or what
// somebody else tried meanwhile, says nothing.
func record(ctx context.Context, tx *db.Tx, seen *Delivery, out Outcome) (on bool, err error) {
	d, err := deliveryOf(ctx, tx, seen.Endpoint, seen.ID)
	if errors.Is(err, db.ErrNoRows) {
		return false, nil
	}
	if err != nil || d.State != Waiting || d.Attempts != seen.Attempts {
		return true, err
	}
	e, ok, err := find(ctx, tx, d.Endpoint)
	if err != nil || !ok || e.State == deleted {
		return false, err
	}
	failure := failureOf(&out)
	d.Attempts, d.tries = d.Attempts+1, d.tries+1
	if d.firstUS == 0 {
		d.firstUS = tx.NowUS()
	}
	_, err = tx.Exec(ctx, "INSERT INTO webhook_attempt (delivery_id, number, at_us, took_us, status, error, answer) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		d.ID, d.Attempts, tx.NowUS(), out.Took.Microseconds(), int64(out.Status), string(failure), excerpt(out.Answer))
	if err != nil {
		return false, err
	}
	if d.Attempts > mostAttempts {
		if _, err := tx.Exec(ctx, "DELETE FROM webhook_attempt WHERE delivery_id = $1 AND number <= $2", d.ID, d.Attempts-mostAttempts); err != nil {
			return false, err
		}
	}
	failing, state := e.FailingUS, e.State
	if err := judge(ctx, tx, &e, &d, failure, out.RetryAfter); err != nil {
		return false, err
	}
	if err := d.save(ctx, tx); err != nil {
		return false, err
	}
	if e.FailingUS != failing || e.State != state {
		err = e.save(ctx, tx)
	}
	return e.State == Enabled, err
}

// judge decides what becomes of a delivery, and of its endpoint, after an
// attempt.
func judge(ctx context.Context, tx *db.Tx, e *Endpoint, d *Delivery, failure Failure, after time.Duration) error {
	d.NextUS, d.EndedUS = 0, tx.NowUS()
	if failure == "" {
		d.State, e.FailingUS = Delivered, 0
		return nil
	}
	if e.FailingUS == 0 {
		e.FailingUS = tx.NowUS()
	}
	switch {
	case failure == Gone:
		d.State = Dead
		if e.State == Enabled {
			return e.disable(ctx, tx, IsGone, goneReason)
		}
	case d.tries >= int64(len(retries)):
		d.State = Dead
		if e.State == Enabled && e.FailingUS <= d.firstUS {
			return e.disable(ctx, tx, Failing, failingReason)
		}
	default:
		d.EndedUS = 0
		d.NextUS = tx.Now().Add(max(retries[d.tries], min(after, mostWait))).UnixMicro()
	}
	return nil
}

// excerpt makes of an answer a text that both engines take.
func excerpt(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "\ufffd")
	if len(s) <= maxAnswer {
		return s
	}
	end := maxAnswer
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end]
}
