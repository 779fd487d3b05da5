package payment

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
)

// FirstTime notes that the event has its effect in this transaction, and
// reports whether it had none before. The same event twice, or a hundred
// times at once, has one effect.
func FirstTime(ctx context.Context, tx *db.Tx, ev Event) (bool, error) {
	n, err := tx.Exec(ctx, "INSERT INTO payment_event (id, type, object_id, applied_us) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING",
		ev.ID, ev.Type, ev.ObjectID, tx.NowUS())
	return n == 1, err
}

// Noted reports whether the event had its effect before. Whoever takes news asks
// this first: then nobody asks the provider about them again.
func Noted(ctx context.Context, tx *db.Tx, ev Event) (bool, error) {
	var n int64
	err := tx.Row(ctx, "SELECT COUNT(*) FROM payment_event WHERE id = $1", ev.ID).Scan(&n)
	return n > 0, err
}

// notedAtOnce bounds the ids of one query.
const notedAtOnce = 500

// Unnoted returns those of the events that had no effect yet, in their order, so
// that nobody asks the provider again about the others.
func Unnoted(ctx context.Context, tx *db.Tx, events []Event) (fresh []Event, err error) {
	for len(events) > 0 {
		some := events[:min(len(events), notedAtOnce)]
		events = events[len(some):]
		ids := make([]any, len(some))
		for i, ev := range some {
			ids[i] = ev.ID
		}
		noted := map[string]bool{}
		found, err := db.Collect[string](tx.QueryList(ctx, "SELECT id FROM payment_event WHERE id IN ($list)", ids))(
			func(r *db.Rows) (id string, err error) { return id, r.Scan(&id) })
		if err != nil {
			return nil, err
		}
		for _, id := range found {
			noted[id] = true
		}
		for _, ev := range some {
			if !noted[ev.ID] {
				fresh = append(fresh, ev)
			}
		}
	}
	return fresh, nil
}

// Polled returns when the account was asked last for its news and all of them were
// taken; 0 if it never was. "" is our own account.
func Polled(ctx context.Context, tx *db.Tx, account string) (us int64, err error) {
	err = tx.Row(ctx, "SELECT COALESCE(MAX(at_us), 0) FROM payment_poll WHERE account = $1", account).Scan(&us)
	return us, err
}

// KeepPoll notes that all news of the account were taken that there were at the
// instant.
func KeepPoll(ctx context.Context, tx *db.Tx, account string, us int64) error {
	_, err := tx.Exec(ctx, "INSERT INTO payment_poll (account, at_us) VALUES ($1, $2) ON CONFLICT (account) DO UPDATE SET at_us = excluded.at_us", account, us)
	return err
}
