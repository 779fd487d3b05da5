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
	"github.com/ovationhq/ovation/internal/second"
	"github.com/ovationhq/ovation/internal/text"
)

var evidenceRule = text.Rule{Name: "The answer", Max: 20_000, Lines: true}

// Giving a dispute up is decided under this name (package second).
const GivingUp = "dispute.accept"

// Answer hands in a written answer to a dispute, with what shows that the payment
// was right. Operators do it about payments of others: an answer is handed in once, and
// a bad one loses the dispute. What was proposed about giving it up lapses. Its faults:
// role_required, forbidden, validation_failed, not_found, already_done, state_conflict,
// upstream_failed.
func (s *Service) Answer(ctx context.Context, by people.Caller, dispute, evidence string) (Reversal, error) {
	evidence, wrong := evidenceRule.Clean(evidence)
	var fields fault.Fields
	fields.Add("/evidence", wrong)
	if err := fields.Err(); err != nil {
		return Reversal{}, err
	}
	if err := by.RequireRole(people.Operator); err != nil {
		return Reversal{}, err
	}
	i := intent{answering, evidence, by.ID()}
	return s.decide(ctx, dispute, func(tx *db.Tx, r *Reversal) (intent, error) {
		if again, err := r.free(ctx, tx, i); err != nil || again {
			return i, err
		}
		if err := people.NotOwn(ctx, tx, by, r.Person); err != nil {
			return i, err
		}
		if err := second.Lapse(ctx, tx, GivingUp, r.ID); err != nil {
			return i, err
		}
		act := audit.Act{Verb: "dispute.answer", Subject: r.ID, Changed: map[string]any{"amount": r.Amount}}
		if err := audit.Record(ctx, tx, by.Act(ctx, act)); err != nil {
			return i, err
		}
		return i, r.intend(ctx, tx, i)
	})
}

// Accept gives a dispute up: it is lost. Operators do it about payments of others, and
// say why; above the rule's amount the first one proposes it, and nothing happens until
// another has agreed (AgreeAccept). Its faults: role_required, forbidden,
// validation_failed, not_found, already_done, state_conflict, upstream_failed.
func (s *Service) Accept(ctx context.Context, by people.Caller, dispute, reason string) (Reversal, error) {
	reason, err := reasonOf(by, reason)
	if err != nil {
		return Reversal{}, err
	}
	i := intent{accepting, reason, by.ID()}
	return s.decide(ctx, dispute, func(tx *db.Tx, r *Reversal) (intent, error) {
		if again, err := r.free(ctx, tx, i); err != nil || again {
			return i, err
		}
		limit, err := LimitFor(ctx, tx, r.Person)
		if err != nil {
			return i, err
		}
		r.GivingUp, err = second.Do(ctx, tx, by, second.Act{Kind: GivingUp, Subject: r.ID, Gets: r.Person, Amount: r.Amount, Limit: limit, Why: reason})
		if err != nil || r.GivingUp.Waits() {
			return intent{}, err
		}
		return i, r.intend(ctx, tx, i)
	})
}

// AgreeAccept gives up a dispute that another operator has proposed to give up. Its
// faults: role_required, forbidden, not_found, already_done, state_conflict,
// upstream_failed.
func (s *Service) AgreeAccept(ctx context.Context, by people.Caller, dispute string) (Reversal, error) {
	if err := by.RequireRole(people.Operator); err != nil {
		return Reversal{}, err
	}
	return s.decide(ctx, dispute, func(tx *db.Tx, r *Reversal) (i intent, err error) {
		if _, err := r.free(ctx, tx, i); err != nil {
			return i, err
		}
		if r.GivingUp, err = second.Agree(ctx, tx, by, GivingUp, r.ID, nil); err != nil {
			return i, err
		}
		i = intent{accepting, r.GivingUp.Why, by.ID()}
		return i, r.intend(ctx, tx, i)
	})
}

// DeclineAccept ends what was proposed about giving the dispute up; it goes on as if
// nobody had said anything.
func (s *Service) DeclineAccept(ctx context.Context, by people.Caller, dispute, reason string) (Reversal, error) {
	reason, err := reasonOf(by, reason)
	if err != nil {
		return Reversal{}, err
	}
	return s.decide(ctx, dispute, func(tx *db.Tx, r *Reversal) (i intent, err error) {
		if err := r.wantDispute(); err != nil {
			return i, err
		}
		if err := people.NotOwn(ctx, tx, by, r.Person); err != nil {
			return i, err
		}
		r.GivingUp, err = second.Decline(ctx, tx, by, GivingUp, r.ID, reason)
		return i, err
	})
}

// intent is what an operator has decided about a dispute, until the provider has
// confirmed it.
type intent struct{ kind, text, by string }

// reached reports whether what the provider knows shows that the intent was carried
// out, also where its reply never came.
func (i intent) reached(fact *payment.Dispute) bool {
	if i.kind == answering {
		return fact.Answered
	}
	return fact.Outcome == payment.Failed || fact.Inquiry && fact.Outcome != payment.Pending
}

// The kinds of intents.
const (
	answering = "answer"
	accepting = "accept"
)

// decide writes down what an operator has decided, and who, and then has it done; an
// intent without a kind is nothing to be done. What the provider does not answer now
// the due work finishes. The answer to a request with a key is that of the decision,
// whatever the provider says to it.
func (s *Service) decide(ctx context.Context, dispute string, f func(tx *db.Tx, r *Reversal) (intent, error)) (Reversal, error) {
	var i intent
	r, replayed, err := s.decidesOne(ctx, dispute, func(tx *db.Tx, r *Reversal) (err error) {
		i, err = f(tx, r)
		r.Deciding = i.kind
		return err
	})
	if err != nil || replayed || i.kind == "" {
		return r, err
	}
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.Patience)
	defer cancel()
	err = s.carry(bounded, r, i)
	_, ofProvider := errors.AsType[*payment.Error](err)
	switch {
	case ofProvider && s.call != nil:
		return r, nil
	case errors.Is(err, payment.ErrInvalid), errors.Is(err, payment.ErrNotFound):
		return r, payment.Explain(err)
	case ofProvider:
		return r, fault.Wrap(err, fault.UpstreamFailed, "The payment provider does not answer at the moment. What you have decided about %s is kept, and is done as soon as it answers; look again in a minute.", r.ID)
	case err != nil:
		return r, err
	}
	return s.Get(ctx, r.ID)
}

// wantDispute refuses what is no dispute.
func (r *Reversal) wantDispute() error {
	if !r.IsDispute() {
		return fault.New(fault.NotFound, "There is no dispute %s.", fault.Clip(r.ID))
	}
	return nil
}

// free refuses to decide about what is no dispute, has ended, or was decided otherwise
// and not confirmed yet. again says that it is the same decision once more.
func (r *Reversal) free(ctx context.Context, tx *db.Tx, i intent) (again bool, err error) {
	if err := r.wantDispute(); err != nil {
		return false, err
	}
	if r.EndedUS > 0 {
		return false, fault.New(fault.AlreadyDone, "The dispute %s has ended: it is %s.", r.ID, r.State)
	}
	before, err := intentOf(ctx, tx, r.ID)
	if err != nil || before.kind == "" {
		return false, err
	}
	if before.kind == i.kind && before.text == i.text {
		return true, nil
	}
	return false, fault.New(fault.StateConflict, "The payment provider has not confirmed yet what was decided about %s before. Look again in a minute; nothing was changed.", r.ID)
}

// intend writes down the intent with who had it, and what the provider refused before
// is over.
func (r *Reversal) intend(ctx context.Context, tx *db.Tx, i intent) error {
	r.Failure, r.FailureWhy = "", ""
	_, err := tx.Exec(ctx, "UPDATE reversal SET intent = $2, intent_text = $3, intent_by = $4, failure_code = '', failure_reason = '' WHERE id = $1", r.ID, i.kind, i.text, i.by)
	if err != nil {
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
	done := err == nil
	if errors.Is(err, payment.ErrInvalid) || errors.Is(err, payment.ErrNotFound) {
		refusal = err
		fact, err = s.stripe.RetrieveDispute(ctx, r.Provider) // it may have been done, and the answer lost
	}
	if err != nil {
		return err
	}
	if done = done || i.reached(&fact); done || fact.Outcome != payment.Pending {
		refusal = nil
	}
	return errors.Join(refusal, s.write(ctx, func(tx *db.Tx) error {
		if err := r.settleIntent(ctx, tx, i, refusal, done); err != nil {
			return err
		}
		return disputed(ctx, tx, fact)
	}))
}

// settleIntent ends the intent: it was done, the provider refuses it, or neither, where
// the bank decided before it got there. It is left alone if it is not that intent any
// more.
func (r *Reversal) settleIntent(ctx context.Context, tx *db.Tx, i intent, refusal error, done bool) error {
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
		r.Failure, r.FailureWhy = "refused", act.Reason
	}
	switch {
	case !done && i.kind == accepting:
		if err := second.Undo(ctx, tx, GivingUp, r.ID); err != nil {
			return err
		}
	case done && i.kind == accepting:
		r.Note = i.text
	case done:
		r.Evidence = i.text
	}
	_, err = tx.Exec(ctx, "UPDATE reversal SET intent = '', intent_text = '', intent_by = '', evidence = $2, note = $3, failure_code = $4, failure_reason = $5 WHERE id = $1", r.ID, r.Evidence, r.Note, r.Failure, r.FailureWhy)
	return err
}
