package stripe

import (
	"context"

	sdk "github.com/stripe/stripe-go/v85"

	"github.com/ovationhq/ovation/internal/payment"
)

// withEntry asks for what the refund took of our balance, and what came back of it,
// in the same answer.
var withEntry = sdk.StringSlice([]string{"balance_transaction", "failure_balance_transaction"})

// Refund gives a charge back, or a part of it.
func (c *Client) Refund(ctx context.Context, req payment.RefundRequest) (payment.Refund, error) {
	amount, _, err := outward(req.Amount)
	if err == nil {
		err = asked("ref", req.Ref, "charge", req.Charge)
	}
	if err != nil {
		return payment.Refund{}, err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	p := &sdk.RefundCreateParams{PaymentIntent: sdk.String(req.Charge), Amount: amount, Reason: optional(req.Reason),
		Metadata: map[string]string{refKey: req.Ref}}
	p.Expand = withEntry
	p.IdempotencyKey = key("refund", req.Ref, req.Attempt)
	o, err := c.api.V1Refunds.Create(ctx, p)
	if err != nil {
		return payment.Refund{}, failure(err)
	}
	return refund(o), nil
}

// RetrieveRefund returns what Stripe knows of a refund now.
func (c *Client) RetrieveRefund(ctx context.Context, id string) (payment.Refund, error) {
	if err := asked("refund", id); err != nil {
		return payment.Refund{}, err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	o, err := c.api.V1Refunds.Retrieve(ctx, id, &sdk.RefundRetrieveParams{Expand: withEntry})
	if err != nil {
		return payment.Refund{}, failure(err)
	}
	return refund(o), nil
}

// FindRefunds lists the refunds of a charge, newest first.
func (c *Client) FindRefunds(ctx context.Context, chargeID string) ([]payment.Refund, error) {
	if err := asked("charge", chargeID); err != nil {
		return nil, err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	p := &sdk.RefundListParams{PaymentIntent: sdk.String(chargeID)}
	p.Limit = sdk.Int64(100)
	p.Expand = sdk.StringSlice([]string{"data.balance_transaction", "data.failure_balance_transaction"})
	var found []payment.Refund
	for o, err := range c.api.V1Refunds.List(ctx, p).All(ctx) {
		if err != nil {
			return nil, failure(err)
		}
		found = append(found, refund(o))
	}
	return found, nil
}

func refund(o *sdk.Refund) payment.Refund {
	out := payment.Refund{ID: o.ID, Ref: o.Metadata[refKey], Amount: inward(o.Amount, o.Currency), Outcome: payment.Pending,
		Reason: string(o.Reason), CreatedAt: instant(o.Created)}
	switch o.Status {
	case sdk.RefundStatusSucceeded:
		out.Outcome = payment.Succeeded
	case sdk.RefundStatusFailed:
		out.Outcome, out.Reason = payment.Failed, string(o.FailureReason)
	case sdk.RefundStatusCanceled:
		out.Outcome = payment.Canceled
	case sdk.RefundStatusRequiresAction:
		out.Outcome = payment.RequiresAction
	}
	if o.PaymentIntent != nil {
		out.Charge = o.PaymentIntent.ID
	}
	if e := o.BalanceTransaction; e != nil {
		out.EntryID = e.ID
		if e.Currency != "" { // expanded
			out.Settled = inward(-e.Amount, e.Currency)
		}
	}
	if e := o.FailureBalanceTransaction; e != nil && e.Currency != "" {
		out.Back = inward(e.Amount, e.Currency)
	}
	return out
}
