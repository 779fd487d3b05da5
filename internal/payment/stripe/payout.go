package stripe

import (
	"context"
	"net/http"
	"time"

	sdk "github.com/stripe/stripe-go/v85"

	"github.com/ovationhq/ovation/internal/payment"
)

// CreatePayout sends money from a creator's account to the creator's bank.
func (c *Client) CreatePayout(ctx context.Context, req payment.PayoutRequest) (payment.Payout, error) {
	amount, currency, err := outward(req.Amount)
	if err == nil {
		err = asked("ref", req.Ref, "account", req.Account)
	}
	if err != nil {
		return payment.Payout{}, err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	p := &sdk.PayoutCreateParams{Amount: amount, Currency: currency, Description: optional(req.Description),
		StatementDescriptor: optional(req.Statement), Metadata: map[string]string{refKey: req.Ref}}
	p.SetStripeAccount(req.Account)
	p.IdempotencyKey = key("payout", req.Ref, req.Attempt)
	o, err := c.api.V1Payouts.Create(ctx, p)
	if err != nil {
		return payment.Payout{}, failure(err)
	}
	return payout(o, req.Account), nil
}

// RetrievePayout returns what Stripe knows of a payout of the account now.
func (c *Client) RetrievePayout(ctx context.Context, accountID, id string) (payment.Payout, error) {
	if err := asked("account", accountID, "payout", id); err != nil {
		return payment.Payout{}, err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	p := &sdk.PayoutRetrieveParams{}
	p.SetStripeAccount(accountID)
	o, err := c.api.V1Payouts.Retrieve(ctx, id, p)
	if err != nil {
		return payment.Payout{}, failure(err)
	}
	return payout(o, accountID), nil
}

// FindPayouts lists the payouts of an account since a moment, newest first:
// the way to find the outcome of one whose key Stripe has forgotten. Compare
// Ref.
func (c *Client) FindPayouts(ctx context.Context, accountID string, since time.Time) ([]payment.Payout, error) {
	if err := asked("account", accountID); err != nil {
		return nil, err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	p := &sdk.PayoutListParams{CreatedRange: &sdk.RangeQueryParams{GreaterThanOrEqual: since.Unix()}}
	p.SetStripeAccount(accountID)
	p.Limit = sdk.Int64(100)
	var found []payment.Payout
	for o, err := range c.api.V1Payouts.List(ctx, p).All(ctx) {
		if err != nil {
			return nil, failure(err)
		}
		found = append(found, payout(o, accountID))
	}
	return found, nil
}

// CancelPayout stops a payout that was not handed to the bank yet.
func (c *Client) CancelPayout(ctx context.Context, accountID, id string) (payment.Payout, error) {
	if err := asked("account", accountID, "payout", id); err != nil {
		return payment.Payout{}, err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	p := &sdk.PayoutCancelParams{}
	p.SetStripeAccount(accountID)
	p.IdempotencyKey = key("cancel", id, 0)
	// The library's V1Payouts.Cancel (v85.0.0) posts to /v1/topups, so the
	// call is made one level below it.
	p.Context = ctx
	o := &sdk.Payout{}
	if err := c.backend.Call(http.MethodPost, sdk.FormatURLPath("/v1/payouts/%s/cancel", id), c.secret, p, o); err != nil {
		return payment.Payout{}, failure(err)
	}
	return payout(o, accountID), nil
}

func payout(o *sdk.Payout, accountID string) payment.Payout {
	out := payment.Payout{ID: o.ID, Ref: o.Metadata[refKey], Account: accountID, Amount: inward(o.Amount, o.Currency), Outcome: payment.Pending,
		InTransit: o.Status == sdk.PayoutStatusInTransit, ArrivesAt: instant(o.ArrivalDate), CreatedAt: instant(o.Created),
		FailureCode: string(o.FailureCode), FailureReason: o.FailureMessage}
	switch o.Status {
	case sdk.PayoutStatusPaid:
		out.Outcome = payment.Succeeded
	case sdk.PayoutStatusFailed:
		out.Outcome = payment.Failed
	case sdk.PayoutStatusCanceled:
		out.Outcome = payment.Canceled
	}
	if o.BalanceTransaction != nil {
		out.EntryID = o.BalanceTransaction.ID
	}
	return out
}
