package stripe_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/payment"
)

func (r *rig) checkout(req payment.CheckoutRequest) payment.Checkout {
	r.t.Helper()
	req.SuccessURL, req.CancelURL = "http://app.test/paid?session={CHECKOUT_SESSION_ID}", "http://app.test/shop"
	if !req.SaveOnly {
		req.Amount, req.Description = usd(499), "350 coins"
	}
	co, err := r.api.CreateCheckout(r.ctx, req)
	r.ok(err)
	if co.Outcome != payment.Pending || co.Ref != req.Ref || !strings.HasPrefix(co.URL, r.http.URL+"/_pages/checkout/") {
		r.t.Fatalf("checkout: %+v", co)
	}
	return co
}

func typed(number string) url.Values {
	return url.Values{"number": {number}, "expiry": {"12 / 34"}, "cvc": {"123"}, "name": {"Ada"}}
}

func TestCheckoutPays(t *testing.T) {
	r := newRig(t, nil)
	customer, err := r.api.EnsureCustomer(r.ctx, payment.CustomerRequest{Ref: "usr_1"})
	r.ok(err)
	co := r.checkout(payment.CheckoutRequest{Ref: "cps_1", Customer: customer, SaveCard: true})
	status, _, body := r.page(http.MethodGet, co.URL, nil)
	for _, want := range []string{"SANDBOX", "350 coins", "4.99 USD", "4242 4242 4242 4242"} {
		if status != 200 || !strings.Contains(body, want) {
			t.Fatalf("the page (%d) lacks %q", status, want)
		}
	}
	// What is no test card is refused, and not shown again.
	status, _, body = r.page(http.MethodPost, co.URL, typed("4539 1488 0343 6467"))
	if status != http.StatusUnprocessableEntity || strings.Contains(body, "6467") || !strings.Contains(body, `value="12 / 34"`) {
		t.Fatalf("a card that is no test card: %d %s", status, body)
	}
	status, _, body = r.page(http.MethodPost, co.URL, typed("4000 0000 0000 9995"))
	if status != http.StatusUnprocessableEntity || !strings.Contains(body, "insufficient funds") {
		t.Fatalf("a declined card: %d %s", status, body)
	}
	status, to, _ := r.page(http.MethodPost, co.URL, typed("4242424242424242"))
	if status != http.StatusSeeOther || to != "http://app.test/paid?session="+co.ID {
		t.Fatalf("paid: %d %q", status, to)
	}
	r.mustHear("payment_intent.payment_failed", "payment_intent.succeeded", "checkout.session.completed", "payment_method.attached")
	co, err = r.api.RetrieveCheckout(r.ctx, co.ID)
	r.ok(err)
	ch, err := r.api.RetrieveCharge(r.ctx, co.ChargeID)
	r.ok(err)
	if co.Outcome != payment.Succeeded || ch.Outcome != payment.Succeeded || ch.Ref != "cps_1" || ch.Customer != customer {
		t.Fatalf("checkout %+v charge %+v", co, ch)
	}
	// Paying twice is not possible.
	if _, _, body := r.page(http.MethodGet, r.http.URL+"/_pages/checkout/"+co.ID, nil); !strings.Contains(body, "paid already") {
		t.Fatalf("the paid page: %s", body)
	}
	r.page(http.MethodPost, r.http.URL+"/_pages/checkout/"+co.ID, typed("4242424242424242"))
	if b := r.balance(""); b.Pending.Units != 499-44 {
		t.Fatalf("balance: %+v", b)
	}
	// The card is saved, and pays on the next page by a click.
	cards, err := r.api.SavedCards(r.ctx, customer)
	r.ok(err)
	if len(cards) != 1 || cards[0].Last4 != "4242" {
		t.Fatalf("saved: %+v", cards)
	}
	co = r.checkout(payment.CheckoutRequest{Ref: "cps_2", Customer: customer})
	if _, to, _ := r.page(http.MethodPost, co.URL, url.Values{"saved": {cards[0].ID}}); !strings.HasPrefix(to, "http://app.test/paid") {
		t.Fatalf("the saved card led to %q", to)
	}
	r.ok(r.api.DetachCard(r.ctx, cards[0].ID, 0))
	cards, err = r.api.SavedCards(r.ctx, customer)
	r.ok(err)
	if len(cards) != 0 {
		t.Fatalf("after forgetting: %+v", cards)
	}
}

func TestCheckoutThreeDSecure(t *testing.T) {
	r := newRig(t, nil)
	customer, err := r.api.EnsureCustomer(r.ctx, payment.CustomerRequest{Ref: "usr_1"})
	r.ok(err)
	co := r.checkout(payment.CheckoutRequest{Ref: "cps_1", Customer: customer})
	_, bank, _ := r.page(http.MethodPost, co.URL, typed("4000002760003184"))
	if !strings.Contains(bank, "/_pages/3ds/pi_") {
		t.Fatalf("led to %q", bank)
	}
	_, back, _ := r.page(http.MethodPost, bank, url.Values{"answer": {"fail"}})
	if back != co.URL {
		t.Fatalf("after a failed step: %q", back)
	}
	if _, _, body := r.page(http.MethodGet, back, nil); !strings.Contains(body, "unable to authenticate") {
		t.Fatalf("the page does not say why: %s", body)
	}
	_, bank, _ = r.page(http.MethodPost, co.URL, typed("4000002760003184"))
	_, to, _ := r.page(http.MethodPost, bank, url.Values{"answer": {"complete"}})
	if to != "http://app.test/paid?session="+co.ID {
		t.Fatalf("after a completed step: %q", to)
	}
	co, err = r.api.RetrieveCheckout(r.ctx, co.ID)
	r.ok(err)
	if co.Outcome != payment.Succeeded {
		t.Fatalf("checkout: %+v", co)
	}
}

func TestCheckoutSavesACard(t *testing.T) {
	r := newRig(t, nil)
	customer, err := r.api.EnsureCustomer(r.ctx, payment.CustomerRequest{Ref: "usr_1"})
	r.ok(err)
	co := r.checkout(payment.CheckoutRequest{Ref: "crd_1", Customer: customer, SaveOnly: true})
	status, _, _ := r.page(http.MethodPost, co.URL, typed("4000000000000002"))
	if status != http.StatusUnprocessableEntity {
		t.Fatalf("a declined card was saved: %d", status)
	}
	_, bank, _ := r.page(http.MethodPost, co.URL, typed("4000002500003155"))
	_, to, _ := r.page(http.MethodPost, bank, url.Values{"answer": {"complete"}})
	if !strings.HasPrefix(to, "http://app.test/paid") {
		t.Fatalf("saved: %q", to)
	}
	r.mustHear("setup_intent.succeeded", "checkout.session.completed")
	cards, err := r.api.SavedCards(r.ctx, customer)
	r.ok(err)
	if len(cards) != 1 {
		t.Fatalf("cards: %+v", cards)
	}
	ch, err := r.api.CreateCharge(r.ctx, payment.ChargeRequest{Ref: "pay_1", Amount: usd(500), Customer: customer, Card: cards[0].ID, OffSession: true})
	r.ok(err)
	if ch.Outcome != payment.Succeeded {
		t.Fatalf("a card that was set up, away: %+v %+v", ch, ch.Decline)
	}
}

func TestCheckoutEnds(t *testing.T) {
	r := newRig(t, nil)
	old := r.checkout(payment.CheckoutRequest{Ref: "cps_1"})
	closed := r.checkout(payment.CheckoutRequest{Ref: "cps_2"})
	got, err := r.api.ExpireCheckout(r.ctx, closed.ID)
	r.ok(err)
	if got.Outcome != payment.Canceled || got.URL != "" {
		t.Fatalf("closed: %+v", got)
	}
	r.later(24 * time.Hour)
	r.mustHear("checkout.session.expired")
	got, err = r.api.RetrieveCheckout(r.ctx, old.ID)
	r.ok(err)
	if got.Outcome != payment.Canceled {
		t.Fatalf("after a day: %+v", got)
	}
	if status, _, _ := r.page(http.MethodGet, old.URL, nil); status != http.StatusGone {
		t.Fatalf("the page of yesterday: %d", status)
	}
	if status, _, _ := r.page(http.MethodGet, r.http.URL+"/_pages/checkout/cs_test_nothing", nil); status != http.StatusNotFound {
		t.Fatalf("a page that never was: %d", status)
	}
}
