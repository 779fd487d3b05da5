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

// GetMany returns the gifts with these ids, in the order of the ids.
func GetMany(ctx context.Context, tx *db.Tx, gifts []string) ([]Gift, error) {
	if len(gifts) == 0 {
		return nil, nil
	}
	list := make([]any, len(gifts))
	for i, g := range gifts {
		list[i] = g
	}
	return db.Collect[Gift](tx.QueryList(ctx, "SELECT "+giftList+" FROM gift WHERE id IN ($list) ORDER BY id", list))(scanGift)
}
