package purchase

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/stripe"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/wallet"
)

// Request asks to buy coins with a saved card.
type Request struct {
	Key           string // idempotency key, unique for the person for ever
	Person        id.Person
	Coins         int64 // of a pack, or any number for an exact top-up
	Currency      money.Asset
	Card          string // the provider's id of a saved card
	ReturnURL     string // where the person comes back after 3-D Secure
	ExpectedPrice int64  // smallest units that the person was shown; 0 means any
}

func (r *Request) fingerprint() int64 {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d|%s|%s|%d", r.Coins, r.Currency, r.Card, r.ExpectedPrice))
	return int64(binary.BigEndian.Uint64(sum[:8]))
}

// Service sells coins. It owns the use cases; the rules stand in wallet.
type Service struct {
	db     *db.DB
	stripe *stripe.Client
}

// NewService returns a Service that charges through the adapter.
func NewService(d *db.DB, s *stripe.Client) *Service { return &Service{db: d, stripe: s} }

// WorkSettle is the kind of due work that finds out what became of a charge;
// its key is the charge's id.
const WorkSettle = "purchase.settle"

// settleAfter is how long the sweeper leaves a charge to the reply and to the
// webhook.
const settleAfter = 20 * time.Second

// Buy sells the coins, or returns the purchase that the key made before, as
// it stands now. A declined card is a fault; the purchase then has failed and
// nothing was charged. A purchase that needs the person (3-D Secure) or whose
// outcome is not known yet is returned as it is: see Purchase.Outcome.
func (s *Service) Buy(ctx context.Context, r Request) (Purchase, error) {
	p, fresh, err := s.intend(ctx, r)
	if err != nil {
		return Purchase{}, err
	}
	if fresh || p.Outcome == payment.Unknown {
		if err := s.charge(ctx, p.Charge.ID); err != nil && !undecided(err) {
			return Purchase{}, err
		}
		if p, err = s.Get(ctx, p.ID); err != nil {
			return Purchase{}, err
		}
	}
	p.Replayed = !fresh
	if p.Outcome == payment.Failed {
		return p, fault.New(fault.CardDeclined, "%s Nothing was charged. Use another card and a new key.", p.Charge.Decline.Reason).
			With("decline_code", p.Charge.Decline.Code).With("purchase", p.ID)
	}
	return p, nil
}

// undecided reports an error of the provider that leaves the outcome open;
// the sweeper will find out. A key that was used with other parameters is one:
// what was asked for with it may have happened.
func undecided(err error) bool {
	return errors.Is(err, payment.ErrUnknown) || errors.Is(err, payment.ErrUnavailable) || errors.Is(err, payment.ErrRateLimited) ||
		errors.Is(err, payment.ErrKeyReused)
}

// intend is the first transaction: the purchase and the charge to be made.
func (s *Service) intend(ctx context.Context, r Request) (p Purchase, fresh bool, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		fresh = false
		var print int64
		var before string
		err := tx.Row(ctx, "SELECT id, fingerprint FROM coin_purchase WHERE person_id = $1 AND idem_key = $2", r.Person, r.Key).Scan(&before, &print)
		if err == nil {
			if print != r.fingerprint() {
				return fault.New(fault.IdempotencyKeyReused, "This Idempotency-Key was used for another purchase (%s). Use a new key; nothing was charged.", before)
			}
			p, err = get(ctx, tx, id.Purchase(before))
			return err
		}
		if !errors.Is(err, db.ErrNoRows) {
			return err
		}
		fresh = true
		p, err = begin(ctx, tx, r)
		return err
	})
	return p, fresh, err
}

func begin(ctx context.Context, tx *db.Tx, r Request) (Purchase, error) {
	person, err := people.Get(ctx, tx, r.Person)
	if err != nil {
		return Purchase{}, err
	}
	if err := person.MayPay(tx.Now()); err != nil {
		return Purchase{}, err
	}
	if r.Card == "" {
		return Purchase{}, fault.New(fault.PaymentRequired, "Choose a saved card to pay with, or add one first. Nothing was charged.")
	}
	packs, err := wallet.Packs(ctx, tx, r.Currency)
	if err != nil {
		return Purchase{}, err
	}
	pack, err := wallet.PriceOf(packs, r.Coins)
	if err != nil {
		return Purchase{}, err
	}
	if r.ExpectedPrice != 0 && r.ExpectedPrice != pack.Price.Units {
		return Purchase{}, fault.New(fault.PriceChanged, "%d coins cost %s %s now. Show the new price and ask again; nothing was charged.", r.Coins, pack.Price.Decimal(), pack.Price.Asset).
			With("price", pack.Price)
	}
	p := Purchase{ID: id.Purchase(tx.NewID(id.KindPurchase)), Person: r.Person, Coins: r.Coins, Price: pack.Price, PackVersion: pack.Version, CreatedUS: tx.NowUS()}
	_, err = tx.Exec(ctx, `INSERT INTO coin_purchase (id, person_id, idem_key, fingerprint, coins, price_units, price_asset, pack_version, lot_id, created_us, completed_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', $9, 0)`,
		p.ID, r.Person, r.Key, r.fingerprint(), p.Coins, p.Price.Units, string(p.Price.Asset), p.PackVersion, p.CreatedUS)
	if err != nil {
		return Purchase{}, err
	}
	p.Charge, err = payment.Intend(ctx, tx, payment.Record{Purpose: Purpose, Subject: string(p.ID), Person: r.Person, Amount: p.Price, Card: r.Card, ReturnURL: r.ReturnURL})
	if err != nil {
		return Purchase{}, err
	}
	p.Outcome = p.Charge.Outcome
	return p, outbox.Schedule(ctx, tx, outbox.Work{Kind: WorkSettle, Key: string(p.Charge.ID), DueUS: tx.Now().Add(settleAfter).UnixMicro()})
}

// Purpose marks the charges that pay for coins.
const Purpose = "coins"

// charge calls the provider for a charge that was written down, and records
// the outcome. Called again, it has the same effect: the key is the row's, and
// once some time has passed the charge is looked up before it is made, because
// the provider forgets keys after a day.
func (s *Service) charge(ctx context.Context, charge id.Payment) error {
	var r payment.Record
	var person people.Person
	var customer string
	err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
		if r, err = payment.Get(ctx, tx, charge); err != nil {
			return err
		}
		if person, err = people.Get(ctx, tx, r.Person); err != nil {
			return err
		}
		customer, err = payment.CustomerOf(ctx, tx, r.Person)
		return err
	})
	if err != nil || r.Final() {
		return err
	}
	if s.since(r.CreatedUS) >= lookFirst {
		if found, err := s.find(ctx, r, customer); found || err != nil {
			return err
		}
	}
	if customer == "" {
		if customer, err = s.customer(ctx, person); err != nil {
			return s.refused(ctx, charge, r, err)
		}
	}
	fact, err := s.stripe.CreateCharge(ctx, payment.ChargeRequest{Ref: string(r.ID), Amount: r.Amount, Customer: customer, Card: r.Card,
		ReturnURL: r.ReturnURL, Description: "Coins", Group: r.Subject})
	if err != nil {
		return s.refused(ctx, charge, r, err)
	}
	return s.record(ctx, charge, fact)
}

// refused records a charge that the provider will not make. An error that
// leaves the outcome open is returned as it is.
func (s *Service) refused(ctx context.Context, charge id.Payment, r payment.Record, err error) error {
	pe, ok := errors.AsType[*payment.Error](err)
	if !ok || undecided(err) {
		return err
	}
	failed := s.record(ctx, charge, payment.Charge{Outcome: payment.Failed, Amount: r.Amount, ID: r.Provider,
		Decline: &payment.Decline{Code: pe.Code, Reason: pe.Reason}})
	if failed == nil && errors.Is(err, payment.ErrConfig) {
		return payment.Explain(err) // the fault is ours, not the card's
	}
	return failed
}

// record is the second transaction.
func (s *Service) record(ctx context.Context, charge id.Payment, fact payment.Charge) error {
	return s.db.Write(ctx, func(tx *db.Tx) error { return settle(ctx, tx, charge, fact) })
}

// settle records what the provider knows and, if the money came now, opens
// the lot: one transfer for the coins, the deferred revenue and the fee.
func settle(ctx context.Context, tx *db.Tx, charge id.Payment, fact payment.Charge) error {
	r, changed, err := payment.Apply(ctx, tx, charge, fact)
	if err != nil || !changed {
		return err
	}
	if r.Outcome != payment.Succeeded {
		return nil
	}
	p, err := get(ctx, tx, id.Purchase(r.Subject))
	if err != nil {
		return err
	}
	if r.Settled.Asset != "" && r.Settled.Asset != r.Amount.Asset {
		return fmt.Errorf("purchase: %s was settled in %s, and conversion between currencies is not booked yet", p.ID, r.Settled.Asset)
	}
	lot, err := wallet.Grant(ctx, tx, "coin_purchase.completed", wallet.NewLot{Person: p.Person, Cause: string(p.ID), Coins: p.Coins, Paid: p.Price},
		ledger.Move{From: ledger.Provider, To: ledger.Deferred, Amount: p.Price},
		ledger.Move{From: ledger.ProcessingCosts, To: ledger.Provider, Amount: money.Amount{Units: r.FeeUnits, Asset: p.Price.Asset}})
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

// customer makes sure that the provider knows the person. Of two that were made
// at once the first that was kept is the one.
func (s *Service) customer(ctx context.Context, person people.Person) (customer string, err error) {
	made, err := s.stripe.EnsureCustomer(ctx, payment.CustomerRequest{Ref: string(person.ID), Email: person.Email, Name: person.Name})
	if err != nil {
		return "", err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		if err := payment.SaveCustomer(ctx, tx, person.ID, made); err != nil {
			return err
		}
		customer, err = payment.CustomerOf(ctx, tx, person.ID)
		return err
	})
	return customer, err
}
