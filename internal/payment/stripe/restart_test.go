package stripe_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
)

// Everything that was answered is there after a restart: objects, balances,
// keys, and webhooks that had not arrived.
func TestRestart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sandbox.db")
	r := newRig(t, nil)
	hook := "" // the receiver is down at first
	d, err := sandbox.OpenDB(context.Background(), file, r.clk)
	r.ok(err)
	r.open(d, "http://127.0.0.1:1/")
	a := r.paidCreator(9_000, "")
	customer, card := r.fan("usr_1", "pm_card_visa")
	req := payment.ChargeRequest{Ref: "pay_1", Amount: usd(1_000), Customer: customer, Card: card}
	before, err := r.api.CreateCharge(r.ctx, req)
	r.ok(err)
	po, err := r.api.CreatePayout(r.ctx, payment.PayoutRequest{Ref: "pyo_1", Account: a.ID, Amount: usd(9_000)})
	r.ok(err)
	r.ok(r.box.SetExtraFee(1))
	books := r.box.Books()
	r.ok(d.Close())

	if d, err = sandbox.OpenDB(context.Background(), file, r.clk); err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	r.open(d, hook)
	if diff := cmp.Diff(books, r.box.Books()); diff != "" {
		t.Fatalf("books (-before +after):\n%s", diff)
	}
	again, err := r.api.CreateCharge(r.ctx, req)
	r.ok(err)
	if diff := cmp.Diff(before, again); diff != "" {
		t.Fatalf("the same request after a restart (-before +after):\n%s", diff)
	}
	got, err := r.api.RetrieveCharge(r.ctx, before.ID)
	r.ok(err)
	if diff := cmp.Diff(before, got); diff != "" {
		t.Fatalf("looked up after a restart (-before +after):\n%s", diff)
	}
	r.later(72 * time.Hour)
	po, err = r.api.RetrievePayout(r.ctx, a.ID, po.ID)
	r.ok(err)
	if po.Outcome != payment.Succeeded {
		t.Fatalf("payout: %+v", po)
	}
	more := r.pay("pay_2", 1_000, "pm_card_visa")
	if more.Fee != usd(60) || more.ID == before.ID {
		t.Fatalf("the setting of before is gone: %+v", more)
	}
}
