package sim

import (
	"context"
	"time"

	"github.com/ovationhq/ovation/internal/payment/sandbox"
)

// The faults that a run may have of each kind at a time. A timeout costs real
// seconds, so there are few.
const mostTimeouts = 2

// failProvider makes the next calls to the provider go wrong.
func (l *life) failProvider(context.Context) (string, error) {
	f := sandbox.Fault{Mode: pick(l, []sandbox.Mode{sandbox.Before, sandbox.Before, sandbox.After, sandbox.After, sandbox.Reset, sandbox.ResetBefore, sandbox.RateLimit, sandbox.Timeout, sandbox.TimeoutBefore})}
	f.Operation = pick(l, []string{"", "POST /v1/**", "POST /v1/payment_intents", "POST /v1/transfers", "POST /v1/payouts", "GET /v1/**"})
	f.Next = 1 + l.rnd.IntN(3)
	if f.Mode == sandbox.Timeout || f.Mode == sandbox.TimeoutBefore {
		if l.timeouts++; l.timeouts > mostTimeouts {
			f.Mode = sandbox.After
		} else {
			f.Next = 1
		}
	}
	l.app.Sandbox().AddFault(f)
	return string(f.Mode), nil
}

func (l *life) recoverProvider(ctx context.Context) (string, error) {
	return "recovered", l.sweep(ctx)
}

// sweep lets the provider work again and every lost answer be asked for once
// more, which happens after 20 seconds.
func (l *life) sweep(ctx context.Context) error {
	l.app.Sandbox().ClearFaults()
	for _, step := range []time.Duration{0, 25 * time.Second, 25 * time.Second} {
		l.clk.Advance(step)
		if err := l.settle(ctx); err != nil {
			return err
		}
	}
	l.clear = l.clk.Now()
	return nil
}

// changeWebhooks lets the provider's news come in another way, or not at all.
func (l *life) changeWebhooks(context.Context) (string, error) {
	how := []struct {
		name string
		w    sandbox.Webhooks
	}{
		{"as they should", sandbox.Webhooks{}},
		{"shuffled", sandbox.Webhooks{Shuffle: true}},
		{"three times", sandbox.Webhooks{Duplicate: 2, Shuffle: true}},
		{"an hour late", sandbox.Webhooks{DelaySeconds: 3600}},
		{"never", sandbox.Webhooks{Off: true}},
	}
	h := pick(l, how)
	return h.name, l.app.Sandbox().SetWebhooks(h.w)
}
