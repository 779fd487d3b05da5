package stripe_test

import (
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
)

// paidCreator is a creator with so many cents in the account.
func (r *rig) paidCreator(cents int64, bank string) payment.Account {
	r.t.Helper()
	a := r.creator("usr_c", sandbox.Onboarding{Name: "Ada", Bank: bank})
	r.pay("pay_funds", 50_000, "pm_card_bypassPending")
	_, err := r.api.CreateTransfer(r.ctx, payment.TransferRequest{Ref: "pyo_funds", Account: a.ID, Amount: usd(cents)})
	r.ok(err)
	return a
}

func TestPayoutFailsAtTheBank(t *testing.T) {
	r := newRig(t, nil)
	a := r.paidCreator(10_000, "000111111116")
	po, err := r.api.CreatePayout(r.ctx, payment.PayoutRequest{Ref: "pyo_1", Account: a.ID, Amount: usd(10_000)})
	r.ok(err)
	r.later(72 * time.Hour)
	r.mustHear("payout.failed", "account.updated")
	po, err = r.api.RetrievePayout(r.ctx, a.ID, po.ID)
	r.ok(err)
	if po.Outcome != payment.Failed || po.FailureCode != "no_account" || po.FailureReason == "" {
		t.Fatalf("payout: %+v", po)
	}
	if b := r.balance(a.ID); b.Available != usd(10_000) {
		t.Fatalf("the money is not back: %+v", b)
	}
	a, err = r.api.RetrieveAccount(r.ctx, a.ID)
	r.ok(err)
	if a.PayoutsEnabled || len(a.CurrentlyDue) != 1 || a.CurrentlyDue[0] != "external_account" || !a.TransfersEnabled {
		t.Fatalf("account: %+v", a)
	}
	_, err = r.api.CreatePayout(r.ctx, payment.PayoutRequest{Ref: "pyo_2", Account: a.ID, Amount: usd(10_000)})
	r.is(err, payment.ErrInvalid)
	r.ok(r.box.Onboard(a.ID, sandbox.Onboarding{Name: "Ada"})) // another bank account
	_, err = r.api.CreatePayout(r.ctx, payment.PayoutRequest{Ref: "pyo_2", Attempt: 1, Account: a.ID, Amount: usd(10_000)})
	r.ok(err)
}

func TestPayoutComesBackAfterPaid(t *testing.T) {
	r := newRig(t, nil)
	a := r.paidCreator(10_000, "")
	po, err := r.api.CreatePayout(r.ctx, payment.PayoutRequest{Ref: "pyo_1", Account: a.ID, Amount: usd(10_000)})
	r.ok(err)
	r.later(72 * time.Hour)
	r.mustHear("payout.paid")
	r.ok(r.box.Bounce(po.ID, "account_closed"))
	r.mustHear("payout.failed")
	po, err = r.api.RetrievePayout(r.ctx, a.ID, po.ID)
	r.ok(err)
	if po.Outcome != payment.Failed || po.FailureCode != "account_closed" {
		t.Fatalf("payout: %+v", po)
	}
	if b := r.balance(a.ID); b.Available != usd(10_000) {
		t.Fatalf("balance: %+v", b)
	}
}

func TestCancelPayout(t *testing.T) {
	r := newRig(t, nil)
	a := r.paidCreator(10_000, "")
	po, err := r.api.CreatePayout(r.ctx, payment.PayoutRequest{Ref: "pyo_1", Account: a.ID, Amount: usd(4_000)})
	r.ok(err)
	_, err = r.api.CreatePayout(r.ctx, payment.PayoutRequest{Ref: "pyo_2", Account: a.ID, Amount: usd(6_001)})
	r.is(err, payment.ErrInsufficient)
	po, err = r.api.CancelPayout(r.ctx, a.ID, po.ID)
	r.ok(err)
	if po.Outcome != payment.Canceled || r.balance(a.ID).Available != usd(10_000) {
		t.Fatalf("payout %+v balance %+v", po, r.balance(a.ID))
	}
	all, err := r.api.FindPayouts(r.ctx, a.ID, start)
	r.ok(err)
	if len(all) != 1 || all[0].Ref != "pyo_1" {
		t.Fatalf("payouts: %+v", all)
	}
}

func TestReverseTransfer(t *testing.T) {
	r := newRig(t, nil)
	a := r.paidCreator(10_000, "")
	all, err := r.api.Entries(r.ctx, a.ID, start, "")
	r.ok(err)
	if len(all) != 1 || all[0].Type != "payment" || all[0].Net != usd(10_000) {
		t.Fatalf("entries: %+v", all)
	}
	tr, err := r.api.CreateTransfer(r.ctx, payment.TransferRequest{Ref: "pyo_2", Account: a.ID, Amount: usd(500)})
	r.ok(err)
	back := payment.ReversalRequest{Ref: "rev_1", Transfer: tr.ID, Amount: usd(200)}
	entry, err := r.api.ReverseTransfer(r.ctx, back)
	r.ok(err)
	same, err := r.api.ReverseTransfer(r.ctx, back)
	r.ok(err)
	if entry == "" || entry != same {
		t.Fatalf("entries %q %q", entry, same)
	}
	tr, err = r.api.RetrieveTransfer(r.ctx, tr.ID)
	r.ok(err)
	if tr.Reversed != usd(200) || tr.Outcome != payment.Succeeded {
		t.Fatalf("transfer: %+v", tr)
	}
	_, err = r.api.ReverseTransfer(r.ctx, payment.ReversalRequest{Ref: "rev_2", Transfer: tr.ID, Amount: usd(301)})
	r.is(err, payment.ErrInvalid)
	_, err = r.api.ReverseTransfer(r.ctx, payment.ReversalRequest{Ref: "rev_3", Transfer: tr.ID, Amount: usd(300)})
	r.ok(err)
	tr, err = r.api.RetrieveTransfer(r.ctx, tr.ID)
	r.ok(err)
	if tr.Outcome != payment.Canceled || r.balance(a.ID).Available != usd(10_000) {
		t.Fatalf("transfer %+v balance %+v", tr, r.balance(a.ID))
	}
}

func TestRefunds(t *testing.T) {
	r := newRig(t, nil)
	ch := r.pay("pay_1", 5_000, "pm_card_visa")
	part, err := r.api.Refund(r.ctx, payment.RefundRequest{Ref: "ref_1", Charge: ch.ID, Amount: usd(2_000), Reason: "requested_by_customer"})
	r.ok(err)
	if part.Outcome != payment.Succeeded || part.Charge != ch.ID || part.Ref != "ref_1" || part.EntryID == "" {
		t.Fatalf("refund: %+v", part)
	}
	_, err = r.api.Refund(r.ctx, payment.RefundRequest{Ref: "ref_2", Charge: ch.ID, Amount: usd(3_001)})
	r.is(err, payment.ErrInvalid)
	_, err = r.api.Refund(r.ctx, payment.RefundRequest{Ref: "ref_3", Charge: ch.ID, Amount: usd(3_000)})
	r.ok(err)
	_, err = r.api.Refund(r.ctx, payment.RefundRequest{Ref: "ref_4", Charge: ch.ID, Amount: usd(1)})
	r.is(err, payment.ErrInvalid)
	ch, err = r.api.RetrieveCharge(r.ctx, ch.ID)
	r.ok(err)
	if ch.Refunded != usd(5_000) {
		t.Fatalf("charge: %+v", ch)
	}
	found, err := r.api.FindRefunds(r.ctx, ch.ID)
	r.ok(err)
	if len(found) != 2 {
		t.Fatalf("refunds: %+v", found)
	}
	r.mustHear("refund.created", "charge.refunded")

	late := r.pay("pay_2", 1_000, "pm_card_pendingRefund")
	fail := r.pay("pay_3", 1_000, "pm_card_refundFail")
	a, err := r.api.Refund(r.ctx, payment.RefundRequest{Ref: "ref_5", Charge: late.ID, Amount: usd(1_000)})
	r.ok(err)
	b, err := r.api.Refund(r.ctx, payment.RefundRequest{Ref: "ref_6", Charge: fail.ID, Amount: usd(1_000)})
	r.ok(err)
	if a.Outcome != payment.Pending || b.Outcome != payment.Succeeded {
		t.Fatalf("before: %+v %+v", a, b)
	}
	r.later(time.Hour)
	r.mustHear("refund.updated", "refund.failed")
	a, err = r.api.RetrieveRefund(r.ctx, a.ID)
	r.ok(err)
	b, err = r.api.RetrieveRefund(r.ctx, b.ID)
	r.ok(err)
	if a.Outcome != payment.Succeeded || b.Outcome != payment.Failed || b.Reason == "" {
		t.Fatalf("after: %+v %+v", a, b)
	}
}

func TestDisputes(t *testing.T) {
	r := newRig(t, nil)
	ch := r.pay("pay_1", 5_000, "pm_card_createDispute")
	if ch.Outcome != payment.Succeeded {
		t.Fatalf("charge: %+v", ch)
	}
	r.settle()
	r.mu.Lock()
	var id string
	for _, e := range r.inbox {
		if e.Type == "charge.dispute.created" {
			id = e.ObjectID
			if e.Parent != ch.ID || e.Object != "dispute" {
				t.Errorf("event: %+v", e)
			}
		}
	}
	r.mu.Unlock()
	d, err := r.api.RetrieveDispute(r.ctx, id)
	r.ok(err)
	if d.Charge != ch.ID || d.Amount != usd(5_000) || d.Fee != usd(1_500) || d.Outcome != payment.Pending || d.DueBy.IsZero() {
		t.Fatalf("dispute: %+v", d)
	}
	_, err = r.api.Refund(r.ctx, payment.RefundRequest{Ref: "ref_1", Charge: ch.ID, Amount: usd(5_000)})
	r.is(err, payment.ErrInvalid)
	d, err = r.api.AnswerDispute(r.ctx, id, "winning_evidence")
	r.ok(err)
	if d.Outcome != payment.Succeeded || d.Fee != usd(0) {
		t.Fatalf("won: %+v", d)
	}
	r.mustHear("charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.closed", "charge.dispute.funds_reinstated")

	other := r.pay("pay_2", 2_000, "pm_card_visa")
	id, err = r.box.Dispute(other.ID, "", 0, false)
	r.ok(err)
	d, err = r.api.AcceptDispute(r.ctx, id)
	r.ok(err)
	if d.Outcome != payment.Failed || d.Fee != usd(1_500) {
		t.Fatalf("lost: %+v", d)
	}
	asked := r.pay("pay_3", 2_000, "pm_card_createDisputeInquiry")
	got, err := r.api.RetrieveCharge(r.ctx, asked.ID)
	r.ok(err)
	if !got.Disputed {
		t.Fatalf("inquiry: %+v", got)
	}
}
