package app

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/reversal"
	"github.com/ovationhq/ovation/internal/web"
)

// latest is the fan's newest purchase, which a step before has made.
func (t *trigger) latest() string {
	for i := len(t.steps) - 1; i >= 0; i-- {
		if t.steps[i].What == "bought" {
			return t.steps[i].ID
		}
	}
	return ""
}

// refund has the fan buy coins, and an operator give all of them back.
func (t *trigger) refund(ctx context.Context) error {
	if err := t.buy(ctx, 0); err != nil {
		return err
	}
	r, err := t.app.Reversals.Refund(ctx, people.Console(), reversal.Request{Key: t.call(), Subject: t.latest(), Reason: reversal.Goodwill, Note: "made to happen in the sandbox"})
	if err != nil {
		return err
	}
	t.note(web.HappeningStep{What: "refunded", ID: r.ID, Amount: r.Amount})
	return nil
}

// dispute has the fan buy coins and give one away, and the bank of the card take
// the money back.
func (t *trigger) dispute(ctx context.Context) error {
	if err := t.buy(ctx, 1400); err != nil { // what the bank takes for it has to come from somewhere
		return err
	}
	if err := t.buy(ctx, 0); err != nil {
		return err
	}
	if err := t.gift(ctx); err != nil {
		return err
	}
	subject := t.latest()
	c, err := report.Ask1(ctx, t.app.Reader, payment.ForSubject, subject)
	if err != nil {
		return err
	}
	provider, err := t.app.sandbox.server.Dispute(c.Provider, "fraudulent", 0, false)
	if err != nil {
		return err
	}
	if _, err := t.app.Reversals.Observe(ctx, payment.Event{ID: "evt_trigger_" + provider, Object: "dispute", ObjectID: provider}); err != nil {
		return err
	}
	all, err := report.Ask(ctx, t.app.Reader, func(ctx context.Context, tx *db.Tx) ([]reversal.Reversal, error) {
		return reversal.List(ctx, tx, reversal.Query{Kind: id.KindDispute, Subject: subject, Limit: 1})
	})
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return fault.New(fault.StateConflict, "The provider has opened the dispute, and its news is not here yet. Look at /op/disputes in a moment.")
	}
	t.note(web.HappeningStep{What: "disputed", ID: all[0].ID, Amount: all[0].Amount})
	return nil
}
