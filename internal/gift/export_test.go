package gift

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

// What the tests look at and nothing in the program asks for.

// OfCombo returns the taps of a combo, in order.
func OfCombo(ctx context.Context, tx *db.Tx, c id.Combo) ([]Gift, error) {
	return db.Collect[Gift](tx.Query(ctx, "SELECT "+giftList+" FROM gift WHERE combo = $1 AND combo <> '' ORDER BY combo_seq", c))(scanGift)
}

// Combo is a combo as it stands.
type Combo struct {
	ID       id.Combo
	Sender   id.Person
	Creator  id.Person
	Target   string
	Item     string
	Taps     int64
	Count    int64
	Coins    int64
	Diamonds int64
	EndsUS   int64 // when it ends unless another tap comes
	EndedUS  int64 // 0 while it goes on
}

// GetCombo returns one combo.
func GetCombo(ctx context.Context, tx *db.Tx, comboID id.Combo) (Combo, error) {
	all, err := db.Collect[*combo](tx.Query(ctx, "SELECT "+comboColumns+" FROM gift_combo WHERE id = $1", comboID))(scanCombo)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "There is no combo %s.", comboID)
	}
	if err != nil {
		return Combo{}, err
	}
	c := all[0]
	return Combo{c.ID, c.Sender, c.Creator, c.Target, c.Item, c.Taps, c.Count, c.Coins, c.Diamonds, c.EndsUS, c.EndedUS}, nil
}
