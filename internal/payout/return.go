package payout

import (
	"context"
	"errors"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/payment"
)

// look asks what became of a payout that is, or was, with the bank.
func (s *Service) look(ctx context.Context, p Payout) (step, error) {
	watched := p.State == Paid && s.since(p.EndedUS) >= watchPaid // for the last time
	fact, err := s.stripe.RetrievePayout(ctx, p.Account, p.ProviderPayout)
	switch {
	case err == nil:
	case watched && !payment.Passes(err):
		return 0, nil
	case p.State == Paid && errors.Is(err, payment.ErrNotFound): // an account that was closed since tells nothing
		return step(lookPaid), nil
	default:
		return 0, err
	}
	err = s.change(ctx, p, func(tx *db.Tx, p *Payout) error { return observe(ctx, tx, p, fact) })
	switch {
	case fact.Outcome == payment.Failed, fact.Outcome == payment.Canceled:
		return goOn, err
	case watched:
		return 0, err
	case fact.Outcome == payment.Succeeded:
		return step(lookPaid), err
	}
	return step(lookAgain), err
}

// observe records what the provider knows of a payout to the bank.
func observe(ctx context.Context, tx *db.Tx, p *Payout, fact payment.Payout) error {
	if p.adopts(fact) { // its news came before its reply
		if err := p.handedOver(ctx, tx, fact); err != nil {
			return err
		}
	}
	if p.ProviderPayout != fact.ID {
		return nil
	}
	switch fact.Outcome {
	case payment.Succeeded:
		if p.State != Sent {
			return nil
		}
		p.State, p.EndedUS = Paid, tx.NowUS()
		if err := p.save(ctx, tx); err != nil {
			return err
		}
		return tell(ctx, tx, "payout.paid", *p)
	case payment.Failed, payment.Canceled:
		if p.State != Sent && p.State != Paid { // a bank may return what it had accepted
			return nil
		}
		return bounce(ctx, tx, p, failure{fact.FailureCode, fact.FailureReason})
	}
	return nil
}

// bounce notes that the bank did not take the money; it is in the creator's
// account at the provider and has to be fetched back.
func bounce(ctx context.Context, tx *db.Tx, p *Payout, why failure) error {
	p.State, p.AskedUS, p.FailureCode, p.FailureReason, p.EndedUS = Returning, tx.NowUS(), why.code, why.reason, 0
	if err := p.save(ctx, tx); err != nil {
		return err
	}
	return wake(ctx, tx, p.ID)
}

// fetchBack reverses the transfer and returns the money to the creator's
// available earnings. It looks at the transfer first: the provider refuses to
// reverse what it has reversed, whatever it answered then. It never reverses
// more than the transfer, so a new key can do no harm here.
func (s *Service) fetchBack(ctx context.Context, p Payout) (step, error) {
	t, err := s.stripe.RetrieveTransfer(ctx, p.Transfer)
	if err != nil {
		return 0, err
	}
	left := p.Amount
	if left.Units -= t.Reversed.Units; left.Units > 0 {
		_, err = s.stripe.ReverseTransfer(ctx, payment.ReversalRequest{Ref: string(p.ID), Attempt: int(p.Attempt), Transfer: p.Transfer, Amount: left})
	}
	if err != nil {
		return s.notBack(ctx, p, err)
	}
	return 0, s.returned(ctx, p)
}

func (s *Service) returned(ctx context.Context, p Payout) error {
	return s.change(ctx, p, func(tx *db.Tx, p *Payout) error {
		return giveBack(ctx, tx, p, Returned, "payout.returned", ledger.Provider)
	})
}

// notBack finds out why a transfer can not be reversed: it has been, or the
// bank has the money after all, or the account lacks it and has to wait.
func (s *Service) notBack(ctx context.Context, p Payout, cause error) (step, error) {
	if _, ok := errors.AsType[*payment.Error](cause); !ok || payment.Passes(cause) {
		return 0, cause
	}
	t, err := s.stripe.RetrieveTransfer(ctx, p.Transfer)
	if err != nil {
		return 0, err
	}
	if t.Reversed.Units >= p.Amount.Units {
		return 0, s.returned(ctx, p)
	}
	if errors.Is(cause, payment.ErrInsufficient) {
		if found, err := s.findPayout(ctx, p); found || err != nil {
			return goOn, err
		}
	}
	if err := s.newAttempt(ctx, p); err != nil { // the provider keeps the refusal for the key
		return 0, err
	}
	return 0, cause
}
