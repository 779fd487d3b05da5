package purchase_test

import (
	"sync"
	"testing"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/purchase"
)

// Who asks after a purchase that they know of buys nothing if there is a later
// one: of many forms made at one moment, in as many tabs, one buys.
func TestAfter(t *testing.T) {
	each(t, func(s *shop) {
		ask := func(known id.Purchase) purchase.Request {
			r := s.request()
			r.After = &known
			return r
		}
		forms := make([]purchase.Request, 12)
		for i := range forms {
			forms[i] = ask("")
		}
		bought := make([]purchase.Purchase, len(forms))
		refused := make([]error, len(forms))
		var wg sync.WaitGroup
		for i := range forms {
			wg.Go(func() { bought[i], refused[i] = s.shop.Buy(s.Ctx, forms[i]) })
		}
		wg.Wait()
		var first purchase.Purchase
		var form purchase.Request
		for i := range forms {
			if refused[i] != nil {
				s.Want(refused[i], fault.StateConflict)
			} else if first.ID != "" {
				t.Errorf("%s and %s were both bought", first.ID, bought[i].ID)
			} else {
				first, form = bought[i], forms[i]
			}
		}
		if first.ID == "" || s.Coins(s.fan) != 70 {
			t.Fatalf("%d coins, and the purchase %+v", s.Coins(s.fan), first)
		}

		declined := ask(first.ID)
		declined.Card = s.save("pm_card_chargeCustomerFail")
		_, err := s.shop.Buy(s.Ctx, declined)
		s.Want(err, fault.CardDeclined)
		second, err := s.shop.Buy(s.Ctx, ask(first.ID)) // one that failed is none
		s.OK(err)
		s.is(second, payment.Succeeded)
		_, err = s.shop.Buy(s.Ctx, ask(first.ID))
		s.Want(err, fault.StateConflict)
		again, err := s.shop.Buy(s.Ctx, form) // its answer, for ever
		s.OK(err)
		if again.ID != first.ID || !again.Replayed {
			t.Errorf("the form sent again: %+v, first %+v", again, first)
		}
		asked := ask(second.ID)
		asked.Card = s.save("pm_card_authenticationRequired")
		open, err := s.shop.Buy(s.Ctx, asked)
		s.OK(err)
		s.is(open, payment.RequiresAction)
		_, err = s.shop.Buy(s.Ctx, ask(second.ID)) // one that may still be paid counts
		s.Want(err, fault.StateConflict)
		_, err = s.shop.Buy(s.Ctx, ask(open.ID))
		s.OK(err)
	})
}
