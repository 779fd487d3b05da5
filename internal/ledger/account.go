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

	book    *Book // the one Book that may move it
	isNew   bool
	changed bool
}

// Ref names an account.
type Ref struct {
	Path  string
	Asset money.Asset
}

// NoFloor is the floor of accounts that may go below zero.
const NoFloor = -1 << 61

// FloorOf returns the lowest balance that the path allows. The world outside
// and the platform's own profit and loss may be negative; what belongs to a
// person, and what we hold for somebody, may not.
func FloorOf(path string) int64 {
	for _, prefix := range []string{"world/", "provider/", "platform/revenue/", "platform/cost/"} {
		if strings.HasPrefix(path, prefix) {
			return NoFloor
		}
	}
	return 0
}
