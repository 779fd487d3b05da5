package audit

import (
	"bytes"
	"context"
	"fmt"

	"github.com/ovationhq/ovation/internal/db"
)

// Rule is the name of the log's rule.
const Rule = "the audit log holds every entry as it was written, in its order and without gap"

// Verify recomputes the chain and tells each place where the rule is broken.
// The books' verification stands on the same floor, so package app brings the
// two together.
func Verify(ctx context.Context, tx *db.Tx, tell func(where, format string, args ...any)) error {
	heads, err := db.Collect[Head](tx.Query(ctx, "SELECT seq, hash FROM audit_head ORDER BY id"))(func(r *db.Rows) (h Head, err error) {
		return h, r.Scan(&h.Seq, &h.Hash)
	})
	if err != nil {
		return err
	}
	last, err := verifyEntries(ctx, tx, tell)
	if err != nil {
		return err
	}
	switch {
	case len(heads) != 1:
		tell("audit_head", "it holds %d rows instead of one; the log ends with entry %d", len(heads), last.Seq)
	case heads[0].Seq != last.Seq || !bytes.Equal(heads[0].Hash, last.Hash):
		tell("audit_head", "it names entry %d with the hash %.4x…, the log ends with entry %d with %.4x…", heads[0].Seq, heads[0].Hash, last.Seq, last.Hash)
	}
	return nil
}

// Broken returns each place where the rule is broken, with what is wrong there:
// none if the log is as it was written.
func Broken(ctx context.Context, tx *db.Tx) (all []string, err error) {
	err = Verify(ctx, tx, func(where, format string, args ...any) {
		if len(all) < mostBroken {
			all = append(all, where+": "+fmt.Sprintf(format, args...))
		}
	})
	return all, err
}

// mostBroken bounds what is told of a log that is damaged all over.
const mostBroken = 20

// verifyEntries walks the chain and returns its end. After a break it goes on
// from what stands there, so that one damage is not told of every entry behind.
func verifyEntries(ctx context.Context, tx *db.Tx, tell func(where, format string, args ...any)) (last Head, err error) {
	rows, err := tx.Query(ctx, "SELECT "+columns+" FROM audit_entry ORDER BY seq")
	if err != nil {
		return last, err
	}
	defer rows.Close()
	for rows.Next() {
		e, err := scanEntry(rows)
		if err != nil {
			return last, err
		}
		where := fmt.Sprintf("audit entry %d", e.Seq)
		if e.Seq != last.Seq+1 {
			tell(where, "it follows entry %d", last.Seq)
		}
		if want := digest(last.Hash, &e); !bytes.Equal(want, e.Hash) {
			tell(where, "its hash is %.4x…, its fields and the entry before make it %.4x…", e.Hash, want)
		}
		last = Head{e.Seq, e.Hash}
	}
	return last, rows.Err()
}
