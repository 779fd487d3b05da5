package reversal

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/second"
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
	Begun   bool   // none that is only proposed, or was declined
	Before  string // the last of the page before
	Limit   int
}

// List returns those that the query chooses, the latest first.
func List(ctx context.Context, tx *db.Tx, q Query) ([]Reversal, error) {
	query, args := q.statement()
	return db.Collect[Reversal](tx.Query(ctx, query, args...))(scan)
}

// statement is built of what is asked for alone, so that an index answers it.
func (q *Query) statement() (string, []any) {
	where, args := []string{"id < $1", "id > $2"}, []any{cmp.Or(q.Before, string(q.Kind)+"_~"), string(q.Kind) + "_"}
	for _, f := range []struct{ column, value string }{{"subject", q.Subject}, {"person_id", string(q.Person)}, {"state", string(q.State)}} {
		if f.value != "" {
			args = append(args, f.value)
			where = append(where, fmt.Sprintf("%s = $%d", f.column, len(args)))
		}
	}
	if q.Under {
		where = append(where, "ended_us = 0")
	}
	if q.Begun {
		where = append(where, "state NOT IN ('proposed', 'declined')")
	}
	args = append(args, int64(q.Limit))
	return fmt.Sprintf("SELECT %s FROM reversal WHERE %s ORDER BY id DESC LIMIT $%d", columns, strings.Join(where, " AND "), len(args)), args
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
	if f.IsDispute() {
		i, err := intentOf(ctx, tx, f.ID)
		if err != nil {
			return f, err
		}
		f.Deciding = i.kind
		if f.GivingUp, err = second.About(ctx, tx, GivingUp, f.ID); err != nil {
			return f, err
		}
	}
	f.Claws, err = earnings.ClawsOf(ctx, tx, f.ID)
	return f, err
}
