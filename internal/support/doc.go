// Package support knows who supports whom: leaderboards of a LIVE, of a
// creator's week and of all time, and a creator's supporters.
//
// # Model
//
// A board is a list of fans by what they gave: that of a LIVE or a video, of a
// creator, or of a creator's week (Monday to Sunday, UTC). Count reads the
// accepted gifts in the order of the journal, each tap of a combo as the gift
// that it is, and adds them to three boards each. It runs in the background,
// so that giving pays nothing for it; what it added and the place up to which it
// has counted commit together. In a storm it lags behind and catches up later.
//
// Fans with the same coins stand in the order in which they reached them.
//
// After LIVEs and videos received gifts, leaderboard.changed tells who is on top
// there, at most every two seconds for each. What was given long ago is no news.
//
// # Invariants
//
//   - The sums of a board are the gifts up to the place, each counted once.
//   - Counting twice, in two processes, or after a crash changes nothing.
//
// # How to change
//
// The boards can always be made again from the gifts (Rebuild). A further kind
// of board is a line in boards, and one in check, which counts in its own way.
package support
