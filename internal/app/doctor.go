package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/config"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/stripe"
)

// Level is how grave a finding of the doctor is.
type Level string

// The levels.
const (
	LevelOK   Level = "ok"
	LevelWarn Level = "warn" // it works, and something is worth a look
	LevelFail Level = "fail" // real money would not work
)

// Finding is one thing that the doctor has looked at.
type Finding struct {
	Level  Level  `json:"level"`
	What   string `json:"what"`
	Detail string `json:"detail"`
	Do     string `json:"do,omitempty"` // what to do about it
}

// Diagnosis is all that the doctor has found.
type Diagnosis []Finding

// Fails reports whether real money would not work.
func (d Diagnosis) Fails() bool {
	return slices.ContainsFunc(d, func(f Finding) bool { return f.Level == LevelFail })
}

func (d *Diagnosis) add(level Level, what, do, detail string, args ...any) {
	if level == LevelOK {
		do = ""
	}
	*d = append(*d, Finding{level, what, fmt.Sprintf(detail, args...), do})
}

// mostSkew is how far the clocks may be apart: Stripe's signatures are believed
// for five minutes.
const warnSkew, mostSkew = 5 * time.Second, 2 * time.Minute

// DoctorClient is the adapter for the settings, or nil without a key.
func DoctorClient(cfg *config.Config, base string, client *http.Client) (*stripe.Client, error) {
	if cfg.StripeKey == "" {
		return nil, nil //nolint:nilnil // no key is a finding, and no error
	}
	return stripe.New(stripe.Config{SecretKey: cfg.StripeKey, WebhookSecrets: cfg.StripeWebhookSecret, BaseURL: base, HTTPClient: client, Timeout: 20 * time.Second})
}

// Doctor looks whether the settings and the account at the payment provider are
// fit for real money. It changes nothing. now is this machine's time.
func Doctor(ctx context.Context, cfg *config.Config, client *stripe.Client, now func() time.Time) (d Diagnosis) {
	if client == nil {
		d.add(LevelFail, "key", "Set OVATION_STRIPE_KEY to the secret key of the Stripe dashboard, under Developers, API keys.", "no key of the payment provider is set, so nothing can be bought or paid out")
		return d
	}
	d.address(cfg, client)
	asked := now()
	p, err := client.Platform(ctx)
	if err != nil {
		d.failed("key", err)
		return d
	}
	mode := "test: no real money moves"
	if client.Live() {
		mode = "live: real money moves"
	}
	d.add(LevelOK, "key", "", "it works, for the account %s; %s", p.ID, mode)
	d.account(&p)
	d.currency(&p, paysIn(cfg))
	d.skew(&p, asked.Add(now().Sub(asked)/2))
	d.connect(ctx, client)
	d.endpoints(ctx, cfg, client)
	return d
}

func (d *Diagnosis) failed(what string, err error) {
	do := "Run the doctor again when the provider answers."
	e, ok := errors.AsType[*payment.Error](err)
	switch {
	case ok && e.Kind == payment.ErrConfig:
		do = "Take a key that may do this: the secret key, or a restricted one with the rights that the README lists."
	case ok && e.Kind == payment.ErrUnavailable:
		do = "Check that this machine reaches the provider over HTTPS."
	}
	detail := err.Error()
	if ok {
		detail = e.Reason
	}
	d.add(LevelFail, what, do, "%s", strings.TrimSuffix(detail, "."))
}

func (d *Diagnosis) address(cfg *config.Config, client *stripe.Client) {
	const do = "Set --url to the https address that people see; the provider sends people and news there."
	switch url := cfg.PublicURL(); {
	case strings.HasPrefix(url, "https://"):
		d.add(LevelOK, "address", "", "%s", url)
	case client.Live():
		d.add(LevelFail, "address", do, "%s is not https, and the provider accepts no other address in live mode", url)
	default:
		d.add(LevelWarn, "address", do, "%s is not https; that suffices for tests alone", url)
	}
}

func (d *Diagnosis) account(p *stripe.Platform) {
	switch {
	case p.ChargesEnabled && p.PayoutsEnabled:
		d.add(LevelOK, "account", "", "it can take payments and pay out; country %s, balance in %s", p.Country, p.Currency)
	case p.ChargesEnabled:
		d.add(LevelWarn, "account", "Open the Stripe dashboard and complete what it asks for.", "it can take payments, and not pay out to your own bank; %s", lacking(p))
	default:
		d.add(LevelFail, "account", "Open the Stripe dashboard and activate the account.", "it can not take payments; %s", lacking(p))
	}
}

// paysIn is the currency in which the instance's rules pay creators; "" for rules
// that can not be read, which the settings tell.
func paysIn(cfg *config.Config) money.Asset {
	if cfg.PresetFile != "" {
		p, _ := readPresetFile(cfg.PresetFile)
		return p.Card.PayAsset
	}
	p, err := shippedPreset(cmp.Or(cfg.Preset, "current"))
	if err != nil {
		return ""
	}
	return p.Card.PayAsset
}

// currency compares the balance, out of which payouts are transferred, with what
// creators are paid in.
func (d *Diagnosis) currency(p *stripe.Platform, pays money.Asset) {
	switch {
	case pays == "" || p.Currency == "":
	case p.Currency != pays:
		d.add(LevelWarn, "currency", "Add a bank account in "+string(pays)+" to the Stripe account, so that it keeps a balance in it; or pay creators in "+string(p.Currency)+".",
			"creators are paid in %s, and the account's balance is in %s: payouts that it does not cover wait", pays, p.Currency)
	default:
		d.add(LevelOK, "currency", "", "creators are paid in %s, which the balance is in", pays)
	}
}

func lacking(p *stripe.Platform) string {
	if len(p.Due) == 0 {
		return "the provider does not say what it lacks"
	}
	return "it lacks " + strings.Join(p.Due, ", ")
}

func (d *Diagnosis) skew(p *stripe.Platform, now time.Time) {
	const do = "Have the clock set by NTP: events whose signature seems older than five minutes are refused."
	if p.At.IsZero() {
		d.add(LevelWarn, "clock", do, "the provider did not tell its time")
		return
	}
	switch skew := now.Sub(p.At).Abs().Round(time.Second); {
	case skew > mostSkew:
		d.add(LevelFail, "clock", do, "this machine's clock is %s away from the provider's", skew)
	case skew > warnSkew:
		d.add(LevelWarn, "clock", do, "this machine's clock is %s away from the provider's", skew)
	default:
		d.add(LevelOK, "clock", "", "it agrees with the provider's")
	}
}

func (d *Diagnosis) connect(ctx context.Context, client *stripe.Client) {
	on, automatic, err := client.Connect(ctx)
	switch {
	case err != nil:
		d.failed("connect", err)
	case !on:
		d.add(LevelFail, "connect", "Open Connect in the Stripe dashboard and complete its profile, with Express accounts and you responsible for losses.", "the account may not have connected accounts, so no creator can be paid")
	case len(automatic) > 0:
		d.add(LevelWarn, "connect", "Set the payout schedule of these accounts to manual; Ovation says when money goes to a bank.", "%d of the creators' accounts pay out by themselves: %s", len(automatic), strings.Join(automatic[:min(5, len(automatic))], ", "))
	default:
		d.add(LevelOK, "connect", "", "creators can have accounts, and payouts go when Ovation asks for them")
	}
}

func (d *Diagnosis) endpoints(ctx context.Context, cfg *config.Config, client *stripe.Client) {
	url := cfg.PublicURL() + WebhookPath
	all, err := client.Endpoints(ctx)
	if err != nil {
		d.failed("webhooks", err)
		return
	}
	mine := slices.DeleteFunc(all, func(e stripe.Endpoint) bool { return e.URL != url || !e.Enabled })
	if len(mine) == 0 {
		d.add(LevelFail, "webhooks", "Add an endpoint with this address in the Stripe dashboard, under Developers, Webhooks, with the events that the README lists.", "no endpoint sends news to %s", url)
	} else {
		d.events(mine, url)
		d.versions(mine)
	}
	switch n := len(slices.DeleteFunc(slices.Clone(cfg.StripeWebhookSecret), func(s string) bool { return !strings.HasPrefix(s, "whsec_") })); {
	case n == 0:
		d.add(LevelFail, "secret", "Set OVATION_STRIPE_WEBHOOK_SECRET to the signing secret (whsec_…) of each endpoint, with a comma between them.", "no signing secret is set, so no news are believed")
	case n < len(mine):
		d.add(LevelWarn, "secret", "Add the signing secret of each endpoint to OVATION_STRIPE_WEBHOOK_SECRET.", "%d signing secrets are set for %d endpoints", n, len(mine))
	default:
		d.add(LevelOK, "secret", "", "%d set", n)
	}
}

func (d *Diagnosis) events(mine []stripe.Endpoint, url string) {
	lacks := func(events []string) (missing []string) {
		for _, e := range events {
			if !slices.ContainsFunc(mine, func(p stripe.Endpoint) bool { return p.Has(e) }) {
				missing = append(missing, e)
			}
		}
		return missing
	}
	if missing := lacks(stripe.Events); len(missing) > 0 {
		d.add(LevelFail, "webhooks", "Add them to the endpoint of your own account.", "%s does not get: %s", url, strings.Join(missing, ", "))
	} else {
		d.add(LevelOK, "webhooks", "", "%s gets all %d events of your own account", url, len(stripe.Events))
	}
	if missing := lacks(stripe.ConnectedEvents); len(missing) > 0 {
		d.add(LevelFail, "connected webhooks", "Add them to an endpoint for events on connected accounts.", "%s does not get: %s", url, strings.Join(missing, ", "))
	} else if len(mine) == 1 { // an endpoint hears of our own account or of connected ones, and does not say which
		d.add(LevelWarn, "connected webhooks", "Add a second endpoint with the same address that listens to events on connected accounts.", "the one endpoint at %s lists all events, and listens to one kind of accounts only: your own or the connected ones", url)
	} else {
		d.add(LevelOK, "connected webhooks", "", "%s gets all %d events of creators' accounts; make sure that one endpoint listens to connected accounts", url, len(stripe.ConnectedEvents))
	}
}

func (d *Diagnosis) versions(mine []stripe.Endpoint) {
	for _, e := range mine {
		if e.Version != "" && e.Version != stripe.APIVersion {
			d.add(LevelWarn, "version", "Make the endpoint anew with the API version "+stripe.APIVersion+".", "the endpoint %s sends events in the version %s, and Ovation speaks %s", e.ID, e.Version, stripe.APIVersion)
			return
		}
	}
	d.add(LevelOK, "version", "", "%s", stripe.APIVersion)
}
