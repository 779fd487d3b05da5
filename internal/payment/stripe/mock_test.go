package stripe_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/stripe"
)

const mockModule = "github.com/stripe/stripe-mock@v0.203.0"

// mockBinary finds stripe-mock on the PATH, or installs it where the tests
// are told that they need it.
func mockBinary(t *testing.T) string {
	t.Helper()
	if path, err := exec.LookPath("stripe-mock"); err == nil {
		return path
	}
	if !dbtest.Required("stripe-mock") {
		t.Skip("stripe-mock is not on the PATH, so the adapter's requests are not checked against Stripe's API description; set OVATION_TEST_REQUIRE=stripe-mock to install it for this test")
	}
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "go", "install", mockModule)
	cmd.Env = append(os.Environ(), "GOBIN="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go install %s: %v\n%s", mockModule, err, out)
	}
	return filepath.Join(dir, "stripe-mock")
}

// startMock runs stripe-mock on a free port of loopback.
func startMock(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, mockBinary(t), "-http-addr", addr)
	if err := cmd.Start(); err != nil {
		cancel()
		t.Fatalf("start stripe-mock: %v", err)
	}
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait() // it is killed, which is an error of its own
	})
	dialer := &net.Dialer{Timeout: time.Second}
	for range 3000 {
		conn, err := dialer.DialContext(t.Context(), "tcp", addr)
		if err == nil {
			conn.Close()
			return "http://" + addr
		}
		select {
		case <-t.Context().Done():
		case <-time.After(10 * time.Millisecond):
		}
	}
	t.Fatal("stripe-mock does not listen")
	return ""
}

// recorder notes what is asked, and what was answered.
type recorder struct {
	asked   []string
	refused []string
}

func (rec *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	var sent []byte
	if req.Body != nil {
		sent, _ = io.ReadAll(req.Body)
		req.Body = io.NopCloser(bytes.NewReader(sent))
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	rec.asked = append(rec.asked, req.Method+" "+req.URL.Path)
	if res.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		res.Body = io.NopCloser(bytes.NewReader(body))
		rec.refused = append(rec.refused, req.Method+" "+req.URL.String()+" "+string(sent)+"\n"+string(body))
	}
	return res, nil
}

// TestEveryRequestIsStripes plays every request of the adapter against
// stripe-mock, which refuses what Stripe's own API description refuses.
func TestEveryRequestIsStripes(t *testing.T) {
	base := startMock(t)
	rec := &recorder{}
	api, err := stripe.New(stripe.Config{SecretKey: "sk_test_123", BaseURL: base, HTTPClient: &http.Client{Transport: rec}})
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	calls := everyCall(ctx, api)
	for name, call := range calls {
		// The answers are fixtures, so what they say does not matter; that
		// there was one without an error does.
		if err := call(); err != nil && !errors.Is(err, payment.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, r := range rec.refused {
		t.Errorf("refused: %s", r)
	}
	if len(rec.asked) < len(calls) {
		t.Errorf("%d calls made %d requests: %s", len(calls), len(rec.asked), strings.Join(slices.Sorted(slices.Values(rec.asked)), "\n"))
	}
}

// everyCall lists each method of the adapter that calls Stripe, with every
// field of its request filled in.
func everyCall(ctx context.Context, api *stripe.Client) map[string]func() error {
	amount := money.Amount{Units: 499, Asset: "USD"}
	charge := payment.ChargeRequest{Ref: "pay_1", Amount: amount, Customer: "cus_1", Card: "pm_1", ReturnURL: "https://app.test/back",
		Description: "350 coins", Group: "cps_1", Statement: "COINS"}
	away := charge
	away.OffSession, away.Attempt = true, 1
	page := payment.CheckoutRequest{Ref: "cps_1", Customer: "cus_1", Amount: amount, Description: "350 coins", SaveCard: true, Group: "cps_1",
		SuccessURL: "https://app.test/paid", CancelURL: "https://app.test/shop", ExpiresAt: time.Now().Add(time.Hour)}
	save := page
	save.SaveOnly = true
	done := func(_ any, err error) error { return err }
	return map[string]func() error{
		"EnsureCustomer": func() error {
			return done(api.EnsureCustomer(ctx, payment.CustomerRequest{Ref: "usr_1", Email: "a@example.org", Name: "Ada"}))
		},
		"SavedCards":         func() error { return done(api.SavedCards(ctx, "cus_1")) },
		"AttachCard":         func() error { return done(api.AttachCard(ctx, "cus_1", "pm_1", 0)) },
		"DetachCard":         func() error { return api.DetachCard(ctx, "pm_1", 0) },
		"CreateCharge":       func() error { return done(api.CreateCharge(ctx, charge)) },
		"CreateCharge away":  func() error { return done(api.CreateCharge(ctx, away)) },
		"RetrieveCharge":     func() error { return done(api.RetrieveCharge(ctx, "pi_1")) },
		"CancelCharge":       func() error { return done(api.CancelCharge(ctx, "pi_1")) },
		"FindCharges":        func() error { return done(api.FindCharges(ctx, "cus_1", 10)) },
		"CreateCheckout":     func() error { return done(api.CreateCheckout(ctx, page)) },
		"CreateCheckout set": func() error { return done(api.CreateCheckout(ctx, save)) },
		"RetrieveCheckout":   func() error { return done(api.RetrieveCheckout(ctx, "cs_1")) },
		"ExpireCheckout":     func() error { return done(api.ExpireCheckout(ctx, "cs_1")) },
		"CreateAccount": func() error {
			return done(api.CreateAccount(ctx, payment.AccountRequest{Ref: "usr_1", Country: "US", Email: "a@example.org"}))
		},
		"AccountLink": func() error {
			return done(api.AccountLink(ctx, payment.AccountLinkRequest{Account: "acct_1", ReturnURL: "https://app.test/", RefreshURL: "https://app.test/"}))
		},
		"RetrieveAccount": func() error { return done(api.RetrieveAccount(ctx, "acct_1")) },
		"CreateTransfer": func() error {
			return done(api.CreateTransfer(ctx, payment.TransferRequest{Ref: "pyo_1", Account: "acct_1", Amount: amount, Group: "g", Description: "d"}))
		},
		"RetrieveTransfer": func() error { return done(api.RetrieveTransfer(ctx, "tr_1")) },
		"FindTransfers":    func() error { return done(api.FindTransfers(ctx, "g")) },
		"ReverseTransfer": func() error {
			return done(api.ReverseTransfer(ctx, payment.ReversalRequest{Ref: "rev_1", Transfer: "tr_1", Amount: amount}))
		},
		"CreatePayout": func() error {
			return done(api.CreatePayout(ctx, payment.PayoutRequest{Ref: "pyo_1", Account: "acct_1", Amount: amount, Description: "d", Statement: "OVATION"}))
		},
		"RetrievePayout": func() error { return done(api.RetrievePayout(ctx, "acct_1", "po_1")) },
		"FindPayouts":    func() error { return done(api.FindPayouts(ctx, "acct_1", start)) },
		"CancelPayout":   func() error { return done(api.CancelPayout(ctx, "acct_1", "po_1")) },
		"Refund": func() error {
			return done(api.Refund(ctx, payment.RefundRequest{Ref: "ref_1", Charge: "pi_1", Amount: amount, Reason: "requested_by_customer"}))
		},
		"RetrieveRefund":  func() error { return done(api.RetrieveRefund(ctx, "re_1")) },
		"FindRefunds":     func() error { return done(api.FindRefunds(ctx, "pi_1")) },
		"RetrieveDispute": func() error { return done(api.RetrieveDispute(ctx, "du_1")) },
		"AnswerDispute":   func() error { return done(api.AnswerDispute(ctx, "du_1", "it was used")) },
		"AcceptDispute":   func() error { return done(api.AcceptDispute(ctx, "du_1")) },
		"Balance":         func() error { return done(api.Balance(ctx, "acct_1")) },
		"Entries":         func() error { return done(api.Entries(ctx, "acct_1", start, "ch_1")) },
		"EachEntry": func() error {
			return api.EachEntry(ctx, start, func(payment.Entry) error { return nil })
		},
		"Platform":  func() error { return done(api.Platform(ctx)) },
		"Endpoints": func() error { return done(api.Endpoints(ctx)) },
		"Connect": func() error {
			_, _, err := api.Connect(ctx)
			return err
		},
		"ListEvents": func() error { return done(api.ListEvents(ctx, stripe.EventQuery{Account: "acct_1", Since: start})) },
		"ListEvents after": func() error {
			return done(api.ListEvents(ctx, stripe.EventQuery{After: "evt_1", Limit: 10}))
		},
	}
}

// TestEveryMethodIsPlayed keeps everyCall complete.
func TestEveryMethodIsPlayed(t *testing.T) {
	api, err := stripe.New(stripe.Config{SecretKey: "sk_test_123"})
	if err != nil {
		t.Fatal(err)
	}
	known := everyCall(t.Context(), api)
	for _, name := range methodsOf(api) {
		if _, ok := known[name]; !ok && name != "ParseWebhook" && name != "Live" {
			t.Errorf("everyCall does not play %s", name)
		}
	}
}
