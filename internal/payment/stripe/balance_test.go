package stripe_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
)

// TestEntriesLead follows each kind of entry back to our row.
func TestEntriesLead(t *testing.T) {
	r := newRig(t, nil)
	ch := r.pay("pay_1", 5000, "pm_card_bypassPending")
	lost := r.pay("pay_2", 700, "pm_card_visa")
	_, err := r.api.Refund(r.ctx, payment.RefundRequest{Ref: "ref_1", Charge: ch.ID, Amount: usd(100)})
	r.ok(err)
	_, err = r.box.Dispute(lost.ID, "fraudulent", 0, false)
	r.ok(err)
	star := r.creator("usr_star", sandbox.Onboarding{Name: "Star", Bank: "000123456789", Variant: sandbox.Complete})
	sent, err := r.api.CreateTransfer(r.ctx, payment.TransferRequest{Ref: "pyo_1", Account: star.ID, Amount: usd(900)})
	r.ok(err)
	_, err = r.api.ReverseTransfer(r.ctx, payment.ReversalRequest{Ref: "pyo_1", Transfer: sent.ID, Amount: usd(900)})
	r.ok(err)
	want := map[string]string{
		"charge pay_1": "charge " + ch.ID, "charge pay_2": "charge " + lost.ID, "refund ref_1": "refund " + ch.ID, "adjustment ": "dispute " + lost.ID,
		"transfer pyo_1": "transfer ", "transfer_refund pyo_1": "transfer_reversal ",
	}
	r.ok(r.api.EachEntry(r.ctx, time.Time{}, func(e payment.Entry) error {
		key := e.Type + " " + e.Ref
		if got := e.SourceKind + " " + e.Parent; got != want[key] || e.Source == "" {
			t.Errorf("%s leads to %q, want %q", key, got, want[key])
		}
		delete(want, key)
		return nil
	}))
	for key := range want {
		t.Errorf("no entry %s", key)
	}
	stop := errors.New("enough")
	if err := r.api.EachEntry(r.ctx, start, func(payment.Entry) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("an error of the function: %v", err)
	}
}

// TestEntriesPage reads more than a page, each entry once, and none that is older.
func TestEntriesPage(t *testing.T) {
	r := newRig(t, nil)
	customer, card := r.fan("usr_1", "pm_card_visa")
	for i := range 230 {
		if i == 15 {
			r.later(time.Hour)
		}
		_, err := r.api.CreateCharge(r.ctx, payment.ChargeRequest{Ref: fmt.Sprintf("pay_%d", i), Amount: usd(100), Customer: customer, Card: card})
		r.ok(err)
	}
	for since, want := range map[time.Time]int{{}: 230, start: 230, start.Add(time.Minute): 215} {
		seen, n := map[string]bool{}, 0
		r.ok(r.api.EachEntry(r.ctx, since, func(e payment.Entry) error {
			seen[e.Ref], n = true, n+1
			return nil
		}))
		if n != want || len(seen) != want {
			t.Errorf("since %s: %d entries of %d charges, want %d", since, n, len(seen), want)
		}
	}
}
