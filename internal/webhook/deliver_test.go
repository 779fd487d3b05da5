package webhook_test

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/live"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/webhook"
)

func TestDeliver(t *testing.T) {
	each(t, func(w *world) {
		w.happen("gift.sent", "gift.sent") // before the endpoint
		all, some := receive(w), receive(w)
		e, chosen := w.endpoint(all), w.endpoint(some, "payout.paid", "gift.combo.ended")
		w.happen("gift.sent", "payout.paid", "gift.combo.progressed", "gift.combo.ended")
		w.run()
		w.same(all.sequences(), upTo(4))
		w.same(some.sequences(), upTo(2))
		event, err := w.hooks.Test(w.ctx, manager, chosen.ID)
		w.ok(err)
		w.run()
		w.same(all.sequences(), upTo(4))
		w.same(some.sequences(), upTo(3))
		last := some.messages()[2]
		if last.Type != "webhook.test" || last.ID != string(event) {
			w.Errorf("the test is %s %s, want %s", last.Type, last.ID, event)
		}
		for _, d := range w.deliveries(e) {
			if d.State != webhook.Delivered || d.Attempts != 1 || len(d.Log) != 1 || d.Log[0].Status != 200 || d.Log[0].Failure != "" || d.EndedUS != w.clk.Now().UnixMicro() {
				w.Errorf("delivery %+v", d)
			}
		}
		w.run() // and nothing twice
		w.same(all.sequences(), upTo(4))
	})
}

// TestEnvelope holds that a message is what every other channel tells.
func TestEnvelope(t *testing.T) {
	each(t, func(w *world) {
		r := receive(w)
		w.endpoint(r)
		w.happen("gift.sent", "gift.sent")
		w.run()
		var events []outbox.Stored
		w.ok(w.d.Read(w.ctx, func(tx *db.Tx) (err error) { events, err = outbox.After(w.ctx, tx, 0, 10); return err }))
		for _, g := range r.messages() {
			ev := events[g.Sequence-1]
			if want := live.Encode(&ev).JSON; !bytes.Equal(g.body, want) {
				w.Errorf("the body is\n%s, want\n%s", g.body, want)
			}
		}
	})
}

// TestRetries has a receiver be down for good: ten attempts at their instants,
// each with the same id and body, then the endpoint is disabled, and others
// have noticed nothing.
func TestRetries(t *testing.T) {
	each(t, func(w *world) {
		down, up := receive(w), receive(w)
		e := w.endpoint(down)
		other := w.endpoint(up)
		down.says(http.StatusInternalServerError)
		w.happen("gift.sent")
		begun := w.clk.Now()
		w.run()
		after := []time.Duration{0}
		for _, pause := range []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour} {
			w.clk.Advance(pause - time.Microsecond)
			w.run()
			if n := len(down.messages()); n != len(after) {
				w.Fatalf("%d attempts before %s, want %d", n, pause, len(after))
			}
			w.clk.Advance(time.Microsecond)
			w.run()
			after = append(after, w.clk.Now().Sub(begun))
		}
		d := w.deliveries(e)[0]
		if d.State != webhook.Dead || len(d.Log) != 10 {
			w.Fatalf("after all tries: %+v", d)
		}
		for i, a := range d.Log {
			if at := time.UnixMicro(a.AtUS).Sub(begun); at != after[i] || a.Status != 500 || a.Failure != webhook.BadStatus || a.Answer != "status 500" {
				w.Errorf("attempt %d: %s %+v", i+1, at, a)
			}
		}
		first := down.messages()[0]
		for _, g := range down.messages() {
			if g.ID != first.ID || !bytes.Equal(g.body, first.body) {
				w.Error("an attempt has another id or body")
			}
		}
		if e = w.see(e); e.State != webhook.Disabled || e.DisabledCode != webhook.Failing || e.DisabledReason == "" {
			w.Errorf("the endpoint: %+v", e)
		}
		w.run()
		w.same(up.sequences(), upTo(2))
		if g := up.messages()[1]; g.Type != "webhook.endpoint.disabled" || !strings.Contains(string(g.Data), string(e.ID)) || strings.Contains(string(g.Data), "http") {
			w.Errorf("the others are told %s %s", g.Type, g.Data)
		}

		// It comes back, and gets all that it has missed.
		down.says(http.StatusNoContent)
		w.happen("payout.paid")
		w.clk.Advance(5 * day)
		w.run()
		if n := len(down.messages()); n != 10 {
			w.Errorf("a disabled endpoint was sent %d messages more", n-10)
		}
		if _, err := w.hooks.Enable(w.ctx, manager, e.ID, true); err != nil {
			w.Fatal(err)
		}
		w.run()
		w.same(down.sequences()[10:], []int64{2, 3, 4}) // disabled, paid, enabled
		if e = w.see(e); e.State != webhook.Enabled || e.FailingUS != 0 {
			w.Errorf("the endpoint: %+v", e)
		}
		if _, err := w.hooks.Redeliver(w.ctx, manager, e.ID, webhook.Range{From: 1, State: webhook.Dead}); err != nil {
			w.Fatal(err)
		}
		w.run()
		if g := down.messages()[13]; g.Sequence != 1 || g.ID != first.ID || !bytes.Equal(g.body, first.body) {
			w.Errorf("sent again: %+v", g)
		}
		if w.see(other).State != webhook.Enabled {
			w.Error("the other was disabled as well")
		}
	})
}

// TestDeadAlone holds that an endpoint which takes some messages is not
// disabled for one that it never takes.
func TestDeadAlone(t *testing.T) {
	each(t, func(w *world) {
		r := receive(w)
		e := w.endpoint(r)
		r.answer = func(rw http.ResponseWriter, _ *http.Request, n int) {
			if r.messages()[n-1].Sequence == 1 {
				rw.WriteHeader(http.StatusBadRequest)
			}
		}
		w.happen("gift.sent")
		for range 10 {
			w.run()
			w.happen("gift.sent")
			w.clk.Advance(day)
		}
		w.run()
		if d := w.deliveries(e)[0]; d.State != webhook.Dead || d.Attempts != 10 {
			w.Errorf("the message: %+v", d)
		}
		if w.see(e).State != webhook.Enabled {
			w.Error("the endpoint was disabled")
		}
	})
}

func TestAnswers(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []struct {
			status  int
			headers []string
			failure webhook.Failure
			next    time.Duration // 0: it is over
			state   webhook.State
		}{
			{200, nil, "", 0, webhook.Enabled},
			{204, nil, "", 0, webhook.Enabled},
			{301, []string{"Location", "http://127.0.0.1:1/"}, webhook.Redirect, 5 * time.Second, webhook.Enabled},
			{400, nil, webhook.BadStatus, 5 * time.Second, webhook.Enabled},
			{410, nil, webhook.Gone, 0, webhook.Disabled},
			{429, nil, webhook.BadStatus, 5 * time.Second, webhook.Enabled},
			{429, []string{"Retry-After", "1"}, webhook.BadStatus, 5 * time.Second, webhook.Enabled},
			{429, []string{"Retry-After", "90"}, webhook.BadStatus, 90 * time.Second, webhook.Enabled},
			{503, []string{"Retry-After", "2000000000"}, webhook.BadStatus, day, webhook.Enabled},
			{503, []string{"Retry-After", "-5"}, webhook.BadStatus, 5 * time.Second, webhook.Enabled},
			{503, []string{"Retry-After", "soon"}, webhook.BadStatus, 5 * time.Second, webhook.Enabled},
			{503, []string{"Date", "Tue, 10 Mar 2026 12:00:00 GMT", "Retry-After", "Tue, 10 Mar 2026 12:10:00 GMT"}, webhook.BadStatus, 10 * time.Minute, webhook.Enabled},
			{500, []string{"Retry-After", "90"}, webhook.BadStatus, 5 * time.Second, webhook.Enabled},
		} {
			r := receive(w)
			e := w.endpoint(r)
			r.says(c.status, c.headers...)
			_, err := w.hooks.Test(w.ctx, manager, e.ID)
			w.ok(err)
			w.run()
			d := w.deliveries(e)[0]
			var next time.Duration
			if d.NextUS != 0 {
				next = time.UnixMicro(d.NextUS).Sub(w.clk.Now())
			}
			if now := w.see(e); d.Log[0].Failure != c.failure || next != c.next || now.State != c.state || len(r.messages()) != 1 {
				w.Errorf("%d %v: %s, again in %s, the endpoint is %s", c.status, c.headers, d.Log[0].Failure, next, now.State)
			}
			w.ok(w.hooks.Delete(w.ctx, manager, e.ID))
		}
	})
}

// TestRestart stops the server at each point between the commit of an event
// and the note of its delivery.
func TestRestart(t *testing.T) {
	each(t, func(w *world) {
		r := receive(w)
		e := w.endpoint(r)
		w.happen("gift.sent")
		w.restart() // before it was handed out
		w.fan()
		w.restart() // before it was sent
		_, err := w.runner.RunDue(w.ctx)
		w.ok(err)
		w.same(r.sequences(), upTo(1))

		// In the middle of sending: the answer is lost, and the server with it.
		ctx, kill := context.WithCancel(w.ctx)
		r.mu.Lock()
		r.answer = func(rw http.ResponseWriter, req *http.Request, _ int) {
			kill()
			<-req.Context().Done()
		}
		r.mu.Unlock()
		w.happen("gift.sent")
		w.fan()
		_, _ = w.runner.RunDue(ctx)
		if d := w.deliveries(e)[1]; d.State != webhook.Waiting || d.Attempts != 0 {
			w.Fatalf("the delivery that was cut short: %+v", d)
		}
		r.says(http.StatusOK)
		w.restart()
		w.run()
		got := r.messages()
		if len(got) != 3 || got[1].ID != got[2].ID || !bytes.Equal(got[1].body, got[2].body) {
			w.Errorf("after the restart there are %d messages", len(got))
		}
	})
}

// TestWhileDriven adds an event in the last moment of a run, when it has looked
// for the last time: nobody may forget it.
func TestWhileDriven(t *testing.T) {
	each(t, func(w *world) {
		r := receive(w)
		w.endpoint(r)
		r.answer = func(_ http.ResponseWriter, _ *http.Request, n int) {
			if n < 5 {
				w.happen("gift.sent")
				w.fan()
			}
		}
		w.happen("gift.sent")
		w.run()
		w.same(r.sequences(), upTo(5))
	})
}

// TestTwoServers has two processes hand out and send at once: each event once.
func TestTwoServers(t *testing.T) {
	each(t, func(w *world) {
		const events = 300
		one, other := receive(w), receive(w)
		w.endpoint(one)
		w.endpoint(other, "gift.sent")
		ctx, stop := context.WithCancel(w.ctx)
		var group sync.WaitGroup
		arrived := make(chan struct{}, 2*events+10)
		for _, r := range []*receiver{one, other} {
			r.answer = func(http.ResponseWriter, *http.Request, int) { arrived <- struct{}{} }
		}
		for range 2 {
			s, runner := w.server()
			group.Go(func() { _ = s.Follow(ctx) })
			group.Go(func() { _ = runner.Run(ctx) })
		}
		for range events / 10 {
			w.happen(slices.Repeat([]string{"gift.sent"}, 10)...)
		}
		for range 2 * events {
			select {
			case <-arrived:
			case <-time.After(time.Minute):
				w.Fatalf("%d and %d messages came", len(one.messages()), len(other.messages()))
			}
		}
		for w.waiting() > 0 { // the answers are noted too: what was not is sent again
			<-time.After(time.Millisecond)
		}
		stop()
		group.Wait()
		w.run()
		w.same(one.sequences(), upTo(events))
		w.same(other.sequences(), upTo(events))
	})
}

// TestHanging has one receiver that never answers: the other is not held up.
func TestHanging(t *testing.T) {
	each(t, func(w *world) {
		hangs, quick := receive(w), receive(w)
		w.endpoint(hangs)
		w.endpoint(quick)
		free, arrived := make(chan struct{}), make(chan struct{}, 200)
		var atOnce, most atomic.Int64
		hangs.answer = func(http.ResponseWriter, *http.Request, int) {
			now := atOnce.Add(1)
			for seen := most.Load(); seen < now && !most.CompareAndSwap(seen, now); seen = most.Load() {
			}
			<-free
			atOnce.Add(-1)
		}
		quick.answer = func(http.ResponseWriter, *http.Request, int) { arrived <- struct{}{} }
		ctx, stop := context.WithCancel(w.ctx)
		var group sync.WaitGroup
		group.Go(func() { _ = w.hooks.Follow(ctx) })
		group.Go(func() { _ = w.runner.Run(ctx) })
		w.happen(slices.Repeat([]string{"gift.sent"}, 100)...)
		for n := range 100 {
			select {
			case <-arrived:
			case <-time.After(time.Minute):
				w.Fatalf("only %d messages came", n)
			}
		}
		close(free)
		stop()
		group.Wait()
		if n := most.Load(); n > 8 {
			w.Errorf("%d messages at once were sent to one endpoint", n)
		}
	})
}

// TestTurns has an endpoint with a long backlog and one without: a step hands
// out some to each, and says that there is more.
func TestTurns(t *testing.T) {
	each(t, func(w *world) {
		late := w.endpoint(receive(w))
		_, err := w.hooks.Disable(w.ctx, manager, late.ID, "")
		w.ok(err)
		w.happen(slices.Repeat([]string{"gift.sent"}, 1200)...)
		_, err = w.hooks.Enable(w.ctx, manager, late.ID, true)
		w.ok(err)
		fresh := w.endpoint(receive(w))
		w.happen("gift.sent")
		again, err := w.hooks.Fan(w.ctx)
		w.ok(err)
		if again != outbox.Behind || w.see(late).Sequence != 500 || w.see(fresh).Sequence != 1 {
			w.Errorf("after one step the one has %d, the other %d, and the next is in %s", w.see(late).Sequence, w.see(fresh).Sequence, again)
		}
		w.fan()
		if n := w.see(late).Sequence; n != 1203 { // with those of the endpoint itself
			w.Errorf("at the end it has %d", n)
		}
	})
}

func TestLook(t *testing.T) {
	each(t, func(w *world) {
		r := receive(w)
		e := w.endpoint(r, "payout.paid")
		place := w.see(e).Place
		w.happen(slices.Repeat([]string{"gift.sent"}, 100)...)
		w.run()
		if now := w.see(e); now.Place != place || now.Sequence != 0 {
			w.Errorf("events that nobody wants have moved the place to %d", now.Place)
		}
		w.happen(slices.Repeat([]string{"gift.sent"}, 5000)...)
		w.run()
		if now := w.see(e); now.Place == place {
			w.Error("the place stays behind for ever")
		}
		w.happen("payout.paid")
		w.run()
		w.same(r.sequences(), upTo(1))
		types := []string{"gift.sent"}
		if _, err := w.hooks.Change(w.ctx, manager, e.ID, webhook.Change{Types: &types}); err != nil {
			w.Fatal(err)
		}
		w.happen("payout.paid", "gift.sent")
		w.run()
		if got := r.messages(); len(got) != 2 || got[1].Type != "gift.sent" {
			w.Errorf("%d messages after the change", len(got))
		}
		_, err := w.hooks.Deliveries(w.ctx, reader, "whe_nobody", webhook.DeliveryPage{Limit: 5})
		w.want(err, fault.NotFound)
	})
}
