package purchase_test

import (
	"errors"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/purchase"
)

// paced lets everybody, and every card, pay so many packs of 70 coins in 24 hours.
func (s *shop) paced(packs int64) {
	s.T.Helper()
	s.Write(func(tx *db.Tx) error {
		return limit.InstallVelocity(s.Ctx, tx, []limit.Velocity{{Version: "v@1", Name: limit.Rolling, Asset: "USD", FromUS: 1, Span: 24 * time.Hour, Most: packs * 99}})
	})
	s.T.Cleanup(func() {
		if !s.T.Failed() {
			ledgertest.Verify(s.T, s.D, gifttest.Checks(append(purchase.Checks(), limit.Checks(id.KindPurchase)...)...)...)
		}
	})
}

// types saves a card for the person that is typed on the provider's page. Nobody
// here has seen it yet.
func (s *shop) types(person id.Person, number string) (card string) {
	s.T.Helper()
	s.Clk.Advance(time.Millisecond)
	page, err := s.shop.AddCard(s.Ctx, person, "http://app.test/saved", "http://app.test/back")
	s.OK(err)
	s.box.Answer(page, typed(number))
	var customer string
	s.Read(func(tx *db.Tx) (err error) { customer, err = payment.CustomerOf(s.Ctx, tx, person); return err })
	cards, err := s.api.SavedCards(s.Ctx, customer)
	s.OK(err)
	return cards[0].ID
}

// paysBy buys 70 coins for the person.
func (s *shop) paysBy(person id.Person, card string) (purchase.Purchase, error) {
	s.Clk.Advance(time.Millisecond)
	r := s.request()
	r.Person, r.Card = person, card
	return s.shop.Buy(s.Ctx, r)
}

// Two people who saved the same number pay together what one may; the card is known
// before the first payment, whether or not anybody looked at it.
func TestSharedCard(t *testing.T) {
	each(t, func(s *shop) {
		s.paced(2)
		other, third := s.Person(), s.Person()
		mine, theirs, another := s.types(s.fan, "4242 4242 4242 4242"), s.types(other, "4242424242424242"), s.types(third, "5555 5555 5555 4444")
		if n := s.Count("SELECT COUNT(*) FROM payment_card WHERE id <> '" + s.card + "'"); n != 0 {
			t.Fatalf("%d cards are known before", n)
		}
		for range 2 {
			p, err := s.paysBy(s.fan, mine)
			s.OK(err)
			if s.is(p, payment.Succeeded); p.Charge.Instrument == "" {
				t.Errorf("the card is not known: %+v", p.Charge)
			}
		}
		f := s.Want(second(s.paysBy(other, theirs)), fault.VelocityLimit)
		if f.Data["counted"] != "card" {
			t.Errorf("the refusal is %v", f.Data)
		}
		s.OK(second(s.paysBy(third, another)))
		s.OK(second(s.paysBy(other, s.types(other, "5105 1051 0510 5100"))))
		s.OK(second(s.paysBy(third, s.testCard(third, "pm_card_visa")))) // a test token is a card of its own
		s.Clk.Advance(24 * time.Hour)
		s.OK(second(s.paysBy(other, theirs)))
	})
}

func (s *shop) testCard(person id.Person, token string) string {
	s.T.Helper()
	s.Clk.Advance(time.Millisecond)
	c, err := s.shop.AddTestCard(s.Ctx, person, token)
	s.OK(err)
	return c.ID
}

// Of several people who pay at once with one card no more pass than it has room for.
func TestSharedCardAtOnce(t *testing.T) {
	each(t, func(s *shop) {
		s.paced(2)
		fans, cards := make([]id.Person, 5), make([]string, 5)
		for i := range fans {
			fans[i] = s.Person()
			cards[i] = s.types(fans[i], "4242 4242 4242 4242")
		}
		var all sync.WaitGroup
		errs := make([]error, len(fans))
		for i := range fans {
			r := s.request()
			r.Person, r.Card = fans[i], cards[i]
			all.Go(func() { _, errs[i] = s.shop.Buy(s.Ctx, r) })
		}
		all.Wait()
		s.Clk.Advance(time.Millisecond)
		passed := 0
		for _, err := range errs {
			if err == nil {
				passed++
			} else {
				s.Want(err, fault.VelocityLimit)
			}
		}
		if n := s.Count("SELECT COUNT(*) FROM payment_charge WHERE outcome = 'succeeded'"); passed != 2 || n != 2 {
			t.Errorf("%d passed, %d were charged", passed, n)
		}
	})
}

// What is paid on the provider's page counts with the card from then on, and so does
// what is paid while the provider does not tell which card it is.
func TestSharedCardIsLearned(t *testing.T) {
	each(t, func(s *shop) {
		s.paced(2)
		other, third := s.Person(), s.Person()
		p := s.onPage()
		s.declines(p) // a card that did not pay counts for nothing
		s.box.Answer(p.Charge.ActionURL, typed("4242 4242 4242 4242"))
		s.box.Settle()
		if p = s.is(p, payment.Succeeded); p.Charge.Instrument == "" {
			t.Errorf("the card is not known: %+v", p.Charge)
		}
		mine := s.types(third, "4242 4242 4242 4242")
		s.box.AddFault(sandbox.Fault{Operation: listCards, Mode: sandbox.Before, Probability: 1})
		p, err := s.paysBy(third, mine)
		s.OK(err)
		if p = s.is(p, payment.Succeeded); p.Charge.Instrument == "" {
			t.Errorf("the card is not known: %+v", p.Charge)
		}
		s.box.ClearFaults()
		s.Want(second(s.paysBy(other, s.types(other, "4242 4242 4242 4242"))), fault.VelocityLimit)
		s.OK(second(s.paysBy(other, s.types(other, "4000 0000 0000 0077"))))
	})
}

// Who leaves the bank's question unanswered holds the card's room from the others
// for an hour, and what is answered within it is paid.
func TestSharedCardWaitsForBank(t *testing.T) {
	each(t, func(s *shop) {
		s.paced(2)
		other := s.Person()
		mine, theirs := s.card, s.testCard(other, "pm_card_authenticationRequired")
		s.Write(func(tx *db.Tx) error { // one card, which asks the one and not the other
			return errors.Join(payment.KeepCards(s.Ctx, tx, s.fan, payment.Card{ID: mine, Fingerprint: "one"}),
				payment.KeepCards(s.Ctx, tx, other, payment.Card{ID: theirs, Fingerprint: "one"}))
		})
		var left []purchase.Purchase
		for range 2 {
			p, err := s.paysBy(other, theirs)
			s.OK(err)
			left = append(left, s.is(p, payment.RequiresAction))
		}
		s.Want(second(s.paysBy(s.fan, mine)), fault.VelocityLimit)
		for range 5 {
			s.Later(10 * time.Minute)
		}
		s.box.Answer(left[0].Charge.ActionURL, url.Values{"answer": {"complete"}})
		s.box.Settle()
		s.is(left[0], payment.Succeeded)
		s.is(left[1], payment.RequiresAction)
		for range 2 {
			s.Later(10 * time.Minute)
		}
		s.is(left[1], payment.Canceled)
		s.OK(second(s.paysBy(s.fan, mine)))
		s.Want(second(s.paysBy(s.fan, mine)), fault.VelocityLimit)
	})
}

// A person who comes back from a bank's page, and one whose card has got another
// number: what was known of a charge stays.
func TestCardGetsAnotherNumber(t *testing.T) {
	each(t, func(s *shop) {
		s.paced(2)
		p, err := s.paysBy(s.fan, s.testCard(s.fan, "pm_card_threeDSecureRequired"))
		s.OK(err)
		known := p.Charge.Instrument
		s.Write(func(tx *db.Tx) error {
			return payment.KeepCards(s.Ctx, tx, s.fan, payment.Card{ID: p.Charge.Card, Fingerprint: "another"}, payment.Card{ID: "pm_untold"})
		})
		s.box.Answer(p.Charge.ActionURL, url.Values{"answer": {"complete"}})
		s.box.Settle()
		if p = s.is(p, payment.Succeeded); known == "" || p.Charge.Instrument != known {
			t.Errorf("it was %q and is %q", known, p.Charge.Instrument)
		}
		if _, err := s.shop.Cards(s.Ctx, s.fan); err != nil {
			t.Error(err)
		}
		stranger := s.Person()
		s.Read(func(tx *db.Tx) error {
			now, err := payment.InstrumentOf(s.Ctx, tx, s.fan, p.Charge.Card)
			none, theirs := payment.InstrumentOf(s.Ctx, tx, stranger, p.Charge.Card)
			if now != known || none != "" {
				t.Errorf("the provider tells %q, kept are %q and %q", known, now, none)
			}
			return errors.Join(err, theirs)
		})
	})
}
