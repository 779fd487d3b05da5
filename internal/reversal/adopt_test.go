package reversal_test

import (
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/reversal"
	"github.com/ovationhq/ovation/internal/tip"
)

// gives has somebody refund what was paid in the provider's dashboard, and lets the
// news arrive.
func (s *desk) gives(subject, reason string, amount int64) reversal.Reversal {
	s.T.Helper()
	provider, err := s.box.GiveBack(s.charge(subject).Provider, reason, amount)
	s.OK(err)
	s.settle()
	return s.known(subject, provider)
}

// known is the refund with the provider's id.
func (s *desk) known(subject, provider string) reversal.Reversal {
	s.T.Helper()
	all, err := s.refunds(subject)
	s.OK(err)
	for _, r := range all {
		if r.Provider == provider {
			return r
		}
	}
	s.T.Fatalf("the refund %s of %s is not among %+v", provider, subject, all)
	return reversal.Reversal{}
}

// A refund that somebody gives in the provider's dashboard takes back what it paid
// for, as one that is given here does.
func TestRefundAtTheProvider(t *testing.T) {
	each(t, func(s *desk) {
		p := s.buys(700, "USD")
		r := s.gives(string(p.ID), "", 0)
		if r.State != reversal.Refunded || r.Amount != usd(9_99) || r.LotCoins != 700 || r.AskedBy != "provider" || r.Reason != reversal.Elsewhere {
			t.Errorf("refund %+v", r)
		}
		if n := s.Coins(s.fan); n != 0 {
			t.Errorf("%d coins are left", n)
		}
		s.agree()
		spent := s.buys(700, "USD")
		s.Give(s.fan, "rose", s.room, 100)
		if r = s.gives(string(spent.ID), reversal.Duplicate, 500); r.LotCoins != 200 || r.SpentCoins == 0 || r.Reason != reversal.Duplicate {
			t.Errorf("refund %+v", r)
		}
		s.agree()
		if r = s.gives(string(spent.ID), reversal.Fraud, 0); r.Amount != usd(4_99) || r.State != reversal.Refunded {
			t.Errorf("refund %+v", r)
		}
		tp := s.tipped(20_00)
		if r = s.gives(string(tp.ID), "", 0); r.State != reversal.Refunded {
			t.Errorf("refund %+v", r)
		}
		if got := s.snapshot(); got.pending != 0 || got.coins != 0 {
			t.Errorf("%+v", got)
		}
		s.agree()
		_, err := s.refund(s.olu, reversal.Request{Subject: string(tp.ID), Reason: reversal.Goodwill, Note: "Again."})
		s.Want(err, "already_refunded")
		if n := len(s.Events("coin_purchase.refunded", "tip.refunded")); n != 4 {
			t.Errorf("%d events", n)
		}
		s.later(20 * 24 * time.Hour)
	})
}

// What was paid out stays with the creator, and the reserve bears it; and where the
// balance is kept in another currency it goes back at what it came to.
func TestRefundAtTheProviderLate(t *testing.T) {
	each(t, func(s *desk) {
		tp := s.tipped(20_00)
		s.later(9 * 24 * time.Hour)
		s.paysOut()
		s.buys(1400, "USD")
		r := s.gives(string(tp.ID), "", 0)
		s.is(r.ID, reversal.Refunded)
		if got := s.snapshot(); got.available != 0 || got.reserve != -20_00 {
			t.Errorf("%+v", got)
		}
		s.agree()
		s.OK(s.box.SetSettlement("usd"))
		p := s.buys(700, "EUR")
		s.Give(s.fan, "rose", s.room, 300)
		s.gives(string(p.ID), "", 333)
		s.gives(string(p.ID), "", 333)
		s.gives(string(s.tipped(10_00, func(r *tip.Request) { r.Amount.Asset = "EUR" }).ID), "", 0)
		s.agree()
	})
}

// The bank takes its time, or sends it back, also before anybody here has heard of
// it.
func TestRefundAtTheProviderTurns(t *testing.T) {
	each(t, func(s *desk) {
		s.card = s.save("pm_card_pendingRefund")
		slow := s.gives(string(s.buys(70, "USD").ID), "", 0)
		s.is(slow.ID, reversal.Refunded) // what is pending has left our balance
		s.agree()
		s.later(2 * time.Hour)
		s.is(slow.ID, reversal.Refunded)
		s.card = s.save("pm_card_refundFail")
		failing := s.gives(string(s.buys(70, "USD").ID), "", 0)
		s.later(2 * time.Hour)
		s.is(failing.ID, reversal.Bounced)
		unheard := s.buys(70, "USD")
		s.OK(s.box.SetWebhooks(sandbox.Webhooks{Off: true}))
		provider, err := s.box.GiveBack(s.charge(string(unheard.ID)).Provider, "", 0)
		s.OK(err)
		s.Clk.Advance(2 * time.Hour)
		s.settle()
		s.OK(s.back.LookUp(s.Ctx, "refund", provider))
		s.OK(s.back.LookUp(s.Ctx, "refund", provider))
		if r := s.known(string(unheard.ID), provider); r.State != reversal.Failed || s.Coins(s.fan) != 70 {
			t.Errorf("refund %+v, and %d coins", r, s.Coins(s.fan))
		}
		s.agree()
	})
}

// A refund of ours is under way, and somebody gives the same money in the dashboard
// before: ours fails, and that one counts.
func TestRefundAtTheProviderBesideOurs(t *testing.T) {
	each(t, func(s *desk) {
		for _, amount := range []int64{0, 300} {
			p := s.buys(700, "USD")
			s.box.AddFault(sandbox.Fault{Operation: "POST /v1/refunds", Mode: sandbox.Before, Next: 1})
			ours := s.must(s.olu, reversal.Request{Subject: string(p.ID), Reason: reversal.Goodwill, Note: "Sorry."})
			s.is(ours.ID, reversal.Asking)
			provider, err := s.box.GiveBack(s.charge(string(p.ID)).Provider, "", amount)
			s.OK(err)
			for range 5 {
				s.Clk.Advance(time.Minute)
				s.settle()
			}
			s.agree()
			s.is(ours.ID, reversal.Failed)
			if r := s.known(string(p.ID), provider); r.State != reversal.Refunded {
				t.Errorf("refund %+v", r)
			}
			if amount > 0 { // the rest can still go back
				s.must(s.olu, reversal.Request{Subject: string(p.ID), Reason: reversal.Goodwill, Note: "The rest."})
			}
			if n := s.Coins(s.fan); n != 0 {
				t.Errorf("%d coins", n)
			}
		}
	})
}

// A refund of somebody else's payment, or of one that another refund of ours has
// begun, is none of ours to take.
func TestRefundOfNothingOfOurs(t *testing.T) {
	each(t, func(s *desk) {
		p := s.buys(70, "USD")
		c := s.charge(string(p.ID))
		_, err := s.api.Refund(s.Ctx, payment.RefundRequest{Ref: "ref_7zzzzzzzzzzzzzzzzzzzzzzzzz", Charge: c.Provider, Amount: money.Amount{Units: 1, Asset: money.USD}})
		s.OK(err)
		s.settle()
		if all, err := s.refunds(string(p.ID)); err != nil || len(all) != 0 {
			t.Errorf("%+v, %v", all, err)
		}
		handled, err := s.back.Observe(s.Ctx, payment.Event{ID: "evt_x", Object: "refund", ObjectID: "re_x", Parent: "pi_x"})
		if s.OK(err); handled {
			t.Error("it was taken")
		}
		r := s.gives(string(p.ID), "", 98) // so that the books agree but for that cent
		s.is(r.ID, reversal.Refunded)
		found, err := s.api.FindRefunds(s.Ctx, c.Provider)
		if s.OK(err); len(found) != 2 {
			t.Errorf("%+v", found)
		}
		s.OK(s.box.TakeFee("usd", -1))
	})
}

// refunds are those of what was paid.
func (s *desk) refunds(subject string) (all []reversal.Reversal, err error) {
	err = s.D.Read(s.Ctx, func(tx *db.Tx) error {
		all, err = reversal.List(s.Ctx, tx, reversal.Query{Kind: id.KindRefund, Subject: subject, Limit: 100})
		return err
	})
	return all, err
}
