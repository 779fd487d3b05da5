package ledger

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
)

// Touch is what a transfer did to one account.
type Touch struct {
	Account int64
	Seq     int64
	AtUS    int64
	Kind    string
	Cause   string
	Rule    string
	In, Out int64
}

// Since returns what the transfers after the number did to the accounts, in no
// order. An account that was not touched since costs nothing; of the others the
// trail is walked as far as the number.
func Since(ctx context.Context, tx *db.Tx, all []Trail, after int64) ([]Touch, error) {
	var list []any
	for _, t := range all {
		if t.Last > after {
			list = append(list, t.Account)
		}
	}
	if len(list) == 0 {
		return nil, nil
	}
	return db.Collect[Touch](tx.QueryList(ctx, since, list, after))(func(r *db.Rows) (t Touch, err error) {
		return t, r.Scan(&t.Account, &t.Seq, &t.AtUS, &t.Kind, &t.Cause, &t.Rule, &t.In, &t.Out)
	})
}

const since = `WITH RECURSIVE trail (account, seq) AS (
		SELECT a.id, a.last_seq FROM ledger_account a WHERE a.id IN ($list)
		UNION SELECT w.account, CASE WHEN l.to_account = w.account THEN l.to_prev ELSE l.from_prev END
		FROM trail w JOIN ledger_line l ON l.seq = w.seq WHERE (l.to_account = w.account OR l.from_account = w.account) AND w.seq > $1)
	SELECT w.account, w.seq, t.at_us, t.kind, t.cause, t.rule,
		CAST(SUM(CASE WHEN l.to_account = w.account THEN l.amount ELSE 0 END) AS BIGINT), CAST(SUM(CASE WHEN l.from_account = w.account THEN l.amount ELSE 0 END) AS BIGINT)
	FROM trail w JOIN ledger_transfer t ON t.seq = w.seq JOIN ledger_line l ON l.seq = w.seq AND (l.to_account = w.account OR l.from_account = w.account)
	WHERE w.seq > $1 GROUP BY w.account, w.seq, t.at_us, t.kind, t.cause, t.rule`
