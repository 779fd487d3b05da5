package ledger

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
)

// Recorded is a transfer as it stands in the journal.
type Recorded struct {
	Posted
	Kind  string
	Cause string
	Rule  string
	Hash  []byte // of all of it and of the hash before
	Lines []Move
}

// Filter chooses transfers; an empty field chooses all. There is no other
// field than those by which the books find transfers without reading all of
// them: the trail of an account, and the index by cause and kind.
type Filter struct {
	Account string      // a path that a line touches
	Asset   money.Asset // of the account; see Complete
	Cause   string
	Kind    string // beside Cause only
}

// Complete checks the filter and adds the asset of its account where the path
// alone names one account. A path that nothing was posted to gets none.
func Complete(ctx context.Context, tx *db.Tx, f Filter) (Filter, error) {
	switch {
	case f.Kind != "" && f.Cause == "":
		const detail = "Transfers are found by their cause, or by cause and kind. Name the cause, too."
		return f, fault.New(fault.InvalidParameter, detail).At("kind", fault.InvalidParameter, detail)
	case f.Asset != "" && f.Account == "":
		const detail = "An asset belongs to an account. Name the account, too."
		return f, fault.New(fault.InvalidParameter, detail).At("asset", fault.InvalidParameter, detail)
	case f.Asset != "" || f.Account == "":
		return f, nil
	}
	assets, err := db.Collect[string](tx.Query(ctx, "SELECT asset FROM ledger_account WHERE path = $1 ORDER BY asset", f.Account))(func(r *db.Rows) (s string, err error) {
		return s, r.Scan(&s)
	})
	switch {
	case err != nil || len(assets) == 0:
		return f, err
	case len(assets) > 1:
		const detail = "This path has an account in each of %s. Say which with asset."
		all := strings.Join(assets, ", ")
		return f, fault.New(fault.InvalidParameter, detail, all).At("asset", fault.InvalidParameter, detail, all)
	}
	f.Asset = money.Asset(assets[0])
	return f, nil
}

// Transfers returns the transfers that a complete filter chooses, newest
// first, before the transfer number (0 means from the end).
func Transfers(ctx context.Context, tx *db.Tx, f Filter, before int64, limit int) ([]Recorded, error) {
	if before <= 0 {
		before = 1 << 62
	}
	if f.Cause != "" {
		return ofCause(ctx, tx, f, before, limit)
	}
	query, args := latest, []any{before, limit}
	if f.Account != "" {
		acc, err := numberOf(ctx, tx, Ref{f.Account, f.Asset})
		if err != nil || acc == 0 {
			return nil, err
		}
		query, args = ofTrail, []any{acc, before, limit}
	}
	seqs, err := db.Collect[any](tx.Query(ctx, query, args...))(scanSeq)
	if err != nil {
		return nil, err
	}
	return recorded(ctx, tx, "seq", seqs)
}

const (
	latest  = "SELECT seq FROM ledger_transfer WHERE seq < $1 ORDER BY seq DESC LIMIT $2"
	ofTrail = trail + "SELECT w.seq FROM trail w WHERE w.seq > 0 AND w.seq < $2 ORDER BY w.seq DESC LIMIT $3"
	rowsBy  = "SELECT seq, kind, cause, rule, at_us, hash FROM ledger_transfer WHERE $column IN ($list)"
	linesOf = "SELECT " + entryColumns + " WHERE l.seq IN ($list)"
)

func scanSeq(r *db.Rows) (any, error) {
	var seq int64
	err := r.Scan(&seq)
	return seq, err
}

// OfKind returns the transfers of a kind between two numbers, which are not
// among them, newest first. It reads all that lie between: who asks bounds it.
func OfKind(ctx context.Context, tx *db.Tx, kind string, after, before int64, limit int) ([]Recorded, error) {
	seqs, err := db.Collect[any](tx.Query(ctx, "SELECT seq FROM ledger_transfer WHERE seq > $1 AND seq < $2 AND kind = $3 ORDER BY seq DESC LIMIT $4", after, before, kind, limit))(scanSeq)
	if err != nil {
		return nil, err
	}
	return recorded(ctx, tx, "seq", seqs)
}

// BySeq returns the transfers with these numbers, newest first.
func BySeq(ctx context.Context, tx *db.Tx, seqs []int64) ([]Recorded, error) {
	if len(seqs) == 0 {
		return nil, nil
	}
	list := make([]any, len(seqs))
	for i, n := range seqs {
		list[i] = n
	}
	return recorded(ctx, tx, "seq", list)
}

// ofCause reads all transfers of the cause and chooses among them: there is
// one of each kind at most.
func ofCause(ctx context.Context, tx *db.Tx, f Filter, before int64, limit int) ([]Recorded, error) {
	all, err := recorded(ctx, tx, "cause", []any{f.Cause})
	all = slices.DeleteFunc(all, func(t Recorded) bool {
		return t.Seq >= before || f.Kind != "" && t.Kind != f.Kind || f.Account != "" && !t.touches(f.Account, f.Asset)
	})
	return all[:min(limit, len(all))], err
}

func (t *Recorded) touches(path string, asset money.Asset) bool {
	return slices.ContainsFunc(t.Lines, func(l Move) bool { return l.Amount.Asset == asset && (l.From == path || l.To == path) })
}

// Get returns one transfer. An id that is well-formed carries some number; the
// transfer of that number is meant only if the id is its own to the last digit.
func Get(ctx context.Context, tx *db.Tx, transfer id.Transfer) (Recorded, error) {
	var found []Recorded
	if seq, ok := id.Sequence(id.KindTransfer, string(transfer)); ok {
		var err error
		if found, err = recorded(ctx, tx, "seq", []any{seq}); err != nil {
			return Recorded{}, err
		}
	}
	if len(found) == 0 || found[0].ID() != transfer {
		return Recorded{}, fault.New(fault.NotFound, "There is no transfer %s.", fault.Clip(string(transfer)))
	}
	return found[0], nil
}

// recorded returns the transfers whose column (seq or cause) has one of the
// values, newest first, each with its lines.
func recorded(ctx context.Context, tx *db.Tx, column string, values []any) ([]Recorded, error) {
	if len(values) == 0 {
		return nil, nil
	}
	all, err := db.Collect[Recorded](tx.QueryList(ctx, strings.Replace(rowsBy, "$column", column, 1), values))(scanRecorded)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	slices.SortFunc(all, func(a, b Recorded) int { return cmp.Compare(b.Seq, a.Seq) })
	seqs := make([]any, len(all))
	for i := range all {
		seqs[i] = all[i].Seq
	}
	lines, err := db.Collect[Entry](tx.QueryList(ctx, linesOf, seqs))(scanEntry)
	slices.SortFunc(lines, func(a, b Entry) int { return cmp.Or(cmp.Compare(b.Seq, a.Seq), cmp.Compare(a.N, b.N)) })
	for i := range all {
		for len(lines) > 0 && lines[0].Seq == all[i].Seq {
			all[i].Lines = append(all[i].Lines, Move{lines[0].From, lines[0].To, lines[0].Amount})
			lines = lines[1:]
		}
	}
	return all, err
}

func scanRecorded(r *db.Rows) (t Recorded, err error) {
	var us int64
	err = r.Scan(&t.Seq, &t.Kind, &t.Cause, &t.Rule, &us, &t.Hash)
	t.At = time.UnixMicro(us).UTC()
	return t, err
}
