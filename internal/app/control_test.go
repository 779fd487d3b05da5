package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/live"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/web"
)

// steered is a sandbox with its control; the books are verified at its end.
func steered(t *testing.T, sim bool) (*App, *control) {
	t.Helper()
	return steeredWith(t, sim, 2)
}

// steeredWith is one that begins with so many simulated fans.
func steeredWith(t *testing.T, sim bool, fans int) (*App, *control) {
	t.Helper()
	o := Options{Sandbox: true, Seed: 1, Fans: fans, Sim: sim, NoLimits: true, Log: slog.New(slog.DiscardHandler)}
	o.Config.Data, o.Config.Listen, o.Config.Preset = t.TempDir(), "127.0.0.1:0", "current"
	a, err := New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- a.RunSandbox(ctx, func(World) { close(ready) }) }()
	t.Cleanup(func() {
		report, err := ledger.Verify(context.Background(), a.DB, nil, Checks()...)
		if err != nil || !report.OK() {
			t.Errorf("the books: %+v, %v", report, err)
		}
		cancel()
		if err := errors.Join(<-ended, a.Close()); err != nil {
			t.Errorf("the sandbox ended with: %v", err)
		}
	})
	select {
	case <-ready:
	case err := <-ended:
		ended <- err
		t.Fatalf("the sandbox did not become ready: %v", err)
	}
	return a, a.control
}

// TestActs makes everything happen that a page offers: each says what it did,
// and the log has the events that it is for.
func TestActs(t *testing.T) {
	a, c := steered(t, false)
	wants := map[string]struct{ steps, events []string }{
		"coin_purchase":          {[]string{"bought"}, []string{"coin_purchase.completed"}},
		"coin_purchase.declined": {[]string{"declined"}, nil},
		"gift":                   {[]string{"gave"}, []string{"gift.sent"}},
		"gift.combo":             {[]string{"combo"}, nil},
		"live.started":           {[]string{"live"}, []string{"live.started"}},
		"live.ended":             {[]string{"over"}, []string{"live.ended"}},
		"payout.paid":            {[]string{"bank", "asked", "payout"}, []string{"payout.scheduled", "payout.sent", "payout.paid"}},
		"payout.failed":          {[]string{"bank", "asked", "payout"}, []string{"payout.scheduled", "payout.failed"}},
		"payout.next":            {[]string{"payout"}, []string{"payout.paid"}},
	}
	for _, what := range web.Acts {
		want := wants[what]
		h, err := c.Do(t.Context(), web.Act{Key: "k-" + what, What: what})
		if err != nil {
			t.Fatalf("%s: %v after %+v", what, err, h)
		}
		for _, step := range want.steps {
			if !slices.ContainsFunc(h.Steps, func(s web.HappeningStep) bool { return s.What == step }) {
				t.Errorf("%s did not do %s: %+v", what, step, h.Steps)
			}
		}
		for _, kind := range want.events {
			if !slices.ContainsFunc(h.Events, func(e web.EventCount) bool { return e.Type == kind }) {
				t.Errorf("%s brought no %s: %+v", what, kind, h.Events)
			}
		}
		again, err := c.Do(t.Context(), web.Act{Key: "k-" + what, What: what})
		if err != nil || again.AtUS != h.AtUS {
			t.Errorf("%s sent twice happened twice: %+v, %v", what, again, err)
		}
	}
	before := a.Clock.Now()
	h, err := c.Do(t.Context(), web.Act{Key: "k-clock", What: web.ActClock, By: 8 * 24 * time.Hour})
	if err != nil || a.Clock.Now().Sub(before) < 8*24*time.Hour || len(h.Steps) != 1 {
		t.Errorf("the clock: %+v, %v", h, err)
	}
	if got := c.History(); len(got) != len(web.Acts)+1 || got[0].What != web.ActClock {
		t.Errorf("the history is %+v", got)
	}
	if _, err := c.Do(t.Context(), web.Act{Key: "k-x", What: "x"}); !fault.Is(err, fault.NotFound) {
		t.Errorf("nothing that can happen: %v", err)
	}
	c.acting.Lock()
	if _, err := c.Do(t.Context(), web.Act{Key: "k-y", What: "gift"}); !fault.Is(err, fault.StateConflict) {
		t.Errorf("two at once: %v", err)
	}
	c.acting.Unlock()
}

// TestDisputesOfGivenCoins: each dispute that is made to happen takes something back
// from a creator, however many coins the fan had before.
func TestDisputesOfGivenCoins(t *testing.T) {
	a, c := steered(t, false)
	seen := map[string]bool{}
	for i := range 4 {
		h, err := c.Do(t.Context(), web.Act{Key: fmt.Sprint("dispute-", i), What: "dispute"})
		if err != nil {
			t.Fatalf("%v after %+v", err, h)
		}
		of := h.Steps[len(h.Steps)-1].ID
		claws, err := report.Ask1(t.Context(), a.Reader, earnings.ClawsOf, of)
		if err != nil || len(claws) == 0 || seen[of] {
			t.Errorf("%d: the dispute %s takes %d things back (%v)", i, of, len(claws), err)
		}
		seen[of] = true
		if _, err := c.Do(t.Context(), web.Act{Key: fmt.Sprint("day-", i), What: web.ActClock, By: 24 * time.Hour}); err != nil { // the limit of a day
			t.Fatal(err)
		}
	}
}

// TestSteer changes how the fans act while they do.
func TestSteer(t *testing.T) {
	a, c := steered(t, false)
	if mix, given := c.Fans(); mix.On || given != 0 || mix.Number != 2 {
		t.Fatalf("it begins with %+v, %d", mix, given)
	}
	events, err := a.Hub.Feed(t.Context(), live.Now, "live:"+a.world.Content["live"])
	if err != nil {
		t.Fatal(err)
	}
	defer events.Close()
	mix := web.FanMix{On: true, PerMinute: web.MaxPace, Large: 50, Combos: 50, Number: 5}
	if err := c.Steer(t.Context(), mix); err != nil {
		t.Fatal(err)
	}
	if _, err := events.Next(t.Context(), nil); err != nil { // somebody gave something
		t.Fatal(err)
	}
	for _, given := c.Fans(); given == 0; _, given = c.Fans() { // a gift is counted after it is told
		if _, err := events.Next(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	}
	if got, given := c.Fans(); got != mix || given == 0 {
		t.Errorf("steered to %+v, it is %+v after %d gifts", mix, got, given)
	}
	if _, fans, _ := a.crowd.state(); len(fans) != 5 {
		t.Errorf("%d fans act", len(fans))
	}
	mix.On, mix.Number = false, 1
	if err := c.Steer(t.Context(), mix); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []web.FanMix{{}, {PerMinute: 1, Number: 201}, {PerMinute: 601, Number: 1}, {PerMinute: 1, Number: 1, Large: 60, Combos: 41}, {PerMinute: 1, Number: 1, Large: -1}} {
		if err := c.Steer(t.Context(), bad); !fault.Is(err, fault.ValidationFailed) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

// TestSteerFromNone has nobody act at first: fans that are made later do.
func TestSteerFromNone(t *testing.T) {
	a, c := steeredWith(t, true, 0)
	events, err := a.Hub.Feed(t.Context(), live.Now, "live:"+a.world.Content["live"])
	if err != nil {
		t.Fatal(err)
	}
	defer events.Close()
	if err := c.Steer(t.Context(), web.FanMix{On: true, PerMinute: web.MaxPace, Combos: 50, Number: 2}); err != nil {
		t.Fatal(err)
	}
	if batch, err := events.Next(t.Context(), time.After(time.Minute)); err != nil || len(batch) == 0 {
		t.Errorf("nobody acts: %v", err)
	}
}

// TestNobodyLive has fans who would write when nobody is LIVE with gifts on.
func TestNobodyLive(t *testing.T) {
	a, _ := steered(t, false)
	w := *a.world
	w.Rooms = nil
	s := &simulation{app: a, world: w, chatter: chance(1)}
	for range 100 {
		if err := s.talk(t.Context(), w.Fans); err != nil {
			t.Fatal(err)
		}
	}
}

// TestBehave changes how the provider behaves.
func TestBehave(t *testing.T) {
	_, c := steered(t, false)
	news := web.ProviderNews{DelaySeconds: 60, Twice: true, Shuffled: true}
	broken := web.ProviderFault{Calls: "charges", How: "before", Next: 2}
	if err := errors.Join(c.Deliver(news), c.Break(broken)); err != nil {
		t.Fatal(err)
	}
	p, err := c.Provider()
	if err != nil || p.News != news || !slices.Equal(p.Faults, []web.ProviderFault{broken}) {
		t.Errorf("it behaves as %+v, %v", p, err)
	}
	c.Mend()
	if p, err = c.Provider(); err != nil || len(p.Faults) != 0 {
		t.Errorf("mended, it behaves as %+v, %v", p, err)
	}
	for _, err := range []error{c.Deliver(web.ProviderNews{DelaySeconds: -1}), c.Break(web.ProviderFault{Calls: "x", How: "before", Next: 1}), c.Break(web.ProviderFault{Calls: "all", How: "hold", Next: 1}),
		c.Break(web.ProviderFault{Calls: "all", How: "after", Next: 21})} {
		if !fault.Is(err, fault.ValidationFailed) {
			t.Errorf("%v", err)
		}
	}
}
