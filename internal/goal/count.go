package goal

import (
	"context"
	"log/slog"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/outbox"
)

const (
	// pause is the least time between two rounds.
	pause = 250 * time.Millisecond
	// readAtOnce bounds the transfers that a round looks at, and passAt is from
	// how many on it passes them by although no goal counts them.
	readAtOnce, passAt = 5000, 1000
	// tellEvery is the least time between two events about the progress of one
	// goal, and toldAtOnce bounds how many of them a round writes.
	tellEvery  = 2 * time.Second
	toldAtOnce = 100
)

// Run counts what is given until the context ends.
func (s *Service) Run(ctx context.Context, log *slog.Logger) error {
	return outbox.Follow(ctx, s.db, log, pause, s.Count)
}

// round is what one look at the journal has found.
type round struct {
	from, upTo int64
	behind     bool
	moves      bool // the place
	added      map[id.Goal]int64
	ends       bool  // the LIVE of a goal is over
	nextUS     int64 // when something is to be told; 0 if nothing is
}

// Count is one round: it counts the next gifts, ends the goals whose LIVE is
// over and tells of progress. again is when to come back even if nothing is
// given; 0 means that there is no need to.
func (s *Service) Count(ctx context.Context) (again time.Duration, err error) {
	r := &round{}
	if err := s.db.Read(ctx, func(tx *db.Tx) error { r = &round{}; return r.look(ctx, tx) }); err != nil {
		return 0, err
	}
	now := s.db.Clock().Now().UnixMicro()
	if r.moves || r.ends || r.nextUS != 0 && r.nextUS <= now {
		if err := s.db.Write(ctx, func(tx *db.Tx) error { return r.write(ctx, tx) }); err != nil {
			return 0, err
		}
	}
	switch {
	case r.behind:
		return outbox.Behind, nil
	case r.nextUS != 0:
		return max(time.Duration(r.nextUS-now)*time.Microsecond, outbox.Behind), nil
	}
	return 0, nil
}

// look reads the next gifts of the creators who have goals.
func (r *round) look(ctx context.Context, tx *db.Tx) (err error) {
	if err := tx.Row(ctx, "SELECT seq FROM goal_place WHERE id = 1").Scan(&r.from); err != nil {
		return err
	}
	last, _, _, err := ledger.Head(ctx, tx)
	if err != nil {
		return err
	}
	r.upTo, r.added = min(r.from+readAtOnce, last), map[id.Goal]int64{}
	ending, err := db.Collect[Goal](tx.Query(ctx, over+" LIMIT 1"))(scan)
	if err != nil {
		return err
	}
	r.ends = len(ending) > 0
	if r.nextUS, err = nextTelling(ctx, tx); err != nil {
		return err
	}
	open, err := db.Collect[Goal](tx.Query(ctx, "SELECT "+columns+" FROM goal WHERE state = 'active' UNION ALL SELECT "+columns+" FROM goal WHERE state = 'ended' AND until_seq > $1", r.from))(scan)
	if err != nil || len(open) == 0 {
		r.upTo = r.from
		return err
	}
	r.behind = r.upTo < last
	byCreator := map[id.Person][]*Goal{}
	var creators []any
	for i := range open {
		g := &open[i]
		if byCreator[g.Creator] == nil {
			creators = append(creators, string(g.Creator))
		}
		byCreator[g.Creator] = append(byCreator[g.Creator], g)
	}
	rows, err := tx.QueryList(ctx, `SELECT t.seq, f.creator_id, f.target, f.item, f.price_coins * f.quantity, f.quantity, f.sent_us
		FROM ledger_transfer t JOIN gift f ON f.id = t.cause WHERE t.seq > $1 AND t.seq <= $2 AND t.kind = 'gift.sent' AND f.creator_id IN ($list)`, creators, r.from, r.upTo)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		f, err := scanGiven(rows)
		if err != nil {
			return err
		}
		for _, g := range byCreator[f.creator] {
			if n := g.counts(&f); n > 0 {
				r.added[g.ID] += n
			}
		}
	}
	r.moves = len(r.added) > 0 || r.upTo-r.from >= passAt
	return rows.Err()
}

func scanGiven(r *db.Rows) (f given, err error) {
	return f, r.Scan(&f.seq, &f.creator, &f.target, &f.item, &f.coins, &f.quantity, &f.atUS)
}

// write adds the round to the goals, unless another process has done it. A goal
// that was set or ended since the look counts nothing else: its transfers begin
// or end after those of the round.
func (r *round) write(ctx context.Context, tx *db.Tx) error {
	if r.moves {
		n, err := tx.Exec(ctx, "UPDATE goal_place SET seq = $2 WHERE id = 1 AND seq = $1", r.from, r.upTo)
		if err != nil {
			return err
		}
		if n == 1 {
			if err := r.add(ctx, tx); err != nil {
				return err
			}
		}
	}
	if err := endOver(ctx, tx); err != nil {
		return err
	}
	if err := tell(ctx, tx); err != nil {
		return err
	}
	var err error
	r.nextUS, err = nextTelling(ctx, tx)
	return err
}

func (r *round) add(ctx context.Context, tx *db.Tx) error {
	list := make([]any, 0, len(r.added))
	for goal := range r.added {
		list = append(list, string(goal))
	}
	if len(list) == 0 {
		return nil
	}
	all, err := db.Collect[Goal](tx.QueryList(ctx, "SELECT "+columns+" FROM goal WHERE id IN ($list)", list))(scan)
	if err != nil {
		return err
	}
	for i := range all {
		g := &all[i]
		g.Progress += r.added[g.ID]
		reached := g.ReachedUS == 0 && g.Progress >= g.Wanted
		if reached {
			g.ReachedUS, g.toldProgress, g.toldUS = tx.NowUS(), g.Progress, tx.NowUS()
		}
		_, err := tx.Exec(ctx, "UPDATE goal SET progress = $2, reached_us = $3, told_progress = $4, told_us = $5 WHERE id = $1", g.ID, g.Progress, g.ReachedUS, g.toldProgress, g.toldUS)
		if err != nil {
			return err
		}
		if reached {
			if err := emit(ctx, tx, "goal.reached", g); err != nil {
				return err
			}
		}
	}
	return nil
}

// nextTelling returns the instant at which progress is next told of, or 0.
func nextTelling(ctx context.Context, tx *db.Tx) (int64, error) {
	next, err := db.Collect[int64](tx.Query(ctx, "SELECT told_us FROM goal WHERE told_progress < progress ORDER BY told_us LIMIT 1"))(
		func(r *db.Rows) (us int64, err error) { return us, r.Scan(&us) })
	if err != nil || len(next) == 0 {
		return 0, err
	}
	return next[0] + tellEvery.Microseconds(), nil
}

// tell emits goal.progressed for those whose turn it is.
func tell(ctx context.Context, tx *db.Tx) error {
	due, err := db.Collect[Goal](tx.Query(ctx, "SELECT "+columns+" FROM goal WHERE told_progress < progress AND told_us <= $1 ORDER BY told_us, id LIMIT $2",
		tx.NowUS()-tellEvery.Microseconds(), toldAtOnce))(scan)
	if err != nil {
		return err
	}
	for i := range due {
		g := &due[i]
		if err := emit(ctx, tx, "goal.progressed", g); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE goal SET told_progress = progress, told_us = $2 WHERE id = $1", g.ID, tx.NowUS()); err != nil {
			return err
		}
	}
	return nil
}
