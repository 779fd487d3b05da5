package support

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/people"
)

// Service counts, and answers who supports whom.
type Service struct{ db *db.DB }

// NewService returns a Service on the database.
func NewService(d *db.DB) *Service { return &Service{db: d} }

const (
	// pause is the least time between two rounds: what is counted shares the
	// writer with the gifts.
	pause = 250 * time.Millisecond
	// readAtOnce bounds the transfers that a round looks at, and sumsAtOnce
	// the sums that it changes, which is what it holds the writer for.
	readAtOnce, sumsAtOnce = 5000, 1000
	// newsFor is how old a gift may be whose leaderboard is told of. What is
	// counted later, on the first start over old data or after Rebuild, is no
	// news to anybody.
	newsFor = time.Hour
)

// forgetAtOnce is how many sums are forgotten at once.
var forgetAtOnce = 5000

// Run counts what is given until the context ends.
func (s *Service) Run(ctx context.Context, log *slog.Logger) error {
	return outbox.Follow(ctx, s.db, log, pause, s.Count)
}

// given is an accepted gift, as far as it is counted.
type given struct {
	seq          int64
	creator, fan id.Person
	target       string
	coins, gifts int64
	atUS         int64
}

// sum is what a round adds to one fan on one board.
type sum struct{ coins, gifts, firstUS, lastUS int64 }

type sumKey struct {
	board string
	fan   id.Person
}

// round is what one look at the journal has found.
type round struct {
	from, upTo int64 // of the journal
	behind     bool  // there is more after it
	forgetting bool  // the boards are being forgotten, and nothing else is done
	newsUS     int64 // from when on gifts are news
	sums       map[sumKey]*sum
	order      []sumKey             // in which they came, so that a run can be repeated
	targets    map[string]id.Person // that received something new, and whose they are
}

// Count is one round: it counts the next gifts and tells of changed
// leaderboards. again is when to come back even if nothing is given; 0 means
// that there is no need to.
func (s *Service) Count(ctx context.Context) (again time.Duration, err error) {
	var r *round
	var nextUS int64
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) {
		if r, err = look(ctx, tx); err != nil {
			return err
		}
		nextUS, err = nextTelling(ctx, tx)
		return err
	})
	if err != nil {
		return 0, err
	}
	now := s.db.Clock().Now().UnixMicro()
	if len(r.order) > 0 || r.behind || nextUS != 0 && nextUS <= now {
		err = s.db.Write(ctx, func(tx *db.Tx) error {
			if r.forgetting {
				return forget(ctx, tx)
			}
			if err := r.write(ctx, tx); err != nil {
				return err
			}
			nextUS, err = tell(ctx, tx)
			return err
		})
		if err != nil {
			return 0, err
		}
	}
	switch {
	case r.behind:
		return outbox.Behind, nil
	case nextUS != 0:
		return max(time.Duration(nextUS-now)*time.Microsecond, outbox.Behind), nil
	}
	return 0, nil
}

// look reads the next gifts and adds them up in memory.
func look(ctx context.Context, tx *db.Tx) (*round, error) {
	r := &round{sums: map[sumKey]*sum{}, targets: map[string]id.Person{}, newsUS: tx.Now().Add(-newsFor).UnixMicro()}
	if err := tx.Row(ctx, "SELECT seq, forgetting FROM support_place WHERE id = 1").Scan(&r.from, &r.forgetting); err != nil {
		return nil, err
	}
	head, _, _, err := ledger.Head(ctx, tx)
	if err != nil {
		return nil, err
	}
	if r.forgetting {
		r.behind = true
		return r, nil
	}
	r.upTo = min(r.from+readAtOnce, head)
	rows, err := tx.Query(ctx, `SELECT t.seq, g.creator_id, g.sender_id, g.target, g.price_coins * g.quantity, g.quantity, g.sent_us
		FROM ledger_transfer t JOIN gift g ON g.id = t.cause WHERE t.seq > $1 AND t.seq <= $2 AND t.kind = 'gift.sent' ORDER BY t.seq`, r.from, r.upTo)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var g given
		if err := rows.Scan(&g.seq, &g.creator, &g.fan, &g.target, &g.coins, &g.gifts, &g.atUS); err != nil {
			return nil, err
		}
		if len(r.order) >= sumsAtOnce {
			r.upTo = g.seq - 1
			break
		}
		r.add(&g)
	}
	// What lies behind without a gift is passed by when there is much of it.
	r.behind = r.upTo < head || len(r.order) == 0 && r.upTo-r.from == readAtOnce
	return r, rows.Err()
}

// boards are the boards that a gift counts on.
func (g *given) boards() [3]string {
	return [3]string{g.target, weekBoard(g.creator, weekOf(g.atUS)), string(g.creator)}
}

func (r *round) add(g *given) {
	if g.atUS >= r.newsUS {
		r.targets[g.target] = g.creator
	}
	for _, board := range g.boards() {
		k := sumKey{board, g.fan}
		s := r.sums[k]
		if s == nil {
			s = &sum{firstUS: g.atUS}
			r.sums[k], r.order = s, append(r.order, k)
		}
		s.coins, s.gifts, s.lastUS = s.coins+g.coins, s.gifts+g.gifts, g.atUS
	}
}

// write adds the round to the boards, unless another process has done it.
func (r *round) write(ctx context.Context, tx *db.Tx) error {
	n, err := tx.Exec(ctx, "UPDATE support_place SET seq = $2 WHERE id = 1 AND seq = $1 AND forgetting = 0", r.from, r.upTo)
	if err != nil || n == 0 {
		return err
	}
	if err := r.writeSums(ctx, tx); err != nil {
		return err
	}
	for _, target := range slices.Sorted(maps.Keys(r.targets)) {
		_, err := tx.Exec(ctx, `INSERT INTO support_told (target, creator_id, told_us, pending) VALUES ($1, $2, 0, 1)
			ON CONFLICT (target) DO UPDATE SET pending = 1 WHERE support_told.pending = 0`, target, r.targets[target])
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *round) writeSums(ctx context.Context, tx *db.Tx) error {
	cols := []string{"board", "fan_id", "coins", "gifts", "first_us", "last_us"}
	args := make([]any, 0, len(cols)*len(r.order))
	for _, k := range r.order {
		s := r.sums[k]
		args = append(args, k.board, string(k.fan), s.coins, s.gifts, s.firstUS, s.lastUS)
	}
	return tx.UpsertRows(ctx, "support_sum", cols, 2, len(r.order), args, `coins = support_sum.coins + excluded.coins, gifts = support_sum.gifts + excluded.gifts,
		first_us = CASE WHEN excluded.first_us < support_sum.first_us THEN excluded.first_us ELSE support_sum.first_us END,
		last_us = CASE WHEN excluded.last_us > support_sum.last_us THEN excluded.last_us ELSE support_sum.last_us END`)
}

// Rebuild forgets all boards and has them counted anew, both in the background;
// until that has reached the end they show less. Operators do it.
func (s *Service) Rebuild(ctx context.Context, by people.Caller) error {
	if !by.Is(people.Operator) {
		return fault.New(fault.RoleRequired, "This is for a person with the role %s.", people.Operator)
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, "UPDATE support_place SET forgetting = 1 WHERE id = 1"); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by.Act(ctx, audit.Act{Verb: "leaderboards.rebuild", Subject: "leaderboards"}))
	})
}

// forget removes some of the sums, and lets the counting begin when none are
// left.
func forget(ctx context.Context, tx *db.Tx) error {
	var board string
	var fan id.Person
	err := tx.Row(ctx, "SELECT board, fan_id FROM support_sum ORDER BY board, fan_id LIMIT 1 OFFSET $1", forgetAtOnce-1).Scan(&board, &fan)
	if err == nil {
		_, err = tx.Exec(ctx, "DELETE FROM support_sum WHERE board < $1 OR (board = $1 AND fan_id <= $2)", board, fan)
		return err
	}
	if !errors.Is(err, db.ErrNoRows) {
		return err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM support_sum"); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "UPDATE support_place SET seq = 0, forgetting = 0 WHERE id = 1 AND forgetting = 1")
	return err
}
