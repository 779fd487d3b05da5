// Package gift lets a fan give a catalogue item on a LIVE or a video, for
// coins, and turns it into the creator's diamonds.
//
// # Model
//
// A gift is one row, one ledger transfer and, unless it belongs to a combo,
// one event. Sending storms, so the waiting calls are decided as a set (see
// db.Set): everything they touch is loaded at once, the rules run in memory
// in order of arrival, and each table is written with one statement. Each
// call has a verdict of its own.
//
// A combo is one item tapped many times in a row. Each accepted tap is a gift
// with the combo's id and the next sequence number; it is debited once and
// extends the combo by three seconds. Taps are broadcast together, at most
// ten times a second. The server ends the combo itself, by due work, whether
// or not the client is still there.
//
// # Who should listen to what
//
//	counting money     gift.sent (gifts outside a combo) and gift.combo.ended
//	showing fireworks  gift.combo.progressed
//
// The coins of all gift.sent and gift.combo.ended are the coins of all gifts.
//
// gift.combo.ended names the transfers of its first 100 taps in ledger_txn.
// ledger_txn_count says how many there are, and all of them lie from
// ledger_first_sequence to ledger_last_sequence, among those of others.
//
// # Invariants
//
//   - A sender's key makes at most one gift, for ever; a repeated call gets
//     the first answer.
//   - Coins out of the sender's lots = price × quantity; diamonds to the
//     creator = floor(coins × rate).
//   - A tap that is repeated, late, out of order or beyond the balance
//     changes nothing.
//   - Nobody gives to themselves, nor before the end of a cool-off that they chose.
//
// # How to change
//
// The catalogue is dated rows (Install). A new rule about who may give goes
// into judge, where a call has everything it needs in memory.
package gift
