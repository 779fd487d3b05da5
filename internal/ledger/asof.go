package ledger

import (
	"context"
	"errors"
	"time"

	"github.com/ovationhq/ovation/internal/db"
)

// A balance after transfer $1, computed from the nearer end of the journal:
// forward from nothing, or backward from the balance now. Both read one
// account's part of an index that holds the amounts, and nothing else.
const (
	forward = `CAST(COALESCE((SELECT SUM(l.amount) FROM ledger_line l WHERE l.to_account = a.id AND l.seq <= $1), 0)
		- COALESCE((SELECT SUM(l.amount) FROM ledger_line l WHERE l.from_account = a.id AND l.seq <= $1), 0) AS BIGINT)`
	backward = `CAST(a.balance - COALESCE((SELECT SUM(l.amount) FROM ledger_line l WHERE l.to_account = a.id AND l.seq > $1), 0)
		+ COALESCE((SELECT SUM(l.amount) FROM ledger_line l WHERE l.from_account = a.id AND l.seq > $1), 0) AS BIGINT)`
)

// balanceAfter returns the number of the last transfer at or before the
// instant and the SQL of an account's balance after it.
func balanceAfter(ctx context.Context, tx *db.Tx, at time.Time) (seq int64, column string, err error) {
	seq, err = SeqAt(ctx, tx, at)
	if err != nil {
		return 0, "", err
	}
	last, _, _, err := Head(ctx, tx)
	if seq > last/2 {
		return seq, backward, err
	}
	return seq, forward, err
}

// BalanceAt returns what the account held after everything at or before the
// instant, under the conditions of SeqAt. An account that nothing was ever
// posted to held 0.
func BalanceAt(ctx context.Context, tx *db.Tx, r Ref, at time.Time) (int64, error) {
	seq, column, err := balanceAfter(ctx, tx, at)
	if err != nil {
		return 0, err
	}
	var n int64
	err = tx.Row(ctx, "SELECT "+column+" FROM ledger_account a WHERE a.path = $2 AND a.asset = $3", seq, r.Path, string(r.Asset)).Scan(&n)
	if errors.Is(err, db.ErrNoRows) {
		return 0, nil
	}
	return n, err
}

// AccountsAt returns the accounts whose path starts with the prefix, by path,
// with the balances that they had at the instant, under the conditions of
// SeqAt. Accounts that no line had touched by then are left out.
func AccountsAt(ctx context.Context, tx *db.Tx, prefix string, at time.Time) ([]Account, error) {
	seq, column, err := balanceAfter(ctx, tx, at)
	if err != nil {
		return nil, err
	}
	return db.Collect[Account](tx.Query(ctx, "SELECT a.id, a.path, a.asset, "+column+`, a.floor FROM ledger_account a
		WHERE a.path >= $2 AND a.path < $3
		AND (EXISTS (SELECT 1 FROM ledger_line l WHERE l.to_account = a.id AND l.seq <= $1)
			OR EXISTS (SELECT 1 FROM ledger_line l WHERE l.from_account = a.id AND l.seq <= $1))
		ORDER BY a.path, a.asset`, seq, prefix, prefixEnd(prefix)))(scanAccount)
}
