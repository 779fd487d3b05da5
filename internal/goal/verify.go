package goal

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
)

// The rules of goals, by name.
const (
	RulePlace    = "goals have counted no more of the journal than there is"
	RuleProgress = "the progress of a goal is the gifts that it counts"
	RuleActive   = "a creator has at most three active goals"
	RuleTold     = "a goal that is reached was told of once"
)

// Checks are the rules of goals for ledger verify.
func Checks() []ledger.Check {
	return []ledger.Check{
		ledger.Look(RulePlace, ledger.Violation{Detail: "it is transfer %d, and the journal ends with %d",
			Query: "SELECT 'goal_place', p.seq, h.seq FROM goal_place p CROSS JOIN (SELECT COALESCE(MAX(seq), 0) AS seq FROM ledger_transfer) h WHERE p.seq > h.seq"}),
		{Name: RuleProgress, Run: checkProgress},
		ledger.Look(RuleActive, ledger.Violation{Detail: "there are %d, of at most %d", Args: []any{int64(MaxActive)},
			Query: "SELECT creator_id, COUNT(*), CAST($1 AS BIGINT) FROM goal WHERE state = 'active' GROUP BY creator_id HAVING COUNT(*) > $1"}),
		ledger.Look(RuleTold, ledger.Violation{Detail: "it has %d events, and was reached %d times",
			Query: `SELECT s.id, CAST(SUM(s.told) AS BIGINT), CAST(SUM(s.reached) AS BIGINT) FROM (
				SELECT id, 0 AS told, CASE WHEN reached_us > 0 THEN 1 ELSE 0 END AS reached FROM goal
				UNION ALL SELECT SUBSTR(data, 24, 30), 1, 0 FROM outbox_event WHERE type = 'goal.reached') s
				GROUP BY s.id HAVING SUM(s.told) <> SUM(s.reached)`}),
	}
}

// checkProgress reads the gifts of all creators who have goals once.
func checkProgress(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	var place int64
	if err := tx.Row(ctx, "SELECT seq FROM goal_place WHERE id = 1").Scan(&place); err != nil {
		return err
	}
	all, err := db.Collect[Goal](tx.Query(ctx, "SELECT "+columns+" FROM goal ORDER BY id"))(scan)
	if err != nil || len(all) == 0 {
		return err
	}
	byCreator, want := map[id.Person][]*Goal{}, map[id.Goal]int64{}
	var creators []any
	first := all[0].afterSeq
	for i := range all {
		g := &all[i]
		if byCreator[g.Creator] == nil {
			creators = append(creators, string(g.Creator))
		}
		byCreator[g.Creator], first = append(byCreator[g.Creator], g), min(first, g.afterSeq)
	}
	rows, err := tx.QueryList(ctx, `SELECT transfer_seq, creator_id, target, item, price_coins * quantity, quantity, sent_us FROM gift
		WHERE transfer_seq > $1 AND transfer_seq <= $2 AND creator_id IN ($list)`, creators, first, place)
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
			want[g.ID] += g.counts(&f)
		}
	}
	for i := range all {
		if g := &all[i]; g.Progress != want[g.ID] {
			r.Add(RuleProgress, string(g.ID), "it says %d, its gifts sum to %d", g.Progress, want[g.ID])
		}
	}
	return rows.Err()
}
