package ledger

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
)

// VerifyIn verifies what a transaction sees, so that a test can plant damage,
// look at it and undo it.
func VerifyIn(ctx context.Context, tx *db.Tx) (*Report, error) {
	r := &Report{}
	return r, (&verifier{tx: tx, r: r}).run(ctx)
}

// OfSeq returns the lines of one transfer.
func OfSeq(ctx context.Context, tx *db.Tx, seq int64) ([]Entry, error) {
	return db.Collect[Entry](tx.Query(ctx, "SELECT "+entryColumns+" WHERE l.seq = $1 ORDER BY l.n", seq))(scanEntry)
}

// The faults of the program that a Book refuses.
var (
	ErrLine  = errLine
	ErrRange = errRange
	ErrBook  = errBook
	ErrStale = errStale
)

// PageSize is how many transfers Verify reads at a time.
const PageSize = pageSize

// The queries of Transfers.
const (
	Latest  = latest
	OfTrail = ofTrail
	RowsBy  = rowsBy
	LinesOf = linesOf
)
