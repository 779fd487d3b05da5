package purchase

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
)

// Purchase is coins bought with a card, as it stands.
type Purchase struct {
	ID          id.Purchase
	Person      id.Person
	Coins       int64
	Price       money.Amount
	PackVersion string
	Lot         id.Lot // "" until the money came
	Outcome     payment.Outcome
	Charge      payment.Record
	CreatedUS   int64
	CompletedUS int64 // 0 until the money came

	Replayed bool // the key had made this purchase before

	firstAction string // the page that the first answer sent the person to
}

const purchaseColumns = "id, person_id, coins, price_units, price_asset, pack_version, lot_id, first_action_url, created_us, completed_us"

func scanPurchase(r *db.Rows) (p Purchase, err error) {
	return p, r.Scan((*string)(&p.ID), (*string)(&p.Person), &p.Coins, &p.Price.Units, (*string)(&p.Price.Asset), &p.PackVersion, (*string)(&p.Lot), &p.firstAction, &p.CreatedUS, &p.CompletedUS)
}

func get(ctx context.Context, tx *db.Tx, purchase id.Purchase) (Purchase, error) {
	all, err := db.Collect[Purchase](tx.Query(ctx, "SELECT "+purchaseColumns+" FROM coin_purchase WHERE id = $1", purchase))(scanPurchase)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "There is no coin purchase %s.", purchase)
	}
	if err != nil {
		return Purchase{}, err
	}
	p := all[0]
	p.Charge, err = payment.ForSubject(ctx, tx, string(p.ID))
	p.Outcome = p.Charge.Outcome
	return p, err
}

// Get returns one purchase.
func (s *Service) Get(ctx context.Context, purchase id.Purchase) (p Purchase, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		p, err = get(ctx, tx, purchase)
		return err
	})
	return p, err
}

// OfPerson returns the person's purchases, newest first, before the given one
// ("" for the first page).
func OfPerson(ctx context.Context, tx *db.Tx, person id.Person, before id.Purchase, limit int) ([]Purchase, error) {
	if before == "" {
		before = "cps_~"
	}
	all, err := db.Collect[Purchase](tx.Query(ctx, "SELECT "+purchaseColumns+" FROM coin_purchase WHERE person_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3", person, before, limit))(scanPurchase)
	if err != nil {
		return nil, err
	}
	ids := make([]id.Purchase, len(all))
	for i := range all {
		ids[i] = all[i].ID
	}
	charges, err := payment.ForSubjects(ctx, tx, ids)
	for i := range all {
		all[i].Charge = charges[all[i].ID]
		all[i].Outcome = all[i].Charge.Outcome
	}
	return all, err
}

// Latest returns the person's newest purchase that is paid or may still be, or
// nil if there is none.
func Latest(ctx context.Context, tx *db.Tx, person id.Person) (*Purchase, error) {
	for before := id.Purchase(""); ; {
		some, err := OfPerson(ctx, tx, person, before, 5)
		if err != nil || len(some) == 0 {
			return nil, err
		}
		for i := range some {
			if some[i].Outcome != payment.Failed && some[i].Outcome != payment.Canceled {
				return &some[i], nil
			}
		}
		before = some[len(some)-1].ID
	}
}

// noneSince is a fault if the person has bought something after the purchase.
func noneSince(ctx context.Context, tx *db.Tx, person id.Person, known id.Purchase) error {
	p, err := Latest(ctx, tx, person)
	if err != nil || p == nil || p.ID <= known {
		return err
	}
	return fault.New(fault.StateConflict, "Meanwhile %d coins were bought, perhaps by this form in another tab. Nothing was charged now. If you want more coins, buy again.", p.Coins).With("purchase", p.ID)
}
