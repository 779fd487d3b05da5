package tip

import (
	"context"

	"github.com/ovationhq/ovation/internal/casework"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
)

// failed has money that does not come count against the fan's own limits no
// longer. The day's caps leave it out by themselves.
func failed(ctx context.Context, tx *db.Tx, r *payment.Record) error {
	return limit.Release(ctx, tx, r.Subject)
}

// succeeded tells that the money came, and books it if the provider has told
// what arrived. From now on the tip counts with the card, also where nobody knew
// before which one it is.
func succeeded(ctx context.Context, tx *db.Tx, r *payment.Record, fact *payment.Charge) error {
	if _, err := tx.Exec(ctx, "UPDATE tip SET completed_us = $2 WHERE id = $1", r.Subject, tx.NowUS()); err != nil {
		return err
	}
	if err := limit.Learn(ctx, tx, r.Subject, r.Instrument); err != nil {
		return err
	}
	t, err := get(ctx, tx, id.Tip(r.Subject))
	if err != nil {
		return err
	}
	if err := tell(ctx, tx, &t); err != nil {
		return err
	}
	return arrived(ctx, tx, r, fact)
}

// arrived books the tip, once it is known what arrived and what the provider
// kept: until then the provider has no entry of it either.
func arrived(ctx context.Context, tx *db.Tx, r *payment.Record, _ *payment.Charge) error {
	if !r.EntryKnown() {
		return nil
	}
	t, err := get(ctx, tx, id.Tip(r.Subject))
	if err != nil {
		return err
	}
	net, moves, difference := parts(&t, r)
	var earning id.Earning
	if net.Units > 0 {
		earning, err = earnings.Accrue(ctx, tx, earnings.Accrual{Kind: Booked, Cause: string(t.ID), Creator: t.Creator, Source: earnings.FromTip, Amount: net,
			From: ledger.TipPath(t.ID), Where: earnings.Where{Target: t.Target, Fan: t.Giver(), Item: Purpose}, More: moves})
	} else if len(moves) > 0 {
		_, err = ledger.Post(ctx, tx, Booked, string(t.ID), "", moves...)
	}
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "UPDATE tip SET earning_id = $2, net_units = $3, net_asset = $4 WHERE id = $1", t.ID, earning, net.Units, string(net.Asset))
	if err != nil || difference.Units == 0 {
		return err
	}
	_, err = casework.Open(ctx, tx, casework.New{Kind: casework.Difference, Subject: string(t.ID), Person: t.Creator, Amount: difference, Account: ledger.TipSuspense, Words: differs})
	return err
}

// differs is what the case of a difference says.
const differs = "The provider took another fee of this tip than the rule says. The creator got the tip all the same; the difference stands in suspense/tip."

// Booked is the kind of the transfer of a tip.
const Booked = "tip.succeeded"

// parts divides what arrived: what the creator gets, the moves beside the
// creator's line, and what suspense gets (below zero: what it bears). A covered
// tip that came in the currency it was given in is the creator's whole, whatever
// the fee was; else the creator gets what the provider left.
func parts(t *Tip, r *payment.Record) (net money.Amount, moves []ledger.Move, difference money.Amount) {
	path := ledger.TipPath(t.ID)
	of := func(units int64) money.Amount { return money.Amount{Units: units, Asset: r.Settled.Asset} }
	rest := r.Settled.Units - r.FeeUnits
	net = of(max(0, rest))
	if t.CoverFee && r.Settled.Asset == t.Price.Net.Asset {
		net = t.Price.Net
	}
	moves = append(moves, ledger.Move{From: ledger.Provider, To: path, Amount: r.Settled}, ledger.Move{From: path, To: ledger.Provider, Amount: r.Fee()})
	difference = of(rest - net.Units)
	switch {
	case difference.Units > 0:
		moves = append(moves, ledger.Move{From: path, To: ledger.TipSuspense, Amount: difference})
	case difference.Units < 0:
		moves = append(moves, ledger.Move{From: ledger.TipSuspense, To: path, Amount: of(-difference.Units)})
	}
	return net, moves, difference
}
