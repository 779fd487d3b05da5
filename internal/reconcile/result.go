package reconcile

import (
	"context"
	"encoding/json"
	"time"

	"github.com/ovationhq/ovation/internal/db"
)

// keptFor is for how long the results of runs are kept.
const keptFor = 60 * 24 * time.Hour

// keep keeps how the run ended, for who asks later.
func (r *Run) keep(ctx context.Context, tx *db.Tx) error {
	if r.Totals == nil {
		r.Totals = []Total{}
	}
	if r.Differences == nil {
		r.Differences = []Difference{}
	}
	totals, err := json.Marshal(r.Totals)
	if err != nil {
		return err
	}
	differences, err := json.Marshal(r.Differences)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO reconcile_run (at_us, took_us, since_us, entries, fresh, booked, causes, problems, in_flight, totals, differences)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (at_us) DO UPDATE SET took_us = excluded.took_us, since_us = excluded.since_us, entries = excluded.entries,
		fresh = excluded.fresh, booked = excluded.booked, causes = excluded.causes, problems = excluded.problems, in_flight = excluded.in_flight, totals = excluded.totals, differences = excluded.differences`,
		r.AtUS, r.Took.Microseconds(), r.SinceUS, r.Entries, r.Fresh, r.Booked, r.Causes, r.Problems, r.InFlight, string(totals), string(differences))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "DELETE FROM reconcile_run WHERE at_us < $1", tx.Now().Add(-keptFor).UnixMicro())
	return err
}

// Runs returns how the last runs ended, the newest first.
func Runs(ctx context.Context, tx *db.Tx, limit int) ([]Run, error) {
	return db.Collect[Run](tx.Query(ctx, `SELECT at_us, took_us, since_us, entries, fresh, booked, causes, problems, in_flight, totals, differences
		FROM reconcile_run ORDER BY at_us DESC LIMIT $1`, limit))(func(rows *db.Rows) (r Run, err error) {
		var took int64
		var totals, differences string
		if err := rows.Scan(&r.AtUS, &took, &r.SinceUS, &r.Entries, &r.Fresh, &r.Booked, &r.Causes, &r.Problems, &r.InFlight, &totals, &differences); err != nil {
			return r, err
		}
		r.Took = time.Duration(took) * time.Microsecond
		if err := json.Unmarshal([]byte(totals), &r.Totals); err != nil {
			return r, err
		}
		return r, json.Unmarshal([]byte(differences), &r.Differences)
	})
}

// ToDo is what to do about the difference, in a sentence.
func (d *Difference) ToDo() string {
	switch {
	case d.InFlight:
		return "Wait: it is minutes old, and the other side may be on its way."
	case d.Kind == MissingHere && d.Cause == "":
		return "It happened to a charge of ours, and its news have not had their effect yet. The hourly poll brings them, and each comparison looks it up; a refund that can not be taken has a case after three days."
	case d.Kind == MissingHere:
		return "Our books lack it. If the database was restored from an older copy, it was lost with it: see docs/reconciliation.md for how to make it good."
	case d.Kind == MissingThere:
		return "The provider has no entry for it. Look its id up at the provider: it may not have told what became of it yet, or it was done under another account."
	case d.Kind == FeeDiffers:
		return "The amounts agree and the fees do not. The provider's fee is the one that counts; if it does not come by itself, look at the charge."
	}
	return "Both books have it, with other amounts. Compare the provider's entries with the transfers of this id, one by one."
}
