// Package purchase sells coins for money.
//
// # Model
//
// A purchase is charged by package payment/collect: the intent is one
// transaction, the outcome another, and the provider is called between them.
// When the money came, the lot of coins, the provider's fee and the deferred
// revenue are one ledger transfer.
//
// The provider may say what it took of the money later than that it came.
// Then the lot is there at once, and the fee is a transfer of its own.
//
// The money may come in another currency than it was charged in. The price
// stays in the fan's; what came, and the fee of it, are booked in ours, through
// an account of conversions: see docs/adr/0008.
//
// # Invariants
//
//   - A person's key makes at most one purchase; a purchase is charged at
//     most once; a paid purchase has exactly one lot.
//   - The fee and the conversion are booked once, when they are known; nobody
//     waits for coins until they are.
//   - What the person bounds (package limit) is asked in the transaction of the
//     intent, which counts from then on, and no longer when the charge has failed.
//   - The same call is answered the same: see docs/adr/0006.
//
// # How to change
//
// What is sold and for how much is wallet's price list. A further way to pay
// is package collect's matter; what a payment buys stands in settle.go.
package purchase
