package gift

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/outbox"
)

// combo is one item tapped many times in a row.
type combo struct {
	ID                id.Combo
	Sender, Creator   id.Person
	Target, Item      string
	Taps              int64 // accepted, so the next sequence number is Taps+1
	Count             int64 // gifts
	Coins, Diamonds   int64
	StartedUS, EndsUS int64
	ShownCount        int64 // gifts that were broadcast
	ShownUS           int64
	EndedUS           int64

	isNew, changed bool
	moved          bool // its due work must run earlier than planned
}

// WorkCombo is the kind of due work that shows and ends one combo; its key is
// the combo's id.
const WorkCombo = "gift.combo"

// MaxTaps is the most taps that a combo counts: more than an hour of tapping as
// fast as a finger goes on. Whoever goes on begins another.
const MaxTaps = 20_000

// showEvery is the least time between two broadcasts of a combo.
const showEvery = 100 * time.Millisecond

const comboColumns = "id, sender_id, creator_id, target, item, taps, count, coins, diamonds, started_us, ends_us, shown_count, shown_us, ended_us"

func scanCombo(r *db.Rows) (*combo, error) {
	c := &combo{}
	return c, r.Scan((*string)(&c.ID), (*string)(&c.Sender), (*string)(&c.Creator), &c.Target, &c.Item, &c.Taps, &c.Count, &c.Coins, &c.Diamonds,
		&c.StartedUS, &c.EndsUS, &c.ShownCount, &c.ShownUS, &c.EndedUS)
}

func (c *combo) values() []any {
	return []any{string(c.ID), string(c.Sender), string(c.Creator), c.Target, c.Item, c.Taps, c.Count, c.Coins, c.Diamonds,
		c.StartedUS, c.EndsUS, c.ShownCount, c.ShownUS, c.EndedUS}
}

// loadCombos reads the combos that the set's taps belong to.
func loadCombos(ctx context.Context, tx *db.Tx, set []*db.Item[Request, Gift]) (map[id.Combo]*combo, error) {
	combos := map[id.Combo]*combo{}
	var list []any
	for _, it := range set {
		if it.Req.Combo != "" {
			list = append(list, string(it.Req.Combo))
		}
	}
	if len(list) == 0 {
		return combos, nil
	}
	found, err := db.Collect[*combo](tx.QueryList(ctx, "SELECT "+comboColumns+" FROM gift_combo WHERE id IN ($list)", list))(scanCombo)
	for _, c := range found {
		combos[c.ID] = c
	}
	return combos, err
}

// tap finds the combo of a tap, or says why the tap does not count. It
// changes nothing yet.
func (b *batch) tap(r *Request) (*combo, error) {
	if r.Combo == "" {
		return nil, nil
	}
	now := b.tx.NowUS()
	c := b.combos[r.Combo]
	switch {
	case c == nil && r.ComboSeq != 1:
		return nil, fault.New(fault.StateConflict, "The combo begins with tap 1, and tap %d came first. Nothing was charged.", r.ComboSeq).With("expected_seq", 1)
	case c == nil:
		return &combo{ID: r.Combo, Sender: r.Sender, Target: r.Target, Item: r.Item, StartedUS: now, isNew: true}, nil
	case c.Sender != r.Sender || c.Target != r.Target || c.Item != r.Item:
		return nil, fault.New(fault.StateConflict, "This combo belongs to another sender, gift or place; begin a new one. Nothing was charged.")
	case r.ComboSeq <= c.Taps:
		return nil, fault.New(fault.AlreadyDone, "Tap %d of this combo was counted before. Nothing was charged again.", r.ComboSeq).With("expected_seq", c.Taps+1)
	case c.EndedUS != 0 || now > c.EndsUS:
		return nil, fault.New(fault.Gone, "This combo ended with %d gifts; begin a new one. Nothing was charged.", c.Count).With("count", c.Count)
	case c.Taps >= MaxTaps:
		return nil, fault.New(fault.Gone, "This combo has all of the %d taps that one can have; begin a new one. Nothing was charged.", MaxTaps).With("count", c.Count)
	case r.ComboSeq != c.Taps+1:
		return nil, fault.New(fault.StateConflict, "Tap %d came before tap %d. Send them in order; nothing was charged.", r.ComboSeq, c.Taps+1).With("expected_seq", c.Taps+1)
	}
	return c, nil
}

// count adds an accepted tap to its combo and broadcasts it if the last
// broadcast is long enough ago; otherwise the due work will.
func (b *batch) count(c *combo, g *Gift) {
	c.Creator = g.Creator
	c.Taps++
	c.Count += g.Quantity
	c.Coins += g.Coins()
	c.Diamonds += g.Diamonds
	c.EndsUS = g.SentUS + comboFor.Microseconds()
	c.changed = true
	b.combos[c.ID] = c
	g.ComboCount, g.ComboCoins = c.Count, c.Coins
	if g.SentUS-c.ShownUS >= showEvery.Microseconds() {
		b.events = append(b.events, c.progressed(g.SentUS))
	} else {
		c.moved = true
	}
}

// progressed is the broadcast of what was tapped since the last one.
func (c *combo) progressed(nowUS int64) outbox.Event {
	data, _ := json.Marshal(map[string]any{ // of strings and integers only, so it can not fail
		"object": "combo", "combo": c.ID, "sender": c.Sender, "creator": c.Creator, "target": c.Target, "gift": c.Item,
		"delta": c.Count - c.ShownCount, "count": c.Count, "coins_total": c.Coins, "seq": c.Taps, "ends_at": string(appendTime(nil, c.EndsUS)),
	})
	c.ShownCount, c.ShownUS = c.Count, nowUS
	return outbox.Event{Type: "gift.combo.progressed", Topic: topic(c.Target), Data: data}
}

// writeCombos stores the combos that the set changed and plans their due
// work: the next broadcast, or the end.
func (b *batch) writeCombos(ctx context.Context) error {
	for _, c := range b.combos {
		if !c.changed {
			continue
		}
		if err := save(ctx, b.tx, c); err != nil {
			return err
		}
		due := c.EndsUS + 1
		if c.ShownCount < c.Count {
			due = c.ShownUS + showEvery.Microseconds()
		}
		if c.isNew || c.moved {
			if err := outbox.Schedule(ctx, b.tx, outbox.Work{Kind: WorkCombo, Key: string(c.ID), DueUS: due, Move: true}); err != nil {
				return err
			}
		}
	}
	return nil
}

func save(ctx context.Context, tx *db.Tx, c *combo) error {
	_, err := tx.Exec(ctx, `INSERT INTO gift_combo (`+comboColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (id) DO UPDATE SET taps = excluded.taps, count = excluded.count, coins = excluded.coins, diamonds = excluded.diamonds,
			ends_us = excluded.ends_us, shown_count = excluded.shown_count, shown_us = excluded.shown_us, ended_us = excluded.ended_us`, c.values()...)
	return err
}

// RunCombo is the due work of a combo: it shows what was not shown yet, and
// ends the combo when nothing was tapped for three seconds. It returns when
// to run again, or 0 when the combo has ended.
func RunCombo(ctx context.Context, tx *db.Tx, comboID id.Combo) (nextUS int64, err error) {
	found, err := db.Collect[*combo](tx.Query(ctx, "SELECT "+comboColumns+" FROM gift_combo WHERE id = $1", comboID))(scanCombo)
	if err != nil || len(found) == 0 || found[0].EndedUS != 0 {
		return 0, err
	}
	c, now := found[0], tx.NowUS()
	if now > c.EndsUS {
		return 0, end(ctx, tx, c)
	}
	if c.ShownCount < c.Count && now-c.ShownUS >= showEvery.Microseconds() {
		if err := outbox.Add(ctx, tx, c.progressed(now)); err != nil {
			return 0, err
		}
		if err := save(ctx, tx, c); err != nil {
			return 0, err
		}
	}
	if c.ShownCount < c.Count {
		return c.ShownUS + showEvery.Microseconds(), nil
	}
	return c.EndsUS + 1, nil
}

// namedTransfers bounds the transfers that the end of a combo names, so that
// the event of a long combo stays small.
const namedTransfers = 100

// end closes the combo and says what it came to, with its first transfers by
// id and all of them by count and by the sequences between which they lie.
func end(ctx context.Context, tx *db.Tx, c *combo) error {
	first, err := db.Collect[Gift](tx.Query(ctx, "SELECT "+giftList+" FROM gift WHERE combo = $1 AND combo <> '' ORDER BY combo_seq LIMIT $2", c.ID, namedTransfers))(scanGift)
	if err != nil {
		return err
	}
	if len(first) == 0 {
		return errors.New("gift: the combo " + string(c.ID) + " has no taps")
	}
	var last int64
	err = tx.Row(ctx, "SELECT transfer_seq FROM gift WHERE combo = $1 AND combo <> '' ORDER BY combo_seq DESC LIMIT 1", c.ID).Scan(&last)
	if err != nil {
		return err
	}
	transfers := make([]id.Transfer, len(first))
	for i := range first {
		transfers[i] = first[i].Transfer()
	}
	c.EndedUS, c.ShownCount, c.ShownUS = tx.NowUS(), c.Count, tx.NowUS()
	if err := save(ctx, tx, c); err != nil {
		return err
	}
	data, err := json.Marshal(map[string]any{
		"object": "combo", "combo": c.ID, "sender": c.Sender, "creator": c.Creator, "target": c.Target, "gift": c.Item,
		"count": c.Count, "coins_total": c.Coins, "diamonds_total": c.Diamonds, "taps": c.Taps,
		"ledger_txn": transfers, "ledger_txn_count": c.Taps, "ledger_first_sequence": first[0].TransferSeq, "ledger_last_sequence": last,
		"started_at": string(appendTime(nil, c.StartedUS)), "ended_at": string(appendTime(nil, c.EndedUS)),
	})
	if err != nil {
		return err
	}
	return outbox.Add(ctx, tx, outbox.Event{Type: "gift.combo.ended", Topic: topic(c.Target), Data: data})
}
