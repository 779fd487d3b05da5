package api

import (
	"net"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
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
