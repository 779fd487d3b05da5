// Package sandboxtest gives tests of the products a provider: the sandbox on
// loopback HTTP, whose webhooks arrive at the test when it calls Settle.
package sandboxtest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
)

// Box is a provider of its own for one test.
type Box struct {
	*sandbox.Server
	URL string // of the API
	T   testing.TB
	Clk *clock.Manual

	// Receive takes a webhook; an error is answered with 500, and the sandbox
	// sends it again later. nil forgets it.
	Receive func(payload []byte, signature string) error
}

// New starts a provider with the test's clock. When the test ends its own
// books must add up.
func New(t testing.TB, clk *clock.Manual) *Box {
	t.Helper()
	b := &Box{T: t, Clk: clk}
	hook := httptest.NewServer(http.HandlerFunc(b.receive))
	t.Cleanup(hook.Close)
	server, err := sandbox.New(sandbox.Config{Clock: clk, WebhookURL: hook.URL, Seed: 7})
	if err != nil {
		t.Fatalf("sandbox: %v", err)
	}
	api := httptest.NewServer(server)
	t.Cleanup(api.Close)
	b.Server, b.URL = server, api.URL
	t.Cleanup(func() {
		for _, books := range server.Books() {
			if books.Difference() != 0 {
				t.Errorf("the sandbox's books do not add up: %+v", books)
			}
		}
	})
	return b
}

func (b *Box) receive(w http.ResponseWriter, r *http.Request) {
	payload, err := io.ReadAll(r.Body)
	if err == nil && b.Receive != nil {
		err = b.Receive(payload, r.Header.Get("Stripe-Signature"))
	}
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
	}
}

// Settle lets everything happen at the provider that is due now, and delivers
// the webhooks that are due.
func (b *Box) Settle() {
	b.T.Helper()
	for {
		n, err := b.Tick(b.T.Context())
		if err != nil {
			b.T.Fatalf("sandbox: %v", err)
		}
		if n == 0 {
			return
		}
	}
}

// Holds returns what the provider holds for an account; "" is our own.
func (b *Box) Holds(account, currency string) int64 {
	for _, books := range b.Books() {
		if strings.EqualFold(books.Currency, currency) {
			return books.Balances[account]
		}
	}
	return 0
}

// Compare fails the test unless the books in the database say, of every
// currency on either side, that the provider holds what it holds.
func (b *Box) Compare(d *db.DB) {
	b.T.Helper()
	differ := map[string]int64{}
	err := d.Read(b.T.Context(), func(tx *db.Tx) error {
		ours, err := ledger.Balances(b.T.Context(), tx, ledger.Provider, 1, "")
		for _, a := range ours {
			differ[string(a.Asset)] = a.Balance // below zero by what the provider holds
		}
		return err
	})
	if err != nil {
		b.T.Fatalf("our books: %v", err)
	}
	for _, books := range b.Books() {
		differ[strings.ToUpper(books.Currency)] += books.Balances[""]
	}
	for asset, n := range differ {
		if n != 0 {
			b.T.Errorf("the provider holds %d %s for us, which is %d more than our books say", b.Holds("", asset), asset, n)
		}
	}
}

// Answer fills in a page of the provider, as a person in a browser does.
func (b *Box) Answer(page string, form url.Values) {
	b.T.Helper()
	if status, _ := b.Submit(page, form); status != http.StatusSeeOther {
		b.T.Fatalf("the provider's page answered %d", status)
	}
}

// Submit is Answer for a page that may refuse; next is where it leads.
func (b *Box) Submit(page string, form url.Values) (status int, next string) {
	b.T.Helper()
	res, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).PostForm(page, form)
	if err != nil {
		b.T.Fatalf("the provider's page: %v", err)
	}
	defer res.Body.Close()
	return res.StatusCode, res.Header.Get("Location")
}

// Client makes each request on a connection of its own and gives it up after
// the time: Go repeats a request that has an idempotency key by itself when a
// reused connection breaks, and a test wants to see the break.
func Client(timeout time.Duration) *http.Client {
	return &http.Client{Timeout: timeout, Transport: &http.Transport{DisableKeepAlives: true}}
}
