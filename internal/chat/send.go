package chat

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/text"
)

// Message is what somebody wrote. Times are microseconds UTC.
type Message struct {
	ID       id.Message
	Room     id.Live
	Author   id.Person
	Body     string
	SentUS   int64
	HiddenUS int64
	HiddenBy string // a person or a key; "" while it is not hidden
}

// NewMessage is what Send makes a message of.
type NewMessage struct {
	Room   id.Live
	Author id.Person
	Body   string
	Nonce  string // made by the client, or ""; one message for each
}

// MaxBody is how many characters a message has at most.
const MaxBody = 200

// maxNonce is how many bytes a nonce has at most.
const maxNonce = 64

var bodyRule = text.Rule{Name: "The message", Max: MaxBody}

// Send sends a message, or returns the one that was sent with the same nonce.
// The faults are those of texts, not_found, state_conflict (the room is not
// live, or its chat is off), forbidden (muted), account_suspended and
// rate_limited.
func (s *Service) Send(ctx context.Context, n NewMessage) (m Message, err error) {
	var bad fault.Fields
	kept, wrong := bodyRule.Clean(n.Body)
	bad.Add("/text", wrong)
	if len(n.Nonce) > maxNonce {
		bad.Add("/nonce", fault.Wrong(fault.ValidationFailed, "A nonce has at most %d bytes.", maxNonce))
	}
	if err := bad.Err(); err != nil {
		return Message{}, err
	}
	n.Body = kept
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		m, err = send(ctx, tx, n)
		return err
	})
	return m, err
}

func send(ctx context.Context, tx *db.Tx, n NewMessage) (Message, error) {
	r, err := GetRoom(ctx, tx, n.Room)
	if err != nil {
		return Message{}, err
	}
	if n.Nonce != "" {
		sent, err := db.Collect[Message](tx.Query(ctx, "SELECT "+columns+" FROM chat_message WHERE room = $1 AND author_id = $2 AND nonce = $3 AND nonce <> ''", n.Room, n.Author, n.Nonce))(scan)
		if err != nil || len(sent) > 0 {
			return first(sent), err
		}
	}
	if err := allowed(ctx, tx, &r, n.Author); err != nil {
		return Message{}, err
	}
	m := Message{ID: id.Message(tx.NewID(id.KindMessage)), Room: n.Room, Author: n.Author, Body: n.Body,
		SentUS: max(tx.NowUS(), r.startedUS)} // also when the clock was set back
	_, err = tx.Exec(ctx, "INSERT INTO chat_message (id, room, author_id, nonce, body, sent_us, hidden_us, hidden_by) VALUES ($1, $2, $3, $4, $5, $6, 0, '')",
		m.ID, m.Room, m.Author, n.Nonce, m.Body, m.SentUS)
	if err != nil {
		return Message{}, err
	}
	return m, emit(ctx, tx, "chat.message.sent", &m)
}

func first(all []Message) Message {
	if len(all) == 0 {
		return Message{}
	}
	return all[0]
}

// allowed applies the rules about who may write now, and notes that they did.
func allowed(ctx context.Context, tx *db.Tx, r *Room, author id.Person) error {
	switch {
	case !r.Live:
		return fault.New(fault.StateConflict, "This LIVE is not live now, so nobody can write in its chat.")
	case !r.On:
		return fault.New(fault.StateConflict, "The creator has switched the chat off here.")
	}
	p, err := people.Get(ctx, tx, author)
	if err != nil {
		return err
	}
	if p.SuspendedUS != 0 {
		return p.MayPay(tx.Now()) // which says why the account is suspended
	}
	var pacedUS, mutedUS int64
	err = tx.Row(ctx, "SELECT paced_us, muted_us FROM chat_guest WHERE room = $1 AND person_id = $2", r.ID, author).Scan(&pacedUS, &mutedUS)
	if err != nil && !errors.Is(err, db.ErrNoRows) {
		return err
	}
	if mutedUS != 0 {
		return fault.New(fault.Forbidden, "The creator has muted you in this LIVE. You can watch and give gifts.")
	}
	pacedUS, err = r.pace(author, pacedUS, tx.NowUS())
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO chat_guest (room, person_id, paced_us, muted_us, muted_by) VALUES ($1, $2, $3, 0, '')
		ON CONFLICT (room, person_id) DO UPDATE SET paced_us = excluded.paced_us`, r.ID, author, pacedUS)
	return err
}

// pace moves the instant from which a person's messages are forgotten on by one
// message, or refuses one that is too early.
func (r *Room) pace(author id.Person, pacedUS, nowUS int64) (int64, error) {
	gap, burst := gap, int64(burst)
	if r.Slow > 0 && author != r.Creator {
		gap, burst = r.Slow, 1
	}
	room := burst * gap.Microseconds()
	if pacedUS > nowUS+room { // a slower pace has ended, or the clock stepped back
		pacedUS = nowUS + room - gap.Microseconds()
	}
	next := max(pacedUS, nowUS) + gap.Microseconds()
	if wait := next - nowUS - room; wait > 0 {
		d := time.Duration(wait) * time.Microsecond
		seconds := int64((d + time.Second - 1) / time.Second)
		if r.Slow > 0 {
			return 0, fault.New(fault.RateLimited, "The chat is in slow mode: one message in %d seconds. Write again in %d seconds.", int64(gap/time.Second), seconds).After(d)
		}
		return 0, fault.New(fault.RateLimited, "You write faster than others can read. Write again in %d seconds.", seconds).After(d)
	}
	return next, nil
}

// event is the data of every event about a message. The id stands at one place,
// because verify finds it there. The author is no sender: no wallet has changed.
type event struct {
	Object string     `json:"object"`
	ID     id.Message `json:"id"`
	Live   id.Live    `json:"live"`
	Author id.Person  `json:"author"`
	Text   string     `json:"text,omitempty"`
	SentAt string     `json:"sent_at"`
}

func emit(ctx context.Context, tx *db.Tx, kind string, m *Message) error {
	e := event{"message", m.ID, m.Room, m.Author, m.Body, time.UnixMicro(m.SentUS).UTC().Format("2006-01-02T15:04:05.000000Z")}
	if m.HiddenUS != 0 {
		e.Text = ""
	}
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return outbox.Add(ctx, tx, outbox.Event{Type: kind, Topic: "live:" + string(m.Room), Data: data})
}
