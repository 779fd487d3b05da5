package reversal

import (
	"context"
	"fmt"

	"github.com/ovationhq/ovation/internal/casework"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/wallet"
)

// hold takes what the plan says, until it is decided: coins and their money stand
// in an account of the reversal's own, what creators got in the accounts of their
// claws. provider are the moves of money that the provider has moved already.
func (r *Reversal) hold(ctx context.Context, tx *db.Tx, c *payment.Record, p *plan, kind string, provider []ledger.Move) error {
	moves := provider
	if p.lot != nil {
		value, aside, err := wallet.SetAside(ctx, tx, p.lot, p.coins, ledger.ReversalPath(r.ID))
		if err != nil {
			return err
		}
		r.Lot, r.LotCoins, r.LotUnits, r.SpentCoins = p.lot.ID, p.coins, value.Units, p.spent
		moves = append(moves, aside...)
	}
	if err := post(ctx, tx, kind, r.ID, moves); err != nil {
		return err
	}
	for _, one := range p.parts {
		if _, err := tx.Exec(ctx, "INSERT INTO reversal_part (reversal_id, seq, coins, diamonds, earning_id) VALUES ($1, $2, $3, $4, $5)", r.ID, one.seq, one.coins, one.diamonds, one.earning); err != nil {
			return err
		}
	}
	if err := r.claw(ctx, tx, p.claims); err != nil {
		return err
	}
	return r.count(ctx, tx, c, r.own())
}

// count counts so much more of the charge as gone back.
func (r *Reversal) count(ctx context.Context, tx *db.Tx, c *payment.Record, units int64) error {
	if r.IsDispute() {
		return payment.GoBack(ctx, tx, c.ID, 0, units)
	}
	return payment.GoBack(ctx, tx, c.ID, units, 0)
}

// why is the reason that creators read.
func (r *Reversal) why() string {
	if r.IsDispute() {
		return "chargeback"
	}
	return r.Reason
}

// post is ledger.Post, unless nothing moves.
func post(ctx context.Context, tx *db.Tx, kind, cause string, moves []ledger.Move) error {
	for _, m := range moves {
		if m.Amount.Units > 0 {
			_, err := ledger.Post(ctx, tx, kind, cause, "", moves...)
			return err
		}
	}
	return nil
}

// expected is what the reversal should move of our balance: its part of what the
// charge came to. What is beyond that is a difference.
func (r *Reversal) expected(c *payment.Record) (money.Amount, error) {
	if !c.Converted() {
		return r.Amount.Of(r.own()), nil
	}
	n, err := money.MulDivFloor(c.Settled.Units, r.own(), c.Amount.Units)
	return money.Amount{Units: n, Asset: c.Settled.Asset}, err
}

// release returns all that was held to where it was, with the moves of money that
// the provider has given back.
func (r *Reversal) release(ctx context.Context, tx *db.Tx, c *payment.Record, kind string, provider []ledger.Move) error {
	moves := provider
	if r.Lot != "" {
		back, err := wallet.PutBack(ctx, tx, r.Lot, r.LotCoins, money.Amount{Units: r.LotUnits, Asset: r.Amount.Asset}, ledger.ReversalPath(r.ID))
		if err != nil {
			return err
		}
		moves = append(moves, back...)
	}
	if err := post(ctx, tx, kind, r.ID, moves); err != nil {
		return err
	}
	if err := earnings.ReturnClaws(ctx, tx, r.ID); err != nil {
		return err
	}
	return r.count(ctx, tx, c, -r.own())
}

// keep ends what was held for good: coins are as if they were never issued, what
// they were sold for goes to the account, and creators do not get it any more.
// Money that came in another currency than the fan paid is exchanged back at what
// it came to.
func (r *Reversal) keep(ctx context.Context, tx *db.Tx, c *payment.Record, kind, to string, provider []ledger.Move) error {
	moves, err := r.kept(c, to)
	if err != nil {
		return err
	}
	if err := post(ctx, tx, kind, r.ID, append(provider, moves...)); err != nil {
		return err
	}
	return earnings.KeepClaws(ctx, tx, r.ID)
}

// regain holds again what was kept, for release to return it.
func (r *Reversal) regain(ctx context.Context, tx *db.Tx, c *payment.Record) error {
	moves, err := r.kept(c, ledger.Reserve)
	if err != nil {
		return err
	}
	for i, m := range moves {
		moves[i].From, moves[i].To = m.To, m.From
	}
	if err := post(ctx, tx, "dispute.regained", r.ID, moves); err != nil {
		return err
	}
	return earnings.RegainClaws(ctx, tx, r.ID)
}

// kept is where the coins that were set aside go, and what they were sold for, when
// they are gone for good.
func (r *Reversal) kept(c *payment.Record, to string) (moves []ledger.Move, err error) {
	if r.Lot != "" {
		path, target := ledger.ReversalPath(r.ID), to
		if c.Converted() {
			target = ledger.Conversion
		}
		of := func(units int64) money.Amount { return money.Amount{Units: units, Asset: r.Amount.Asset} }
		back := min(r.LotUnits, r.own())
		moves = append(moves,
			ledger.Move{From: path, To: ledger.CoinsIssued, Amount: money.Amount{Units: r.LotCoins, Asset: money.Coin}},
			ledger.Move{From: path, To: target, Amount: of(back)},
			ledger.Move{From: path, To: ledger.Rounding, Amount: of(r.LotUnits - back)}, // less than what one coin cost
			ledger.Move{From: ledger.GiftRevenue, To: target, Amount: of(r.own() - back)})
		if c.Converted() {
			expected, err := r.expected(c)
			if err != nil {
				return nil, err
			}
			moves = append(moves, ledger.Move{From: ledger.Conversion, To: to, Amount: expected})
		}
	}
	return moves, nil
}

// differ books that the provider moved another amount than it should have: the
// difference stands in suspense until somebody has looked at its case. out says
// that the money leaves our balance; part tells its case from others about r.
func (r *Reversal) differ(ctx context.Context, tx *db.Tx, part string, expected, moved money.Amount, out bool) ([]ledger.Move, error) {
	if moved == expected || moved.Asset == "" {
		return nil, nil
	}
	if moved.Asset != expected.Asset {
		return nil, fmt.Errorf("reversal: %s moved %v at the provider, and %v was expected", r.ID, moved, expected)
	}
	account := ledger.RefundDifference
	if r.IsDispute() {
		account = ledger.DisputeDifference
	}
	got := money.Amount{Units: expected.Units - moved.Units, Asset: moved.Asset} // what suspense gets by it
	if !out {
		got.Units = -got.Units
	}
	if got.Units == 1 || got.Units == -1 { // the parts of what was converted are rounded one by one
		account = ledger.Rounding
		return suspend(account, got), nil
	}
	_, err := casework.Open(ctx, tx, casework.New{Kind: casework.Difference, Subject: r.ID, Part: part, Person: r.Person, Amount: got, Account: account,
		Words: fmt.Sprintf("The provider moved %s %s for %s, and %s were expected.", moved.Decimal(), moved.Asset, r.ID, expected.Decimal())})
	return suspend(account, got), err
}

// suspend moves what the provider moved too little, or less than nothing of it, to
// the account.
func suspend(account string, got money.Amount) []ledger.Move {
	if got.Units > 0 {
		return []ledger.Move{{From: ledger.Provider, To: account, Amount: got}}
	}
	return []ledger.Move{{From: account, To: ledger.Provider, Amount: got.Of(-got.Units)}}
}
