package reversal

import (
	"context"
	"errors"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/text"
)

var evidenceRule = text.Rule{Name: "The answer", Max: 20_000, Lines: true}

// Answer hands in a written answer to a dispute, with what shows that the payment
// was right. Operators do it. Its faults: role_required, validation_failed,
// not_found, already_done, state_conflict, upstream_failed.
func (s *Service) Answer(ctx context.Context, by people.Caller, dispute, evidence string) (Reversal, error) {
	evidence, wrong := evidenceRule.Clean(evidence)
	var fields fault.Fields
	fields.Add("/evidence", wrong)
	if err := fields.Err(); err != nil {
		return Reversal{}, err
	}
	return s.decide(ctx, by, dispute, intent{answering, evidence, by.ID()})
}

// Accept gives a dispute up: it is lost. Operators do it, and say why.
func (s *Service) Accept(ctx context.Context, by people.Caller, dispute, reason string) (Reversal, error) {
	reason, wrong := noteRule.Clean(reason)
	var fields fault.Fields
	fields.Add("/reason", wrong)
	if err := fields.Err(); err != nil {
		return Reversal{}, err
	}
	return s.decide(ctx, by, dispute, intent{accepting, reason, by.ID()})
}

// intent is what an operator has decided about a dispute, until the provider has
// confirmed it.
type intent struct{ kind, text, by string }

// The kinds of intents.
const (
	answering = "answer"
	accepting = "accept"
)

// decide writes down what an operator has decided, and who, and then has it done.
// What the provider does not answer now the due work finishes.
func (s *Service) decide(ctx context.Context, by people.Caller, dispute string, i intent) (r Reversal, err error) {
	if err := by.RequireRole(people.Operator); err != nil {
		return r, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if r, err = Get(ctx, tx, dispute); err != nil {
			return err
		}
		return r.intend(ctx, tx, by, i)
	})
	if err != nil {
		return r, err
	}
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.Patience)
	defer cancel()
	switch err := s.carry(bounded, r, i); {
	case errors.Is(err, payment.ErrInvalid), errors.Is(err, payment.ErrNotFound):
		return r, payment.Explain(err)
	case err != nil:
		if _, ofProvider := errors.AsType[*payment.Error](err); !ofProvider {
			return r, err
		}
		return r, fault.Wrap(err, fault.UpstreamFailed, "The payment provider does not answer at the moment. What you have decided about %s is kept, and is done as soon as it answers; look again in a minute.", r.ID)
	}
	return s.Get(ctx, r.ID)
}

// intend writes down the intent with who had it. The same once more is no other one.
func (r *Reversal) intend(ctx context.Context, tx *db.Tx, by people.Caller, i intent) error {
	switch {
	case !r.IsDispute():
		return fault.New(fault.NotFound, "There is no dispute %s.", fault.Clip(r.ID))
	case r.EndedUS > 0:
		return fault.New(fault.AlreadyDone, "The dispute %s has ended: it is %s.", r.ID, r.State)
	}
	before, err := intentOf(ctx, tx, r.ID)
	if err != nil {
		return err
	}
	if before.kind == i.kind && before.text == i.text {
		return nil
	}
	if before.kind != "" {
		return fault.New(fault.StateConflict, "The payment provider has not confirmed yet what was decided about %s before. Look again in a minute; nothing was changed.", r.ID)
	}
	if _, err := tx.Exec(ctx, "UPDATE reversal SET intent = $2, intent_text = $3, intent_by = $4 WHERE id = $1", r.ID, i.kind, i.text, i.by); err != nil {
		return err
	}
	act := audit.Act{Verb: "dispute.answer", Subject: r.ID, Changed: map[string]any{"amount": r.Amount}}
	if i.kind == accepting {
		act = audit.Act{Verb: "dispute.accept", Subject: r.ID, Reason: i.text, Changed: act.Changed}
	}
	if err := audit.Record(ctx, tx, by.Act(ctx, act)); err != nil {
		return err
	}
	return outbox.Schedule(ctx, tx, outbox.Work{Kind: WorkDrive, Key: r.ID, DueUS: tx.Now().Add(retrySoon).UnixMicro(), Sooner: true})
}

func intentOf(ctx context.Context, tx *db.Tx, dispute string) (i intent, err error) {
	err = tx.Row(ctx, "SELECT intent, intent_text, intent_by FROM reversal WHERE id = $1", dispute).Scan(&i.kind, &i.text, &i.by)
	return i, err
}

// carry has the provider do what was decided. Its key is the same each time, so that
// nothing is done twice. What the provider refuses is given up, and that is written
// down too.
func (s *Service) carry(ctx context.Context, r Reversal, i intent) error {
	var fact payment.Dispute
	var err error
	if i.kind == answering {
		fact, err = s.stripe.AnswerDispute(ctx, r.Provider, i.text)
	} else {
		fact, err = s.stripe.AcceptDispute(ctx, r.Provider)
	}
	var refusal error
	if errors.Is(err, payment.ErrInvalid) || errors.Is(err, payment.ErrNotFound) {
		refusal = err
		fact, err = s.stripe.RetrieveDispute(ctx, r.Provider) // it may have been done, and the answer lost
	}
	if err != nil {
		return err
	}
	if fact.Outcome != payment.Pending || i.kind == answering && fact.Answered {
		refusal = nil
	}
	return errors.Join(refusal, s.write(ctx, func(tx *db.Tx) error {
		if err := r.settleIntent(ctx, tx, i, refusal); err != nil {
			return err
		}
		return disputed(ctx, tx, fact)
	}))
}

// settleIntent ends the intent: it was done, or the provider refuses it. It is left
// alone if it is not that intent any more.
func (r *Reversal) settleIntent(ctx context.Context, tx *db.Tx, i intent, refusal error) error {
	now, err := intentOf(ctx, tx, r.ID)
	if err != nil || now != i {
		return err
	}
	if refusal != nil {
		act := audit.Act{Origin: audit.By(ctx, i.by), Verb: "dispute.refused", Subject: r.ID, Changed: map[string]any{"what": i.kind}}
		if pe, ok := errors.AsType[*payment.Error](refusal); ok {
			act.Reason = pe.Reason
		}
		if err := audit.Record(ctx, tx, act); err != nil {
			return err
		}
	} else if i.kind == answering {
		r.Evidence = i.text
	} else {
		r.Note = i.text
	}
	_, err = tx.Exec(ctx, "UPDATE reversal SET intent = '', intent_text = '', intent_by = '', evidence = $2, note = $3 WHERE id = $1", r.ID, r.Evidence, r.Note)
	return err
}
