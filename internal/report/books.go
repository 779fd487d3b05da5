package report

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
)

// AsOf is a point of the books: after everything up to an instant, or after the
// transfer of a number. The zero AsOf is now.
type AsOf struct {
	At  time.Time
	Seq int64
}

// number returns the transfer after which the point lies; 0 is now. A point that
// can not be answered is a fault.
func (p AsOf) number(ctx context.Context, tx *db.Tx) (int64, error) {
	switch {
	case p.Seq != 0 && !p.At.IsZero():
		return 0, fault.New(fault.InvalidParameter, "Name an instant or the number of a transfer, not both.")
	case p.Seq != 0:
		return p.Seq, ledger.Numbered(ctx, tx, p.Seq)
	case !p.At.IsZero():
		return ledger.SeqAt(ctx, tx, p.At)
	}
	return 0, nil
}

// AccountsAsOf is Accounts at a point of the books; accounts that no transfer
// had touched by then are left out. It is a query for Ask.
func AccountsAsOf(prefix string, p AsOf, limit int, after string) func(context.Context, *db.Tx) ([]ledger.Account, error) {
	return func(ctx context.Context, tx *db.Tx) ([]ledger.Account, error) {
		seq, err := p.number(ctx, tx)
		if err != nil {
			return nil, err
		}
		if seq == 0 {
			return Accounts(ctx, tx, prefix, limit, after)
		}
		path, asset, _ := cutLast(after)
		return ledger.AccountsAsOf(ctx, tx, prefix, seq, limit, path, money.Asset(asset))
	}
}

func cutLast(after string) (path, asset string, found bool) {
	if cut := strings.LastIndexByte(after, ' '); cut >= 0 {
		return after[:cut], after[cut+1:], true
	}
	return "", "", false
}

// Branch is what stands below one step of a path.
type Branch struct {
	Path     string // ends in a slash where there is more below
	Accounts int64  // how many there are
	Sums     []money.Amount
}

// Tree is the accounts by the next step of their paths.
type Tree struct {
	Prefix   string
	Seq      int64 // after which transfer; 0 is now
	Branches []Branch
	Next     string         // where the next page begins; "" at the end
	Sums     []money.Amount // of all accounts of the books, by asset: each is zero
}

// Tree returns what stands below the prefix, which is empty or ends in a
// slash, by the next step of the paths. after is the Next of the page before.
func (r *Reader) Tree(ctx context.Context, prefix string, p AsOf, after string, limit int) (Tree, error) {
	return Ask(ctx, r, func(ctx context.Context, tx *db.Tx) (t Tree, err error) {
		if prefix != "" && !strings.HasSuffix(prefix, "/") {
			return t, fault.New(fault.InvalidParameter, "A branch of the accounts ends in a slash, such as creator/.")
		}
		t.Prefix = prefix
		if t.Seq, err = p.number(ctx, tx); err != nil {
			return t, err
		}
		if t.Seq == 0 {
			err = t.now(ctx, tx, after, limit)
		} else {
			err = t.then(ctx, tx, after, limit)
		}
		return t, err
	})
}

// now steps from one branch to the next in the index of paths.
func (t *Tree) now(ctx context.Context, tx *db.Tx, after string, limit int) error {
	at := max(after, t.Prefix)
	for {
		var path string
		err := tx.Row(ctx, "SELECT COALESCE(MIN(path), '') FROM ledger_account WHERE path > $1 AND path < $2", at, end(t.Prefix)).Scan(&path)
		if err != nil {
			return err
		}
		if path == "" {
			break
		}
		if len(t.Branches) == limit {
			t.Next = at
			break
		}
		b := Branch{Path: t.branchOf(path)}
		last := b.Path
		query := "SELECT asset, COUNT(*), CAST(SUM(balance) AS BIGINT) FROM ledger_account WHERE path = $1 AND path <= $2 GROUP BY asset ORDER BY asset"
		if strings.HasSuffix(b.Path, "/") {
			last = end(b.Path)
			query = "SELECT asset, COUNT(*), CAST(SUM(balance) AS BIGINT) FROM ledger_account WHERE path >= $1 AND path < $2 GROUP BY asset ORDER BY asset"
		}
		if err := b.read(tx.Query(ctx, query, b.Path, last)); err != nil {
			return err
		}
		t.Branches, at = append(t.Branches, b), last
	}
	if t.Prefix == "" && after == "" && t.Next == "" { // these are all branches, so nothing has to be read twice
		all := sums{}
		for _, b := range t.Branches {
			for _, a := range b.Sums {
				all[a.Asset] += a.Units
			}
		}
		t.Sums = all.amounts()
		return nil
	}
	var err error
	t.Sums, err = db.Collect[money.Amount](tx.Query(ctx, "SELECT CAST(SUM(balance) AS BIGINT), asset FROM ledger_account GROUP BY asset ORDER BY asset"))(scanAmount)
	return err
}

// end is behind everything that begins with the prefix.
func end(prefix string) string { return prefix + "\U0010ffff" }

// branchOf cuts a path behind its next step.
func (t *Tree) branchOf(path string) string {
	if step := strings.IndexByte(path[len(t.Prefix):], '/'); step >= 0 {
		return path[:len(t.Prefix)+step+1]
	}
	return path
}

func (b *Branch) read(rows *db.Rows, err error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var a money.Amount
		var n int64
		if err := rows.Scan((*string)(&a.Asset), &n, &a.Units); err != nil {
			return err
		}
		b.Accounts += n
		b.Sums = append(b.Sums, a)
	}
	return rows.Err()
}

// then adds the accounts up as they were.
func (t *Tree) then(ctx context.Context, tx *db.Tx, after string, limit int) error {
	all := sums{}
	type branch struct {
		count int64
		sums  sums
	}
	byPath, order := map[string]*branch{}, []string{}
	err := ledger.EachAsOf(ctx, tx, "", t.Seq, "", "", func(a ledger.Account) bool {
		all[a.Asset] += a.Balance
		if !strings.HasPrefix(a.Path, t.Prefix) {
			return true
		}
		name := t.branchOf(a.Path)
		if byPath[name] == nil {
			byPath[name] = &branch{sums: sums{}}
			order = append(order, name)
		}
		byPath[name].count++
		byPath[name].sums[a.Asset] += a.Balance
		return true
	})
	if err != nil {
		return err
	}
	for _, name := range order {
		if name <= after || after != "" && strings.HasPrefix(after, name) {
			continue
		}
		if len(t.Branches) == limit {
			t.Next = t.Branches[limit-1].Path
			if strings.HasSuffix(t.Next, "/") {
				t.Next = end(t.Next)
			}
			break
		}
		t.Branches = append(t.Branches, Branch{name, byPath[name].count, byPath[name].sums.amounts()})
	}
	t.Sums = all.amounts()
	return nil
}

// AccountLine is a line as one account sees it.
type AccountLine struct {
	ledger.Entry
	Change  int64 // what it did to the account
	Balance int64 // of the account after the line
}

// AccountPage is an account with lines that touched it.
type AccountPage struct {
	Account ledger.Account
	Lines   []AccountLine // newest first
	Next    string        // where the next page begins; "" at the end
}

// Account returns an account with its lines and the balance after each. after
// is the Next of the page before. The path of no account is not_found.
func (r *Reader) Account(ctx context.Context, ref ledger.Ref, after string, limit int) (AccountPage, error) {
	return Ask(ctx, r, func(ctx context.Context, tx *db.Tx) (p AccountPage, err error) {
		found, err := ledger.Balances(ctx, tx, ref.Path, 1, "")
		if err != nil {
			return p, err
		}
		there := false
		for _, a := range found {
			if a.Path == ref.Path && a.Asset == ref.Asset {
				p.Account, there = a, true
			}
		}
		if !there {
			return p, fault.New(fault.NotFound, "There is no account %s in %s.", fault.Clip(ref.Path), fault.Clip(string(ref.Asset)))
		}
		before, balance := int64(0), p.Account.Balance
		if after != "" {
			if before, balance, err = linePlace(after); err != nil {
				return p, err
			}
		}
		lines, err := ledger.OfAccount(ctx, tx, ref, before, limit+1)
		if err != nil {
			return p, err
		}
		more := false
		for i, l := range lines {
			if more = i >= limit && l.Seq != lines[i-1].Seq; more {
				break
			}
			change := l.Amount.Units
			if l.From == ref.Path {
				change = -change
			}
			p.Lines = append(p.Lines, AccountLine{l, change, balance})
			balance -= change
		}
		if !more && len(lines) > limit { // they are all of one page, which does not part a transfer
			further, err := ledger.OfAccount(ctx, tx, ref, lines[len(lines)-1].Seq, 1)
			if err != nil {
				return p, err
			}
			more = len(further) > 0
		}
		if more {
			p.Next = fmt.Sprintf("%d %d", p.Lines[len(p.Lines)-1].Seq, balance)
		}
		return p, nil
	})
}

// linePlace reads a place among lines: behind a transfer, before which the
// account held so much.
func linePlace(after string) (seq, balance int64, err error) {
	first, second, ok := strings.Cut(after, " ")
	seq, err = strconv.ParseInt(first, 10, 64)
	balance, err2 := strconv.ParseInt(second, 10, 64)
	if !ok || err != nil || err2 != nil || seq < 1 {
		return 0, 0, errPlace()
	}
	return seq, balance, nil
}

// TransferFilter chooses transfers; see ledger.Filter. With From, a kind may
// stand alone.
type TransferFilter struct {
	ledger.Filter
	From, To time.Time // the zero time is unbounded; To is not in it
}

// transferSpan bounds the transfers that one page of a kind looks at.
const transferSpan = 10_000

// Transfers returns the transfers of the filter before the number (0 for the
// first page), newest first, and where the next page begins, 0 at the end. A
// page of a kind may be short and have more all the same.
func (r *Reader) Transfers(ctx context.Context, f TransferFilter, before int64, limit int) (all []ledger.Recorded, next int64, err error) {
	all, err = Ask(ctx, r, func(ctx context.Context, tx *db.Tx) ([]ledger.Recorded, error) {
		var rows []ledger.Recorded
		rows, next, err = transfers(ctx, tx, f, before, limit)
		return rows, err
	})
	return all, next, err
}

func transfers(ctx context.Context, tx *db.Tx, f TransferFilter, before int64, limit int) ([]ledger.Recorded, int64, error) {
	last, _, _, err := ledger.Head(ctx, tx)
	if err != nil {
		return nil, 0, err
	}
	low := int64(0)
	if before <= 0 || before > last+1 {
		before = last + 1
	}
	if !f.From.IsZero() {
		if low, err = lastBefore(ctx, tx, f.From); err != nil {
			return nil, 0, err
		}
	}
	if !f.To.IsZero() {
		high, err := lastBefore(ctx, tx, f.To)
		if err != nil {
			return nil, 0, err
		}
		if high < last {
			before = min(before, high+1)
		}
	}
	if f.Kind != "" && f.Cause == "" && f.Account == "" && !f.From.IsZero() {
		return ofKind(ctx, tx, f.Kind, low, before, limit)
	}
	filter, err := ledger.Complete(ctx, tx, f.Filter)
	if err != nil || low >= before-1 {
		return nil, 0, err
	}
	rows, err := ledger.Transfers(ctx, tx, filter, before, limit+1)
	for i := range rows {
		if rows[i].Seq <= low {
			return rows[:i], 0, err
		}
	}
	if len(rows) > limit {
		return rows[:limit], rows[limit-1].Seq, err
	}
	return rows, 0, err
}

func ofKind(ctx context.Context, tx *db.Tx, kind string, low, before int64, limit int) ([]ledger.Recorded, int64, error) {
	from := max(low, before-1-transferSpan)
	rows, err := ledger.OfKind(ctx, tx, kind, from, before, limit+1)
	switch {
	case err != nil:
		return nil, 0, err
	case len(rows) > limit:
		return rows[:limit], rows[limit-1].Seq, nil
	case from > low:
		return rows, from + 1, nil
	}
	return rows, 0, nil
}
