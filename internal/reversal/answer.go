package reversal

import (
	"context"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/text"
)

var evidenceRule = text.Rule{Name: "The answer", Max: 20_000, Lines: true}

// Answer hands in a written answer to a dispute, with what shows that the payment
// was right. Operators do it. Its faults: role_required, validation_failed,
// not_found, already_done, upstream_failed.
func (s *Service) Answer(ctx context.Context, by people.Caller, dispute, evidence string) (Reversal, error) {
	evidence, wrong := evidenceRule.Clean(evidence)
	var fields fault.Fields
	fields.Add("/evidence", wrong)
	if err := fields.Err(); err != nil {
		return Reversal{}, err
	}
	return s.decide(ctx, by, dispute, audit.Act{Verb: "dispute.answer"}, func(ctx context.Context, provider string) (payment.Dispute, error) {
		return s.stripe.AnswerDispute(ctx, provider, evidence)
	}, func(r *Reversal) { r.Evidence = evidence })
}

// Accept gives a dispute up: it is lost. Operators do it, and say why.
func (s *Service) Accept(ctx context.Context, by people.Caller, dispute, reason string) (Reversal, error) {
	reason, wrong := noteRule.Clean(reason)
	var fields fault.Fields
	fields.Add("/reason", wrong)
	if err := fields.Err(); err != nil {
		return Reversal{}, err
	}
	return s.decide(ctx, by, dispute, audit.Act{Verb: "dispute.accept"}, s.stripe.AcceptDispute, func(r *Reversal) { r.Note = reason })
}

// decide calls the provider for a dispute that is open, and records what came of
// it with who did it.
func (s *Service) decide(ctx context.Context, by people.Caller, dispute string, act audit.Act, call func(context.Context, string) (payment.Dispute, error), note func(*Reversal)) (r Reversal, err error) {
	if err := by.RequireRole(people.Operator); err != nil {
		return r, err
	}
	if r, err = s.Get(ctx, dispute); err != nil {
		return r, err
	}
	switch {
	case !r.IsDispute():
		return r, fault.New(fault.NotFound, "There is no dispute %s.", fault.Clip(dispute))
	case r.EndedUS > 0:
		return r, fault.New(fault.AlreadyDone, "The dispute %s has ended: it is %s.", r.ID, r.State)
	}
	fact, err := call(ctx, r.Provider)
	if err != nil {
		return r, payment.Explain(err)
	}
	err = s.write(ctx, func(tx *db.Tx) error {
		if r, err = Get(ctx, tx, dispute); err != nil {
			return err
		}
		note(&r)
		if _, err := tx.Exec(ctx, "UPDATE reversal SET evidence = $2, note = $3 WHERE id = $1", r.ID, r.Evidence, r.Note); err != nil {
			return err
		}
		act.Subject, act.Reason, act.Changed = r.ID, r.Note, map[string]any{"amount": r.Amount}
		if err := audit.Record(ctx, tx, by.Act(ctx, act)); err != nil {
			return err
		}
		if err := disputed(ctx, tx, fact); err != nil {
			return err
		}
		r, err = Get(ctx, tx, dispute)
		return err
	})
	return r, err
}
