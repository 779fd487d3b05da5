package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/goal"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/collect"
	"github.com/ovationhq/ovation/internal/payment/stripe"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/reversal"
	"github.com/ovationhq/ovation/internal/webhook"
)

// How often the work that recurs is done. The healers of money on its way come
// round soon, because nobody else notices what they find.
const (
	addUpEvery  = time.Minute
	verifyEvery = time.Hour
	verifyLeast = time.Minute // by the machine's clock
	pollEvery   = time.Hour
	sweepEvery  = 10 * time.Minute
)

// sendersAtOnce is how many webhook endpoints are sent to beside each other: as
// many as there may be, so that one that hangs holds up no other.
const sendersAtOnce = 64

// register tells the runner how each kind of due work is done.
func (a *App) register() {
	a.Runner.Inside(gift.WorkCombo, func(ctx context.Context, tx *db.Tx, key string) (int64, error) {
		return gift.RunCombo(ctx, tx, id.Combo(key))
	})
	a.Runner.Inside(earnings.WorkMature, func(ctx context.Context, tx *db.Tx, key string) (int64, error) {
		return earnings.RunMature(ctx, tx, id.Earning(key))
	})
	a.Runner.Inside(goal.WorkEnd, func(ctx context.Context, tx *db.Tx, key string) (int64, error) {
		return goal.RunEnd(ctx, tx, id.Goal(key))
	})
	a.Runner.Inside(limit.WorkApply, func(ctx context.Context, tx *db.Tx, key string) (int64, error) {
		return limit.RunApply(ctx, tx, id.Person(key))
	})
	a.Runner.Outside(collect.WorkSettle, a.patient(collect.WorkSettle, func(ctx context.Context, key string) (time.Duration, error) {
		return a.Collect.Settle(ctx, id.Payment(key))
	}))
	a.Runner.Outside(reversal.WorkDrive, a.patient(reversal.WorkDrive, a.Reversals.Drive))
	a.Runner.Outside(payout.WorkDrive, a.patient(payout.WorkDrive, func(ctx context.Context, key string) (time.Duration, error) {
		return a.Payouts.Drive(ctx, id.Payout(key))
	}))
	a.Runner.Brief(collect.WorkSettle)
	a.Runner.Brief(payout.WorkDrive)
	a.Runner.Brief(reversal.WorkDrive)
	a.Runner.Inside(payout.WorkMonthly, func(ctx context.Context, tx *db.Tx, key string) (int64, error) {
		return payout.RunMonthly(ctx, tx, id.Person(key))
	})
	a.Runner.Every("payout.plan", time.Hour, a.Payouts.Plan)
	a.Runner.Every("payout.recheck", time.Hour, a.recheck)
	a.Senders.Beside(sendersAtOnce)
	a.Senders.Drive(webhook.WorkDrive, a.Webhooks.Drive)
	a.Runner.Every("webhook.sweep", time.Hour, a.Webhooks.Sweep)
	a.Runner.Every("earning.add_up", addUpEvery, func(ctx context.Context) error { return earnings.AddUp(ctx, a.DB) })
	a.Runner.Every(workVerify, verifyEvery, a.verifyAlone)
	a.Runner.Revived = revived
	a.Runner.Every("programme.recheck", time.Hour, a.Creators.Recheck)
	a.Runner.Every("payment.poll", pollEvery, a.pollAndReconcile)
	a.Runner.Every("payment.sweep", sweepEvery, a.sweep)
	a.Runner.Every("people.sweep", 24*time.Hour, func(ctx context.Context) error {
		return a.DB.Write(ctx, func(tx *db.Tx) error { return people.Sweep(ctx, tx) })
	})
}

// workVerify is the kind of the work that checks the books.
const workVerify = "ledger.verify"

// verifyAlone checks the books when nobody asks. The work may take longer than
// work may: then the check goes on without it. A sandbox whose clock is moved by
// a month need not be checked each hour of it.
func (a *App) verifyAlone(ctx context.Context) error {
	if v := a.verified.Load(); v != nil && time.Since(v.at) < verifyLeast {
		return nil
	}
	r, err := a.Verify(ctx)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil
	case err == nil && !r.OK():
		a.Log.Error("the books are not right", "problems", len(r.Findings)+r.Hidden, "first", r.Findings[0].Rule, "where", r.Findings[0].Where)
	}
	return err
}

// verifySoon plans the first check of books that were never checked.
func (a *App) verifySoon(ctx context.Context) error {
	return a.DB.Write(ctx, func(tx *db.Tx) error {
		before, err := ledger.Verifications(ctx, tx, 1)
		if err != nil || len(before) > 0 {
			return err
		}
		return outbox.Schedule(ctx, tx, outbox.Work{Kind: workVerify, Key: outbox.KeyEvery, DueUS: tx.NowUS(), Move: true})
	})
}

// revived writes down who has given-up work tried again.
func revived(ctx context.Context, tx *db.Tx, failed outbox.Planned) error {
	return audit.Record(ctx, tx, audit.Act{Origin: audit.Of(ctx), Verb: "work.revive", Subject: failed.Kind + " " + failed.Key, Changed: map[string]any{"attempts": failed.Attempts}})
}

// patient logs an error that comes with the time of the next try, instead of
// counting it as a failure: money on its way is not given up after so many
// refusals of the provider.
func (a *App) patient(kind string, f outbox.Outside) outbox.Outside {
	return func(ctx context.Context, key string) (time.Duration, error) {
		again, err := f(ctx, key)
		if err != nil && again > 0 {
			a.Log.Warn("the payment provider refuses, and is asked again", "kind", kind, "key", key, "in", again.String(), "error", err)
			err = nil
		}
		return again, err
	}
}

// Observe takes news from the payment provider to the product that they are
// about. News that have no effect are left for a product that may want them
// later: nothing is noted of them.
func (a *App) Observe(ctx context.Context, ev payment.Event) error {
	handled, err := a.observe(ctx, ev)
	if !handled && err == nil {
		a.Log.Info("news from the payment provider without effect", "type", ev.Type, "event", ev.ID, "object", ev.ObjectID)
	}
	return err
}

func (a *App) observe(ctx context.Context, ev payment.Event) (handled bool, err error) {
	for _, observe := range []func(context.Context, payment.Event) (bool, error){a.Collect.Observe, a.Reversals.Observe, a.Payouts.Observe} {
		if handled, err := observe(ctx, ev); handled || err != nil {
			return handled, err
		}
	}
	return false, nil
}

// recheck asks the provider about the payout accounts that were not in order.
func (a *App) recheck(ctx context.Context) error {
	if a.Options.Config.StripeKey == "" && a.sandbox == nil {
		return nil
	}
	return a.Payouts.Recheck(ctx)
}

// sweep has all money looked after that is on its way.
func (a *App) sweep(ctx context.Context) error {
	charges, err := a.Collect.Sweep(ctx)
	payouts, err2 := a.Payouts.Sweep(ctx)
	reversals, err3 := a.Reversals.Sweep(ctx)
	if charges+payouts+reversals > 0 {
		a.Log.Warn("money was on its way with nobody to look after it; its work is planned again", "charges", charges, "payouts", payouts, "refunds and disputes", reversals)
	}
	return errors.Join(err, err2, err3)
}

// How far back the poller looks: to where all news were taken, and a while further,
// so that nothing falls between two looks. The provider keeps news for 30 days.
const (
	pollBack    = 72 * time.Hour
	pollOverlap = time.Hour
	pollMost    = 30 * 24 * time.Hour
)

// mostAccounts bounds the creators' accounts that one poll asks for news. If
// there are more they take turns; each payout is looked at daily besides.
const mostAccounts = 200

// poll asks the provider for the news that webhooks may not have brought, its
// own and those of the creators' accounts. What goes wrong with one of them
// does not keep the others.
func (a *App) poll(ctx context.Context) error {
	accounts, err := a.Payouts.Watched(ctx)
	if err != nil {
		return err
	}
	var all error
	for _, account := range append([]string{""}, turn(accounts, mostAccounts, int(a.time.Now().Unix()/int64(pollEvery/time.Second)))...) {
		if err := a.pollOne(ctx, account); err != nil {
			all = errors.Join(all, err)
		}
	}
	return all
}

// turn returns the most of the list whose turn it is in the round, or all of a
// short list.
func turn(list []string, most, round int) []string {
	if len(list) <= most {
		return list
	}
	from := max(round, 0) * most % len(list)
	return append(append([]string{}, list...), list...)[from : from+most]
}

// pollOne asks for the news of one account; "" is our own.
func (a *App) pollOne(ctx context.Context, account string) error {
	now := a.time.Now()
	since, err := a.pollSince(ctx, account, now)
	if err != nil {
		return err
	}
	events, err := a.Stripe.ListEvents(ctx, stripe.EventQuery{Account: account, Since: since})
	if err != nil {
		return fmt.Errorf("asking for the news of account %q: %w", account, err)
	}
	err = a.DB.Read(ctx, func(tx *db.Tx) (err error) {
		events, err = payment.Unnoted(ctx, tx, events)
		return err
	})
	if err != nil {
		return err
	}
	var all error
	for _, ev := range events {
		if _, err := a.observe(ctx, ev); err != nil {
			all = errors.Join(all, fmt.Errorf("the news %s (%s): %w", ev.ID, ev.Type, err))
		}
	}
	if all != nil {
		return all
	}
	return a.DB.Write(ctx, func(tx *db.Tx) error { return payment.KeepPoll(ctx, tx, account, now.UnixMicro()) })
}

// pollSince is from when on the account is asked for news. Of one that was never
// asked it is all that the provider keeps.
func (a *App) pollSince(ctx context.Context, account string, now time.Time) (time.Time, error) {
	var last int64
	err := a.DB.Read(ctx, func(tx *db.Tx) (err error) {
		last, err = payment.Polled(ctx, tx, account)
		return err
	})
	back := max(pollBack, now.Sub(time.UnixMicro(last))+pollOverlap)
	return now.Add(-min(back, pollMost)), err
}
