package purchase_test

import (
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/collect"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payment/sandbox/sandboxtest"
	"github.com/ovationhq/ovation/internal/payment/stripe"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/purchase"
)

const create = "POST /v1/payment_intents"

// impatient gives calls up soon, for faults that let them wait.
const impatient = 300 * time.Millisecond

// Whatever is lost on the way, the purchase is not known at first, settles by
// itself, and is charged once.
func TestFaults(t *testing.T) {
	each(t, func(s *shop) {
		s.OK(s.box.SetWebhooks(sandbox.Webhooks{Off: true}))
		modes := []sandbox.Mode{sandbox.Before, sandbox.After, sandbox.Reset, sandbox.ResetBefore, sandbox.RateLimit, sandbox.Timeout, sandbox.TimeoutBefore}
		for i, mode := range modes {
			if mode == sandbox.Timeout || mode == sandbox.TimeoutBefore {
				s.connect(sandboxtest.Client(impatient))
			}
			s.fails(create, mode)
			r := s.request()
			p, err := s.shop.Buy(s.Ctx, r)
			s.OK(err)
			s.is(p, payment.Unknown)
			if mode == sandbox.After || mode == sandbox.ResetBefore {
				again, err := s.shop.Buy(s.Ctx, r) // the person asks again with the same key
				s.OK(err)
				if again.ID != p.ID || !again.Replayed || again.Outcome != payment.Succeeded {
					t.Errorf("%s: asked again: %+v", mode, again)
				}
			}
			s.connect(sandboxtest.Client(30 * time.Second))
			s.Later(time.Minute)
			s.is(p, payment.Succeeded)
			if n := s.charges(); n != i+1 || s.Coins(s.fan) != int64(70*(i+1)) {
				t.Errorf("%s: %d charges, %d coins", mode, n, s.Coins(s.fan))
			}
		}
	})
}

// A 500 that the provider keeps for the key is overcome by looking the charge
// up, without any webhook.
func TestStickyFault(t *testing.T) {
	each(t, func(s *shop) {
		s.OK(s.box.SetWebhooks(sandbox.Webhooks{Off: true}))
		s.fails(create, sandbox.Sticky)
		p, err := s.shop.Buy(s.Ctx, s.request())
		s.OK(err)
		s.is(p, payment.Unknown)
		s.Later(time.Minute)
		s.is(p, payment.Succeeded)
		if s.charges() != 1 {
			t.Errorf("%d charges", s.charges())
		}
	})
}

// We were off for longer than the provider remembers keys. What it did is
// found; what it never heard of is not charged after all that time.
func TestOffForDays(t *testing.T) {
	each(t, func(s *shop) {
		s.OK(s.box.SetWebhooks(sandbox.Webhooks{Off: true}))
		var bought []purchase.Purchase
		for _, mode := range []sandbox.Mode{sandbox.After, sandbox.Before} {
			s.fails(create, mode)
			p, err := s.shop.Buy(s.Ctx, s.request())
			s.OK(err)
			bought = append(bought, s.is(p, payment.Unknown))
		}
		s.Clk.Advance(40 * 24 * time.Hour)
		s.box.Settle() // the provider forgets its keys
		s.RunDue()
		s.is(bought[0], payment.Succeeded)
		s.is(bought[1], payment.Canceled)
		if s.charges() != 1 || s.Coins(s.fan) != 70 {
			t.Errorf("%d charges, %d coins", s.charges(), s.Coins(s.fan))
		}
		if n := s.Count("SELECT COUNT(*) FROM due_work"); n != 0 {
			t.Errorf("%d pieces of work are left", n)
		}
	})
}

// For a while before a charge is given up it is not made any more, so that none
// is on its way when nobody looks for it.
func TestKeyRests(t *testing.T) {
	each(t, func(s *shop) {
		s.OK(s.box.SetWebhooks(sandbox.Webhooks{Off: true}))
		s.box.AddFault(sandbox.Fault{Operation: create, Mode: sandbox.Before, Probability: 1})
		p, err := s.shop.Buy(s.Ctx, s.request())
		s.OK(err)
		s.Later(20 * time.Hour)
		s.box.ClearFaults()
		for range 9 {
			s.Later(time.Minute)
		}
		s.is(p, payment.Unknown)
		s.Later(2 * time.Minute)
		s.is(p, payment.Canceled)
		if n := s.charges(); n != 0 {
			t.Errorf("%d charges", n)
		}
	})
}

// The same person asks again with the same key after the provider has
// forgotten it: still one charge.
func TestAskedAgainAfterDays(t *testing.T) {
	each(t, func(s *shop) {
		s.OK(s.box.SetWebhooks(sandbox.Webhooks{Off: true}))
		s.fails(create, sandbox.After)
		r := s.request()
		_, err := s.shop.Buy(s.Ctx, r)
		s.OK(err)
		s.Clk.Advance(40 * 24 * time.Hour)
		s.box.Settle()
		p, err := s.shop.Buy(s.Ctx, r)
		s.OK(err)
		s.is(p, payment.Succeeded)
		if s.charges() != 1 || s.Coins(s.fan) != 70 {
			t.Errorf("%d charges, %d coins", s.charges(), s.Coins(s.fan))
		}
	})
}

// The provider can not be reached at all: nothing is charged, the person is
// told that it is not known yet, and it goes on when it is back.
func TestProviderDown(t *testing.T) {
	each(t, func(s *shop) {
		up := s.api
		down, err := stripe.New(stripe.Config{SecretKey: sandbox.DefaultSecretKey, BaseURL: "http://127.0.0.1:1", WebhookSecrets: []string{sandbox.DefaultWebhookSecret}})
		s.OK(err)
		s.api, s.shop = down, purchase.NewService(s.D, collect.New(s.D, down, people.Payer))
		p, err := s.shop.Buy(s.Ctx, s.request())
		s.OK(err)
		s.is(p, payment.Unknown)
		for range 9 {
			s.Later(20 * time.Second)
		}
		s.is(p, payment.Unknown)
		s.api, s.shop = up, purchase.NewService(s.D, collect.New(s.D, up, people.Payer))
		s.Later(20 * time.Second)
		s.is(p, payment.Succeeded)
		if s.charges() != 1 {
			t.Errorf("%d charges", s.charges())
		}
	})
}

// The provider's record of the person is made once, also when its answer was
// lost or two first purchases run at once.
func TestFirstPurchase(t *testing.T) {
	each(t, func(s *shop) {
		s.fan = s.Person()
		r := s.request()
		r.Card = "pm_card_visa"
		s.fails("POST /v1/customers", sandbox.After)
		p, err := s.shop.Buy(s.Ctx, r)
		s.OK(err)
		s.is(p, payment.Unknown)
		s.Later(time.Minute)
		s.is(p, payment.Succeeded)
		s.fan = s.Person()
		var wg sync.WaitGroup
		for range 5 {
			r := s.request()
			r.Card = "pm_card_visa"
			wg.Go(func() {
				if _, err := s.shop.Buy(s.Ctx, r); err != nil {
					t.Errorf("a first purchase: %v", err)
				}
			})
		}
		wg.Wait()
		s.Later(time.Minute)
		if s.Coins(s.fan) != 350 || s.charges() != 5 {
			t.Errorf("%d coins, %d charges", s.Coins(s.fan), s.charges())
		}
	})
}

// between runs f after the provider has answered and before we read it.
type between struct {
	f    func()
	base http.RoundTripper
	path string
}

func (b *between) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := b.base.RoundTrip(r)
	if r.Method == http.MethodPost && r.URL.Path == b.path {
		b.f()
	}
	return res, err
}

// The webhook comes before the reply: it opens the lot, and the reply finds it
// done.
func TestWebhookBeforeTheReply(t *testing.T) {
	each(t, func(s *shop) {
		s.box.Settle()
		s.heard = nil
		client := sandboxtest.Client(30 * time.Second)
		client.Transport = &between{base: client.Transport, path: "/v1/payment_intents", f: func() {
			s.box.Settle()
			if s.Coins(s.fan) != 70 {
				t.Errorf("after the webhook the wallet holds %d", s.Coins(s.fan))
			}
		}}
		s.connect(client)
		p, err := s.shop.Buy(s.Ctx, s.request())
		s.OK(err)
		s.is(p, payment.Succeeded)
		if len(s.heard) == 0 || s.Coins(s.fan) != 70 {
			t.Errorf("%d webhooks, %d coins", len(s.heard), s.Coins(s.fan))
		}
	})
}

// The reply does not come at all, and the webhook does.
func TestWebhookWithoutReply(t *testing.T) {
	each(t, func(s *shop) {
		s.fails(create, sandbox.After)
		p, err := s.shop.Buy(s.Ctx, s.request())
		s.OK(err)
		s.is(p, payment.Unknown)
		s.box.Settle()
		s.is(p, payment.Succeeded)
		s.Later(time.Minute)
		if s.charges() != 1 || s.Coins(s.fan) != 70 {
			t.Errorf("%d charges, %d coins", s.charges(), s.Coins(s.fan))
		}
	})
}

// One webhook 100 times at once has one effect.
func TestWebhookAHundredTimes(t *testing.T) {
	each(t, func(s *shop) {
		s.fails(create, sandbox.After)
		p, err := s.shop.Buy(s.Ctx, s.request())
		s.OK(err)
		receive := s.box.Receive
		s.box.Receive = nil
		s.box.Settle()
		s.box.Receive = receive
		events, err := s.api.ListEvents(s.Ctx, stripe.EventQuery{Since: s.Clk.Now().Add(-time.Hour)})
		s.OK(err)
		begin := make(chan struct{})
		var wg sync.WaitGroup
		for _, ev := range events {
			if ev.Type != "payment_intent.succeeded" {
				continue
			}
			for range 100 {
				wg.Go(func() {
					<-begin
					if handled, err := s.shop.Observe(s.Ctx, ev); err != nil || !handled {
						t.Errorf("webhook: %t %v", handled, err)
					}
				})
			}
		}
		close(begin)
		wg.Wait()
		s.is(p, payment.Succeeded)
		if s.Coins(s.fan) != 70 || len(s.Events("coin_purchase.completed")) != 1 || s.Count("SELECT COUNT(*) FROM payment_event") != 1 {
			t.Errorf("%d coins, %d events", s.Coins(s.fan), len(s.Events("coin_purchase.completed")))
		}
	})
}

// Webhooks in any order, several times each, some of them refused by us at
// first: every purchase has its lot once.
func TestShuffledWebhooks(t *testing.T) {
	each(t, func(s *shop) {
		s.OK(s.box.SetWebhooks(sandbox.Webhooks{Shuffle: true, Duplicate: 3, DelaySeconds: 5}))
		busy := 0
		receive := s.box.Receive
		s.box.Receive = func(payload []byte, signature string) error {
			if busy++; busy%3 == 0 {
				return errors.New("busy")
			}
			return receive(payload, signature)
		}
		var bought []purchase.Purchase
		for i := range 10 {
			if i%2 == 0 {
				s.fails(create, sandbox.After)
			}
			p, err := s.shop.Buy(s.Ctx, s.request())
			s.OK(err)
			bought = append(bought, p)
		}
		s.Clk.Advance(5 * time.Second)
		s.box.Settle()
		for range 4 {
			s.Clk.Advance(time.Hour)
			s.box.Settle()
		}
		for _, p := range bought {
			s.is(p, payment.Succeeded)
		}
		s.RunDue()
		if s.Coins(s.fan) != 700 || s.charges() != 10 {
			t.Errorf("%d coins, %d charges", s.Coins(s.fan), s.charges())
		}
	})
}

// Webhooks never arrive: who lists the events, twice over, catches up.
func TestPollerOnly(t *testing.T) {
	each(t, func(s *shop) {
		s.OK(s.box.SetWebhooks(sandbox.Webhooks{Off: true}))
		r := s.request()
		r.Card = s.save("pm_card_authenticationRequired")
		waiting, err := s.shop.Buy(s.Ctx, r)
		s.OK(err)
		s.fails(create, sandbox.After)
		lost, err := s.shop.Buy(s.Ctx, s.request())
		s.OK(err)
		s.box.Answer(s.is(waiting, payment.RequiresAction).Charge.ActionURL, map[string][]string{"answer": {"complete"}})
		for range 2 {
			events, err := s.api.ListEvents(s.Ctx, stripe.EventQuery{Since: s.Clk.Now().Add(-72 * time.Hour)})
			s.OK(err)
			for _, ev := range events {
				_, err := s.shop.Observe(s.Ctx, ev)
				s.OK(err)
			}
		}
		s.is(waiting, payment.Succeeded)
		s.is(lost, payment.Succeeded)
		if s.Coins(s.fan) != 140 || len(s.heard) != 0 {
			t.Errorf("%d coins, %d webhooks", s.Coins(s.fan), len(s.heard))
		}
	})
}

// News about something else are nobody's business here, and no error.
func TestOtherNews(t *testing.T) {
	each(t, func(s *shop) {
		for _, ev := range []payment.Event{
			{ID: "evt_1", Type: "payment_intent.succeeded", Object: "payment_intent", ObjectID: "pi_unknown"},
			{ID: "evt_2", Type: "payment_intent.succeeded", Object: "payment_intent", ObjectID: "pi_unknown", Ref: "pay_01kkbswhg3eezrxzk1wrsbne8h"},
			{ID: "evt_3", Type: "customer.created", Object: "customer", ObjectID: "cus_1"},
			{ID: "evt_4", Type: "payment_intent.succeeded", Object: "payment_intent", ObjectID: "pi_unknown", Account: "acct_1"},
			{ID: "evt_5", Type: "weird"},
			{ID: "evt_6", Type: "checkout.session.completed", Object: "checkout.session", ObjectID: "cs_1", Parent: "pi_unknown"},
		} {
			if handled, err := s.shop.Observe(s.Ctx, ev); handled || err != nil {
				t.Errorf("%+v: %t %v", ev, handled, err)
			}
		}
	})
}

// A key of ours that the provider refuses is our fault, not the card's.
func TestOurKeyIsWrong(t *testing.T) {
	each(t, func(s *shop) {
		up := s.api
		wrong, err := stripe.New(stripe.Config{SecretKey: "sk_test_wrong", BaseURL: s.box.URL, WebhookSecrets: []string{sandbox.DefaultWebhookSecret}})
		s.OK(err)
		s.api, s.shop = wrong, purchase.NewService(s.D, collect.New(s.D, wrong, people.Payer))
		_, err = s.shop.Buy(s.Ctx, s.request())
		s.Want(err, fault.UpstreamFailed)
		s.api, s.shop = up, purchase.NewService(s.D, collect.New(s.D, up, people.Payer))
		s.Later(time.Hour)
		if s.charges() != 0 || s.Count("SELECT COUNT(*) FROM payment_charge WHERE outcome = 'failed'") != 1 {
			t.Errorf("%d charges", s.charges())
		}
	})
}

// Our key is refused while it is not known what was done with it: that is no
// decline, and what was charged is found when the key works again.
func TestOurKeyStopsWorking(t *testing.T) {
	each(t, func(s *shop) {
		s.OK(s.box.SetWebhooks(sandbox.Webhooks{Off: true}))
		up := s.api
		wrong, err := stripe.New(stripe.Config{SecretKey: "sk_test_wrong", BaseURL: s.box.URL, WebhookSecrets: []string{sandbox.DefaultWebhookSecret}})
		s.OK(err)
		s.fails(create, sandbox.After)
		r := s.request()
		p, err := s.shop.Buy(s.Ctx, r)
		s.OK(err)
		s.api, s.shop = wrong, purchase.NewService(s.D, collect.New(s.D, wrong, people.Payer))
		_, err = s.shop.Buy(s.Ctx, r)
		s.Want(err, fault.UpstreamFailed)
		s.is(p, payment.Unknown)
		for range 30 {
			s.Later(time.Hour)
		}
		s.is(p, payment.Unknown)
		s.api, s.shop = up, purchase.NewService(s.D, collect.New(s.D, up, people.Payer))
		s.Later(time.Hour)
		s.is(p, payment.Succeeded)
		if n := s.Count("SELECT COUNT(*) FROM due_work WHERE dead = 1"); n != 0 || s.charges() != 1 {
			t.Errorf("%d pieces of work were given up, %d charges", n, s.charges())
		}
	})
}
