package stripe_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payment/stripe"
)

// Whatever is lost on the way, the same request finds out, and there is one
// charge in the end.
func TestFaultsLeaveOneCharge(t *testing.T) {
	for mode, happened := range map[sandbox.Mode]int64{
		sandbox.Before: 0, sandbox.ResetBefore: 0, sandbox.TimeoutBefore: 0,
		sandbox.After: 1, sandbox.Reset: 1, sandbox.Timeout: 1,
	} {
		t.Run(string(mode), func(t *testing.T) {
			r := newRig(t, nil)
			customer, card := r.fan("usr_1", "pm_card_visa")
			req := payment.ChargeRequest{Ref: "pay_1", Amount: usd(1_000), Customer: customer, Card: card}
			r.box.AddFault(sandbox.Fault{Operation: "POST /v1/payment_intents", Mode: mode, Next: 1})
			// On a connection of its own: Go repeats a request that has an
			// Idempotency-Key by itself when a reused connection breaks.
			api, err := stripe.New(stripe.Config{SecretKey: sandbox.DefaultSecretKey, BaseURL: r.http.URL, Timeout: 150 * time.Millisecond,
				HTTPClient: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}})
			r.ok(err)
			ch, err := api.CreateCharge(r.ctx, req)
			r.is(err, payment.ErrUnknown)
			if ch.Outcome != payment.Unknown || ch.Ref != "pay_1" {
				t.Fatalf("charge: %+v", ch)
			}
			if got := r.balance("").Pending.Units; got != happened*941 {
				t.Fatalf("the balance after the fault is %d", got)
			}
			ch, err = r.api.CreateCharge(r.ctx, req)
			r.ok(err)
			if ch.Outcome != payment.Succeeded || r.balance("").Pending.Units != 941 {
				t.Fatalf("asked again: %+v, balance %+v", ch, r.balance(""))
			}
			found, err := r.api.FindCharges(r.ctx, customer, 10)
			r.ok(err)
			if len(found) != 1 {
				t.Fatalf("%d charges", len(found))
			}
		})
	}
}

// A 500 that Stripe keeps for the key is only overcome by looking the charge up.
func TestStickyFault(t *testing.T) {
	r := newRig(t, nil)
	customer, card := r.fan("usr_1", "pm_card_visa")
	req := payment.ChargeRequest{Ref: "pay_1", Amount: usd(1_000), Customer: customer, Card: card}
	r.box.AddFault(sandbox.Fault{Operation: "POST /v1/payment_intents", Mode: sandbox.Sticky, Next: 1})
	for range 3 {
		_, err := r.api.CreateCharge(r.ctx, req)
		r.is(err, payment.ErrUnknown)
	}
	found, err := r.api.FindCharges(r.ctx, customer, 10)
	r.ok(err)
	if len(found) != 1 || found[0].Ref != "pay_1" || found[0].Outcome != payment.Succeeded {
		t.Fatalf("found: %+v", found)
	}
	r.mustHear("payment_intent.succeeded")
}

func TestRateLimitAndOutage(t *testing.T) {
	r := newRig(t, nil)
	r.box.AddFault(sandbox.Fault{Operation: "GET /v1/balance", Mode: sandbox.RateLimit, Next: 1})
	_, err := r.api.Balance(r.ctx, "")
	r.is(err, payment.ErrRateLimited)
	if e, ok := errors.AsType[*payment.Error](err); !ok || e.RetryAfter <= 0 {
		t.Fatalf("no word on how long to wait: %v", err)
	}
	r.ok(func() error { _, err := r.api.Balance(r.ctx, ""); return err }())
	gone, err := stripe.New(stripe.Config{SecretKey: "sk_test_x", BaseURL: "http://127.0.0.1:1"})
	r.ok(err)
	_, err = gone.CreateCharge(r.ctx, payment.ChargeRequest{Ref: "pay_1", Amount: usd(100), Card: "pm_1"})
	r.is(err, payment.ErrUnavailable)
	wrong, err := stripe.New(stripe.Config{SecretKey: "sk_test_wrong", BaseURL: r.http.URL})
	r.ok(err)
	_, err = wrong.Balance(r.ctx, "")
	r.is(err, payment.ErrConfig)
}

func TestFaultsByChance(t *testing.T) {
	r := newRig(t, nil)
	customer, card := r.fan("usr_1", "pm_card_visa")
	r.box.AddFault(sandbox.Fault{Operation: "POST /v1/**", Mode: sandbox.After, Probability: 0.3})
	r.box.AddFault(sandbox.Fault{Operation: "POST /v1/**", Mode: sandbox.Before, Probability: 0.3})
	for i := range 40 {
		req := payment.ChargeRequest{Ref: fmt.Sprintf("pay_%d", i), Amount: usd(1_000), Customer: customer, Card: card}
		for try := 0; ; try++ {
			ch, err := r.api.CreateCharge(r.ctx, req)
			if err == nil && ch.Outcome == payment.Succeeded {
				break
			}
			r.is(err, payment.ErrUnknown)
			if try == 50 {
				t.Fatal("50 faults in a row")
			}
		}
	}
	r.box.ClearFaults()
	if got := r.balance("").Pending.Units; got != 40*941 {
		t.Fatalf("balance %d, want %d", got, 40*941)
	}
}

func TestIdempotency(t *testing.T) {
	r := newRig(t, nil)
	customer, card := r.fan("usr_1", "pm_card_visa")
	req := payment.ChargeRequest{Ref: "pay_1", Amount: usd(1_000), Customer: customer, Card: card}
	first, err := r.api.CreateCharge(r.ctx, req)
	r.ok(err)
	again, err := r.api.CreateCharge(r.ctx, req)
	r.ok(err)
	if first.ID != again.ID {
		t.Fatalf("two charges: %s %s", first.ID, again.ID)
	}
	other := req
	other.Amount = usd(2_000)
	_, err = r.api.CreateCharge(r.ctx, other)
	r.is(err, payment.ErrKeyReused)
	other.Attempt = 1
	second, err := r.api.CreateCharge(r.ctx, other)
	r.ok(err)
	if second.ID == first.ID {
		t.Fatal("another attempt has the first charge")
	}

	form := url.Values{"amount": {"100"}, "currency": {"usd"}}
	a, one := r.raw(http.MethodPost, "/v1/payment_intents", "k1", form)
	b, two := r.raw(http.MethodPost, "/v1/payment_intents", "k1", form)
	if a.replayed || !b.replayed || one["id"] != two["id"] {
		t.Fatalf("replay: %v %v", one["id"], two["id"])
	}
	c, wrong := r.raw(http.MethodPost, "/v1/payment_intents", "k1", url.Values{"amount": {"101"}, "currency": {"usd"}})
	if e, _ := wrong["error"].(map[string]any); c.StatusCode != 400 || e["type"] != "idempotency_error" {
		t.Fatalf("other parameters: %d %v", c.StatusCode, wrong)
	}
	// A request that can not be read leaves its key free.
	d, _ := r.raw(http.MethodPost, "/v1/payment_intents", "k2", url.Values{"amount": {"x"}, "currency": {"usd"}})
	e, _ := r.raw(http.MethodPost, "/v1/payment_intents", "k2", form)
	if d.StatusCode != 400 || e.StatusCode != 200 {
		t.Fatalf("after a bad request: %d %d", d.StatusCode, e.StatusCode)
	}
	// A decline is kept.
	bad := url.Values{"amount": {"100"}, "currency": {"usd"}, "confirm": {"true"}, "payment_method": {"pm_card_chargeDeclined"}}
	f, _ := r.raw(http.MethodPost, "/v1/payment_intents", "k3", bad)
	g, _ := r.raw(http.MethodPost, "/v1/payment_intents", "k3", bad)
	if f.StatusCode != 402 || g.StatusCode != 402 || !g.replayed {
		t.Fatalf("declines: %d %d", f.StatusCode, g.StatusCode)
	}
	// After a day the key is forgotten.
	r.later(24 * time.Hour)
	_, three := r.raw(http.MethodPost, "/v1/payment_intents", "k1", form)
	if three["id"] == one["id"] {
		t.Fatal("the key is still known after a day")
	}
}

// While the first request of a key runs, the second one is told so.
func TestConcurrentKey(t *testing.T) {
	r := newRig(t, nil)
	customer, card := r.fan("usr_1", "pm_card_visa")
	req := payment.ChargeRequest{Ref: "pay_1", Amount: usd(1_000), Customer: customer, Card: card}
	r.box.AddFault(sandbox.Fault{Operation: "POST /v1/payment_intents", Mode: sandbox.Hold, Next: 1})
	var wg sync.WaitGroup
	var first payment.Charge
	var firstErr error
	wg.Go(func() { first, firstErr = r.api.CreateCharge(r.ctx, req) })
	for r.box.Held() == 0 {
		if _, err := r.api.Balance(r.ctx, ""); err != nil { // a round trip is a wait
			t.Fatal(err)
		}
	}
	_, err := r.api.CreateCharge(r.ctx, req)
	r.is(err, payment.ErrUnknown)
	r.box.Release()
	wg.Wait()
	r.ok(firstErr)
	again, err := r.api.CreateCharge(r.ctx, req)
	r.ok(err)
	if again.ID != first.ID {
		t.Fatalf("two charges: %s %s", first.ID, again.ID)
	}
}

func TestManyAtOnce(t *testing.T) {
	r := newRig(t, nil)
	customer, card := r.fan("usr_1", "pm_card_visa")
	ids := make([]string, 50)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			for {
				ch, err := r.api.CreateCharge(r.ctx, payment.ChargeRequest{Ref: "pay_1", Amount: usd(1_000), Customer: customer, Card: card})
				if err == nil {
					ids[i] = ch.ID
					return
				}
				if !errors.Is(err, payment.ErrUnknown) {
					t.Errorf("error: %v", err)
					return
				}
			}
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Fatalf("more than one charge: %v", ids)
		}
	}
	if r.balance("").Pending.Units != 941 {
		t.Fatalf("balance: %+v", r.balance(""))
	}
}
