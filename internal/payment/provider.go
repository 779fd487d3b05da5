package payment

import (
	"fmt"
	"time"

	"github.com/ovationhq/ovation/internal/money"
)

// Outcome is how far a thing has come at the provider.
type Outcome string

// The outcomes. Succeeded, Failed and Canceled are final, with two exceptions:
// a payout that has succeeded may still come back as Failed from the bank, and
// a charge that Failed on a checkout page may still succeed with another card
// until the Checkout itself is Succeeded or Canceled.
const (
	Succeeded      Outcome = "succeeded"
	Failed         Outcome = "failed"
	RequiresAction Outcome = "requires_action" // a person has to do something: a 3-D Secure page, another card
	Pending        Outcome = "pending"         // accepted, and on its way
	Canceled       Outcome = "canceled"
	Unknown        Outcome = "unknown" // the provider did not answer: ask again with the same key
)

// Kind says what a provider's error means for us. It is an error itself, so
// that errors.Is(err, ErrUnknown) works.
type Kind string

// Error implements error.
func (k Kind) Error() string { return "payment: " + string(k) }

// The kinds of errors. Only ErrUnknown leaves open whether something happened.
const (
	ErrUnknown      Kind = "outcome unknown"      // timeout, broken connection, 5xx: same key again, or look up
	ErrUnavailable  Kind = "provider unavailable" // never reached the provider: nothing happened
	ErrRateLimited  Kind = "rate limited"         // nothing happened: slow down, then the same key again
	ErrInvalid      Kind = "request refused"      // the provider will not do it: see Code and Reason
	ErrNotFound     Kind = "not found"            // no such object there, or none of ours
	ErrInsufficient Kind = "balance insufficient" // our balance or the account's does not cover it
	ErrKeyReused    Kind = "key reused"           // the same key was used with other parameters: a bug of ours
	ErrConfig       Kind = "not permitted"        // our key or our account lacks the right
)

// Error is what went wrong at the provider. Reason is a plain sentence.
type Error struct {
	Kind       Kind
	Code       string // the provider's code, such as balance_insufficient
	Reason     string
	Param      string        // the parameter that was refused, if one was
	RequestID  string        // the provider's id of the request, for its support
	RetryAfter time.Duration // > 0 when the provider said how long to wait
	Cause      error
}

// Error implements error.
func (e *Error) Error() string {
	return fmt.Sprintf("payment: %s: %s (%s %s)", string(e.Kind), e.Reason, e.Code, e.RequestID)
}

// Is lets errors.Is find the kind.
func (e *Error) Is(target error) bool {
	k, ok := target.(Kind)
	return ok && k == e.Kind
}

// Unwrap returns the error that led to this one.
func (e *Error) Unwrap() error { return e.Cause }

// Decline is why a card was refused.
type Decline struct {
	Code         string // insufficient_funds, expired_card, authentication_required…
	Reason       string // a plain sentence for the person who pays
	Authenticate bool   // the bank wants the person present: pay again on a page
	Final        bool   // this card will not work by trying again later
}

// Card is a saved card. No number is ever known to us.
type Card struct {
	ID          string // the provider's id of the payment method
	Brand       string
	Last4       string
	ExpMonth    int
	ExpYear     int
	Country     string
	Funding     string // credit, debit, prepaid
	Fingerprint string // the same for the same card, whoever saved it
	Expired     bool   // its month was over when it was looked at
}

// Over reports whether the month in which the card expires has ended everywhere on
// earth, as far as the provider knows.
func (c *Card) Over(now time.Time) bool {
	return c.ExpYear > 0 && now.UTC().Add(-12*time.Hour).After(time.Date(c.ExpYear, time.Month(c.ExpMonth)+1, 1, 0, 0, 0, 0, time.UTC))
}

// Charge is a payment of a person to us.
type Charge struct {
	ID          string // the provider's id of the payment
	Ref         string // our row's id
	Page        string // the Checkout on which it is paid, if it is known
	Outcome     Outcome
	Amount      money.Amount
	Customer    string
	Card        *Card
	Decline     *Decline     // set when the last attempt was declined
	ActionURL   string       // set when Outcome is RequiresAction: where the person goes
	ChargeID    string       // the provider's id of the last attempt
	EntryID     string       // the balance entry of the money, once there is one
	Settled     money.Amount // what the charge came to in the currency of our balance; without an asset while that is not known
	Fee         money.Amount // the provider's fee, in the currency of our balance
	Rate        string       // the exchange rate between Amount and Settled as the provider tells it; "" when nothing was converted
	AvailableAt time.Time    // when the money can be sent on; zero while unknown
	Refunded    money.Amount // what was given back so far
	Disputed    bool
	CreatedAt   time.Time
}

// Checkout is a page of the provider on which a person pays or saves a card.
type Checkout struct {
	ID        string
	Ref       string
	URL       string // where the person goes; empty once it is over
	Outcome   Outcome
	ChargeID  string // the Charge.ID of the payment, once there is one
	Customer  string
	ExpiresAt time.Time
}

// Account is a creator's account at the provider.
type Account struct {
	ID               string
	Ref              string
	Country          string
	Currency         money.Asset
	DetailsSubmitted bool
	TransfersEnabled bool // we may send money to the account
	PayoutsEnabled   bool // the account may send money to its bank
	CurrentlyDue     []string
	PastDue          []string
	InReview         []string  // handed in, being checked by the provider
	Deadline         time.Time // until when it wants what is due; zero while it has not said
	DisabledReason   string    // empty when nothing is wrong
	BankLast4        string
	BankName         string
	BankPrint        string        // the same for the same banks; "" without one
	BankCurrencies   []money.Asset // the currencies in which there is a bank
}

// Ready reports whether money can go all the way to the creator's bank.
func (a Account) Ready() bool { return a.TransfersEnabled && a.PayoutsEnabled }

// Transfer is money sent from our balance to a creator's account.
type Transfer struct {
	ID          string
	Ref         string
	Account     string
	Amount      money.Amount
	Reversed    money.Amount
	Group       string
	Outcome     Outcome
	EntryID     string
	Destination string // the payment in the creator's account
	CreatedAt   time.Time
}

// Payout is money sent from a creator's account to the creator's bank.
type Payout struct {
	ID            string
	Ref           string
	Account       string
	Amount        money.Amount
	Outcome       Outcome // Pending, Succeeded, Failed, Canceled
	InTransit     bool    // handed to the bank
	ArrivesAt     time.Time
	FailureCode   string
	FailureReason string
	EntryID       string
	CreatedAt     time.Time
}

// Refund is money given back to the person who paid.
type Refund struct {
	ID        string
	Ref       string
	Charge    string // Charge.ID
	Amount    money.Amount
	Outcome   Outcome // Pending, Succeeded, Failed, Canceled, RequiresAction
	Reason    string
	EntryID   string
	Settled   money.Amount // what it took of our balance; without an asset while that is not known
	Back      money.Amount // what came back to our balance of one that failed; without an asset while that is not known
	CreatedAt time.Time
}

// Dispute is a chargeback or an inquiry about one.
type Dispute struct {
	ID       string
	Charge   string // Charge.ID
	ChargeID string
	Amount   money.Amount
	Fee      money.Amount // what the provider took for it so far; negative is given back
	Taken    money.Amount // what of our balance the bank has now, in the currency of our balance; without an asset while nothing has moved
	Returned money.Amount // what came back of what it had taken; without an asset while nothing has
	Charged  money.Amount // the fees that were taken, of Fee
	Answered bool         // an answer was handed in
	Reason   string
	Outcome  Outcome // Pending while open, Failed when lost, Succeeded when won
	Inquiry  bool    // a question without money moved
	DueBy    time.Time
}

// Balance is the provider's balance of one account in one currency.
type Balance struct {
	Available money.Amount
	Pending   money.Amount
}

// Entry is one movement on a provider's balance. Net = Amount − Fee.
type Entry struct {
	ID          string
	Type        string // charge, refund, transfer, payout, adjustment…
	Source      string // the provider's id of what caused it
	SourceKind  string // what that is: charge, refund, dispute, transfer, transfer_reversal, payout…; "" if nothing did
	Ref         string // our row's id, where the source carries it
	Parent      string // the Charge.ID of what it belongs to: of a charge itself, of a refund, of a dispute
	Amount      money.Amount
	Fee         money.Amount
	Net         money.Amount
	AvailableAt time.Time
	Available   bool
	CreatedAt   time.Time
}

// Event is news from the provider. The object may have changed since: fetch
// its present state by Object and ObjectID (and Account) before acting, or
// use a snapshot where order does not matter.
type Event struct {
	ID        string
	Type      string // as the provider calls it: payment_intent.succeeded, payout.failed…
	Account   string // the creator's account it happened in; empty for our own
	Object    string // payment_intent, checkout.session, account, payout, refund, dispute…
	ObjectID  string
	Parent    string // the Charge.ID a refund, dispute or charge belongs to
	Ref       string // our row's id, where the object carries it
	Live      bool
	CreatedAt time.Time
}

// CustomerRequest asks for the provider's record of a person.
type CustomerRequest struct {
	Ref   string // the person's id
	Email string
	Name  string
}

// ChargeRequest asks for money from a saved card.
type ChargeRequest struct {
	Ref         string // our row's id; with Attempt it makes the idempotency key
	Attempt     int    // counts the tries with another card or after a decline
	Amount      money.Amount
	Customer    string
	Card        string // Card.ID
	OffSession  bool   // the person is not there: never asks for 3-D Secure
	ReturnURL   string // where the person comes back after 3-D Secure
	Description string
	Group       string // ties the transfers of this money to it
	Statement   string // up to 22 characters on the card statement
}

// CheckoutRequest asks for a page on which a person pays or saves a card.
type CheckoutRequest struct {
	Ref         string
	Attempt     int
	Customer    string
	Amount      money.Amount // zero with SaveOnly
	Description string       // what is bought, as the page shows it
	SaveOnly    bool         // no payment: the card is saved for later
	SaveCard    bool         // the card that pays is saved too
	Group       string
	SuccessURL  string
	CancelURL   string
	ExpiresAt   time.Time // zero: the provider's default of 24 hours
}

// AccountRequest asks for a creator's account.
type AccountRequest struct {
	Ref     string
	Attempt int    // counts the accounts that this person was given before
	Country string // ISO 3166-1 alpha-2
	Email   string
}

// AccountLinkRequest asks for a one-time page on which the creator completes
// the account.
type AccountLinkRequest struct {
	Account    string
	ReturnURL  string
	RefreshURL string // where the creator goes when the link is too old
}

// TransferRequest asks for money to be sent to a creator's account.
type TransferRequest struct {
	Ref         string
	Attempt     int
	Account     string
	Amount      money.Amount
	Group       string
	Description string
}

// ReversalRequest takes back a transfer, or a part of it.
type ReversalRequest struct {
	Ref      string
	Attempt  int
	Transfer string
	Amount   money.Amount
}

// PayoutRequest asks for an account's money to be sent to its bank.
type PayoutRequest struct {
	Ref         string
	Attempt     int
	Account     string
	Amount      money.Amount
	Description string
	Statement   string
}

// RefundRequest gives a charge back, or a part of it.
type RefundRequest struct {
	Ref     string
	Attempt int
	Charge  string // Charge.ID
	Amount  money.Amount
	Reason  string // requested_by_customer, duplicate or fraudulent
}
