package ledger

import (
	"cmp"
	"context"
	"slices"

	"github.com/ovationhq/ovation/internal/db"
)

// Trail is where the history of an account begins, which is read backwards:
// at the last transfer that touched it.
type Trail struct{ Account, Last int64 }

// Merged returns the last transfers that touched any of the accounts, newest
// first, before the transfer number (0 means from the end). An account that was
// touched last before the page's end is not looked at. One that was touched
// after its beginning has to be: whoever knows that it did not exist then
// leaves it out.
func Merged(ctx context.Context, tx *db.Tx, all []Trail, before int64, limit int) ([]Recorded, error) {
	if limit < 1 {
		return nil, nil
	}
	if before <= 0 {
		before = 1 << 62
	}
	seqs, err := merge(all, before, limit, func(accounts []any, floor int64) ([]int64, error) {
		return db.Collect[int64](tx.QueryList(ctx, trails, accounts, before, limit, floor))(func(r *db.Rows) (seq int64, err error) {
			return seq, r.Scan(&seq)
		})
	})
	if err != nil {
		return nil, err
	}
	return recorded(ctx, tx, "seq", seqs)
}

// trails is trail for several accounts: the transfers between $3 and $1 that
// touched any of them, the last $2 of each.
const trails = `WITH RECURSIVE trail (account, seq, n) AS (
		SELECT a.id, COALESCE((SELECT MAX(CASE WHEN l.to_account = a.id THEN l.to_prev ELSE l.from_prev END) FROM ledger_line l
			WHERE l.seq = $1 AND (l.to_account = a.id OR l.from_account = a.id)), a.last_seq), CAST(1 AS BIGINT)
		FROM ledger_account a WHERE a.id IN ($list)
		UNION SELECT w.account, CASE WHEN l.to_account = w.account THEN l.to_prev ELSE l.from_prev END, w.n + CASE WHEN l.seq < $1 THEN 1 ELSE 0 END
		FROM trail w JOIN ledger_line l ON l.seq = w.seq WHERE (l.to_account = w.account OR l.from_account = w.account) AND (w.n < $2 OR w.seq >= $1) AND w.seq > $3)
	SELECT DISTINCT w.seq FROM trail w WHERE w.seq > $3 AND w.seq < $1`

// The accounts that are walked at once: few at first, because they may make
// the page; so many at most that the engine looks their lines up.
const (
	firstWalked = 4
	mostWalked  = 256
)

// merge finds the numbers of the page's transfers. walk returns those between
// the floor and the page's beginning that touched the accounts.
func merge(all []Trail, before int64, limit int, walk func(accounts []any, floor int64) ([]int64, error)) ([]any, error) {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b Trail) int { return cmp.Or(cmp.Compare(b.Last, a.Last), cmp.Compare(a.Account, b.Account)) })
	var later []Trail
	ended := all
	for len(ended) > 0 && ended[0].Last >= before {
		later, ended = append(later, ended[0]), ended[1:]
	}
	p := pile{limit: limit}
	for _, t := range ended { // the ends of trails are transfers, too
		if p.add(t.Last); p.floor >= t.Last {
			break
		}
	}
	step := func(some []Trail) error {
		accounts := make([]any, len(some))
		for i, t := range some {
			accounts[i] = t.Account
		}
		seqs, err := walk(accounts, p.floor)
		p.add(seqs...)
		return err
	}
	for size := firstWalked; len(ended) > 0 && ended[0].Last > p.floor; size = min(2*size, mostWalked) {
		n := min(size, len(ended))
		if err := step(ended[:n]); err != nil {
			return nil, err
		}
		ended = ended[n:]
	}
	// Of those that were touched again after the page's beginning nothing says
	// where they stood then; but the floor is known now.
	for some := range slices.Chunk(later, mostWalked) {
		if err := step(some); err != nil {
			return nil, err
		}
	}
	return p.numbers(), nil
}

// pile keeps the largest numbers that were added, so many as the page has.
type pile struct {
	limit int
	seqs  []int64 // newest first, each once
	floor int64   // no smaller number and not this one can come in any more; 0 while there is room
}

func (p *pile) add(seqs ...int64) {
	p.seqs = append(p.seqs, seqs...)
	slices.SortFunc(p.seqs, func(a, b int64) int { return cmp.Compare(b, a) })
	p.seqs = slices.Compact(p.seqs)
	p.seqs = p.seqs[:min(len(p.seqs), p.limit)]
	if len(p.seqs) == p.limit && p.limit > 0 {
		p.floor = p.seqs[p.limit-1]
	}
}

func (p *pile) numbers() []any {
	all := make([]any, len(p.seqs))
	for i, seq := range p.seqs {
		all[i] = seq
	}
	return all
}
