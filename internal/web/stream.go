package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/live"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/report"
)

// A page listens to at most one stream, whose topics its handler names with
// listen. The page's script (static/stream.js) hands on what comes:
//
//	line      a gift or the end of a LIVE, in the visitor's words (of a stage)
//	watching  how many watch (of a LIVE)
//	goal      how far a goal is; board: who gave most; hidden: a message that
//	          is not to be shown any more (all of a stage)
//	wallet    the visitor's coins have changed
//	creator   the visitor's dashboard has something new; says of what type
//	operator  any event, as the API tells it
//	event     any event, as a row of the developer's page
//	place     nothing; its id is where the stream begins, so that a browser
//	          goes on from there also when it was lost before anything happened
//	skipped   too much was missed: the page shows itself anew
//
// What comes with an event has its sequence as id, so that a browser that
// comes back gets what it has missed, once.

// The topics of a page besides a stage's own (live:liv_…, video:vid_…).
const (
	ofWallet   = "wallet"   // the visitor's own
	ofCreator  = "creator"  // the visitor's own
	ofOperator = "operator" // everything; for operators
	ofEvents   = "events"   // everything, or events:<type>; for developers
)

// mostTopics bounds what one stream follows.
const mostTopics = 4

// listen has the page follow the topics from the event on; after is that up to
// which the page shows everything.
func (v *visit) listen(after int64, topics ...string) {
	v.stream = "/stream?" + query("topics", strings.Join(topics, ","), "after", strconv.FormatInt(after, 10))
}

// listenFromNow has the page follow the topics from this moment on. It comes
// before the figures that they change are read: what happens meanwhile is told
// as news then, and none of it is lost.
func (v *visit) listenFromNow(topics ...string) error {
	place, err := v.site.cfg.Hub.Head(v)
	if err == nil {
		v.listen(place, topics...)
	}
	return err
}

// streamPage streams the topics as server-sent events.
func streamPage(v *visit) error {
	s := &pageStream{v: v, rc: http.NewResponseController(v.w)}
	if err := s.choose(strings.Split(v.r.URL.Query().Get("topics"), ",")); err != nil {
		return err
	}
	after, err := strconv.ParseInt(v.lastEvent(), 10, 64)
	if err != nil {
		after = live.Now
	}
	feed, err := v.site.cfg.Hub.Feed(v, after, s.topics...)
	if fault.Is(err, fault.InvalidParameter) { // a number of another log: what comes now counts
		feed, err = v.site.cfg.Hub.Feed(v, live.Now, s.topics...)
	}
	if err != nil {
		return err
	}
	defer feed.Close()
	h := v.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	v.wrote = true
	v.w.WriteHeader(http.StatusOK)
	if v.r.Method == http.MethodHead || !s.write("retry: 2000\n") || !s.send(feed.Place(), "place", nil) {
		return nil
	}
	s.follow(feed)
	return nil
}

// pageStream is one page that listens.
type pageStream struct {
	v        *visit
	rc       *http.ResponseController
	topics   []string // of the hub
	target   string   // the stage, if there is one
	creator  bool
	wallet   bool
	operator bool
	events   bool
	only     string // the type of the events, "" for all
	watching int    // how many the page was told watch; 0 before it was told
}

// choose finds out what the visitor may listen to. What is not theirs is not
// there.
func (s *pageStream) choose(names []string) error {
	if len(names) > mostTopics {
		return fault.New(fault.InvalidParameter, "A page follows at most %d topics.", mostTopics)
	}
	nothing := fault.New(fault.NotFound, "There is nothing to listen to under this name.")
	for _, name := range names {
		switch me := s.v.me(); {
		case name == ofWallet && me != "":
			s.wallet, s.topics = true, append(s.topics, live.WalletOf(me))
		case name == ofCreator && me != "":
			s.creator, s.topics = true, append(s.topics, live.CreatorOf(me), live.PersonOf(me))
		case name == ofOperator && s.v.is(people.Operator):
			s.operator, s.topics = true, append(s.topics, live.Operator)
		case (name == ofEvents || strings.HasPrefix(name, ofEvents+":")) && s.v.develops():
			s.events, s.topics = true, append(s.topics, live.Operator)
			_, s.only, _ = strings.Cut(name, ":")
		default:
			_, target, _ := strings.Cut(name, ":")
			if topic := live.TopicOf(target); topic == "" || topic != name || s.target != "" {
				return nothing
			}
			all, err := report.Ask1(s.v, s.v.site.cfg.Reader, content.Targets, []string{target})
			if err != nil {
				return err
			}
			if _, ok := all[target]; !ok {
				return nothing
			}
			s.target, s.topics = target, append(s.topics, name)
		}
	}
	return nil
}

// follow sends what happens until the browser or the server goes.
func (s *pageStream) follow(feed *live.Feed) {
	ctx, cancel := context.WithCancel(s.v)
	defer cancel()
	if stop := s.v.site.cfg.Stop; stop != nil {
		go func() {
			select {
			case <-stop:
				cancel()
			case <-ctx.Done():
			}
		}()
	}
	count := time.NewTicker(countEvery)
	defer count.Stop()
	for quiet := 0; ; {
		all, err := feed.Next(ctx, count.C)
		if err != nil {
			if !errors.Is(err, live.ErrSlow) && ctx.Err() == nil {
				s.v.site.log.Warn("a page's stream ended", "request", s.v.requestID(), "error", err)
			}
			return // the browser comes back and catches up
		}
		if len(all) == 0 {
			if quiet++; !s.count() || quiet%beatEvery == 0 && !s.write(": still here\n\n") {
				return
			}
			continue
		}
		for _, m := range all {
			if !s.tell(m) {
				return
			}
		}
	}
}

// beatEvery is after how many quiet counts a sign of life is sent: it keeps
// proxies from closing the stream, and finds out that the browser has gone.
const beatEvery = 4

// count sends how many watch a LIVE when that has changed. It reports whether
// the browser is there.
func (s *pageStream) count() bool {
	if id.KindOf(s.target) != id.KindLive {
		return true
	}
	n := s.v.site.cfg.Hub.Listeners(live.TopicOf(s.target))
	if n == s.watching {
		return true
	}
	s.watching = n
	return s.send(0, "watching", s.v.N("watching", int64(n)))
}

// tell sends an event to whom it concerns on the page. It reports whether the
// browser is there.
func (s *pageStream) tell(m *live.Message) bool {
	if m.Type == live.Skipped { // too much was missed: the page shows itself anew
		return s.send(m.Sequence, "skipped", nil)
	}
	if s.target != "" && m.Topic == live.TopicOf(s.target) {
		if name, value := s.v.news(m); name != "" && !s.send(m.Sequence, name, value) {
			return false
		}
		if item, ok := s.v.line(*m); ok && !s.send(m.Sequence, "line", item) {
			return false
		}
	}
	if s.events {
		return s.only != "" && m.Type != s.only || s.sendRow(m)
	}
	if s.operator {
		return s.send(m.Sequence, "operator", json.RawMessage(m.JSON))
	}
	mine := string(s.v.me())
	if s.wallet && (strings.HasPrefix(m.Type, "gift.") && strings.Contains(string(m.JSON), `"sender":"`+mine) || strings.HasPrefix(m.Type, "coin_purchase.")) {
		if !s.send(m.Sequence, "wallet", m.Type) {
			return false
		}
	}
	if s.creator && (strings.Contains(string(m.JSON), `"creator":"`+mine) || m.Topic == live.PersonOf(s.v.me())) {
		return s.send(m.Sequence, "creator", m.Type)
	}
	return true
}

// send writes one event; number 0 gives it no id.
func (s *pageStream) send(number int64, name string, value any) bool {
	data, err := json.Marshal(value)
	if err != nil {
		return false
	}
	line := ""
	if number > 0 {
		line = fmt.Sprintf("id: %d\n", number)
	}
	return s.write(line + "event: " + name + "\ndata: " + string(data) + "\n\n")
}

func (s *pageStream) write(text string) bool {
	_ = s.rc.SetWriteDeadline(time.Now().Add(heartbeat)) // where it can not be set, the kernel's own holds
	if _, err := s.v.w.Write([]byte(text)); err != nil {
		return false
	}
	return s.rc.Flush() == nil
}
