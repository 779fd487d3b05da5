// Package live hands events on to who is listening now.
//
// # Model
//
// One Hub follows the event log and knows the listeners of each topic, such
// as live:liv_… for a room or person:usr_… for a wallet. An event is encoded
// once and shared by all its listeners. Each listener has a bounded queue; one
// that does not keep up is closed, and comes back with the sequence of the
// last event that it saw. What it missed is then read from the log (Since), so
// nothing is lost or told twice.
//
// # Invariants
//
//   - A listener gets the events of its topics in order, without gap, or is
//     closed.
//   - Nothing is told before its commit; a slow listener holds nobody up.
//
// # How to change
//
// The log is the truth; the Hub keeps no history. A further transport is a
// further caller of Listen and Since.
package live
