package reversal

import (
	"context"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/casework"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/idem"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/people"
)

// Once returns the Service for one request that has a key: what it decides and the
// answer to that are kept together, and the same request again has the same answer.
// The answer is that of the decision, before the provider was asked for anything.
func (s *Service) Once(call *idem.Call, answer func([]Reversal) (idem.Answer, error)) *Service {
	with := *s
	with.call, with.answer = call, answer
	return &with
}

// decides runs what decides about refunds in a transaction, once for the call.
// replayed says that nothing was done now.
func (s *Service) decides(ctx context.Context, f func(tx *db.Tx) ([]Reversal, error)) (all []Reversal, replayed bool, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		return s.call.Once(ctx, tx, func() (a idem.Answer, err error) {
			if all, err = f(tx); err != nil || s.answer == nil {
				return a, err
			}
			return s.answer(all)
		})
	})
	return all, s.call != nil && s.call.Replayed, err
}

// decidesOne is decides for one refund.
func (s *Service) decidesOne(ctx context.Context, refund string, f func(tx *db.Tx, r *Reversal) error) (r Reversal, replayed bool, err error) {
	all, replayed, err := s.decides(ctx, func(tx *db.Tx) ([]Reversal, error) {
		r, err := Get(ctx, tx, refund)
		if err == nil {
			err = f(tx, &r)
		}
		return []Reversal{r}, err
	})
	if err == nil && len(all) == 1 {
		r = all[0]
	}
	return r, replayed, err
}

// Agree has a proposed refund go on. An operator does it in person who did not
// propose it and does not get the money: two people see to every refund above the
// rule's amount. All that was proposed with it as one decision goes on, too. Its
// faults: role_required, forbidden, state_conflict, and those of Refund.
func (s *Service) Agree(ctx context.Context, by people.Caller, refund string) (r Reversal, err error) {
	if err := by.RequireRole(people.Operator); err != nil {
		return r, err
	}
	r, replayed, err := s.decidesOne(ctx, refund, func(tx *db.Tx, now *Reversal) error {
		if err := agree(ctx, tx, by, now); err != nil || now.Decision == "" {
			return err
		}
		return agreeRest(ctx, tx, by, now)
	})
	if err != nil || replayed {
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

// waits refuses what nobody has to agree to any more.
func (r *Reversal) waits() error {
	if r.State != Proposed {
		return fault.New(fault.StateConflict, "The refund %s is %s; nothing about it waits for somebody to agree.", r.ID, r.State)
	}
	return nil
}

// agree has one refund go on, with a line in the audit log.
func agree(ctx context.Context, tx *db.Tx, by people.Caller, r *Reversal) error {
	if err := r.waits(); err != nil {
		return err
	}
	if err := another(ctx, tx, by, r.AskedBy, r.Person); err != nil {
		return err
	}
	c, err := payment.Get(ctx, tx, r.Charge)
	if err != nil {
		return err
	}
	if open, err := disputing(ctx, tx, r.Subject); err != nil {
		return err
	} else if open || r.Amount.Units > c.Left() {
		return fault.New(fault.StateConflict, "Meanwhile something else was given back of %s, or its bank disputes it. Decline this refund and propose another.", r.Subject)
	}
	r.State, r.AskedUS, r.AgreedBy = Asking, tx.NowUS(), by.ID()
	if err := r.start(ctx, tx, &c); err != nil {
		return err
	}
	if err := r.save(ctx, tx); err != nil {
		return err
	}
	return r.sign(ctx, tx, by, audit.Act{Verb: "refund.agree"})
}

// sign writes down who decided what about the refund.
func (r *Reversal) sign(ctx context.Context, tx *db.Tx, by people.Caller, act audit.Act) error {
	act.Subject, act.Changed = r.ID, map[string]any{"amount": r.Amount, "proposed_by": r.AskedBy}
	if r.Decision != "" {
		act.Changed["decision"] = r.Decision
	}
	return audit.Record(ctx, tx, by.Act(ctx, act))
}

// agreeRest has the other refunds go on that were proposed with this one: it was one
// decision. What can not go back meanwhile is left as it is, to be declined.
func agreeRest(ctx context.Context, tx *db.Tx, by people.Caller, with *Reversal) error {
	others, err := ofDecision(ctx, tx, with.Decision)
	if err != nil {
		return err
	}
	for i := range others {
		if r := &others[i]; r.State == Proposed {
			if err := agree(ctx, tx, by, r); err != nil && !fault.Is(err, fault.StateConflict) {
				return err
			}
		}
	}
	return closeMinor(ctx, tx, by, with.Decision, "refunded", with.Note)
}

// ofDecision returns the refunds that were decided as one.
func ofDecision(ctx context.Context, tx *db.Tx, decision string) ([]Reversal, error) {
	return db.Collect[Reversal](tx.Query(ctx, "SELECT "+columns+" FROM reversal WHERE person_id = (SELECT person_id FROM reversal WHERE id = $1) AND decision_id = $1 ORDER BY id", decision))(scan)
}

// Decline ends a proposed refund; nothing is given back. Whoever proposed it may do
// so too.
func (s *Service) Decline(ctx context.Context, by people.Caller, refund, reason string) (r Reversal, err error) {
	reason, err = reasonOf(by, reason)
	if err != nil {
		return r, err
	}
	r, _, err = s.decidesOne(ctx, refund, func(tx *db.Tx, now *Reversal) error {
		if err := now.waits(); err != nil {
			return err
		}
		now.State, now.EndedUS, now.Failure, now.FailureWhy = Declined, tx.NowUS(), "declined", reason
		if err := now.save(ctx, tx); err != nil {
			return err
		}
		if err := now.sign(ctx, tx, by, audit.Act{Verb: "refund.decline", Reason: reason}); err != nil || now.Decision == "" {
			return err
		}
		rest, err := ofDecision(ctx, tx, now.Decision)
		for i := range rest {
			if rest[i].State != Declined {
				return err
			}
		}
		if err != nil {
			return err
		}
		return closeMinor(ctx, tx, by, now.Decision, string(Declined), reason)
	})
	return r, err
}

// reasonOf checks an operator's reason, and that it is one.
func reasonOf(by people.Caller, reason string) (string, error) {
	reason, wrong := noteRule.Clean(reason)
	var fields fault.Fields
	fields.Add("/reason", wrong)
	if err := fields.Err(); err != nil {
		return "", err
	}
	return reason, by.RequireRole(people.Operator)
}

// Repay notes that a refund which the bank had sent back was paid in another way,
// out of the platform's own bank. Operators do it, and say how; above the rule's
// amount two of them: the first one's words are kept until another has done the
// same. Its faults: role_required, validation_failed, not_found, forbidden,
// state_conflict.
func (s *Service) Repay(ctx context.Context, by people.Caller, refund, how string) (r Reversal, err error) {
	how, err = reasonOf(by, how)
	if err != nil {
		return r, err
	}
	r, _, err = s.decidesOne(ctx, refund, func(tx *db.Tx, r *Reversal) error {
		if r.State != Bounced {
			return fault.New(fault.StateConflict, "The refund %s is %s; nothing of it is owed.", r.ID, r.State)
		}
		if err := notOwn(ctx, tx, by, r.Person); err != nil {
			return err
		}
		act := audit.Act{Verb: "refund.repay", Subject: r.ID, Reason: how, Changed: map[string]any{"amount": r.Moved}}
		if above(r.Limit, r.Moved) && r.RepayBy == "" {
			act.Verb = "refund.repay_propose"
			r.RepayBy, r.RepayHow = by.ID(), how
		} else if err := r.repay(ctx, tx, by, how, &act); err != nil {
			return err
		}
		if err := r.save(ctx, tx); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by.Act(ctx, act))
	})
	return r, err
}

// repay books that what the bank had sent back was paid.
func (r *Reversal) repay(ctx context.Context, tx *db.Tx, by people.Caller, how string, act *audit.Act) error {
	if r.RepayBy != "" {
		if err := another(ctx, tx, by, r.RepayBy, r.Person); err != nil {
			return err
		}
		act.Changed["proposed_by"] = r.RepayBy
	}
	if err := post(ctx, tx, "refund.repaid", r.ID, []ledger.Move{{From: ledger.ReversalPath(r.ID), To: ledger.Bank, Amount: r.Moved}}); err != nil {
		return err
	}
	r.State, r.EndedUS = Repaid, tx.NowUS()
	one, found, err := casework.About(ctx, tx, KindBounced, r.ID)
	if err == nil && found && one.State == casework.Opened {
		_, err = casework.Close(ctx, tx, one.ID, by.ID(), string(Repaid), how)
	}
	return err
}
