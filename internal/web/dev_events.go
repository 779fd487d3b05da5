package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/ovationhq/ovation/internal/live"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/report"
)

// tail is what the page of events shows.
type tail struct {
	Rows  []eventRow // newest first
	Type  string     // "" for all
	Older int64      // where the page of older ones ends; 0 when there are none
	First bool       // the page shows the latest, and follows
}

// eventRow is one event of the log.
type eventRow struct {
	Sequence int64
	Type     string
	AtUS     int64
	JSON     []byte
}

// shownEvents is how many a page shows; eventSpan how much of the log is
// looked at for them, in how many parts at most.
const shownEvents, eventSpan, eventParts = 50, 5_000, 10

func eventsPage(v *visit) error {
	q := v.r.URL.Query()
	t := &tail{Type: q.Get("type"), First: !q.Has("before")}
	if !isEventType(t.Type) {
		t.Type = ""
	}
	head, err := v.site.cfg.Hub.Head(v)
	if err != nil {
		return err
	}
	before := head + 1
	if !t.First {
		before = min(max(integer(q.Get("before")), 1), head+1)
	}
	if err := v.lookBefore(t, before); err != nil {
		return err
	}
	if t.First {
		topic := ofEvents
		if t.Type != "" {
			topic += ":" + t.Type
		}
		v.listen(head, topic)
	}
	return v.show(http.StatusOK, eventsView(v, t))
}

// lookBefore finds the events before the sequence, newest first. The log is
// read forward, so it is looked at in stretches that lie ever further back.
func (v *visit) lookBefore(t *tail, before int64) error {
	var types []string
	if t.Type != "" {
		types = []string{t.Type}
	}
	to := before - 1
	for part := 0; part < eventParts && to > 0 && len(t.Rows) < shownEvents; part++ {
		from := max(0, to-int64(shownEvents))
		if t.Type != "" {
			from = max(0, to-eventSpan)
		}
		var found []eventRow
		for at := from; at < to; {
			page, err := report.Ask1(v, v.site.cfg.Reader, outbox.Within, outbox.Look{After: at, Limit: outbox.MaxPage, Span: to - at, Types: types})
			if err != nil {
				return err
			}
			for i := range page.Events {
				found = append(found, rowOf(&page.Events[i]))
			}
			at = page.UpTo
		}
		slices.Reverse(found)
		if room := shownEvents - len(t.Rows); len(found) > room {
			found, from = found[:room], found[room-1].Sequence-1
		}
		t.Rows, to = append(t.Rows, found...), from
	}
	if to > 0 {
		t.Older = to + 1
	}
	return nil
}

func rowOf(e *outbox.Stored) eventRow {
	return eventRow{e.Sequence, e.Type, e.At.UnixMicro(), live.Encode(e).JSON}
}

// sendRow sends an event as the row that the page shows.
func (s *pageStream) sendRow(m *live.Message) bool {
	var e struct {
		Timestamp string `json:"timestamp"`
	}
	if err := json.Unmarshal(m.JSON, &e); err != nil {
		return false
	}
	var b bytes.Buffer
	if err := eventLine(s.v, eventRow{m.Sequence, m.Type, stampUS(e.Timestamp), m.JSON}).Render(s.v, &b); err != nil {
		return false
	}
	return s.send(m.Sequence, "event", b.String())
}

// gistOf are the fields that tell an event at a glance.
var gistOf = []string{"gift", "quantity", "count", "coins", "coins_total", "amount", "progress", "wanted", "title", "text", "state", "to", "day", "changed", "reason"}

// gist writes an event in a few words of its data.
func (e *eventRow) gist() string {
	var envelope struct {
		Data map[string]json.RawMessage `json:"data"`
	}
	if json.Unmarshal(e.JSON, &envelope) != nil {
		return ""
	}
	var all []string
	for _, name := range gistOf {
		raw, ok := envelope.Data[name]
		if !ok || len(all) == 3 {
			continue
		}
		var amount struct {
			Amount int64  `json:"amount"`
			Asset  string `json:"asset"`
		}
		text := strings.Trim(string(raw), `"`)
		if json.Unmarshal(raw, &amount) == nil && amount.Asset != "" {
			text = numeral(amount.Amount) + " " + amount.Asset
		}
		if len(text) <= 60 {
			all = append(all, name+" "+text)
		}
	}
	return strings.Join(all, " · ")
}

// colourOf is the colour of a type of event.
func colourOf(eventType string) string {
	switch {
	case strings.HasSuffix(eventType, ".failed"), strings.HasSuffix(eventType, ".disabled"), strings.HasSuffix(eventType, ".past_due"):
		return "bad"
	case strings.HasPrefix(eventType, "gift."):
		return "info"
	case strings.HasPrefix(eventType, "payout."), strings.HasPrefix(eventType, "earning."), strings.HasPrefix(eventType, "coin_purchase."), strings.HasPrefix(eventType, "tip."):
		return "good"
	}
	return "off"
}

// curlEvent is how a program reads the event from the log.
func (v *visit) curlEvent(e eventRow) string {
	return "curl -sS \"" + v.base() + "/v1/events?after=" + numeral(e.Sequence-1) + "&limit=1\" \\\n  -H \"Authorization: Bearer $OVATION_KEY\""
}

// typeChoices are the types for a filter.
func (v *visit) typeChoices() []option {
	all := []option{{Value: "", Text: v.T("dev.events.all")}}
	for _, t := range eventTypes() {
		all = append(all, option{Value: t, Text: t})
	}
	return all
}
