package purchase_test

import (
	"sync"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/purchase"
)

// cap has the fan spend so many cents a day at most.
func (s *shop) cap(cents int64) *limit.Service {
	s.T.Helper()
	limits := limit.NewService(s.D)
	_, err := limits.Set(s.Ctx, s.fan, limit.Wish{Caps: limit.Caps{Asset: "USD", Day: cents}})
	s.OK(err)
	return limits
}

// spent returns what counts against the fan's cap of the day.
func (s *shop) spent() (n int64) {
	s.T.Helper()
	s.Read(func(tx *db.Tx) error {
		state, err := limit.Of(s.Ctx, tx, s.fan)
		if err == nil && len(state.Windows) > 0 {
			n = state.Windows[0].Spent
		}
		return err
	})
	return n
}

// A purchase counts from its intent on. One that is refused leaves nothing, and
// its key is free.
func TestCap(t *testing.T) {
	each(t, func(s *shop) {
		s.cap(2 * 99)
		first := s.request()
		p, err := s.shop.Buy(s.Ctx, first)
		s.OK(err)
		_, err = s.shop.Buy(s.Ctx, s.request())
		s.OK(err)
		over := s.request()
		f := s.Want(second(s.shop.Buy(s.Ctx, over)), fault.LimitReached)
		if f.Data["left"] != (money.Amount{Units: 0, Asset: "USD"}) || f.Data["spent"] != (money.Amount{Units: 198, Asset: "USD"}) {
			t.Errorf("the refusal is %+v", f)
		}
		if n := s.Count("SELECT COUNT(*) FROM coin_purchase"); n != 2 || s.charges() != 2 || s.spent() != 198 {
			t.Errorf("%d purchases, %d charges, %d spent", n, s.charges(), s.spent())
		}
		again, err := s.shop.Buy(s.Ctx, first) // the same call spends nothing
		s.OK(err)
		if again.ID != p.ID || !again.Replayed || s.spent() != 198 {
			t.Errorf("again: %+v", again)
		}
		s.Clk.Advance(24 * time.Hour)
		paid, err := s.shop.Buy(s.Ctx, over)
		s.OK(err)
		s.is(paid, payment.Succeeded)
	})
}

func second(_ purchase.Purchase, err error) error { return err }

// What is declined, refused or given up counts no longer; what nobody knows
// counts.
func TestCapIsReleased(t *testing.T) {
	each(t, func(s *shop) {
		s.cap(99)
		bad, secure := s.save("pm_card_chargeCustomerFail"), s.save("pm_card_authenticationRequired")
		for range 3 {
			r := s.request()
			r.Card = bad
			s.Want(second(s.shop.Buy(s.Ctx, r)), fault.CardDeclined)
			if s.spent() != 0 {
				t.Fatalf("%d are spent with a card that was declined", s.spent())
			}
		}
		r := s.request()
		r.Card = secure
		p, err := s.shop.Buy(s.Ctx, r)
		s.OK(err)
		s.is(p, payment.RequiresAction)
		s.Want(second(s.shop.Buy(s.Ctx, s.request())), fault.LimitReached)
		s.Clk.Advance(time.Hour + time.Second) // the person never comes back
		s.RunDue()
		s.is(p, payment.Canceled)
		if s.spent() != 0 {
			t.Errorf("%d are spent for what was given up", s.spent())
		}
		s.fails(create, sandbox.Reset)
		lost, err := s.shop.Buy(s.Ctx, s.request())
		s.OK(err)
		if s.spent() != 99 {
			t.Errorf("%d are spent while nobody knows", s.spent())
		}
		s.Want(second(s.shop.Buy(s.Ctx, s.request())), fault.LimitReached)
		s.Later(2 * time.Minute)
		s.is(lost, payment.Succeeded)
		if s.spent() != 99 {
			t.Errorf("%d are spent", s.spent())
		}
	})
}

// Fifty purchases at once spend no more than the cap.
func TestCapAtOnce(t *testing.T) {
	each(t, func(s *shop) {
		s.cap(7 * 99)
		var wait sync.WaitGroup
		verdicts := make(chan error, 50)
		for range 50 {
			r := s.request()
			wait.Go(func() { verdicts <- second(s.shop.Buy(s.Ctx, r)) })
		}
		wait.Wait()
		close(verdicts)
		bought := 0
		for err := range verdicts {
			if err == nil {
				bought++
			} else if !fault.Is(err, fault.LimitReached) {
				t.Error(err)
			}
		}
		if bought != 7 || s.charges() != 7 || s.spent() != 7*99 || s.Coins(s.fan) != 7*70 {
			t.Errorf("%d bought, %d charged, %d spent, %d coins", bought, s.charges(), s.spent(), s.Coins(s.fan))
		}
	})
}

// A cool-off, another currency and a price above what the person wants to be
// asked for each refuse, and charge nothing.
func TestBounds(t *testing.T) {
	each(t, func(s *shop) {
		limits := s.cap(1000_00)
		euros := s.request()
		euros.Currency = "EUR"
		s.Want(second(s.shop.Buy(s.Ctx, euros)), fault.CurrencyMismatch)
		_, err := limits.Set(s.Ctx, s.fan, limit.Wish{Caps: limit.Caps{Asset: "USD", Day: 1000_00}, Confirm: money.Amount{Units: 98, Asset: "USD"}})
		s.OK(err)
		r := s.request()
		if f := s.Want(second(s.shop.Buy(s.Ctx, r)), fault.LimitReached); f.Data["limit"] != "confirm_above" {
			t.Errorf("the question is %+v", f)
		}
		r.Confirmed = true // with the same key
		p, err := s.shop.Buy(s.Ctx, r)
		s.OK(err)
		r.Confirmed = false
		again, err := s.shop.Buy(s.Ctx, r)
		s.OK(err)
		if again.ID != p.ID || !again.Replayed {
			t.Errorf("the same call again made %+v", again)
		}
		_, err = limits.CoolOff(s.Ctx, s.fan, limit.CoolOffDay)
		s.OK(err)
		r = s.request()
		r.Confirmed = true
		if f := s.Want(second(s.shop.Buy(s.Ctx, r)), fault.LimitReached); f.Data["limit"] != "cool_off" {
			t.Errorf("the break is %+v", f)
		}
		if s.charges() != 1 {
			t.Errorf("%d charges", s.charges())
		}
	})
}
