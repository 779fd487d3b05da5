package collect

import (
	"context"
	"errors"
	"time"

	"github.com/ovationhq/ovation/internal/payment"
)

// checkoutObject is the Object of news about pages.
const checkoutObject = "checkout.session"

// pageFor is how long a page is open on which somebody pays. What is paid there
// has a price that was shown, and counts against the person's limits meanwhile.
const pageFor = time.Hour

// open makes the page on which the person pays, and saves the card for the next
// time. Asked again under the same key it is the same page. When the hour is over,
// or so near that the provider does not make it any more, nobody knows of a page:
// the charge is given up.
func (s *Service) open(ctx context.Context, r *payment.Record, customer, description string) (payment.Charge, error) {
	if s.since(r.CreatedUS) > pageFor+keysRest {
		return payment.Charge{Outcome: payment.Canceled, Amount: r.Amount}, nil
	}
	page, err := s.stripe.CreateCheckout(ctx, payment.CheckoutRequest{Ref: string(r.ID), Customer: customer, Amount: r.Amount, Description: description, SaveCard: true,
		Group: r.Subject, SuccessURL: r.ReturnURL, CancelURL: r.ReturnURL, ExpiresAt: time.UnixMicro(r.CreatedUS).Add(pageFor)})
	if errors.Is(err, payment.ErrInvalid) && s.since(r.CreatedUS) > lookFirst {
		return payment.Charge{Outcome: payment.Canceled, Amount: r.Amount}, nil
	}
	if err != nil {
		return payment.Charge{}, err
	}
	return s.paid(ctx, r, page)
}

// present asks the provider what became of a charge. Of one that is paid on a page
// the page tells until it is over: a card that was declined there can be followed
// by another.
func (s *Service) present(ctx context.Context, r *payment.Record, provider string) (payment.Charge, error) {
	if r.Page == "" || r.Final() {
		fact, err := s.stripe.RetrieveCharge(ctx, provider)
		if r.OnPage() && fact.Outcome == payment.Failed && err == nil { // and nobody knows the page yet
			fact.Outcome = payment.Unknown
		}
		return fact, err
	}
	page, err := s.stripe.RetrieveCheckout(ctx, r.Page)
	if err != nil {
		return payment.Charge{}, err
	}
	return s.paid(ctx, r, page)
}

// close takes the page away, so that nobody pays on it any more.
func (s *Service) close(ctx context.Context, r *payment.Record) (payment.Charge, error) {
	page, err := s.stripe.ExpireCheckout(ctx, r.Page)
	if errors.Is(err, payment.ErrInvalid) { // it is over
		page, err = s.stripe.RetrieveCheckout(ctx, r.Page)
	}
	if err != nil {
		return payment.Charge{}, err
	}
	return s.paid(ctx, r, page)
}

// paid is what the page says about the charge.
func (s *Service) paid(ctx context.Context, r *payment.Record, page payment.Checkout) (payment.Charge, error) {
	fact := payment.Charge{ID: page.ChargeID, Page: page.ID, Amount: r.Amount, Outcome: page.Outcome}
	switch {
	case page.Outcome == payment.Succeeded:
		fact, err := s.stripe.RetrieveCharge(ctx, page.ChargeID)
		fact.Page = page.ID
		return fact, err
	case page.Outcome == payment.Pending && page.URL != "":
		fact.Outcome, fact.ActionURL = payment.RequiresAction, page.URL
	}
	return fact, nil
}
