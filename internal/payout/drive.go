package payout

import (
	"context"
	"errors"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/payment"
)

// How long to wait before a payout is looked at again.
const (
	retrySoon = 20 * time.Second // after an answer that did not come
	lookAgain = 6 * time.Hour    // while the bank has it and no news came
)

// Drive takes a payout as far as it goes now. It returns when to look again,
// or 0 when the payout has ended. It may be called at any time and any number
// of times.
func (s *Service) Drive(ctx context.Context, payout id.Payout) (again time.Duration, err error) {
	for range 4 { // each state at most once
		p, err := s.read(ctx, payout)
		if err != nil {
			return 0, err
		}
		var next step
		switch p.State {
		case Scheduled:
			next, err = s.begin(ctx, p)
		case Sending:
			next, err = s.send(ctx, p)
		case Sent:
			next, err = s.look(ctx, p)
		case Returning:
			next, err = s.fetchBack(ctx, p)
		default:
			return 0, nil
		}
		if err != nil || next != goOn {
			return time.Duration(next), s.passing(err)
		}
	}
	return lookAgain, nil
}

// step is how long to wait, or goOn for no time at all.
type step time.Duration

const goOn step = -1

// passing lets an error that will pass be tried again without counting it as
// a failure of the work.
func (s *Service) passing(err error) error {
	if errors.Is(err, payment.ErrUnknown) || errors.Is(err, payment.ErrUnavailable) || errors.Is(err, payment.ErrRateLimited) {
		return nil
	}
	return err
}

func (s *Service) read(ctx context.Context, payout id.Payout) (p Payout, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		p, err = Get(ctx, tx, payout)
		return err
	})
	return p, err
}

// change reads the payout again in a transaction and applies f if it is still
// in the state that the caller saw.
func (s *Service) change(ctx context.Context, p Payout, f func(tx *db.Tx, p *Payout) error) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		now, err := Get(ctx, tx, p.ID)
		if err != nil || now.State != p.State {
			return err
		}
		return f(tx, &now)
	})
}

// begin writes that the provider is going to be asked. From here on the
// payout can not be canceled.
func (s *Service) begin(ctx context.Context, p Payout) (step, error) {
	return goOn, s.change(ctx, p, func(tx *db.Tx, p *Payout) error {
		p.State = Sending
		return p.save(ctx, tx)
	})
}

// send moves the money to the creator's account and on to the bank. Both
// calls have keys made from the payout, so a lost answer is asked for again.
func (s *Service) send(ctx context.Context, p Payout) (step, error) {
	if p.Transfer == "" {
		t, err := s.stripe.CreateTransfer(ctx, payment.TransferRequest{Ref: string(p.ID), Attempt: int(p.Attempt), Account: p.Account, Amount: p.Amount, Group: string(p.ID), Description: "Ovation payout"})
		if err != nil {
			return s.notSent(ctx, p, err)
		}
		err = s.change(ctx, p, func(tx *db.Tx, p *Payout) error {
			p.Transfer = t.ID
			if _, err := ledger.Post(ctx, tx, "payout.transferred", string(p.ID), p.Rule, ledger.Move{From: ledger.PayoutPath(p.ID), To: ledger.Provider, Amount: p.Amount}); err != nil {
				return err
			}
			return p.save(ctx, tx)
		})
		return goOn, err
	}
	out, err := s.stripe.CreatePayout(ctx, payment.PayoutRequest{Ref: string(p.ID), Attempt: int(p.Attempt), Account: p.Account, Amount: p.Amount, Description: "Ovation payout"})
	if errors.Is(err, payment.ErrInvalid) || errors.Is(err, payment.ErrInsufficient) {
		return goOn, s.change(ctx, p, func(tx *db.Tx, p *Payout) error { return bounce(ctx, tx, p, failureOf(err)) })
	}
	if err != nil {
		return step(retrySoon), err
	}
	return step(lookAgain), s.change(ctx, p, func(tx *db.Tx, p *Payout) error {
		p.State, p.ProviderPayout, p.SentUS, p.ArrivesUS = Sent, out.ID, tx.NowUS(), out.ArrivesAt.UnixMicro()
		if err := p.save(ctx, tx); err != nil {
			return err
		}
		return tell(ctx, tx, "payout.sent", *p)
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

// notSent ends a payout whose transfer the provider refuses. A balance of ours
// that does not cover it yet is no reason to fail: it waits.
func (s *Service) notSent(ctx context.Context, p Payout, err error) (step, error) {
	switch {
	case errors.Is(err, payment.ErrInsufficient): // the provider keeps that answer for the key: the next try has another
		return step(time.Hour), s.change(ctx, p, func(tx *db.Tx, p *Payout) error {
			p.Attempt++
			return p.save(ctx, tx)
		})
	case errors.Is(err, payment.ErrInvalid), errors.Is(err, payment.ErrNotFound):
		return goOn, s.change(ctx, p, func(tx *db.Tx, p *Payout) error {
			why := failureOf(err)
			p.FailureCode, p.FailureReason = why.code, why.reason
			return giveBack(ctx, tx, p, Failed, "payout.failed", ledger.PayoutPath(p.ID))
		})
	}
	return step(retrySoon), err
}

// look asks what became of a payout that is with the bank.
func (s *Service) look(ctx context.Context, p Payout) (step, error) {
	fact, err := s.stripe.RetrievePayout(ctx, p.Account, p.ProviderPayout)
	if err != nil {
		return step(retrySoon), err
	}
	err = s.change(ctx, p, func(tx *db.Tx, p *Payout) error { return observe(ctx, tx, p, fact) })
	if fact.Outcome == payment.Failed || fact.Outcome == payment.Canceled {
		return goOn, err
	}
	if fact.Outcome == payment.Succeeded {
		return 0, err
	}
	return step(lookAgain), err
}

// observe records what the provider knows of a payout to the bank.
func observe(ctx context.Context, tx *db.Tx, p *Payout, fact payment.Payout) error {
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
	p.State, p.FailureCode, p.FailureReason, p.EndedUS = Returning, why.code, why.reason, 0
	if err := p.save(ctx, tx); err != nil {
		return err
	}
	return wake(ctx, tx, p.ID)
}

// fetchBack reverses the transfer and returns the money to the creator's
// available earnings.
func (s *Service) fetchBack(ctx context.Context, p Payout) (step, error) {
	_, err := s.stripe.ReverseTransfer(ctx, payment.ReversalRequest{Ref: string(p.ID), Attempt: int(p.Attempt), Transfer: p.Transfer, Amount: p.Amount})
	if err != nil {
		return step(retrySoon), err
	}
	return 0, s.change(ctx, p, func(tx *db.Tx, p *Payout) error {
		return giveBack(ctx, tx, p, Returned, "payout.returned", ledger.Provider)
	})
}

// Observe takes news from the provider about accounts and payouts. It fetches
// the present state and records it together with the note that this event had
// its effect. handled is false when the event is about something else.
func (s *Service) Observe(ctx context.Context, ev payment.Event) (handled bool, err error) {
	switch ev.Object {
	case "account":
		return s.observeAccount(ctx, ev)
	case "payout":
		return s.observePayout(ctx, ev)
	}
	return false, nil
}

func (s *Service) observeAccount(ctx context.Context, ev payment.Event) (bool, error) {
	var a Account
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		a, err = accountBy(ctx, tx, "provider_id", ev.ObjectID, "")
		return err
	})
	if err != nil || a.Provider == "" {
		return false, err
	}
	fact, err := s.stripe.RetrieveAccount(ctx, a.Provider)
	if err != nil {
		return true, err
	}
	return true, s.once(ctx, ev, func(tx *db.Tx) error { return saveAccount(ctx, tx, a.Person, fact) })
}

func (s *Service) observePayout(ctx context.Context, ev payment.Event) (bool, error) {
	var p Payout
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		p, err = byProvider(ctx, tx, ev.ObjectID)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil {
		return true, err
	}
	fact, err := s.stripe.RetrievePayout(ctx, p.Account, p.ProviderPayout)
	if err != nil {
		return true, err
	}
	return true, s.once(ctx, ev, func(tx *db.Tx) error {
		now, err := Get(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		return observe(ctx, tx, &now, fact)
	})
}

// once runs f in the transaction that also notes the event, unless the event
// had its effect before.
func (s *Service) once(ctx context.Context, ev payment.Event, f func(tx *db.Tx) error) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		first, err := payment.FirstTime(ctx, tx, ev)
		if err != nil || !first {
			return err
		}
		return f(tx)
	})
}
