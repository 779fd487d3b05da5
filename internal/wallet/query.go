package wallet

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
)

// LotState is a lot with what is left of it.
type LotState struct {
	Lot
	Left int64
}

// Balance returns the coins that the person can spend.
func Balance(ctx context.Context, tx *db.Tx, person id.Person) (int64, error) {
	purses, err := Purses(ctx, tx, ledger.Open(tx), []id.Person{person})
	if err != nil {
		return 0, err
	}
	return purses[person].Coins(), nil
}

// LotsOf returns the person's lots, newest first, before the given lot ("" for
// the first page).
func LotsOf(ctx context.Context, tx *db.Tx, person id.Person, before id.Lot, limit int) ([]LotState, error) {
	if before == "" {
		before = "lot_~"
	}
	lots, err := db.Collect[*Lot](tx.Query(ctx, "SELECT "+lotColumns+" FROM wallet_lot WHERE person_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3", person, before, limit))(scanLot)
	if err != nil {
		return nil, err
	}
	return withLeft(ctx, tx, lots)
}

// LotsByID returns the lots with these ids.
func LotsByID(ctx context.Context, tx *db.Tx, ids []id.Lot) ([]LotState, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	list := make([]any, len(ids))
	for i, l := range ids {
		list[i] = string(l)
	}
	lots, err := db.Collect[*Lot](tx.QueryList(ctx, "SELECT "+lotColumns+" FROM wallet_lot WHERE id IN ($list) ORDER BY id", list))(scanLot)
	if err != nil {
		return nil, err
	}
	return withLeft(ctx, tx, lots)
}

func withLeft(ctx context.Context, tx *db.Tx, lots []*Lot) ([]LotState, error) {
	if err := loadAccounts(ctx, ledger.Open(tx), lots); err != nil {
		return nil, err
	}
	all := make([]LotState, len(lots))
	for i, l := range lots {
		all[i] = LotState{Lot: *l, Left: l.Left()}
	}
	return all, nil
}
