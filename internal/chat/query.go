package chat

import (
	"context"
	"errors"
	"fmt"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/people"
)

const columns = "id, room, author_id, body, sent_us, hidden_us, hidden_by"

func scan(r *db.Rows) (m Message, err error) {
	return m, r.Scan(&m.ID, &m.Room, &m.Author, &m.Body, &m.SentUS, &m.HiddenUS, &m.HiddenBy)
}

// Page is a part of a chat.
type Page struct {
	Room   id.Live
	Reader Keeper     // who reads: hidden messages are for who looks after the room
	Before id.Message // the last one of the page before
	Limit  int
}

// Said is a message with its author.
type Said struct {
	Message
	Who people.Brief
}

// List returns the messages of a room, the newest first. The fault is
// not_found.
func List(ctx context.Context, tx *db.Tx, p Page) ([]Said, error) {
	r, err := GetRoom(ctx, tx, p.Room)
	if err != nil {
		return nil, err
	}
	query, args := "SELECT "+columns+" FROM chat_message WHERE room = $1", []any{string(p.Room), p.Limit}
	if r.Creator != p.Reader.Person && !p.Reader.operator() {
		query += " AND hidden_us = 0"
	}
	if p.Before != "" {
		args = append(args, string(p.Before))
		query += fmt.Sprintf(" AND id < $%d", len(args))
	}
	found, err := db.Collect[Message](tx.Query(ctx, query+" ORDER BY id DESC LIMIT $2", args...))(scan)
	if err != nil {
		return nil, err
	}
	authors, all := make([]id.Person, len(found)), make([]Said, len(found))
	for i, m := range found {
		authors[i], all[i].Message = m.Author, m
	}
	who, err := people.GetMany(ctx, tx, authors)
	for i := range all {
		all[i].Who = who[all[i].Author]
	}
	return all, err
}

// Muted is somebody who may not write in a room.
type Muted struct {
	Person  id.Person
	SinceUS int64
	By      string
	Who     people.Brief
}

// MutedPage is a part of the list of who is muted.
type MutedPage struct {
	Room  id.Live
	By    Keeper
	After id.Person
	Limit int
}

// ListMuted returns who is muted in a room, for who looks after it. The fault is
// not_found.
func ListMuted(ctx context.Context, tx *db.Tx, p MutedPage) ([]Muted, error) {
	if _, err := ownRoom(ctx, tx, p.By.Person, p.Room, p.By.operator()); err != nil {
		return nil, err
	}
	all, err := db.Collect[Muted](tx.Query(ctx, "SELECT person_id, muted_us, muted_by FROM chat_guest WHERE room = $1 AND muted_us > 0 AND person_id > $2 ORDER BY person_id LIMIT $3", p.Room, p.After, p.Limit))(
		func(r *db.Rows) (m Muted, err error) { return m, r.Scan(&m.Person, &m.SinceUS, &m.By) })
	if err != nil {
		return nil, err
	}
	persons := make([]id.Person, len(all))
	for i, m := range all {
		persons[i] = m.Person
	}
	who, err := people.GetMany(ctx, tx, persons)
	for i := range all {
		all[i].Who = who[all[i].Person]
	}
	return all, err
}

// AuthorOf returns who wrote a message of a room. The fault is not_found.
func AuthorOf(ctx context.Context, tx *db.Tx, room id.Live, message id.Message) (author id.Person, err error) {
	err = tx.Row(ctx, "SELECT author_id FROM chat_message WHERE id = $1 AND room = $2", message, room).Scan(&author)
	if errors.Is(err, db.ErrNoRows) {
		err = fault.New(fault.NotFound, "There is no message %q in this chat.", fault.Clip(string(message)))
	}
	return author, err
}
