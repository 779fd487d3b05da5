package casework

import (
	"context"
	"fmt"
	"slices"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/idem"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/people"
)

// The kinds of the transfers that empty suspense, by the decision.
const (
	WrittenOff = "difference.written_off" // the platform keeps or bears it
	Cleared    = "difference.cleared"     // it turned out to be what a row of ours has booked
)

// Kinds are the kinds of the transfers that this package posts.
var Kinds = []string{WrittenOff, Cleared}

// against is the account on the other side of each of them.
var against = map[string]string{WrittenOff: ledger.DifferenceCosts, Cleared: ledger.Provider}

// Settle closes an open difference and moves its amount out of suspense. by is
// the id of who decided, or ByRule. Its faults: not_found, already_done.
func Settle(ctx context.Context, tx *db.Tx, one id.Case, by, kind, note string) (Case, error) {
	c, err := Get(ctx, tx, one)
	if err != nil {
		return c, err
	}
	other, ok := against[kind]
	if c.Kind != Difference || !ok {
		return c, fmt.Errorf("casework: %s of the kind %s can not be settled by %q", c.ID, c.Kind, kind)
	}
	if err := c.close(ctx, tx, by, kind[len("difference."):], note); err != nil {
		return c, err
	}
	m := ledger.Move{From: c.Account, To: other, Amount: c.Amount}
	if c.Amount.Units < 0 {
		m = ledger.Move{From: other, To: c.Account, Amount: money.Amount{Units: -c.Amount.Units, Asset: c.Amount.Asset}}
	}
	_, err = ledger.Post(ctx, tx, kind, string(c.ID), "", m)
	return c, err
}

// ByHand are the kinds that operators close themselves; the others are closed
// by what happens to their subject.
var ByHand = []string{Difference}

// ByHand reports whether an operator closes the case.
func (c *Case) ByHand() bool { return slices.Contains(ByHand, c.Kind) }

// Limit returns the amount above which two people write a difference of the person
// off; "" is nobody's. Without an asset two people decide about all.
type Limit func(ctx context.Context, tx *db.Tx, person id.Person) (money.Amount, error)

// Service closes cases for operators.
type Service struct {
	db     *db.DB
	limit  Limit
	call   *idem.Call // of the one request that it is for (Once)
	answer func(Case) (idem.Answer, error)
}

// NewService returns a Service on the database.
func NewService(d *db.DB, limit Limit) *Service { return &Service{db: d, limit: limit} }

// Once returns the Service for one request that has a key: what it decides and the
// answer to that are kept together, and the same request again has the same answer.
func (s *Service) Once(call *idem.Call, answer func(Case) (idem.Answer, error)) *Service {
	with := *s
	with.call, with.answer = call, answer
	return &with
}

// Decide closes a case by hand: a difference is written off. Operators do it, and of
// more than the limit two of them: the first one's reason is kept, and the case stays
// open until another has done the same. Its faults: role_required, forbidden,
// validation_failed for a missing reason, not_found, state_conflict for a kind that
// its product closes, already_done.
func (s *Service) Decide(ctx context.Context, one id.Case, by people.Caller, reason string) (c Case, err error) {
	if err := by.RequireRole(people.Operator); err != nil {
		return c, err
	}
	reason, wrong := ReasonRule.Clean(reason)
	var fields fault.Fields
	fields.Add("/reason", wrong)
	if err := fields.Err(); err != nil {
		return c, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		return s.call.Once(ctx, tx, func() (a idem.Answer, err error) {
			if c, err = s.decide(ctx, tx, one, by, reason); err != nil || s.answer == nil {
				return a, err
			}
			return s.answer(c)
		})
	})
	return c, err
}

func (s *Service) decide(ctx context.Context, tx *db.Tx, one id.Case, by people.Caller, reason string) (c Case, err error) {
	if c, err = Get(ctx, tx, one); err != nil {
		return c, err
	}
	if !c.ByHand() {
		return c, fault.New(fault.StateConflict, "The case %s is a %s, and is closed by what is decided about %s. Nothing was changed.", c.ID, c.Kind, c.Subject)
	}
	if c.State == Opened && c.ProposedBy == "" {
		if waits, err := s.propose(ctx, tx, &c, by, reason); err != nil || waits {
			return c, err
		}
	} else if c.State == Opened {
		if err := people.Second(ctx, tx, by, c.ProposedBy); err != nil {
			return c, err
		}
	}
	return Settle(ctx, tx, one, by.ID(), WrittenOff, reason)
}

// propose writes down the limit that holds for the difference and, if it is above
// that, who was the first to write it off and why: then the case waits for another.
func (s *Service) propose(ctx context.Context, tx *db.Tx, c *Case, by people.Caller, reason string) (waits bool, err error) {
	if c.Limit, err = s.limit(ctx, tx, c.Person); err != nil {
		return false, err
	}
	if waits = c.above(); waits {
		c.ProposedBy, c.ProposedNote = by.ID(), reason
	}
	_, err = tx.Exec(ctx, "UPDATE casework_case SET agree_units = $2, agree_asset = $3, proposed_by = $4, proposed_note = $5 WHERE id = $1",
		c.ID, c.Limit.Units, string(c.Limit.Asset), c.ProposedBy, c.ProposedNote)
	if err != nil || !waits {
		return waits, err
	}
	act := audit.Act{Verb: "case.propose", Subject: string(c.ID), Reason: reason, Changed: map[string]any{"kind": c.Kind, "about": c.Subject, "amount": c.Amount}}
	return true, audit.Record(ctx, tx, by.Act(ctx, act))
}

// above reports whether the amount is more than the limit, whichever way it went.
func (c *Case) above() bool {
	return c.Amount.Asset != c.Limit.Asset || max(c.Amount.Units, -c.Amount.Units) > c.Limit.Units
}
