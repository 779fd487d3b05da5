// Package ledger keeps the books: double entry in integers, append-only,
// hash-chained, and correct at every moment.
//
// # Model
//
// An account is a path and an asset, such as creator/usr_…/available in USD.
// A transfer happens once for its cause and kind, at one instant, under one
// version of the rules; its lines each move an amount from one account to
// another of the same asset. So every transfer sums to zero by its form, and
// the sum of all balances of an asset is zero at any time.
//
// Claims are positive: what we owe somebody is a balance above zero. The
// world's side is negative: provider/stripe stands below zero by exactly
// what the provider holds for us.
//
// A Book holds the accounts that a closure works with. Post applies a
// transfer to it in memory and refuses one that would take an account below
// its floor; Flush writes everything with one statement a table. A use case
// with one transfer calls the function Post, which is a Book of one. A Book
// knows its accounts as they were when it loaded them, so one Book is open at
// a time: the second of two to be flushed fails, and its closure with it.
//
// # Invariants
//
//   - A balance equals the sum of the account's lines, in the same write.
//   - A balance is not below the account's floor: 0, or no floor for the
//     accounts that FloorOf names. Held by Book.Post and by the schema.
//   - (cause, kind) is unique for ever; seq has no gap; at never falls.
//   - hash(n) covers every field of transfer n and hash(n−1).
//
// Verify recomputes all of it, and every column of every row takes part in it.
// What it can not see is a journal that somebody rewrote or cut off with all
// its balances and hashes; a head that was kept elsewhere shows that (Anchor).
// Packages above add checks of their own rules. A rule that wants every line rides
// along (Check.Ride): the lines are most of the books, and are read once.
//
// # How to change
//
// A new kind of account needs nothing here unless it may go below zero: then
// it belongs in FloorOf. A field of a transfer must enter digest, or it can be
// changed without notice; and since a chain must read alike for ever, it enters
// only for transfers that have it.
//
// # Reading
//
// The journal has no index by account: most entries of one would dirty a page
// of their own, and the hot path would write twice as much. Instead an account
// names the last transfer that touched it, and each line the one before on
// both of its sides. OfAccount and Transfers walk that trail; a balance at an
// earlier instant is the sum of one stretch of the journal, from the nearer
// end.
package ledger
