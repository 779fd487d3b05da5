package outbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
)

// Count is how much work of a kind stands in each state.
type Count struct {
	Kind    string
	Waiting int64 // its instant is to come
	Due     int64 // nobody has begun it, or who had begun it is gone
	Running int64
	Dead    int64
	// Oldest is for how long the oldest due work of the kind has been due.
	Oldest time.Duration
}

// MostCounted is where counting ends: somebody who watches wants to know that
// it is much, and the database has more to do than to count all of it.
const MostCounted = 10_000

// Each state is one stretch of an index. A row that is claimed is due at the
// end of its lease, so what runs lies in the next lease's time.
const countOfKind = `SELECT
	(SELECT COUNT(*) FROM (SELECT 1 FROM due_work WHERE dead = 0 AND kind = $1 AND due_us > $2 LIMIT $4) AS l),
	(SELECT COUNT(*) FROM (SELECT 1 FROM due_work WHERE dead = 0 AND kind = $1 AND due_us <= $2 LIMIT $4) AS d),
	(SELECT COUNT(*) FROM (SELECT lease_us FROM due_work WHERE dead = 0 AND kind = $1 AND due_us > $2 AND due_us <= $3 ORDER BY due_us LIMIT $4) AS r WHERE r.lease_us > 0),
	(SELECT COUNT(*) FROM (SELECT 1 FROM due_work WHERE dead = 1 AND kind = $1 LIMIT $4) AS x),
	(SELECT COALESCE(MIN(due_us), $2) FROM due_work WHERE dead = 0 AND kind = $1)`

// Counts counts the work of every kind that this runner knows and of every
// other that is planned, each state up to MostCounted.
func (r *Runner) Counts(ctx context.Context, tx *db.Tx) ([]Count, error) {
	kinds, err := r.kinds(ctx, tx)
	if err != nil {
		return nil, err
	}
	all := make([]Count, 0, len(kinds))
	for _, kind := range kinds {
		c := Count{Kind: kind}
		var later, oldest int64
		err := tx.Row(ctx, countOfKind, kind, tx.NowUS(), tx.Now().Add(leaseFor).UnixMicro(), int64(MostCounted)).Scan(&later, &c.Due, &c.Running, &c.Dead, &oldest)
		if err != nil {
			return nil, fmt.Errorf("outbox: counting %s: %w", kind, err)
		}
		c.Waiting = max(later-c.Running, 0)
		c.Oldest = time.Duration(max(tx.NowUS()-oldest, 0)) * time.Microsecond
		all = append(all, c)
	}
	return all, nil
}

// kinds lists what this runner knows and what is planned, by name.
func (r *Runner) kinds(ctx context.Context, tx *db.Tx) ([]string, error) {
	known := map[string]bool{}
	for kind := range r.inside {
		known[kind] = true
	}
	for kind := range r.outside {
		known[kind] = true
	}
	planned, err := plannedKinds(ctx, tx)
	for _, kind := range planned {
		known[kind] = true
	}
	return slices.Sorted(maps.Keys(known)), err
}

// plannedKinds lists the kinds of what is planned or dead, by name. It steps
// from one to the next in the index instead of reading all rows.
func plannedKinds(ctx context.Context, tx *db.Tx) (all []string, err error) {
	for last := ""; ; all = append(all, last) {
		err := tx.Row(ctx, "SELECT COALESCE(MIN(kind), '') FROM due_work WHERE kind > $1", last).Scan(&last)
		if err != nil {
			return nil, fmt.Errorf("outbox: listing the kinds of due work: %w", err)
		}
		if last == "" {
			return all, nil
		}
	}
}

// Revive has work that was given up tried again at once, and returns it as it
// then stands. Work that is planned already is left as it is, so that asking
// twice is asking once. The fault is not_found.
func (r *Runner) Revive(ctx context.Context, kind, key string) (p Planned, err error) {
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if p, err = find(ctx, tx, kind, key); err != nil || !p.Dead {
			return err
		}
		failed := p
		if err := Revive(ctx, tx, kind, key); err != nil {
			return err
		}
		if err := r.Revived(ctx, tx, failed); err != nil {
			return err
		}
		p, err = find(ctx, tx, kind, key)
		return err
	})
	return p, err
}

// Listing chooses a page of planned work.
type Listing struct {
	State string // planned or dead; "" is both, the dead first
	Kind  string // "" is all kinds
	After string // what Position made of the last of the page before; "" for the first page
	Limit int
}

// The states of a Listing.
const (
	StatePlanned = "planned"
	StateDead    = "dead"
)

// Position is where a page ended that ended with this work.
func (p *Planned) Position() string {
	alive := 1
	if p.Dead {
		alive = 0
	}
	return fmt.Sprintf("%d %d %s %s", alive, p.DueUS, p.Kind, p.Key)
}

// Listed returns a page of planned work, the dead first, then by instant. Work
// that moves meanwhile may be seen twice, or not.
func Listed(ctx context.Context, tx *db.Tx, l Listing) ([]Planned, error) {
	if l.State != "" && l.State != StatePlanned && l.State != StateDead {
		return nil, fault.New(fault.InvalidParameter, "Due work is planned or dead.").At("state", fault.InvalidParameter, "Due work is planned or dead.")
	}
	at, err := l.place()
	if err != nil {
		return nil, err
	}
	var all []Planned
	if l.State != StatePlanned && (at == nil || at.Dead) {
		if all, err = l.dead(ctx, tx, at); err != nil || len(all) == l.Limit {
			return all, err
		}
	}
	if l.State == StateDead {
		return all, nil
	}
	if at != nil && at.Dead { // the page after the dead begins with the first that is planned
		at = nil
	}
	l.Limit -= len(all)
	planned, err := l.planned(ctx, tx, at)
	return append(all, planned...), err
}

// place is the last work of the page before, as far as it is known; nil is none.
func (l *Listing) place() (*Planned, error) {
	if l.After == "" {
		return nil, nil
	}
	wrong := fault.New(fault.CursorInvalid, "This is no place in the list of due work. Begin without it.")
	parts := strings.SplitN(l.After, " ", 4)
	if len(parts) != 4 {
		return nil, wrong
	}
	alive, err := strconv.ParseInt(parts[0], 10, 64)
	due, err2 := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || err2 != nil {
		return nil, wrong
	}
	return &Planned{Dead: alive == 0, Work: Work{Kind: parts[2], Key: parts[3], DueUS: due}}, nil
}

// dead reads what was given up, which an index has alone.
func (l *Listing) dead(ctx context.Context, tx *db.Tx, at *Planned) ([]Planned, error) {
	where, args := "", []any{l.Limit}
	if at != nil {
		where, args = " AND (due_us, kind, work_key) > ($2, $3, $4)", append(args, at.DueUS, at.Kind, at.Key)
	}
	if l.Kind != "" {
		args = append(args, l.Kind)
		where += fmt.Sprintf(" AND kind = $%d", len(args))
	}
	return db.Collect[Planned](tx.Query(ctx, "SELECT "+plannedColumns+" FROM due_work WHERE dead = 1"+where+" ORDER BY due_us, kind, work_key LIMIT $1", args...))(scanPlanned)
}

// planned reads the first of each kind in the index that runners have, and
// merges them: the kinds are few, and an index of all of them by their instant
// would be one more to write for each work that is planned.
func (l *Listing) planned(ctx context.Context, tx *db.Tx, at *Planned) (all []Planned, err error) {
	kinds := []string{l.Kind}
	if l.Kind == "" {
		if kinds, err = plannedKinds(ctx, tx); err != nil {
			return nil, err
		}
	}
	for _, kind := range kinds {
		where, args := "", []any{kind, l.Limit}
		switch {
		case at == nil:
		case kind < at.Kind:
			where, args = " AND due_us > $3", append(args, at.DueUS)
		case kind == at.Kind:
			where, args = " AND (due_us, work_key) > ($3, $4)", append(args, at.DueUS, at.Key)
		default:
			where, args = " AND due_us >= $3", append(args, at.DueUS)
		}
		some, err := db.Collect[Planned](tx.Query(ctx, "SELECT "+plannedColumns+" FROM due_work WHERE dead = 0 AND kind = $1"+where+" ORDER BY due_us, work_key LIMIT $2", args...))(scanPlanned)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, func(a, b Planned) int {
		return cmp.Or(cmp.Compare(a.DueUS, b.DueUS), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Key, b.Key))
	})
	return all[:min(len(all), l.Limit)], nil
}

func find(ctx context.Context, tx *db.Tx, kind, key string) (p Planned, err error) {
	err = tx.Row(ctx, "SELECT "+plannedColumns+" FROM due_work WHERE kind = $1 AND work_key = $2", kind, key).
		Scan(&p.Kind, &p.Key, &p.DueUS, &p.Attempts, &p.claim, &p.Dead, &p.LastError, &p.PlannedUS)
	if errors.Is(err, db.ErrNoRows) {
		err = fault.New(fault.NotFound, "There is no due work %s %s. Work that is done is gone.", kind, key)
	}
	return p, err
}
