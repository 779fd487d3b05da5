package api

import (
	"context"
	"net"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payment/stripe"
)

// TestWebhookRefusals sends what the provider has not sent.
func TestWebhookRefusals(t *testing.T) {
	s := newShop(t)
	wantProblem(t, s.ask(t, "POST /webhooks/stripe", "", `{"id":"evt_1"}`), fault.WebhookSignatureInvalid)
	wantProblem(t, s.ask(t, "POST /webhooks/stripe", "Stripe-Signature: t=1,v1=00", "", `{"id":"evt_1"}`), fault.WebhookSignatureInvalid)
	wantProblem(t, s.ask(t, "POST /webhooks/stripe", "", strings.Repeat("x", maxWebhook+1)), fault.BodyTooLarge)
}

// TestWebhookIsNoStream sends news while the streams of its address are all
// taken, and news whose body does not arrive.
func TestWebhookIsNoStream(t *testing.T) {
	s := newShop(t)
	s.streams.place[netip.MustParsePrefix("192.0.2.1/32")] = maxStreamsOfPlace
	wantProblem(t, s.ask(t, "POST /webhooks/stripe", "", `{"id":"evt_1"}`), fault.WebhookSignatureInvalid)
	clear(s.streams.place)

	server := httptest.NewUnstartedServer(s)
	server.Config.ReadTimeout = 200 * time.Millisecond
	server.Start()
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	s.g.OK(err)
	defer conn.Close()
	_, err = conn.Write([]byte("POST /webhooks/stripe HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"))
	s.g.OK(err)
	answer := make([]byte, 12)
	if _, err := conn.Read(answer); err != nil || string(answer) != "HTTP/1.1 408" {
		t.Errorf("%s %v", answer, err)
	}
}

// TestWebhookIsReadAsItCame sends signed news with and without a length, of any
// type, to the byte.
func TestWebhookIsReadAsItCame(t *testing.T) {
	var seen []string
	s := newShop(t, func(c *Config) {
		client, err := stripe.New(stripe.Config{SecretKey: "sk_test_x", WebhookSecrets: []string{"whsec_x"}})
		if err != nil {
			t.Fatal(err)
		}
		c.Services.Stripe = client
		c.Services.Observe = func(_ context.Context, e payment.Event) error {
			seen = append(seen, e.ID)
			return nil
		}
	})
	for _, kind := range []string{"application/json", "application/json; charset=utf-8", "text/plain", ""} {
		for _, length := range []int64{0, -1} {
			payload := " {\"id\":\"evt_1\",\"object\":\"event\",\n\"type\":\"x\"} "
			r := httptest.NewRequest("POST", "/webhooks/stripe", strings.NewReader(payload))
			r.ContentLength += length * (r.ContentLength + 1)
			r.Header.Set("Content-Type", kind)
			r.Header.Set("Stripe-Signature", sandbox.Signature(s.g.Clk.Now(), []byte(payload), "whsec_x"))
			rec := httptest.NewRecorder()
			s.ServeHTTP(rec, r)
			if rec.Code != 200 {
				t.Errorf("%q with length %d: %d %s", kind, r.ContentLength, rec.Code, rec.Body)
			}
		}
	}
	if len(seen) != 8 {
		t.Errorf("%d events were seen", len(seen))
	}
}
