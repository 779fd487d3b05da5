package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/live"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/report"
)

// feedItem is one line of the gift feed, as the page and its script show it.
type feedItem struct {
	Kind  string `json:"kind"`            // gift, combo, combo_end, live_end
	Combo string `json:"combo,omitempty"` // lines of one combo replace each other
	Name  string `json:"name,omitempty"`
	Emoji string `json:"emoji,omitempty"`
	Art   string `json:"art,omitempty"` // address of the drawing
	Item  string `json:"-"`
	Gift  string `json:"gift,omitempty"`
	Count int64  `json:"count,omitempty"`
	Coins string `json:"coins,omitempty"`
	Units int64  `json:"units,omitempty"` // coins, for how it is celebrated
	Text  string `json:"text"`            // the whole line in words
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
const shownFeed, lookBack = 12, 400

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
	seen := map[string]bool{}
	for i := len(missed) - 1; i >= 0 && len(lines) < shownFeed; i-- {
		item, ok := v.line(missed[i])
		if !ok || item.Kind == "live_end" || item.Combo != "" && seen[item.Combo] {
			continue
		}
		seen[item.Combo] = true
		lines = append(lines, item)
	}
	return lines, last, nil
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
	item.Coins = v.coins(item.Units)
	item.Name = v.site.name(v, e.Data.Sender)
	item.Item = e.Data.Gift
	item.Gift, item.Emoji = v.site.giftName(v, item.Item)
	item.Art = v.artURL(item.Item, item.Emoji)
	item.Text = v.T("feed.line", item.Name, item.Gift, v.number(item.Count), item.Coins)
	return item, true
}

// heartbeat keeps proxies from closing a quiet stream, and finds out that a
// listener has gone.
const heartbeat = 15 * time.Second

// catchUpRounds bounds how much of the log is read for a listener that was
// away; one that was away for longer goes on from now.
const catchUpRounds, catchUpAtOnce = 20, 500

// events streams the gifts of a stage as server-sent events. A browser that
// comes back names the last event that it saw, and gets what it missed.
func events(v *visit) error {
	target := v.r.PathValue("id")
	all, err := report.Ask1(v, v.site.cfg.Reader, content.Targets, []string{target})
	if err != nil {
		return err
	}
	if _, ok := all[target]; !ok {
		return fault.New(fault.NotFound, "There is no such video or LIVE.")
	}
	if v.r.Method == http.MethodHead { // there is a stream; nobody listens to it
		v.wrote = true
		v.w.Header().Set("Content-Type", "text/event-stream")
		v.w.WriteHeader(http.StatusOK)
		return nil
	}
	l := v.site.cfg.Hub.Listen(topicOf(target)) // before the log is read, so that nothing falls between
	defer l.Close()
	h := v.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	v.wrote = true
	v.w.WriteHeader(http.StatusOK)
	s := &stream{v: v, rc: http.NewResponseController(v.w), target: target}
	if !s.write("retry: 2000\n\n") {
		return nil
	}
	if after, err := strconv.ParseInt(v.lastEvent(), 10, 64); err == nil {
		s.last = after
		if !s.catchUp(topicOf(target)) {
			return nil
		}
	}
	s.follow(l)
	return nil
}

// lastEvent is the last event that the browser saw: from the header when it
// comes back, from the address when the page has just been shown.
func (v *visit) lastEvent() string {
	if s := v.r.Header.Get("Last-Event-ID"); s != "" {
		return s
	}
	return v.r.URL.Query().Get("after")
}

// stream is one browser that listens.
type stream struct {
	v        *visit
	rc       *http.ResponseController
	target   string
	last     int64 // the last event that was sent, or need not be
	watching int   // how many the browser was told watch; 0 before it was told
}

// catchUp sends what was missed. It reports whether the browser is there.
func (s *stream) catchUp(topic string) bool {
	for range catchUpRounds {
		missed, upTo, more, err := s.v.site.cfg.Hub.Since(s.v, s.last, catchUpAtOnce, topic)
		if err != nil {
			s.last = 0 // the number is of another log; what comes now counts
			return true
		}
		for _, m := range missed {
			if !s.tell(m) {
				return false
			}
		}
		if s.last = max(s.last, upTo); !more {
			return true
		}
	}
	return true
}

// follow sends what happens until the browser or the server goes.
func (s *stream) follow(l *live.Listener) {
	beat, count := time.NewTicker(heartbeat), time.NewTicker(countEvery)
	defer beat.Stop()
	defer count.Stop()
	for {
		select {
		case <-s.v.Done():
			return
		case <-s.v.site.cfg.Stop:
			return
		case <-beat.C:
			if !s.write(": still here\n\n") {
				return
			}
		case <-count.C:
			if !s.count() {
				return
			}
		case m, ok := <-l.C:
			if !ok || !s.tell(m) {
				return // too slow, or gone: the browser comes back and catches up
			}
		}
	}
}

// countEvery is how often a browser is told how many watch a LIVE, when that
// has changed.
const countEvery = 4 * time.Second

// count sends how many watch. It reports whether the browser is there.
func (s *stream) count() bool {
	n := s.v.site.cfg.Hub.Listeners(topicOf(s.target))
	if id.KindOf(s.target) != id.KindLive || n == s.watching {
		return true
	}
	s.watching = n
	data, err := json.Marshal(s.v.N("watching", int64(n)))
	return err == nil && s.write(fmt.Sprintf("event: watching\ndata: %s\n\n", data))
}

// tell sends one event, unless it was sent before.
func (s *stream) tell(m live.Message) bool {
	if m.Sequence <= s.last {
		return true
	}
	s.last = m.Sequence
	item, ok := s.v.line(m)
	if !ok {
		return true
	}
	data, err := json.Marshal(item)
	return err == nil && s.write(fmt.Sprintf("id: %d\nevent: line\ndata: %s\n\n", m.Sequence, data))
}

func (s *stream) write(text string) bool {
	_ = s.rc.SetWriteDeadline(time.Now().Add(heartbeat)) // where it can not be set, the kernel's own holds
	if _, err := s.v.w.Write([]byte(text)); err != nil {
		return false
	}
	return s.rc.Flush() == nil
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
