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

// mostLooked bounds what one run has looked up; the rest is left to the next.
const mostLooked = 200

// lookUp has looked up what the provider did with charges of ours and of which there
// is no row: its news were lost, or it could not be taken when they came.
func (s *Service) lookUp(ctx context.Context) error {
	if s.LookUp == nil {
		return nil
	}
	var some []kept
	var awaited []bool
	var causes []string
	err := s.db.Read(ctx, func(tx *db.Tx) error {
		for _, where := range []string{"cause = '' AND source_kind IN ('dispute', 'refund')", inSuspense + " AND source_kind = 'refund'"} {
			more, err := db.Collect[kept](tx.Query(ctx, "SELECT "+entryColumns+" FROM reconcile_entry WHERE "+where+" AND created_us < $1 ORDER BY id LIMIT $2", tx.Now().Add(-grace).UnixMicro(), mostLooked))(scanEntry)
			if err != nil {
				return err
			}
			some = append(some, more...)
		}
		facts := make([]payment.Entry, len(some))
		for i := range some {
			facts[i] = some[i].fact()
		}
		var err error
		causes, awaited, err = lead(ctx, tx, facts)
		return err
	})
	asked := map[string]bool{}
	for i := range some {
		if e := &some[i]; err == nil && causes[i] == "" && awaited[i] && !asked[e.Source] {
			asked[e.Source] = true
			s.LookUp(ctx, e.SourceKind, e.Source)
		}
	}
	return err
}
