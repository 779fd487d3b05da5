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
