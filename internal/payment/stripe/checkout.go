package stripe

import (
	"context"

	sdk "github.com/stripe/stripe-go/v85"

	"github.com/ovationhq/ovation/internal/payment"
)

// CreateCheckout makes a page on which the person pays, or saves a card.
// "{CHECKOUT_SESSION_ID}" in SuccessURL becomes the page's id.
func (c *Client) CreateCheckout(ctx context.Context, req payment.CheckoutRequest) (payment.Checkout, error) {
	if err := asked("ref", req.Ref, "success_url", req.SuccessURL); err != nil {
		return payment.Checkout{}, err
	}
	ref := map[string]string{refKey: req.Ref}
	p := &sdk.CheckoutSessionCreateParams{ClientReferenceID: sdk.String(req.Ref), Metadata: ref,
		Customer: optional(req.Customer), SuccessURL: sdk.String(req.SuccessURL), CancelURL: optional(req.CancelURL),
		PaymentMethodTypes: sdk.StringSlice([]string{"card"})}
	if !req.ExpiresAt.IsZero() {
		p.ExpiresAt = sdk.Int64(req.ExpiresAt.Unix())
	}
	if req.SaveOnly {
		p.Mode = sdk.String(string(sdk.CheckoutSessionModeSetup))
		p.SetupIntentData = &sdk.CheckoutSessionCreateSetupIntentDataParams{Metadata: ref}
	} else if err := payPage(p, req, ref); err != nil {
		return payment.Checkout{}, err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	p.IdempotencyKey = key("checkout", req.Ref, req.Attempt)
	o, err := c.api.V1CheckoutSessions.Create(ctx, p)
	if err != nil {
		return payment.Checkout{}, failure(err)
	}
	return checkout(o), nil
}

// payPage fills in what a page with a payment needs.
func payPage(p *sdk.CheckoutSessionCreateParams, req payment.CheckoutRequest, ref map[string]string) error {
	amount, currency, err := outward(req.Amount)
	if err == nil {
		err = asked("description", req.Description)
	}
	if err != nil {
		return err
	}
	p.Mode = sdk.String(string(sdk.CheckoutSessionModePayment))
	p.LineItems = []*sdk.CheckoutSessionCreateLineItemParams{{Quantity: sdk.Int64(1),
		PriceData: &sdk.CheckoutSessionCreateLineItemPriceDataParams{Currency: currency, UnitAmount: amount,
			ProductData: &sdk.CheckoutSessionCreateLineItemPriceDataProductDataParams{Name: sdk.String(req.Description)}}}}
	p.PaymentIntentData = &sdk.CheckoutSessionCreatePaymentIntentDataParams{Metadata: ref,
		Description: sdk.String(req.Description), TransferGroup: optional(req.Group)}
	if req.SaveCard {
		p.PaymentIntentData.SetupFutureUsage = sdk.String("off_session")
	}
	return nil
}

// RetrieveCheckout returns what Stripe knows of a page now.
func (c *Client) RetrieveCheckout(ctx context.Context, id string) (payment.Checkout, error) {
	if err := asked("checkout", id); err != nil {
		return payment.Checkout{}, err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	o, err := c.api.V1CheckoutSessions.Retrieve(ctx, id, &sdk.CheckoutSessionRetrieveParams{})
	if err != nil {
		return payment.Checkout{}, failure(err)
	}
	return checkout(o), nil
}

// ExpireCheckout closes a page, so that nobody pays on it any more.
func (c *Client) ExpireCheckout(ctx context.Context, id string) (payment.Checkout, error) {
	if err := asked("checkout", id); err != nil {
		return payment.Checkout{}, err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	p := &sdk.CheckoutSessionExpireParams{}
	p.IdempotencyKey = key("expire", id, 0)
	o, err := c.api.V1CheckoutSessions.Expire(ctx, id, p)
	if err != nil {
		return payment.Checkout{}, failure(err)
	}
	return checkout(o), nil
}

func checkout(o *sdk.CheckoutSession) payment.Checkout {
	out := payment.Checkout{ID: o.ID, Ref: o.Metadata[refKey], URL: o.URL, Outcome: payment.Pending, ExpiresAt: instant(o.ExpiresAt)}
	switch {
	case o.Status == sdk.CheckoutSessionStatusExpired:
		out.Outcome = payment.Canceled
	case o.Status == sdk.CheckoutSessionStatusComplete && o.PaymentStatus != sdk.CheckoutSessionPaymentStatusUnpaid:
		out.Outcome = payment.Succeeded
	}
	if o.Customer != nil {
		out.Customer = o.Customer.ID
	}
	if o.PaymentIntent != nil {
		out.ChargeID = o.PaymentIntent.ID
	}
	return out
}
