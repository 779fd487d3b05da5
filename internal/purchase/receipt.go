package purchase

import (
	"context"
	"errors"
	"fmt"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/people"
)

// Receipt is what a person gets for a purchase that was paid.
type Receipt struct {
	Number   string // of the transfer that booked it: unique, ascending, for ever the same
	Purchase id.Purchase
	Buyer    people.Brief
	IssuedUS int64
	Lines    []ReceiptLine
	Tax      []ReceiptLine // by rate; empty, because no tax is charged
	Total    money.Amount  // what the card was charged: the sum of the lines and the taxes
	Method   Method
	Refund   RefundState
	Refunded int64 // of Total, went back or is on its way
	Disputed int64 // of Total, a bank has taken back or may keep
}

// ReceiptLine is what was bought. Its words are the reader's: so many coins.
type ReceiptLine struct {
	Coins  int64
	Amount money.Amount
}

// Method is the card that paid.
type Method struct{ Brand, Last4 string }

// RefundState is how much of a purchase was given back.
type RefundState string

// The states of refunds. Where a bank took something, or may keep it, it is
// disputed, whatever was refunded besides.
const (
	NotRefunded   RefundState = "none"
	PartlyBack    RefundState = "partial"
	FullyBack     RefundState = "full"
	DisputedState RefundState = "disputed"
)

// Refund tells how much of the purchase was given back.
func (p *Purchase) Refund() RefundState {
	switch c := &p.Charge; {
	case c.Disputed > 0:
		return DisputedState
	case c.Refunded == 0:
		return NotRefunded
	case c.Left() == 0:
		return FullyBack
	}
	return PartlyBack
}

// ReceiptOf returns the receipt of a person's purchase. A purchase of somebody
// else is not there, and one that was not paid has none: state_conflict.
func ReceiptOf(ctx context.Context, tx *db.Tx, person id.Person, purchase id.Purchase) (Receipt, error) {
	p, err := get(ctx, tx, purchase)
	if err != nil {
		return Receipt{}, err
	}
	if p.Person != person {
		return Receipt{}, fault.New(fault.NotFound, "There is no coin purchase %s.", purchase)
	}
	if p.CompletedUS == 0 || p.Outcome != payment.Succeeded {
		return Receipt{}, fault.New(fault.StateConflict, "The purchase %s was not paid, so that there is no receipt of it.", purchase)
	}
	var seq int64
	err = tx.Row(ctx, "SELECT seq FROM ledger_transfer WHERE cause = $1 AND kind = 'coin_purchase.completed'", purchase).Scan(&seq)
	if errors.Is(err, db.ErrNoRows) {
		return Receipt{}, fmt.Errorf("purchase: %s is completed and not in the books", purchase)
	}
	if err != nil {
		return Receipt{}, err
	}
	who, err := people.Get(ctx, tx, p.Person)
	if err != nil {
		return Receipt{}, err
	}
	return Receipt{Number: fmt.Sprintf("R-%08d", seq), Purchase: p.ID, Buyer: who.Brief(), IssuedUS: p.CompletedUS, Lines: []ReceiptLine{{p.Coins, p.Price}},
		Total: p.Price, Method: Method{p.Charge.Brand, p.Charge.Last4}, Refund: p.Refund(), Refunded: p.Charge.Refunded, Disputed: p.Charge.Disputed}, nil
}
