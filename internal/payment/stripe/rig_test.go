package stripe_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payment/stripe"
)

var start = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// rig is a sandbox on loopback, the adapter that talks to it, and an inbox
// for its webhooks.
type rig struct {
	t    *testing.T
	clk  *clock.Manual
	box  *sandbox.Server
	http *httptest.Server
	api  *stripe.Client
	ctx  context.Context

	mu     sync.Mutex
	inbox  []payment.Event
	refuse bool // the receiver answers 500
}

func newRig(t *testing.T, d *db.DB) *rig {
	t.Helper()
	r := &rig{t: t, clk: clock.NewManual(start), ctx: t.Context()}
	hook := httptest.NewServer(http.HandlerFunc(r.receive))
	t.Cleanup(hook.Close)
	r.open(d, hook.URL)
	t.Cleanup(func() {
		for _, b := range r.box.Books() {
			if b.Difference() != 0 {
				t.Errorf("the sandbox's books do not add up: %+v", b)
			}
		}
	})
	return r
}

func (r *rig) open(d *db.DB, hook string) {
	r.t.Helper()
	box, err := sandbox.New(sandbox.Config{Clock: r.clk, DB: d, WebhookURL: hook, Seed: 7})
	if err != nil {
		r.t.Fatalf("sandbox: %v", err)
	}
	r.box = box
	r.http = httptest.NewServer(box)
	r.t.Cleanup(r.http.Close)
	r.api, err = stripe.New(stripe.Config{SecretKey: sandbox.DefaultSecretKey, BaseURL: r.http.URL,
		WebhookSecrets: []string{"whsec_of_yesterday", sandbox.DefaultWebhookSecret}})
	r.ok(err)
}

func (r *rig) receive(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.refuse {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	e, err := r.api.ParseWebhook(body, req.Header.Get("Stripe-Signature"), r.clk.Now())
	if err != nil {
		r.t.Errorf("webhook: %v", err)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	r.inbox = append(r.inbox, e)
}

// settle lets everything happen that is due now.
func (r *rig) settle() {
	r.t.Helper()
	for {
		n, err := r.box.Tick(r.ctx)
		if err != nil {
			r.t.Fatalf("tick: %v", err)
		}
		if n == 0 {
			return
		}
	}
}

func (r *rig) later(d time.Duration) {
	r.t.Helper()
	r.clk.Advance(d)
	r.settle()
}

// news returns the types of the events that arrived since the last call.
func (r *rig) news() []string {
	r.t.Helper()
	r.settle()
	r.mu.Lock()
	defer r.mu.Unlock()
	var types []string
	for _, e := range r.inbox {
		types = append(types, e.Type)
	}
	r.inbox = nil
	return types
}

func (r *rig) mustHear(types ...string) {
	r.t.Helper()
	got := r.news()
	for _, want := range types {
		if !slices.Contains(got, want) {
			r.t.Errorf("no event %s among %v", want, got)
		}
	}
}

func usd(cents int64) money.Amount { return money.Amount{Units: cents, Asset: "USD"} }

// fan makes a customer with a saved card.
func (r *rig) fan(ref, method string) (customer, card string) {
	r.t.Helper()
	customer, err := r.api.EnsureCustomer(r.ctx, payment.CustomerRequest{Ref: ref, Email: ref + "@example.org", Name: "Fan"})
	r.ok(err)
	c, err := r.api.AttachCard(r.ctx, customer, method, 0)
	r.ok(err)
	return customer, c.ID
}

func (r *rig) ok(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatalf("unexpected error: %v", err)
	}
}

// pay takes money from a card of a new fan.
func (r *rig) pay(ref string, cents int64, method string) payment.Charge {
	r.t.Helper()
	customer, card := r.fan("usr_"+ref, method)
	ch, err := r.api.CreateCharge(r.ctx, payment.ChargeRequest{Ref: ref, Amount: usd(cents), Customer: customer, Card: card,
		ReturnURL: "http://app.test/back"})
	r.ok(err)
	return ch
}

// creator opens an account and fills it in.
func (r *rig) creator(ref string, in sandbox.Onboarding) payment.Account {
	r.t.Helper()
	a, err := r.api.CreateAccount(r.ctx, payment.AccountRequest{Ref: ref, Country: "US", Email: ref + "@example.org"})
	r.ok(err)
	r.ok(r.box.Onboard(a.ID, in))
	a, err = r.api.RetrieveAccount(r.ctx, a.ID)
	r.ok(err)
	return a
}

func (r *rig) balance(account string) payment.Balance {
	r.t.Helper()
	all, err := r.api.Balance(r.ctx, account)
	r.ok(err)
	for _, b := range all {
		if b.Available.Asset == "USD" {
			return b
		}
	}
	return payment.Balance{}
}

// page is what a browser would see: one request, no redirect followed.
func (r *rig) page(method, target string, form url.Values) (status int, location, body string) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.ctx, method, target, strings.NewReader(form.Encode()))
	r.ok(err)
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(req)
	r.ok(err)
	defer res.Body.Close()
	raw, _ := io.ReadAll(res.Body)
	return res.StatusCode, res.Header.Get("Location"), string(raw)
}

// raw sends a form to the API and returns the answer.
func (r *rig) raw(method, path, key string, form url.Values) (reply, map[string]any) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.ctx, method, r.http.URL+path, bytes.NewBufferString(form.Encode()))
	r.ok(err)
	req.Header.Set("Authorization", "Bearer "+sandbox.DefaultSecretKey)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	res, err := http.DefaultClient.Do(req)
	r.ok(err)
	defer res.Body.Close()
	var m map[string]any
	if err := json.NewDecoder(res.Body).Decode(&m); err != nil {
		r.t.Fatalf("%s %s answered %d without JSON: %v", method, path, res.StatusCode, err)
	}
	return reply{res.StatusCode, res.Header.Get("Idempotent-Replayed") == "true"}, m
}

type reply struct {
	StatusCode int
	replayed   bool
}

// is fails unless the error is of the kind.
func (r *rig) is(err error, kind payment.Kind) {
	r.t.Helper()
	if !errors.Is(err, kind) {
		r.t.Fatalf("error is %v, want %q", err, string(kind))
	}
}

// methodsOf names the public methods of the adapter.
func methodsOf(api *stripe.Client) []string {
	var names []string
	for m := range reflect.TypeOf(api).Methods() {
		names = append(names, m.Name)
	}
	return names
}
