package reconcile

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/payment"
)

// lead is payment.Lead, and finds the rows of what the provider has begun besides:
// a dispute, and a refund that somebody gave at the provider, have no id of ours
// with them, but our row has theirs.
func lead(ctx context.Context, tx *db.Tx, entries []payment.Entry) (causes []string, awaited []bool, err error) {
	if causes, awaited, err = payment.Lead(ctx, tx, entries); err != nil {
		return nil, nil, err
	}
	var sources []any
	for i := range entries {
		if causes[i] == "" && begun(&entries[i]) {
			sources = append(sources, entries[i].Source)
		}
	}
	if len(sources) == 0 {
		return causes, awaited, nil
	}
	rows, err := tx.QueryList(ctx, "SELECT provider_id, id FROM reversal WHERE provider_id IN ($list) AND provider_id <> ''", sources)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	found := map[string]string{}
	for rows.Next() {
		var provider, row string
		if err := rows.Scan(&provider, &row); err != nil {
			return nil, nil, err
		}
		found[provider] = row
	}
	for i := range entries {
		if causes[i] == "" && begun(&entries[i]) {
			causes[i] = found[entries[i].Source]
		}
	}
	return causes, awaited, rows.Err()
}

// begun reports whether the entry is of what the provider may have begun itself.
func begun(e *payment.Entry) bool {
	return e.Source != "" && (e.SourceKind == "dispute" || e.SourceKind == "refund")
}
