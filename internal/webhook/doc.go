// Package webhook sends events to the servers of the host platform, as Standard
// Webhooks 1.0.0 says.
//
// # Model
//
// An endpoint is an address, the types of events that it wants (none chosen
// means all) and a secret. It has a place in the event log. Fan goes on from
// there: each event that the endpoint wants becomes a delivery, numbered in the
// endpoint's own sequence, and the place moves on in the same transaction.
//
// One piece of due work drives an endpoint (Drive): it sends what is due, a few
// at a time, writes each outcome, and looks at its end when the next one is
// due. So an endpoint that hangs holds up nobody else. A delivery has ten tries
// over three days (retries); then it is dead. When all has failed for that long
// the endpoint is disabled, and at once when it answers 410. A disabled
// endpoint keeps its place and what waits: Enable goes on from there, or
// leaves it out.
//
// What goes over the network is the Courier's; address.go says where it may go.
// That is looked at when an endpoint is made, and again by the courier on the
// address that it has connected to, because a name may mean another one then.
//
// Standard Webhooks signs with a symmetric secret. So it is kept as it is, and
// can be shown again to who may manage endpoints. After a rotation the old one
// signs as well for a while (Overlap), and a receiver takes either.
//
// The instants of the books are those of the instance's clock. Only the
// timestamp that is signed is the machine's: it protects the receiver against
// replays, and a sandbox whose clock was moved is no replay.
//
// # Invariants
//
//   - An endpoint's sequence has no gap. Deliveries are removed from its
//     beginning only, after 30 days, when none before them waits.
//   - An event is delivered under the same id and with the same body each time,
//     and has one delivery for an endpoint, whatever processes run.
//   - Only what was committed after an endpoint was made is delivered to it.
//   - Nothing is sent inside a transaction, and nothing before its commit. What
//     was not noted is sent again: at least once.
//   - A delivery that says delivered has an attempt that says so too.
//   - Outside a sandbox nothing is sent to an address that is not public, and
//     nothing without TLS.
//
// # How to change
//
// A further reason to disable an endpoint is a code in endpoint.go with its
// sentence and a line in docs/webhooks.md. A type of event that is for one
// endpoint alone is decided in wants (fan.go). The retries are in docs/webhooks.md
// too.
package webhook
