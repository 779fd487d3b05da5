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
	"github.com/ovationhq/ovation/internal/wallet"
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

// dispute has the fan buy coins and give some away, and the bank of the card take
// the money of coins that were given back: what creators got for them is held.
func (t *trigger) dispute(ctx context.Context) error {
	if err := t.buy(ctx, 0); err != nil {
		return err
	}
	if err := t.gift(ctx); err != nil {
		return err
	}
	lot, c, err := t.given(ctx)
	if err != nil {
		return err
	}
	if err := t.buy(ctx, lot.Coins+1400); err != nil { // what the bank takes, and its fee, has to come from somewhere
		return err
	}
	subject := c.Subject
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

// given is the cheapest purchase of which coins were given and nothing went back
// yet: older coins are spent first, so that it is not the latest. Where there is
// none, more is given, until the oldest that is left is reached.
func (t *trigger) given(ctx context.Context) (lot wallet.LotState, c payment.Record, err error) {
	for range 2 {
		lots, err := report.Ask3(ctx, t.app.Reader, wallet.LotsOf, t.fan(), id.Lot(""), lotsLooked)
		if err != nil {
			return lot, c, err
		}
		found := false
		var before int64 // coins that are spent before those of the lot
		for _, l := range lots {
			if before += l.Left; id.KindOf(l.Cause) != id.KindPurchase {
				continue
			}
			r, err := report.Ask1(ctx, t.app.Reader, payment.ForSubject, l.Cause)
			if err != nil {
				return lot, c, err
			}
			switch spent := l.Coins > l.Left; {
			case r.Return() != payment.NothingBack:
			case spent && (!found || r.Amount.Units < c.Amount.Units):
				lot, c, found = l, r, true
			case !spent && !found:
				lot, c, before = l, r, 0
			}
		}
		if found {
			break
		}
		if err := t.give(ctx, before+1); err != nil && !fault.Is(err, fault.StateConflict) { // no gift is worth so much
			return lot, c, err
		}
	}
	return lot, c, nil
}

// lotsLooked is how many of the fan's lots are looked at.
const lotsLooked = 200
