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
//   - Diamonds issued = diamonds pending + diamonds converted.
//
// # How to change
//
// Gifts on a LIVE and gifts on a video are two sources. A further one (tips,
// subscriptions) is a value of source and a word in verify; a source that
// earns money instead of diamonds needs a second way to mature.
package earnings
