// Package outbox keeps what happened and what is due, written in the same
// transaction as the effect that it tells of or asks for.
//
// # Model
//
// Events are a log with a gap-free sequence. Add appends to it; readers read
// it in order from where they stand (After) and are woken by the commit. A
// Reader follows the log and hands each event to a function.
//
// Due work is a row with a kind, a key and an instant. The Runner runs it when
// its time has come by the injected clock: years of it in seconds of test.
// There are two forms of handler. One works inside a transaction, and its
// effect and the end of the work commit together. The other talks to the
// outside world; it may run more than once and has to be safe for that. A
// Drive is one of these that is about a queue: its end looks for what is next
// in the transaction that ends the run, so that nothing is added unseen.
//
// A run begins with a claim: a number that every change of the row counts up,
// and a lease. A worker whose number no longer fits (it was overtaken, or the
// work was moved or canceled) has no effect inside and ends nothing. A run
// counts when it begins, so that work which kills its process dies as well
// after twelve. Work that a stopping server interrupts is given back.
//
// Inside work that is due together runs in one transaction, in the order of
// the instants; if one piece fails all are undone and each is run alone.
// RunDue does everything in that order; Run lets outside work run beside it.
//
// When the clock steps back, recurring work that waits for a later instant is
// planned anew, and leases from the future are over. When it jumps ahead, what
// this process has running is not begun twice.
//
// # Invariants
//
//   - No event without its effect, no effect without its event.
//   - Sequences have no gap and are in the order of the commits.
//   - Work of one (kind, key) is planned once at a time and never lost: it is
//     done, or planned again, or dead with its reason.
//   - Work that fails is tried again later and later, and does not hold up
//     other work. Recurring work is never given up.
//   - No kind of outside work takes more than half of the room (unless the
//     Runner is for such work alone, see Beside), and kinds of
//     inside work take turns: what is due of one waits for one batch at most,
//     however much of another is due.
//
// # How to change
//
// A new event needs nothing here; its names stand in docs/events.md. A new
// kind of work is a handler registered in package app.
package outbox
