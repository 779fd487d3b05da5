package purchase_test

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/purchase"
)

func (s *shop) settleWork(ctx context.Context, key string) (time.Duration, error) {
	again, err := s.shop.Settle(ctx, id.Payment(key))
	if again > 0 {
		err = nil // the provider's refusal to say is for the log
	}
	return again, err
}

func TestBuy(t *testing.T) {
	each(t, func(s *shop) {
		r := s.request()
		r.ExpectedPrice = 99
		p, err := s.shop.Buy(s.Ctx, r)
		s.OK(err)
		p = s.is(p, payment.Succeeded)
		if p.Coins != 70 || p.Price.Units != 99 || p.PackVersion != "current@1" || p.Replayed || p.CompletedUS == 0 || p.Charge.Last4 != "4242" || p.Charge.FeeUnits != 33 {
			t.Errorf("purchase: %+v", p)
		}
		if s.Coins(s.fan) != 70 || s.Balance(ledger.Deferred, money.USD) != 99 || s.Balance(ledger.ProcessingCosts, money.USD) != -33 || s.box.Holds("", "USD") != 66 {
			t.Errorf("%d coins, %d deferred, %d costs, %d with the provider", s.Coins(s.fan), s.Balance(ledger.Deferred, money.USD), s.Balance(ledger.ProcessingCosts, money.USD), s.box.Holds("", "USD"))
		}
		s.box.Settle()
		s.Later(time.Hour)
		if n := len(s.Events("coin_purchase.completed")); n != 1 || len(s.heard) == 0 {
			t.Errorf("%d events of it after %d webhooks", n, len(s.heard))
		}
		if n := s.Count("SELECT COUNT(*) FROM due_work"); n != 0 {
			t.Errorf("%d pieces of work are left", n)
		}
	})
}

func TestRefusedBeforeAnythingIsAsked(t *testing.T) {
	each(t, func(s *shop) {
		young := s.Person(func(n *people.NewPerson) { n.BirthDate = "2008-03-11" })
		for name, c := range map[string]struct {
			change func(r *purchase.Request)
			code   fault.Code
		}{
			"nobody":           {func(r *purchase.Request) { r.Person = "usr_x" }, fault.NotFound},
			"somebody of 17":   {func(r *purchase.Request) { r.Person = young }, fault.AgeRestricted},
			"no such currency": {func(r *purchase.Request) { r.Currency = "XXX" }, fault.CurrencyUnsupported},
			"no coins":         {func(r *purchase.Request) { r.Coins = 0 }, fault.AmountOutOfRange},
			"too many coins":   {func(r *purchase.Request) { r.Coins = 1401 }, fault.AmountOutOfRange},
			"another price":    {func(r *purchase.Request) { r.ExpectedPrice = 98 }, fault.PriceChanged},
		} {
			r := s.request()
			c.change(&r)
			if _, err := s.shop.Buy(s.Ctx, r); !fault.Is(err, c.code) {
				t.Errorf("%s: %v, want %s", name, err, c.code)
			}
		}
		if n := s.Count("SELECT COUNT(*) FROM coin_purchase") + s.Count("SELECT COUNT(*) FROM payment_charge") + int64(s.charges()); n != 0 {
			t.Errorf("%d rows are left of refused calls", n)
		}
	})
}

func TestDecline(t *testing.T) {
	each(t, func(s *shop) {
		r := s.request()
		r.Card = s.save("pm_card_chargeCustomerFail")
		var purchases []any
		for range 2 { // the same call again says the same
			p, err := s.shop.Buy(s.Ctx, r)
			f := s.Want(err, fault.CardDeclined)
			if f.Data["decline_code"] != "generic_decline" || f.Data["purchase"] == nil {
				t.Errorf("the fault says %v", f.Data)
			}
			purchases = append(purchases, f.Data["purchase"])
			s.is(p, payment.Failed)
		}
		if purchases[0] != purchases[1] || s.charges() != 1 || s.Coins(s.fan) != 0 {
			t.Errorf("purchases %v, %d charges", purchases, s.charges())
		}
		s.box.Settle()
		r.Key, r.Card = s.Key(), s.card // another card and a new key
		_, err := s.shop.Buy(s.Ctx, r)
		s.OK(err)
		if s.Coins(s.fan) != 70 {
			t.Errorf("the wallet holds %d", s.Coins(s.fan))
		}
		if n := len(s.Events("coin_purchase.completed")); n != 1 {
			t.Errorf("%d purchases were announced", n)
		}
	})
}

// Somebody else's card does not pay.
func TestForeignCard(t *testing.T) {
	each(t, func(s *shop) {
		other := s.fan
		card := s.card
		s.fan = s.Person()
		mine := s.save("pm_card_visa")
		r := s.request()
		r.Card = card
		_, err := s.shop.Buy(s.Ctx, r)
		s.Want(err, fault.CardDeclined)
		if s.box.Holds("", "USD") != 0 || s.Coins(other) != 0 {
			t.Error("a foreign card paid")
		}
		s.Want(s.shop.RemoveCard(s.Ctx, s.fan, card), fault.NotFound)
		s.OK(s.shop.RemoveCard(s.Ctx, s.fan, mine))
		cards, err := s.shop.Cards(s.Ctx, s.fan)
		if err != nil || len(cards) != 0 {
			t.Errorf("cards: %v %v", cards, err)
		}
		cards, err = s.shop.Cards(s.Ctx, s.Person())
		if err != nil || len(cards) != 0 {
			t.Errorf("cards of somebody new: %v %v", cards, err)
		}
	})
}

// A card whose month is over is said to be, and the bank refuses it.
func TestExpiredCard(t *testing.T) {
	each(t, func(s *shop) {
		cards, err := s.shop.Cards(s.Ctx, s.fan)
		if s.OK(err); len(cards) != 1 || cards[0].Expired {
			t.Fatalf("cards: %+v", cards)
		}
		end := time.Date(cards[0].ExpYear, time.Month(cards[0].ExpMonth)+1, 1, 12, 0, 0, 0, time.UTC)
		s.Clk.Advance(end.Sub(s.Clk.Now()))
		cards, err = s.shop.Cards(s.Ctx, s.fan)
		if s.OK(err); cards[0].Expired {
			t.Errorf("its month is not over everywhere: %+v", cards)
		}
		s.Clk.Advance(time.Second)
		cards, err = s.shop.Cards(s.Ctx, s.fan)
		if s.OK(err); !cards[0].Expired {
			t.Errorf("its month is over: %+v", cards)
		}
		_, err = s.shop.Buy(s.Ctx, s.request())
		if f := s.Want(err, fault.CardDeclined); !strings.Contains(f.Detail, "This card has expired.") {
			t.Errorf("%v", err)
		}
	})
}

// 3-D Secure: the person goes to a page, and the webhook opens the lot. The
// same call is answered the same, whatever became of the purchase.
func TestThreeDSecure(t *testing.T) {
	each(t, func(s *shop) {
		for _, answer := range []string{"fail", "complete"} {
			want := map[string]payment.Outcome{"complete": payment.Succeeded, "fail": payment.Failed}[answer]
			r := s.request()
			r.Card = s.save("pm_card_authenticationRequired")
			first, err := s.shop.Buy(s.Ctx, r)
			s.OK(err)
			p := s.is(first, payment.RequiresAction)
			if p.Charge.ActionURL == "" || s.Coins(s.fan) != 0 {
				t.Errorf("purchase: %+v", p)
			}
			s.box.Settle()
			s.is(p, payment.RequiresAction)
			s.box.Answer(p.Charge.ActionURL, url.Values{"answer": {answer}})
			s.is(p, payment.RequiresAction) // nobody has told us yet
			s.box.Settle()
			s.is(p, want)
			again, err := s.shop.Buy(s.Ctx, r)
			s.OK(err)
			if !again.Replayed || again.ID != p.ID || again.Outcome != first.Outcome || again.Charge.ActionURL != first.Charge.ActionURL || again.Lot != "" || again.CompletedUS != 0 ||
				again.Charge.Last4 != first.Charge.Last4 || again.Charge.Decline != first.Charge.Decline {
				t.Errorf("the same call after %s: %+v, the first answer was %+v", answer, again, first)
			}
		}
		if s.Coins(s.fan) != 70 {
			t.Errorf("the wallet holds %d", s.Coins(s.fan))
		}
	})
}

// Who never comes back from the page is not charged: after a day the charge is
// canceled at the provider.
func TestNobodyComesBack(t *testing.T) {
	each(t, func(s *shop) {
		r := s.request()
		r.Card = s.save("pm_card_authenticationRequired")
		p, err := s.shop.Buy(s.Ctx, r)
		s.OK(err)
		p = s.is(p, payment.RequiresAction)
		for range 24*6 + 3 {
			s.Later(10 * time.Minute)
		}
		p = s.is(p, payment.Canceled)
		got, err := s.api.RetrieveCharge(s.Ctx, p.Charge.Provider)
		s.OK(err)
		if got.Outcome != payment.Canceled || s.Count("SELECT COUNT(*) FROM due_work") != 0 {
			t.Errorf("at the provider: %+v", got)
		}
		s.box.Settle()
	})
}

// A person's key makes one purchase, whatever is asked under it.
func TestKeys(t *testing.T) {
	each(t, func(s *shop) {
		r := s.request()
		first, err := s.shop.Buy(s.Ctx, r)
		s.OK(err)
		again, err := s.shop.Buy(s.Ctx, r)
		s.OK(err)
		if again.ID != first.ID || !again.Replayed || again.Lot != first.Lot {
			t.Errorf("the same call: %+v, first %+v", again, first)
		}
		for _, change := range []func(r *purchase.Request){
			func(r *purchase.Request) { r.Coins = 350 }, func(r *purchase.Request) { r.Currency = "EUR" },
			func(r *purchase.Request) { r.Card = "pm_other" }, func(r *purchase.Request) { r.ExpectedPrice = 99 },
			func(r *purchase.Request) { r.ReturnURL = "http://app.test/elsewhere" },
		} {
			other := r
			change(&other)
			_, err := s.shop.Buy(s.Ctx, other)
			s.Want(err, fault.IdempotencyKeyReused)
		}
		mine := s.fan
		s.fan = s.Person()
		theirs := s.request()
		theirs.Key, theirs.Card = r.Key, s.save("pm_card_mastercard")
		p, err := s.shop.Buy(s.Ctx, theirs)
		s.OK(err)
		if p.ID == first.ID || s.Coins(mine) != 70 || s.Coins(s.fan) != 70 {
			t.Errorf("somebody else's key: %+v", p)
		}
	})
}

// Two keys at once are two purchases; one key many times at once is one.
func TestAtOnce(t *testing.T) {
	each(t, func(s *shop) {
		one := s.request()
		requests := slices.Repeat([]purchase.Request{one}, 10)
		requests = append(requests, s.request(), s.request())
		var mu sync.Mutex
		var wg sync.WaitGroup
		outcomes := map[payment.Outcome]int{}
		for _, r := range requests {
			wg.Go(func() {
				p, err := s.shop.Buy(s.Ctx, r)
				if err != nil {
					t.Errorf("a call at once: %v", err)
				}
				mu.Lock()
				defer mu.Unlock()
				outcomes[p.Outcome]++
			})
		}
		wg.Wait()
		s.Later(time.Minute)
		if s.Coins(s.fan) != 210 || s.charges() != 3 || outcomes[payment.Failed] != 0 {
			t.Errorf("%d coins, %d charges, outcomes %v", s.Coins(s.fan), s.charges(), outcomes)
		}
	})
}

// Coins are sold in several currencies, with and without minor units.
func TestCurrencies(t *testing.T) {
	each(t, func(s *shop) {
		for asset, price := range map[money.Asset]int64{"USD": 999, "EUR": 1099, "JPY": 1600} {
			r := s.request()
			r.Currency, r.Coins = asset, 700
			p, err := s.shop.Buy(s.Ctx, r)
			s.OK(err)
			if p.Price != (money.Amount{Units: price, Asset: asset}) || s.Balance(ledger.Deferred, asset) != price {
				t.Errorf("%s: %+v", asset, p)
			}
		}
		if s.Coins(s.fan) != 2100 {
			t.Errorf("the wallet holds %d", s.Coins(s.fan))
		}
	})
}

// A sandbox key's cards are refused by a live provider, and a page saves one.
func TestAddCard(t *testing.T) {
	each(t, func(s *shop) {
		page, err := s.shop.AddCard(s.Ctx, s.fan, "http://app.test/ok", "http://app.test/no")
		s.OK(err)
		s.box.Answer(page, url.Values{"number": {"5555 5555 5555 4444"}, "expiry": {"12/34"}, "exp": {"12/34"}, "cvc": {"123"}})
		cards, err := s.shop.Cards(s.Ctx, s.fan)
		s.OK(err)
		if len(cards) != 2 || cards[0].Brand != "mastercard" {
			t.Fatalf("cards: %+v", cards)
		}
		_, err = s.shop.AddTestCard(s.Ctx, s.fan, "pm_card_chargeDeclined")
		s.Want(err, fault.UpstreamFailed)
	})
}
