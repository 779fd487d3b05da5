package payment

import (
	"context"
	"errors"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
)

// UnderWay is the condition of the charges whose outcome or fee is not known
// yet. It is that of an index, word for word, which answers whoever asks with it.
const UnderWay = "(outcome IN ('unknown', 'requires_action', 'pending') OR (outcome = 'succeeded' AND settled_asset = ''))"

// Record is our row of a charge: the intent, written before the provider is
// called, and the outcome as far as it is known.
type Record struct {
	ID      id.Payment
	Purpose string // what is paid for, such as coins
	Subject string // the row that is paid for; charged at most once
	Person  id.Person
	Amount  money.Amount
	Card    string // the provider's id of the card that pays; "" is paid on a page of the provider
	// Instrument tells the card apart from others, whoever saved it: see
	// Card.Instrument. "" is not known yet; what was known once does not change.
	Instrument string
	Page       string // the provider's id of that page
	ReturnURL  string // where the person comes back after 3-D Secure
	Outcome    Outcome
	Provider   string // the provider's id; "" until it answered
	ActionURL  string
	Settled    money.Amount // what arrived on our balance; without an asset until the provider says so
	FeeUnits   int64        // of it, the provider's fee, in its asset; 0 until Settled is known
	Brand      string
	Last4      string
	Decline    Decline // Code and Reason only
	Refunded   int64   // of Amount, went back or is on its way
	Disputed   int64   // of Amount, taken back by a bank, or it may keep it
	CreatedUS  int64
	UpdatedUS  int64
}

// OnPage reports whether the person pays on a page of the provider.
func (r *Record) OnPage() bool { return r.Card == "" }

// Final reports whether the outcome can not change any more.
func (r *Record) Final() bool {
	return r.Outcome == Succeeded || r.Outcome == Failed || r.Outcome == Canceled
}

// EntryKnown reports whether the provider has said what arrived on our balance.
func (r *Record) EntryKnown() bool { return r.Settled.Asset != "" }

// Fee is what the provider kept of Settled.
func (r *Record) Fee() money.Amount { return money.Amount{Units: r.FeeUnits, Asset: r.Settled.Asset} }

// Converted reports whether something else arrived on our balance than was
// charged, which is so when the balance is kept in another currency.
func (r *Record) Converted() bool { return r.EntryKnown() && r.Settled != r.Amount }

// FeeOpen reports whether the money came and the provider has not said yet
// what it took of it.
func (r *Record) FeeOpen() bool { return r.Outcome == Succeeded && !r.EntryKnown() }

const recordColumns = `id, purpose, subject, person_id, amount_units, amount_asset, card, return_url, outcome, provider_id, action_url,
	settled_units, settled_asset, fee_units, card_brand, card_last4, decline_code, decline_reason, created_us, updated_us, refunded_units, disputed_units, page_id, instrument`

func scanRecord(r *db.Rows) (c Record, err error) {
	return c, r.Scan((*string)(&c.ID), &c.Purpose, &c.Subject, (*string)(&c.Person), &c.Amount.Units, (*string)(&c.Amount.Asset), &c.Card, &c.ReturnURL,
		(*string)(&c.Outcome), &c.Provider, &c.ActionURL, &c.Settled.Units, (*string)(&c.Settled.Asset), &c.FeeUnits, &c.Brand, &c.Last4,
		&c.Decline.Code, &c.Decline.Reason, &c.CreatedUS, &c.UpdatedUS, &c.Refunded, &c.Disputed, &c.Page, &c.Instrument)
}

// Intend writes down that the person is to be charged, before the provider
// hears of it. The row's id makes the key of the provider's idempotency.
func Intend(ctx context.Context, tx *db.Tx, r Record) (_ Record, err error) {
	if r.Card != "" {
		if r.Instrument, err = InstrumentOf(ctx, tx, r.Person, r.Card); err != nil {
			return r, err
		}
	}
	r.ID, r.Outcome, r.CreatedUS, r.UpdatedUS = id.Payment(tx.NewID(id.KindPayment)), Unknown, tx.NowUS(), tx.NowUS()
	_, err = tx.Exec(ctx, "INSERT INTO payment_charge ("+recordColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', '', 0, '', 0, '', '', '', '', $10, $10, 0, 0, '', $11)`,
		r.ID, r.Purpose, r.Subject, r.Person, r.Amount.Units, string(r.Amount.Asset), r.Card, r.ReturnURL, string(r.Outcome), r.CreatedUS, r.Instrument)
	return r, err
}

// Get returns our row of a charge.
func Get(ctx context.Context, tx *db.Tx, charge id.Payment) (Record, error) {
	return oneRecord(tx.Query(ctx, "SELECT "+recordColumns+" FROM payment_charge WHERE id = $1", charge))
}

// ForSubject returns the charge of the row that is paid for.
func ForSubject(ctx context.Context, tx *db.Tx, subject string) (Record, error) {
	return oneRecord(tx.Query(ctx, "SELECT "+recordColumns+" FROM payment_charge WHERE subject = $1", subject))
}

// ForSubjects returns the charges of the rows that are paid for, by the rows' ids.
func ForSubjects[S ~string](ctx context.Context, tx *db.Tx, subjects []S) (map[S]Record, error) {
	found := map[S]Record{}
	if len(subjects) == 0 {
		return found, nil
	}
	list := make([]any, len(subjects))
	for i, s := range subjects {
		list[i] = string(s)
	}
	all, err := db.Collect[Record](tx.QueryList(ctx, "SELECT "+recordColumns+" FROM payment_charge WHERE subject IN ($list)", list))(scanRecord)
	for _, r := range all {
		found[S(r.Subject)] = r
	}
	return found, err
}

// ForProvider returns the charge with the provider's id.
func ForProvider(ctx context.Context, tx *db.Tx, providerID string) (Record, error) {
	return oneRecord(tx.Query(ctx, "SELECT "+recordColumns+" FROM payment_charge WHERE provider_id = $1 AND provider_id <> ''", providerID))
}

func oneRecord(rows *db.Rows, err error) (Record, error) {
	all, err := db.Collect[Record](rows, err)(scanRecord)
	if err != nil {
		return Record{}, err
	}
	if len(all) == 0 {
		return Record{}, fault.New(fault.NotFound, "There is no such payment.")
	}
	return all[0], nil
}

// Apply records what the provider knows of a charge. changed says that the
// outcome is new; the caller then books its effect in the same transaction. A
// final outcome never changes again, in whatever order the news come.
func Apply(ctx context.Context, tx *db.Tx, charge id.Payment, fact Charge) (r Record, changed bool, err error) {
	if r, err = Get(ctx, tx, charge); err != nil {
		return r, false, err
	}
	if r.Final() {
		return r, false, nil
	}
	if fact.Amount != r.Amount {
		return r, false, errors.New("payment: the provider's charge " + fact.ID + " has another amount than " + string(r.ID))
	}
	changed = fact.Outcome != r.Outcome
	if !fact.entryKnown() {
		fact.Settled, fact.Fee = money.Amount{}, money.Amount{}
	}
	r.Outcome, r.Provider, r.ActionURL, r.Settled, r.FeeUnits, r.UpdatedUS = fact.Outcome, fact.ID, fact.ActionURL, fact.Settled, fact.Fee.Units, tx.NowUS()
	if fact.Page != "" {
		r.Page = fact.Page
	}
	if fact.Card != nil {
		r.Brand, r.Last4 = fact.Card.Brand, fact.Card.Last4
	}
	if fact.Decline != nil {
		r.Decline = *fact.Decline
	}
	if r.Outcome == Succeeded && r.Instrument == "" { // one that was declined did not pay
		if r.Instrument = fact.Card.Instrument(); r.Instrument != "" {
			if err := KeepCards(ctx, tx, r.Person, *fact.Card); err != nil {
				return r, false, err
			}
		}
	}
	_, err = tx.Exec(ctx, `UPDATE payment_charge SET outcome = $2, provider_id = $3, action_url = $4, settled_units = $5, settled_asset = $6, fee_units = $7,
		card_brand = $8, card_last4 = $9, decline_code = $10, decline_reason = $11, updated_us = $12, page_id = $13, instrument = $14 WHERE id = $1`,
		r.ID, string(r.Outcome), r.Provider, r.ActionURL, r.Settled.Units, string(r.Settled.Asset), r.FeeUnits, r.Brand, r.Last4, r.Decline.Code, r.Decline.Reason, r.UpdatedUS, r.Page, r.Instrument)
	return r, changed, err
}

// entryKnown reports whether the fact tells what arrived on our balance, in
// amounts that can be booked. Anything else is as good as not told: the money
// came, and no figure of the provider's may keep the person from what was paid.
func (c *Charge) entryKnown() bool {
	return c.Settled.Asset.IsCurrency() && c.Settled.Units >= 0 && c.Settled.Units <= money.Max && c.Fee.Units >= 0 && c.Fee.Units <= money.Max
}

// ApplyFee records what the provider took of a charge whose money came before
// it said so. changed says that the fee is new; the caller then books it in the
// same transaction. It is said once.
func ApplyFee(ctx context.Context, tx *db.Tx, charge id.Payment, fact Charge) (r Record, changed bool, err error) {
	if r, err = Get(ctx, tx, charge); err != nil || !r.FeeOpen() || fact.ID != r.Provider || !fact.entryKnown() {
		return r, false, err
	}
	r.Settled, r.FeeUnits, r.UpdatedUS = fact.Settled, fact.Fee.Units, tx.NowUS()
	_, err = tx.Exec(ctx, "UPDATE payment_charge SET settled_units = $2, settled_asset = $3, fee_units = $4, updated_us = $5 WHERE id = $1",
		r.ID, r.Settled.Units, string(r.Settled.Asset), r.FeeUnits, r.UpdatedUS)
	return r, true, err
}

// CustomerOf returns the provider's id of the person, or "".
func CustomerOf(ctx context.Context, tx *db.Tx, person id.Person) (string, error) {
	var provider string
	err := tx.Row(ctx, "SELECT provider_id FROM payment_customer WHERE person_id = $1", person).Scan(&provider)
	if errors.Is(err, db.ErrNoRows) {
		return "", nil
	}
	return provider, err
}

// SaveCustomer keeps the provider's id of the person.
func SaveCustomer(ctx context.Context, tx *db.Tx, person id.Person, providerID string) error {
	_, err := tx.Exec(ctx, "INSERT INTO payment_customer (person_id, provider_id) VALUES ($1, $2) ON CONFLICT (person_id) DO NOTHING", person, providerID)
	return err
}

// GoBack counts so much of the charge as refunded or disputed; below zero it does
// so no longer. The schema refuses more than was charged.
func GoBack(ctx context.Context, tx *db.Tx, charge id.Payment, refunded, disputed int64) error {
	_, err := tx.Exec(ctx, "UPDATE payment_charge SET refunded_units = refunded_units + $2, disputed_units = disputed_units + $3, updated_us = $4 WHERE id = $1",
		charge, refunded, disputed, tx.NowUS())
	return err
}

// Left is what of the charge could still go back.
func (r *Record) Left() int64 { return r.Amount.Units - r.Refunded - r.Disputed }

// Return is how much of a charge went back to who paid it.
type Return string

// The words for it. Where a bank took something, or may keep it, it is disputed,
// whatever was refunded besides.
const (
	NothingBack  Return = "none"
	PartBack     Return = "partial"
	AllBack      Return = "full"
	DisputedBack Return = "disputed"
)

// Return tells how much of the charge went back, or is on its way.
func (r *Record) Return() Return {
	switch {
	case r.Disputed > 0:
		return DisputedBack
	case r.Refunded == 0:
		return NothingBack
	case r.Left() > 0:
		return PartBack
	}
	return AllBack
}

// PaidBy returns the charges of a person that succeeded, the latest first.
func PaidBy(ctx context.Context, tx *db.Tx, person id.Person) ([]Record, error) {
	return db.Collect[Record](tx.Query(ctx, "SELECT "+recordColumns+" FROM payment_charge WHERE person_id = $1 AND outcome = 'succeeded' ORDER BY id DESC", person))(scanRecord)
}
