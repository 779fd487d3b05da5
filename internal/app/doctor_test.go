package app_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/app"
	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/config"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payment/sandbox/sandboxtest"
	"github.com/ovationhq/ovation/internal/payment/stripe"
)

// TestDoctor: each thing that would keep real money from working is named, and
// what to do about it.
func TestDoctor(t *testing.T) {
	box := sandboxtest.New(t, clock.NewManual(time.Now()))
	cfg := &config.Config{URL: "https://ovation.example", StripeKey: sandbox.DefaultSecretKey, StripeWebhookSecret: []string{"whsec_1"}}
	look := func(cfg *config.Config, now func() time.Time) app.Diagnosis {
		t.Helper()
		client, err := app.DoctorClient(cfg, box.URL, sandboxtest.Client(10*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		return app.Doctor(t.Context(), cfg, client, now)
	}
	expect := func(d app.Diagnosis, level app.Level, what, detail string) {
		t.Helper()
		for _, f := range d {
			if f.Level == level && f.What == what && strings.Contains(f.Detail, detail) && (f.Do != "") == (level != app.LevelOK) {
				return
			}
		}
		t.Errorf("nothing says %s %s with %q: %+v", level, what, detail, d)
	}
	box.SetWebhookURL("https://ovation.example/webhooks/stripe")
	d := look(cfg, time.Now)
	if d.Fails() {
		t.Errorf("a fit instance: %+v", d)
	}
	for _, what := range []string{"key", "address", "account", "clock", "connect", "currency", "webhooks", "version", "secret"} {
		expect(d, app.LevelOK, what, "")
	}
	expect(d, app.LevelWarn, "connected webhooks", "the one endpoint") // which the sandbox sends both to
	if err := box.SetSettlement("eur"); err != nil {
		t.Fatal(err)
	}
	expect(look(cfg, time.Now), app.LevelWarn, "currency", "in USD, and the account's balance is in EUR")
	expect(look(cfg, func() time.Time { return time.Now().Add(time.Hour) }), app.LevelFail, "clock", "away from")
	expect(look(cfg, func() time.Time { return time.Now().Add(-20 * time.Second) }), app.LevelWarn, "clock", "away from")

	if err := box.SetEndpointEvents(append([]string{"account.updated"}, stripe.Events[1:]...)); err != nil {
		t.Fatal(err)
	}
	d = look(cfg, time.Now)
	expect(d, app.LevelFail, "webhooks", stripe.Events[0])
	expect(d, app.LevelFail, "connected webhooks", "payout.paid")
	box.SetWebhookURL("https://elsewhere.example/webhooks/stripe")
	d = look(&config.Config{URL: "http://ovation.example", StripeKey: sandbox.DefaultSecretKey}, time.Now)
	expect(d, app.LevelFail, "webhooks", "no endpoint")
	expect(d, app.LevelFail, "secret", "no signing secret")
	expect(d, app.LevelWarn, "address", "http://ovation.example")
	expect(look(&config.Config{}, time.Now), app.LevelFail, "key", "no key")
	expect(look(&config.Config{StripeKey: "sk_test_wrong"}, time.Now), app.LevelFail, "key", "")
	expect(look(&config.Config{URL: "http://ovation.example", StripeKey: "sk_live_wrong"}, time.Now), app.LevelFail, "address", "not https")
	box.AddFault(sandbox.Fault{Operation: "GET /v1/accounts", Mode: sandbox.Before, Probability: 1})
	expect(look(cfg, time.Now), app.LevelFail, "connect", "")
}
