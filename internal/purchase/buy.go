package purchase

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/collect"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/wallet"
)

// Request asks to buy coins.
type Request struct {
	Key           string // idempotency key, unique for the person for ever
	Person        id.Person
	Coins         int64 // of a pack, or any number for an exact top-up
	Currency      money.Asset
	Card          string // the provider's id of a saved card; "" pays on a page of the provider, which saves one
	ReturnURL     string // where the person comes back from there, or after 3-D Secure; see IDInReturnURL
	ExpectedPrice int64  // smallest units that the person was shown; 0 means any
	Confirmed     bool   // the person was asked again, because of the price, and wants it

	// After is the latest purchase that the person knew of when asking, "" for
	// none: if there is a later one, this is refused. Two tabs and the way back
	// then buy once. nil asks for no such thing.
	After *id.Purchase
}

// IDInReturnURL stands in a Request's ReturnURL for the id of the purchase,
// which nobody knows before it is made: somebody who comes back may have
// several open.
const IDInReturnURL = "{PURCHASE_ID}"

// fingerprint tells whether two calls with one key ask for the same. That the
// person was asked again is no part of it: it permits the same purchase.
func (r *Request) fingerprint() int64 {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d|%s|%q|%d|%q", r.Coins, r.Currency, r.Card, r.ExpectedPrice, r.ReturnURL))
	return int64(binary.BigEndian.Uint64(sum[:8]))
}

// Service sells coins. It owns the use cases; the rules stand in wallet. The
// collector charges the cards.
type Service struct {
	*collect.Service

	db *db.DB
}

// NewService returns a Service whose coins the collector takes the money for.
func NewService(d *db.DB, c *collect.Service) *Service {
	c.Register(collect.Product{Purpose: Purpose, Description: "Coins", Succeeded: succeeded, Arrived: arrived, Failed: failed})
	return &Service{Service: c, db: d}
}

// Buy sells the coins, or gives the answer that the key was given before: see
// answer. A declined card is a fault; the purchase then has failed and nothing
// was charged. A purchase that needs the person (3-D Secure) or whose outcome
// is not known yet is returned as it is: see Purchase.Outcome.
//
// What was begun ends when the caller has gone, too: once the provider is
// asked there is an outcome to be recorded.
func (s *Service) Buy(ctx context.Context, r Request) (Purchase, error) {
	if err := s.Recognize(ctx, r.Person, r.Card); err != nil {
		return Purchase{}, err
	}
	p, fresh, err := s.intend(ctx, r)
	if err != nil {
		return Purchase{}, err
	}
	ctx = context.WithoutCancel(ctx)
	if fresh || p.Outcome == payment.Unknown {
		if err := s.Pay(ctx, p.Charge.ID, fresh); err != nil {
			return Purchase{}, err
		}
	}
	if p, err = s.answer(ctx, p.ID); err != nil {
		return Purchase{}, err
	}
	p.Replayed = !fresh
	if p.Outcome == payment.Failed {
		return p, collect.Declined(&p.Charge).With("purchase", p.ID)
	}
	return p, nil
}

// answer returns the purchase as the call is answered: as it stands when its
// outcome is known for the first time, and so ever after. A final outcome stays
// by itself; that the person was sent to a page is kept. Until there is an
// outcome each call says what is known; see docs/adr/0006.
func (s *Service) answer(ctx context.Context, purchase id.Purchase) (Purchase, error) {
	p, err := s.Get(ctx, purchase)
	if err != nil {
		return p, err
	}
	if p.Outcome == payment.RequiresAction && p.firstAction == "" {
		err = s.db.Write(ctx, func(tx *db.Tx) error {
			if p, err = get(ctx, tx, purchase); err != nil || p.Outcome != payment.RequiresAction || p.firstAction != "" {
				return err
			}
			p.firstAction = p.Charge.ActionURL
			_, err = tx.Exec(ctx, "UPDATE coin_purchase SET first_action_url = $2 WHERE id = $1", p.ID, p.firstAction)
			return err
		})
	}
	if p.firstAction != "" {
		p.Outcome, p.Lot, p.CompletedUS = payment.RequiresAction, "", 0
		collect.SentTo(&p.Charge, p.firstAction)
	}
	return p, err
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
	if r.After != nil {
		if err := noneSince(ctx, tx, r.Person, *r.After); err != nil {
			return Purchase{}, err
		}
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
	_, err = tx.Exec(ctx, `INSERT INTO coin_purchase (id, person_id, idem_key, fingerprint, coins, price_units, price_asset, pack_version, lot_id, first_action_url, created_us, completed_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', '', $9, 0)`,
		p.ID, r.Person, r.Key, r.fingerprint(), p.Coins, p.Price.Units, string(p.Price.Asset), p.PackVersion, p.CreatedUS)
	if err != nil {
		return Purchase{}, err
	}
	p.Charge, err = collect.Begin(ctx, tx, payment.Record{Purpose: Purpose, Subject: string(p.ID), Person: r.Person, Amount: p.Price, Card: r.Card,
		ReturnURL: strings.ReplaceAll(r.ReturnURL, IDInReturnURL, string(p.ID))})
	if err != nil {
		return Purchase{}, err
	}
	p.Outcome = p.Charge.Outcome
	return p, limit.Take(ctx, tx, limit.Spend{Person: r.Person, Amount: p.Price, Cause: string(p.ID), Confirmed: r.Confirmed, Instrument: p.Charge.Instrument})
}

// Purpose marks the charges that pay for coins.
const Purpose = "coins"
