package collect

import (
	"context"
	"errors"
	"slices"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payment"
)

// Cards returns the person's saved cards. They are the provider's; no number
// is known here, but what tells them apart is kept.
func (s *Service) Cards(ctx context.Context, person id.Person) ([]payment.Card, error) {
	cards, err := s.listed(ctx, person)
	if err != nil {
		return nil, err
	}
	s.keep(ctx, person, cards)
	return cards, nil
}

// listed asks the provider for the person's cards.
func (s *Service) listed(ctx context.Context, person id.Person) ([]payment.Card, error) {
	var customer string
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		customer, err = payment.CustomerOf(ctx, tx, person)
		return err
	})
	if err != nil || customer == "" {
		return nil, err
	}
	cards, err := s.stripe.SavedCards(ctx, customer)
	if err != nil {
		return nil, payment.Explain(err)
	}
	for i := range cards {
		cards[i].Expired = cards[i].Over(s.db.Clock().Now())
	}
	return cards, nil
}

// keep keeps what tells the person's cards apart. Mostly it is known, and then
// nothing is written. Where nothing can be, on a disk that is full, the cards are
// seen and removed all the same: what is not kept now is kept the next time, or
// told by the outcome of a charge.
func (s *Service) keep(ctx context.Context, person id.Person, cards []payment.Card) {
	var unknown []payment.Card
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		unknown, err = payment.UnknownCards(ctx, tx, person, cards)
		return err
	})
	if err == nil && len(unknown) > 0 {
		err = s.db.Write(ctx, func(tx *db.Tx) error { return payment.KeepCards(ctx, tx, person, unknown...) })
	}
	if err != nil && ctx.Err() == nil {
		s.Log.Warn("what tells saved cards apart can not be kept now", "person", person, "error", err)
	}
}

// Recognize sees to it that it is known which card is about to pay, so that the
// charge counts with that card whoever saved it. A product calls it before its
// intent: nobody is called inside a transaction. The provider is asked only about a
// card that was never seen here. If it does not answer soon, or what it says can not
// be kept, the charge counts with its account alone until its outcome tells the card.
func (s *Service) Recognize(ctx context.Context, person id.Person, card string) error {
	if card == "" { // it is typed on the provider's page, and nobody knows it before
		return nil
	}
	var kept string
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		kept, err = payment.InstrumentOf(ctx, tx, person, card)
		return err
	})
	if err != nil || kept != "" {
		return err
	}
	bounded, cancel := context.WithTimeout(ctx, s.Patience/4)
	defer cancel()
	cards, err := s.listed(bounded, person)
	if fault.Is(err, fault.UpstreamFailed) {
		return nil
	}
	if err != nil {
		return err
	}
	s.keep(ctx, person, cards)
	return nil
}

// AddCard returns a page of the provider on which the person saves a card. It
// leads back to one of the two addresses.
func (s *Service) AddCard(ctx context.Context, person id.Person, successURL, cancelURL string) (url string, err error) {
	customer, err := s.known(ctx, person)
	if err != nil {
		return "", err
	}
	page, err := s.stripe.CreateCheckout(ctx, payment.CheckoutRequest{Ref: string(person), Attempt: int(s.db.Clock().Now().UnixMicro()), Customer: customer,
		SaveOnly: true, SuccessURL: successURL, CancelURL: cancelURL})
	return page.URL, payment.Explain(err)
}

// AddTestCard saves one of the provider's test cards, such as pm_card_visa. A
// live provider refuses it.
func (s *Service) AddTestCard(ctx context.Context, person id.Person, token string) (payment.Card, error) {
	if s.stripe.Live() {
		return payment.Card{}, fault.New(fault.Forbidden, "Test cards exist in the sandbox only.")
	}
	customer, err := s.known(ctx, person)
	if err != nil {
		return payment.Card{}, err
	}
	card, err := s.stripe.AttachCard(ctx, customer, token, int(s.db.Clock().Now().UnixMicro()))
	if err != nil {
		return payment.Card{}, payment.Explain(err)
	}
	s.keep(ctx, person, []payment.Card{card})
	return card, nil
}

// RemoveCard forgets one of the person's cards. A charge with it that has not
// been made by then is not made any more; one that was made stays as it is.
//
// An error may come after the card has gone: the answer was lost, or somebody
// else removed it at the same time. So the provider is asked once more whether
// the card is there, and what was wanted counts, not who did it.
func (s *Service) RemoveCard(ctx context.Context, person id.Person, card string) error {
	bounded, cancel := context.WithTimeout(ctx, s.Patience)
	defer cancel()
	has, err := s.hasCard(bounded, person, card)
	if err != nil {
		return err
	}
	if !has {
		return fault.New(fault.NotFound, "There is no such saved card.")
	}
	failed := s.stripe.DetachCard(bounded, card, int(s.db.Clock().Now().UnixMicro()))
	if failed == nil {
		return nil
	}
	if has, err = s.hasCard(ctx, person, card); err == nil && !has {
		return nil
	}
	if errors.Is(failed, payment.ErrUnknown) {
		return fault.Wrap(failed, fault.UpstreamFailed, "The payment provider did not say whether the card was removed. Look at the saved cards in a minute, and remove it again if it is still there.")
	}
	return payment.Explain(failed)
}

// hasCard reports whether the card is one of the person's.
func (s *Service) hasCard(ctx context.Context, person id.Person, card string) (bool, error) {
	cards, err := s.Cards(ctx, person)
	return slices.ContainsFunc(cards, func(c payment.Card) bool { return c.ID == card }), err
}

// known makes sure that the provider knows the person, and returns its id.
func (s *Service) known(ctx context.Context, person id.Person) (customer string, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		customer, err = payment.CustomerOf(ctx, tx, person)
		return err
	})
	if err != nil || customer != "" {
		return customer, err
	}
	customer, err = s.customer(ctx, person)
	return customer, payment.Explain(err)
}
