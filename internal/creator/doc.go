// Package creator is what a creator does besides earning: posting videos,
// opening LIVE rooms, and joining the programmes that make them earn.
//
// # Model
//
// The rules stand below: content knows videos and rooms, programme judges,
// people knows persons, payout the account. This package puts together what
// one use case needs of them and opens its transaction.
//
// # Invariants
//
//   - A creator changes only what is their own; anything else is not there.
//   - Who joins a programme becomes a creator in the same transaction.
//
// # How to change
//
// A rule belongs into the package that owns its table. A new use case is a
// method here that reads like its sentence.
package creator
