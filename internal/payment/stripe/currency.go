package stripe

import (
	"strings"

	sdk "github.com/stripe/stripe-go/v85"

	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
)

// digits returns how many decimal digits Stripe counts an asset with. Its
// list differs from ISO 4217: MGA has none, and ISK and UGX have two of which
// only whole units are taken.
func digits(a money.Asset) int {
	switch a {
	case "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF":
		return 0
	case "BHD", "JOD", "KWD", "OMR", "TND":
		return 3
	}
	return 2
}

// Grain is the least by which amounts in the currency differ at Stripe, in our
// smallest units: 10 for one with three digits, of which the last has to be 0.
func Grain(a money.Asset) int64 {
	n := int64(1)
	for d := a.Digits(); d > digits(a); d-- {
		n *= 10
	}
	if digits(a) == 3 {
		n *= 10
	}
	return n
}

// PayoutGrain is Grain of payouts to a bank: in some currencies cards are charged in
// hundredths, and banks are paid in whole units only.
func PayoutGrain(a money.Asset) int64 {
	switch a {
	case "HUF", "TWD":
		return 100
	}
	return Grain(a)
}

// outward writes an amount in Stripe's units and spelling.
func outward(a money.Amount) (units *int64, currency *string, err error) {
	refuse := func(reason string) error {
		return &payment.Error{Kind: payment.ErrInvalid, Code: "amount_invalid", Param: "amount", Reason: reason}
	}
	if !a.Asset.IsCurrency() {
		return nil, nil, refuse("The payment provider takes currencies only, not " + string(a.Asset) + ".")
	}
	if a.Units <= 0 || a.Units > money.Max/100 {
		return nil, nil, refuse("The amount has to be above zero, and no larger than the payment provider takes.")
	}
	n := a.Units
	for d := a.Asset.Digits(); d < digits(a.Asset); d++ {
		n *= 10
	}
	for d := a.Asset.Digits(); d > digits(a.Asset); d-- {
		if n%10 != 0 {
			return nil, nil, refuse("The payment provider takes whole units of " + string(a.Asset) + " only.")
		}
		n /= 10
	}
	if digits(a.Asset) == 3 && n%10 != 0 {
		return nil, nil, refuse("The payment provider takes amounts in " + string(a.Asset) + " whose last digit is 0 only.")
	}
	return sdk.Int64(n), sdk.String(strings.ToLower(string(a.Asset))), nil
}

// inward reads an amount in Stripe's units.
func inward(units int64, currency sdk.Currency) money.Amount {
	asset := money.Asset(strings.ToUpper(string(currency)))
	for d := digits(asset); d < asset.Digits(); d++ {
		units *= 10
	}
	for d := digits(asset); d > asset.Digits(); d-- {
		units /= 10 // Stripe takes these currencies in whole units only
	}
	return money.Amount{Units: units, Asset: asset}
}
