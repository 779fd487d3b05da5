package report

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
)

// TipTaken is what refunds and disputes of a tip took from its creator, or hold, in
// the currency of what the creator got.
type TipTaken struct {
	Units int64 // the creator does not have it any more
	Borne int64 // had been paid out: the reserve bears it, and it stays the creator's
}

// TakenOfTips returns what was taken back of each of the tips of which something
// was.
func TakenOfTips(ctx context.Context, tx *db.Tx, tips []id.Tip) (map[id.Tip]TipTaken, error) {
	taken := map[id.Tip]TipTaken{}
	if len(tips) == 0 {
		return taken, nil
	}
	list := make([]any, len(tips))
	for i, t := range tips {
		list[i] = string(t)
	}
	rows, err := tx.QueryList(ctx, `SELECT r.subject, CAST(SUM(k.units) AS BIGINT), CAST(SUM(k.borne_units) AS BIGINT) FROM reversal r JOIN earning_claw k ON k.cause = r.id
		WHERE k.state <> 'returned' AND r.subject IN ($list) GROUP BY r.subject`, list)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var t string
		var x TipTaken
		if err := rows.Scan(&t, &x.Units, &x.Borne); err != nil {
			return nil, err
		}
		taken[id.Tip(t)] = x
	}
	return taken, rows.Err()
}
