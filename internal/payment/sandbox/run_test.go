package sandbox

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db/dbtest"
)

// Run delivers what a request left behind, and notices that the clock moved.
func TestRun(t *testing.T) {
	arrived := make(chan string, 100)
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { arrived <- r.Header.Get("Stripe-Signature") }))
	defer hook.Close()
	clk := &clock.System{}
	s, err := New(Config{Clock: clk, WebhookURL: hook.URL})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	must(t, s, "POST", "/v1/customers", "", "name=Ada")
	<-arrived
	id := must(t, s, "POST", "/v1/checkout/sessions", "", "mode=setup&success_url=http://app.test/").str("id")
	if err := s.Advance(25 * time.Hour); err != nil {
		t.Fatal(err)
	}
	<-arrived // checkout.session.expired
	if got := must(t, s, "GET", "/v1/checkout/sessions/"+id, "", "").str("status"); got != "expired" {
		t.Errorf("the page is %s", got)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// A server with nothing to do does nothing: a Tick that changed nothing does
// not ask for the next one.
func TestRest(t *testing.T) {
	s, err := New(Config{Clock: clock.NewManual(start)})
	if err != nil {
		t.Fatal(err)
	}
	must(t, s, "POST", "/v1/customers", "", "name=Ada")
	<-s.wake
	if _, err := s.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(s.wake) != 0 {
		t.Error("a Tick without work asks for another")
	}
}

func BenchmarkCharge(b *testing.B) {
	d := dbtest.Open(b, "sqlite:"+filepath.Join(b.TempDir(), "s.db"), clock.NewManual(start), Migrations())
	s, _ := newBox(b, d)
	for b.Loop() {
		must(b, s, "POST", "/v1/payment_intents", "", "amount=1000&currency=usd&confirm=true&payment_method=pm_card_visa")
	}
}
