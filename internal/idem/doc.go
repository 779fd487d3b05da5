// Package idem keeps the first answer to a request that moves money, so that
// the same request sent again gets the same answer and has no second effect.
//
// # Model
//
// A Call names a request: who asks (Caller), for what (Operation), under which
// key (Idempotency-Key), and the fingerprint of what exactly is asked. A use
// case wraps its effect in Call.Once inside its own transaction. The first
// time the effect runs, and its answer is stored beside it; later the stored
// answer is returned and the effect does not run.
//
// The answer is kept as the text that went over the wire, so a later release
// gives it as it was. That holds for what comes here, which is canceling a
// payout. A gift, a purchase and a payout remember their key in their own row
// and are written anew from it: the row holds what the first answer said, and
// the version of the API pins how it is written. Keys belong to the person
// there, see docs/adr/0009-keys-belong-to-the-person.md.
//
// # Invariants
//
//   - Answer and effect are in one transaction: neither exists without the
//     other, whatever dies in between.
//   - Only success is kept. A refusal is decided anew, because its reason may
//     be gone.
//   - One caller never sees the answer given to another.
//   - A row is never changed and never removed: a key answers for ever.
//
// # How to change
//
// A use case that makes a row of its own keeps the key in it and does not come
// here; gifts look for many keys at once. Two requests at the same moment are also told
// apart at the edge, which refuses the second while the first runs; what
// holds when there are several processes is the primary key here.
package idem
