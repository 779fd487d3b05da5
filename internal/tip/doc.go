// Package tip takes tips: real money from a fan for a creator, of which the
// platform keeps nothing.
//
// # Model
//
// A tip is charged to the fan's card by package payment/collect, to the
// platform's own balance, and becomes an earning of the creator's: see
// docs/adr/0011. The fan chooses who bears the provider's fee. Covered, the
// charge is the least of which the tip arrives whole, so that the creator gets
// exactly the tip; else the creator gets the tip less the fee, which is a row of
// its own.
//
// What arrived and what the provider kept of it is known from its balance entry,
// and nothing is booked before. Then one transfer, tip.succeeded, moves through
// the tip's own account:
//
//	provider/stripe → tip/<id>      what arrived, in the currency of our balance
//	tip/<id> → provider/stripe      the provider's fee
//	tip/<id> → earning/<ern>        the rest
//
// If the provider took another fee of a covered tip than the rule says, the
// creator gets the tip all the same: the difference goes to or comes from
// suspense/tip, and a case is opened for an operator. Money that came in another
// currency than the card was charged in is the creator's as it came, less the
// fee.
//
// # Invariants
//
//   - A fan's key makes at most one tip; a tip is charged at most once, and a
//     paid one whose entry is known has exactly one transfer.
//   - The tip's account ends at 0, and no line of the transfer touches an account
//     of the platform.
//   - What a fan tips in a UTC day is at most the day's cap, in money and in
//     number. Tips in several currencies share it: each uses its part of the cap
//     in its currency. Money on its way counts; what failed does not.
//   - The wall, the creator and the events know no name of an anonymous tip's fan.
//   - What of a tip went back, or is disputed, is not on the wall: a part of it
//     leaves its rest there, all of it nothing, its message neither.
//
// # How to change
//
// Bounds, caps, presets and the fee are dated rows (rule.go), installed with the
// presets of package app or scheduled by operators (schedule.go). A rule that closes tips is a case in closed (open.go).
package tip
