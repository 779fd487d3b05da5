package goal

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/outbox"
)

// End ends the creator's goal: what is given from now on does not count. One
// that has ended stays as it is. The fault is not_found, also for a goal of
// another creator than by.
func (s *Service) End(ctx context.Context, by id.Person, goal id.Goal) (g Goal, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if g, err = Get(ctx, tx, goal); err != nil {
			return err
		}
		if g.Creator != by {
			return missing(goal)
		}
		if g.UntilUS != 0 {
			if err := outbox.Cancel(ctx, tx, WorkEnd, string(goal)); err != nil {
				return err
			}
		}
		return end(ctx, tx, &g)
	})
	return g, err
}

// RunEnd is the due work that ends a goal with its month.
func RunEnd(ctx context.Context, tx *db.Tx, goal id.Goal) (nextUS int64, err error) {
	g, err := Get(ctx, tx, goal)
	if err != nil {
		return 0, err
	}
	if g.State == Active && tx.NowUS() < g.UntilUS { // the clock was set back
		return g.UntilUS, nil
	}
	return 0, end(ctx, tx, &g)
}

func end(ctx context.Context, tx *db.Tx, g *Goal) (err error) {
	if g.State == Ended {
		return nil
	}
	if g.untilSeq, _, _, err = ledger.Head(ctx, tx); err != nil {
		return err
	}
	g.State, g.EndedUS = Ended, tx.NowUS()
	if _, err := tx.Exec(ctx, "UPDATE goal SET state = $2, until_seq = $3, ended_us = $4 WHERE id = $1", g.ID, g.State, g.untilSeq, g.EndedUS); err != nil {
		return err
	}
	return emit(ctx, tx, "goal.ended", g)
}

// over finds the active goals whose LIVE is over.
const over = "SELECT " + columns + " FROM goal WHERE state = 'active' AND target <> '' AND EXISTS (SELECT 1 FROM live_room r WHERE r.id = goal.target AND r.state = 'ended') ORDER BY id"

// endOver ends the goals whose LIVE is over.
func endOver(ctx context.Context, tx *db.Tx) error {
	all, err := db.Collect[Goal](tx.Query(ctx, over))(scan)
	if err != nil {
		return err
	}
	for i := range all {
		if err := end(ctx, tx, &all[i]); err != nil {
			return err
		}
	}
	return nil
}
