package outbox

import (
	"context"
	"errors"
	"fmt"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
)

// Work is something to be done at an instant.
type Work struct {
	Kind  string // names the handler
	Key   string // what it is about, usually a row's id; unique within the kind
	DueUS int64
	Move  bool // if the work is planned already: take DueUS instead of its own
	// Sooner brings work that is planned for later forward, and leaves a run
	// that has begun alone. It is for work that looks at its end what there is
	// to do next (Drive), and so sees what this is about.
	Sooner bool
}

// channelWork is notified after every commit that plans work.
const channelWork = "outbox.work"

// Schedule plans the work. Work of the same kind and key that is planned
// already stays as it is, unless w.Move: then a run that has begun has no
// effect inside, and earlier failures are forgotten. Work that was given up is
// planned anew.
func Schedule(ctx context.Context, tx *db.Tx, w Work) error {
	if w.Kind == "" {
		return errors.New("outbox: due work without a kind")
	}
	onlyDead := " WHERE due_work.dead = 1"
	switch {
	case w.Move:
		onlyDead = ""
	case w.Sooner:
		onlyDead += " OR (due_work.lease_us = 0 AND due_work.due_us > excluded.due_us)"
	}
	_, err := tx.Exec(ctx, `INSERT INTO due_work (kind, work_key, due_us, attempts, claim, lease_us, dead, last_error, planned_us)
		VALUES ($1, $2, $3, 0, 0, 0, 0, '', $4) ON CONFLICT (kind, work_key) DO UPDATE SET due_us = excluded.due_us,
			attempts = 0, claim = due_work.claim + 1, lease_us = 0, dead = 0, last_error = '', planned_us = excluded.planned_us`+onlyDead, w.Kind, w.Key, w.DueUS, tx.NowUS())
	if err != nil {
		return fmt.Errorf("outbox: planning %s %s: %w", w.Kind, w.Key, err)
	}
	tx.Notify(channelWork)
	return nil
}

// Cancel forgets planned work; there need not be any.
func Cancel(ctx context.Context, tx *db.Tx, kind, key string) error {
	_, err := tx.Exec(ctx, "DELETE FROM due_work WHERE kind = $1 AND work_key = $2", kind, key)
	return err
}

// Planned is work as it stands. Work that runs is due at the end of its lease.
type Planned struct {
	Work
	Attempts  int64 // runs that have begun since it was planned or last done
	Dead      bool
	LastError string
	PlannedUS int64

	claim int64
}

const plannedColumns = "kind, work_key, due_us, attempts, claim, dead, last_error, planned_us"

func scanPlanned(r *db.Rows) (p Planned, err error) {
	return p, r.Scan(&p.Kind, &p.Key, &p.DueUS, &p.Attempts, &p.claim, &p.Dead, &p.LastError, &p.PlannedUS)
}

// Revive has dead work tried again at once.
func Revive(ctx context.Context, tx *db.Tx, kind, key string) error {
	n, err := tx.Exec(ctx, "UPDATE due_work SET dead = 0, attempts = 0, due_us = $3 WHERE kind = $1 AND work_key = $2 AND dead = 1", kind, key, tx.NowUS())
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "There is no dead work %s %s.", kind, key)
	}
	tx.Notify(channelWork)
	return err
}
