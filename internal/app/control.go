package app

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/ovationhq/ovation/internal/api"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/web"
)

// control steers a sandbox from its pages.
type control struct {
	app    *App
	acting sync.Mutex // held while something is made to happen

	mu   sync.Mutex
	past []web.Happening // newest first
}

// mostPast is how many happenings are remembered.
const mostPast = 20

// Fans implements web.Control.
func (c *control) Fans() (web.FanMix, int64) {
	mix, _, _ := c.app.crowd.state()
	return mix, c.app.crowd.given.Load()
}

// Steer implements web.Control. Fans that are not there yet are made.
func (c *control) Steer(ctx context.Context, mix web.FanMix) error {
	within := func(n, least, most int) bool { return n >= least && n <= most }
	if !within(mix.PerMinute, 1, web.MaxPace) || !within(mix.Number, 1, web.MaxNumber) || !within(mix.Large, 0, web.MaxPercent) || !within(mix.Combos, 0, web.MaxPercent-mix.Large) {
		return fault.New(fault.ValidationFailed, "From 1 to %d acts a minute, from 1 to %d fans, and large gifts and combos up to 100 percent together.", web.MaxPace, web.MaxNumber)
	}
	fans, err := c.app.fansUpTo(ctx, mix.Number)
	if err != nil {
		return err
	}
	c.app.crowd.steer(mix, fans)
	return nil
}

// History implements web.Control.
func (c *control) History() []web.Happening {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.past)
}

func (c *control) done(key string) (web.Happening, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.past, func(h web.Happening) bool { return h.Key == key })
	if i < 0 {
		return web.Happening{}, false
	}
	return c.past[i], true
}

func (c *control) remember(h web.Happening) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.past = append([]web.Happening{h}, c.past[:min(len(c.past), mostPast-1)]...)
}

// Do implements web.Control. One thing happens at a time: two that move the
// clock would each tell what the other one has done.
func (c *control) Do(ctx context.Context, act web.Act) (h web.Happening, err error) {
	if !c.acting.TryLock() {
		return h, fault.New(fault.StateConflict, "Something else is being made to happen. Wait until it is over; nothing was done.")
	}
	defer c.acting.Unlock()
	if before, ok := c.done(act.Key); ok {
		return before, nil
	}
	h = web.Happening{Key: act.Key, What: act.What}
	if h.After, err = c.app.Hub.Head(ctx); err != nil {
		return h, err
	}
	t := &trigger{app: c.app, key: act.Key}
	err = t.do(ctx, act)
	h.Steps, h.AtUS = t.steps, c.app.Clock.Now().UnixMicro()
	var err2 error
	if h.Events, err2 = c.eventsAfter(ctx, h.After); err == nil {
		err = err2
	}
	if f, ok := errors.AsType[*fault.Error](err); ok {
		h.Failed = f.Detail
	}
	if err == nil || len(h.Steps) > 0 {
		c.remember(h)
	}
	return h, err
}

// trigger is Do for the API, of which the program's own trigger is a caller.
func (c *control) trigger(ctx context.Context, key, what string) (api.Happening, error) {
	if !slices.Contains(web.Acts, what) { // the clock is moved by an operation of its own
		return api.Happening{}, nothing(what)
	}
	done, err := c.Do(ctx, web.Act{Key: key, What: what})
	if err != nil {
		return api.Happening{}, err
	}
	h := api.Happening{Object: "happening", What: what, At: api.Instant(done.AtUS), Steps: []api.HappeningStep{}, Events: []api.HappeningEvent{}}
	for _, s := range done.Steps {
		step := api.HappeningStep{What: s.What, ID: s.ID, Name: s.Name}
		if s.Amount.Asset != "" {
			step.Amount = &s.Amount
		}
		if s.US != 0 {
			at := api.Instant(s.US)
			step.At = &at
		}
		h.Steps = append(h.Steps, step)
	}
	for _, e := range done.Events {
		h.Events = append(h.Events, api.HappeningEvent{Type: e.Type, Count: e.Count})
	}
	return h, nil
}

func nothing(what string) error {
	return fault.New(fault.NotFound, "Nothing is called %q that could be made to happen.", fault.Clip(what))
}

// mostCounted bounds how much of the log is counted.
const mostCounted = 20 * outbox.MaxPage

// eventsAfter counts what the log got since, by type, the most frequent first.
func (c *control) eventsAfter(ctx context.Context, after int64) (all []web.EventCount, err error) {
	count := map[string]int64{}
	for looked := 0; looked < mostCounted; looked += outbox.MaxPage {
		var page outbox.Page
		err := c.app.DB.Read(ctx, func(tx *db.Tx) (err error) {
			page, err = outbox.Within(ctx, tx, outbox.Look{After: after, Limit: outbox.MaxPage})
			return err
		})
		if err != nil {
			return nil, err
		}
		for i := range page.Events {
			count[page.Events[i].Type]++
		}
		if after = page.UpTo; !page.More {
			break
		}
	}
	for kind, n := range count {
		all = append(all, web.EventCount{Type: kind, Count: n})
	}
	slices.SortFunc(all, func(a, b web.EventCount) int {
		if a.Count != b.Count {
			return int(b.Count - a.Count)
		}
		if a.Type < b.Type {
			return -1
		}
		return 1
	})
	return all, nil
}

// faultCalls are the provider's operations behind the words of the page.
var faultCalls = map[string]string{"all": "", "charges": "POST /v1/payment_intents/**", "transfers": "POST /v1/transfers/**", "payouts": "POST /v1/payouts/**"}

// Provider implements web.Control.
func (c *control) Provider() (p web.Provider, err error) {
	server := c.app.sandbox.server
	w, err := server.Webhooks()
	if err != nil {
		return p, err
	}
	p.News = web.ProviderNews{Off: w.Off, DelaySeconds: w.DelaySeconds, Twice: w.Duplicate > 0, Shuffled: w.Shuffle}
	for _, f := range server.Faults() {
		for calls, operation := range faultCalls {
			if operation == f.Operation {
				p.Faults = append(p.Faults, web.ProviderFault{Calls: calls, How: string(f.Mode), Next: f.Next})
			}
		}
	}
	return p, nil
}

// mostDelay bounds how late the provider's news arrive: a day.
const mostDelay = int64(24 * time.Hour / time.Second)

// Deliver implements web.Control.
func (c *control) Deliver(n web.ProviderNews) error {
	if n.DelaySeconds < 0 || n.DelaySeconds > mostDelay {
		return fault.New(fault.ValidationFailed, "The news are late by at most %d seconds.", mostDelay)
	}
	w := sandbox.Webhooks{Off: n.Off, DelaySeconds: n.DelaySeconds, Shuffle: n.Shuffled}
	if n.Twice {
		w.Duplicate = 1
	}
	return c.app.sandbox.server.SetWebhooks(w)
}

// Break implements web.Control.
func (c *control) Break(f web.ProviderFault) error {
	operation, ok := faultCalls[f.Calls]
	if !ok || !slices.Contains(web.FaultWays, f.How) || f.Next < 1 || f.Next > web.MaxFaults {
		return fault.New(fault.ValidationFailed, "Choose which calls go wrong, how, and how many: from 1 to %d.", web.MaxFaults)
	}
	c.app.sandbox.server.AddFault(sandbox.Fault{Operation: operation, Mode: sandbox.Mode(f.How), Next: f.Next})
	return nil
}

// Mend implements web.Control.
func (c *control) Mend() { c.app.sandbox.server.ClearFaults() }
