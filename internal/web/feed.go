package web

import (
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/live"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/tip"
)

// feedItem is one line of the gift feed, as the page and its script show it.
type feedItem struct {
	Kind  string `json:"kind"`            // gift, combo, combo_end, tip, chat, live_end
	Combo string `json:"combo,omitempty"` // lines of one combo replace each other
	Name  string `json:"name,omitempty"`
	Emoji string `json:"emoji,omitempty"`
	Art   string `json:"art,omitempty"` // address of the drawing
	Item  string `json:"-"`
	Gift  string `json:"gift,omitempty"`
	Count int64  `json:"count,omitempty"`
	Units int64  `json:"units,omitempty"` // coins, for how it is celebrated
	Text  string `json:"text"`            // the whole line in words

	Tip     id.Tip `json:"-"`
	Message string `json:"message,omitempty"` // of a line of the chat: its id,
	Said    string `json:"said,omitempty"`    // what was written, and
	Hue     string `json:"hue,omitempty"`     // the colour of who wrote it
}

// giftData is what the feed reads of an event: a gift outside a combo has a
// quantity and coins, a combo has an id, a count and a total.
type giftData struct {
	Gift     string    `json:"gift"`
	Sender   id.Person `json:"sender"`
	Quantity int64     `json:"quantity"`
	Coins    struct {
		Amount int64 `json:"amount"`
	} `json:"coins"`
	Combo id.Combo `json:"combo"`
	Count int64    `json:"count"`
	Total int64    `json:"coins_total"`
}

// shownFeed is how many lines a page begins with, and lookBack how many events
// of the whole log are read for them.
const shownFeed, lookBack = 30, 600

// recent returns the last lines of a topic, newest first, and the event up to
// which they reach.
func (v *visit) recent(topic string) ([]feedItem, int64, error) {
	head, err := report.Ask(v, v.site.cfg.Reader, outbox.Head)
	if err != nil {
		return nil, 0, err
	}
	missed, last, _, err := v.site.cfg.Hub.Since(v, max(0, head-lookBack), lookBack+100, topic)
	if err != nil {
		return nil, 0, err
	}
	var lines []feedItem
	seen, hidden := map[string]bool{}, map[string]bool{}
	for i := len(missed) - 1; i >= 0 && len(lines) < shownFeed; i-- {
		if missed[i].Type == "chat.message.hidden" {
			hidden[messageOf(&missed[i])] = true
			continue
		}
		item, ok := v.line(missed[i])
		if !ok || hidden[item.Message] || item.Kind == "live_end" || item.Combo != "" && seen[item.Combo] {
			continue
		}
		seen[item.Combo] = true
		lines = append(lines, item)
	}
	lines, err = v.withoutGone(lines)
	return lines, last, err
}

// withoutGone leaves out the tips that went back whole.
func (v *visit) withoutGone(lines []feedItem) ([]feedItem, error) {
	var tips []id.Tip
	for _, l := range lines {
		if l.Tip != "" {
			tips = append(tips, l.Tip)
		}
	}
	gone, err := report.Ask1(v, v.site.cfg.Reader, tip.Gone, tips)
	return slices.DeleteFunc(lines, func(l feedItem) bool { return gone[l.Tip] }), err
}

// line writes an event as a line; ok is false for what the feed does not show.
func (v *visit) line(m live.Message) (item feedItem, ok bool) {
	switch m.Type {
	case "gift.sent":
		item.Kind = "gift"
	case "gift.combo.progressed":
		item.Kind = "combo"
	case "gift.combo.ended":
		item.Kind = "combo_end"
	case "tip.succeeded":
		return v.tipLine(&m)
	case "chat.message.sent":
		return v.chatLine(&m)
	case "live.ended":
		return feedItem{Kind: "live_end", Text: v.T("live.ended")}, true
	default:
		return item, false
	}
	var e struct {
		Data giftData `json:"data"`
	}
	if json.Unmarshal(m.JSON, &e) != nil {
		return item, false
	}
	item.Combo, item.Count, item.Units = string(e.Data.Combo), e.Data.Count, e.Data.Total
	if item.Kind == "gift" {
		item.Count, item.Units = e.Data.Quantity, e.Data.Coins.Amount
	}
	item.Name = v.site.name(v, e.Data.Sender)
	item.Item = e.Data.Gift
	item.Gift, item.Emoji = v.site.giftName(v, item.Item)
	item.Art = v.artURL(item.Item, item.Emoji)
	item.Text = v.T("feed.line", item.Name, item.Gift, v.number(item.Count), v.coins(item.Units))
	return item, true
}

// tipLine writes a tip as a line.
func (v *visit) tipLine(m *live.Message) (item feedItem, ok bool) {
	var e struct {
		Data struct {
			ID      id.Tip       `json:"id"`
			Fan     id.Person    `json:"fan"`
			Amount  money.Amount `json:"amount"`
			Message string       `json:"message"`
		} `json:"data"`
	}
	if json.Unmarshal(m.JSON, &e) != nil {
		return item, false
	}
	item.Kind, item.Tip, item.Emoji, item.Name = "tip", e.Data.ID, "💗", v.T("tip.anonymous")
	if e.Data.Fan != "" {
		item.Name = v.site.name(v, e.Data.Fan)
	}
	item.Text = v.T("feed.tip", item.Name, v.amount(e.Data.Amount))
	if e.Data.Message != "" {
		item.Text = v.T("feed.tip_words", item.Name, v.amount(e.Data.Amount), e.Data.Message)
	}
	return item, true
}

// heartbeat keeps proxies from closing a quiet stream, and finds out that a
// listener has gone.
const heartbeat = 15 * time.Second

// countEvery is how often a browser is told how many watch a LIVE, when that
// has changed.
const countEvery = 4 * time.Second

// lastEvent is the last event that the browser saw: from the header when it
// comes back, from the address when the page has just been shown.
func (v *visit) lastEvent() string {
	if s := v.r.Header.Get("Last-Event-ID"); s != "" {
		return s
	}
	return v.r.URL.Query().Get("after")
}

// nameCache remembers for a minute how people are called, because a feed names
// the same people again and again.
type nameCache struct {
	mu    sync.Mutex
	until time.Time
	names map[id.Person]string
	gifts map[string]gift.Item
}

// maxNames bounds the memory of the cache.
const maxNames = 10_000

func (c *nameCache) fresh() {
	if now := time.Now(); now.After(c.until) || len(c.names) > maxNames {
		c.names, c.gifts, c.until = map[id.Person]string{}, nil, now.Add(time.Minute)
	}
}

// name returns how the person is called.
func (s *site) name(v *visit, person id.Person) string {
	s.names.mu.Lock()
	s.names.fresh()
	name, ok := s.names.names[person]
	s.names.mu.Unlock()
	if ok {
		return name
	}
	all, err := report.Ask1(v, s.cfg.Reader, people.GetMany, []id.Person{person})
	if err != nil {
		return "…"
	}
	name = nameOf(all[person])
	s.names.mu.Lock()
	s.names.names[person] = name
	s.names.mu.Unlock()
	return name
}

// giftName returns the name and the art of a gift.
func (s *site) giftName(v *visit, item string) (name, emoji string) {
	s.names.mu.Lock()
	s.names.fresh()
	gifts := s.names.gifts
	s.names.mu.Unlock()
	if gifts == nil {
		all, err := report.Ask(v, s.cfg.Reader, gift.Catalog)
		if err != nil {
			return item, ""
		}
		gifts = make(map[string]gift.Item, len(all))
		for _, i := range all {
			gifts[i.ID] = i
		}
		s.names.mu.Lock()
		s.names.gifts = gifts
		s.names.mu.Unlock()
	}
	if i, ok := gifts[item]; ok {
		return i.Name, i.Emoji
	}
	return item, ""
}
