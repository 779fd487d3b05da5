package stripe_test

import (
	"fmt"
	"testing"

	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
)

// Amounts cross in Stripe's units and come back in ours.
func TestCurrencies(t *testing.T) {
	r := newRig(t, nil)
	for i, v := range []struct {
		amount money.Amount
		stripe float64 // 0: refused before it is sent
	}{
		{money.Amount{Units: 499, Asset: "USD"}, 499},
		{money.Amount{Units: 500, Asset: "JPY"}, 500},
		{money.Amount{Units: 500, Asset: "KRW"}, 500},
		{money.Amount{Units: 700, Asset: "ISK"}, 70000},
		{money.Amount{Units: 5000, Asset: "UGX"}, 500000},
		{money.Amount{Units: 500000, Asset: "MGA"}, 5000},
		{money.Amount{Units: 500001, Asset: "MGA"}, 0},
		{money.Amount{Units: 5120, Asset: "KWD"}, 5120},
		{money.Amount{Units: 5124, Asset: "KWD"}, 0},
		{money.Amount{Units: 0, Asset: "USD"}, 0},
		{money.Amount{Units: -5, Asset: "USD"}, 0},
		{money.Amount{Units: money.Max, Asset: "USD"}, 0},
		{money.Amount{Units: 70, Asset: money.Coin}, 0},
	} {
		ch, err := r.api.CreateCharge(r.ctx, payment.ChargeRequest{Ref: fmt.Sprintf("pay_%d", i), Amount: v.amount, Card: "pm_card_visa"})
		if v.stripe == 0 {
			r.is(err, payment.ErrInvalid)
			continue
		}
		r.ok(err)
		if ch.Amount != v.amount || ch.Settled != v.amount {
			t.Errorf("%+v came back as %+v", v.amount, ch)
		}
		if _, m := r.raw("GET", "/v1/payment_intents/"+ch.ID, "", nil); m["amount"] != v.stripe {
			t.Errorf("%+v is %v at Stripe, want %v", v.amount, m["amount"], v.stripe)
		}
	}
	_, err := r.api.CreateCharge(r.ctx, payment.ChargeRequest{Ref: "pay_small", Amount: usd(49), Card: "pm_card_visa"})
	r.is(err, payment.ErrInvalid)
}
