package stripe

import (
	"context"
	"errors"
	"strconv"

	sdk "github.com/stripe/stripe-go/v85"

	"github.com/ovationhq/ovation/internal/payment"
)

// withMoney asks for the charge, its balance entry and the card in the same
// answer.
var withMoney = sdk.StringSlice([]string{"latest_charge.balance_transaction", "payment_method"})

// CreateCharge takes money from a saved card. A decline is a Charge with the
// outcome Failed; RequiresAction comes with the page to send the person to.
func (c *Client) CreateCharge(ctx context.Context, req payment.ChargeRequest) (payment.Charge, error) {
	amount, currency, err := outward(req.Amount)
	if err == nil {
		err = asked("ref", req.Ref, "card", req.Card)
	}
	if err != nil {
		return payment.Charge{}, err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	p := &sdk.PaymentIntentCreateParams{
		Amount: amount, Currency: currency, Confirm: sdk.Bool(true),
		Customer: optional(req.Customer), PaymentMethod: sdk.String(req.Card),
		PaymentMethodTypes: sdk.StringSlice([]string{"card"}),
		CaptureMethod:      sdk.String(string(sdk.PaymentIntentCaptureMethodAutomatic)), // Stripe's own choice, automatic_async, may answer before it knows its fee
		Description:        optional(req.Description), TransferGroup: optional(req.Group),
		StatementDescriptorSuffix: optional(req.Statement),
		Metadata:                  map[string]string{refKey: req.Ref},
		Expand:                    withMoney,
	}
	if req.OffSession {
		p.OffSession = sdk.Bool(true)
	} else {
		p.ReturnURL = optional(req.ReturnURL)
	}
	p.IdempotencyKey = key("charge", req.Ref, req.Attempt)
	o, err := c.api.V1PaymentIntents.Create(ctx, p)
	if err != nil {
		return c.declined(err, req)
	}
	return charge(o), nil
}

// declined tells a decline, which is an outcome, from an error.
func (c *Client) declined(err error, req payment.ChargeRequest) (payment.Charge, error) {
	e, ok := errors.AsType[*sdk.Error](err)
	if ok && e.Type == sdk.ErrorTypeCard && e.HTTPStatusCode == 402 {
		out := payment.Charge{Ref: req.Ref, Amount: req.Amount, Customer: req.Customer}
		if e.PaymentIntent != nil {
			out = charge(e.PaymentIntent)
		}
		out.Outcome, out.Decline = payment.Failed, decline(e)
		if out.Card == nil {
			out.Card = card(e.PaymentMethod)
		}
		return out, nil
	}
	err = failure(err)
	out := payment.Charge{Ref: req.Ref, Amount: req.Amount}
	if errors.Is(err, payment.ErrUnknown) {
		out.Outcome = payment.Unknown
	}
	return out, err
}

// RetrieveCharge returns what Stripe knows of a charge now.
func (c *Client) RetrieveCharge(ctx context.Context, id string) (payment.Charge, error) {
	if err := asked("charge", id); err != nil {
		return payment.Charge{}, err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	o, err := c.api.V1PaymentIntents.Retrieve(ctx, id, &sdk.PaymentIntentRetrieveParams{Expand: withMoney})
	if err != nil {
		return payment.Charge{}, failure(err)
	}
	return charge(o), nil
}

// CancelCharge gives up a charge that has not succeeded. One that has is an
// ErrInvalid; look it up then.
func (c *Client) CancelCharge(ctx context.Context, id string) (payment.Charge, error) {
	if err := asked("charge", id); err != nil {
		return payment.Charge{}, err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	p := &sdk.PaymentIntentCancelParams{Expand: withMoney}
	p.IdempotencyKey = key("cancel", id, 0)
	o, err := c.api.V1PaymentIntents.Cancel(ctx, id, p)
	if err != nil {
		return payment.Charge{}, failure(err)
	}
	return charge(o), nil
}

// FindCharges lists the payments of a customer, newest first: the way to find
// the outcome of a charge whose key Stripe has forgotten. Compare Ref.
func (c *Client) FindCharges(ctx context.Context, customer string, limit int) ([]payment.Charge, error) {
	if err := asked("customer", customer); err != nil {
		return nil, err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	p := &sdk.PaymentIntentListParams{Customer: sdk.String(customer)}
	p.Limit = sdk.Int64(int64(min(max(limit, 1), 100)))
	p.Single = true
	p.Expand = sdk.StringSlice([]string{"data.latest_charge.balance_transaction", "data.payment_method"})
	var found []payment.Charge
	for o, err := range c.api.V1PaymentIntents.List(ctx, p).All(ctx) {
		if err != nil {
			return nil, failure(err)
		}
		found = append(found, charge(o))
	}
	return found, nil
}

// charge reads a payment intent.
func charge(o *sdk.PaymentIntent) payment.Charge {
	out := payment.Charge{ID: o.ID, Ref: o.Metadata[refKey], Outcome: payment.Pending, Amount: inward(o.Amount, o.Currency),
		Card: card(o.PaymentMethod), CreatedAt: instant(o.Created)}
	if o.Customer != nil {
		out.Customer = o.Customer.ID
	}
	switch o.Status {
	case sdk.PaymentIntentStatusSucceeded:
		out.Outcome = payment.Succeeded
	case sdk.PaymentIntentStatusCanceled:
		out.Outcome = payment.Canceled
	case sdk.PaymentIntentStatusRequiresAction:
		out.Outcome = payment.RequiresAction
		if o.NextAction != nil && o.NextAction.RedirectToURL != nil {
			out.ActionURL = o.NextAction.RedirectToURL.URL
		}
	case sdk.PaymentIntentStatusRequiresPaymentMethod:
		if o.LastPaymentError != nil {
			out.Outcome, out.Decline = payment.Failed, decline(o.LastPaymentError)
			if out.Card == nil {
				out.Card = card(o.LastPaymentError.PaymentMethod)
			}
		}
	}
	settled(&out, o.LatestCharge)
	return out
}

// settled adds what the last attempt tells about the money. There may be no
// balance entry yet although the charge has succeeded; then Settled and Fee have
// no asset.
func settled(out *payment.Charge, ch *sdk.Charge) {
	if ch == nil {
		return
	}
	out.ChargeID, out.Disputed = ch.ID, ch.Disputed
	if ch.AmountRefunded != 0 {
		out.Refunded = inward(ch.AmountRefunded, ch.Currency)
	}
	if e := ch.BalanceTransaction; e != nil {
		out.EntryID = e.ID
		if e.Currency != "" { // expanded
			out.Settled, out.Fee = inward(e.Amount, e.Currency), inward(e.Fee, e.Currency)
			out.AvailableAt = instant(e.AvailableOn)
			if e.ExchangeRate != 0 {
				out.Rate = strconv.FormatFloat(e.ExchangeRate, 'f', -1, 64)
			}
		}
	}
}
