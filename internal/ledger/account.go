package ledger

import (
	"strings"

	"github.com/ovationhq/ovation/internal/money"
)

// Account is one account within a Book.
type Account struct {
	ID      int64
	Path    string
	Asset   money.Asset
	Balance int64 // as of the last transfer that was posted to the Book
	Floor   int64

	trailEnd
	book    *Book // the one Book that may move it
	isNew   bool
	changed bool
}

// trailEnd is where an account's trail begins: each line names the transfer
// that touched its account before, so that the history of an account is walked
// without an index, whose every entry would be a page to write.
type trailEnd struct {
	last   int64 // number of the last transfer that touched the account; 0 if none did
	before int64 // what last was before that transfer
}

// touch notes that the transfer concerns the account and returns the one that
// did so before it.
func (e *trailEnd) touch(seq int64) int64 {
	if e.last != seq {
		e.before, e.last = e.last, seq
	}
	return e.before
}

// Ref names an account.
type Ref struct {
	Path  string
	Asset money.Asset
}

// NoFloor is the floor of accounts that may go below zero.
const NoFloor = -1 << 61

// FloorOf returns the lowest balance that the path allows. The world outside,
// the platform's own profit and loss, and what nobody can explain yet may be
// negative; what belongs to a person, and what we hold for somebody, may not.
func FloorOf(path string) int64 {
	for _, prefix := range []string{"world/", "provider/", "platform/revenue/", "platform/cost/", "suspense/"} {
		if strings.HasPrefix(path, prefix) {
			return NoFloor
		}
	}
	return 0
}
