package sim

import (
	"context"
	"errors"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payout"
)

func (l *life) withdraw(ctx context.Context) (string, error) {
	r := payout.Request{Key: l.key("payout"), Creator: pick(l, l.creators).id}
	if l.rnd.IntN(3) > 0 {
		r.Amount = 100 + int64(l.rnd.IntN(900))
	}
	p, err := l.app.Payouts.Withdraw(ctx, r)
	if err != nil {
		return "", err
	}
	l.payouts = remember(l, l.payouts, requestedPayout{r, p.ID})
	return string(p.State), nil
}

func (l *life) withdrawAgain(ctx context.Context) (string, error) {
	if len(l.payouts) == 0 {
		return nothing, nil
	}
	was := pick(l, l.payouts)
	p, err := l.app.Payouts.Withdraw(ctx, was.request)
	if err != nil || p.ID != was.id || !p.Replayed {
		l.differ("the key %s made the payout %s, and now %s: %v", was.request.Key, was.id, p.ID, err)
	}
	return "replayed", err
}

func (l *life) cancel(ctx context.Context) (string, error) {
	if len(l.payouts) == 0 {
		return nothing, nil
	}
	p, err := l.app.Payouts.Cancel(ctx, pick(l, l.payouts).id)
	return string(p.State), err
}

// bounce lets the bank send back a payout that it has or had.
func (l *life) bounce(ctx context.Context) (string, error) {
	if len(l.payouts) == 0 {
		return nothing, nil
	}
	was := pick(l, l.payouts)
	var p payout.Payout
	err := l.app.DB.Read(ctx, func(tx *db.Tx) (err error) {
		p, err = payout.Get(ctx, tx, was.id)
		return err
	})
	if err != nil || p.ProviderPayout == "" || p.State == payout.Returned || p.State == payout.Returning {
		return nothing, err
	}
	code := pick(l, []string{"no_account", "account_closed", "could_not_process"})
	if err := l.app.Sandbox().Bounce(p.ProviderPayout, code); err != nil {
		return "the bank would not", nil //nolint:nilerr // it has the payout back already
	}
	return string(p.State), nil
}

// newBank gives a creator another bank account, sometimes one that fails.
func (l *life) newBank(ctx context.Context) (string, error) {
	bank := pick(l, []string{"000123456789", "000123456789", "000123456789", "000111111116", "000111111113"})
	return bank, l.onboard(ctx, pick(l, l.creators), bank)
}

// refusedByProvider reports an error of the provider, which a person would
// see as a problem and try again.
func refusedByProvider(err error) bool {
	_, ok := errors.AsType[*payment.Error](err)
	return ok
}
