package reversal

import (
	"context"
	"errors"
	"time"

	"github.com/ovationhq/ovation/internal/casework"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/payment"
)

// WorkDrive is the kind of due work that takes a refund to its end, and looks at a
// dispute that is open; its key is the id.
const WorkDrive = "reversal.drive"

// How long to wait before it is looked at again.
const (
	retrySoon = 20 * time.Second    // after an answer that did not come
	retryLate = time.Hour           // after a refusal that somebody has to see to
	lookAgain = 6 * time.Hour       // while the bank has it and no news came
	watchFor  = 10 * 24 * time.Hour // a bank may send a refund back for so long
)

// How long the provider's memory of a key is relied on. It forgets keys after 24
// hours; then the same call would be a second refund.
const (
	keysFor  = 20 * time.Hour   // from then on nothing is asked under the key
	keysRest = 10 * time.Minute // and so long until what was asked last must show
)

// Drive takes a refund or a dispute as far as it goes now. It returns when to look
// again, or 0 when nothing can happen to it any more. An error together with a time
// is the provider's refusal to say: it is for the log.
func (s *Service) Drive(ctx context.Context, reversal string) (again time.Duration, err error) {
	again, err = s.drive(ctx, reversal, false)
	if _, ofProvider := errors.AsType[*payment.Error](err); ofProvider {
		if payment.Passes(err) {
			return retrySoon, nil
		}
		return retryLate, err
	}
	return again, err
}

// drive is Drive; first says that nobody can have asked for this refund before.
func (s *Service) drive(ctx context.Context, reversal string, first bool) (time.Duration, error) {
	r, err := s.Get(ctx, reversal)
	if err != nil {
		return 0, err
	}
	switch r.State {
	case Asking:
		return s.ask(ctx, r, first)
	case Pending, Refunded:
		if r.State == Refunded && s.since(r.EndedUS) > watchFor {
			return 0, nil
		}
		fact, err := s.stripe.RetrieveRefund(ctx, r.Provider)
		if err != nil {
			return 0, err
		}
		return s.record(ctx, r.ID, fact)
	case Inquiry, Open, Answered:
		fact, err := s.stripe.RetrieveDispute(ctx, r.Provider)
		if err != nil {
			return 0, err
		}
		again := lookAgain
		if r.State == Inquiry && fact.Taken.Asset != "" {
			again = retrySoon
		}
		var i intent
		err = s.write(ctx, func(tx *db.Tx) error {
			if err := disputed(ctx, tx, fact); err != nil {
				return err
			}
			i, err = intentOf(ctx, tx, r.ID)
			return err
		})
		if err == nil && i.kind != "" {
			err = s.carry(ctx, r, i)
		}
		return again, err
	}
	return 0, nil
}

func (s *Service) since(us int64) time.Duration {
	return s.db.Clock().Now().Sub(time.UnixMicro(us))
}

// write records what the provider said, also when the caller has gone.
func (s *Service) write(ctx context.Context, f func(tx *db.Tx) error) error {
	return s.db.Write(context.WithoutCancel(ctx), f)
}

// ask asks the provider for the refund. Except at first what was asked before is
// looked for, and when the key is too old to be trusted the next call has a new
// one, after a rest.
func (s *Service) ask(ctx context.Context, r Reversal, first bool) (time.Duration, error) {
	c, err := s.charge(ctx, r)
	if err != nil {
		return 0, err
	}
	if !first {
		if found, again, err := s.find(ctx, r, c.Provider); found || err != nil {
			return again, err
		}
		switch since := s.since(r.AskedUS); {
		case since < -retrySoon: // the clock has stepped back, and nobody knows how old the key is
			return retrySoon, s.change(ctx, r, func(tx *db.Tx, r *Reversal) error {
				r.AskedUS = tx.Now().Add(-keysFor).UnixMicro()
				return r.save(ctx, tx)
			})
		case since >= keysFor+keysRest:
			return retrySoon, s.change(ctx, r, func(tx *db.Tx, r *Reversal) error {
				r.Attempt, r.AskedUS = r.Attempt+1, tx.NowUS()
				return r.save(ctx, tx)
			})
		case since >= keysFor:
			return retrySoon, nil
		}
	}
	fact, err := s.stripe.Refund(ctx, payment.RefundRequest{Ref: r.ID, Attempt: int(r.Attempt), Charge: c.Provider, Amount: r.Amount, Reason: providerReason(r.Reason)})
	switch {
	case err == nil:
		return s.record(ctx, r.ID, fact)
	case errors.Is(err, payment.ErrInsufficient): // of our own balance: it waits, and the provider keeps the answer for the key
		return retryLate, s.change(ctx, r, func(tx *db.Tx, r *Reversal) error {
			r.Attempt, r.AskedUS = r.Attempt+1, tx.NowUS()
			return r.save(ctx, tx)
		})
	case errors.Is(err, payment.ErrInvalid), errors.Is(err, payment.ErrNotFound):
		if found, again, err := s.find(ctx, r, c.Provider); found || err != nil {
			return again, err
		}
		pe, _ := errors.AsType[*payment.Error](err)
		return 0, s.change(ctx, r, func(tx *db.Tx, r *Reversal) error { return r.fail(ctx, tx, pe.Code, pe.Reason) })
	}
	return 0, err
}

// providerReason is the reason in the provider's words.
func providerReason(reason string) string {
	switch reason {
	case Duplicate, Fraud:
		return reason
	}
	return "requested_by_customer"
}

func (s *Service) charge(ctx context.Context, r Reversal) (c payment.Record, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		c, err = payment.Get(ctx, tx, r.Charge)
		return err
	})
	return c, err
}

// find looks for a refund whose answer did not come, and records it.
func (s *Service) find(ctx context.Context, r Reversal, charge string) (found bool, again time.Duration, err error) {
	all, err := s.stripe.FindRefunds(ctx, charge)
	if err != nil {
		return false, 0, err
	}
	for _, fact := range all {
		if fact.Ref == r.ID {
			again, err = s.record(ctx, r.ID, fact)
			return true, again, err
		}
	}
	return false, 0, nil
}

// change reads the refund again in a transaction and applies f if it is still
// where the caller saw it.
func (s *Service) change(ctx context.Context, r Reversal, f func(tx *db.Tx, r *Reversal) error) error {
	return s.write(ctx, func(tx *db.Tx) error {
		now, err := Get(ctx, tx, r.ID)
		if err != nil || now.State != r.State || now.Attempt != r.Attempt {
			return err
		}
		return f(tx, &now)
	})
}

// record writes down what the provider knows of a refund.
func (s *Service) record(ctx context.Context, reversal string, fact payment.Refund) (again time.Duration, err error) {
	err = s.write(ctx, func(tx *db.Tx) error {
		again, err = refunded(ctx, tx, reversal, fact)
		return err
	})
	return again, err
}

// refunded is record within a transaction: the reply, the look-up and the news all
// end here.
func refunded(ctx context.Context, tx *db.Tx, reversal string, fact payment.Refund) (again time.Duration, err error) {
	r, err := Get(ctx, tx, reversal)
	if err != nil || r.Provider != "" && r.Provider != fact.ID || r.IsDispute() {
		return 0, err
	}
	c, err := payment.Get(ctx, tx, r.Charge)
	if err != nil {
		return 0, err
	}
	switch over := fact.Outcome == payment.Failed || fact.Outcome == payment.Canceled; {
	case r.State == Refunded && over:
		return 0, r.bounce(ctx, tx, &c, fact)
	case r.State == Refunded:
		return 24 * time.Hour, nil
	case r.State != Asking && r.State != Pending:
		return 0, nil
	case over:
		r.Provider = fact.ID
		if fact.Outcome == payment.Canceled { // its reason is the one that we gave
			return 0, r.fail(ctx, tx, string(fact.Outcome), "The refund was canceled at the payment provider.")
		}
		return 0, r.fail(ctx, tx, string(fact.Outcome), "The bank did not take the refund: "+fact.Reason+".")
	case fact.Settled.Asset == "" && c.Converted(): // how much it is in our currency is not known yet
		return retrySoon, r.pend(ctx, tx, fact)
	case fact.Outcome != payment.Succeeded && fact.Settled.Asset == "":
		return lookAgain, r.pend(ctx, tx, fact)
	}
	// What is pending has left our balance already.
	r.Provider, r.State, r.EndedUS = fact.ID, Refunded, tx.NowUS()
	if r.Moved = fact.Settled; r.Moved.Asset == "" {
		r.Moved = r.Amount
	}
	return 24 * time.Hour, r.complete(ctx, tx, &c)
}

// pend notes that the provider has the refund.
func (r *Reversal) pend(ctx context.Context, tx *db.Tx, fact payment.Refund) error {
	r.Provider, r.State = fact.ID, Pending
	return r.save(ctx, tx)
}

// complete books that the money has left.
func (r *Reversal) complete(ctx context.Context, tx *db.Tx, c *payment.Record) error {
	expected, err := r.expected(c)
	if err != nil {
		return err
	}
	moves, err := r.differ(ctx, tx, "", expected, r.Moved, true)
	if err != nil {
		return err
	}
	if r.Lot == "" { // of what a creator earned in money: the reserve pays, and gets what the creators lose
		moves = append(moves, ledger.Move{From: ledger.Reserve, To: ledger.Provider, Amount: expected})
	}
	if err := r.keep(ctx, tx, c, "refund.completed", ledger.Provider, moves); err != nil {
		return err
	}
	if err := r.save(ctx, tx); err != nil {
		return err
	}
	return r.tell(ctx, tx, r.refundedEvent())
}

// fail returns all to where it was.
func (r *Reversal) fail(ctx context.Context, tx *db.Tx, code, why string) error {
	c, err := payment.Get(ctx, tx, r.Charge)
	if err != nil {
		return err
	}
	r.State, r.EndedUS, r.Failure, r.FailureWhy = Failed, tx.NowUS(), code, why
	if err := r.release(ctx, tx, &c, "refund.failed", nil); err != nil {
		return err
	}
	return r.save(ctx, tx)
}

// KindBounced is the kind of the cases of refunds that came back.
const KindBounced = "refund_bounced"

// bounce books that a refund came back which had been given: coins and earnings
// are gone, so that the money is owed to the person who paid. An operator finds
// another way.
func (r *Reversal) bounce(ctx context.Context, tx *db.Tx, c *payment.Record, fact payment.Refund) error {
	r.State, r.EndedUS, r.Failure, r.FailureWhy = Bounced, 0, string(fact.Outcome), "The bank sent the refund back: "+fact.Reason+". The money is owed to the person and has to be paid in another way."
	back := fact.Back
	if back.Asset == "" {
		back = r.Moved
	}
	moves, err := r.differ(ctx, tx, returned, r.Moved, back, false) // the rate may have moved
	if err != nil {
		return err
	}
	if err := post(ctx, tx, "refund.bounced", r.ID, append(moves, ledger.Move{From: ledger.Provider, To: ledger.ReversalPath(r.ID), Amount: r.Moved})); err != nil {
		return err
	}
	_, err = casework.Open(ctx, tx, casework.New{Kind: KindBounced, Subject: r.ID, Person: c.Person, Amount: r.Moved, Words: r.FailureWhy})
	if err != nil {
		return err
	}
	return r.save(ctx, tx)
}

// Sweep has everything driven that is under way and that nobody is going to drive,
// because its work was given up or is gone. It returns how many there were.
func (s *Service) Sweep(ctx context.Context) (n int, err error) {
	var left []string
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		left, err = db.Collect[string](tx.Query(ctx, `SELECT id FROM reversal WHERE ended_us = 0 AND state NOT IN ('proposed', 'bounced')
			AND NOT EXISTS (SELECT 1 FROM due_work w WHERE w.kind = $1 AND w.work_key = reversal.id AND w.dead = 0) ORDER BY id LIMIT 1000`, WorkDrive))(
			func(r *db.Rows) (id string, err error) { return id, r.Scan(&id) })
		return err
	})
	if err != nil || len(left) == 0 {
		return 0, err
	}
	return len(left), s.db.Write(ctx, func(tx *db.Tx) error {
		for _, one := range left {
			if err := outbox.Schedule(ctx, tx, outbox.Work{Kind: WorkDrive, Key: one, DueUS: tx.NowUS()}); err != nil {
				return err
			}
		}
		return nil
	})
}
