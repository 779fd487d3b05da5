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
	Sending   State = "sending"   // the provider was asked, or may have been
	Sent      State = "sent"      // on the way to the bank
	Paid      State = "paid"      // in the bank
	Returning State = "returning" // the bank sent it back; being fetched from the provider
	Returned  State = "returned"  // back with the creator's available earnings
	Failed    State = "failed"    // never left; back with the available earnings
	Canceled  State = "canceled"  // by the creator
)

// Payout is money on its way to a creator's bank.
type Payout struct {
	ID             id.Payout
	Creator        id.Person
	Amount         money.Amount
	Rule           string // the rate card of its limits
	State          State
	Account        string // the provider's id of the creator's account
	Attempt        int64  // counts the keys under which the provider is asked
	AskedUS        int64  // when it was first asked for the present step under the present key
	Transfer       string // the provider's id of the transfer to the account
	ProviderPayout string // the provider's id of the payout to the bank
	ArrivesUS      int64  // when the bank should have it; 0 while unknown
	FailureCode    string
	FailureReason  string
	RequestedUS    int64
	SentUS         int64
	EndedUS        int64 // paid, returned, failed or canceled at

	Replayed bool // the key had made this payout before
}

const payoutColumns = "id, creator_id, amount_units, amount_asset, rule, state, account, attempt, asked_us, transfer_id, provider_payout, arrives_us, failure_code, failure_reason, requested_us, sent_us, ended_us"

func scanPayout(r *db.Rows) (p Payout, err error) {
	return p, r.Scan((*string)(&p.ID), (*string)(&p.Creator), &p.Amount.Units, (*string)(&p.Amount.Asset), &p.Rule, (*string)(&p.State), &p.Account, &p.Attempt, &p.AskedUS,
		&p.Transfer, &p.ProviderPayout, &p.ArrivesUS, &p.FailureCode, &p.FailureReason, &p.RequestedUS, &p.SentUS, &p.EndedUS)
}

// save writes what may change in a payout.
func (p *Payout) save(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `UPDATE payout SET state = $2, attempt = $3, transfer_id = $4, provider_payout = $5, arrives_us = $6, failure_code = $7, failure_reason = $8,
		sent_us = $9, ended_us = $10, asked_us = $11 WHERE id = $1`,
		p.ID, string(p.State), p.Attempt, p.Transfer, p.ProviderPayout, p.ArrivesUS, p.FailureCode, p.FailureReason, p.SentUS, p.EndedUS, p.AskedUS)
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

// OfCreator returns the creator's payouts, newest first, before the given one
// ("" for the first page).
func OfCreator(ctx context.Context, tx *db.Tx, creator id.Person, before id.Payout, limit int) ([]Payout, error) {
	if before == "" {
		before = "pyo_~"
	}
	return db.Collect[Payout](tx.Query(ctx, "SELECT "+payoutColumns+" FROM payout WHERE creator_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3", creator, before, limit))(scanPayout)
}

// LinesOf returns the parts of earnings that a payout is made of.
func LinesOf(ctx context.Context, tx *db.Tx, payout id.Payout) ([]earnings.Part, error) {
	return db.Collect[earnings.Part](tx.Query(ctx, "SELECT earning_id, units FROM payout_line WHERE payout_id = $1 ORDER BY earning_id", payout))(
		func(r *db.Rows) (p earnings.Part, err error) { return p, r.Scan((*string)(&p.Earning), &p.Units) })
}

// OfEarning returns the payouts that took from an earning.
func OfEarning(ctx context.Context, tx *db.Tx, earning id.Earning) ([]Payout, error) {
	return db.Collect[Payout](tx.Query(ctx, "SELECT "+payoutColumns+" FROM payout WHERE id IN (SELECT payout_id FROM payout_line WHERE earning_id = $1) ORDER BY id", earning))(scanPayout)
}
