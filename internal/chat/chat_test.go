package chat_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/chat"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/people"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// hall is a world with a creator who is live, a fan, and a chat.
type hall struct {
	*gifttest.World
	s         *chat.Service
	star, fan id.Person
	room      id.Live
}

func each(t *testing.T, test func(h *hall)) {
	t.Helper()
	gifttest.Each(t, func(w *gifttest.World) {
		h := &hall{World: w, s: chat.NewService(w.D), star: w.Creator(), fan: w.Person()}
		h.room = id.Live(w.Live(h.star))
		test(h)
	}, chat.Checks()...)
}

func (h *hall) send(author id.Person, text string) (chat.Message, error) {
	return h.s.Send(h.Ctx, chat.NewMessage{Room: h.room, Author: author, Body: text})
}

func (h *hall) says(author id.Person, text string) chat.Message {
	h.T.Helper()
	m, err := h.send(author, text)
	h.OK(err)
	h.Clk.Advance(time.Second)
	return m
}

func (h *hall) list(p chat.Page) (texts []string) {
	h.T.Helper()
	p.Room = h.room
	if p.Limit == 0 {
		p.Limit = 100
	}
	h.Read(func(tx *db.Tx) error {
		all, err := chat.List(h.Ctx, tx, p)
		for _, m := range all {
			texts = append(texts, m.Who.Name+": "+m.Body)
		}
		return err
	})
	return texts
}

func TestSend(t *testing.T) {
	each(t, func(h *hall) {
		script := `<script>alert(1)</script> "quoted" \ 👩‍👩‍👧‍👦`
		h.says(h.fan, "  "+script+" ")
		last := h.says(h.star, "Hello")
		if got := h.list(chat.Page{}); len(got) != 2 || !strings.HasSuffix(got[0], ": Hello") || !strings.HasSuffix(got[1], ": "+script) {
			t.Errorf("%q", got)
		}
		if got := h.list(chat.Page{Before: last.ID}); len(got) != 1 {
			t.Errorf("%q", got)
		}
		e := h.Events("chat.message.sent")
		if len(e) != 2 || e[1].Topic != "live:"+string(h.room) || !strings.Contains(string(e[1].Data), string(last.ID)) {
			t.Errorf("%d events", len(e))
		}
		for text, code := range map[string]fault.Code{"": fault.ValidationFailed, "\u202eabc": fault.TextNotAllowed, strings.Repeat("é", 201): fault.TextTooLong} {
			_, err := h.send(h.fan, text)
			h.Want(err, code)
		}
		_, err := h.s.Send(h.Ctx, chat.NewMessage{Room: h.room, Author: h.fan, Body: "x", Nonce: strings.Repeat("n", 65)})
		h.Want(err, fault.ValidationFailed)
		h.says(h.fan, strings.Repeat("é", 200))
		_, err = h.s.Send(h.Ctx, chat.NewMessage{Room: "liv_01kgw1ptrhe8zr2b7a5y3c9dxm", Author: h.fan, Body: "x"})
		h.Want(err, fault.NotFound)
		h.End(h.star, string(h.room))
		_, err = h.send(h.fan, "late")
		h.Want(err, fault.StateConflict)
	})
}

// TestNonce sends the same message many times at once: it is there once.
func TestNonce(t *testing.T) {
	each(t, func(h *hall) {
		var wg sync.WaitGroup
		ids := make([]id.Message, 20)
		for i := range ids {
			wg.Go(func() {
				m, err := h.s.Send(h.Ctx, chat.NewMessage{Room: h.room, Author: h.fan, Body: "once", Nonce: "n1"})
				if ids[i] = m.ID; err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, got := range ids {
			if got != ids[0] || got == "" {
				t.Errorf("%v", ids)
			}
		}
		if got := h.list(chat.Page{}); len(got) != 1 {
			t.Errorf("%q", got)
		}
	})
}

// TestPace holds the pace of one person, which is nobody else's.
func TestPace(t *testing.T) {
	each(t, func(h *hall) {
		other := h.Person()
		pace := func(who id.Person, want int) {
			t.Helper()
			sent := 0
			for range 10 {
				if _, err := h.send(who, "x"); err == nil {
					sent++
				} else if f := h.Want(err, fault.RateLimited); f.RetryAfter <= 0 {
					t.Errorf("%v", f)
				}
			}
			if sent != want {
				t.Errorf("%d messages at once, want %d", sent, want)
			}
		}
		pace(h.fan, 3)
		pace(other, 3)
		h.Clk.Advance(2 * time.Second)
		pace(h.fan, 2)
		h.Clk.Advance(time.Hour)
		pace(h.fan, 3)
		_, err := h.s.Change(h.Ctx, h.star, h.room, chat.Settings{On: true, Slow: 30 * time.Second})
		h.OK(err)
		h.Clk.Advance(time.Hour)
		pace(h.fan, 1)
		h.Clk.Advance(29 * time.Second)
		pace(h.fan, 0)
		h.Clk.Advance(time.Second)
		pace(h.fan, 1)
		pace(h.star, 3) // who is not slowed down
		_, err = h.s.Change(h.Ctx, h.star, h.room, chat.Settings{On: true})
		h.OK(err)
		h.Clk.Advance(time.Second)
		pace(h.fan, 1) // and does not wait for what slow mode would have asked for
	})
}

// TestAuthorOf finds who wrote a message of a room, and nobody of another room.
func TestAuthorOf(t *testing.T) {
	each(t, func(h *hall) {
		m := h.says(h.fan, "hello")
		other := id.Live(h.Live(h.Creator()))
		h.Read(func(tx *db.Tx) error {
			author, err := chat.AuthorOf(h.Ctx, tx, h.room, m.ID)
			if err != nil || author != h.fan {
				t.Errorf("the author is %q, %v; want %q", author, err, h.fan)
			}
			if _, err := chat.AuthorOf(h.Ctx, tx, other, m.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("in another room the author is found: %v", err)
			}
			return nil
		})
	})
}

func TestKeeping(t *testing.T) {
	each(t, func(h *hall) {
		star, fan, operator := chat.Keeper{Person: h.star}, chat.Keeper{Person: h.fan}, chat.Keeper{Caller: people.Console()}
		bad, worse := h.says(h.fan, "bad"), h.says(h.fan, "worse")
		_, err := h.s.Hide(h.Ctx, fan, h.room, bad.ID)
		h.Want(err, fault.NotFound)
		_, err = h.s.Hide(h.Ctx, star, h.room, "msg_01kgw1ptrhe8zr2b7a5y3c9dxm")
		h.Want(err, fault.NotFound)
		_, err = h.s.Hide(h.Ctx, star, id.Live(h.Live(h.star)), bad.ID)
		h.Want(err, fault.NotFound)
		for range 2 {
			_, err = h.s.Hide(h.Ctx, star, h.room, bad.ID)
			h.OK(err)
		}
		_, err = h.s.Hide(h.Ctx, operator, h.room, worse.ID)
		h.OK(err)
		if e := h.Events("chat.message.hidden"); len(e) != 2 || strings.Contains(string(e[0].Data), "bad") {
			t.Errorf("%d events, %s", len(e), e[0].Data)
		}
		if got := h.list(chat.Page{Reader: fan}); len(got) != 0 {
			t.Errorf("a fan reads %q", got)
		}
		if got := h.list(chat.Page{Reader: star}); len(got) != 2 {
			t.Errorf("the creator reads %q", got)
		}

		h.Want(h.s.Mute(h.Ctx, fan, h.room, h.star, true), fault.NotFound)
		h.Want(h.s.Mute(h.Ctx, star, h.room, h.star, true), fault.StateConflict)
		h.Want(h.s.Mute(h.Ctx, star, h.room, "usr_01kgw1ptrhe8zr2b7a5y3c9dxm", true), fault.NotFound)
		h.OK(h.s.Mute(h.Ctx, star, h.room, h.fan, true))
		h.OK(h.s.Mute(h.Ctx, operator, h.room, h.fan, true))
		_, err = h.send(h.fan, "hello?")
		h.Want(err, fault.Forbidden)
		var muted []chat.Muted
		page := chat.MutedPage{Room: h.room, By: star, Limit: 9}
		h.Read(func(tx *db.Tx) (err error) { muted, err = chat.ListMuted(h.Ctx, tx, page); return err })
		if len(muted) != 1 || muted[0].Person != h.fan || muted[0].By != string(h.star) {
			t.Errorf("%+v", muted)
		}
		page.By = fan
		h.Want(h.D.Read(h.Ctx, func(tx *db.Tx) error { _, err := chat.ListMuted(h.Ctx, tx, page); return err }), fault.NotFound)
		h.OK(h.s.Mute(h.Ctx, star, h.room, h.fan, false))
		h.says(h.fan, "again")

		_, err = h.s.Change(h.Ctx, h.fan, h.room, chat.Settings{})
		h.Want(err, fault.NotFound)
		_, err = h.s.Change(h.Ctx, h.star, h.room, chat.Settings{Slow: time.Hour})
		h.Want(err, fault.ValidationFailed)
		_, err = h.s.Change(h.Ctx, h.star, h.room, chat.Settings{On: false})
		h.OK(err)
		_, err = h.send(h.star, "x")
		h.Want(err, fault.StateConflict)
		_, err = h.s.Change(h.Ctx, h.star, h.room, chat.Settings{On: true})
		h.OK(err)
		h.Exec("UPDATE person SET suspended_us = 5, suspended_reason = 'x' WHERE id = $1", h.fan)
		_, err = h.send(h.fan, "x")
		h.Want(err, fault.AccountSuspended)
	})
}

// TestClockSetBack holds that nothing is said before a LIVE has begun, as each
// verifies.
func TestClockSetBack(t *testing.T) {
	each(t, func(h *hall) {
		h.Clk.Advance(-time.Hour)
		h.says(h.fan, "hello")
	})
}

// TestKeepingIsAudited writes down what an operator does in the LIVE of somebody
// else, once, and nothing of what creators do in their own.
func TestKeepingIsAudited(t *testing.T) {
	each(t, func(h *hall) {
		for _, by := range []chat.Keeper{{Person: h.star}, {Caller: people.Console()}} {
			m := h.says(h.fan, "bad")
			for range 2 {
				_, err := h.s.Hide(h.Ctx, by, h.room, m.ID)
				h.OK(err)
				h.OK(h.s.Mute(h.Ctx, by, h.room, h.fan, true))
			}
			h.OK(h.s.Mute(h.Ctx, by, h.room, h.fan, false))
			h.OK(h.s.Mute(h.Ctx, by, h.room, h.fan, false))
		}
		var got []string
		h.Read(func(tx *db.Tx) error {
			all, err := audit.List(h.Ctx, tx, audit.Query{Limit: 10})
			for _, e := range all {
				got = append(got, e.Actor+" "+e.Verb+" "+e.Changed)
			}
			return err
		})
		live := ` {"live":"` + string(h.room) + `"}`
		if want := []string{"console person.unmute" + live, "console person.mute" + live, "console message.hide" + live}; !slices.Equal(got, want) {
			t.Errorf("the log has %q, want %q", got, want)
		}
	})
}

// Every rule of verify.go names the damage that it is there for.
func TestVerifyBites(t *testing.T) {
	each(t, func(h *hall) {
		m, hidden := h.says(h.fan, "a"), h.says(h.fan, "b")
		_, err := h.s.Hide(h.Ctx, chat.Keeper{Person: h.star}, h.room, hidden.ID)
		h.OK(err)
		one := " WHERE id = '" + string(m.ID) + "'"
		for _, plant := range []struct{ rule, damage, undo string }{
			{chat.RuleTold, "UPDATE chat_message SET id = 'msg_x'" + one, "UPDATE chat_message SET id = '" + string(m.ID) + "' WHERE id = 'msg_x'"},
			{chat.RuleTold, "UPDATE chat_message SET hidden_us = 1, hidden_by = 'x'" + one, "UPDATE chat_message SET hidden_us = 0, hidden_by = ''" + one},
			{chat.RuleTold, "UPDATE outbox_event SET type = 'chat.lost' WHERE type = 'chat.message.hidden'", "UPDATE outbox_event SET type = 'chat.message.hidden' WHERE type = 'chat.lost'"},
			{chat.RuleLive, "UPDATE live_room SET started_us = started_us + 9000000000", "UPDATE live_room SET started_us = started_us - 9000000000"},
			{chat.RuleLive, "UPDATE live_room SET state = 'ended', ended_us = started_us", "UPDATE live_room SET state = 'live', ended_us = 0"},
		} {
			t.Run(plant.damage, func(t *testing.T) { gifttest.Bites(h.World, t, plant.rule, plant.damage, plant.undo, chat.Checks()...) })
		}
	})
}
