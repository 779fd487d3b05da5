package chat

import (
	"context"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/people"
)

// Hide takes a message out of the chat, and emits chat.message.hidden. A hidden
// message stays hidden. The fault is not_found, also for who does not look
// after the room.
func (s *Service) Hide(ctx context.Context, by Keeper, room id.Live, message id.Message) (m Message, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		r, err := ownRoom(ctx, tx, by.Person, room, by.operator())
		if err != nil {
			return err
		}
		found, err := db.Collect[Message](tx.Query(ctx, "SELECT "+columns+" FROM chat_message WHERE id = $1 AND room = $2", message, room))(scan)
		if err == nil && len(found) == 0 {
			err = fault.New(fault.NotFound, "There is no message %q in this chat.", fault.Clip(string(message)))
		}
		if m = first(found); err != nil || m.HiddenUS != 0 {
			return err
		}
		m.HiddenUS, m.HiddenBy = tx.NowUS(), by.name()
		if _, err := tx.Exec(ctx, "UPDATE chat_message SET hidden_us = $2, hidden_by = $3 WHERE id = $1", m.ID, m.HiddenUS, m.HiddenBy); err != nil {
			return err
		}
		if err := by.record(ctx, tx, &r, "message.hide", string(m.ID)); err != nil {
			return err
		}
		return emit(ctx, tx, "chat.message.hidden", &m)
	})
	return m, err
}

// Mute keeps a person from writing in the room, or lets them again. It changes
// nothing for who is as asked. The faults are not_found and state_conflict for
// the creator.
func (s *Service) Mute(ctx context.Context, by Keeper, room id.Live, person id.Person, muted bool) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		r, err := ownRoom(ctx, tx, by.Person, room, by.operator())
		if err != nil {
			return err
		}
		if r.Creator == person {
			return fault.New(fault.StateConflict, "The creator can not be muted in their own LIVE. Switch the chat off instead.")
		}
		if _, err := people.Get(ctx, tx, person); err != nil {
			return err
		}
		verb, query, args := "person.unmute", "UPDATE chat_guest SET muted_us = 0, muted_by = '' WHERE room = $1 AND person_id = $2 AND muted_us > 0", []any{room, person}
		if muted {
			verb, args = "person.mute", append(args, tx.NowUS(), by.name())
			query = `INSERT INTO chat_guest (room, person_id, paced_us, muted_us, muted_by) VALUES ($1, $2, 0, $3, $4)
				ON CONFLICT (room, person_id) DO UPDATE SET muted_us = excluded.muted_us, muted_by = excluded.muted_by WHERE chat_guest.muted_us = 0`
		}
		n, err := tx.Exec(ctx, query, args...)
		if err != nil || n == 0 {
			return err
		}
		return by.record(ctx, tx, &r, verb, string(person))
	})
}

// record writes down what an operator did in the LIVE of somebody else.
func (k *Keeper) record(ctx context.Context, tx *db.Tx, r *Room, verb, subject string) error {
	if k.Person == r.Creator {
		return nil
	}
	return audit.Record(ctx, tx, k.Act(ctx, audit.Act{Verb: verb, Subject: subject, Changed: map[string]any{"live": r.ID}}))
}
