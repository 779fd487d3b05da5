package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/collect"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/purchase"
)

// shop is an instance without a listener, and a fan with a card. No webhook
// reaches it.
type shop struct {
	*App
	t    *testing.T
	clk  *clock.Manual
	logs *strings.Builder
	fan  id.Person
	card string
	n    int
}

func eachShop(t *testing.T, test func(s *shop)) {
	t.Helper()
	for engine, database := range map[string]func() string{"sqlite": func() string { return "" }, "postgres": func() string { return dbtest.PostgresURL(t) }} {
		t.Run(engine, func(t *testing.T) {
			s := &shop{t: t, clk: clock.NewManual(dbtest.Start), logs: &strings.Builder{}}
			o := Options{Sandbox: true, Seed: 1, Time: s.clk, Log: slog.New(slog.NewTextHandler(s.logs, nil))}
			o.Config.Data, o.Config.Database, o.Config.Listen, o.Config.Preset = t.TempDir(), database(), "127.0.0.1:0", "current"
			var err error
			if s.App, err = New(t.Context(), o); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.ok(s.Close()) })
			s.write(func(tx *db.Tx) error {
				p, _, err := people.EnsureExternal(t.Context(), tx, people.NewPerson{Name: "Fan", ExternalID: "fan", Region: "US", BirthDate: "1990-01-01"})
				s.fan = p.ID
				return err
			})
			card, err := s.Purchases.AddTestCard(t.Context(), s.fan, "pm_card_visa")
			s.ok(err)
			s.card = card.ID
			test(s)
			ledgertest.Verify(t, s.DB, Checks()...)
		})
	}
}

func (s *shop) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) write(f func(tx *db.Tx) error) {
	s.t.Helper()
	s.ok(s.DB.Write(s.t.Context(), f))
}

// buy buys coins; the provider's answer is lost.
func (s *shop) buy() purchase.Purchase {
	s.t.Helper()
	s.n++
	s.clk.Advance(time.Second)
	s.Sandbox().AddFault(sandbox.Fault{Operation: "POST /v1/payment_intents", Mode: sandbox.After, Next: 1})
	p, err := s.Purchases.Buy(s.t.Context(), purchase.Request{Key: fmt.Sprint(s.n), Person: s.fan, Coins: 70, Currency: money.USD, Card: s.card, ReturnURL: "http://app.test/"})
	s.ok(err)
	s.is(p, payment.Unknown)
	return p
}

func (s *shop) is(p purchase.Purchase, want payment.Outcome) {
	s.t.Helper()
	got, err := s.Purchases.Get(s.t.Context(), p.ID)
	if s.ok(err); got.Outcome != want {
		s.t.Errorf("the purchase is %s, want %s", got.Outcome, want)
	}
}

// One piece of news that can not be taken does not keep the others from it,
// and what had its effect is not asked for again.
func TestPollGoesOn(t *testing.T) {
	eachShop(t, func(s *shop) {
		ctx := t.Context()
		poisoned := s.buy()
		var customer string
		s.write(func(tx *db.Tx) (err error) {
			customer, err = payment.CustomerOf(ctx, tx, s.fan)
			return err
		})
		found, err := s.Stripe.FindCharges(ctx, customer, 1)
		s.ok(err)
		others := []purchase.Purchase{s.buy(), s.buy()}
		s.Sandbox().AddFault(sandbox.Fault{Operation: "GET /v1/payment_intents/" + found[0].ID, Mode: sandbox.Before, Probability: 1})
		if err := s.poll(ctx); !errors.Is(err, payment.ErrUnknown) {
			t.Errorf("the poison is not told of: %v", err)
		}
		s.is(poisoned, payment.Unknown)
		for _, p := range others {
			s.is(p, payment.Succeeded)
		}
		s.Sandbox().ClearFaults()
		s.ok(s.poll(ctx))
		s.is(poisoned, payment.Succeeded)
		s.Sandbox().AddFault(sandbox.Fault{Operation: "GET /v1/payment_intents/*", Mode: sandbox.Before, Probability: 1})
		s.ok(s.poll(ctx)) // nothing is fetched
	})
}

// The sweep comes round by itself and brings back work that was given up.
func TestSweepComesRound(t *testing.T) {
	eachShop(t, func(s *shop) {
		ctx := t.Context()
		p := s.buy()
		s.ok(s.Runner.Start(ctx))
		s.write(func(tx *db.Tx) error { return outbox.Cancel(ctx, tx, collect.WorkSettle, string(p.Charge.ID)) })
		s.clk.Advance(sweepEvery)
		_, err := s.Runner.RunDue(ctx)
		s.ok(err)
		s.is(p, payment.Succeeded)
		if !strings.Contains(s.logs.String(), "nobody to look after it") {
			t.Error("the operator does not hear of it")
		}
	})
}

// A refusal that is to be waited out is logged and is no failure of the work.
func TestPatient(t *testing.T) {
	var logs strings.Builder
	a := &App{Log: slog.New(slog.NewTextHandler(&logs, nil))}
	refused := errors.New("refused")
	for _, c := range []struct {
		again  time.Duration
		err    error
		fails  bool
		logged bool
	}{{0, nil, false, false}, {time.Hour, nil, false, false}, {time.Hour, refused, false, true}, {0, refused, true, false}} {
		logs.Reset()
		again, err := a.patient("x", func(context.Context, string) (time.Duration, error) { return c.again, c.err })(t.Context(), "y")
		if again != c.again || (err != nil) != c.fails || strings.Contains(logs.String(), "refused") != c.logged {
			t.Errorf("%+v: %s, %v, log %q", c, again, err, logs.String())
		}
	}
}

// News without effect are answered, logged, and not noted.
func TestNewsWithoutEffect(t *testing.T) {
	eachShop(t, func(s *shop) {
		ev := payment.Event{ID: "evt_1", Type: "charge.dispute.created", Object: "dispute", ObjectID: "du_1", Parent: "pi_1"}
		s.ok(s.Observe(t.Context(), ev))
		if !strings.Contains(s.logs.String(), "charge.dispute.created") {
			t.Error("it is not logged")
		}
		s.write(func(tx *db.Tx) error {
			fresh, err := payment.Unnoted(t.Context(), tx, []payment.Event{ev})
			if len(fresh) != 1 {
				t.Error("it is noted")
			}
			return err
		})
	})
}

// All have their turn in as few rounds as it takes.
func TestTurn(t *testing.T) {
	list := []string{"a", "b", "c", "d", "e"}
	for _, most := range []int{1, 2, 3, 5, 9} {
		seen := map[string]bool{}
		for round := range 5 {
			got := turn(list, most, 1000+round)
			if len(got) != min(most, len(list)) {
				t.Fatalf("%d of a round: %v", most, got)
			}
			for _, a := range got {
				seen[a] = true
			}
		}
		if len(seen) != len(list) {
			t.Errorf("%d in a round: only %v had their turn", most, seen)
		}
	}
	if got := turn(list, 2, -5); len(got) != 2 { // a clock before 1970
		t.Errorf("in a round before the first: %v", got)
	}
	if !slices.Equal(list, []string{"a", "b", "c", "d", "e"}) {
		t.Errorf("the list has become %v", list)
	}
}
