package chat

import (
	"context"
	"errors"
	"time"

	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/people"
)

// Service owns the use cases.
type Service struct{ db *db.DB }

// NewService returns a Service on the database.
func NewService(d *db.DB) *Service { return &Service{db: d} }

// Room is how a room's chat is.
type Room struct {
	ID      id.Live
	Creator id.Person
	Live    bool // the room is on the air
	On      bool
	Slow    time.Duration // slow mode: the time between two messages of a person; 0 is off

	startedUS int64 // when it went on the air
}

const (
	// gap and burst are the pace without slow mode: the time between two messages
	// of a person, after the first so many.
	gap   = time.Second
	burst = 3
	// MaxSlow is the longest slow mode.
	MaxSlow = 10 * time.Minute
)

// GetRoom returns how a room's chat is. The fault is not_found.
func GetRoom(ctx context.Context, tx *db.Tx, room id.Live) (Room, error) {
	at, err := content.GetRoom(ctx, tx, room)
	if err != nil {
		return Room{}, err
	}
	r := Room{ID: room, Creator: at.Creator, Live: at.State == content.Live, startedUS: at.StartedUS, On: true}
	var slowUS int64
	err = tx.Row(ctx, "SELECT is_on, slow_us FROM chat_room WHERE room = $1", room).Scan(&r.On, &slowUS)
	if errors.Is(err, db.ErrNoRows) {
		return r, nil
	}
	r.Slow = time.Duration(slowUS) * time.Microsecond
	return r, err
}

// Settings are what the creator chooses.
type Settings struct {
	On   bool
	Slow time.Duration // 0 is off, up to MaxSlow
}

// Change sets how the chat of the creator's room is. The faults are not_found,
// also for a room of somebody else, and validation_failed.
func (s *Service) Change(ctx context.Context, by id.Person, room id.Live, n Settings) (r Room, err error) {
	if n.Slow < 0 || n.Slow > MaxSlow || n.Slow%time.Second != 0 {
		most := int64(MaxSlow / time.Second)
		return Room{}, fault.New(fault.ValidationFailed, "Slow mode is from 0 to %d seconds.", most).At("/slow_mode_seconds", fault.ValidationFailed, "Slow mode is from 0 to %d seconds.", most)
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if r, err = ownRoom(ctx, tx, by, room, false); err != nil {
			return err
		}
		r.On, r.Slow = n.On, n.Slow
		_, err := tx.Exec(ctx, `INSERT INTO chat_room (room, is_on, slow_us) VALUES ($1, $2, $3)
			ON CONFLICT (room) DO UPDATE SET is_on = excluded.is_on, slow_us = excluded.slow_us`, room, r.On, r.Slow.Microseconds())
		return err
	})
	return r, err
}

// ownRoom returns a room to whom looks after it: its creator, or an operator.
func ownRoom(ctx context.Context, tx *db.Tx, by id.Person, room id.Live, operator bool) (Room, error) {
	r, err := GetRoom(ctx, tx, room)
	if err == nil && r.Creator != by && !operator {
		err = fault.New(fault.NotFound, "There is no LIVE %q, or it is not yours. Ids of LIVEs begin with liv_.", fault.Clip(string(room)))
	}
	return r, err
}

// Keeper is who looks after a chat: a creator after their own, an operator
// after any.
type Keeper struct {
	Person id.Person
	people.Caller
}

func (k *Keeper) operator() bool { return k.Is(people.Operator) }

// name is the keeper in the tables.
func (k *Keeper) name() string {
	if k.Person != "" {
		return string(k.Person)
	}
	return k.ID()
}
