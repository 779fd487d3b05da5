// Package chat is what people write to each other on a LIVE.
//
// # Model
//
// A message belongs to a room and is sent while that is live. Its text has one
// form (package text) and at most 200 characters. Each person has a pace in each
// room: so many messages at once, then one a second, or one in as many seconds
// as the creator's slow mode says; the creator is not slowed down. The pace is
// one number of a person in a room, as in the API's limits, but it is data: it
// holds in all processes, and through a restart.
//
// The creator, or an operator, hides messages, mutes people in this room, and
// switches the chat off. Who has a nonce sends a message once, however often it
// is sent.
//
// Sending is a closure of its own: the writer's group commit carries hundreds a
// second.
//
// # Invariants
//
//   - Every message has its one event chat.message.sent, and every hidden one its
//     chat.message.hidden.
//   - Who is muted or suspended sends nothing, and nobody does in a room that is
//     not live or whose chat is off.
//   - A hidden message is read by the room's creator and operators alone. The
//     event that told of it stays in the log, and is told again without the text
//     (package live).
//   - What an operator does in the LIVE of somebody else is in the audit log.
//
// # How to change
//
// A new rule about who may write goes into allowed.
package chat
