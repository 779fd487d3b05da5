package payout

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/payment"
)

// transfer moves the money to the creator's account at the provider.
func (s *Service) transfer(ctx context.Context, p Payout) (step, error) {
	ask, next, err := s.mayAsk(ctx, p, s.findTransfer)
	if err != nil || !ask {
		return next, err
	}
	t, err := s.stripe.CreateTransfer(ctx, payment.TransferRequest{Ref: string(p.ID), Attempt: int(p.Attempt), Account: p.Account, Amount: p.Amount, Group: string(p.ID), Description: "Ovation payout"})
	switch {
	case err == nil:
		return goOn, s.transferred(ctx, p, t)
	case errors.Is(err, payment.ErrInsufficient): // of our own balance
		return s.uncovered(ctx, p)
	case errors.Is(err, payment.ErrInvalid), errors.Is(err, payment.ErrNotFound):
		return goOn, s.notSent(ctx, p, failureOf(err))
	}
	return 0, err
}

// findTransfer looks for a transfer whose answer did not come, and records it.
func (s *Service) findTransfer(ctx context.Context, p Payout) (found bool, err error) {
	all, err := s.stripe.FindTransfers(ctx, string(p.ID))
	if err != nil {
		return false, err
	}
	for _, t := range all {
		if t.Ref == string(p.ID) {
			return true, s.transferred(ctx, p, t)
		}
	}
	return false, nil
}

// transferred records that the creator's account has the money.
func (s *Service) transferred(ctx context.Context, p Payout, t payment.Transfer) error {
	if t.Amount != p.Amount || t.Account != p.Account {
		return fmt.Errorf("payout: %s is %v to %s, and the provider's transfer %s is %v to %s", p.ID, p.Amount, p.Account, t.ID, t.Amount, t.Account)
	}
	return s.change(ctx, p, func(tx *db.Tx, p *Payout) error {
		p.Transfer, p.AskedUS = t.ID, tx.NowUS()
		if _, err := ledger.Post(ctx, tx, "payout.transferred", string(p.ID), p.Rule, ledger.Move{From: ledger.PayoutPath(p.ID), To: ledger.Provider, Amount: p.Amount}); err != nil {
			return err
		}
		if err := p.closeFunds(ctx, tx); err != nil {
			return err
		}
		return p.save(ctx, tx)
	})
}

// notSent ends a payout whose transfer the provider refuses, unless there is
// one after all.
func (s *Service) notSent(ctx context.Context, p Payout, why failure) error {
	if found, err := s.findTransfer(ctx, p); found || err != nil {
		return err
	}
	return s.refused(ctx, p, func(tx *db.Tx, p *Payout) error {
		p.FailureCode, p.FailureReason = why.code, why.reason
		return giveBack(ctx, tx, p, Failed, "payout.failed", ledger.PayoutPath(p.ID))
	})
}

// failure is why the provider or the bank refused.
type failure struct{ code, reason string }

func failureOf(err error) failure {
	if pe, ok := errors.AsType[*payment.Error](err); ok {
		return failure{pe.Code, pe.Reason}
	}
	return failure{"unknown", "The payment provider refused without a reason."}
}

// payOut moves the money from the creator's account to the bank.
func (s *Service) payOut(ctx context.Context, p Payout) (step, error) {
	ask, next, err := s.mayAsk(ctx, p, s.findPayout)
	if errors.Is(err, payment.ErrNotFound) {
		return goOn, s.notPaidOut(ctx, p, failureOf(err))
	}
	if err != nil || !ask {
		return next, err
	}
	out, err := s.stripe.CreatePayout(ctx, payment.PayoutRequest{Ref: string(p.ID), Attempt: int(p.Attempt), Account: p.Account, Amount: p.Amount, Description: "Ovation payout"})
	switch {
	case err == nil:
		return step(lookAgain), s.handedOver(ctx, p, out)
	case errors.Is(err, payment.ErrInvalid), errors.Is(err, payment.ErrInsufficient), errors.Is(err, payment.ErrNotFound):
		return goOn, s.notPaidOut(ctx, p, failureOf(err))
	}
	return 0, err
}

// findPayout looks for a payout to the bank whose answer did not come, and
// records it.
func (s *Service) findPayout(ctx context.Context, p Payout) (found bool, err error) {
	since := time.UnixMicro(p.RequestedUS).Add(-time.Hour) // the provider's clock may be behind ours
	all, err := s.stripe.FindPayouts(ctx, p.Account, since)
	if err != nil {
		return false, err
	}
	for _, out := range all {
		if p.adopts(out) {
			return true, s.handedOver(ctx, p, out)
		}
	}
	return false, nil
}

// adopts reports whether the provider's payout is this one, which does not
// know of it yet. What is being fetched back because the payout seemed to be
// refused is one only while its money is away.
func (p *Payout) adopts(out payment.Payout) bool {
	if out.Ref != string(p.ID) || p.ProviderPayout != "" || p.Transfer == "" {
		return false
	}
	return p.State == Sending || p.State == Returning && (out.Outcome == payment.Pending || out.Outcome == payment.Succeeded)
}

func (s *Service) handedOver(ctx context.Context, p Payout, out payment.Payout) error {
	return s.change(ctx, p, func(tx *db.Tx, p *Payout) error { return p.handedOver(ctx, tx, out) })
}

// handedOver records that the provider sends the money to the bank.
func (p *Payout) handedOver(ctx context.Context, tx *db.Tx, out payment.Payout) error {
	p.State, p.ProviderPayout, p.SentUS = Sent, out.ID, tx.NowUS()
	p.FailureCode, p.FailureReason = "", ""
	if !out.ArrivesAt.IsZero() {
		p.ArrivesUS = out.ArrivesAt.UnixMicro()
	}
	if err := p.save(ctx, tx); err != nil {
		return err
	}
	return tell(ctx, tx, "payout.sent", *p)
}

// notPaidOut has the money fetched back that the provider will not send to the
// bank, unless it has sent it: an account that was emptied by the payout is
// refused a second one for its lack of money.
func (s *Service) notPaidOut(ctx context.Context, p Payout, why failure) error {
	found, err := s.findPayout(ctx, p)
	if found || err != nil && !errors.Is(err, payment.ErrNotFound) { // an account that is not ours any more sends nothing
		return err
	}
	return s.refused(ctx, p, func(tx *db.Tx, p *Payout) error { return bounce(ctx, tx, p, why) })
}
