package reversal

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
)

// State is where a reversal stands.
type State string

// The states of refunds.
const (
	Proposed State = "proposed" // a second operator has to agree
	Declined State = "declined" // and did not
	Asking   State = "asking"   // the provider is, or may have been, asked
	Pending  State = "pending"  // the provider has it, and the bank not yet
	Refunded State = "refunded" // the money is on its way to who paid
	Failed   State = "failed"   // the provider refused; everything is where it was
	Bounced  State = "bounced"  // the bank sent the money back later: we owe it
	Repaid   State = "repaid"   // and it was paid in another way
)

// The states of disputes.
const (
	Inquiry  State = "inquiry"  // the bank asks, and no money has moved
	Open     State = "open"     // the bank has the money and waits for an answer
	Answered State = "answered" // and looks at the answer
	Won      State = "won"      // the money came back
	Lost     State = "lost"     // it did not
	Closed   State = "closed"   // an inquiry that ended without money
)

// Reversal is money of a charge that goes back to who paid: a refund or a
// dispute.
type Reversal struct {
	ID         string // ref_… or dsp_…
	Charge     id.Payment
	Subject    string // what the charge paid for: a coin purchase or a tip
	Person     id.Person
	Amount     money.Amount // of the charge
	Reason     string       // a word: see Reasons and the bank's reasons of disputes
	Note       string       // an operator's words
	AskedBy    string       // the person, the key or "provider"
	Unspent    bool         // only coins that were not spent go back
	Decision   string       // the first refund of those that were decided as one; "" of a single one
	Limit      money.Amount // above it a second person has to agree; without an asset to everything
	AgreedBy   string       // the person who did
	Lot        id.Lot       // "" of a tip
	LotCoins   int64        // set aside, because they were not spent
	LotUnits   int64        // what these were sold for, in the asset of Amount
	SpentCoins int64        // of the lot, whose gifts are taken back
	State      State
	Provider   string // the provider's id
	Attempt    int64
	AskedUS    int64        // when the provider was asked first under this attempt
	Moved      money.Amount // what the provider took of our balance; without an asset while that is not known
	Beyond     int64        // of the amount: what a dispute took although it had gone back before
	Fee        int64        // in the asset of Moved: what it took besides, for a dispute
	Failure    string       // a code
	FailureWhy string       // a sentence
	Evidence   string       // the answer to a dispute
	RepayBy    string       // who proposed to note that a bounced refund was paid in another way
	RepayHow   string       // and how
	DueUS      int64        // until when a dispute has to be answered; 0 if nobody said
	OpenedUS   int64
	RefundedUS int64 // 0 while it was not; a bank may send the money back later
	LostUS     int64 // when a dispute was lost, which may be won later; 0 if it was not
	EndedUS    int64 // 0 while it is not decided

	Replayed bool // the key had asked for this refund before
}

// IsDispute reports whether a bank takes the money and not we give it.
func (r *Reversal) IsDispute() bool { return id.KindOf(r.ID) == id.KindDispute }

// own is the part of the amount that had not gone back before.
func (r *Reversal) own() int64 { return r.Amount.Units - r.Beyond }

// Holds reports whether coins and earnings are held until it is decided.
func (r *Reversal) Holds() bool {
	switch r.State {
	case Asking, Pending, Open, Answered:
		return true
	}
	return false
}

// Begun reports whether anything has happened: more than that somebody proposed it.
func (r *Reversal) Begun() bool { return r.State != Proposed && r.State != Declined }

// Told is what the person who paid is told about a refund that went wrong. What the
// provider says, and operators, is for operators.
func (r *Reversal) Told() string {
	switch r.State {
	case Failed:
		return "The payment provider did not take the refund, and everything is where it was. Write to the operator."
	case Bounced:
		return "The bank sent the refund back. You are owed the money, and it is paid in another way."
	}
	return ""
}

// live are the states in which something is taken from somebody: held or kept.
const live = "('asking', 'pending', 'refunded', 'bounced', 'repaid', 'open', 'answered', 'lost')"

const columns = `id, charge_id, subject, person_id, amount_units, amount_asset, unspent_only, reason, note, asked_by, decision_id, agree_units, agree_asset, agreed_by,
	lot_id, lot_coins, lot_units, spent_coins, state, provider_id, attempt, asked_us, moved_units, moved_asset, beyond_units, fee_units, failure_code, failure_reason, evidence,
	repay_by, repay_how, due_us, opened_us, refunded_us, lost_us, ended_us`

func scan(row *db.Rows) (r Reversal, err error) {
	return r, row.Scan(&r.ID, (*string)(&r.Charge), &r.Subject, (*string)(&r.Person), &r.Amount.Units, (*string)(&r.Amount.Asset), &r.Unspent, &r.Reason, &r.Note, &r.AskedBy,
		&r.Decision, &r.Limit.Units, (*string)(&r.Limit.Asset), &r.AgreedBy, (*string)(&r.Lot), &r.LotCoins, &r.LotUnits, &r.SpentCoins, (*string)(&r.State), &r.Provider,
		&r.Attempt, &r.AskedUS, &r.Moved.Units, (*string)(&r.Moved.Asset), &r.Beyond, &r.Fee, &r.Failure, &r.FailureWhy, &r.Evidence, &r.RepayBy, &r.RepayHow,
		&r.DueUS, &r.OpenedUS, &r.RefundedUS, &r.LostUS, &r.EndedUS)
}

// Get returns one refund or dispute.
func Get(ctx context.Context, tx *db.Tx, reversal string) (Reversal, error) {
	r, found, err := one(tx.Query(ctx, "SELECT "+columns+" FROM reversal WHERE id = $1", reversal))
	if err == nil && !found {
		err = fault.New(fault.NotFound, "There is no %s.", fault.Clip(reversal))
	}
	return r, err
}

func byProvider(ctx context.Context, tx *db.Tx, provider string) (Reversal, bool, error) {
	return one(tx.Query(ctx, "SELECT "+columns+" FROM reversal WHERE provider_id = $1 AND provider_id <> ''", provider))
}

func one(rows *db.Rows, err error) (Reversal, bool, error) {
	all, err := db.Collect[Reversal](rows, err)(scan)
	if err != nil || len(all) == 0 {
		return Reversal{}, false, err
	}
	return all[0], true, nil
}

// insert writes a new row. key is the idempotency key of the request.
func (r *Reversal) insert(ctx context.Context, tx *db.Tx, key string, fingerprint int64) error {
	r.OpenedUS = tx.NowUS()
	r.timed()
	_, err := tx.Exec(ctx, "INSERT INTO reversal ("+columns+`, idem_key, fingerprint) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
		$24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38)`,
		r.ID, r.Charge, r.Subject, r.Person, r.Amount.Units, string(r.Amount.Asset), r.Unspent, r.Reason, r.Note, r.AskedBy, r.Decision, r.Limit.Units, string(r.Limit.Asset), r.AgreedBy,
		r.Lot, r.LotCoins, r.LotUnits, r.SpentCoins, string(r.State), r.Provider, r.Attempt, r.AskedUS, r.Moved.Units, string(r.Moved.Asset), r.Beyond, r.Fee, r.Failure, r.FailureWhy, r.Evidence,
		r.RepayBy, r.RepayHow, r.DueUS, r.OpenedUS, r.RefundedUS, r.LostUS, r.EndedUS, key, fingerprint)
	return err
}

// save writes what changes of a row.
func (r *Reversal) save(ctx context.Context, tx *db.Tx) error {
	r.timed()
	_, err := tx.Exec(ctx, `UPDATE reversal SET lot_id = $2, lot_coins = $3, lot_units = $4, spent_coins = $5, state = $6, provider_id = $7, attempt = $8, asked_us = $9,
		moved_units = $10, moved_asset = $11, fee_units = $12, failure_code = $13, failure_reason = $14, evidence = $15, due_us = $16, ended_us = $17, reason = $18, beyond_units = $19,
		agreed_by = $20, repay_by = $21, repay_how = $22, refunded_us = $23, lost_us = $24 WHERE id = $1`,
		r.ID, r.Lot, r.LotCoins, r.LotUnits, r.SpentCoins, string(r.State), r.Provider, r.Attempt, r.AskedUS, r.Moved.Units, string(r.Moved.Asset), r.Fee,
		r.Failure, r.FailureWhy, r.Evidence, r.DueUS, r.EndedUS, r.Reason, r.Beyond, r.AgreedBy, r.RepayBy, r.RepayHow, r.RefundedUS, r.LostUS)
	return err
}

// timed keeps when it was refunded or lost, whatever becomes of it later.
func (r *Reversal) timed() {
	switch r.State {
	case Refunded:
		r.RefundedUS = r.EndedUS
	case Lost:
		r.LostUS = r.EndedUS
	}
}

// outcome is the reversal as the first answer that knew an outcome told it: what a
// bank sends back later was refunded.
func (r Reversal) outcome() Reversal {
	if r.State == Bounced || r.State == Repaid {
		r.State, r.EndedUS, r.Failure, r.FailureWhy = Refunded, r.RefundedUS, "", ""
	}
	return r
}
