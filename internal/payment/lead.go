package payment

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
)

// Lead returns for each of the entries the id of the row of ours that it belongs
// to, which is the cause of the transfers here: of a charge what it was for, of
// everything else the id that went with our call. "" is for an entry that leads
// nowhere. An id that went with a call is returned also when the row is not here.
// awaited are the entries of what happened by itself to a charge of ours: the row
// is made when the news of it are taken.
func Lead(ctx context.Context, tx *db.Tx, entries []Entry) (causes []string, awaited []bool, err error) {
	causes, awaited = make([]string, len(entries)), make([]bool, len(entries))
	byRef, err := subjects(ctx, tx, "id", entries, func(e *Entry) string {
		if id.KindOf(e.Ref) == id.KindPayment {
			return e.Ref
		}
		return ""
	})
	if err != nil {
		return nil, nil, err
	}
	byParent, err := subjects(ctx, tx, "provider_id", entries, func(e *Entry) string { return e.Parent })
	if err != nil {
		return nil, nil, err
	}
	for i := range entries {
		e := &entries[i]
		charged := byParent[e.Parent]
		switch {
		case byRef[e.Ref] != "":
			causes[i] = byRef[e.Ref]
		case e.SourceKind == "charge" && charged != "":
			causes[i] = charged
		case id.KindOf(e.Ref) != "":
			causes[i] = e.Ref
		default:
			awaited[i] = charged != ""
		}
	}
	return causes, awaited, nil
}

// subjects looks up what charges are for, by a column of theirs.
func subjects(ctx context.Context, tx *db.Tx, column string, entries []Entry, name func(*Entry) string) (map[string]string, error) {
	all, asked := map[string]string{}, map[string]bool{}
	var list []any
	for i := range entries {
		if n := name(&entries[i]); n != "" && !asked[n] {
			asked[n], list = true, append(list, n)
		}
	}
	if len(list) == 0 {
		return all, nil
	}
	rows, err := tx.QueryList(ctx, "SELECT "+column+", subject FROM payment_charge WHERE "+column+" IN ($list)", list)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var n, subject string
		if err := rows.Scan(&n, &subject); err != nil {
			return nil, err
		}
		all[n] = subject
	}
	return all, rows.Err()
}
