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

// checkEvents compares the events with what they tell of.
func checkEvents(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	if err := checkSent(ctx, tx, r); err != nil {
		return err
	}
	return checkEnded(ctx, tx, r)
}

// giftOfEvent is an SQL expression for the gift that an event gift.sent tells
// of: the id stands at one place, because one function writes the event.
const giftOfEvent = `SUBSTR(data, 24, 30)` // after {"object":"gift","id":"

// checkSent walks the journal and the log side by side: gifts are told in the
// order in which they were posted, each once. Taps of a combo are not told.
func checkSent(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	posted := walk{tx: tx, query: "SELECT seq, cause FROM ledger_transfer WHERE kind = 'gift.sent' AND seq > $1 ORDER BY seq LIMIT $2"}
	told := walk{tx: tx, query: "SELECT sequence, " + giftOfEvent + " FROM outbox_event WHERE type = 'gift.sent' AND sequence > $1 ORDER BY sequence LIMIT $2"}
	var untold []any // gifts that no event tells of where it should
	check := func(least int) error {
		if len(untold) < least || len(untold) == 0 {
			return nil
		}
		alone, err := db.Collect[string](tx.QueryList(ctx, "SELECT id FROM gift WHERE combo = '' AND id IN ($list)", untold))(func(r *db.Rows) (g string, err error) { return g, r.Scan(&g) })
		for _, g := range alone {
			r.Add(RuleEvents, g, "no event tells of it, or not in the order of the journal")
		}
		untold = untold[:0]
		return err
	}
	event, err := told.next(ctx)
	for err == nil {
		var g *walked
		if g, err = posted.next(ctx); err != nil || g == nil {
			break
		}
		if event != nil && event.gift == g.gift {
			event, err = told.next(ctx)
			continue
		}
		untold = append(untold, g.gift)
		err = check(walkPage)
	}
	for ; err == nil && event != nil && r.Room(RuleEvents); event, err = told.next(ctx) {
		r.Add(RuleEvents, event.gift, "event %d tells of it again, too late, or of a gift that there is not", event.at)
	}
	if err != nil {
		return err
	}
	return check(0)
}

// walk reads a long list in pages.
type walk struct {
	tx    *db.Tx
	query string
	at    int64
	page  []*walked
	ended bool
}

type walked struct {
	at   int64
	gift string
}

const walkPage = 5000

// next returns the next entry, or nil after the last.
func (w *walk) next(ctx context.Context) (*walked, error) {
	if len(w.page) == 0 && !w.ended {
		var err error
		w.page, err = db.Collect[*walked](w.tx.Query(ctx, w.query, w.at, walkPage))(func(r *db.Rows) (*walked, error) {
			e := &walked{}
			return e, r.Scan(&e.at, &e.gift)
		})
		if err != nil {
			return nil, err
		}
		w.ended = len(w.page) < walkPage
	}
	if len(w.page) == 0 {
		return nil, nil
	}
	e := w.page[0]
	w.page, w.at = w.page[1:], e.at
	return e, nil
}

// checkEnded wants one end told of each combo that has ended.
func checkEnded(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
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
