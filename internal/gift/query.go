package gift

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

// Get returns one gift.
func Get(ctx context.Context, tx *db.Tx, gift id.Gift) (Gift, error) {
	all, err := db.Collect[Gift](tx.Query(ctx, "SELECT "+giftList+" FROM gift WHERE id = $1", gift))(scanGift)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "There is no gift %s.", gift)
	}
	if err != nil {
		return Gift{}, err
	}
	return all[0], nil
}
