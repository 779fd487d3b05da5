package outbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/db"
)

// room is what may be claimed: inside work of these kinds, and so many of
// each outside kind.
type room struct {
	inside  []any
	outside map[string]int
}

// kinds lists all kinds for which there is room.
func (s room) kinds() []any {
	all := slices.Clone(s.inside)
	for kind := range s.outside {
		all = append(all, kind)
	}
	return all
}

// anything is room for a batch of whatever this runner knows.
func (r *Runner) anything() room {
	s := room{outside: map[string]int{}}
	for _, kind := range slices.Sorted(maps.Keys(r.inside)) {
		s.inside = append(s.inside, kind)
	}
	for kind := range r.outside {
		s.outside[kind] = claimAtOnce
	}
	return s
}

// room is what Run may start beside what it has running.
func (r *Runner) room() room {
	s := r.anything()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.inBatch {
		s.inside = nil
	}
	left := r.most
	for _, n := range r.busy {
		left -= n
	}
	for kind := range s.outside {
		if s.outside[kind] = min(left, r.ofOne-r.busy[kind]); s.outside[kind] <= 0 {
			delete(s.outside, kind)
		}
	}
	return s
}

// Next returns the instant at which the next work of a kind that this runner
// knows is due, for a clock that jumps from one to the next; ok is false when
// nothing is planned. Work that runs counts with the end of its lease.
func (r *Runner) Next(ctx context.Context) (due time.Time, ok bool, err error) {
	return r.next(ctx, r.anything())
}

func (r *Runner) next(ctx context.Context, s room) (due time.Time, ok bool, err error) {
	kinds := s.kinds()
	if len(kinds) == 0 {
		return time.Time{}, false, nil
	}
	var us int64
	err = r.db.Read(ctx, func(tx *db.Tx) error { return tx.Row(ctx, earliest(len(kinds)), kinds...).Scan(&us) })
	if err != nil {
		return time.Time{}, false, fmt.Errorf("outbox: looking for due work: %w", err)
	}
	return time.UnixMicro(us).UTC(), us != never, nil
}

// never is later than any work.
const never = math.MaxInt64

// earliest is the query for the earliest instant of so many kinds. Each kind
// is one look into the index, however much of the others is due.
func earliest(kinds int) string {
	var b strings.Builder
	b.WriteString("SELECT MIN(s.due_us) FROM (")
	for i := range kinds {
		if i > 0 {
			b.WriteString(" UNION ALL ")
		}
		fmt.Fprintf(&b, "SELECT COALESCE(MIN(due_us), %d) AS due_us FROM due_work WHERE dead = 0 AND kind = $%d", int64(never), i+1)
	}
	b.WriteString(") AS s")
	return b.String()
}

// claim takes work that is due, for a while: a process that dies gives it
// back by the end of its lease. Only kinds that this runner knows are taken.
// A claimed row is due again at the end of its lease, so that the instant
// alone says when it can next be taken.
func (r *Runner) claim(ctx context.Context, s room) (claimed []Planned, err error) {
	if r.steppedBack() {
		if err := r.Start(ctx); err != nil {
			return nil, err
		}
	}
	due, ok, err := r.next(ctx, s) // an idle server is saved the write
	if err != nil || !ok || due.After(r.db.Clock().Now()) {
		return nil, err
	}
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		found, err := candidates(ctx, tx, s)
		if err != nil {
			return err
		}
		claimed = claimed[:0]
		for _, p := range found {
			mine, err := r.claimOne(ctx, tx, &p)
			if err != nil {
				return err
			}
			if mine {
				claimed = append(claimed, p)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("outbox: claiming due work: %w", err)
	}
	r.keep(claimed)
	return claimed, nil
}

// candidates returns what is due, in the order of the instants. It asks for
// each kind alone, so that a long queue of one does not hide the others.
func candidates(ctx context.Context, tx *db.Tx, s room) ([]Planned, error) {
	inside := make([][]Planned, len(s.inside))
	for i, kind := range s.inside {
		var err error
		if inside[i], err = dueOf(ctx, tx, kind, claimAtOnce); err != nil {
			return nil, err
		}
	}
	found := inTurn(inside, claimAtOnce)
	left := claimAtOnce
	if len(s.outside) > 0 {
		left = max(left/len(s.outside), 1)
	}
	for _, kind := range slices.Sorted(maps.Keys(s.outside)) {
		some, err := dueOf(ctx, tx, kind, min(s.outside[kind], left))
		if err != nil {
			return nil, err
		}
		found = append(found, some...)
	}
	slices.SortFunc(found, func(a, b Planned) int {
		return cmp.Or(cmp.Compare(a.DueUS, b.DueUS), strings.Compare(a.Kind, b.Kind), strings.Compare(a.Key, b.Key))
	})
	return found, nil
}

// dueOfKind is read off the index in its order.
const dueOfKind = "SELECT " + plannedColumns + " FROM due_work WHERE dead = 0 AND kind = $1 AND due_us <= $2 ORDER BY due_us, work_key LIMIT $3"

func dueOf(ctx context.Context, tx *db.Tx, kind any, limit int) ([]Planned, error) {
	return db.Collect[Planned](tx.Query(ctx, dueOfKind, kind, tx.NowUS(), int64(limit)))(scanPlanned)
}

// inTurn takes the first of each queue, then the second of each and so on, up
// to so many: a hundred thousand earnings that mature at midnight leave room
// for the combo that ends then, and a queue that is alone gets all of it.
func inTurn(queues [][]Planned, most int) (taken []Planned) {
	for i := 0; i < most; i++ {
		for _, q := range queues {
			if i < len(q) && len(taken) < most {
				taken = append(taken, q[i])
			}
		}
	}
	return taken
}

// claimOne claims the candidate. It returns false for work that is not to be
// run: this runner has it running, or it was begun too often without an end,
// because each time its process died.
func (r *Runner) claimOne(ctx context.Context, tx *db.Tx, p *Planned) (bool, error) {
	until := tx.Now().Add(r.leaseOf(p.Kind)).UnixMicro()
	if r.isRunning(p) { // the clock was moved over its lease: the lease moves along
		_, err := tx.Exec(ctx, "UPDATE due_work SET due_us = $4, lease_us = $4 WHERE kind = $1 AND work_key = $2 AND claim = $3", p.Kind, p.Key, p.claim, until)
		return false, err
	}
	if p.Attempts >= maxAttempts && r.every[p.Kind] == 0 {
		_, err := tx.Exec(ctx, "UPDATE due_work SET dead = 1, lease_us = 0, claim = claim + 1, last_error = $3 WHERE kind = $1 AND work_key = $2",
			p.Kind, p.Key, fmt.Sprintf("It was begun %d times, and its process stopped each time before the end.", p.Attempts))
		return false, err
	}
	p.claim++
	p.Attempts++
	_, err := tx.Exec(ctx, "UPDATE due_work SET claim = $3, attempts = $4, due_us = $5, lease_us = $5 WHERE kind = $1 AND work_key = $2",
		p.Kind, p.Key, p.claim, p.Attempts, until)
	return true, err
}

func (r *Runner) isRunning(p *Planned) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.running[workID{p.Kind, p.Key}]
}

// keep notes what this runner has running.
func (r *Runner) keep(claimed []Planned) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range claimed {
		r.running[workID{p.Kind, p.Key}] = true
		if r.inside[p.Kind] != nil {
			r.inBatch = true
		} else {
			r.busy[p.Kind]++
		}
	}
}

// release is the reverse of keep.
func (r *Runner) release(done ...Planned) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range done {
		delete(r.running, workID{p.Kind, p.Key})
		if r.inside[p.Kind] != nil {
			r.inBatch = false
		} else if r.busy[p.Kind]--; r.busy[p.Kind] == 0 {
			delete(r.busy, p.Kind)
		}
	}
}

// errStale says that somebody else has the work now.
var errStale = errors.New("outbox: the claim of this work has run out")
