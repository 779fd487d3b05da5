package reversal

import (
	"context"
	"errors"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/wallet"
)

// Offer is what a person could have given back of a purchase now.
type Offer struct {
	Amount  money.Amount
	Coins   int64 // that were not spent
	UntilUS int64 // when the right to it ends
}

// OfferFor returns what of the purchase its buyer can have given back, or the fault
// with which Refund would refuse it.
func OfferFor(ctx context.Context, tx *db.Tx, person id.Person, purchase id.Purchase) (o Offer, err error) {
	c, err := payment.ForSubject(ctx, tx, string(purchase))
	if err == nil && c.Person != person {
		err = fault.New(fault.NotFound, "There is no such payment.")
	}
	if err != nil {
		return o, err
	}
	rule, err := ruleOf(ctx, tx, person)
	if err != nil {
		return o, err
	}
	if err := entitled(tx, &rule, &c); err != nil {
		return o, err
	}
	units, err := refundable(ctx, tx, &c, &Request{Subject: string(purchase), own: true})
	if err != nil {
		return o, err
	}
	lot, _, err := wallet.LotFor(ctx, tx, string(purchase))
	return Offer{Amount: c.Amount.Of(units), Coins: lot.CoinsWorth(units), UntilUS: rule.until(c.CreatedUS).UnixMicro()}, err
}

// Preview is what a refund would take from whom. Nothing is held by it.
type Preview struct {
	Charge payment.Record
	Amount money.Amount
	Coins  int64           // that were not spent, and would leave the wallet
	Spent  int64           // coins that were spent
	Gifts  int64           // for which they were given
	Claws  []earnings.Claw // what creators would lose, and what the reserve would bear
	Second bool            // another operator has to agree
}

// PreviewOf returns what the request of an operator would take, or the fault with
// which Refund would refuse it.
func PreviewOf(ctx context.Context, tx *db.Tx, q Request) (p Preview, err error) {
	if q.Units < 0 {
		return p, fault.New(fault.AmountOutOfRange, "A refund is of 1 or more, or left out for all that can be given back.")
	}
	if p.Charge, err = payment.ForSubject(ctx, tx, q.Subject); err != nil {
		return p, err
	}
	rule, err := ruleOf(ctx, tx, p.Charge.Person)
	if err != nil {
		return p, err
	}
	units, err := refundable(ctx, tx, &p.Charge, &q)
	if err != nil {
		return p, err
	}
	p.Amount = p.Charge.Amount.Of(units)
	if p.Second, err = needsSecond(ctx, tx, &rule, p.Charge.Person, p.Charge.Subject, p.Amount); err != nil {
		return p, err
	}
	plan, err := planOf(ctx, tx, &p.Charge, units)
	if errors.Is(err, errNotBooked) {
		return p, fault.Wrap(err, fault.StateConflict, "The payment provider has not told yet what came of the payment. Try again in a few minutes; nothing was refunded.")
	}
	if err != nil {
		return p, err
	}
	p.Coins, p.Spent, p.Gifts = plan.coins, plan.spent, int64(len(plan.parts))
	for _, claim := range plan.claims {
		c, err := weigh(ctx, tx, claim)
		if err != nil {
			return p, err
		}
		p.Claws = append(p.Claws, c)
	}
	return p, nil
}
