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
// Its faults: role_required, forbidden, validation_failed, already_refunded,
// state_conflict.
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
	all, _, err = s.decides(ctx, func(tx *db.Tx) ([]Reversal, error) { return refundMinor(ctx, tx, by, person, note) })
	return all, err
}

func refundMinor(ctx context.Context, tx *db.Tx, by people.Caller, person id.Person, note string) (all []Reversal, err error) {
	if err := notOwn(ctx, tx, by, person); err != nil {
		return nil, err
	}
	if err := noneProposed(ctx, tx, person); err != nil {
		return nil, err
	}
	rule, err := ruleOf(ctx, tx, person)
	if err != nil {
		return nil, err
	}
	paid, err := SpendingOf(ctx, tx, person)
	if err != nil {
		return nil, err
	}
	total, second, err := totalOf(ctx, tx, &rule, person, paid)
	if err != nil {
		return nil, err
	}
	act := by.Act(ctx, audit.Act{Verb: "refund.minor", Subject: string(person), Reason: note, Changed: map[string]any{"total": total}})
	decision := tx.NewID(id.KindRefund)
	for i := range paid {
		if paid[i].Why != "" {
			continue
		}
		c := &paid[i].Charge
		r := Reversal{ID: decision, Charge: c.ID, Subject: c.Subject, Person: c.Person, Amount: c.Amount.Of(c.Left()), Reason: Minor, Note: note, AskedBy: by.ID(), Decision: decision,
			Limit: rule.Agree, State: Asking, Attempt: 1, AskedUS: tx.NowUS()}
		if len(all) > 0 {
			r.ID = tx.NewID(id.KindRefund)
		}
		if second {
			r.State = Proposed
		} else if err := r.start(ctx, tx, c); err != nil {
			return nil, err
		}
		if err := r.insert(ctx, tx, "minor/"+r.ID, 0); err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	act.Changed["decision"] = decision
	if err := audit.Record(ctx, tx, act); err != nil {
		return nil, err
	}
	_, err = casework.Open(ctx, tx, casework.New{Kind: KindMinor, Subject: decision, Person: person,
		Words: fmt.Sprintf("All that this person has paid is given back, because of their age: %d payments.", len(all))})
	if err != nil || second {
		return all, err
	}
	return all, closeMinor(ctx, tx, by, decision, "refunded", note)
}

// totalOf adds up what can go back of what was paid, by currency, and says whether a
// second person has to agree to it.
func totalOf(ctx context.Context, tx *db.Tx, rule *Rule, person id.Person, paid []Spending) (total map[string]int64, second bool, err error) {
	total = map[string]int64{}
	for i := range paid {
		c := &paid[i].Charge
		switch paid[i].Why {
		case "settling":
			return nil, false, fault.New(fault.StateConflict, "The payment provider has not told yet what came of the payment for %s. Try again in a few minutes; nothing was refunded.", c.Subject)
		case "":
			total[string(c.Amount.Asset)] += c.Left()
			one, err := needsSecond(ctx, tx, rule, person, c.Subject, c.Amount.Of(total[string(c.Amount.Asset)]))
			if err != nil {
				return nil, false, err
			}
			second = second || one
		}
	}
	if len(total) == 0 {
		return nil, false, fault.New(fault.AlreadyRefunded, "This person has paid nothing that was not given back before.")
	}
	return total, second, nil
}

// closeMinor closes the case of a decision, unless it is closed.
func closeMinor(ctx context.Context, tx *db.Tx, by people.Caller, decision, how, note string) error {
	one, found, err := casework.About(ctx, tx, KindMinor, decision)
	if err != nil || !found || one.State != casework.Opened {
		return err
	}
	_, err = casework.Close(ctx, tx, one.ID, by.ID(), how, note)
	return err
}

// noneProposed refuses a second decision while the first waits for somebody to
// agree.
func noneProposed(ctx context.Context, tx *db.Tx, person id.Person) error {
	waiting, err := List(ctx, tx, Query{Kind: id.KindRefund, Person: person, State: Proposed, Limit: 1})
	if err == nil && len(waiting) > 0 {
		err = fault.New(fault.StateConflict, "The refund %s of what this person has paid waits for another operator to agree. Agree to it or decline it first; nothing was changed.", waiting[0].ID)
	}
	return err
}
