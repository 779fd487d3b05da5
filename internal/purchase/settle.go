package purchase

import (
	"context"
	"encoding/json"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/wallet"
)

// failed has money that does not come count against the person's limits no
// longer.
func failed(ctx context.Context, tx *db.Tx, r *payment.Record) error {
	return limit.Release(ctx, tx, r.Subject)
}

// succeeded opens the lot: one transfer for the coins, the deferred revenue, the
// conversion and the fee. What the provider has not told yet of the last two is
// booked later, by itself: nobody waits for their coins until it has. From now on the
// price counts with the card, also where nobody knew before which one it is.
func succeeded(ctx context.Context, tx *db.Tx, r *payment.Record, fact *payment.Charge) error {
	p, err := get(ctx, tx, id.Purchase(r.Subject))
	if err != nil {
		return err
	}
	lot, err := wallet.Grant(ctx, tx, "coin_purchase.completed", wallet.NewLot{Person: p.Person, Cause: string(p.ID), Coins: p.Coins, Paid: p.Price, Rule: rule(r, fact)},
		append([]ledger.Move{{From: ledger.Provider, To: ledger.Deferred, Amount: p.Price}}, arrival(r)...)...)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE coin_purchase SET lot_id = $2, completed_us = $3 WHERE id = $1", p.ID, lot, tx.NowUS()); err != nil {
		return err
	}
	if err := limit.Learn(ctx, tx, r.Subject, r.Instrument); err != nil {
		return err
	}
	data, err := json.Marshal(map[string]any{"object": "coin_purchase", "id": p.ID, "person": p.Person, "coins": money.Amount{Units: p.Coins, Asset: money.Coin}, "price": p.Price, "lot": lot})
	if err != nil {
		return err
	}
	return outbox.Add(ctx, tx, outbox.Event{Type: "coin_purchase.completed", Topic: "person:" + string(p.Person), Data: data})
}

// arrived books what came of the money, where the provider told of it after the
// money had come. The ledger has one transfer of a kind for each purchase.
func arrived(ctx context.Context, tx *db.Tx, r *payment.Record, fact *payment.Charge) error {
	moves := arrival(r)
	if len(moves) == 0 {
		return nil
	}
	_, err := ledger.Post(ctx, tx, "coin_purchase.fee", r.Subject, rule(r, fact), moves...)
	return err
}

// arrival is how the provider's account comes to hold what arrived in place of
// what was charged: it gives the one up and gets the other, both through the
// account of conversions, and bears the fee. The coins keep the price in the
// currency of the fan. There are no moves while nothing is known.
func arrival(r *payment.Record) (moves []ledger.Move) {
	if r.Converted() {
		moves = append(moves, ledger.Move{From: ledger.Conversion, To: ledger.Provider, Amount: r.Amount})
		if r.Settled.Units > 0 {
			moves = append(moves, ledger.Move{From: ledger.Provider, To: ledger.Conversion, Amount: r.Settled})
		}
	}
	if r.FeeUnits > 0 {
		moves = append(moves, ledger.Move{From: ledger.ProcessingCosts, To: ledger.Provider, Amount: r.Fee()})
	}
	return moves
}

// rule names the rate that a conversion was made at, where the provider tells
// one. What is booked are its two amounts, which are exact.
func rule(r *payment.Record, fact *payment.Charge) string {
	if !r.Converted() || fact.Rate == "" {
		return ""
	}
	return "exchange rate " + fact.Rate
}
