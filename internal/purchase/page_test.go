package purchase_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/purchase"
)

const openPage = "POST /v1/checkout/sessions"

// typed is what a person types on the provider's page.
func typed(number string) url.Values {
	return url.Values{"number": {number}, "expiry": {"12 / 34"}, "cvc": {"123"}, "name": {"Ada"}}
}

// onPage buys without a saved card: the person pays on a page of the provider.
func (s *shop) onPage() purchase.Purchase {
	s.T.Helper()
	r := s.request()
	r.Card = ""
	p, err := s.shop.Buy(s.Ctx, r)
	s.OK(err)
	return p
}

// declines tries a card on the page that has not enough money.
func (s *shop) declines(p purchase.Purchase) {
	s.T.Helper()
	if status, _ := s.box.Submit(p.Charge.ActionURL, typed("4000 0000 0000 9995")); status != http.StatusUnprocessableEntity {
		s.T.Errorf("the page answered %d", status)
	}
}

// The person types the card on the provider's page. One that is declined there is
// followed by another; what pays is saved for the next time.
func TestPaidOnPage(t *testing.T) {
	each(t, func(s *shop) {
		s.OK(s.shop.RemoveCard(s.Ctx, s.fan, s.card))
		r := s.request()
		r.Card = ""
		p, err := s.shop.Buy(s.Ctx, r)
		s.OK(err)
		if s.is(p, payment.RequiresAction); !strings.Contains(p.Charge.ActionURL, "/_pages/checkout/") || s.Coins(s.fan) != 0 {
			t.Fatalf("purchase: %+v", p)
		}
		s.declines(p)
		s.box.Settle()
		s.Later(10 * time.Minute)
		if p = s.is(p, payment.RequiresAction); p.Charge.ActionURL == "" || s.Coins(s.fan) != 0 {
			t.Errorf("after a decline: %+v", p)
		}
		s.box.Answer(p.Charge.ActionURL, typed("4242 4242 4242 4242"))
		s.is(p, payment.RequiresAction) // nobody has told us yet
		s.box.Settle()
		if p = s.is(p, payment.Succeeded); p.Charge.Last4 != "4242" || s.Coins(s.fan) != 70 {
			t.Errorf("paid: %+v, %d coins", p, s.Coins(s.fan))
		}
		again, err := s.shop.Buy(s.Ctx, r)
		if s.OK(err); !again.Replayed || again.ID != p.ID || again.Outcome != payment.RequiresAction {
			t.Errorf("the same call: %+v", again)
		}
		cards, err := s.shop.Cards(s.Ctx, s.fan)
		if s.OK(err); len(cards) != 1 || cards[0].Last4 != "4242" {
			t.Fatalf("cards: %+v", cards)
		}
		r = s.request()
		r.Card = cards[0].ID
		p, err = s.shop.Buy(s.Ctx, r)
		if s.OK(err); p.Outcome != payment.Succeeded || s.Coins(s.fan) != 140 {
			t.Errorf("with the card that was saved: %+v", p)
		}
	})
}

// The bank asks on the page, too; what was paid comes to be known although no news
// of it arrive.
func TestPaidOnPageInSilence(t *testing.T) {
	each(t, func(s *shop) {
		receive := s.box.Receive
		s.box.Receive = func([]byte, string) error { return nil }
		p := s.onPage()
		_, bank := s.box.Submit(p.Charge.ActionURL, typed("4000 0027 6000 3184"))
		s.box.Answer(bank, url.Values{"answer": {"complete"}})
		s.is(p, payment.RequiresAction)
		s.Later(10 * time.Minute)
		if s.is(p, payment.Succeeded); s.Coins(s.fan) != 70 {
			t.Errorf("%d coins", s.Coins(s.fan))
		}
		s.box.Receive = receive
		s.box.Settle()
	})
}

// Who does not pay within the hour can not any more, and nothing is charged.
func TestPageEnds(t *testing.T) {
	each(t, func(s *shop) {
		for _, tried := range []bool{false, true} {
			p := s.onPage()
			if tried {
				s.declines(p)
			}
			s.Later(time.Hour)
			s.box.Settle()
			s.Later(10 * time.Minute)
			if s.is(p, payment.Canceled); s.Coins(s.fan) != 0 || s.Count("SELECT COUNT(*) FROM due_work") != 0 {
				t.Errorf("%d coins", s.Coins(s.fan))
			}
			s.box.Settle()
		}
	})
}

// Whatever answer is lost, there is one page, and the person comes to it.
func TestPageLost(t *testing.T) {
	each(t, func(s *shop) {
		for _, mode := range []sandbox.Mode{sandbox.After, sandbox.Reset, sandbox.Before, sandbox.ResetBefore, sandbox.RateLimit} {
			before := s.Coins(s.fan)
			s.box.AddFault(sandbox.Fault{Operation: openPage, Mode: mode, Next: 1})
			p := s.onPage()
			s.Later(30 * time.Second)
			p = s.is(p, payment.RequiresAction)
			s.box.Answer(p.Charge.ActionURL, typed("4242 4242 4242 4242"))
			s.box.Settle()
			if s.is(p, payment.Succeeded); s.Coins(s.fan) != before+70 {
				t.Errorf("%s: %d coins", mode, s.Coins(s.fan))
			}
		}
		for _, mode := range []sandbox.Mode{sandbox.Before, sandbox.Sticky} { // for so long that the hour is over
			s.box.AddFault(sandbox.Fault{Operation: openPage, Mode: mode, Next: 1000})
			p := s.onPage()
			s.Later(90 * time.Minute)
			s.is(p, payment.Canceled)
			s.box.ClearFaults()
			s.box.Settle()
		}
	})
}
