// Package audit keeps who decided what: every act of an operator, of the host
// platform or of whoever administers the machine, written in the transaction
// of the act itself.
//
// # Model
//
// An entry has a number, an instant, the actor (a person, a key, or Console),
// a dotted verb such as payout.hold, the id of what it was done to, a reason
// where the act has one, a small JSON object of what changed, and the id of the
// request. The numbers have no gap.
//
// What a person does with what is their own is no entry: it stands in their
// events and rows. Neither is what the host measures and sends by the thousand
// (persons it makes, audiences); the tables keep that.
//
// Who acts is an argument of most verbs. Where a verb has none, Of finds it in
// the context, into which the edge has put it (OriginKey).
//
// # Invariants
//
//   - No act without its entry, and no entry without its act: they commit
//     together. The clock of a sandbox and a restored database stand outside of
//     the transaction; their entry is written first, or into the copy.
//   - An entry never changes. hash(n) covers every field of entry n and
//     hash(n−1), each field with its length in front.
//   - No secret is in it, and no e-mail address: of a changed person it has the
//     names of the fields.
//
// Verify recomputes the chain. What it can not see is a log that somebody
// rewrote or cut off with its head; the head that ovation audit prints, kept
// elsewhere, shows that.
//
// # How to change
//
// A new act calls Record next to its statement, and gets a line in
// docs/operations.md. A further field must enter digest, and since a chain must
// read alike for ever, only for entries that have it.
package audit
