package ledger

import (
	"context"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/money"
)

// The accounts after transfer $1, computed from the nearer end of the journal:
// forward from nothing, or backward from the balances now. Both read one
// stretch of the journal, in its order. Backward, an account that was touched
// later names in the first of those lines whether it was touched before.
const (
	forward = `SELECT a.id, a.path, a.asset, CAST(m.amount AS BIGINT), a.floor, a.last_seq FROM ledger_account a JOIN (` + moved + `) m ON m.account = a.id WHERE `

	backward = `SELECT a.id, a.path, a.asset, CAST(a.balance - COALESCE(m.amount, 0) AS BIGINT), a.floor, a.last_seq
		FROM ledger_account a LEFT JOIN (` + moved + `) m ON m.account = a.id WHERE COALESCE(m.prev, a.last_seq) > 0 AND `

	moved = `SELECT u.account AS account, SUM(u.amount) AS amount, MIN(u.prev) AS prev FROM (
			SELECT l.to_account AS account, l.amount AS amount, l.to_prev AS prev FROM ledger_line l WHERE l.seq $stretch
			UNION ALL SELECT l.from_account, -l.amount, l.from_prev FROM ledger_line l WHERE l.seq $stretch
		) u GROUP BY u.account`
)

// accountsAfter returns the SQL of the accounts after the last transfer at or
// before the instant, and that transfer's number; a condition is to follow.
func accountsAfter(ctx context.Context, tx *db.Tx, at time.Time) (seq int64, query string, err error) {
	seq, err = SeqAt(ctx, tx, at)
	if err != nil {
		return 0, "", err
	}
	query, err = accountsAfterSeq(ctx, tx, seq)
	return seq, query, err
}

func accountsAfterSeq(ctx context.Context, tx *db.Tx, seq int64) (query string, err error) {
	last, _, _, err := Head(ctx, tx)
	if seq > last/2 {
		return strings.ReplaceAll(backward, "$stretch", "> $1"), err
	}
	return strings.ReplaceAll(forward, "$stretch", "<= $1"), err
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

// AccountsAsOf returns a page of AccountsAt after the transfer of a number: up
// to limit accounts, from the first one behind the path and the asset.
func AccountsAsOf(ctx context.Context, tx *db.Tx, prefix string, seq int64, limit int, path string, asset money.Asset) ([]Account, error) {
	if err := Numbered(ctx, tx, seq); err != nil {
		return nil, err
	}
	query, err := accountsAfterSeq(ctx, tx, seq)
	if err != nil {
		return nil, err
	}
	return db.Collect[Account](tx.Query(ctx, query+"a.path >= $2 AND a.path < $3 AND (a.path, a.asset) > ($4, $5) ORDER BY a.path, a.asset LIMIT $6", seq, prefix, prefixEnd(prefix), path, string(asset), limit))(scanAccount)
}

// BalanceAt returns what the account held after everything at or before the
// instant, under the conditions of SeqAt. An account that nothing was ever
// posted to held 0.
func BalanceAt(ctx context.Context, tx *db.Tx, r Ref, at time.Time) (int64, error) {
	seq, query, err := accountsAfter(ctx, tx, at)
	if err != nil {
		return 0, err
	}
	found, err := db.Collect[Account](tx.Query(ctx, query+"a.path = $2 AND a.asset = $3", seq, r.Path, string(r.Asset)))(scanAccount)
	if err != nil || len(found) == 0 {
		return 0, err
	}
	return found[0].Balance, nil
}

// AccountsAt returns the accounts whose path starts with the prefix, by path,
// with the balances that they had at the instant, under the conditions of
// SeqAt. Accounts that no line had touched by then are left out.
func AccountsAt(ctx context.Context, tx *db.Tx, prefix string, at time.Time) ([]Account, error) {
	seq, query, err := accountsAfter(ctx, tx, at)
	if err != nil {
		return nil, err
	}
	return db.Collect[Account](tx.Query(ctx, query+"a.path >= $2 AND a.path < $3 ORDER BY a.path, a.asset", seq, prefix, prefixEnd(prefix)))(scanAccount)
}
