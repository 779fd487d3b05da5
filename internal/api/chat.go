package api

import (
	"context"
	"time"

	"github.com/ovationhq/ovation/internal/chat"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/report"
)

type messageView struct {
	Object string     `json:"object" enum:"message"`
	ID     id.Message `json:"id"`
	Live   id.Live    `json:"live" doc:"The LIVE"`
	Author briefView  `json:"author" doc:"Who wrote it"`
	Text   string     `json:"text" doc:"What was written: text, never markup"`
	SentAt Instant    `json:"sent_at"`
	Hidden bool       `json:"hidden" doc:"Whether only the creator and operators still see it"`
}

func viewMessage(m chat.Said) messageView {
	return messageView{"message", m.ID, m.Room, viewBrief(m.Author, m.Who), m.Body, at(m.SentUS), m.HiddenUS != 0}
}

type messageOut struct{ Body messageView }

type messageIn struct {
	ID   id.Live `path:"id" doc:"The LIVE"`
	Body struct {
		Text  string `json:"text" maxLength:"2000" doc:"Up to 200 characters as people count them"`
		Nonce string `json:"nonce,omitempty" maxLength:"64" pattern:"^[!-~]+$" doc:"Made by the client for this message: sent again with the same one, the message is answered and not written twice"`
	}
}

func (a *API) messageSend(ctx context.Context, in *messageIn) (*messageOut, error) {
	author := CallerOf(ctx).Person
	m, err := a.cfg.Services.Chat.Send(ctx, chat.NewMessage{Room: in.ID, Author: author, Body: in.Body.Text, Nonce: in.Body.Nonce})
	if err != nil {
		return nil, err
	}
	return a.said(ctx, m)
}

// said is a message with its author.
func (a *API) said(ctx context.Context, m chat.Message) (*messageOut, error) {
	who, err := report.Ask1(ctx, a.cfg.Services.Reader, people.GetMany, []id.Person{m.Author})
	return &messageOut{viewMessage(chat.Said{Message: m, Who: who[m.Author]})}, err
}

// keeper is the caller as one who looks after a chat. A key that acts for a
// person has that person's rights.
func (a *API) keeper(ctx context.Context) chat.Keeper {
	c := CallerOf(ctx)
	k := chat.Keeper{Person: c.Person}
	if a.seesAll(&c) {
		k.Caller = c.Caller
	}
	return k
}

type messageListIn struct {
	Page
	ID id.Live `path:"id" doc:"The LIVE"`
}

func (a *API) messageList(ctx context.Context, in *messageListIn) (*listOut[messageView], error) {
	before, err := a.after(ctx, in.Page)
	if err != nil {
		return nil, err
	}
	all, err := report.Ask1(ctx, a.cfg.Services.Reader, chat.List, chat.Page{Room: in.ID, Reader: a.keeper(ctx), Before: id.Message(before), Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	return listed(ctx, a, in.Page, all, func(m chat.Said) string { return string(m.ID) }, viewMessage), nil
}

type messageHideIn struct {
	ID      id.Live    `path:"id" doc:"The LIVE"`
	Message id.Message `path:"message" doc:"The message"`
}

func (a *API) messageHide(ctx context.Context, in *messageHideIn) (*messageOut, error) {
	m, err := a.cfg.Services.Chat.Hide(ctx, a.keeper(ctx), in.ID, in.Message)
	if err != nil {
		return nil, err
	}
	return a.said(ctx, m)
}

type chatView struct {
	Object string  `json:"object" enum:"chat"`
	Live   id.Live `json:"live" doc:"The LIVE"`
	On     bool    `json:"on" doc:"Whether people can write while the LIVE is live"`
	Slow   int64   `json:"slow_mode_seconds" doc:"The least seconds between two messages of a person; 0 is no slow mode"`
}

func viewChat(r chat.Room) chatView {
	return chatView{"chat", r.ID, r.On, int64(r.Slow / time.Second)}
}

type chatOut struct{ Body chatView }

func (a *API) chatGet(ctx context.Context, in *roomGetIn) (*chatOut, error) {
	r, err := report.Ask1(ctx, a.cfg.Services.Reader, chat.GetRoom, in.ID)
	return &chatOut{viewChat(r)}, err
}

type chatPutIn struct {
	ID   id.Live `path:"id" doc:"The LIVE"`
	Body struct {
		On   bool  `json:"on" doc:"Whether people can write"`
		Slow int64 `json:"slow_mode_seconds,omitempty" minimum:"0" maximum:"600" doc:"The least seconds between two messages of a person; 0 is no slow mode"`
	}
}

func (a *API) chatPut(ctx context.Context, in *chatPutIn) (*chatOut, error) {
	r, err := a.cfg.Services.Chat.Change(ctx, CallerOf(ctx).Person, in.ID, chat.Settings{On: in.Body.On, Slow: time.Duration(in.Body.Slow) * time.Second})
	return &chatOut{viewChat(r)}, err
}

type mutedView struct {
	Object string    `json:"object" enum:"mute"`
	Person briefView `json:"person" doc:"Who may not write"`
	Since  Instant   `json:"since"  doc:"From when on"`
}

func viewMuted(m chat.Muted) mutedView {
	return mutedView{"mute", viewBrief(m.Person, m.Who), at(m.SinceUS)}
}

func (a *API) muteList(ctx context.Context, in *messageListIn) (*listOut[mutedView], error) {
	after, err := a.after(ctx, in.Page)
	if err != nil {
		return nil, err
	}
	all, err := report.Ask1(ctx, a.cfg.Services.Reader, chat.ListMuted, chat.MutedPage{Room: in.ID, By: a.keeper(ctx), After: id.Person(after), Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	return listed(ctx, a, in.Page, all, func(m chat.Muted) string { return string(m.Person) }, viewMuted), nil
}

type muteIn struct {
	ID     id.Live   `path:"id" doc:"The LIVE"`
	Person id.Person `path:"person" doc:"Who is muted"`
}

func (a *API) mute(ctx context.Context, in *muteIn) (*struct{}, error) {
	return nil, a.cfg.Services.Chat.Mute(ctx, a.keeper(ctx), in.ID, in.Person, true)
}

func (a *API) unmute(ctx context.Context, in *muteIn) (*struct{}, error) {
	return nil, a.cfg.Services.Chat.Mute(ctx, a.keeper(ctx), in.ID, in.Person, false)
}
