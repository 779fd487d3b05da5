package app

import (
	"context"
	"errors"
	"time"

	"github.com/ovationhq/ovation/internal/reconcile"
)

// reconcileLeast is the least time between two comparisons that nobody asked
// for, by the machine's clock: a sandbox whose clock is moved by a month need not
// be compared at each hour of it.
const reconcileLeast = time.Minute

// Reconcile compares our books with the provider's. Who asks while that is under
// way for the same gets the same result; it goes on when they leave.
func (a *App) Reconcile(ctx context.Context, ask reconcile.Ask) (reconcile.Run, error) {
	key := ask.Since.String()
	if ask.Complete {
		key = "complete"
	}
	done := a.reconciling.DoChan(key, func() (any, error) {
		ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		defer cancel()
		go func() {
			select {
			case <-a.stopping:
				cancel()
			case <-ctx.Done():
			}
		}()
		r, err := a.Books.Run(ctx, ask)
		if err == nil {
			a.reconciled.Store(time.Now().UnixNano())
		}
		return r, err
	})
	select {
	case r := <-done:
		if r.Err != nil {
			return reconcile.Run{}, r.Err
		}
		return r.Val.(reconcile.Run), nil
	case <-ctx.Done():
		return reconcile.Run{}, ctx.Err()
	}
}

// pollAndReconcile asks for the news that webhooks may not have brought, and then
// compares the books: what the news have healed is no difference any more.
func (a *App) pollAndReconcile(ctx context.Context) error {
	if a.Options.Config.StripeKey == "" && a.sandbox == nil {
		return nil
	}
	polled := a.poll(ctx) // what one piece of news lacks is no reason not to compare the rest
	if last := a.reconciled.Load(); last != 0 && time.Since(time.Unix(0, last)) < reconcileLeast {
		return polled
	}
	r, err := a.Reconcile(ctx, reconcile.Ask{})
	switch {
	case err != nil && ctx.Err() != nil: // it goes on without the work
		return polled
	case err == nil && !r.OK():
		a.Log.Error("our books and the payment provider's differ", "differences", r.Problems, "see", "/op/reconcile")
	}
	return errors.Join(polled, err)
}
