package app

import (
	"slices"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/programme"
	"github.com/ovationhq/ovation/internal/purchase"
	"github.com/ovationhq/ovation/internal/reversal"
	"github.com/ovationhq/ovation/internal/tip"
)

// star gets the gifts and the tips of all journeys.
var star struct {
	id   id.Person
	room string
}

var boss = people.Caller{Person: "usr_boss", Roles: []people.Role{people.Operator}}

// settled is a world with a creator who may be paid, on the air.
func (s *mortal) settled() {
	s.t.Helper()
	star.id = s.creator()
	_, err := s.Creators.Join(s.t.Context(), star.id, programme.Tips)
	s.ok(err)
	star.room = s.live(star.id)
	s.newCard()
	for range 4 {
		s.buys(3500) // refunds cost fees, and payouts need a balance
	}
}

// newCard saves a card whose money can be paid out at once. It lasts for three years,
// and to die twice at each point of all journeys takes longer.
func (s *mortal) newCard() {
	s.t.Helper()
	card, err := s.Purchases.AddTestCard(s.t.Context(), s.fan, "pm_card_bypassPending")
	s.ok(err)
	s.card = card.ID
}

// journeys are all that money does with the provider's help.
func journeys() []journey {
	return []journey{
		{name: "a purchase", least: 4, begin: (*mortal).buying},
		{name: "a purchase whose answer was lost", least: 5, begin: (*mortal).buyingLost},
		{name: "a tip", least: 4, begin: (*mortal).tipping},
		{name: "a refund", least: 4, begin: (*mortal).refunding},
		{name: "a refund whose answer was lost", least: 5, begin: (*mortal).refundingLost},
		{name: "a refund that never reached the provider", least: 7, begin: (*mortal).refundingLate},
		{name: "a payout", least: 9, begin: (*mortal).payingOut},
		{name: "a payout that comes back", least: 9, begin: (*mortal).bouncing},
		{name: "a dispute", least: 5, begin: (*mortal).disputing},
		{name: "a dispute that is given up", least: 3, begin: (*mortal).accepting},
	}
}

// order is a purchase of coins, on a day of its own, when nothing else is due.
func (s *mortal) order(coins int64) purchase.Request {
	s.t.Helper()
	s.ok(s.due(25 * time.Hour))
	return purchase.Request{Key: s.key(), Person: s.fan, Coins: coins, Currency: money.USD, Card: s.card, ReturnURL: "http://app.test/"}
}

// buys is a purchase that ends well.
func (s *mortal) buys(coins int64) purchase.Purchase {
	s.t.Helper()
	p, err := s.Purchases.Buy(s.t.Context(), s.order(coins))
	if s.ok(err); p.Outcome != payment.Succeeded {
		s.t.Fatalf("the purchase is %+v", p)
	}
	return p
}

// gives has the fan give roses to the star.
func (s *mortal) gives(roses int64) {
	s.t.Helper()
	_, err := s.Gifts.Send(s.t.Context(), gift.Request{Key: s.key(), Sender: s.fan, Item: "rose", Quantity: roses, Target: star.room})
	s.ok(err)
}

// chargedOnce fails the test unless the provider has one charge of the person's for what
// was paid.
func (s *mortal) chargedOnce(charge id.Payment) {
	s.t.Helper()
	n := 0
	for _, c := range s.Sandbox().Latest(sandbox.Charges, 1<<20) {
		if c.Ref == string(charge) && c.State == "succeeded" {
			n++
		}
	}
	if n != 1 {
		s.t.Errorf("%s was charged %d times", charge, n)
	}
}

func (s *mortal) fails(operation string, mode sandbox.Mode) {
	s.Sandbox().AddFault(sandbox.Fault{Operation: operation, Mode: mode, Next: 1})
}

func (s *mortal) buying() (act func() error, proof func()) {
	r := s.order(70)
	var p purchase.Purchase
	act = func() (err error) {
		p, err = s.Purchases.Buy(s.t.Context(), r)
		return err
	}
	return act, func() {
		s.is(p, payment.Succeeded)
		s.chargedOnce(p.Charge.ID)
	}
}

func (s *mortal) buyingLost() (act func() error, proof func()) {
	s.fails("POST /v1/payment_intents", sandbox.Reset)
	p, err := s.Purchases.Buy(s.t.Context(), s.order(70))
	s.ok(err)
	s.is(p, payment.Unknown)
	act = func() error { return s.due(20 * time.Second) }
	return act, func() {
		s.is(p, payment.Succeeded)
		s.chargedOnce(p.Charge.ID)
	}
}

func (s *mortal) tipping() (act func() error, proof func()) {
	s.ok(s.due(25 * time.Hour))
	r := tip.Request{Key: s.key(), Fan: s.fan, Creator: star.id, Amount: money.Amount{Units: 500, Asset: money.USD}, Card: s.card, ReturnURL: "http://app.test/"}
	var t tip.Tip
	act = func() (err error) {
		t, err = s.Tips.Give(s.t.Context(), r)
		return err
	}
	return act, func() {
		if t.Charge.Outcome != payment.Succeeded {
			s.t.Errorf("the tip is %+v", t)
		}
		s.chargedOnce(t.Charge.ID)
	}
}

// refunded fails the test unless there is one refund of the purchase, here and there.
func (s *mortal) refunded(p purchase.Purchase) {
	s.t.Helper()
	all := s.reversals(id.KindRefund, p)
	theirs, err := s.Stripe.FindRefunds(s.t.Context(), s.charged(p))
	if s.ok(err); len(all) != 1 || len(theirs) != 1 || all[0].State != reversal.Refunded || theirs[0].Amount != all[0].Amount || theirs[0].Ref != all[0].ID {
		s.t.Errorf("our refunds are %+v, the provider's %+v", all, theirs)
	}
}

func (s *mortal) reversals(kind id.Kind, p purchase.Purchase) (all []reversal.Reversal) {
	s.t.Helper()
	s.ok(s.DB.Read(s.t.Context(), func(tx *db.Tx) (err error) {
		all, err = reversal.List(s.t.Context(), tx, reversal.Query{Kind: kind, Subject: string(p.ID), Limit: 10})
		return err
	}))
	return all
}

// spent is a purchase of which a part was given away.
func (s *mortal) spent() purchase.Purchase {
	s.t.Helper()
	p := s.buys(350)
	s.gives(10)
	return p
}

func (s *mortal) refund(p purchase.Purchase) func() error {
	// Of a part: the provider would refuse all of it twice by itself.
	q := reversal.Request{Key: s.key(), Subject: string(p.ID), Units: 200, Spent: true, Reason: reversal.Duplicate, Note: "Twice."}
	return func() error {
		_, err := s.Reversals.Refund(s.t.Context(), boss, q)
		return err
	}
}

func (s *mortal) refunding() (act func() error, proof func()) {
	p := s.spent()
	return s.refund(p), func() { s.refunded(p) }
}

func (s *mortal) refundingLost() (act func() error, proof func()) {
	return s.refundingBy(sandbox.Reset)
}

func (s *mortal) refundingLate() (act func() error, proof func()) {
	return s.refundingBy(sandbox.ResetBefore)
}

// refundingBy is a refund whose call went wrong, and the work that finds out.
func (s *mortal) refundingBy(mode sandbox.Mode) (act func() error, proof func()) {
	p := s.spent()
	s.fails("POST /v1/refunds", mode)
	s.ok(s.refund(p)())
	return func() error { return s.due(20 * time.Second) }, func() { s.refunded(p) }
}

// rich has the star earn enough for a payout.
func (s *mortal) rich() {
	s.t.Helper()
	s.buys(350)
	s.gives(60)
	s.later(9 * 24 * time.Hour)
}

// banks gives the star's account a bank that works: the last one may have bounced.
func (s *mortal) banks() {
	s.t.Helper()
	a, err := s.Payouts.Refresh(s.t.Context(), star.id)
	s.ok(err)
	s.ok(s.Sandbox().Onboard(a.Provider, sandbox.Onboarding{Name: "Ada"}))
	_, err = s.Payouts.Refresh(s.t.Context(), star.id)
	s.ok(err)
	s.ok(s.due(9 * 24 * time.Hour)) // payouts do not go to a bank that is new
}

func (s *mortal) withdraw(p *payout.Payout) func() error {
	r := payout.Request{Key: s.key(), Creator: star.id}
	return func() (err error) {
		if *p, err = s.Payouts.Withdraw(s.t.Context(), r); err != nil {
			return err
		}
		return s.due(time.Minute)
	}
}

// paidOut fails the test unless the payout is in the state, was transferred once and
// sent to the bank once.
func (s *mortal) paidOut(p payout.Payout, want payout.State) (payout.Payout, payment.Transfer) {
	s.t.Helper()
	ctx := s.t.Context()
	s.ok(s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		p, err = payout.Get(ctx, tx, p.ID)
		return err
	}))
	transfers, err := s.Stripe.FindTransfers(ctx, string(p.ID))
	s.ok(err)
	banked, err := s.Stripe.FindPayouts(ctx, p.Account, time.UnixMicro(p.RequestedUS))
	s.ok(err)
	banked = slices.DeleteFunc(banked, func(b payment.Payout) bool { return b.Ref != string(p.ID) })
	if p.State != want || len(transfers) != 1 || len(banked) != 1 || transfers[0].ID != p.Transfer || banked[0].ID != p.ProviderPayout || transfers[0].Amount != p.Amount {
		s.t.Fatalf("the payout is %+v, the transfers %+v, the payouts to the bank %+v", p, transfers, banked)
	}
	return p, transfers[0]
}

func (s *mortal) payingOut() (act func() error, proof func()) {
	s.rich()
	var p payout.Payout
	return s.withdraw(&p), func() {
		s.paidOut(p, payout.Sent)
		s.later(4 * 24 * time.Hour)
		s.paidOut(p, payout.Paid)
	}
}

func (s *mortal) bouncing() (act func() error, proof func()) {
	s.rich()
	s.banks()
	var p payout.Payout
	s.ok(s.withdraw(&p)())
	sent, _ := s.paidOut(p, payout.Sent)
	s.ok(s.Sandbox().Bounce(sent.ProviderPayout, "no_account"))
	return func() error { return s.due(6 * time.Hour) }, func() {
		_, t := s.paidOut(p, payout.Returned)
		if t.Reversed != p.Amount {
			s.t.Errorf("of %v, %v was fetched back", p.Amount, t.Reversed)
		}
		s.ok(s.DB.Read(s.t.Context(), func(tx *db.Tx) error {
			a, err := ledger.Balances(s.t.Context(), tx, ledger.AvailablePath(star.id), 1, "")
			if err == nil && (len(a) != 1 || a[0].Balance != p.Amount.Units) {
				s.t.Errorf("%+v is available, want %v", a, p.Amount)
			}
			return err
		}))
	}
}

// disputed opens a dispute at the provider.
func (s *mortal) disputed(p purchase.Purchase) (provider string) {
	s.t.Helper()
	provider, err := s.Sandbox().Dispute(s.charged(p), "fraudulent", 0, false)
	s.ok(err)
	return provider
}

// stands fails the test unless there is one dispute of the purchase, in the state.
func (s *mortal) stands(p purchase.Purchase, want reversal.State) reversal.Reversal {
	s.t.Helper()
	all := s.reversals(id.KindDispute, p)
	if len(all) != 1 || all[0].State != want {
		s.t.Fatalf("the disputes are %+v, want one that is %s", all, want)
	}
	return all[0]
}

// disputing takes the news of a dispute, and then that it was won.
func (s *mortal) disputing() (act func() error, proof func()) {
	p := s.spent()
	d := s.disputed(p)
	closed := false
	act = func() error {
		if err := s.poll(s.t.Context()); err != nil {
			return err
		}
		if !closed {
			closed = true
			if err := s.Sandbox().CloseDispute(d, true); err != nil {
				return err
			}
		}
		return s.poll(s.t.Context())
	}
	return act, func() { s.stands(p, reversal.Won) }
}

func (s *mortal) accepting() (act func() error, proof func()) {
	p := s.spent()
	s.disputed(p)
	s.ok(s.poll(s.t.Context()))
	d := s.stands(p, reversal.Open)
	act = func() error {
		_, err := s.Reversals.Accept(s.t.Context(), boss, d.ID, "Not worth it.")
		if err != nil && !fault.Is(err, fault.AlreadyDone) && !s.nerve.dead { // the provider refuses what it has done: its news say so
			return s.due(6 * time.Hour)
		}
		return err
	}
	return act, func() { s.stands(p, reversal.Lost) }
}
