package purchase_test

import (
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payment/stripe"
	"github.com/ovationhq/ovation/internal/purchase"
)

// late has the provider say later what it took of a charge. Its books and ours
// differ until then.
func (s *shop) late() purchase.Purchase {
	s.T.Helper()
	s.OK(s.box.SetLateEntries(true))
	p, err := s.shop.Buy(s.Ctx, s.request())
	s.OK(err)
	p = s.is(p, payment.Succeeded)
	if p.Charge.EntryKnown() || p.Charge.FeeUnits != 0 || s.Coins(s.fan) != 70 || s.Balance(ledger.Deferred, money.USD) != 99 || s.Balance(ledger.ProcessingCosts, money.USD) != 0 {
		s.T.Errorf("paid, and the fee is to come: %+v", p)
	}
	return p
}

// booked fails the test unless the fee was booked once.
func (s *shop) booked(p purchase.Purchase) {
	s.T.Helper()
	p = s.is(p, payment.Succeeded)
	if !p.Charge.EntryKnown() || p.Charge.FeeUnits != 33 || s.Balance(ledger.ProcessingCosts, money.USD) != -33 || s.Coins(s.fan) != 70 ||
		s.Count("SELECT COUNT(*) FROM ledger_transfer WHERE kind = 'coin_purchase.fee'") != 1 || len(s.Events("coin_purchase.completed")) != 1 {
		s.T.Errorf("the fee: %+v, costs %d", p, s.Balance(ledger.ProcessingCosts, money.USD))
	}
	s.agree()
}

// The coins are there at once, the provider says its fee later: by webhook.
func TestFeeByWebhook(t *testing.T) {
	each(t, func(s *shop) {
		p := s.late()
		s.box.Settle() // what was sent so far says nothing of the fee
		s.Clk.Advance(2 * time.Minute)
		s.box.Settle()
		s.booked(p)
		heard := 0
		for _, ev := range s.heard {
			if ev.Type == "charge.updated" {
				heard++
			}
		}
		if heard != 1 {
			t.Errorf("charge.updated was heard %d times", heard)
		}
		s.Later(time.Hour)
		s.booked(p)
		if n := s.Count("SELECT COUNT(*) FROM due_work"); n != 0 {
			t.Errorf("%d pieces of work are left", n)
		}
	})
}

// No webhook comes: the sweeper asks until the fee is known, and who lists the
// events later, several times, changes nothing.
func TestFeeBySweeper(t *testing.T) {
	each(t, func(s *shop) {
		s.OK(s.box.SetWebhooks(sandbox.Webhooks{Off: true}))
		p := s.late()
		for range 4 {
			s.Later(20 * time.Second)
		}
		if got := s.is(p, payment.Succeeded); got.Charge.EntryKnown() {
			t.Errorf("the fee is known too early: %+v", got)
		}
		s.Clk.Advance(time.Minute)
		s.box.Settle()
		s.RunDue()
		s.booked(p)
		for range 2 {
			events, err := s.api.ListEvents(s.Ctx, stripe.EventQuery{Since: s.Clk.Now().Add(-time.Hour)})
			s.OK(err)
			for _, ev := range events {
				_, err := s.shop.Observe(s.Ctx, ev)
				s.OK(err)
			}
		}
		s.booked(p)
	})
}

// The work of a charge whose fee is open was given up: the sweep brings it back.
func TestSweep(t *testing.T) {
	each(t, func(s *shop) {
		s.OK(s.box.SetWebhooks(sandbox.Webhooks{Off: true}))
		p := s.late()
		s.fails(create, sandbox.After)
		s.OK(s.box.SetLateEntries(false))
		unknown, err := s.shop.Buy(s.Ctx, s.request())
		s.OK(err)
		s.is(unknown, payment.Unknown)
		swept := func(want int) {
			t.Helper()
			if n, err := s.shop.Sweep(s.Ctx); n != want || err != nil {
				t.Errorf("%d charges were left alone (%v), want %d", n, err, want)
			}
		}
		swept(0)
		s.Exec("UPDATE due_work SET dead = 1 WHERE work_key = $1", string(p.Charge.ID))
		s.Exec("DELETE FROM due_work WHERE work_key = $1", string(unknown.Charge.ID))
		swept(2)
		s.Clk.Advance(2 * time.Minute)
		s.box.Settle()
		s.RunDue()
		s.is(unknown, payment.Succeeded)
		if got := s.is(p, payment.Succeeded); got.Charge.FeeUnits != 33 || s.Coins(s.fan) != 140 {
			t.Errorf("after the sweep: %+v", got)
		}
		swept(0)
	})
}

// News of refunds and disputes have no effect here yet, and nothing is noted of
// them, so that they can have it later.
func TestRefundsAndDisputesAreLeft(t *testing.T) {
	each(t, func(s *shop) {
		p, err := s.shop.Buy(s.Ctx, s.request())
		s.OK(err)
		s.box.Settle()
		s.heard = nil
		dispute, err := s.box.Dispute(p.Charge.Provider, "fraudulent", 0, true) // an inquiry: no money moves
		s.OK(err)
		s.box.Settle()
		s.OK(s.box.CloseDispute(dispute, true))
		s.box.Settle()
		ours := []payment.Event{
			{ID: "evt_r1", Type: "charge.refunded", Object: "charge", ObjectID: p.Charge.Provider, Parent: p.Charge.Provider},
			{ID: "evt_r2", Type: "refund.updated", Object: "refund", ObjectID: "re_1", Parent: p.Charge.Provider},
		}
		if len(s.heard) < 2 {
			t.Fatalf("the dispute was heard of in %d events", len(s.heard))
		}
		for _, ev := range append(ours, s.heard...) {
			if handled, err := s.shop.Observe(s.Ctx, ev); handled || err != nil {
				t.Errorf("%s: %t %v", ev.Type, handled, err)
			}
			if n := s.Count("SELECT COUNT(*) FROM payment_event WHERE id = $1", ev.ID); n != 0 {
				t.Errorf("%s is noted as applied", ev.Type)
			}
		}
	})
}
