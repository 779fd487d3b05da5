package sandbox

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// delivery is a webhook that has not arrived yet.
type delivery struct {
	ID      string `json:"id"`
	Event   string `json:"event"`
	DueUS   int64  `json:"due_us"`
	Attempt int    `json:"attempt"` // how often it was tried
	seq     int64
}

// pauses are the times between two tries, in seconds; after the last one the
// event can only be read with the API. Together three days.
var pauses = []int64{60, 300, 1800, 7200, 18000, 36000, 50400, 64800, 80000}

// plan puts the event on its way.
func (c *call) plan(e *event) {
	how := c.settings()
	if c.srv.hook == "" || how.Off || !how.takes(e.Type) {
		return
	}
	for range 1 + how.Duplicate {
		if c.srv.drops(how.Drop) {
			continue
		}
		id := c.srv.newID("whd")
		c.put(kindDelivery, "", id, &delivery{ID: id, Event: e.ID, DueUS: c.at.Add(time.Duration(how.DelaySeconds) * time.Second).UnixMicro()})
	}
	e.PendingWebhooks = 1
}

// drops decides by chance whether a webhook is lost.
func (s *Server) drops(likely float64) bool {
	if likely <= 0 {
		return false
	}
	s.misc.Lock()
	defer s.misc.Unlock()
	return s.rnd.Float64() < likely
}

// deliver sends the webhooks that are due, or all of them.
func (s *Server) deliver(ctx context.Context, all bool) (int, error) {
	sent := 0
	for ctx.Err() == nil {
		url, batch, bodies := s.dueDeliveries(all)
		if len(batch) == 0 {
			break
		}
		arrived := make([]bool, len(batch))
		for i := range batch {
			arrived[i] = s.post(ctx, url, bodies[i])
		}
		if ctx.Err() != nil {
			break // tried again, with the same event, after a restart
		}
		if p := s.within(ctx, func(c *call) *problem { c.settle(batch, arrived); return nil }); p != nil {
			return sent, p
		}
		sent += len(batch)
		if all && !slices.Contains(arrived, true) {
			break // nobody listens; waiting does not help
		}
	}
	return sent, nil
}

const deliveryBatch = 64

// dueDeliveries picks what is to be sent next, and writes its bodies.
func (s *Server) dueDeliveries(all bool) (url string, batch []delivery, bodies [][]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.cfg.Clock.Now()
	for _, r := range s.state.loose[kindDelivery] {
		if d, ok := r.obj.(*delivery); ok && s.hook != "" && (all || d.DueUS <= now.UnixMicro()) {
			due := *d
			due.seq = r.seq
			batch = append(batch, due)
		}
	}
	slices.SortFunc(batch, func(a, b delivery) int {
		return cmp.Or(cmp.Compare(a.DueUS, b.DueUS), cmp.Compare(a.seq, b.seq))
	})
	if c := (&call{srv: s, change: s.state.begin()}); c.settings().Shuffle {
		s.misc.Lock()
		s.rnd.Shuffle(len(batch), func(i, j int) { batch[i], batch[j] = batch[j], batch[i] })
		s.misc.Unlock()
	}
	batch = batch[:min(len(batch), deliveryBatch)]
	for _, d := range batch {
		var body []byte
		if r := s.state.byID[d.Event]; r != nil {
			if e, ok := r.obj.(*event); ok {
				body, _ = e.payload(now.Unix()) // an event was written before, so it can be written again
			}
		}
		bodies = append(bodies, body)
	}
	return s.hook, batch, bodies
}

// settle notes how the deliveries went.
func (c *call) settle(batch []delivery, arrived []bool) {
	for i, d := range batch {
		if arrived[i] || d.Attempt >= len(pauses) {
			c.drop(kindDelivery, d.ID)
			if r := c.record(d.Event); r != nil {
				if e, ok := find[event](c.change, r.owner, d.Event); ok {
					e.PendingWebhooks = 0
					c.put(kindEvent, r.owner, e.ID, e)
				}
			}
			continue
		}
		d.DueUS = c.at.Add(time.Duration(pauses[d.Attempt]) * time.Second).UnixMicro()
		d.Attempt++
		c.put(kindDelivery, "", d.ID, &d)
	}
}

// post delivers one webhook; anything but a 2xx means that it did not arrive.
func (s *Server) post(ctx context.Context, url string, body []byte) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return false
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("User-Agent", "Stripe/1.0 (sandbox)")
	req.Header.Set("Stripe-Signature", Signature(s.cfg.Clock.Now(), body, s.cfg.WebhookSecret))
	res, err := s.hooks.Do(req)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	return res.StatusCode >= 200 && res.StatusCode < 300
}

// Signature returns the Stripe-Signature header of a webhook: the time, and
// the HMAC-SHA256 over time and body.
func Signature(at time.Time, body []byte, secret string) string {
	t := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(t + "."))
	mac.Write(body)
	return "t=" + t + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}
