package sim

import (
	"context"
	"fmt"

	"github.com/ovationhq/ovation/internal/app"
	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
)

// Proof is what the database says after a storm.
type Proof struct {
	Stored      int64    // gifts
	Transfers   int64    // of the journal, verified
	Head        string   // of the chain
	Differences []string // what should not be
}

func (p *Proof) differ(format string, args ...any) {
	if len(p.Differences) < maxDifferences {
		p.Differences = append(p.Differences, fmt.Sprintf(format, args...))
	}
}

// Prove reads the database beside whoever has it open: every acknowledged gift
// of the storms is there, no key made two, and the books are right.
func Prove(ctx context.Context, url string, storms ...*Storm) (*Proof, error) {
	d, err := db.Open(ctx, db.Config{URL: url, Clock: &clock.System{}, ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer d.Close()
	p := &Proof{}
	stored, err := p.keys(ctx, d)
	if err != nil {
		return nil, err
	}
	for _, s := range storms {
		acked, err := s.Acked()
		if err != nil {
			return nil, err
		}
		for n := range acked {
			if !stored[s.Key(n)] {
				p.differ("the gift %s was acknowledged and is not there", s.Key(n))
			}
		}
		p.Differences = append(p.Differences, s.Wrong()...)
	}
	r, err := ledger.Verify(ctx, d, nil, app.Checks()...)
	if err != nil {
		return nil, err
	}
	p.Transfers, p.Head = r.Transfers, r.Head
	for _, f := range r.Findings {
		p.differ("%s: %s: %s", f.Rule, f.Where, f.Detail)
	}
	return p, nil
}

// keys reads the keys of all gifts. A key that one sender has twice is a gift
// that was given twice.
func (p *Proof) keys(ctx context.Context, d *db.DB) (map[string]bool, error) {
	stored, used := map[string]bool{}, map[string]bool{}
	return stored, d.Read(ctx, func(tx *db.Tx) error {
		rows, err := tx.Query(ctx, "SELECT sender_id, idem_key FROM gift")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var sender, key string
			if err := rows.Scan(&sender, &key); err != nil {
				return err
			}
			if used[sender+" "+key] {
				p.differ("the key %s of %s made two gifts", key, sender)
			}
			stored[key], used[sender+" "+key] = true, true
			p.Stored++
		}
		return rows.Err()
	})
}
