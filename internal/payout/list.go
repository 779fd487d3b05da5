package payout

import (
	"cmp"
	"context"
	"slices"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
)

// States are all states of a payout, on the way to the bank first.
var States = []State{Scheduled, Held, Sending, Sent, Paid, Returning, Returned, Failed, Canceled}

// Sum is what the payouts of a state add up to in one currency.
type Sum struct {
	State  State
	Count  int64
	Amount money.Amount
}

// Choice chooses payouts of all creators.
type Choice struct {
	States  []State
	EndedUS int64 // only those that ended then or later; 0 for all
}

// Sums adds up the chosen payouts by state and currency. It reads an index, or
// only what ended since.
func Sums(ctx context.Context, tx *db.Tx, c Choice) ([]Sum, error) {
	if len(c.States) == 0 {
		return nil, nil
	}
	query, args := "SELECT state, amount_asset, COUNT(*), CAST(SUM(amount_units) AS BIGINT) FROM payout WHERE state IN ($list)", []any{}
	if c.EndedUS > 0 {
		query, args = query+" AND ended_us > 0 AND ended_us >= $1", append(args, c.EndedUS)
	}
	states := make([]any, len(c.States))
	for i, s := range c.States {
		states[i] = string(s)
	}
	all, err := db.Collect[Sum](tx.QueryList(ctx, query+" GROUP BY state, amount_asset", states, args...))(func(r *db.Rows) (s Sum, err error) {
		return s, r.Scan((*string)(&s.State), (*string)(&s.Amount.Asset), &s.Count, &s.Amount.Units)
	})
	slices.SortFunc(all, func(a, b Sum) int {
		return cmp.Or(cmp.Compare(slices.Index(States, a.State), slices.Index(States, b.State)), cmp.Compare(a.Amount.Asset, b.Amount.Asset))
	})
	return all, err
}

// Chosen returns the chosen payouts, newest first, before the given one ("" for
// the first page).
func Chosen(ctx context.Context, tx *db.Tx, c Choice, before id.Payout, limit int) ([]Payout, error) {
	if before == "" {
		before = "pyo_~"
	}
	var all []Payout
	for _, state := range c.States { // each is one stretch of the index
		some, err := db.Collect[Payout](tx.Query(ctx, "SELECT "+payoutColumns+" FROM payout WHERE state = $1 AND id < $2 AND ended_us >= $3 ORDER BY id DESC LIMIT $4",
			string(state), before, c.EndedUS, limit))(scanPayout)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, func(a, b Payout) int { return cmp.Compare(b.ID, a.ID) })
	return all[:min(limit, len(all))], nil
}
