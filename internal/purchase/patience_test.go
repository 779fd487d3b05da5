package purchase_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payment/sandbox/sandboxtest"
)

// A provider that hangs does not use up the request's time: the answer is that
// the outcome is not known yet.
func TestPatience(t *testing.T) {
	each(t, func(s *shop) {
		for i, mode := range []sandbox.Mode{sandbox.Timeout, sandbox.TimeoutBefore} {
			s.shop.Patience = impatient
			s.fails(create, mode)
			p, err := s.shop.Buy(s.Ctx, s.request())
			s.OK(err)
			s.is(p, payment.Unknown)
			s.Later(time.Minute)
			s.is(p, payment.Succeeded)
			if n := s.charges(); n != i+1 {
				t.Errorf("%d charges", n)
			}
		}
	})
}

// leaving ends the request's context when the provider is asked, or when it has
// answered.
type leaving struct {
	base   http.RoundTripper
	leave  func()
	before bool
}

func (l *leaving) RoundTrip(r *http.Request) (*http.Response, error) {
	if l.before {
		l.leave()
	}
	res, err := l.base.RoundTrip(r)
	l.leave()
	return res, err
}

// The request ends while the provider is asked. What it did is recorded and
// told all the same.
func TestRequestEnds(t *testing.T) {
	each(t, func(s *shop) {
		for _, before := range []bool{false, true} {
			ctx, cancel := context.WithCancel(s.Ctx)
			client := sandboxtest.Client(30 * time.Second)
			client.Transport = &leaving{base: client.Transport, leave: cancel, before: before}
			s.connect(client)
			p, err := s.shop.Buy(ctx, s.request())
			s.OK(err)
			s.is(p, payment.Succeeded)
			cancel()
		}
	})
}
