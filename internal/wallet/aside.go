package wallet

import (
	"context"
	"fmt"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
)

// LotFor returns the lot that the cause opened, with what is left of it; ok is
// false if there is none.
func LotFor(ctx context.Context, tx *db.Tx, cause string) (l LotState, ok bool, err error) {
	lots, err := db.Collect[*Lot](tx.Query(ctx, "SELECT "+lotColumns+" FROM wallet_lot WHERE cause = $1", cause))(scanLot)
	if err != nil || len(lots) == 0 {
		return l, false, err
	}
	all, err := withLeft(ctx, tx, lots)
	if err != nil {
		return l, false, err
	}
	return all[0], true, nil
}

// Unspent is what n of the coins that the lot still holds were sold for: the
// last of them, so that parts of it add up to exactly what all of it cost.
func (l *LotState) Unspent(n int64) int64 {
	there := l.Coins - l.Aside
	return l.Value(there) - l.Value(there-n)
}

// CoinsWorth is the least number of the coins left whose value reaches so much,
// or all that are left.
func (l *LotState) CoinsWorth(units int64) int64 {
	low, high := int64(0), l.Left
	for low < high {
		mid := (low + high) / 2
		if l.Unspent(mid) >= units {
			high = mid
		} else {
			low = mid + 1
		}
	}
	return low
}

// SetAside takes coins out of a lot that were not spent. The caller posts the
// moves, which bring the coins and what they were sold for to the path.
func SetAside(ctx context.Context, tx *db.Tx, l *LotState, coins int64, to string) (value money.Amount, moves []ledger.Move, err error) {
	if coins < 0 || coins > l.Left {
		return value, nil, fault.New(fault.StateConflict, "The lot %s holds %d coins, and %d were to be taken out of it.", l.ID, l.Left, coins)
	}
	value = money.Amount{Units: l.Unspent(coins), Asset: l.Paid.Asset}
	if coins == 0 {
		return value, nil, nil
	}
	_, err = tx.Exec(ctx, "UPDATE wallet_lot SET aside_coins = aside_coins + $2, open = $3 WHERE id = $1", l.ID, coins, coins < l.Left)
	return value, []ledger.Move{
		{From: ledger.LotPath(l.ID), To: to, Amount: money.Amount{Units: coins, Asset: money.Coin}},
		{From: ledger.Deferred, To: to, Amount: value},
	}, err
}

// PutBack returns coins to the lot that SetAside took, and the value that went
// with them. Where coins that were set aside later still are, the value of these
// can be another smallest unit: it is the platform's meanwhile.
func PutBack(ctx context.Context, tx *db.Tx, lot id.Lot, coins int64, value money.Amount, from string) ([]ledger.Move, error) {
	all, err := LotsByID(ctx, tx, []id.Lot{lot})
	if err != nil {
		return nil, err
	}
	if len(all) == 0 || coins > all[0].Aside || value.Asset != all[0].Paid.Asset {
		return nil, fmt.Errorf("wallet: %d coins can not be put back into %s", coins, lot)
	}
	l := &all[0]
	if coins == 0 {
		return nil, nil
	}
	if _, err := tx.Exec(ctx, "UPDATE wallet_lot SET aside_coins = aside_coins - $2, open = 1 WHERE id = $1", l.ID, coins); err != nil {
		return nil, err
	}
	moves := []ledger.Move{
		{From: from, To: ledger.LotPath(l.ID), Amount: money.Amount{Units: coins, Asset: money.Coin}},
		{From: from, To: ledger.Deferred, Amount: value},
	}
	there := l.Coins - l.Aside
	more := money.Amount{Units: l.Value(there+coins) - l.Value(there) - value.Units, Asset: value.Asset}
	if more.Units > 0 {
		moves = append(moves, ledger.Move{From: ledger.Rounding, To: ledger.Deferred, Amount: more})
	}
	if more.Units = -more.Units; more.Units > 0 {
		moves = append(moves, ledger.Move{From: ledger.Deferred, To: ledger.Rounding, Amount: more})
	}
	return moves, nil
}
