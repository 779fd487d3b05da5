package gift

import (
	"context"
	"encoding/json"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/outbox"
)

// checkLog stands here and not in outbox, which is no higher than the ledger
// whose report it would write. Events are never deleted, so that the log
// begins with 1.
func checkLog(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	head, err := outbox.Head(ctx, tx)
	if err != nil {
		return err
	}
	var count, last int64
	err = tx.Row(ctx, "SELECT COUNT(*), COALESCE(MAX(sequence), 0) FROM outbox_event WHERE sequence > 0").Scan(&count, &last)
	if err == nil && (count != head || last != head) {
		r.Add(RuleLog, "outbox_head", "it names event %d, there are %d and the last is %d", head, count, last)
	}
	return err
}

func checkEvents(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	var gifts, told int64
	err := tx.Row(ctx, `SELECT (SELECT COUNT(*) FROM gift WHERE combo = ''), (SELECT COUNT(*) FROM outbox_event WHERE type = 'gift.sent')`).Scan(&gifts, &told)
	if err != nil {
		return err
	}
	if gifts != told {
		r.Add(RuleEvents, "gift.sent", "there are %d of them for %d gifts outside a combo", told, gifts)
	}
	ends := map[id.Combo]int64{}
	rows, err := tx.Query(ctx, "SELECT data FROM outbox_event WHERE type = 'gift.combo.ended'")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var data string
		if err := rows.Scan(&data); err != nil {
			return err
		}
		var of struct {
			Combo id.Combo `json:"combo"`
		}
		_ = json.Unmarshal([]byte(data), &of) // one that can not be read counts for a combo without a name
		ends[of.Combo]++
	}
	if err := rows.Err(); err != nil {
		return err
	}
	combos, err := db.Collect[id.Combo](tx.Query(ctx, "SELECT id FROM gift_combo WHERE ended_us > 0"))(func(r *db.Rows) (c id.Combo, err error) { return c, r.Scan((*string)(&c)) })
	for _, combo := range combos {
		if n := ends[combo]; n != 1 {
			r.Add(RuleEvents, string(combo), "it has ended, and has %d events that say so", n)
		}
		delete(ends, combo)
	}
	for combo, n := range ends {
		r.Add(RuleEvents, string(combo), "%d events say that it has ended, and it has not", n)
	}
	return err
}
