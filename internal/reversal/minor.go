package reversal

import (
	"context"
	"fmt"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/casework"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/people"
)

// KindMinor is the kind of the cases of people who were too young to pay.
const KindMinor = "minor"

// Spending is a charge of a person, and what of it can still go back.
type Spending struct {
	Charge payment.Record
	Why    string // "" if it can be refunded; else a word: disputed, gone, settling
}

// SpendingOf returns all that a person has paid, the latest first.
func SpendingOf(ctx context.Context, tx *db.Tx, person id.Person) ([]Spending, error) {
	if _, err := people.Get(ctx, tx, person); err != nil {
		return nil, err
	}
	charges, err := payment.PaidBy(ctx, tx, person)
	if err != nil {
		return nil, err
	}
	all := make([]Spending, len(charges))
	for i, c := range charges {
		all[i].Charge = c
		open, err := disputing(ctx, tx, c.Subject)
		if err != nil {
			return nil, err
		}
		switch {
		case open:
			all[i].Why = "disputed"
		case c.Left() == 0:
			all[i].Why = "gone"
		case c.FeeOpen():
			all[i].Why = "settling"
		}
	}
	return all, nil
}

// RefundMinor gives back all that a person has paid who was too young to: one
// decision, which every creator is told with its reason. What was paid is refunded
// charge by charge, all of them or none; above the rule's amount together, a
// second operator has to agree. The person is not suspended by it.
//
// Its faults: role_required, validation_failed, already_refunded, state_conflict.
func (s *Service) RefundMinor(ctx context.Context, by people.Caller, person id.Person, note string) (all []Reversal, err error) {
	if err := by.RequireRole(people.Operator); err != nil {
		return nil, err
	}
	note, wrong := noteRule.Clean(note)
	var fields fault.Fields
	fields.Add("/note", wrong)
	if err := fields.Err(); err != nil {
		return nil, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		all = nil
		return s.refundMinor(ctx, tx, by, person, note, &all)
	})
	return all, err
}

func (s *Service) refundMinor(ctx context.Context, tx *db.Tx, by people.Caller, person id.Person, note string, all *[]Reversal) error {
	if err := noneProposed(ctx, tx, person); err != nil {
		return err
	}
	rule, err := ruleOf(ctx, tx, person)
	if err != nil {
		return err
	}
	paid, err := SpendingOf(ctx, tx, person)
	if err != nil {
		return err
	}
	total := map[string]int64{}
	second := false
	for i := range paid {
		if c := &paid[i].Charge; paid[i].Why == "settling" {
			return fault.New(fault.StateConflict, "The payment provider has not told yet what came of the payment for %s. Try again in a few minutes; nothing was refunded.", c.Subject)
		} else if paid[i].Why == "" {
			total[string(c.Amount.Asset)] += c.Left()
			second = second || rule.needsSecond(c.Amount.Of(total[string(c.Amount.Asset)]))
		}
	}
	if len(total) == 0 {
		return fault.New(fault.AlreadyRefunded, "This person has paid nothing that was not given back before.")
	}
	act := by.Act(ctx, audit.Act{Verb: "refund.minor", Subject: string(person), Reason: note, Changed: map[string]any{"total": total}})
	if err := audit.Record(ctx, tx, act); err != nil {
		return err
	}
	for i := range paid {
		if paid[i].Why != "" {
			continue
		}
		r, err := minors(ctx, tx, by, &paid[i].Charge, note, second)
		if err != nil {
			return err
		}
		*all = append(*all, r)
	}
	words := fmt.Sprintf("All that this person has paid is given back, because of their age: %d payments.", len(*all))
	one, err := casework.Open(ctx, tx, casework.New{Kind: KindMinor, Subject: string(person), Person: person, Words: words})
	if err != nil || second || one.State != casework.Opened {
		return err
	}
	_, err = casework.Close(ctx, tx, one.ID, by.ID(), "refunded", note)
	return err
}

// noneProposed refuses a second decision while the first waits for somebody to
// agree.
func noneProposed(ctx context.Context, tx *db.Tx, person id.Person) error {
	waiting, err := List(ctx, tx, Query{Kind: id.KindRefund, Person: person, State: Proposed, Limit: 100})
	for _, r := range waiting {
		if r.Reason == Minor {
			return fault.New(fault.StateConflict, "The refund %s of all that this person has paid waits for another operator to agree. Nothing was changed.", r.ID)
		}
	}
	return err
}

// minors is one of the refunds of RefundMinor.
func minors(ctx context.Context, tx *db.Tx, by people.Caller, c *payment.Record, note string, second bool) (Reversal, error) {
	r := Reversal{ID: tx.NewID(id.KindRefund), Charge: c.ID, Subject: c.Subject, Person: c.Person, Amount: c.Amount.Of(c.Left()), Reason: Minor, Note: note, AskedBy: by.ID(),
		State: Asking, Attempt: 1, AskedUS: tx.NowUS()}
	if second {
		r.State = Proposed
	} else if err := r.start(ctx, tx, c); err != nil {
		return r, err
	}
	return r, r.insert(ctx, tx, "minor/"+r.ID, 0)
}
