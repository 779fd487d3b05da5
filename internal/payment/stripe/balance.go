package stripe

import (
	"context"
	"maps"
	"slices"
	"time"

	sdk "github.com/stripe/stripe-go/v85"

	"github.com/ovationhq/ovation/internal/payment"
)

// Balance returns the balances of an account by currency; accountID "" is
// our own.
func (c *Client) Balance(ctx context.Context, accountID string) ([]payment.Balance, error) {
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	p := &sdk.BalanceRetrieveParams{}
	if accountID != "" {
		p.SetStripeAccount(accountID)
	}
	o, err := c.api.V1Balance.Retrieve(ctx, p)
	if err != nil {
		return nil, failure(err)
	}
	all := map[sdk.Currency]payment.Balance{}
	for _, a := range o.Available {
		b := all[a.Currency]
		b.Available = inward(a.Amount, a.Currency)
		all[a.Currency] = b
	}
	for _, a := range o.Pending {
		b := all[a.Currency]
		b.Pending = inward(a.Amount, a.Currency)
		all[a.Currency] = b
	}
	var list []payment.Balance
	for _, cur := range slices.Sorted(maps.Keys(all)) {
		b := all[cur]
		b.Available.Asset = inward(0, cur).Asset
		b.Pending.Asset = b.Available.Asset
		list = append(list, b)
	}
	return list, nil
}

// Entries lists the movements on a balance since a moment, oldest first, or
// those of one source (Charge.ChargeID, Transfer.ID…) when source is given.
// accountID "" is our own balance.
func (c *Client) Entries(ctx context.Context, accountID string, since time.Time, source string) ([]payment.Entry, error) {
	p := &sdk.BalanceTransactionListParams{Source: optional(source)}
	p.Limit = sdk.Int64(100)
	if !since.IsZero() {
		p.CreatedRange = &sdk.RangeQueryParams{GreaterThanOrEqual: since.Unix()}
	}
	if accountID != "" {
		p.SetStripeAccount(accountID)
	}
	var list []payment.Entry
	for o, err := range c.api.V1BalanceTransactions.List(ctx, p).All(ctx) {
		if err != nil {
			return nil, failure(err)
		}
		list = append(list, entry(o))
	}
	slices.Reverse(list)
	return list, nil
}

func entry(o *sdk.BalanceTransaction) payment.Entry {
	out := payment.Entry{ID: o.ID, Type: string(o.Type), Amount: inward(o.Amount, o.Currency), Fee: inward(o.Fee, o.Currency),
		Net: inward(o.Net, o.Currency), AvailableAt: instant(o.AvailableOn), Available: o.Status == sdk.BalanceTransactionStatusAvailable,
		CreatedAt: instant(o.Created)}
	if o.Source != nil {
		out.Source = o.Source.ID
	}
	return out
}
