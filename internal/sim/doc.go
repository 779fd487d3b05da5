// Package sim tries to break Ovation, from a seed.
//
// # Model
//
// It has three modes. Run lives a world inside the process: fans buy coins and
// give, creators are paid out, the provider fails in the middle of a call,
// its news come twice, late or never, and the clock jumps by hours and
// months. Everything runs one step after another on a clock that only moves
// when it is told to, so the same seed makes the same journal, down to the
// hash of its head.
//
// Kills storms a real process over HTTP with keys made by the client, writes
// down what was acknowledged, kills the process at a moment that the seed
// chooses, starts it again and asks for everything once more.
//
// Payments has thousands of payments, refunds, disputes and payouts go through a
// provider whose calls fail, brings its webhooks shuffled, repeated and replayed
// through the real handler, lets everything come to rest, and holds each charge at
// the provider against one payment here.
//
// # What is proved
//
//   - The books hold every rule of every product, at any moment.
//   - What Stripe's side of the ledger says is what Stripe's own books say.
//   - What was acknowledged is stored, once, and is answered the same for
//     ever, byte by byte.
//
// # How to change
//
// A product that is new to the simulation gets a step in steps.go with a
// weight. A fault gets a line in weather.go. A step that is refused by a rule
// counts as refused; any other error ends the run with the seed that shows it.
package sim
