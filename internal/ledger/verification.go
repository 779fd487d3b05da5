package ledger

import (
	"context"
	"encoding/json"
	"time"

	"github.com/ovationhq/ovation/internal/db"
)

// Verification is how a check of the books ended.
type Verification struct {
	AtUS      int64
	Took      time.Duration
	Transfers int64
	Head      string
	Problems  int64     // 0: the books were right
	Findings  []Finding // the first of the problems
}

// The most findings that are kept of a check, and for how long checks are.
const (
	findingsKept     = 20
	verificationKept = 60 * 24 * time.Hour
)

// NoteVerification keeps how a check ended, for who asks later.
func NoteVerification(ctx context.Context, tx *db.Tx, r *Report) error {
	findings, err := json.Marshal(r.Findings[:min(len(r.Findings), findingsKept)])
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO ledger_verification (at_us, took_us, transfers, head, problems, findings) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (at_us) DO UPDATE SET took_us = excluded.took_us, transfers = excluded.transfers, head = excluded.head, problems = excluded.problems, findings = excluded.findings`,
		tx.NowUS(), max(0, r.Took.Microseconds()), r.Transfers, r.Head, int64(len(r.Findings)+r.Hidden), string(findings))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "DELETE FROM ledger_verification WHERE at_us < $1", tx.Now().Add(-verificationKept).UnixMicro())
	return err
}

// Verifications returns how the last checks ended, the newest first.
func Verifications(ctx context.Context, tx *db.Tx, limit int) ([]Verification, error) {
	return db.Collect[Verification](tx.Query(ctx, "SELECT at_us, took_us, transfers, head, problems, findings FROM ledger_verification ORDER BY at_us DESC LIMIT $1", limit))(
		func(r *db.Rows) (v Verification, err error) {
			var took int64
			var findings string
			if err := r.Scan(&v.AtUS, &took, &v.Transfers, &v.Head, &v.Problems, &findings); err != nil {
				return v, err
			}
			v.Took = time.Duration(took) * time.Microsecond
			return v, json.Unmarshal([]byte(findings), &v.Findings)
		})
}
