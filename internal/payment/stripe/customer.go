package stripe

import (
	"context"

	sdk "github.com/stripe/stripe-go/v85"

	"github.com/ovationhq/ovation/internal/payment"
)

// EnsureCustomer returns Stripe's customer for a person. Asked twice within a
// day it returns the same one; keep it.
func (c *Client) EnsureCustomer(ctx context.Context, req payment.CustomerRequest) (customer string, err error) {
	if err := asked("ref", req.Ref); err != nil {
		return "", err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	p := &sdk.CustomerCreateParams{Email: optional(req.Email), Name: optional(req.Name),
		Metadata: map[string]string{refKey: req.Ref}}
	p.IdempotencyKey = key("customer", req.Ref+"/"+digest(req.Email, req.Name), 0)
	o, err := c.api.V1Customers.Create(ctx, p)
	if err != nil {
		return "", failure(err)
	}
	return o.ID, nil
}

// SavedCards lists the cards that a customer has saved, newest first.
func (c *Client) SavedCards(ctx context.Context, customer string) ([]payment.Card, error) {
	if err := asked("customer", customer); err != nil {
		return nil, err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	p := &sdk.PaymentMethodListParams{Customer: sdk.String(customer), Type: sdk.String("card")}
	p.Limit = sdk.Int64(100)
	var cards []payment.Card
	for o, err := range c.api.V1PaymentMethods.List(ctx, p).All(ctx) {
		if err != nil {
			return nil, failure(err)
		}
		cards = append(cards, *card(o))
	}
	return cards, nil
}

// DetachCard forgets a saved card; it can not be charged any more. Each try is
// an attempt of its own: done twice it is refused and harms nobody, while the
// 500 that Stripe may keep for a key would hold the card for a day.
func (c *Client) DetachCard(ctx context.Context, id string, attempt int) error {
	if err := asked("card", id); err != nil {
		return err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	p := &sdk.PaymentMethodDetachParams{}
	p.IdempotencyKey = key("detach", id, attempt)
	_, err := c.api.V1PaymentMethods.Detach(ctx, id, p)
	return failure(err)
}

// AttachCard saves a payment method with a customer. In the sandbox the
// method may be one of Stripe's test names, such as pm_card_visa.
func (c *Client) AttachCard(ctx context.Context, customer, method string, attempt int) (payment.Card, error) {
	if err := asked("customer", customer, "card", method); err != nil {
		return payment.Card{}, err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	p := &sdk.PaymentMethodAttachParams{Customer: sdk.String(customer)}
	p.IdempotencyKey = key("attach", customer+"/"+method, attempt)
	o, err := c.api.V1PaymentMethods.Attach(ctx, method, p)
	if err != nil {
		return payment.Card{}, failure(err)
	}
	return *card(o), nil
}

func card(o *sdk.PaymentMethod) *payment.Card {
	if o == nil || o.ID == "" {
		return nil
	}
	out := &payment.Card{ID: o.ID}
	if o.Card != nil {
		out.Brand, out.Last4, out.Country = string(o.Card.Brand), o.Card.Last4, o.Card.Country
		out.ExpMonth, out.ExpYear = int(o.Card.ExpMonth), int(o.Card.ExpYear)
		out.Funding, out.Fingerprint = string(o.Card.Funding), o.Card.Fingerprint
	}
	return out
}
