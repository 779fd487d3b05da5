package payout

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
)

// State is where a payout stands, in words that a creator reads.
type State string

// The states of a payout; see the package's documentation.
const (
	Scheduled State = "scheduled" // can still be canceled
	Held      State = "held"      // waits until its Hold is over
	Sending   State = "sending"   // the provider was asked, or may have been
	Sent      State = "sent"      // on the way to the bank
	Paid      State = "paid"      // in the bank
	Returning State = "returning" // the bank sent it back; being fetched from the provider
	Returned  State = "returned"  // back with the creator's available earnings
	Failed    State = "failed"    // never left; back with the available earnings
	Canceled  State = "canceled"  // by the creator, or for a refund or a dispute
)

// Payout is money on its way to a creator's bank.
type Payout struct {
	ID             id.Payout
	Creator        id.Person
	Amount         money.Amount
	Group          id.Payout // the first payout of the request that this one is a part of; its own id if it is the only one
	Run            string    // the month of the calendar that made it, such as 2026-03; "" when the creator asked for it
	Rule           string    // the rate card, or the rules of payouts, of its limits
	State          State
	Account        string // the provider's id of the creator's account
	Attempt        int64  // counts the keys under which the provider is asked
	AskedUS        int64  // when it was first asked for the present step under the present key
	Transfer       string // the provider's id of the transfer to the account
	ProviderPayout string // the provider's id of the payout to the bank
	ArrivesUS      int64  // when the bank should have it; 0 while unknown
	FailureCode    string
	FailureReason  string
	CanceledFor    string // the refund or the dispute that it was canceled for, by rule; "" if by the creator
	Repaid         int64  // of what came back: what repaid the reserve first, for a refund or a dispute
	Hold           Hold   // while it is held
	RequestedUS    int64
	PlannedUS      int64  // when it was to go by the answer to the request
	GoesUS         int64  // when it goes now
	BegunUS        int64  // when nothing stood in its way any more, and the provider was going to be asked
	BankLast4      string // the last digits of the bank, as it began; "" before
	SentUS         int64
	EndedUS        int64 // paid, returned, failed or canceled at

	begunAfter int64 // the last transfer in the books when it began
	bank       int64 // counts the banks of the account, as it began
	standing   int64 // counts the standings of the account, as it began

	Replayed bool // the key had made this payout before
}

const payoutColumns = "id, creator_id, amount_units, amount_asset, rule, state, account, attempt, asked_us, transfer_id, provider_payout, arrives_us, failure_code, failure_reason, held_code, held_reason, held_by, held_us, held_until_us, group_id, run, requested_us, planned_us, goes_us, begun_us, begun_after, bank_no, bank_last4, account_no, canceled_for, repaid_units, sent_us, ended_us"

func scanPayout(r *db.Rows) (p Payout, err error) {
	return p, r.Scan((*string)(&p.ID), (*string)(&p.Creator), &p.Amount.Units, (*string)(&p.Amount.Asset), &p.Rule, (*string)(&p.State), &p.Account, &p.Attempt, &p.AskedUS,
		&p.Transfer, &p.ProviderPayout, &p.ArrivesUS, &p.FailureCode, &p.FailureReason, &p.Hold.Code, &p.Hold.Reason, &p.Hold.By, &p.Hold.SinceUS, &p.Hold.UntilUS, (*string)(&p.Group), &p.Run, &p.RequestedUS, &p.PlannedUS, &p.GoesUS, &p.BegunUS, &p.begunAfter, &p.bank, &p.BankLast4, &p.standing, &p.CanceledFor, &p.Repaid, &p.SentUS, &p.EndedUS)
}

// save writes what may change in a payout.
func (p *Payout) save(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `UPDATE payout SET state = $2, attempt = $3, transfer_id = $4, provider_payout = $5, arrives_us = $6, failure_code = $7, failure_reason = $8,
		sent_us = $9, ended_us = $10, asked_us = $11, held_code = $12, held_reason = $13, held_by = $14, held_us = $15, held_until_us = $16, goes_us = $17, begun_us = $18, bank_no = $19, bank_last4 = $20, account_no = $21, account = $22, canceled_for = $23, repaid_units = $24, begun_after = $25 WHERE id = $1`,
		p.ID, string(p.State), p.Attempt, p.Transfer, p.ProviderPayout, p.ArrivesUS, p.FailureCode, p.FailureReason, p.SentUS, p.EndedUS, p.AskedUS,
		p.Hold.Code, p.Hold.Reason, p.Hold.By, p.Hold.SinceUS, p.Hold.UntilUS, p.GoesUS, p.BegunUS, p.bank, p.BankLast4, p.standing, p.Account, p.CanceledFor, p.Repaid, p.begunAfter)
	return err
}

// Get returns one payout.
func Get(ctx context.Context, tx *db.Tx, payout id.Payout) (Payout, error) {
	return one(tx.Query(ctx, "SELECT "+payoutColumns+" FROM payout WHERE id = $1", payout))
}

func byProvider(ctx context.Context, tx *db.Tx, providerPayout string) (Payout, error) {
	return one(tx.Query(ctx, "SELECT "+payoutColumns+" FROM payout WHERE provider_payout = $1 AND provider_payout <> ''", providerPayout))
}

func one(rows *db.Rows, err error) (Payout, error) {
	all, err := db.Collect[Payout](rows, err)(scanPayout)
	if err != nil {
		return Payout{}, err
	}
	if len(all) == 0 {
		return Payout{}, fault.New(fault.NotFound, "There is no such payout.")
	}
	return all[0], nil
}

// underWay chooses the payouts that still have a way to go, and those whose
// money a bank may yet send back; $1 is the end of the oldest of those.
const underWay = "(ended_us = 0 OR (ended_us > $1 AND state = 'paid'))"

// OfGroup returns all payouts of the request that made the payout, in the order
// in which they go.
func OfGroup(ctx context.Context, tx *db.Tx, group id.Payout) ([]Payout, error) {
	return db.Collect[Payout](tx.Query(ctx, "SELECT "+payoutColumns+" FROM payout WHERE group_id = $1 ORDER BY planned_us, id", group))(scanPayout)
}

// Page chooses a page of a creator's payouts.
type Page struct {
	State  State     // "" for all
	Before id.Payout // the last of the page before; "" for the first page
	Limit  int
}

// OfCreator returns the creator's payouts of the page, newest first.
func OfCreator(ctx context.Context, tx *db.Tx, creator id.Person, page Page) ([]Payout, error) {
	if page.Before == "" {
		page.Before = "pyo_~"
	}
	where, args := "creator_id = $1 AND id < $2", []any{creator, page.Before, page.Limit}
	if page.State != "" {
		where, args = where+" AND state = $4", append(args, string(page.State))
	}
	return db.Collect[Payout](tx.Query(ctx, "SELECT "+payoutColumns+" FROM payout WHERE "+where+" ORDER BY id DESC LIMIT $3", args...))(scanPayout)
}

// LinesOf returns the parts of earnings that a payout is made of.
func LinesOf(ctx context.Context, tx *db.Tx, payout id.Payout) ([]earnings.Part, error) {
	return db.Collect[earnings.Part](tx.Query(ctx, "SELECT earning_id, units FROM payout_line WHERE payout_id = $1 ORDER BY earning_id", payout))(
		func(r *db.Rows) (p earnings.Part, err error) { return p, r.Scan((*string)(&p.Earning), &p.Units) })
}

// LinesOfAll returns the lines of many payouts, by their payout.
func LinesOfAll(ctx context.Context, tx *db.Tx, payouts []id.Payout) (map[id.Payout][]earnings.Part, error) {
	all := make(map[id.Payout][]earnings.Part, len(payouts))
	if len(payouts) == 0 {
		return all, nil
	}
	list := make([]any, len(payouts))
	for i, p := range payouts {
		list[i] = string(p)
	}
	rows, err := tx.QueryList(ctx, "SELECT payout_id, earning_id, units FROM payout_line WHERE payout_id IN ($list) ORDER BY payout_id, earning_id", list)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var payout string
		var part earnings.Part
		if err := rows.Scan(&payout, (*string)(&part.Earning), &part.Units); err != nil {
			return nil, err
		}
		all[id.Payout(payout)] = append(all[id.Payout(payout)], part)
	}
	return all, rows.Err()
}

// GroupSizes tells of each request that made one of the payouts how many it made.
func GroupSizes(ctx context.Context, tx *db.Tx, of []Payout) (map[id.Payout]int, error) {
	sizes := make(map[id.Payout]int, len(of))
	if len(of) == 0 {
		return sizes, nil
	}
	list := make([]any, len(of))
	for i, p := range of {
		list[i] = string(p.Group)
	}
	rows, err := tx.QueryList(ctx, "SELECT group_id, COUNT(*) FROM payout WHERE group_id IN ($list) GROUP BY group_id", list)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var group string
		var n int
		if err := rows.Scan(&group, &n); err != nil {
			return nil, err
		}
		sizes[id.Payout(group)] = n
	}
	return sizes, rows.Err()
}

// Back is what of a payout that did not arrive is available again.
func (p *Payout) Back() money.Amount { return p.Amount.Of(p.Amount.Units - p.Repaid) }
