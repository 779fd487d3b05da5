package reversal

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payment"
)

// Kind is refunds or disputes.
type Kind = id.Kind

// Query chooses refunds or disputes; an empty field chooses all.
type Query struct {
	Kind    Kind // id.KindRefund or id.KindDispute
	Subject string
	Person  id.Person
	State   State
	Under   bool   // only those that have not ended
	Before  string // the last of the page before
	Limit   int
}

// List returns those that the query chooses, the latest first.
func List(ctx context.Context, tx *db.Tx, q Query) ([]Reversal, error) {
	before := q.Before
	if before == "" {
		before = string(q.Kind) + "_~"
	}
	under := int64(0)
	if q.Under {
		under = 1
	}
	return db.Collect[Reversal](tx.Query(ctx, "SELECT "+columns+` FROM reversal WHERE id < $1 AND id > $2 AND ($3 = '' OR subject = $3) AND ($4 = '' OR person_id = $4) AND ($5 = '' OR state = $5)
		AND ($6 = 0 OR ended_us = 0) ORDER BY id DESC LIMIT $7`, before, string(q.Kind)+"_", q.Subject, q.Person, string(q.State), under, int64(q.Limit)))(scan)
}

// Part is a gift that coins were spent for which go back.
type Part struct {
	Seq      int64
	Gift     id.Gift
	Coins    int64
	Diamonds int64
	Earning  id.Earning // "" where there were no diamonds
}

// PartsOf returns the gifts that the reversal takes back, the latest first, and how
// many there are.
func PartsOf(ctx context.Context, tx *db.Tx, reversal string, limit int) (all []Part, n int64, err error) {
	if err := tx.Row(ctx, "SELECT COUNT(*) FROM reversal_part WHERE reversal_id = $1", reversal).Scan(&n); err != nil {
		return nil, 0, err
	}
	all, err = db.Collect[Part](tx.Query(ctx, `SELECT p.seq, t.cause, p.coins, p.diamonds, p.earning_id FROM reversal_part p JOIN ledger_transfer t ON t.seq = p.seq
		WHERE p.reversal_id = $1 ORDER BY p.seq DESC LIMIT $2`, reversal, int64(limit)))(func(r *db.Rows) (p Part, err error) {
		return p, r.Scan(&p.Seq, (*string)(&p.Gift), &p.Coins, &p.Diamonds, (*string)(&p.Earning))
	})
	return all, n, err
}

// File is a refund or a dispute with what it is about.
type File struct {
	Reversal
	Paid  payment.Record
	Parts []Part // the gifts that it takes back, the latest first
	Gifts int64  // how many there are
	Claws []earnings.Claw
}

// FileOf returns the refund or the dispute with the charge, up to so many gifts, and
// what it takes back from creators.
func FileOf(ctx context.Context, tx *db.Tx, reversal string, gifts int) (f File, err error) {
	if f.Reversal, err = Get(ctx, tx, reversal); err != nil {
		return f, err
	}
	if f.Paid, err = payment.Get(ctx, tx, f.Charge); err != nil {
		return f, err
	}
	if f.Parts, f.Gifts, err = PartsOf(ctx, tx, f.ID, gifts); err != nil {
		return f, err
	}
	f.Claws, err = earnings.ClawsOf(ctx, tx, f.ID)
	return f, err
}
