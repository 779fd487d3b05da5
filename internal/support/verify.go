package support

import (
	"context"
	"strconv"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
)

// The rules of support, by name.
const (
	RulePlace = "what was counted of the journal is no more than there is"
	RuleSums  = "a board is the sum of the gifts that were counted"
)

// Checks are the rules of support for ledger verify.
func Checks() []ledger.Check {
	return []ledger.Check{
		ledger.Look(RulePlace, ledger.Violation{Detail: "it is transfer %d, and the journal ends with %d",
			Query: "SELECT 'support_place', p.seq, h.seq FROM support_place p CROSS JOIN (SELECT COALESCE(MAX(seq), 0) AS seq FROM ledger_transfer) h WHERE p.seq > h.seq"}),
		{Name: RuleSums, Run: checkSums},
	}
}

// checkSums adds the gifts up with one query, by fan, place and week, and
// compares the boards that this makes with those that are kept. While they are
// being forgotten they are the sum of nothing.
func checkSums(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	var forgetting bool
	if err := tx.Row(ctx, "SELECT forgetting FROM support_place WHERE id = 1").Scan(&forgetting); err != nil || forgetting {
		return err
	}
	want := map[sumKey]*sum{}
	rows, err := tx.Query(ctx, `SELECT creator_id, sender_id, target, (sent_us / $1 + $2) / 7, CAST(SUM(price_coins * quantity) AS BIGINT), CAST(SUM(quantity) AS BIGINT), MIN(sent_us), MAX(sent_us)
		FROM gift WHERE transfer_seq <= (SELECT seq FROM support_place) GROUP BY 1, 2, 3, 4`, int64(dayUS), int64(mondayShift))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var creator, fan id.Person
		var target string
		var week int64
		var s sum
		if err := rows.Scan(&creator, &fan, &target, &week, &s.coins, &s.gifts, &s.firstUS, &s.lastUS); err != nil {
			return err
		}
		for _, board := range []string{target, string(creator) + "/" + strconv.FormatInt(week, 10), string(creator)} {
			w := want[sumKey{board, fan}]
			if w == nil {
				w = &sum{firstUS: s.firstUS}
				want[sumKey{board, fan}] = w
			}
			w.coins, w.gifts, w.firstUS, w.lastUS = w.coins+s.coins, w.gifts+s.gifts, min(w.firstUS, s.firstUS), max(w.lastUS, s.lastUS)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return compare(ctx, tx, r, want)
}

func compare(ctx context.Context, tx *db.Tx, r *ledger.Report, want map[sumKey]*sum) error {
	rows, err := tx.Query(ctx, "SELECT board, "+sumColumns+" FROM support_sum")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var k sumKey
		var have, none sum
		if err := rows.Scan(&k.board, &k.fan, &have.coins, &have.gifts, &have.firstUS, &have.lastUS); err != nil {
			return err
		}
		w := want[k]
		if w == nil {
			w = &none
		}
		if *w != have {
			r.Add(RuleSums, k.board+" "+string(k.fan), "it has %d coins of %d gifts, the gifts sum to %d coins of %d, or to other instants", have.coins, have.gifts, w.coins, w.gifts)
		}
		delete(want, k)
	}
	for k, w := range want {
		r.Add(RuleSums, k.board+" "+string(k.fan), "it is missing, the gifts sum to %d coins of %d", w.coins, w.gifts)
	}
	return rows.Err()
}
