package wallet

import (
	"context"
	"slices"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
)

// walked is a lot while the journal is walked: what it held at that time.
type walked struct {
	Lot
	left int64
}

// checkFIFO walks the journal once and keeps, of each person, the lots that
// held coins at that time, in the order in which they are to be spent. Coins
// that are spent have to come out of the first of them.
func checkFIFO(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	found, err := db.Collect[*Lot](tx.Query(ctx, "SELECT "+lotColumns+" FROM wallet_lot"))(scanLot)
	if err != nil {
		return err
	}
	lots := make(map[int64]*walked, len(found))
	for _, l := range found {
		lots[l.accountID] = &walked{Lot: *l}
	}
	spent, err := db.Collect[int64](tx.Query(ctx, "SELECT id FROM ledger_account WHERE path = $1 AND asset = $2", ledger.CoinsSpent, string(money.Coin)))(
		func(r *db.Rows) (n int64, err error) { return n, r.Scan(&n) })
	if err != nil || len(spent) == 0 {
		return err
	}
	rows, err := tx.Query(ctx, `SELECT l.seq, l.from_account, l.to_account, l.amount FROM ledger_line l
		WHERE l.from_account IN (SELECT account_id FROM wallet_lot) OR l.to_account IN (SELECT account_id FROM wallet_lot) ORDER BY l.seq, l.n`)
	if err != nil {
		return err
	}
	defer rows.Close()
	open := map[id.Person][]*walked{}
	for rows.Next() {
		var seq, from, to, amount int64
		if err := rows.Scan(&seq, &from, &to, &amount); err != nil {
			return err
		}
		if l := lots[from]; l != nil {
			if first := open[l.Person]; to == spent[0] && len(first) > 0 && first[0] != l {
				r.Add(RuleFIFO, string(l.ID), "transfer %d spent %d of its coins while %s held %d", seq, amount, first[0].ID, first[0].left)
			}
			l.move(open, -amount)
		}
		if l := lots[to]; l != nil {
			l.move(open, amount)
		}
	}
	return rows.Err()
}

// move changes what the lot held, and keeps it among the person's open lots
// while that is more than nothing.
func (l *walked) move(open map[id.Person][]*walked, by int64) {
	was := l.left > 0
	l.left += by
	if is := l.left > 0; is == was {
		return
	}
	of := open[l.Person]
	at, _ := slices.BinarySearchFunc(of, l, func(a, b *walked) int {
		if a == b {
			return 0
		}
		return spendOrder(&a.Lot, &b.Lot)
	})
	if was {
		open[l.Person] = slices.Delete(of, at, at+1)
	} else {
		open[l.Person] = slices.Insert(of, at, l)
	}
}
