// Package stripe is the only adapter to a payment provider. It speaks Stripe
// with Stripe's own client library; Config.BaseURL points it at Stripe, at
// payment/sandbox or at stripe-mock, and the code path is the same.
//
// # Model
//
// A method takes a neutral request of package payment, makes one call and
// returns a neutral fact. The request carries our row's id (Ref) and the
// number of the attempt; both make the idempotency key, and the row's id also
// goes into the metadata, so that events and look-ups lead back to the row.
//
//	customer → card (CreateCheckout, SavedCards) → CreateCharge → event
//	account → AccountLink → CreateTransfer → CreatePayout → event
//
// A decline is not an error: it is a Charge with the outcome Failed and the
// reason. Errors are *payment.Error; errors.Is with payment.ErrUnknown and
// its siblings tells what to do:
//
//   - ErrUnknown: nobody knows whether it happened. Make the same call again
//     with the same request; the key makes it one effect. Stripe forgets keys
//     after 24 hours: later than that, look the object up instead.
//   - ErrUnavailable, ErrRateLimited: nothing happened; later, same request.
//   - ErrInvalid, ErrInsufficient, ErrNotFound, ErrConfig: nothing happened,
//     and Stripe keeps this answer for the key. A new try needs a new Attempt.
//   - ErrKeyReused: a row was sent again with other parameters. That is a bug.
//
// # Invariants
//
//   - Every call that changes anything carries our key; the library's own
//     retries, telemetry and logging are off. (Go's transport repeats a call
//     whose reused connection broke, with the same key.)
//   - Every call has a deadline.
//   - Card numbers never pass through here; people type them on Stripe's page.
//   - Amounts cross in Stripe's units: its zero-decimal list is not ISO's.
//   - A webhook is believed only with a signature made with one of our
//     secrets at most five minutes ago by the injected time.
//
// # How to change
//
// One file holds one Stripe resource. A new method gets its handler in
// payment/sandbox and its line in TestEveryRequestIsStripes, which plays it
// against Stripe's published API description.
package stripe
