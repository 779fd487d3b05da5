package payout

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
)

// mostDays is over how many days one request is split at most.
const mostDays = 31

// room is what the daily cap leaves on the days to come, the first of which is
// the day on which a payout goes that is asked for now.
type room struct {
	first int64 // the UTC day
	left  []int64
}

// roomFrom reads the room of the days from the one of the instant on. The payout
// except does not count.
func roomFrom(ctx context.Context, tx *db.Tx, creator id.Person, asset money.Asset, dailyCap, fromUS int64, except id.Payout) (room, error) {
	r := room{first: dayOf(fromUS), left: make([]int64, mostDays)}
	for i := range r.left {
		r.left[i] = dailyCap
	}
	rows, err := tx.Query(ctx, `SELECT goes_us / 86400000000, CAST(SUM(amount_units) AS BIGINT) FROM payout
		WHERE creator_id = $1 AND amount_asset = $2 AND goes_us >= $3 AND state NOT IN ('failed', 'canceled', 'returned') AND id <> $4 GROUP BY goes_us / 86400000000`,
		creator, string(asset), r.first*dayUS, except)
	if err != nil {
		return r, err
	}
	defer rows.Close()
	for rows.Next() {
		var day, taken int64
		if err := rows.Scan(&day, &taken); err != nil {
			return r, err
		}
		if n := day - r.first; n < mostDays {
			r.left[n] = max(0, dailyCap-taken)
		}
	}
	return r, rows.Err()
}

// portion is what goes on one day.
type portion struct {
	units  int64
	goesUS int64
}

// split spreads the units over the days, as early as it can, in portions of the
// minimum at least. What does not fit is rest: too much for the days, or a
// part below the minimum that no other portion can give enough to.
func (r *room) split(units, minimum, nowUS int64) (all []portion, rest int64) {
	rest = units
	for i, left := range r.left {
		n := min(left, rest)
		if rest == 0 {
			break
		}
		if left == 0 || left < minimum {
			continue
		}
		goes := max((r.first+int64(i))*dayUS, nowUS)
		if n >= minimum {
			all, rest = append(all, portion{n, goes}), rest-n
			continue
		}
		// The last part is too small: the days before give what it lacks, the last
		// first, and keep the minimum themselves.
		lack := minimum - n
		for j := len(all) - 1; j >= 0 && lack > 0; j-- {
			give := min(lack, all[j].units-minimum)
			all[j].units, lack = all[j].units-give, lack-give
			n += give
		}
		if lack == 0 {
			return append(all, portion{n, goes}), 0
		}
		for j := len(all) - 1; j >= 0 && n > rest; j-- { // it was for nothing: they take it back
			back := min(n-rest, r.left[dayOf(all[j].goesUS)-r.first]-all[j].units)
			all[j].units, n = all[j].units+back, n-back
		}
		break
	}
	return all, rest
}
