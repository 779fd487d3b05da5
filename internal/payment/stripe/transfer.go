package stripe

import (
	"context"

	sdk "github.com/stripe/stripe-go/v85"

	"github.com/ovationhq/ovation/internal/payment"
)

// CreateTransfer sends money from our available balance to a creator's
// account. ErrInsufficient means that our balance does not cover it yet.
func (c *Client) CreateTransfer(ctx context.Context, req payment.TransferRequest) (payment.Transfer, error) {
	amount, currency, err := outward(req.Amount)
	if err == nil {
		err = asked("ref", req.Ref, "account", req.Account)
	}
	if err != nil {
		return payment.Transfer{}, err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	p := &sdk.TransferCreateParams{Amount: amount, Currency: currency, Destination: sdk.String(req.Account),
		TransferGroup: optional(req.Group), Description: optional(req.Description), Metadata: map[string]string{refKey: req.Ref}}
	p.IdempotencyKey = key("transfer", req.Ref, req.Attempt)
	o, err := c.api.V1Transfers.Create(ctx, p)
	if err != nil {
		return payment.Transfer{}, failure(err)
	}
	return transfer(o), nil
}

// RetrieveTransfer returns what Stripe knows of a transfer now.
func (c *Client) RetrieveTransfer(ctx context.Context, id string) (payment.Transfer, error) {
	if err := asked("transfer", id); err != nil {
		return payment.Transfer{}, err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	o, err := c.api.V1Transfers.Retrieve(ctx, id, &sdk.TransferRetrieveParams{})
	if err != nil {
		return payment.Transfer{}, failure(err)
	}
	return transfer(o), nil
}

// FindTransfers lists the transfers of a group, newest first: the way to find
// the outcome of one whose key Stripe has forgotten. Compare Ref.
func (c *Client) FindTransfers(ctx context.Context, group string) ([]payment.Transfer, error) {
	if err := asked("transfer_group", group); err != nil {
		return nil, err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	p := &sdk.TransferListParams{TransferGroup: sdk.String(group)}
	p.Limit = sdk.Int64(100)
	var found []payment.Transfer
	for o, err := range c.api.V1Transfers.List(ctx, p).All(ctx) {
		if err != nil {
			return nil, failure(err)
		}
		found = append(found, transfer(o))
	}
	return found, nil
}

// ReverseTransfer takes a transfer back, or a part of it, out of the
// creator's account. It returns the balance entry on our side.
func (c *Client) ReverseTransfer(ctx context.Context, req payment.ReversalRequest) (entry string, err error) {
	amount, _, err := outward(req.Amount)
	if err == nil {
		err = asked("ref", req.Ref, "transfer", req.Transfer)
	}
	if err != nil {
		return "", err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	p := &sdk.TransferReversalCreateParams{ID: sdk.String(req.Transfer), Amount: amount, Metadata: map[string]string{refKey: req.Ref}}
	p.IdempotencyKey = key("reversal", req.Ref, req.Attempt)
	o, err := c.api.V1TransferReversals.Create(ctx, p)
	if err != nil {
		return "", failure(err)
	}
	if o.BalanceTransaction == nil {
		return "", nil
	}
	return o.BalanceTransaction.ID, nil
}

func transfer(o *sdk.Transfer) payment.Transfer {
	out := payment.Transfer{ID: o.ID, Ref: o.Metadata[refKey], Amount: inward(o.Amount, o.Currency), Reversed: inward(o.AmountReversed, o.Currency),
		Group: o.TransferGroup, Outcome: payment.Succeeded, CreatedAt: instant(o.Created)}
	if o.Reversed {
		out.Outcome = payment.Canceled
	}
	if o.Destination != nil {
		out.Account = o.Destination.ID
	}
	if o.DestinationPayment != nil {
		out.Destination = o.DestinationPayment.ID
	}
	if o.BalanceTransaction != nil {
		out.EntryID = o.BalanceTransaction.ID
	}
	return out
}
