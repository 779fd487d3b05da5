// Package wallet keeps the coins that fans hold.
//
// # Model
//
// The coins of one purchase or promotion are a lot with a ledger account of
// its own. A person's wallet is the lots that still hold coins. Spending
// takes coins first-in first-out, paid lots before promotional ones, so that
// every coin of a gift can be followed back to the card payment that bought
// it, and a refund or a dispute concerns exactly the coins it paid for.
//
// The money of a lot is deferred revenue until its coins are given. Spending
// moves it to revenue in proportion; rounding is by the running total, so
// that when the last coin of a lot is spent exactly its price has moved.
//
// # Invariants
//
//   - A lot holds between 0 and the coins bought; open says whether above 0.
//   - The deferred revenue equals what the unspent coins were sold for.
//   - Coins never go from one person to another.
//
// # How to change
//
// Packs are dated rows (Install); a price in code is a mistake. What may take
// coins out of a lot is listed in the ledger's rules (RuleNoPersonMix).
package wallet
