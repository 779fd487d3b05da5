package reversal

import (
	"context"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/casework"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/people"
)

// Agree has a proposed refund go on. An operator does it who did not propose it:
// two people see to every refund above the rule's amount. Its faults:
// role_required, forbidden, state_conflict, and those of Refund.
func (s *Service) Agree(ctx context.Context, by people.Caller, refund string) (r Reversal, err error) {
	err = s.second(ctx, by, refund, audit.Act{Verb: "refund.agree"}, func(tx *db.Tx, now *Reversal) error {
		c, err := payment.Get(ctx, tx, now.Charge)
		if err != nil {
			return err
		}
		if c.Disputed > 0 || now.Amount.Units > c.Left() {
			return fault.New(fault.StateConflict, "Meanwhile something else was given back of %s, or its bank disputes it. Decline this refund and propose another.", now.Subject)
		}
		now.State, now.AskedUS = Asking, tx.NowUS()
		if err := now.start(ctx, tx, &c); err != nil || now.Reason != Minor {
			return err
		}
		return agreeMinor(ctx, tx, by, now)
	})
	if err != nil {
		return r, err
	}
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.Patience)
	defer cancel()
	if _, err := s.drive(bounded, refund, true); err != nil && !payment.Passes(err) {
		if err = payment.Explain(err); !fault.Is(err, fault.UpstreamFailed) {
			return r, err
		}
	}
	return s.Get(ctx, refund)
}

// agreeMinor has the other refunds go on that were proposed for the person with
// this one: it was one decision.
func agreeMinor(ctx context.Context, tx *db.Tx, by people.Caller, with *Reversal) error {
	others, err := db.Collect[Reversal](tx.Query(ctx, "SELECT "+columns+" FROM reversal WHERE person_id = $1 AND state = 'proposed' AND reason = $2 AND asked_by = $3 AND id <> $4 ORDER BY id", with.Person, Minor, with.AskedBy, with.ID))(scan)
	if err != nil {
		return err
	}
	for i := range others {
		r := &others[i]
		c, err := payment.Get(ctx, tx, r.Charge)
		if err != nil {
			return err
		}
		if c.Disputed > 0 || r.Amount.Units > c.Left() { // it is left as it is, to be declined
			continue
		}
		r.State, r.AskedUS = Asking, tx.NowUS()
		if err := r.start(ctx, tx, &c); err != nil {
			return err
		}
		if err := r.save(ctx, tx); err != nil {
			return err
		}
	}
	one, found, err := casework.About(ctx, tx, KindMinor, string(with.Person))
	if err != nil || !found || one.State != casework.Opened {
		return err
	}
	_, err = casework.Close(ctx, tx, one.ID, by.ID(), "refunded", with.Note)
	return err
}

// Decline ends a proposed refund; nothing is given back. Whoever proposed it may do
// so too.
func (s *Service) Decline(ctx context.Context, by people.Caller, refund, reason string) (r Reversal, err error) {
	reason, wrong := noteRule.Clean(reason)
	var fields fault.Fields
	fields.Add("/reason", wrong)
	if err := fields.Err(); err != nil {
		return r, err
	}
	err = s.second(ctx, by, refund, audit.Act{Verb: "refund.decline", Reason: reason}, func(tx *db.Tx, now *Reversal) error {
		now.State, now.EndedUS, now.Failure, now.FailureWhy = Declined, tx.NowUS(), "declined", reason
		return nil
	})
	if err != nil {
		return r, err
	}
	return s.Get(ctx, refund)
}

// second is what an operator decides about a proposed refund.
func (s *Service) second(ctx context.Context, by people.Caller, refund string, act audit.Act, f func(tx *db.Tx, r *Reversal) error) error {
	if err := by.RequireRole(people.Operator); err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		r, err := Get(ctx, tx, refund)
		switch {
		case err != nil:
			return err
		case r.State != Proposed:
			return fault.New(fault.StateConflict, "The refund %s is %s; nothing about it waits for somebody to agree.", r.ID, r.State)
		case act.Verb == "refund.agree" && r.AskedBy == by.ID():
			return fault.New(fault.Forbidden, "Whoever proposes a refund of %s %s can not agree to it as well. Another operator has to.", r.Amount.Decimal(), r.Amount.Asset)
		}
		if err := f(tx, &r); err != nil {
			return err
		}
		if err := r.save(ctx, tx); err != nil {
			return err
		}
		act.Subject, act.Changed = r.ID, map[string]any{"amount": r.Amount, "proposed_by": r.AskedBy}
		return audit.Record(ctx, tx, by.Act(ctx, act))
	})
}

// Repay notes that a refund which the bank had sent back was paid in another way,
// out of the platform's own bank. Operators do it, and say how.
func (s *Service) Repay(ctx context.Context, by people.Caller, refund, how string) (r Reversal, err error) {
	how, wrong := noteRule.Clean(how)
	var fields fault.Fields
	fields.Add("/reason", wrong)
	if err := fields.Err(); err != nil {
		return r, err
	}
	if err := by.RequireRole(people.Operator); err != nil {
		return r, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if r, err = Get(ctx, tx, refund); err != nil {
			return err
		}
		if r.State != Bounced {
			return fault.New(fault.StateConflict, "The refund %s is %s; nothing of it is owed.", r.ID, r.State)
		}
		if err := post(ctx, tx, "refund.repaid", r.ID, []ledger.Move{{From: ledger.ReversalPath(r.ID), To: ledger.Bank, Amount: r.Moved}}); err != nil {
			return err
		}
		r.State, r.EndedUS = Repaid, tx.NowUS()
		if err := r.save(ctx, tx); err != nil {
			return err
		}
		one, found, err := casework.About(ctx, tx, KindBounced, r.ID)
		if err == nil && found && one.State == casework.Opened {
			_, err = casework.Close(ctx, tx, one.ID, by.ID(), string(Repaid), how)
		}
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, by.Act(ctx, audit.Act{Verb: "refund.repay", Subject: r.ID, Reason: how, Changed: map[string]any{"amount": r.Moved}}))
	})
	return r, err
}
