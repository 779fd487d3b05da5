package payout

import (
	"context"
	"errors"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/payment"
)

// How long to wait before a payout is looked at again.
const (
	retrySoon = 20 * time.Second    // after an answer that did not come
	retryLate = time.Hour           // after a refusal that somebody has to see to
	lookAgain = 6 * time.Hour       // while the bank has it and no news came
	lookPaid  = 24 * time.Hour      // once it is paid: a bank may send it back
	watchPaid = 10 * 24 * time.Hour // for so long after it was paid
)

// How long the provider's memory of a key is relied on. It forgets keys after
// 24 hours; then the same call would move the money again.
const (
	lookFirst = 10 * time.Second // from then on what was asked is looked for before it is asked again
	keysFor   = 20 * time.Hour   // from then on nothing is asked under the key
	keysRest  = 10 * time.Minute // and so long until what was asked last must show
)

// mostSteps bounds the steps of one drive. The longest way, from held to
// returned with a look before each call, has fewer.
const mostSteps = 9

// Drive takes a payout as far as it goes now. It returns when to look again,
// or 0 when nothing can happen to it any more. It may be called at any time
// and any number of times. An error together with a time is the provider's
// refusal to go on: it is for the log, and the payout waits for so long.
func (s *Service) Drive(ctx context.Context, payout id.Payout) (again time.Duration, err error) {
	for range mostSteps {
		p, err := s.read(ctx, payout)
		if err != nil {
			return 0, err
		}
		next, err := s.step(ctx, p)
		if err != nil {
			return patience(err)
		}
		if next != goOn {
			return time.Duration(next), nil
		}
	}
	return retrySoon, nil
}

// step is how long to wait, or goOn for no time at all.
type step time.Duration

const goOn step = -1

func (s *Service) step(ctx context.Context, p Payout) (step, error) {
	switch {
	case p.State == Scheduled, p.State == Held:
		return s.begin(ctx, p)
	case p.State == Sending && p.Transfer == "":
		return s.transfer(ctx, p)
	case p.State == Sending:
		return s.payOut(ctx, p)
	case p.State == Sent, p.State == Paid:
		return s.look(ctx, p)
	case p.State == Returning:
		return s.fetchBack(ctx, p)
	}
	return 0, nil
}

// patience keeps money that is on its way from being given up: whatever the
// provider answers, it is asked again. What passes by itself is no news, and
// only an error of our own counts as a failure of the work.
func patience(err error) (time.Duration, error) {
	switch _, ok := errors.AsType[*payment.Error](err); {
	case !ok:
		return 0, err
	case payment.Passes(err):
		return retrySoon, nil
	}
	return retryLate, err
}

func (s *Service) read(ctx context.Context, payout id.Payout) (p Payout, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		p, err = Get(ctx, tx, payout)
		return err
	})
	return p, err
}

// since is how long ago the instant was.
func (s *Service) since(us int64) time.Duration {
	return s.db.Clock().Now().Sub(time.UnixMicro(us))
}

// change reads the payout again in a transaction and applies f if it is still
// where the caller saw it: in the same state and with the same transfer.
func (s *Service) change(ctx context.Context, p Payout, f func(tx *db.Tx, p *Payout) error) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		now, err := Get(ctx, tx, p.ID)
		if err != nil || now.State != p.State || now.Transfer != p.Transfer {
			return err
		}
		return f(tx, &now)
	})
}

// refused is change for a refusal, which says nothing once the provider is
// asked under another key.
func (s *Service) refused(ctx context.Context, p Payout, f func(tx *db.Tx, p *Payout) error) error {
	return s.change(ctx, p, func(tx *db.Tx, now *Payout) error {
		if now.Attempt != p.Attempt {
			return nil
		}
		return f(tx, now)
	})
}

// begin writes that the provider is going to be asked. From here on the
// payout can not be canceled. While its creator may not be paid it is held, and
// it is released when the reason is gone; what an operator holds, only the
// operator releases.
func (s *Service) begin(ctx context.Context, p Payout) (step, error) {
	if err := s.freshen(ctx, p.Creator); err != nil {
		return 0, err
	}
	if p.Hold.Code == PlatformFunds {
		if covered, err := s.covered(ctx, p); err != nil || !covered {
			return step(retryLate), err
		}
	}
	next := goOn
	err := s.change(ctx, p, func(tx *db.Tx, p *Payout) error {
		next = goOn
		if p.ofOperator() && (p.Hold.UntilUS == 0 || tx.NowUS() < p.Hold.UntilUS) {
			next = step(retryLate)
			if p.Hold.UntilUS > 0 {
				next = step(min(retryLate, time.Duration(p.Hold.UntilUS-tx.NowUS())*time.Microsecond))
			}
			return nil
		}
		if wait := tx.Now().UnixMicro(); p.State == Scheduled && p.GoesUS > wait {
			next = step(time.Duration(p.GoesUS-wait) * time.Microsecond)
			return nil
		}
		why, err := obstacle(ctx, tx, p)
		switch {
		case err != nil:
			return err
		case why.Code != "":
			next = step(retryLate)
			if why.UntilUS > 0 {
				next = step(min(retryLate, time.Duration(why.UntilUS-tx.NowUS())*time.Microsecond))
			}
			return p.hold(ctx, tx, why)
		case p.State == Held:
			return p.release(ctx, tx, ByRule)
		}
		if next, err = p.replan(ctx, tx); err != nil || next != goOn {
			return err
		}
		account, err := AccountOf(ctx, tx, p.Creator)
		if err != nil {
			return err
		}
		if p.begunAfter, _, _, err = ledger.Head(ctx, tx); err != nil {
			return err
		}
		p.State, p.AskedUS, p.BegunUS = Sending, tx.NowUS(), tx.NowUS()
		p.Account, p.standing, p.bank, p.BankLast4 = account.Provider, account.seen, account.bank, account.BankLast4 // it may be another one than when it was asked for
		return p.save(ctx, tx)
	})
	return next, err
}

// replan finds another day for a payout whose own is over, because it was held
// or nobody was there to send it: today, or the first day with room under the
// cap. It says how long that is.
func (p *Payout) replan(ctx context.Context, tx *db.Tx) (step, error) {
	now := tx.NowUS()
	if dayOf(p.GoesUS) >= dayOf(now) {
		return goOn, nil
	}
	dailyCap, err := limitUnder(ctx, tx, p)
	if err != nil {
		return 0, err
	}
	r, err := roomFrom(ctx, tx, p.Creator, p.Amount.Asset, dailyCap, now, p.ID)
	if err != nil {
		return 0, err
	}
	day := 0
	for day < mostDays && r.left[day] < p.Amount.Units {
		day++
	}
	if day == mostDays { // all days are taken; some of what takes them may yet come to nothing
		return step(24 * time.Hour), nil
	}
	p.GoesUS = max(now, (r.first+int64(day))*dayUS)
	if day == 0 {
		return goOn, nil // saved with what follows
	}
	return step(time.Duration(p.GoesUS-now) * time.Microsecond), p.save(ctx, tx)
}

// newAttempt gives the next call another key.
func (s *Service) newAttempt(ctx context.Context, p Payout) error {
	return s.refused(ctx, p, func(tx *db.Tx, p *Payout) error {
		p.Attempt, p.AskedUS = p.Attempt+1, tx.NowUS()
		return p.save(ctx, tx)
	})
}

// mayAsk says whether the provider may be asked now under the payout's key.
// Except in the first seconds what was asked before is looked for, and recorded
// if it is there. When the key is too old to be trusted and nothing was found,
// the next call has a new one; before that there is a rest, so that a call
// that was made under the old key at the last moment has had its effect.
func (s *Service) mayAsk(ctx context.Context, p Payout, find func(context.Context, Payout) (bool, error)) (ask bool, next step, err error) {
	since := s.since(p.AskedUS)
	if p.Attempt == 1 && since.Abs() < lookFirst {
		return true, 0, nil
	}
	found, err := find(ctx, p)
	switch {
	case found || err != nil:
		return false, goOn, err
	case since < -lookFirst: // the clock has stepped back, and nobody knows how old the key is
		return false, step(retrySoon), s.refused(ctx, p, func(tx *db.Tx, p *Payout) error {
			p.AskedUS = tx.Now().Add(-keysFor).UnixMicro()
			return p.save(ctx, tx)
		})
	case since < keysFor:
		return true, 0, nil
	case since < keysFor+keysRest:
		return false, step(retrySoon), nil
	}
	return false, goOn, s.newAttempt(ctx, p)
}
