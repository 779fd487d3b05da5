// Package payment holds what Ovation knows of the outside world's money: the
// charges, accounts, transfers, payouts and refunds at the payment provider.
//
// # Model
//
// The types of provider.go are neutral facts. They carry our row's id (Ref),
// the provider's id, an amount in our own minor units and an Outcome. The one
// adapter, payment/stripe, makes them out of Stripe's answers; in the sandbox
// the same adapter talks to payment/sandbox.
//
// A fact says what the provider knows at one moment. The reply to our call,
// the webhook and a later look-up all yield the same type, so that one
// function can record an outcome, whichever way the news came.
//
// # Invariants
//
//   - The provider is never called inside a transaction.
//   - A call carries an idempotency key made from our row's id and its attempt,
//     so the same intention has one effect however often it is tried.
//   - A decline is an outcome, not an error. An error says whether anything
//     may have happened: only ErrUnknown leaves that open, and then the same
//     call with the same key finds out.
//   - What arrived (Settled) and the fee are in the currency of our balance,
//     whatever the charge was in.
//   - What tells cards apart (Instrument) is a hash of the provider's mark. A charge
//     has it from its intent on if the card was seen before, else from when its money
//     comes, and never gets another.
//   - Amounts are in the asset's ISO 4217 minor units. Stripe's own list of
//     zero-decimal currencies is known to the adapter alone.
//
// # How to change
//
// A new operation at the provider is a method of the adapter in the file of
// its Stripe resource, a fact here, a handler in the sandbox, and a line in
// the adapter's test that plays every request against Stripe's published API
// description.
package payment
