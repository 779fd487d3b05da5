package purchase

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payment"
)

// Open returns the purchases of all people whose outcome is not known, or for
// which the buyer or the bank has not finished, the oldest first. It reads the
// index of charges that are under way.
func Open(ctx context.Context, tx *db.Tx, limit int) ([]Purchase, error) {
	found, err := db.Collect[id.Purchase](tx.Query(ctx, "SELECT subject FROM payment_charge WHERE "+payment.UnderWay+` AND outcome <> 'succeeded' AND purpose = $1 ORDER BY id LIMIT $2`, Purpose, limit))(
		func(r *db.Rows) (p id.Purchase, err error) { return p, r.Scan((*string)(&p)) })
	if err != nil {
		return nil, err
	}
	all := make([]Purchase, 0, len(found))
	for _, p := range found {
		one, err := get(ctx, tx, p)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}
