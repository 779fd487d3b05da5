// Package earnings keeps what creators are owed, and by which rates.
//
// # Model
//
// The rate card is dated rows: diamonds per coin, money per diamond, the
// hold, the daily cap and the minimum of a payout. A posting names the
// version that it used.
//
// An earning collects what one creator earned from one source on one UTC day
// under one rate card. It is pending while it is held: its diamonds are the
// balance of its own ledger account, so a dispute can take them back. At
// available_at it matures: the diamonds are converted to money, which moves
// to the creator's available account. Converting by the day and not by the
// gift is what makes a diamond of half a cent exact: the only rounding is
// the part of a cent of the day, at most one smallest unit, and it stays
// with the platform.
//
// An earning is of diamonds, which gifts earn, or of money, which tips earn
// (Accrue): then its account is of the money, and it matures without conversion.
//
// What a refund or a dispute takes back of an earning is a claw. It takes from
// where the money is: from the earning's account while that is pending; from what
// the creator has available afterwards; and what was paid out stays with the
// creator, and the reserve bears it. If a payout comes back that had gone when the
// claw took, its money first repays that (Recover). A claw stands in an account of its own until
// it is kept or returned; what was kept may be returned later (RegainClaws). The amount of an earning stays what was earned; clawed
// says how much of it was taken back.
//
// A payout takes from available earnings, oldest first; paid_units says how
// much of an earning has been taken, payout_line where it went.
//
// # Added up
//
// The table of gifts has no index by creator, because it would cost every gift.
// AddUp follows the journal in the background instead and adds up, for each
// earning, what was given where, by whom and what (earning_part), and all gifts
// of a day (earning_day). It reads the gifts; package gift writes them. Where it
// is and the sums are written together, so each gift counts once. What it has
// not come to is read along the earnings' own trails in the books (NotAddedUp),
// so that figures are never behind.
//
// A gift's share of the money is the difference that it makes to the running
// total of its earning (Share): shares add up to the earning, whatever is asked
// for, and never change afterwards. To add up anew, empty the three tables and
// set the place to 0.
//
// # Invariants
//
//   - A pending earning holds diamonds and no money; a matured one the
//     reverse: amount = floor(diamonds × rate).
//   - What creators have available equals the sum of what their earnings have
//     left.
//   - Diamonds issued = diamonds pending + diamonds converted + diamonds held by
//     claws.
//   - Nobody falls below zero by a claw: clawed + paid ≤ amount.
//
// # How to change
//
// A further source of money is a value of Source, a word in verify, and calls of
// Accrue. What takes back from creators calls ClawBack, and then KeepClaws or
// ReturnClaws with the same cause.
package earnings
