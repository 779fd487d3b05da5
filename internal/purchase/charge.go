package purchase

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/wallet"
)

// charge calls the provider for a charge that was written down, and records
// the outcome. Called again, it has the same effect: the key is the row's, and
// once some time has passed the charge is looked up before it is made, because
// the provider forgets keys after a day. The context bounds the provider's
// calls; what they came to is recorded in any case. first says that nobody can
// have asked for this charge before.
func (s *Service) charge(ctx context.Context, charge id.Payment, first bool) error {
	r, person, customer, err := s.intended(context.WithoutCancel(ctx), charge)
	if err != nil || r.Final() {
		return err
	}
	if s.since(r.CreatedUS).Abs() >= lookFirst {
		if found, err := s.find(ctx, r, customer); found || err != nil {
			return err
		}
	}
	if customer == "" {
		if customer, err = s.customer(ctx, person); err != nil {
			return s.refused(ctx, r, err, first)
		}
	}
	fact, err := s.stripe.CreateCharge(ctx, payment.ChargeRequest{Ref: string(r.ID), Amount: r.Amount, Customer: customer, Card: r.Card,
		ReturnURL: r.ReturnURL, Description: "Coins", Group: r.Subject})
	if err != nil {
		return s.refused(ctx, r, err, first)
	}
	return s.record(ctx, charge, fact)
}

// intended reads who is to be charged, and under which id the provider knows
// the person, if it does.
func (s *Service) intended(ctx context.Context, charge id.Payment) (r payment.Record, person people.Person, customer string, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) {
		if r, err = payment.Get(ctx, tx, charge); err != nil {
			return err
		}
		if person, err = people.Get(ctx, tx, r.Person); err != nil {
			return err
		}
		customer, err = payment.CustomerOf(ctx, tx, r.Person)
		return err
	})
	return r, person, customer, err
}

// refused records a charge that the provider will not make. An error that
// leaves the outcome open is returned as it is. That our key is refused says
// nothing of what was asked with it before.
func (s *Service) refused(ctx context.Context, r payment.Record, err error, first bool) error {
	pe, ok := errors.AsType[*payment.Error](err)
	if !ok || undecided(err) {
		return err
	}
	ours := errors.Is(err, payment.ErrConfig) // the fault is ours, not the card's
	if ours && !first {
		return payment.Explain(err)
	}
	failed := s.record(ctx, r.ID, payment.Charge{Outcome: payment.Failed, Amount: r.Amount, ID: r.Provider,
		Decline: &payment.Decline{Code: pe.Code, Reason: pe.Reason}})
	if failed == nil && ours {
		return payment.Explain(err)
	}
	return failed
}

// record is the second transaction.
func (s *Service) record(ctx context.Context, charge id.Payment, fact payment.Charge) error {
	ctx = context.WithoutCancel(ctx)
	return s.db.Write(ctx, func(tx *db.Tx) error { return settle(ctx, tx, charge, fact) })
}

// settle records what the provider knows. Money that does not come counts
// against the person's limits no longer. If it came now, settle opens the lot:
// one transfer for the coins, the deferred revenue, the conversion and the fee.
// What the provider has not told yet of the last two is booked later, by itself:
// nobody waits for their coins until it has.
func settle(ctx context.Context, tx *db.Tx, charge id.Payment, fact payment.Charge) error {
	r, changed, err := payment.Apply(ctx, tx, charge, fact)
	switch {
	case err != nil:
		return err
	case !changed:
		return bookLater(ctx, tx, charge, fact)
	case r.Outcome == payment.Failed, r.Outcome == payment.Canceled:
		return limit.Release(ctx, tx, r.Subject)
	case r.Outcome != payment.Succeeded:
		return nil
	}
	p, err := get(ctx, tx, id.Purchase(r.Subject))
	if err != nil {
		return err
	}
	lot, err := wallet.Grant(ctx, tx, "coin_purchase.completed", wallet.NewLot{Person: p.Person, Cause: string(p.ID), Coins: p.Coins, Paid: p.Price, Rule: rule(&r, &fact)},
		append([]ledger.Move{{From: ledger.Provider, To: ledger.Deferred, Amount: p.Price}}, arrival(&r)...)...)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE coin_purchase SET lot_id = $2, completed_us = $3 WHERE id = $1", p.ID, lot, tx.NowUS()); err != nil {
		return err
	}
	data, err := json.Marshal(map[string]any{"object": "coin_purchase", "id": p.ID, "person": p.Person, "coins": money.Amount{Units: p.Coins, Asset: money.Coin}, "price": p.Price, "lot": lot})
	if err != nil {
		return err
	}
	return outbox.Add(ctx, tx, outbox.Event{Type: "coin_purchase.completed", Topic: "person:" + string(p.Person), Data: data})
}

// bookLater books what came of the money of a charge that has succeeded, if it
// was not known then and is now. The charge says so once, and the ledger has
// one transfer of a kind for each purchase.
func bookLater(ctx context.Context, tx *db.Tx, charge id.Payment, fact payment.Charge) error {
	r, changed, err := payment.ApplyFee(ctx, tx, charge, fact)
	if err != nil || !changed {
		return err
	}
	moves := arrival(&r)
	if len(moves) == 0 {
		return nil
	}
	_, err = ledger.Post(ctx, tx, "coin_purchase.fee", r.Subject, rule(&r, &fact), moves...)
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

// customer makes sure that the provider knows the person. Of two that were made
// at once the first that was kept is the one.
func (s *Service) customer(ctx context.Context, person people.Person) (customer string, err error) {
	made, err := s.stripe.EnsureCustomer(ctx, payment.CustomerRequest{Ref: string(person.ID), Email: person.Email, Name: person.Name})
	if err != nil {
		return "", err
	}
	ctx = context.WithoutCancel(ctx)
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := payment.SaveCustomer(ctx, tx, person.ID, made); err != nil {
			return err
		}
		customer, err = payment.CustomerOf(ctx, tx, person.ID)
		return err
	})
	return customer, err
}
