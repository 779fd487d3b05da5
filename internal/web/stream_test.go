package web_test

import (
	"bufio"
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/id"
)

// heard is one event of a stream.
type heard struct{ id, name, data string }

// listener is a page that listens.
type listener struct {
	t      *testing.T
	events chan heard
	stop   context.CancelFunc
}

func (b *browser) listens(t *testing.T, topics, last string) *listener {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.r.url+"/stream?"+url.Values{"topics": {topics}}.Encode(), nil)
	b.r.ok(err)
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	res, err := b.client.Do(req) //nolint:bodyclose // the reader below closes it
	b.r.ok(err)
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/event-stream" || res.Header.Get("X-Accel-Buffering") != "no" {
		t.Fatalf("the stream answers %s with %v", res.Status, res.Header)
	}
	l := &listener{t: t, events: make(chan heard), stop: cancel}
	t.Cleanup(cancel)
	go func() {
		defer res.Body.Close()
		var h heard
		for s := bufio.NewScanner(res.Body); s.Scan(); {
			name, value, _ := strings.Cut(s.Text(), ": ")
			switch name {
			case "id":
				h.id = value
			case "event":
				h.name = value
			case "data":
				h.data = value
			case "":
				if h.name != "" {
					select {
					case l.events <- h:
					case <-ctx.Done():
						return
					}
				}
				h = heard{}
			}
		}
	}()
	return l
}

// next returns the next event that is neither about how many watch nor about
// where the stream begins.
func (l *listener) next() heard {
	l.t.Helper()
	for {
		select {
		case h := <-l.events:
			if h.name != "watching" && h.name != "place" {
				return h
			}
		case <-time.After(10 * time.Second):
			l.t.Fatal("no event came")
		}
	}
}

// TestStream lets one gift be heard by the stage, the wallet that it came from,
// the creator's dashboard and the operator, each in their own way; who comes
// back gets what was missed, once.
func TestStream(t *testing.T) {
	r := still(t)
	r.grant(r.fan.ID, 100)
	fan, maker, boss := r.browser(r.fan.ID), r.browser(r.maker.ID), r.browser(r.boss.ID)
	room := "live:" + string(r.room.ID)
	f, m, o, nobody := fan.listens(t, room+",wallet", ""), maker.listens(t, "creator", ""), boss.listens(t, "operator", ""), r.browser("").listens(t, room, "")
	fan.give(t, r, "rose@5", "1")
	line := f.next()
	if line.name != "line" || !strings.Contains(line.data, "Mia Laurent gave Rose") || strings.Contains(line.data, "usr_") {
		t.Errorf("the stage hears %+v", line)
	}
	if h := f.next(); h.name != "wallet" || h.data != `"gift.sent"` {
		t.Errorf("the wallet hears %+v", h)
	}
	if h := nobody.next(); h.name != "line" || h.id != line.id {
		t.Errorf("a visitor hears %+v", h)
	}
	types := map[string]bool{}
	for len(types) < 2 {
		h := m.next()
		if h.name != "creator" {
			t.Fatalf("the dashboard hears %+v", h)
		}
		types[h.data] = true
	}
	if !types[`"gift.sent"`] || !types[`"earning.accrued"`] {
		t.Errorf("the dashboard hears of %v", types)
	}
	for h := o.next(); ; h = o.next() {
		if h.name != "operator" {
			t.Fatalf("the operator hears %+v", h)
		}
		if strings.Contains(h.data, `"type":"gift.sent"`) {
			break
		}
	}
	f.stop()
	fan.give(t, r, "clap@10", "2")
	again := fan.listens(t, room, line.id)
	if h := again.next(); !strings.Contains(h.data, "Applause ×2 (20 coins)") {
		t.Errorf("what was missed is %+v", h)
	}
}

// TestStreamIsOnesOwn refuses what is not the visitor's as if it were not
// there.
func TestStreamIsOnesOwn(t *testing.T) {
	r := still(t)
	for _, c := range []struct {
		who    id.Person
		topics string
		status int
	}{
		{"", "wallet", 404}, {"", "creator", 404}, {"", "operator", 404}, {r.fan.ID, "operator", 404}, {r.fan.ID, "", 404},
		{r.fan.ID, "person:" + string(r.maker.ID), 404}, {r.fan.ID, "wallet:" + string(r.maker.ID), 404}, {r.fan.ID, "creator:" + string(r.maker.ID), 404},
		{r.fan.ID, "live:liv_01m7z0nhk8ew79reafkqmy257e", 404}, {r.fan.ID, "wallet,wallet,wallet,wallet,wallet", 400},
	} {
		if a := r.browser(c.who).get("/stream?" + url.Values{"topics": {c.topics}}.Encode()); a.status != c.status {
			t.Errorf("%q to %q answers %d, want %d", c.topics, c.who, a.status, c.status)
		}
	}
}
