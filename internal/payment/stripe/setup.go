package stripe

import (
	"context"
	"errors"
	"slices"
	"time"

	sdk "github.com/stripe/stripe-go/v85"

	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
)

// Events are the types of news that Ovation acts on. A webhook endpoint of the
// platform has to have those that are its own, and one for connected accounts
// the others.
var Events = []string{
	"charge.dispute.closed", "charge.dispute.created", "charge.dispute.funds_reinstated", "charge.dispute.funds_withdrawn", "charge.dispute.updated",
	"charge.refund.updated", "charge.refunded", "charge.updated",
	"checkout.session.async_payment_failed", "checkout.session.async_payment_succeeded", "checkout.session.completed", "checkout.session.expired",
	"payment_intent.canceled", "payment_intent.payment_failed", "payment_intent.processing", "payment_intent.requires_action", "payment_intent.succeeded",
	"refund.created", "refund.failed", "refund.updated",
}

// ConnectedEvents are those that happen in the accounts of creators: an endpoint
// gets them that was made for connected accounts.
var ConnectedEvents = []string{"account.application.deauthorized", "account.updated", "payout.canceled", "payout.created", "payout.failed", "payout.paid", "payout.updated"}

// Platform is our own account at Stripe.
type Platform struct {
	ID              string
	Country         string
	Currency        money.Asset // of the balance
	ChargesEnabled  bool
	PayoutsEnabled  bool
	DetailsComplete bool
	Due             []string
	DisabledReason  string
	At              time.Time // Stripe's clock; zero if it was not told
}

// Platform returns our own account.
func (c *Client) Platform(ctx context.Context) (Platform, error) {
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	o, err := c.api.V1Accounts.Retrieve(ctx, &sdk.AccountRetrieveParams{})
	if err != nil {
		return Platform{}, failure(err)
	}
	p := Platform{ID: o.ID, Country: o.Country, Currency: inward(0, o.DefaultCurrency).Asset, ChargesEnabled: o.ChargesEnabled, PayoutsEnabled: o.PayoutsEnabled, DetailsComplete: o.DetailsSubmitted}
	if r := o.Requirements; r != nil {
		p.Due, p.DisabledReason = slices.Concat(r.PastDue, r.CurrentlyDue), string(r.DisabledReason)
	}
	if o.LastResponse != nil {
		if at, err := time.Parse(time.RFC1123, o.LastResponse.Header.Get("Date")); err == nil {
			p.At = at
		}
	}
	return p, nil
}

// Endpoint is an address to which Stripe sends events.
type Endpoint struct {
	ID        string
	URL       string
	Version   string // of the API in which the events are written; "" is the account's own
	Enabled   bool
	Connected bool // it gets the events of connected accounts
	Events    []string
}

// Has reports whether the endpoint gets the event.
func (e *Endpoint) Has(event string) bool {
	return slices.Contains(e.Events, "*") || slices.Contains(e.Events, event)
}

// Endpoints lists the webhook endpoints of our account.
func (c *Client) Endpoints(ctx context.Context) ([]Endpoint, error) {
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	p := &sdk.WebhookEndpointListParams{}
	p.Limit = sdk.Int64(100)
	var all []Endpoint
	for o, err := range c.api.V1WebhookEndpoints.List(ctx, p).All(ctx) {
		if err != nil {
			return nil, failure(err)
		}
		all = append(all, Endpoint{ID: o.ID, URL: o.URL, Version: o.APIVersion, Enabled: o.Status == "enabled", Connected: o.Application != "", Events: o.EnabledEvents})
	}
	return all, nil
}

// Connect reports whether our account may have connected accounts, and which of
// the newest hundred pay out by a schedule of Stripe's instead of on our request.
func (c *Client) Connect(ctx context.Context) (enabled bool, automatic []string, err error) {
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	p := &sdk.AccountListParams{}
	p.Limit = sdk.Int64(100)
	n := 0
	for o, err := range c.api.V1Accounts.List(ctx, p).All(ctx) {
		if err != nil {
			err = failure(err)
			if e, ok := errors.AsType[*payment.Error](err); ok && (e.Kind == payment.ErrInvalid || e.Kind == payment.ErrConfig) {
				return false, nil, nil
			}
			return false, nil, err
		}
		if s := o.Settings; s != nil && s.Payouts != nil && s.Payouts.Schedule != nil && s.Payouts.Schedule.Interval != "manual" {
			automatic = append(automatic, o.ID)
		}
		if n++; n == 100 {
			break
		}
	}
	return true, automatic, nil
}
