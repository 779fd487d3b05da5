package stripe_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
)

// Our balance is kept in dollars: what is charged in another currency comes
// with what it is in dollars, the fee in dollars, and the rate. A dispute takes
// its fee in dollars, too.
func TestSettledInAnotherCurrency(t *testing.T) {
	r := newRig(t, nil)
	r.ok(r.box.SetSettlement("usd"))
	customer, err := r.api.EnsureCustomer(r.ctx, payment.CustomerRequest{Ref: "usr_1"})
	r.ok(err)
	card, err := r.api.AttachCard(r.ctx, customer, "pm_card_visa", 0)
	r.ok(err)
	for _, v := range []struct {
		amount  money.Amount
		settled int64
		rate    string
	}{
		{money.Amount{Units: 1099, Asset: "EUR"}, 1192, "1.084312"}, {money.Amount{Units: 1600, Asset: "JPY"}, 1074, "0.006713"}, {usd(999), 999, ""},
	} {
		ch, err := r.api.CreateCharge(r.ctx, payment.ChargeRequest{Ref: "pay_" + string(v.amount.Asset), Amount: v.amount, Customer: customer, Card: card.ID})
		r.ok(err)
		if ch.Amount != v.amount || ch.Settled != usd(v.settled) || ch.Rate != v.rate || ch.Fee != usd((v.settled*29+500)/1000+30) {
			t.Errorf("%v: %+v", v.amount, ch)
		}
		id, err := r.box.Dispute(ch.ID, "fraudulent", 0, false)
		r.ok(err)
		if d, err := r.api.RetrieveDispute(r.ctx, id); err != nil || d.Amount != v.amount || d.Fee != usd(1500) {
			t.Errorf("the dispute: %+v %v", d, err)
		}
	}
	if b, err := r.api.Balance(r.ctx, ""); err != nil || len(b) != 1 || b[0].Pending.Asset != money.USD {
		t.Errorf("our balances: %+v %v", b, err)
	}
}

// The main road: customer, card, charge, webhook, account, onboarding,
// transfer, payout.
func TestMoneyInAndOut(t *testing.T) {
	r := newRig(t, nil)
	ch := r.pay("pay_1", 10330, "pm_card_visa")
	if ch.Outcome != payment.Succeeded || ch.Ref != "pay_1" || ch.Amount != usd(10330) || ch.Fee != usd(330) || ch.Settled != usd(10330) {
		t.Fatalf("charge: %+v", ch)
	}
	if ch.Card == nil || ch.Card.Last4 != "4242" || ch.Card.Brand != "visa" || ch.Card.Fingerprint == "" {
		t.Fatalf("card: %+v", ch.Card)
	}
	if want := start.Add(48 * time.Hour); !ch.AvailableAt.Equal(want) {
		t.Fatalf("available at %v, want %v", ch.AvailableAt, want)
	}
	r.mustHear("payment_intent.created", "charge.succeeded", "payment_intent.succeeded")

	// The creator opens an account on the hosted page.
	acct, err := r.api.CreateAccount(r.ctx, payment.AccountRequest{Ref: "usr_c", Country: "US", Email: "c@example.org"})
	r.ok(err)
	if acct.Ready() || len(acct.CurrentlyDue) == 0 || acct.Ref != "usr_c" || acct.Currency != money.USD {
		t.Fatalf("new account: %+v", acct)
	}
	transfer := payment.TransferRequest{Ref: "pyo_1", Account: acct.ID, Amount: usd(8000), Group: "pyo_1"}
	_, err = r.api.CreateTransfer(r.ctx, transfer)
	r.is(err, payment.ErrInvalid)
	link, err := r.api.AccountLink(r.ctx, payment.AccountLinkRequest{Account: acct.ID, ReturnURL: "http://app.test/done", RefreshURL: "http://app.test/again"})
	r.ok(err)
	if status, _, body := r.page(http.MethodGet, link, nil); status != 200 || !strings.Contains(body, "SANDBOX") {
		t.Fatalf("onboarding page: %d %s", status, body)
	}
	status, to, _ := r.page(http.MethodPost, link, url.Values{"name": {"Ada"}, "bank": {"000123456789"}, "variant": {"complete"}})
	if status != http.StatusSeeOther || to != "http://app.test/done" {
		t.Fatalf("onboarding answered %d to %q", status, to)
	}
	if _, to, _ := r.page(http.MethodGet, link, nil); to != "http://app.test/again" {
		t.Fatalf("a used link leads to %q", to)
	}
	r.mustHear("account.updated")
	acct, err = r.api.RetrieveAccount(r.ctx, acct.ID)
	r.ok(err)
	if !acct.Ready() || !acct.DetailsSubmitted || acct.BankLast4 != "6789" || len(acct.CurrentlyDue) != 0 {
		t.Fatalf("account: %+v", acct)
	}

	// The money of the charge is not available yet. Stripe keeps that answer
	// for the key, so the next try has a new attempt.
	transfer.Attempt = 1
	_, err = r.api.CreateTransfer(r.ctx, transfer)
	r.is(err, payment.ErrInsufficient)
	if b := r.balance(""); b.Available != usd(0) || b.Pending != usd(10000) {
		t.Fatalf("our balance: %+v", b)
	}
	r.later(48*time.Hour - time.Second)
	transfer.Attempt = 2
	_, err = r.api.CreateTransfer(r.ctx, transfer)
	r.is(err, payment.ErrInsufficient)
	r.later(time.Second)
	_, err = r.api.CreateTransfer(r.ctx, transfer)
	r.is(err, payment.ErrInsufficient)
	transfer.Attempt = 3
	tr, err := r.api.CreateTransfer(r.ctx, transfer)
	r.ok(err)
	if tr.Outcome != payment.Succeeded || tr.Account != acct.ID || tr.Amount != usd(8000) || tr.Ref != "pyo_1" {
		t.Fatalf("transfer: %+v", tr)
	}
	found, err := r.api.FindTransfers(r.ctx, "pyo_1")
	r.ok(err)
	if len(found) != 1 || found[0].ID != tr.ID {
		t.Fatalf("transfers of the group: %+v", found)
	}
	r.mustHear("transfer.created")
	if ours, theirs := r.balance(""), r.balance(acct.ID); ours.Available != usd(2000) || theirs.Available != usd(8000) {
		t.Fatalf("balances %+v %+v", ours, theirs)
	}

	po, err := r.api.CreatePayout(r.ctx, payment.PayoutRequest{Ref: "pyo_1", Account: acct.ID, Amount: usd(8000)})
	r.ok(err)
	if po.Outcome != payment.Pending || po.InTransit || po.Account != acct.ID {
		t.Fatalf("payout: %+v", po)
	}
	r.later(2 * time.Hour)
	r.mustHear("payout.created", "payout.updated")
	po, err = r.api.RetrievePayout(r.ctx, acct.ID, po.ID)
	r.ok(err)
	if po.Outcome != payment.Pending || !po.InTransit {
		t.Fatalf("payout on its way: %+v", po)
	}
	r.later(72 * time.Hour)
	r.mustHear("payout.paid")
	po, err = r.api.RetrievePayout(r.ctx, acct.ID, po.ID)
	r.ok(err)
	if po.Outcome != payment.Succeeded {
		t.Fatalf("payout at the bank: %+v", po)
	}
	if b := r.balance(acct.ID); b.Available != usd(0) {
		t.Fatalf("the creator's balance: %+v", b)
	}
}

func TestDeclines(t *testing.T) {
	r := newRig(t, nil)
	for method, want := range map[string]payment.Decline{
		"pm_card_chargeDeclined":                      {Code: "generic_decline"},
		"pm_card_visa_chargeDeclined":                 {Code: "generic_decline"},
		"pm_card_chargeDeclinedInsufficientFunds":     {Code: "insufficient_funds"},
		"tok_visa_chargeDeclinedInsufficientFunds":    {Code: "insufficient_funds"},
		"pm_card_visa_chargeDeclinedLostCard":         {Code: "lost_card", Final: true},
		"pm_card_chargeDeclinedExpiredCard":           {Code: "expired_card", Final: true},
		"pm_card_chargeDeclinedIncorrectCvc":          {Code: "incorrect_cvc"},
		"pm_card_chargeDeclinedProcessingError":       {Code: "processing_error"},
		"pm_card_chargeDeclinedVelocityLimitExceeded": {Code: "card_velocity_exceeded"},
		"pm_card_radarBlock":                          {Code: "fraudulent", Final: true},
	} {
		t.Run(method, func(t *testing.T) {
			ch, err := r.api.CreateCharge(r.ctx, payment.ChargeRequest{Ref: "pay_" + method, Amount: usd(500), Card: method, ReturnURL: "http://app.test/"})
			r.ok(err)
			if ch.Outcome != payment.Failed || ch.Decline == nil || ch.Decline.Code != want.Code || ch.Decline.Final != want.Final || ch.Decline.Reason == "" {
				t.Fatalf("charge %+v decline %+v", ch, ch.Decline)
			}
			again, err := r.api.RetrieveCharge(r.ctx, ch.ID)
			r.ok(err)
			if again.Outcome != payment.Failed || again.Decline.Code != want.Code || again.Ref != ch.Ref {
				t.Fatalf("looked up: %+v %+v", again, again.Decline)
			}
			if len(again.Decline.Reason) == 0 || strings.Contains(again.Decline.Reason, "stolen") {
				t.Fatalf("reason %q", again.Decline.Reason)
			}
		})
	}
	r.mustHear("charge.failed", "payment_intent.payment_failed")
	// A card that fails can not be saved, except the one that fails later.
	customer, err := r.api.EnsureCustomer(r.ctx, payment.CustomerRequest{Ref: "usr_d"})
	r.ok(err)
	_, err = r.api.AttachCard(r.ctx, customer, "pm_card_chargeDeclined", 0)
	r.is(err, payment.ErrInvalid)
	card, err := r.api.AttachCard(r.ctx, customer, "pm_card_chargeCustomerFail", 0)
	r.ok(err)
	ch, err := r.api.CreateCharge(r.ctx, payment.ChargeRequest{Ref: "pay_later", Amount: usd(500), Customer: customer, Card: card.ID, OffSession: true})
	r.ok(err)
	if ch.Outcome != payment.Failed {
		t.Fatalf("charge of the card that fails later: %+v", ch)
	}
}

func TestThreeDSecure(t *testing.T) {
	r := newRig(t, nil)
	for _, answer := range []string{"complete", "fail"} {
		ch := r.pay("pay_"+answer, 1500, "pm_card_authenticationRequired")
		if ch.Outcome != payment.RequiresAction || ch.ActionURL == "" {
			t.Fatalf("charge: %+v", ch)
		}
		status, _, body := r.page(http.MethodGet, ch.ActionURL, nil)
		if status != 200 || !strings.Contains(body, "15.00 USD") || strings.Contains(body, "<script") {
			t.Fatalf("the page: %d %s", status, body)
		}
		status, to, _ := r.page(http.MethodPost, ch.ActionURL, url.Values{"answer": {answer}})
		if status != http.StatusSeeOther || !strings.HasPrefix(to, "http://app.test/back?") || !strings.Contains(to, "payment_intent="+ch.ID) {
			t.Fatalf("sent back to %d %q", status, to)
		}
		got, err := r.api.RetrieveCharge(r.ctx, ch.ID)
		r.ok(err)
		want := map[string]payment.Outcome{"complete": payment.Succeeded, "fail": payment.Failed}[answer]
		if got.Outcome != want {
			t.Fatalf("after %s: %+v", answer, got)
		}
		// The page is over; pressing again changes nothing.
		r.page(http.MethodPost, ch.ActionURL, url.Values{"answer": {"complete"}})
		again, err := r.api.RetrieveCharge(r.ctx, ch.ID)
		r.ok(err)
		if again.Outcome != want || again.ChargeID != got.ChargeID {
			t.Fatalf("pressed again: %+v", again)
		}
	}
	r.mustHear("payment_intent.requires_action", "payment_intent.succeeded", "payment_intent.payment_failed")

	// Away from the page the bank refuses, and says why.
	customer, card := r.fan("usr_away", "pm_card_authenticationRequired")
	ch, err := r.api.CreateCharge(r.ctx, payment.ChargeRequest{Ref: "pay_away", Amount: usd(700), Customer: customer, Card: card, OffSession: true})
	r.ok(err)
	if ch.Outcome != payment.Failed || !ch.Decline.Authenticate {
		t.Fatalf("away: %+v %+v", ch, ch.Decline)
	}
	customer, card = r.fan("usr_set", "pm_card_authenticationRequiredSetupForOffSession")
	ch, err = r.api.CreateCharge(r.ctx, payment.ChargeRequest{Ref: "pay_set", Amount: usd(700), Customer: customer, Card: card, OffSession: true})
	r.ok(err)
	if ch.Outcome != payment.Succeeded {
		t.Fatalf("set up card away: %+v", ch)
	}
	// Authenticated, and refused all the same.
	ch = r.pay("pay_refused", 900, "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds")
	r.page(http.MethodPost, ch.ActionURL, url.Values{"answer": {"complete"}})
	ch, err = r.api.RetrieveCharge(r.ctx, ch.ID)
	r.ok(err)
	if ch.Outcome != payment.Failed || ch.Decline.Code != "insufficient_funds" {
		t.Fatalf("refused after the bank's page: %+v", ch)
	}
}

func TestCancelCharge(t *testing.T) {
	r := newRig(t, nil)
	ch := r.pay("pay_c", 1500, "pm_card_authenticationRequired")
	got, err := r.api.CancelCharge(r.ctx, ch.ID)
	r.ok(err)
	if got.Outcome != payment.Canceled {
		t.Fatalf("canceled: %+v", got)
	}
	if _, _, body := r.page(http.MethodGet, ch.ActionURL, nil); !strings.Contains(body, "over already") {
		t.Fatalf("the page of a canceled charge: %s", body)
	}
	done := r.pay("pay_d", 1500, "pm_card_visa")
	_, err = r.api.CancelCharge(r.ctx, done.ID)
	r.is(err, payment.ErrInvalid)
	found, err := r.api.FindCharges(r.ctx, done.Customer, 10)
	r.ok(err)
	if len(found) != 1 || found[0].Ref != "pay_d" || found[0].Fee != done.Fee {
		t.Fatalf("found: %+v", found)
	}
}

func TestOnboardingVariants(t *testing.T) {
	r := newRig(t, nil)
	due := r.creator("usr_1", sandbox.Onboarding{Variant: sandbox.Document})
	if due.Ready() || !due.DetailsSubmitted || len(due.CurrentlyDue) != 1 || len(due.PastDue) != 1 || due.DisabledReason == "" {
		t.Fatalf("document due: %+v", due)
	}
	review := r.creator("usr_2", sandbox.Onboarding{Variant: sandbox.Review})
	if review.Ready() || len(review.InReview) != 1 {
		t.Fatalf("in review: %+v", review)
	}
	r.later(time.Hour)
	review, err := r.api.RetrieveAccount(r.ctx, review.ID)
	r.ok(err)
	if !review.Ready() {
		t.Fatalf("after review: %+v", review)
	}
	refused := r.creator("usr_3", sandbox.Onboarding{Variant: sandbox.Reject})
	if refused.Ready() || !strings.HasPrefix(refused.DisabledReason, "rejected.") {
		t.Fatalf("rejected: %+v", refused)
	}
	_, err = r.api.AccountLink(r.ctx, payment.AccountLinkRequest{Account: refused.ID, ReturnURL: "http://app.test/", RefreshURL: "http://app.test/"})
	r.is(err, payment.ErrInvalid)
	_, err = r.api.RetrieveAccount(r.ctx, "acct_missing")
	r.is(err, payment.ErrNotFound)
	r.mustHear("account.updated")
}

// The provider may say later what a charge has come to: it has succeeded, and
// Settled and Fee have no asset until then.
func TestLateEntry(t *testing.T) {
	r := newRig(t, nil)
	r.ok(r.box.SetLateEntries(true))
	ch := r.pay("pay_1", 499, "pm_card_visa")
	if ch.Outcome != payment.Succeeded || ch.EntryID != "" || ch.Settled.Asset != "" || ch.Fee.Asset != "" || r.balance("").Pending.Units != 0 {
		t.Fatalf("charge: %+v", ch)
	}
	r.mustHear("charge.succeeded", "payment_intent.succeeded")
	r.later(time.Hour)
	r.mustHear("charge.updated")
	found, err := r.api.FindCharges(r.ctx, ch.Customer, 10)
	r.ok(err)
	got, err := r.api.RetrieveCharge(r.ctx, ch.ID)
	r.ok(err)
	for _, c := range append(found, got) {
		if c.Outcome != payment.Succeeded || c.EntryID == "" || c.Settled != usd(499) || c.Fee != usd(44) {
			t.Errorf("an hour later: %+v", c)
		}
	}
	if b := r.balance(""); b.Pending != usd(455) || b.Available.Units != 0 {
		t.Errorf("balance: %+v", b)
	}
}
