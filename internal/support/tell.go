package support

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/outbox"
)

const (
	// tellEvery is the least time between two events about one leaderboard.
	tellEvery = 2 * time.Second
	// toldAtOnce bounds the leaderboards that one round tells of; the others
	// wait for the next round.
	toldAtOnce = 50
	// toldTop is how many of a leaderboard an event names.
	toldTop = 10
)

// nextTelling returns the instant at which the next leaderboard may be told
// of, or 0 when none waits.
func nextTelling(ctx context.Context, tx *db.Tx) (us int64, err error) {
	err = tx.Row(ctx, "SELECT told_us FROM support_told WHERE pending = 1 ORDER BY told_us LIMIT 1").Scan(&us)
	if errors.Is(err, db.ErrNoRows) {
		return 0, nil
	}
	return us + tellEvery.Microseconds(), err
}

// tell emits leaderboard.changed for those whose turn it is, and returns what
// nextTelling does.
func tell(ctx context.Context, tx *db.Tx) (nextUS int64, err error) {
	type changed struct {
		target  string
		creator id.Person
	}
	due, err := db.Collect[changed](tx.Query(ctx, "SELECT target, creator_id FROM support_told WHERE pending = 1 AND told_us <= $1 ORDER BY told_us, target LIMIT $2",
		tx.NowUS()-tellEvery.Microseconds(), toldAtOnce))(func(r *db.Rows) (c changed, err error) { return c, r.Scan(&c.target, &c.creator) })
	if err != nil {
		return 0, err
	}
	events := make([]outbox.Event, 0, len(due))
	for _, c := range due {
		e, err := changedEvent(ctx, tx, c.target, c.creator)
		if err != nil {
			return 0, err
		}
		events = append(events, e)
		if _, err := tx.Exec(ctx, "UPDATE support_told SET pending = 0, told_us = $2 WHERE target = $1", c.target, tx.NowUS()); err != nil {
			return 0, err
		}
	}
	if err := outbox.Add(ctx, tx, events...); err != nil {
		return 0, err
	}
	return nextTelling(ctx, tx)
}

type coins struct {
	Amount int64  `json:"amount"`
	Asset  string `json:"asset"`
}

type toldEntry struct {
	Rank   int64     `json:"rank"`
	Person id.Person `json:"person"`
	Coins  coins     `json:"coins"`
	Gifts  int64     `json:"gifts"`
}

// changedEvent says who is on top of a LIVE or a video.
func changedEvent(ctx context.Context, tx *db.Tx, target string, creator id.Person) (outbox.Event, error) {
	rows, err := ranked(ctx, tx, target, toldTop)
	if err != nil {
		return outbox.Event{}, err
	}
	top := make([]toldEntry, len(rows))
	for i, s := range rows {
		top[i] = toldEntry{int64(i) + 1, s.Fan, coins{s.Coins, "COIN"}, s.Gifts}
	}
	data, err := json.Marshal(map[string]any{"object": "leaderboard", "target": target, "creator": creator, "window": Target, "top": top})
	topic := "video:" + target
	if id.KindOf(target) == id.KindLive {
		topic = "live:" + target
	}
	return outbox.Event{Type: "leaderboard.changed", Topic: topic, Data: data}, err
}
