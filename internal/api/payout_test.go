package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/payment/collect"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/purchase"
)

// verified compares the books at the end of a test that moves money.
func (s *shop) verified(t *testing.T) {
	t.Helper()
	ledgertest.Verify(t, s.db, gifttest.Checks(append(purchase.Checks(), payout.Checks()...)...)...)
}

// TestPayoutIsCanceledOnce: the same request again gets the first answer, and
// another one is told that it is done.
func TestPayoutIsCanceledOnce(t *testing.T) {
	s := newShop(t)
	fan, star := s.g.Fan(1000), s.g.Creator()
	s.g.Give(fan, "lion", s.g.Live(star), 2)
	s.g.Later(9 * 24 * time.Hour)
	me := []string{s.host, actingFor(star)}
	s.answered(t, 200, "POST /v1/payout-account/onboarding-link", append(me, "", `{}`)...)
	var account payout.Account
	s.g.Read(func(tx *db.Tx) (err error) {
		account, err = payout.AccountOf(t.Context(), tx, star)
		return err
	})
	s.g.OK(s.box.Onboard(account.Provider, sandbox.Onboarding{Name: "Ada"}))
	s.answered(t, 200, "POST /v1/payout-account/refresh", me...)
	made := s.answered(t, 201, "POST /v1/payouts", append(me, "Idempotency-Key: p1", "", `{"amount":200}`)...)
	line := "POST /v1/payouts/" + made["id"].(string) + "/cancel"

	wantProblem(t, s.ask(t, line, me...), fault.IdempotencyKeyMissing)
	first := s.ask(t, line, append(me, "Idempotency-Key: c1")...)
	if first.Code != 200 || first.Header().Get(ReplayHeader) != "" {
		t.Fatalf("the first: %d %s", first.Code, first.Body)
	}
	again := s.ask(t, line, append(me, "Idempotency-Key: c1")...)
	if again.Code != 200 || again.Header().Get(ReplayHeader) != "true" || again.Body.String() != first.Body.String() {
		t.Errorf("the same again: %d %v\n%s\n%s", again.Code, again.Header(), again.Body, first.Body)
	}
	wantProblem(t, s.ask(t, line, append(me, "Idempotency-Key: c2")...), fault.AlreadyDone)
	other := s.answered(t, 201, "POST /v1/payouts", append(me, "Idempotency-Key: p2", "", `{"amount":200}`)...)
	wantProblem(t, s.ask(t, "POST /v1/payouts/"+other["id"].(string)+"/cancel", append(me, "Idempotency-Key: c1")...), fault.IdempotencyKeyReused)
	wantProblem(t, s.ask(t, line, s.host, actingFor(fan), "Idempotency-Key: c3"), fault.NotFound)
	if got := s.answered(t, 200, "GET /v1/payouts/"+made["id"].(string), me...); got["state"] != "canceled" {
		t.Errorf("the payout: %v", got)
	}
	s.verified(t)
}

// TestPurchaseIsAnsweredOnce: who was sent to the bank's page gets the same
// answer again when the purchase has long been paid. What became of it is at
// its own address.
func TestPurchaseIsAnsweredOnce(t *testing.T) {
	s := newShop(t)
	fan := s.g.Person()
	me := []string{s.host, actingFor(fan)}
	card := s.answered(t, 201, "POST /v1/cards/test", append(me, "", `{"token":"pm_card_authenticationRequired"}`)...)
	ask := append(me, "Idempotency-Key: b1", "", `{"coins":70,"card":"`+card["id"].(string)+`"}`)
	first := s.ask(t, "POST /v1/coin-purchases", ask...)
	made := s.answered(t, 201, "POST /v1/coin-purchases", ask...)
	if made["outcome"] != "requires_action" || made["action_url"] == "" {
		t.Fatalf("the purchase: %v", made)
	}
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := browser.PostForm(made["action_url"].(string), url.Values{"answer": {"complete"}})
	s.g.OK(err)
	res.Body.Close()
	p, err := s.cfg.Services.Purchases.Get(t.Context(), id.Purchase(made["id"].(string)))
	s.g.OK(err)
	_, err = s.cfg.Services.Purchases.Settle(t.Context(), p.Charge.ID)
	s.g.OK(err)
	if got := s.answered(t, 200, "GET /v1/coin-purchases/"+made["id"].(string), me...); got["outcome"] != "succeeded" || got["lot"] == nil {
		t.Errorf("the purchase: %v", got)
	}
	again := s.ask(t, "POST /v1/coin-purchases", ask...)
	if again.Code != first.Code || again.Body.String() != first.Body.String() || again.Header().Get(ReplayHeader) != "true" {
		t.Errorf("the same again: %d %s\nthe first: %d %s", again.Code, again.Body, first.Code, first.Body)
	}
	s.verified(t)
}

// TestPurchaseOfUnknownOutcome: it is answered with an address to watch. The
// same request again says what is known by then, and that stays.
func TestPurchaseOfUnknownOutcome(t *testing.T) {
	s := newShop(t)
	me := []string{s.host, actingFor(s.g.Person())}
	card := s.answered(t, 201, "POST /v1/cards/test", append(me, "", `{}`)...)
	ask := append(me, "Idempotency-Key: b1", "", `{"coins":70,"card":"`+card["id"].(string)+`"}`)
	s.box.AddFault(sandbox.Fault{Operation: "POST /v1/payment_intents", Mode: sandbox.After, Next: 2})
	for range 2 {
		rec := s.ask(t, "POST /v1/coin-purchases", ask...)
		if rec.Code != 202 || rec.Header().Get("Location") == "" || !strings.Contains(rec.Body.String(), `"outcome":"unknown"`) {
			t.Fatalf("the answer was lost: %d %v %s", rec.Code, rec.Header(), rec.Body)
		}
	}
	known := s.ask(t, "POST /v1/coin-purchases", ask...)
	again := s.ask(t, "POST /v1/coin-purchases", ask...)
	if known.Code != 201 || again.Code != 201 || known.Body.String() != again.Body.String() || !strings.Contains(known.Body.String(), `"outcome":"succeeded"`) {
		t.Errorf("known: %d %s, and again: %d %s", known.Code, known.Body, again.Code, again.Body)
	}
	s.verified(t)
}

// TestPurchaseLeavesTimeToAnswer: the provider's part of a purchase ends well
// before the request does.
func TestPurchaseLeavesTimeToAnswer(t *testing.T) {
	if most := purchase.NewService(nil, collect.New(nil, nil, people.Payer)).Patience; most <= 0 || most > maxRun*2/3 {
		t.Errorf("a purchase waits %s for the provider, and a request ends after %s", most, maxRun)
	}
}
