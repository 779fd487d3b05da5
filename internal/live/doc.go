// Package live hands events on to who is listening now.
//
// # Model
//
// One Hub follows the event log and knows the listeners of each topic. A topic
// is what an event was written under (live:liv_…, video:vid_…, person:usr_…),
// or follows from what it says: wallet:usr_… is what moves a fan's coins,
// creator:usr_… what a creator's dashboard shows, and operator is everything.
// Those are derived when somebody listens to such a topic, and in the same way
// from the log, so that the write of a gift pays nothing for them.
//
// A Feed is one listener: it reads what it has missed since a place in the log,
// then follows, and returns each event once and in order. An event is encoded
// once, as a whole server-sent event, and shared by all. Each Feed has a bounded
// queue; one that does not keep up is over, and another goes on from its Place.
// One that has missed too much is told so, instead of being sent all of it.
//
// # Invariants
//
//   - A Feed returns the events of its topics in order, each once, without gap
//     but those that it tells of (Skipped), or it ends with an error.
//   - The log finds the same events of a topic as who listens to it.
//   - Nothing is told before its commit; a slow listener holds nobody up.
//
// # How to change
//
// The log is the truth; the Hub keeps no history. A further transport is a
// further caller of Feed. A further derived topic is a line in derived, and its
// prefix in isDerived: the log's side (choice) is made of the same two.
package live
