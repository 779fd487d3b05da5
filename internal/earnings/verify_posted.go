package earnings

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
)

// checkPosted compares each earning with its own lines in the ledger: sums
// over all earnings would not see what one got and another lacks.
func checkPosted(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	err := each(ctx, tx, `SELECT e.id, CAST(SUM(l.amount) AS BIGINT), e.diamonds FROM ledger_line l JOIN earning e ON e.account_id = l.to_account
		WHERE e.state = 'available' GROUP BY e.id, e.diamonds HAVING SUM(l.amount) <> e.diamonds`, func(earning string, have, want int64) {
		r.Add(RulePosted, earning, "%d diamonds were credited to it, it says %d", have, want)
	})
	if err != nil {
		return err
	}
	const posted = ` FROM (SELECT e.id AS id, e.diamonds AS diamonds, e.amount_units AS units,
			COALESCE(SUM(CASE WHEN l.from_account = e.account_id THEN l.amount ELSE 0 END), 0) AS converted,
			COALESCE(SUM(CASE WHEN a.path = 'creator/' || e.creator_id || '/available' AND a.asset = e.amount_asset THEN l.amount ELSE 0 END), 0) AS paid
		FROM earning e LEFT JOIN ledger_transfer t ON t.cause = e.id AND t.kind = 'earning.available'
		LEFT JOIN ledger_line l ON l.seq = t.seq LEFT JOIN ledger_account a ON a.id = l.to_account
		GROUP BY e.id, e.diamonds, e.amount_units) s `
	err = each(ctx, tx, "SELECT s.id, CAST(s.converted AS BIGINT), s.diamonds"+posted+"WHERE s.converted <> s.diamonds", func(earning string, have, want int64) {
		r.Add(RulePosted, earning, "%d diamonds were converted, it says %d", have, want)
	})
	if err != nil {
		return err
	}
	err = each(ctx, tx, "SELECT s.id, CAST(s.paid AS BIGINT), s.units"+posted+"WHERE s.paid <> s.units", func(earning string, have, want int64) {
		r.Add(RulePosted, earning, "%d became available to its creator, it says %d", have, want)
	})
	if err != nil {
		return err
	}
	return each(ctx, tx, `SELECT e.id, t.at_us, e.available_us FROM earning e JOIN ledger_transfer t ON t.cause = e.id AND t.kind = 'earning.available'
		WHERE e.state <> 'available' OR t.at_us < e.available_us OR t.rule <> e.rule`, func(earning string, have, want int64) {
		r.Add(RulePosted, earning, "it was converted at %d and held until %d (µs), or under another rate card, or is said to be pending", have, want)
	})
}

func checkHold(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	return each(ctx, tx, `SELECT e.id, e.available_us, (e.day + 1 + c.hold_days) * 86400000000 FROM earning e JOIN rate_card c ON c.version = e.rule
		WHERE e.available_us <> (e.day + 1 + c.hold_days) * 86400000000`, func(earning string, have, want int64) {
		r.Add(RuleHold, earning, "it is held until %d, its rate card says %d (µs)", have, want)
	})
}

func each(ctx context.Context, tx *db.Tx, query string, found func(row string, have, want int64)) error {
	rows, err := tx.Query(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var row string
		var have, want int64
		if err := rows.Scan(&row, &have, &want); err != nil {
			return err
		}
		found(row, have, want)
	}
	return rows.Err()
}
