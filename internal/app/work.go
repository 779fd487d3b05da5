package app

import (
	"context"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/stripe"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/purchase"
)

// register tells the runner how each kind of due work is done.
func (a *App) register() {
	a.Runner.Inside(gift.WorkCombo, func(ctx context.Context, tx *db.Tx, key string) (int64, error) {
		return gift.RunCombo(ctx, tx, id.Combo(key))
	})
	a.Runner.Inside(earnings.WorkMature, func(ctx context.Context, tx *db.Tx, key string) (int64, error) {
		return 0, earnings.Mature(ctx, tx, id.Earning(key))
	})
	a.Runner.Outside(purchase.WorkSettle, func(ctx context.Context, key string) (time.Duration, error) {
		return a.Purchases.Settle(ctx, id.Payment(key))
	})
	a.Runner.Outside(payout.WorkDrive, func(ctx context.Context, key string) (time.Duration, error) {
		return a.Payouts.Drive(ctx, id.Payout(key))
	})
	a.Runner.Every("programme.recheck", time.Hour, a.Creators.Recheck)
	a.Runner.Every("payment.poll", time.Hour, a.poll)
	a.Runner.Every("people.sweep", 24*time.Hour, func(ctx context.Context) error {
		return a.DB.Write(ctx, func(tx *db.Tx) error { return people.Sweep(ctx, tx) })
	})
}

// Observe takes news from the payment provider to the product that they are
// about.
func (a *App) Observe(ctx context.Context, ev payment.Event) error {
	for _, observe := range []func(context.Context, payment.Event) (bool, error){a.Purchases.Observe, a.Payouts.Observe} {
		if handled, err := observe(ctx, ev); handled || err != nil {
			return err
		}
	}
	return nil
}

// pollBack is how far back the poller looks: longer than its interval, so that
// nothing falls between two looks.
const pollBack = 72 * time.Hour

// poll asks the provider for the news that webhooks may not have brought.
func (a *App) poll(ctx context.Context) error {
	if a.Options.Config.StripeKey == "" && a.sandbox == nil {
		return nil
	}
	events, err := a.Stripe.ListEvents(ctx, stripe.EventQuery{Since: a.time.Now().Add(-pollBack)})
	if err != nil {
		return err
	}
	for _, ev := range events {
		if err := a.Observe(ctx, ev); err != nil {
			return err
		}
	}
	return nil
}
