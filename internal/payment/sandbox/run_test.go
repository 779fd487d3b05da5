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

func BenchmarkCharge(b *testing.B) {
	d := dbtest.Open(b, "sqlite:"+filepath.Join(b.TempDir(), "s.db"), clock.NewManual(start), Migrations())
	s, _ := newBox(b, d)
	for b.Loop() {
		must(b, s, "POST", "/v1/payment_intents", "", "amount=1000&currency=usd&confirm=true&payment_method=pm_card_visa")
	}
}
