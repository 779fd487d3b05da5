package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
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

type streamIn struct {
	ID          string `path:"id" maxLength:"40" doc:"The LIVE (liv_…) or the video (vid_…)"`
	LastEventID string `header:"Last-Event-ID" maxLength:"20" doc:"The sequence of the last event that was seen. What was missed comes first; from who missed more than the last 50,000 events of the instance it is kept: the event stream.skipped says so, and the stream goes on from now"`
}

// roomStream sends a room's events as they happen (text/event-stream). A
// client that comes back with Last-Event-ID gets what it missed first.
func (a *API) roomStream(w http.ResponseWriter, r *http.Request) error {
	target := r.PathValue("id")
	if err := a.mayWatch(r.Context(), target); err != nil {
		return err
	}
	return a.listen(w, r, false, live.TopicOf(target))
}

// mayWatch refuses what the caller does not see.
func (a *API) mayWatch(ctx context.Context, target string) error {
	all, err := report.Ask1(ctx, a.cfg.Services.Reader, content.Targets, []string{target})
	if err != nil {
		return err
	}
	on, ok := all[target]
	if c := CallerOf(ctx); !ok || on.Kind == id.KindVideo && !on.Open && on.Creator != c.Person && !a.seesAll(&c) {
		return fault.New(fault.NotFound, "There is no such LIVE or video.")
	}
	return nil
}

type topicsIn struct {
	Topics      []string `query:"topics" required:"true" minItems:"1" maxItems:"10" maxLength:"60" doc:"What to listen to, separated by commas: live:liv_… and video:vid_… for everybody, wallet:usr_… (coins in and out), creator:usr_… (gifts, earnings, payouts, goals) and person:usr_… for whom it concerns, operator (everything) for operators"`
	LastEventID string   `header:"Last-Event-ID" maxLength:"20" doc:"As on the stream of a room"`
}

// topicStream sends the events of several topics in one stream, each once.
func (a *API) topicStream(w http.ResponseWriter, r *http.Request) error {
	topics := strings.Split(r.URL.Query().Get("topics"), ",")
	slices.Sort(topics)
	topics = slices.Compact(topics)
	private := false
	for _, t := range topics {
		own, err := a.mayListen(r.Context(), t)
		if err != nil {
			return err
		}
		private = private || own
	}
	return a.listen(w, r, private, topics...)
}

// scopeOf is what a topic about a person asks for.
var scopeOf = map[string]Scope{"wallet": people.WalletRead, "creator": people.EarningsRead, "person": people.PeopleRead}

// mayListen refuses a topic that is not the caller's, and reports whether it is
// for some alone.
func (a *API) mayListen(ctx context.Context, topic string) (private bool, err error) {
	kind, name, _ := strings.Cut(topic, ":")
	scope, personal := scopeOf[kind]
	switch {
	case (kind == "live" || kind == "video") && live.TopicOf(name) == topic:
		return false, a.mayWatch(ctx, name)
	case personal && id.KindOf(name) == id.KindPerson:
	case topic == live.Operator:
		scope = people.Admin
	default:
		return false, fault.New(fault.InvalidParameter, "").At("topics", fault.InvalidParameter, "There is no topic %q. There are live:liv_…, video:vid_…, wallet:usr_…, creator:usr_…, person:usr_… and operator.", fault.Clip(topic))
	}
	c := CallerOf(ctx)
	switch {
	case !c.Known():
		return true, fault.New(fault.AuthRequired, "This needs an API key or a session. Send Authorization: Bearer with a key, or sign in.")
	case topic == live.Operator && !c.Is(people.Operator), personal && c.Person != id.Person(name) && !a.seesAll(&c):
		return true, fault.New(fault.NotFound, "There is no topic %q, or it is not yours.", fault.Clip(topic))
	}
	return true, c.Require(scope)
}

const (
	// heartbeat keeps proxies from closing a quiet stream, and finds out that
	// a client has gone.
	heartbeat = 20 * time.Second
	// writeWithin is how long the connection may take nothing before the
	// client counts as gone, or as too slow. It is set anew at every writeRenew.
	writeWithin, writeRenew = 30 * time.Second, 10 * time.Second
	// privateFor ends a stream of private topics, so that who has lost a right
	// does not listen for ever: the client comes back, and is asked who it is.
	privateFor = 15 * time.Minute
)

// listen streams the topics until either side goes.
func (a *API) listen(w http.ResponseWriter, r *http.Request, private bool, topics ...string) error {
	if r.Method == http.MethodHead { // there is a stream; nobody listens to it
		w.Header().Set("Content-Type", "text/event-stream")
		w.WriteHeader(http.StatusOK)
		return nil
	}
	after, err := lastEvent(r)
	if err != nil {
		return err
	}
	feed, err := a.cfg.Services.Hub.Feed(r.Context(), after, topics...)
	if err != nil {
		return ofLastEvent(err)
	}
	defer feed.Close()
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	ctx := r.Context()
	if private {
		bound, cancel := context.WithTimeout(ctx, privateFor)
		defer cancel()
		ctx = bound
	}
	out := &eventWriter{w: w, rc: http.NewResponseController(w)}
	// The id alone is the place to come back to for who leaves before the
	// first event.
	if !out.write("id: " + strconv.FormatInt(feed.Place(), 10) + "\n: listening\n\n") {
		return nil
	}
	out.follow(ctx, feed)
	return nil
}

// lastEvent is the place from which the client goes on.
func lastEvent(r *http.Request) (int64, error) {
	last := r.Header.Get("Last-Event-ID")
	if last == "" {
		return live.Now, nil
	}
	n, err := strconv.ParseInt(last, 10, 64)
	if err != nil || n < 0 {
		return 0, fault.New(fault.InvalidParameter, "Last-Event-ID is the id of the last event of this stream.")
	}
	return n, nil
}

// ofLastEvent names the header in a fault that is about the place in the log,
// which the list of events calls after.
func ofLastEvent(err error) error {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		for i := range f.Fields {
			f.Fields[i].Pointer = "Last-Event-ID"
		}
	}
	return err
}

// eventWriter writes server-sent events to one client.
type eventWriter struct {
	w      http.ResponseWriter
	rc     *http.ResponseController
	bounds time.Time // until when the deadline needs no renewal
}

// follow sends what the feed brings until the client, the server or the feed
// goes. A client comes back with the id of the last event that it saw.
func (o *eventWriter) follow(ctx context.Context, feed *live.Feed) {
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		batch, err := feed.Next(ctx, beat.C)
		if err != nil {
			return
		}
		if len(batch) == 0 && !o.write(": still here\n\n") {
			return
		}
		for i, m := range batch {
			if !o.send(m.SSE, i == len(batch)-1) {
				return
			}
		}
	}
}

func (o *eventWriter) write(text string) bool {
	o.renew()
	_, err := io.WriteString(o.w, text)
	return err == nil && o.rc.Flush() == nil
}

// send writes bytes that all clients share, and reports whether the client is
// there.
func (o *eventWriter) send(b []byte, flush bool) bool {
	o.renew()
	if _, err := o.w.Write(b); err != nil {
		return false
	}
	return !flush || o.rc.Flush() == nil
}

func (o *eventWriter) renew() {
	if now := time.Now(); now.After(o.bounds) {
		o.bounds = now.Add(writeRenew)
		_ = o.rc.SetWriteDeadline(now.Add(writeWithin)) // where it can not be set, the kernel's own bound holds
	}
}
