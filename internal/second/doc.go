// Package second has two people decide what moves or frees much money by a word.
//
// # Model
//
// An Act is what an operator is about to do: its kind, which is also its verb in the
// audit log, what it is about, who gets the money, and how much it is. Its product
// asks Do before it does anything, in the same transaction. Up to the limit that is in
// force one person does it alone; what one has done of a kind for a person within
// thirty days is added up, because parts are as good as the whole. Above it the act
// waits: nothing has happened yet, and another person agrees to it or declines it.
//
//	     alone
//	   ↗       ↘
//	Do          undone
//	   ↘       ↗
//	     waits → agreed
//	       ↓
//	   declined, lapsed
//
// lapsed is what its subject has overtaken: a dispute that ended, a payout that was
// canceled. undone is what was decided and then came to nothing, because the provider
// refused it; it counts no more.
//
// The second one is a person and no key, is not behind the key that proposed it
// (people.Second), and gets none of it; nor does the first (people.NotOwn).
//
// Refunds and differences are older, and have columns of their own for the same
// (packages reversal and casework).
//
// # Invariants
//
//   - One decision of a kind about a subject waits at a time.
//   - What was decided alone comes to no more than the limit that was in force, which
//     stands beside it; below zero nobody wrote it down.
//   - Whoever agreed is somebody else than who proposed, and who gets it is neither.
//   - Each decision is signed in the audit log by everybody who took part: the kind
//     itself when it is done, with _propose and _decline behind it otherwise.
//
// # How to change
//
// A product that lets operators move or free money calls Do with a new kind, Agree and
// Decline for the second one, Lapse where its subject goes on without them, and names
// the kind in Checks (package app). It keeps no copy of who decided.
package second
