package earnings

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
)

// KeepClaws ends what the refund or the dispute took back: it is gone for good.
// Diamonds that were pending are as if they were never issued. Money goes back to
// where it had come from: to the revenue that gifts made, of gifts; to the reserve,
// which has paid the fan, of all else. What was paid out the reserve bears.
func KeepClaws(ctx context.Context, tx *db.Tx, cause string) error {
	return endClaws(ctx, tx, cause, ClawKept, func(c *Claw, e *Earning) ([]ledger.Move, error) { return c.kept(e), nil })
}

// kept is where what the claw took goes when it is gone for good.
func (c *Claw) kept(e *Earning) []ledger.Move {
	path, taken := ledger.ClawPath(c.ID), money.Amount{Units: c.Units, Asset: c.Asset}
	switch {
	case e.Money():
		return []ledger.Move{{From: path, To: ledger.Reserve, Amount: taken}}
	case c.Moved > 0:
		return []ledger.Move{{From: path, To: ledger.DiamondsIssued, Amount: money.Amount{Units: c.Own, Asset: money.Diamond}}}
	}
	return []ledger.Move{{From: path, To: ledger.GiftRevenue, Amount: taken},
		{From: ledger.Reserve, To: ledger.GiftRevenue, Amount: money.Amount{Units: c.Borne, Asset: c.Asset}}}
}

// RegainClaws holds again what was kept for the cause, which was won after it had been
// lost: what went for good comes back the same way, and what repaid the reserve since
// with it. ReturnClaws has to follow in the same transaction.
func RegainClaws(ctx context.Context, tx *db.Tx, cause string) error {
	all, err := ClawsOf(ctx, tx, cause)
	if err != nil {
		return err
	}
	for i := range all {
		c := &all[i]
		if c.State != ClawKept {
			continue
		}
		e, err := Get(ctx, tx, c.Earning)
		if err != nil {
			return err
		}
		moves := c.kept(&e)
		for n, m := range moves {
			moves[n].From, moves[n].To = m.To, m.From
		}
		if moving(moves) {
			if _, err := ledger.Post(ctx, tx, "claw.regained", string(c.ID), e.Rule, moves...); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, "UPDATE earning_claw SET state = 'held', kept_us = ended_us, ended_us = 0 WHERE id = $1", c.ID); err != nil {
			return err
		}
	}
	return nil
}

// ReturnClaws gives back what the refund or the dispute took, to the same places.
// What was pending and would have matured meanwhile matures now.
func ReturnClaws(ctx context.Context, tx *db.Tx, cause string) error {
	return endClaws(ctx, tx, cause, ClawReturned, func(c *Claw, e *Earning) ([]ledger.Move, error) {
		taken := money.Amount{Units: c.Units, Asset: c.Asset}
		available := ledger.AvailablePath(c.Creator)
		units := c.Units
		var moves []ledger.Move
		if c.Moved == 0 {
			moves = []ledger.Move{{From: ledger.ClawPath(c.ID), To: available, Amount: taken}}
		} else {
			own := money.Amount{Units: c.Own, Asset: e.Own}
			moves = []ledger.Move{{From: ledger.ClawPath(c.ID), To: ledger.EarningPath(e.ID), Amount: own}}
			switch {
			case e.State == Pending:
				units = 0
			case e.Money():
				moves = append(moves, ledger.Move{From: ledger.EarningPath(e.ID), To: available, Amount: own})
			default:
				moves = append(moves, ledger.Move{From: ledger.EarningPath(e.ID), To: ledger.DiamondsCashed, Amount: own},
					ledger.Move{From: ledger.GiftRevenue, To: available, Amount: taken})
			}
		}
		_, err := tx.Exec(ctx, "UPDATE earning SET clawed_own = clawed_own - $2, clawed_units = clawed_units - $3 WHERE id = $1", e.ID, c.Own, units)
		if err != nil {
			return nil, err
		}
		c.earning = *e
		return moves, tellClaw(ctx, tx, "earning.restored", c)
	})
}

// endClaws ends the claws of the cause that are held, each with a transfer of its
// own, unless nothing moves.
func endClaws(ctx context.Context, tx *db.Tx, cause string, state ClawState, moves func(*Claw, *Earning) ([]ledger.Move, error)) error {
	all, err := ClawsOf(ctx, tx, cause)
	if err != nil {
		return err
	}
	for i := range all {
		c := &all[i]
		if c.State != ClawHeld {
			continue
		}
		e, err := Get(ctx, tx, c.Earning)
		if err != nil {
			return err
		}
		m, err := moves(c, &e)
		if err != nil {
			return err
		}
		if moving(m) {
			if _, err := ledger.Post(ctx, tx, "claw."+string(state), string(c.ID), e.Rule, m...); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, "UPDATE earning_claw SET state = $2, ended_us = $3 WHERE id = $1", c.ID, string(state), tx.NowUS()); err != nil {
			return err
		}
	}
	return nil
}

// moving reports that at least one of the moves is of something.
func moving(moves []ledger.Move) bool {
	for _, m := range moves {
		if m.Amount.Units > 0 {
			return true
		}
	}
	return false
}
