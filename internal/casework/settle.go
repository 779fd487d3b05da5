package casework

import (
	"context"
	"fmt"
	"slices"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
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

// Service closes cases for operators.
type Service struct{ db *db.DB }

// NewService returns a Service on the database.
func NewService(d *db.DB) *Service { return &Service{db: d} }

// Decide closes a case by hand: a difference is written off. by is the id of the
// operator, whose role the caller has checked. Its faults: validation_failed for
// a missing reason, not_found, state_conflict for a kind that its product closes,
// already_done.
func (s *Service) Decide(ctx context.Context, one id.Case, by, reason string) (c Case, err error) {
	reason, wrong := ReasonRule.Clean(reason)
	var fields fault.Fields
	fields.Add("/reason", wrong)
	if err := fields.Err(); err != nil {
		return c, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if c, err = Get(ctx, tx, one); err != nil {
			return err
		}
		if !c.ByHand() {
			return fault.New(fault.StateConflict, "The case %s is a %s, and is closed by what is decided about %s. Nothing was changed.", c.ID, c.Kind, c.Subject)
		}
		c, err = Settle(ctx, tx, one, by, WrittenOff, reason)
		return err
	})
	return c, err
}
