package ledger

import (
	"context"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/money"
)

// past knows what the journal did between a transfer and the nearer of its ends:
// forward from nothing, or backward from the balances now. It is one stretch of
// the journal, read in its order and once. Backward, an account that was touched
// later names in the first of those lines whether it was touched before.
//
// The accounts are joined to it here and not by the database: of a page of them
// PostgreSQL expects so few rows that it walks all movements for each.
type past struct {
	forward bool
	moved   map[int64]movement // by the account's number
}

// movement is what a stretch of the journal did to an account, and the transfer
// that had touched it before.
type movement struct{ amount, prev int64 }

const moved = `SELECT u.account, CAST(SUM(u.amount) AS BIGINT), MIN(u.prev) FROM (
		SELECT l.to_account AS account, l.amount AS amount, l.to_prev AS prev FROM ledger_line l WHERE $stretch
		UNION ALL SELECT l.from_account, -l.amount, l.from_prev FROM ledger_line l WHERE $stretch
	) u WHERE ($2 = 0 OR u.account = $2) GROUP BY u.account`

// pastOf reads what is to be known of the account with the number, or of all of
// them if it is 0, to say what they held after the transfer.
func pastOf(ctx context.Context, tx *db.Tx, seq, account int64) (*past, error) {
	last, _, _, err := Head(ctx, tx)
	if err != nil {
		return nil, err
	}
	p := &past{forward: seq <= last/2, moved: map[int64]movement{}}
	stretch := "l.seq > $1"
	if p.forward {
		stretch = "l.seq <= $1"
	}
	rows, err := tx.Query(ctx, strings.ReplaceAll(moved, "$stretch", stretch), seq, account)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var m movement
		if err := rows.Scan(&id, &m.amount, &m.prev); err != nil {
			return nil, err
		}
		p.moved[id] = m
	}
	return p, rows.Err()
}

// wind sets the account's balance to what it was, and reports whether any line
// had touched it by then.
func (p *past) wind(a *Account) bool {
	m, found := p.moved[a.ID]
	if p.forward {
		a.Balance = m.amount
		return found
	}
	a.Balance -= m.amount
	if found {
		return m.prev > 0
	}
	return a.last > 0
}

// accountsAtOnce is how many accounts a walk through all of them reads at once.
const accountsAtOnce = 10_000

// EachAsOf calls f with each account whose path starts with the prefix, by path
// and asset, from the first one behind the given one, as it was after the
// transfer of a number, until f returns false. Accounts that no line had touched
// by then are left out.
func EachAsOf(ctx context.Context, tx *db.Tx, prefix string, seq int64, path string, asset money.Asset, f func(Account) bool) error {
	if err := Numbered(ctx, tx, seq); err != nil {
		return err
	}
	p, err := pastOf(ctx, tx, seq, 0)
	if err != nil {
		return err
	}
	for {
		some, err := db.Collect[Account](tx.Query(ctx, `SELECT id, path, asset, balance, floor, last_seq FROM ledger_account
			WHERE path >= $1 AND path < $2 AND (path, asset) > ($3, $4) ORDER BY path, asset LIMIT $5`, prefix, prefixEnd(prefix), path, string(asset), accountsAtOnce))(scanAccount)
		if err != nil {
			return err
		}
		for i := range some {
			path, asset = some[i].Path, some[i].Asset
			if p.wind(&some[i]) && !f(some[i]) {
				return nil
			}
		}
		if len(some) < accountsAtOnce {
			return nil
		}
	}
}

// Numbered checks that there is a transfer of this number, after which the
// books can be looked at. Any other number is a fault, never an empty answer.
func Numbered(ctx context.Context, tx *db.Tx, seq int64) error {
	last, _, _, err := Head(ctx, tx)
	if err != nil || seq >= 1 && seq <= last {
		return err
	}
	return fault.New(fault.InvalidParameter, "The books have the transfers 1 to %d; there is no balance after number %d.", last, seq)
}

// AccountsAsOf returns a page of EachAsOf: up to limit accounts.
func AccountsAsOf(ctx context.Context, tx *db.Tx, prefix string, seq int64, limit int, path string, asset money.Asset) (all []Account, err error) {
	err = EachAsOf(ctx, tx, prefix, seq, path, asset, func(a Account) bool {
		all = append(all, a)
		return len(all) < limit
	})
	return all, err
}

// BalanceAt returns what the account held after everything at or before the
// instant, under the conditions of SeqAt. An account that nothing was ever
// posted to held 0.
func BalanceAt(ctx context.Context, tx *db.Tx, r Ref, at time.Time) (int64, error) {
	seq, err := SeqAt(ctx, tx, at)
	if err != nil {
		return 0, err
	}
	a, err := db.Collect[Account](tx.Query(ctx, "SELECT id, path, asset, balance, floor, last_seq FROM ledger_account WHERE path = $1 AND asset = $2", r.Path, string(r.Asset)))(scanAccount)
	if err != nil || len(a) == 0 {
		return 0, err
	}
	p, err := pastOf(ctx, tx, seq, a[0].ID)
	if err != nil || !p.wind(&a[0]) {
		return 0, err
	}
	return a[0].Balance, nil
}

// AccountsAt returns the accounts whose path starts with the prefix, by path,
// with the balances that they had at the instant, under the conditions of
// SeqAt. Accounts that no line had touched by then are left out.
func AccountsAt(ctx context.Context, tx *db.Tx, prefix string, at time.Time) (all []Account, err error) {
	seq, err := SeqAt(ctx, tx, at)
	if err != nil {
		return nil, err
	}
	err = EachAsOf(ctx, tx, prefix, seq, "", "", func(a Account) bool {
		all = append(all, a)
		return true
	})
	return all, err
}
