// Package goal lets a creator set a goal that fans reach together with gifts:
// "100 Roses tonight" on a LIVE, or so many coins this month.
//
// # Model
//
// A goal counts what its creator is given from the moment on at which it was
// set: coins, or how many of one gift, on one LIVE or anywhere until the month
// ends (UTC). It is active until its creator ends it, or its LIVE or month is
// over. A goal that is reached goes on counting until then.
//
// Count reads the accepted gifts in the order of the journal, each tap of a
// combo as the gift that it is, in the background; the progress and the place
// up to which it has counted commit together. What was given before a goal
// ended still counts when it is read after the end: a goal knows the first and
// the last transfer that concern it.
//
// goal.created, goal.ended and goal.reached come once, goal.progressed at most
// every two seconds for each goal.
//
// # Invariants
//
//   - The progress of a goal is the sum of its gifts up to the place.
//   - A goal is reached when its progress is what was wanted, and told of once.
//   - A creator has at most three active goals.
//
// # How to change
//
// A further metric is a case in counts, which Count and verify share, and one in
// the schema's constraint.
package goal
