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
// accountID "" is our own balance. For what may be many there is EachEntry.
func (c *Client) Entries(ctx context.Context, accountID string, since time.Time, source string) (list []payment.Entry, err error) {
	err = c.entries(ctx, accountID, since, source, func(e payment.Entry) error {
		list = append(list, e)
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.Reverse(list)
	return list, nil
}

// EachEntry hands over the movements on our own balance since a moment (of that
// second and later; zero is from the beginning), newest first and page by page,
// so that there may be any number of them. What comes to be meanwhile is not
// among them. An error of the function ends it and is returned.
func (c *Client) EachEntry(ctx context.Context, since time.Time, f func(payment.Entry) error) error {
	return c.entries(ctx, "", since, "", f)
}

// withSource has what caused an entry told with it: its metadata name our row.
var withSource = sdk.StringSlice([]string{"data.source"})

func (c *Client) entries(ctx context.Context, accountID string, since time.Time, source string, f func(payment.Entry) error) error {
	p := &sdk.BalanceTransactionListParams{Source: optional(source)}
	p.Limit = sdk.Int64(100)
	p.Expand = withSource
	if !since.IsZero() {
		p.CreatedRange = &sdk.RangeQueryParams{GreaterThanOrEqual: since.Unix()}
	}
	if accountID != "" {
		p.SetStripeAccount(accountID)
	}
	for o, err := range c.api.V1BalanceTransactions.List(ctx, p).All(ctx) {
		if err != nil {
			return failure(err)
		}
		if err := f(entry(o)); err != nil {
			return err
		}
	}
	return nil
}

func entry(o *sdk.BalanceTransaction) payment.Entry {
	out := payment.Entry{ID: o.ID, Type: string(o.Type), Amount: inward(o.Amount, o.Currency), Fee: inward(o.Fee, o.Currency),
		Net: inward(o.Net, o.Currency), AvailableAt: instant(o.AvailableOn), Available: o.Status == sdk.BalanceTransactionStatusAvailable,
		CreatedAt: instant(o.Created)}
	if o.Source != nil {
		out.Source, out.SourceKind = o.Source.ID, string(o.Source.Type)
		lead(&out, o.Source)
	}
	return out
}

// lead adds what leads from the source of an entry to a row of ours. What Stripe
// does by itself, such as a dispute, carries no id of ours, but its charge.
func lead(out *payment.Entry, s *sdk.BalanceTransactionSource) {
	var intent *sdk.PaymentIntent
	switch {
	case s.Charge != nil:
		out.Ref, intent = s.Charge.Metadata[refKey], s.Charge.PaymentIntent
	case s.Refund != nil:
		out.Ref, intent = s.Refund.Metadata[refKey], s.Refund.PaymentIntent
	case s.Dispute != nil:
		out.Ref, intent = s.Dispute.Metadata[refKey], s.Dispute.PaymentIntent
	case s.Transfer != nil:
		out.Ref = s.Transfer.Metadata[refKey]
	case s.TransferReversal != nil:
		out.Ref = s.TransferReversal.Metadata[refKey]
	case s.Payout != nil:
		out.Ref = s.Payout.Metadata[refKey]
	}
	if intent != nil {
		out.Parent = intent.ID
	}
}
