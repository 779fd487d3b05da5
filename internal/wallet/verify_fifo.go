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

// rideFIFO goes along the journal and keeps, of each person, the lots that
// held coins at that time, in the order in which they are to be spent. Coins
// that are spent have to come out of the first of them.
func rideFIFO(ctx context.Context, tx *db.Tx, r *ledger.Report) (func(*ledger.Page) error, error) {
	found, err := db.Collect[*Lot](tx.Query(ctx, "SELECT "+lotColumns+" FROM wallet_lot"))(scanLot)
	if err != nil {
		return nil, err
	}
	last := int64(0)
	for _, l := range found {
		last = max(last, l.accountID)
	}
	lots := make([]*walked, last+1) // by account: those are numbered without gap
	for _, l := range found {
		lots[max(0, l.accountID)] = &walked{Lot: *l}
	}
	of := func(account int64) *walked {
		if account < 0 || account > last {
			return nil
		}
		return lots[account]
	}
	spent, err := db.Collect[int64](tx.Query(ctx, "SELECT id FROM ledger_account WHERE path = $1 AND asset = $2", ledger.CoinsSpent, string(money.Coin)))(
		func(r *db.Rows) (n int64, err error) { return n, r.Scan(&n) })
	if err != nil {
		return nil, err
	}
	open := map[id.Person][]*walked{}
	return func(p *ledger.Page) error {
		if len(spent) == 0 { // nobody has spent anything
			return nil
		}
		for i := range p.Len() {
			line := p.At(i)
			if l := of(line.From); l != nil {
				if first := open[l.Person]; line.To == spent[0] && len(first) > 0 && first[0] != l {
					r.Add(RuleFIFO, string(l.ID), "transfer %d spent %d of its coins while %s held %d", line.Seq, line.Amount, first[0].ID, first[0].left)
				}
				l.move(open, -line.Amount)
			}
			if l := of(line.To); l != nil {
				l.move(open, line.Amount)
			}
		}
		return nil
	}, nil
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
