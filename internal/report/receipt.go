package report

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/people"
)

// Receipt is what a person gets for a coin purchase or a tip that was paid, with
// what went back of it since.
type Receipt struct {
	Number   string // for ever the same
	Subject  string // the purchase or the tip
	Buyer    people.Brief
	To       people.Brief // of a tip: whom it is for
	IssuedUS int64        // when it was paid
	Coins    int64        // of a purchase
	Amount   money.Amount // the price of the coins, or the tip
	Cover    money.Amount // of a tip: the card's fee that the fan paid besides
	Total    money.Amount // what the card was charged: Amount and Cover
	Brand    string
	Last4    string
	Return   payment.Return // how much went back
	Refunded money.Amount   // of Total, went back or is on its way
	Disputed money.Amount   // of Total, a bank has taken back, or may keep
	Back     []ReceiptBack  // of what these two are made, the oldest first
	Undone   []ReceiptBack  // what took nothing in the end, or has not begun to: the latest first
}

// ReceiptBack is a refund or a dispute of what was paid.
type ReceiptBack struct {
	ID      string
	Dispute bool   // the bank took it; else it was refunded
	Reason  string // a word
	State   string // of package reversal
	AtUS    int64
	Units   int64 // of Total
	Done    bool  // it is decided, and the money is gone
}

// Returned is all that went back.
func (r *Receipt) Returned() money.Amount { return r.Total.Of(r.Refunded.Units + r.Disputed.Units) }

// Tip reports that it is of a tip and not of coins.
func (r *Receipt) Tip() bool { return id.KindOf(r.Subject) == id.KindTip }

// ReceiptOf returns the receipt of what a person paid for: a coin purchase or a
// tip. That of somebody else is not there, and what was not paid has none:
// state_conflict.
func ReceiptOf(ctx context.Context, tx *db.Tx, person id.Person, subject string) (r Receipt, err error) {
	r.Subject = subject
	var buyer, to id.Person
	if r.Tip() {
		err = tx.Row(ctx, "SELECT fan_id, creator_id, 0, amount_units, asset, charged_units - amount_units, completed_us FROM tip WHERE id = $1", subject).
			Scan((*string)(&buyer), (*string)(&to), &r.Coins, &r.Amount.Units, (*string)(&r.Amount.Asset), &r.Cover.Units, &r.IssuedUS)
	} else {
		err = tx.Row(ctx, "SELECT person_id, '', coins, price_units, price_asset, 0, completed_us FROM coin_purchase WHERE id = $1", subject).
			Scan((*string)(&buyer), (*string)(&to), &r.Coins, &r.Amount.Units, (*string)(&r.Amount.Asset), &r.Cover.Units, &r.IssuedUS)
	}
	if errors.Is(err, db.ErrNoRows) || err == nil && buyer != person {
		if r.Tip() {
			return r, fault.New(fault.NotFound, "There is no tip %s.", fault.Clip(subject))
		}
		return r, fault.New(fault.NotFound, "There is no coin purchase %s.", fault.Clip(subject))
	}
	if err != nil {
		return r, err
	}
	c, err := payment.ForSubject(ctx, tx, subject)
	if err != nil {
		return r, err
	}
	if r.IssuedUS == 0 || c.Outcome != payment.Succeeded {
		if r.Tip() {
			return r, fault.New(fault.StateConflict, "The tip %s was not paid, so that there is no receipt of it.", subject)
		}
		return r, fault.New(fault.StateConflict, "The purchase %s was not paid, so that there is no receipt of it.", subject)
	}
	r.Cover.Asset, r.Total, r.Brand, r.Last4 = r.Amount.Asset, r.Amount.Of(r.Amount.Units+r.Cover.Units), c.Brand, c.Last4
	r.Return, r.Refunded, r.Disputed = c.Return(), r.Total.Of(c.Refunded), r.Total.Of(c.Disputed)
	who, err := people.GetMany(ctx, tx, []id.Person{buyer, cmp.Or(to, buyer)})
	if err != nil {
		return r, err
	}
	if r.Buyer = who[buyer]; to != "" {
		r.To = who[to]
	}
	if err := r.number(ctx, tx); err != nil {
		return r, err
	}
	return r, r.back(ctx, tx)
}

// number names the receipt: that of coins by the transfer that booked them, which
// is unique and ascending. A tip is booked when the provider has told its fee,
// which may be later: its number is the end of its id, which is random.
func (r *Receipt) number(ctx context.Context, tx *db.Tx) error {
	if r.Tip() {
		r.Number = "T-" + shortID(r.Subject)
		return nil
	}
	var seq int64
	err := tx.Row(ctx, "SELECT seq FROM ledger_transfer WHERE cause = $1 AND kind = 'coin_purchase.completed'", r.Subject).Scan(&seq)
	if errors.Is(err, db.ErrNoRows) {
		return fmt.Errorf("report: %s is completed and not in the books", r.Subject)
	}
	r.Number = fmt.Sprintf("R-%08d", seq)
	return err
}

// back reads the refunds and disputes. What a dispute took although it had been
// refunded before is no part of what was paid. What was never begun is left out.
func (r *Receipt) back(ctx context.Context, tx *db.Tx) error {
	all, err := db.Collect[ReceiptBack](tx.Query(ctx, `SELECT id, opened_us, amount_units - beyond_units, reason, state FROM reversal
		WHERE subject = $1 AND state NOT IN ('proposed', 'declined') ORDER BY opened_us, id`, r.Subject))(func(row *db.Rows) (b ReceiptBack, err error) {
		err = row.Scan(&b.ID, &b.AtUS, &b.Units, &b.Reason, &b.State)
		b.Dispute = id.KindOf(b.ID) == id.KindDispute
		return b, err
	})
	for _, b := range all {
		switch b.State {
		case "refunded", "repaid", "lost":
			b.Done = true
			fallthrough
		case "asking", "pending", "bounced", "open", "answered":
			r.Back = append(r.Back, b)
		default:
			r.Undone = append(r.Undone, b)
		}
	}
	slices.Reverse(r.Undone)
	return err
}
