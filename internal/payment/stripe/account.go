package stripe

import (
	"context"
	"crypto/rand"
	"slices"

	sdk "github.com/stripe/stripe-go/v85"

	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
)

// CreateAccount opens an account for a creator, who completes it on Stripe's
// page. Payouts from it are made on our request only.
func (c *Client) CreateAccount(ctx context.Context, req payment.AccountRequest) (payment.Account, error) {
	if err := asked("ref", req.Ref, "country", req.Country); err != nil {
		return payment.Account{}, err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	p := &sdk.AccountCreateParams{Type: sdk.String(string(sdk.AccountTypeExpress)), Country: sdk.String(req.Country),
		Email: optional(req.Email), BusinessType: sdk.String("individual"), Metadata: map[string]string{refKey: req.Ref},
		Capabilities: &sdk.AccountCreateCapabilitiesParams{
			Transfers: &sdk.AccountCreateCapabilitiesTransfersParams{Requested: sdk.Bool(true)}},
		Settings: &sdk.AccountCreateSettingsParams{Payouts: &sdk.AccountCreateSettingsPayoutsParams{
			Schedule: &sdk.AccountCreateSettingsPayoutsScheduleParams{Interval: sdk.String("manual")}}}}
	p.IdempotencyKey = key("account", req.Ref+"/"+digest(req.Country, req.Email), req.Attempt)
	o, err := c.api.V1Accounts.Create(ctx, p)
	if err != nil {
		return payment.Account{}, failure(err)
	}
	return account(o), nil
}

// AccountLink makes the page on which the creator completes the account. It
// works once and for a few minutes: make it when the creator clicks.
func (c *Client) AccountLink(ctx context.Context, req payment.AccountLinkRequest) (url string, err error) {
	if err := asked("account", req.Account, "return_url", req.ReturnURL, "refresh_url", req.RefreshURL); err != nil {
		return "", err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	p := &sdk.AccountLinkCreateParams{Account: sdk.String(req.Account), Type: sdk.String("account_onboarding"),
		ReturnURL: sdk.String(req.ReturnURL), RefreshURL: sdk.String(req.RefreshURL)}
	p.IdempotencyKey = sdk.String("link/" + rand.Text()) // each click has a link of its own
	o, err := c.api.V1AccountLinks.Create(ctx, p)
	if err != nil {
		return "", failure(err)
	}
	return o.URL, nil
}

// RetrieveAccount returns what Stripe knows of a creator's account now.
func (c *Client) RetrieveAccount(ctx context.Context, id string) (payment.Account, error) {
	if err := asked("account", id); err != nil {
		return payment.Account{}, err
	}
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	o, err := c.api.V1Accounts.GetByID(ctx, id, &sdk.AccountRetrieveParams{})
	if err != nil {
		return payment.Account{}, failure(err)
	}
	return account(o), nil
}

func account(o *sdk.Account) payment.Account {
	out := payment.Account{ID: o.ID, Ref: o.Metadata[refKey], Country: o.Country, Currency: inward(0, o.DefaultCurrency).Asset,
		DetailsSubmitted: o.DetailsSubmitted, PayoutsEnabled: o.PayoutsEnabled}
	if o.DefaultCurrency == "" {
		out.Currency = money.USD
	}
	if o.Capabilities != nil {
		out.TransfersEnabled = o.Capabilities.Transfers == sdk.AccountCapabilityStatusActive
	}
	if r := o.Requirements; r != nil {
		out.CurrentlyDue, out.PastDue, out.InReview = r.CurrentlyDue, r.PastDue, r.PendingVerification
		out.DisabledReason, out.Deadline = string(r.DisabledReason), instant(r.CurrentDeadline)
	}
	banks(o, &out)
	return out
}

// banks reads the banks of an account. Their print is made of all of them, so
// that it changes when one is added, too.
func banks(o *sdk.Account, out *payment.Account) {
	if o.ExternalAccounts == nil {
		return
	}
	var prints []string
	for _, e := range o.ExternalAccounts.Data {
		b := e.BankAccount
		if b == nil {
			continue
		}
		if len(prints) == 0 || b.DefaultForCurrency && inward(0, b.Currency).Asset == out.Currency {
			out.BankLast4, out.BankName = b.Last4, b.BankName
		}
		prints = append(prints, b.Fingerprint+"/"+b.Last4+"/"+string(b.Currency))
		if asset := inward(0, b.Currency).Asset; b.Status != sdk.BankAccountStatusErrored && !slices.Contains(out.BankCurrencies, asset) {
			out.BankCurrencies = append(out.BankCurrencies, asset)
		}
	}
	if slices.Sort(prints); len(prints) > 0 {
		out.BankPrint = digest(prints...)
	}
}
