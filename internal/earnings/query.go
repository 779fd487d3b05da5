package earnings

import (
	"context"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
)

// State is where an earning stands, in words that a creator reads.
type State string

// The states of an earning. What a payout has taken of an available one is
// its paid amount.
const (
	Pending   State = "pending"
	Available State = "available"
)

// Earning is what a creator earned from one source on one UTC day.
type Earning struct {
	ID          id.Earning
	Creator     id.Person
	Source      Source
	Day         time.Time // its first instant, UTC
	Rule        string    // the version of the rate card
	State       State
	AvailableUS int64
	Own         money.Asset  // DIAMOND, or the currency of an earning of money
	Diamonds    int64        // so far, if pending; 0 of an earning of money
	Amount      money.Amount // what was earned; if pending, what the diamonds are worth so far
	Clawed      int64        // of Amount, taken back by refunds and disputes
	Paid        int64        // of Amount, taken by payouts
	Trail       ledger.Trail // where its diamonds are in the books

	clawedOwn int64 // in Own: what was taken back
}

// Net is what the creator gets of the earning: what was earned, less what was
// taken back.
func (e *Earning) Net() int64 { return e.Amount.Units - e.Clawed }

// Left is what payouts have not taken of it yet.
func (e *Earning) Left() int64 { return e.Net() - e.Paid }

// Money reports that the earning is of money and not of diamonds.
func (e *Earning) Money() bool { return e.Own != money.Diamond }

const earningColumns = `e.id, e.creator_id, e.source, e.day, e.rule, e.state, e.available_us,
	e.own_asset, a.balance, e.diamonds, e.clawed_own, e.amount_units, e.amount_asset, e.clawed_units, e.paid_units, c.pay_num, c.pay_den, e.account_id, a.last_seq
	FROM earning e JOIN ledger_account a ON a.id = e.account_id JOIN rate_card c ON c.version = e.rule`

func scanEarning(r *db.Rows) (e Earning, err error) {
	var n, held int64
	var card RateCard
	err = r.Scan((*string)(&e.ID), (*string)(&e.Creator), (*string)(&e.Source), &n, &e.Rule, (*string)(&e.State), &e.AvailableUS, (*string)(&e.Own), &held,
		&e.Diamonds, &e.clawedOwn, &e.Amount.Units, (*string)(&e.Amount.Asset), &e.Clawed, &e.Paid, &card.PayNum, &card.PayDen, &e.Trail.Account, &e.Trail.Last)
	if err != nil {
		return e, err
	}
	e.Day = dayStart(n)
	if e.State == Pending {
		err = e.worth(card, held)
	}
	return e, err
}

// worth says what a pending earning is worth, whose account holds so much.
func (e *Earning) worth(card RateCard, held int64) (err error) {
	if e.Money() {
		e.Amount.Units, e.Clawed = held+e.clawedOwn, e.clawedOwn
		return nil
	}
	e.Diamonds = held + e.clawedOwn
	if e.Amount.Units, err = card.Pay(e.Diamonds); err != nil {
		return err
	}
	net, err := card.Pay(held)
	e.Clawed = e.Amount.Units - net
	return err
}

// Get returns one earning.
func Get(ctx context.Context, tx *db.Tx, earning id.Earning) (Earning, error) {
	all, err := db.Collect[Earning](tx.Query(ctx, "SELECT "+earningColumns+" WHERE e.id = $1", earning))(scanEarning)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "There is no earning %s.", earning)
	}
	if err != nil {
		return Earning{}, err
	}
	return all[0], nil
}

// OfCreator returns the creator's earnings, newest first, before the given one
// ("" for the first page).
func OfCreator(ctx context.Context, tx *db.Tx, creator id.Person, before id.Earning, limit int) ([]Earning, error) {
	return Listed(ctx, tx, creator, Page{Before: before, Limit: limit})
}

// Page chooses a page of a creator's earnings.
type Page struct {
	Standing State      // "" for all
	Before   id.Earning // the last of the page before; "" for the first page
	Limit    int
}

// standings are the conditions of what (*Earning).Standing says. A creator has
// one earning a day and source, so walking them needs no index of its own.
var standings = map[State]string{
	"":         "",
	Pending:    " AND e.state = 'pending'",
	Available:  " AND e.state = 'available' AND e.paid_units = 0",
	PartlyPaid: " AND e.state = 'available' AND e.paid_units > 0 AND e.paid_units < e.amount_units - e.clawed_units",
	PaidOut:    " AND e.state = 'available' AND e.paid_units > 0 AND e.paid_units = e.amount_units - e.clawed_units",
}

// Listed returns the creator's earnings of the page, newest first.
func Listed(ctx context.Context, tx *db.Tx, creator id.Person, page Page) ([]Earning, error) {
	where, known := standings[page.Standing]
	if !known {
		return nil, fault.New(fault.InvalidParameter, "No earning is %q.", page.Standing)
	}
	if page.Before == "" {
		page.Before = "ern_~"
	}
	return db.Collect[Earning](tx.Query(ctx, "SELECT "+earningColumns+" WHERE e.creator_id = $1 AND e.id < $2"+where+" ORDER BY e.id DESC LIMIT $3",
		creator, page.Before, page.Limit))(scanEarning)
}

// GetAll returns many earnings by their ids; one that is not there is left out.
func GetAll(ctx context.Context, tx *db.Tx, ids []id.Earning) (map[id.Earning]Earning, error) {
	all := make(map[id.Earning]Earning, len(ids))
	if len(ids) == 0 {
		return all, nil
	}
	list := make([]any, len(ids))
	for i, e := range ids {
		list[i] = string(e)
	}
	found, err := db.Collect[Earning](tx.QueryList(ctx, "SELECT "+earningColumns+" WHERE e.id IN ($list)", list))(scanEarning)
	for _, e := range found {
		all[e.ID] = e
	}
	return all, err
}

// Balance is what a creator is owed, by state.
type Balance struct {
	PendingDiamonds int64
	Pending         money.Amount // what the pending diamonds are worth
	NextAvailableUS int64        // when the next pending earning matures; 0 if none
	Available       money.Amount
}

// BalanceOf returns what the creator is owed in the rate card's currency.
func BalanceOf(ctx context.Context, tx *db.Tx, creator id.Person) (Balance, error) {
	card, err := Rates(ctx, tx)
	if err != nil {
		return Balance{}, err
	}
	b := Balance{Pending: money.Amount{Asset: card.PayAsset}, Available: money.Amount{Asset: card.PayAsset}}
	pending, err := db.Collect[Earning](tx.Query(ctx, "SELECT "+earningColumns+" WHERE e.creator_id = $1 AND e.state = 'pending' ORDER BY e.available_us", creator))(scanEarning)
	if err != nil {
		return b, err
	}
	for _, e := range pending {
		if e.Amount.Asset != card.PayAsset {
			continue
		}
		b.PendingDiamonds += e.Diamonds
		b.Pending.Units += e.Net()
		if b.NextAvailableUS == 0 {
			b.NextAvailableUS = e.AvailableUS
		}
	}
	b.Available.Units, err = ledger.Balance(ctx, tx, ledger.Ref{Path: ledger.AvailablePath(creator), Asset: card.PayAsset})
	return b, err
}
