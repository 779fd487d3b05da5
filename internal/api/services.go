package api

import (
	"context"
	"time"

	"github.com/ovationhq/ovation/internal/casework"
	"github.com/ovationhq/ovation/internal/chat"
	"github.com/ovationhq/ovation/internal/creator"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/goal"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/live"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payment/stripe"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/purchase"
	"github.com/ovationhq/ovation/internal/reconcile"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/reversal"
	"github.com/ovationhq/ovation/internal/support"
	"github.com/ovationhq/ovation/internal/tip"
	"github.com/ovationhq/ovation/internal/webhook"
)

// Services are the products that the operations call.
type Services struct {
	People    *people.Service
	Gifts     *gift.Sender
	Purchases *purchase.Service
	Reversals *reversal.Service
	Tips      *tip.Service
	Payouts   *payout.Service
	Creators  *creator.Service
	Limits    *limit.Service
	Cases     *casework.Service
	Reader    *report.Reader
	Support   *support.Service
	Goals     *goal.Service
	Chat      *chat.Service
	Hub       *live.Hub
	Webhooks  *webhook.Service
	Work      *outbox.Runner
	Stripe    *stripe.Client
	PublicURL string

	// Catalogues schedules what can be given.
	Catalogues *gift.Publisher

	// Now is the instance's clock.
	Now func() time.Time
	// Observe takes news from the payment provider to the product concerned.
	Observe func(context.Context, payment.Event) error
	// Verify checks the books, as ovation ledger verify does.
	Verify func(context.Context) (*ledger.Report, error)
	// Reconcile compares the books with the payment provider's.
	Reconcile func(context.Context, reconcile.Ask) (reconcile.Run, error)
	// Advance moves the sandbox's clock; nil outside the sandbox, where the
	// operation does not exist.
	Advance func(context.Context, time.Duration) (time.Time, error)
	// Provider is the payment provider of a sandbox; nil outside of it.
	Provider *sandbox.Server
	// Trigger makes something happen in a sandbox, once for each key; nil
	// outside of it.
	Trigger func(ctx context.Context, key, what string) (Happening, error)
}
