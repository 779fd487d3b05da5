package web

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/ovationhq/ovation/internal/chat"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/goal"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/live"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/support"
)

// company is who is around a stage, and what they do together.
type company struct {
	Goals []goal.Goal
	Board support.Leaderboard
	Chat  *chat.Room // of a LIVE that goes on
	Draft string     // what was written and could not be sent
	Wrong *problem   // why
}

// boardRows and stageGoals are how many places and goals a stage shows.
const boardRows, stageGoals = 8, 3

// company reads who is around the stage.
func (v *visit) company(s *stage) (*company, error) {
	c := &company{}
	window := support.Window(v.r.URL.Query().Get("board"))
	if window != support.Week && window != support.All {
		window = support.Target
	}
	ask := support.Ask{Of: s.ID, Window: window, Limit: boardRows, Fan: v.me()}
	var err error
	if c.Board, err = report.Ask1(v, v.site.cfg.Reader, support.Get, ask); err != nil || !s.Live {
		return c, err
	}
	if c.Goals, err = report.Ask1(v, v.site.cfg.Reader, goal.List, goal.Page{Of: s.ID, State: goal.Active, Limit: stageGoals}); err != nil || !s.OnAir() {
		return c, err
	}
	room, err := report.Ask1(v, v.site.cfg.Reader, chat.GetRoom, id.Live(s.ID))
	c.Chat = &room
	return c, err
}

// goalNews is how far a goal is, for the page and its script.
type goalNews struct {
	ID       id.Goal `json:"id"`
	Title    string  `json:"title"`
	Text     string  `json:"text"`
	Item     string  `json:"-"`
	Emoji    string  `json:"-"`
	Progress int64   `json:"progress"`
	Wanted   int64   `json:"wanted"`
	Reached  bool    `json:"reached"`
	Ended    bool    `json:"ended"`
}

// goalNews writes how far a goal is.
func (v *visit) goalNews(g goal.Goal) goalNews {
	n := goalNews{ID: g.ID, Title: g.Title, Item: g.Item, Progress: min(g.Progress, g.Wanted), Wanted: g.Wanted, Reached: g.ReachedUS > 0, Ended: g.State == goal.Ended}
	unit := v.coins(g.Wanted)
	if g.Metric == goal.Gifts {
		var name string
		name, n.Emoji = v.site.giftName(v, g.Item)
		unit = v.number(g.Wanted) + " × " + name
	}
	n.Text = v.T("goal.of", v.number(g.Progress), unit)
	return n
}

// place is one row of a leaderboard, for the page's script.
type place struct {
	Rank     int64  `json:"rank"`
	Name     string `json:"name"`
	Initials string `json:"initials"`
	Hue      string `json:"hue"`
	Coins    string `json:"coins"`
	Me       bool   `json:"me,omitempty"` // the visitor to whom the stream goes
}

// news writes what happens around a stage besides gifts; name is "" for what
// its page does not show.
func (v *visit) news(m *live.Message) (name string, value any) {
	switch m.Type {
	case "goal.created", "goal.progressed", "goal.reached", "goal.ended":
		var e struct {
			Data struct {
				ID       id.Goal     `json:"id"`
				Title    string      `json:"title"`
				Metric   goal.Metric `json:"metric"`
				Gift     string      `json:"gift"`
				Wanted   int64       `json:"wanted"`
				Progress int64       `json:"progress"`
				Reached  string      `json:"reached_at"`
				State    goal.State  `json:"state"`
			} `json:"data"`
		}
		if json.Unmarshal(m.JSON, &e) != nil {
			return "", nil
		}
		g := goal.Goal{ID: e.Data.ID, Title: e.Data.Title, Metric: e.Data.Metric, Item: e.Data.Gift, Wanted: e.Data.Wanted, Progress: e.Data.Progress, State: e.Data.State, ReachedUS: stampUS(e.Data.Reached)}
		return "goal", v.goalNews(g)
	case "leaderboard.changed":
		var e struct {
			Data struct {
				Top []struct {
					Rank   int64     `json:"rank"`
					Person id.Person `json:"person"`
					Coins  struct {
						Amount int64 `json:"amount"`
					} `json:"coins"`
				} `json:"top"`
			} `json:"data"`
		}
		if json.Unmarshal(m.JSON, &e) != nil {
			return "", nil
		}
		rows := []place{}
		for _, t := range e.Data.Top[:min(len(e.Data.Top), boardRows)] {
			who := v.site.name(v, t.Person)
			rows = append(rows, place{t.Rank, who, initials(who), hue(string(t.Person)), v.coins(t.Coins.Amount), t.Person == v.me()})
		}
		return "board", rows
	case "chat.message.hidden":
		return "hidden", messageOf(m)
	}
	return "", nil
}

// messageOf is the id of the message that an event is about.
func messageOf(m *live.Message) string {
	var e struct {
		Data struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	_ = json.Unmarshal(m.JSON, &e) // what can not be read is about none
	return e.Data.ID
}

// chatLine writes a message of the chat as a line.
func (v *visit) chatLine(m *live.Message) (feedItem, bool) {
	var e struct {
		Data struct {
			ID     id.Message `json:"id"`
			Author id.Person  `json:"author"`
			Text   string     `json:"text"`
		} `json:"data"`
	}
	if json.Unmarshal(m.JSON, &e) != nil || e.Data.Text == "" {
		return feedItem{}, false
	}
	name := v.site.name(v, e.Data.Author)
	return feedItem{Kind: "chat", Message: string(e.Data.ID), Name: name, Said: e.Data.Text, Hue: hue(string(e.Data.Author)), Text: v.T("chat.line", name, e.Data.Text)}, true
}

// room is the LIVE of the address.
func (v *visit) room() id.Live { return id.Live(v.r.PathValue("id")) }

// keeper is the visitor as somebody who looks after a chat.
func (v *visit) keeper() chat.Keeper { return chat.Keeper{Person: v.me(), Caller: v.person.Caller()} }

// sayInChat sends a message; what could not be sent stays in the field.
func sayInChat(v *visit) error {
	if v.me() == "" {
		if v.wantsJSON() {
			return fault.New(fault.AuthRequired, "Sign in to write. Nothing was sent.")
		}
		return v.redirect("/sign-in?" + query("to", v.target()+"#chat"))
	}
	_, err := v.site.cfg.Chat.Send(v, chat.NewMessage{Room: v.room(), Author: v.me(), Body: v.form("text"), Nonce: v.form("key")})
	if v.wantsJSON() {
		if err != nil {
			return err
		}
		return v.data(http.StatusOK, map[string]any{"ok": true})
	}
	if err != nil {
		if fault.Is(err, fault.NotFound) {
			return err
		}
		return watchChat(v, v.problemOf(err))
	}
	return v.redirect(v.target() + "#chat")
}

// hideMessage takes a message out of the chat.
func hideMessage(v *visit) error {
	if _, err := v.site.cfg.Chat.Hide(v, v.keeper(), v.room(), id.Message(v.form("message"))); err != nil {
		return err
	}
	return v.redirect(v.target() + "?did=chat_hidden#chat")
}

// muteAuthor keeps the author of a message from writing in this LIVE.
func muteAuthor(v *visit) error {
	author, err := report.Ask2(v, v.site.cfg.Reader, chat.AuthorOf, v.room(), id.Message(v.form("message")))
	if err != nil {
		return err
	}
	if err := v.site.cfg.Chat.Mute(v, v.keeper(), v.room(), author, true); err != nil {
		return err
	}
	return v.redirect(v.target() + "?did=chat_muted#chat")
}

// slowModes are the waits that a creator can choose from, in seconds.
var slowModes = []int64{0, 5, 10, 30, 60}

// setChat switches the chat of a LIVE, and how fast one writes there.
func setChat(v *visit) error {
	_, err := v.site.cfg.Chat.Change(v, v.me(), v.room(), chat.Settings{On: v.form("on") == "yes", Slow: time.Duration(integer(v.form("slow"))) * time.Second})
	if err != nil {
		return err
	}
	return v.redirect(v.target() + "?did=chat_set#chat")
}

// chatHint is what stands in the empty field.
func (v *visit) chatHint(r *chat.Room) string {
	if r.Slow > 0 && r.Creator != v.me() {
		return v.T("chat.hint_slow", v.number(int64(r.Slow.Seconds())))
	}
	return v.T("chat.hint")
}

// slowText names a wait of the slow mode.
func (v *visit) slowText(seconds int64) string {
	if seconds == 0 {
		return v.T("chat.slow_off")
	}
	return v.N("chat.slow_of", seconds)
}

// windowName names the window of a leaderboard.
func (v *visit) windowName(isLive bool, w support.Window) string {
	switch {
	case w == support.Week:
		return v.T("board.week")
	case w == support.All:
		return v.T("board.all")
	case isLive:
		return v.T("board.live")
	}
	return v.T("board.video")
}
