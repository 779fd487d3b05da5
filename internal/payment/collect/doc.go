// Package collect takes money from people's cards, for whatever product.
//
// # Model
//
// A charge walks through two transactions with a call between them. The first
// writes the intent: the product's row, the charge that is to be made (Begin),
// and the due work that finds out what became of it. Then the provider is
// called with a key made from the charge's id (Pay). The second writes the
// outcome.
//
// The reply to the call, the provider's webhook (Observe), the due work
// (Settle) and the poller all end in the same function, settle. Whichever comes
// first has the effect; the others find it done.
//
// A product registers what its purpose means: what to do in the transaction in
// which the money came, in the one in which the provider said later what it
// kept and what arrived, and in the one in which it is known that no money comes.
//
// # Invariants
//
//   - The provider is never called inside a transaction.
//   - A charge is made at most once: its key is its row's, and once the provider
//     may have forgotten keys the charge is looked up, and given up unless found.
//   - No outcome stays unknown: the due work asks until there is one, and the
//     sweep plans it anew where it is gone.
//   - What waits for the person is given up after an hour, on the provider's page
//     and at the bank alike.
//   - Succeeded or Failed runs once for a charge, and so does Arrived, if the
//     entry was not known when it succeeded.
//   - The provider is asked which card is to pay before the intent (Recognize), if
//     that card was never seen here; without an answer the outcome tells.
//   - A person is known to the provider under one id, also when two first
//     payments are made at once.
//
// # How to change
//
// A product that charges people registers its purpose in its NewService; it
// need not know how a charge ends. The pace of the due work stands in settle.go.
package collect
