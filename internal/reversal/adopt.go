package reversal

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/payment"
)

// Elsewhere is the reason of a refund that was given at the provider itself, by
// somebody in its dashboard, who did not say why.
const Elsewhere = "provider"

// newsAgain is when news are to come again that can not be taken yet.
const newsAgain = 20 * time.Second

// errNotNow says that a refund of the provider's can not be booked until something
// else that is under way has ended.
var errNotNow = errors.New("reversal: what the refund is of is not decided yet")

// given records what the provider knows of a refund, whoever gave it. Its faults:
// not_found of a payment that is none of ours, of a refund that was begun here and
// whose row was lost with an older copy of the database, and of more than is left.
func given(ctx context.Context, tx *db.Tx, fact payment.Refund) error {
	r, found, err := byProvider(ctx, tx, fact.ID)
	if err != nil {
		return err
	}
	if !found && id.Valid(id.KindRefund, fact.Ref) { // the news came before the reply
		if r, err = Get(ctx, tx, fact.Ref); err != nil {
			return err
		}
		found = true
	}
	if !found {
		return adopt(ctx, tx, fact)
	}
	_, err = refunded(ctx, tx, r.ID, fact)
	return err
}

// adopt makes a refund ours that was given at the provider itself: what the money
// has become is held and gone in one transaction, as if it had been asked for here.
func adopt(ctx context.Context, tx *db.Tx, fact payment.Refund) error {
	c, err := payment.ForProvider(ctx, tx, fact.Charge)
	if err != nil {
		return err
	}
	r := Reversal{ID: tx.NewID(id.KindRefund), Charge: c.ID, Subject: c.Subject, Person: c.Person, Amount: fact.Amount, Reason: Elsewhere, AskedBy: byProviderName,
		State: Pending, Provider: fact.ID, Attempt: 1, AskedUS: tx.NowUS()}
	if fact.Reason == Duplicate || fact.Reason == Fraud {
		r.Reason = fact.Reason
	}
	if fact.Outcome == payment.Failed || fact.Outcome == payment.Canceled { // it came back before anybody here had heard of it
		r.State, r.EndedUS, r.Failure, r.FailureWhy = Failed, tx.NowUS(), string(fact.Outcome), "The bank did not take the refund: "+fact.Reason+"."
		return r.insert(ctx, tx, fact.ID, 0)
	}
	if err := adoptable(ctx, tx, &c, fact); err != nil {
		return err
	}
	p, err := planOf(ctx, tx, &c, r.Amount.Units)
	if errors.Is(err, errNotBooked) {
		return errNotNow
	}
	if err != nil {
		return err
	}
	if err := r.hold(ctx, tx, &c, p, "refund.begun", nil); err != nil {
		return err
	}
	if err := r.insert(ctx, tx, fact.ID, 0); err != nil {
		return err
	}
	if err := outbox.Schedule(ctx, tx, outbox.Work{Kind: WorkDrive, Key: r.ID, DueUS: tx.Now().Add(retrySoon).UnixMicro()}); err != nil {
		return err
	}
	_, err = refunded(ctx, tx, r.ID, fact)
	return err
}

// adoptable refuses a refund for which there is nothing here: reconciliation puts
// what it moved into suspense, with a case.
func adoptable(ctx context.Context, tx *db.Tx, c *payment.Record, fact payment.Refund) error {
	if fact.Amount.Asset != c.Amount.Asset || fact.Amount.Units <= 0 {
		return fmt.Errorf("reversal: the refund %s is of %v, and the charge %s of %v", fact.ID, fact.Amount, c.ID, c.Amount)
	}
	if !c.Final() || c.FeeOpen() {
		return errNotNow
	}
	if fact.Amount.Units > c.Left() {
		under, err := refunding(ctx, tx, c.ID) // it may fail, because this one was there before
		if err == nil && under {
			err = errNotNow
		}
		if err != nil {
			return err
		}
		return fault.New(fault.NotFound, "There is no such payment.")
	}
	var n int64
	err := tx.Row(ctx, `SELECT COUNT(*) FROM reconcile_entry e JOIN casework_case k ON k.kind = 'difference' AND k.subject = e.id
		WHERE e.booked = 'suspense' AND e.source = $1 AND k.decision = 'written_off'`, fact.ID).Scan(&n)
	if err == nil && n > 0 { // somebody has decided that the platform bears it
		err = fault.New(fault.NotFound, "There is no such payment.")
	}
	return err
}

// later has news come again that can not be taken yet.
func later(err error) error {
	if !errors.Is(err, errNotNow) {
		return err
	}
	return fault.Wrap(err, fault.Overloaded, "What these news are about is not decided yet. Nothing was changed; send them again in a while.").After(newsAgain)
}

// LookUp asks the provider for a dispute or a refund of which no news came, and
// takes it as news of it would be. What is of no payment of ours stays as it is, and
// so does, for now, what waits for something else.
func (s *Service) LookUp(ctx context.Context, kind, provider string) error {
	var f func(tx *db.Tx) error
	switch kind {
	case "dispute":
		fact, err := s.stripe.RetrieveDispute(ctx, provider)
		if err != nil {
			return err
		}
		f = func(tx *db.Tx) error { return disputed(ctx, tx, fact) }
	case "refund":
		fact, err := s.stripe.RetrieveRefund(ctx, provider)
		if err != nil {
			return err
		}
		f = func(tx *db.Tx) error { return given(ctx, tx, fact) }
	default:
		return nil
	}
	err := s.write(ctx, f)
	if fault.Is(err, fault.NotFound) || errors.Is(err, errNotNow) {
		return nil
	}
	return err
}
