package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
)

// Line moves Amount (> 0) from one account to another of the same asset.
type Line struct {
	From, To *Account
	Amount   int64
}

// Transfer is one business fact in the books.
type Transfer struct {
	Kind  string // what happened, such as gift.sent
	Cause string // the id of the row that made it happen
	Rule  string // the version of the rates that it used; "" if none applies
	Lines []Line
}

// Posted says where in the journal a transfer stands.
type Posted struct {
	Seq int64
	At  time.Time
}

// ID returns the transfer's public id.
func (p Posted) ID() id.Transfer {
	return id.Transfer(id.OfSequence(id.KindTransfer, p.At, p.Seq))
}

// BelowFloorError says that a transfer would have taken an account below its
// floor. Nothing of the transfer was applied.
type BelowFloorError struct {
	Account *Account
	Missing int64 // how much more the account would have needed
}

// Error implements error.
func (e *BelowFloorError) Error() string {
	return fmt.Sprintf("ledger: %s %s lacks %d", e.Account.Path, e.Account.Asset, e.Missing)
}

// Book holds the accounts that one closure works with, and what it posts.
type Book struct {
	tx     *db.Tx
	byID   map[int64]*Account
	byRef  map[Ref]*Account
	began  head // as it was found
	head   head
	loaded bool

	order     []*Account // accounts in the order in which they were changed
	newOnes   []*Account
	transfers []any // rows to insert
	lines     []any
	posted    int
	nLines    int
	buf       []byte
}

type head struct {
	seq, lastAccount, atUS int64
	hash                   []byte
}

// Open returns an empty Book on the transaction.
func Open(tx *db.Tx) *Book {
	return &Book{tx: tx, byID: map[int64]*Account{}, byRef: map[Ref]*Account{}}
}

func (b *Book) loadHead(ctx context.Context) error {
	if b.loaded {
		return nil
	}
	err := b.tx.Row(ctx, "SELECT seq, hash, last_account, at_us FROM ledger_head WHERE id = 1").
		Scan(&b.began.seq, &b.began.hash, &b.began.lastAccount, &b.began.atUS)
	if err != nil {
		return fmt.Errorf("ledger: reading the head: %w", err)
	}
	if b.began.hash == nil { // SQLite has no bytes for an empty hash, and the column takes no NULL
		b.began.hash = []byte{}
	}
	if ahead := time.Duration(b.began.atUS-b.tx.NowUS()) * time.Microsecond; ahead > maxAhead {
		return fault.New(fault.Maintenance, "The server's clock is %s behind its books, so that nothing can be dated. Nothing was changed; whoever runs the server has to set the clock right.", ahead.Round(time.Second)).After(time.Minute)
	}
	b.head, b.loaded = b.began, true
	return nil
}

// maxAhead is how far the books may be ahead of the clock. A clock that was
// set back by less is caught up with; by more, it was or is wrong, and what
// would be posted could be dated years from now: no hold of it would ever end.
const maxAhead = 5 * time.Minute

// Now is the instant in microseconds that a transfer of the Book would carry:
// the transaction's, or the last transfer's if the clock has stepped back.
func (b *Book) Now(ctx context.Context) (us int64, err error) {
	if err := b.loadHead(ctx); err != nil {
		return 0, err
	}
	return max(b.head.atUS, b.tx.NowUS()), nil
}

// Load brings existing accounts into the Book by their ids.
func (b *Book) Load(ctx context.Context, ids []int64) error {
	if err := b.loadHead(ctx); err != nil {
		return err
	}
	var want []any
	for _, n := range ids {
		if b.byID[n] == nil {
			want = append(want, n)
		}
	}
	if len(want) == 0 {
		return nil
	}
	rows, err := b.tx.QueryList(ctx, "SELECT id, path, asset, balance, floor, last_seq FROM ledger_account WHERE id IN ($list)", want)
	if err != nil {
		return err
	}
	return b.adopt(rows)
}

// Find brings the accounts with these names into the Book and makes those
// that do not exist yet. They are returned in the order of refs.
func (b *Book) Find(ctx context.Context, refs ...Ref) ([]*Account, error) {
	if err := b.loadHead(ctx); err != nil {
		return nil, err
	}
	var want []any
	asked := map[string]bool{}
	for _, r := range refs {
		if b.byRef[r] == nil && !asked[r.Path] {
			asked[r.Path] = true
			want = append(want, r.Path)
		}
	}
	if len(want) > 0 {
		rows, err := b.tx.QueryList(ctx, "SELECT id, path, asset, balance, floor, last_seq FROM ledger_account WHERE path IN ($list)", want)
		if err != nil {
			return nil, err
		}
		if err := b.adopt(rows); err != nil {
			return nil, err
		}
	}
	found := make([]*Account, len(refs))
	for i, r := range refs {
		if b.byRef[r] == nil {
			b.create(r)
		}
		found[i] = b.byRef[r]
	}
	return found, nil
}

func (b *Book) adopt(rows *db.Rows) error {
	defer rows.Close()
	for rows.Next() {
		a := &Account{book: b}
		if err := rows.Scan(&a.ID, &a.Path, (*string)(&a.Asset), &a.Balance, &a.Floor, &a.last); err != nil {
			return err
		}
		if b.byID[a.ID] == nil {
			b.byID[a.ID], b.byRef[Ref{a.Path, a.Asset}] = a, a
		}
	}
	return rows.Err()
}

func (b *Book) create(r Ref) {
	b.head.lastAccount++
	a := &Account{ID: b.head.lastAccount, Path: r.Path, Asset: r.Asset, Floor: FloorOf(r.Path), book: b, isNew: true}
	b.byID[a.ID], b.byRef[r] = a, a
	b.newOnes = append(b.newOnes, a)
}

// Account returns an account that is in the Book, or nil.
func (b *Book) Account(n int64) *Account { return b.byID[n] }

// The ways in which a transfer or a Book is malformed: faults of the program.
var (
	errLine  = errors.New("ledger: a line needs two accounts of one asset and an amount from 1 to 2^53-1")
	errRange = errors.New("ledger: a balance would leave the range of ±2^62")
	errBook  = errors.New("ledger: the account of a line belongs to another Book")
	errStale = errors.New("ledger: something else was posted while this Book was open; post it all in one Book")
)

// maxBalance bounds balances, as the schema does.
const maxBalance = 1<<62 - 1

// Post applies the transfer to the Book's accounts, or refuses it whole with
// a BelowFloorError. It is on disk after Flush and the commit.
func (b *Book) Post(ctx context.Context, t Transfer) (Posted, error) {
	if err := b.loadHead(ctx); err != nil {
		return Posted{}, err
	}
	if t.Kind == "" || t.Cause == "" || len(t.Lines) == 0 {
		return Posted{}, errors.New("ledger: a transfer needs a kind, a cause and a line")
	}
	for _, l := range t.Lines {
		if l.From == nil || l.To == nil || l.From == l.To || l.From.Asset != l.To.Asset || l.Amount < 1 || l.Amount > money.Max {
			return Posted{}, errLine
		}
		if l.From.book != b || l.To.book != b {
			return Posted{}, errBook
		}
	}
	if err := apply(t.Lines); err != nil {
		return Posted{}, err
	}
	for _, l := range t.Lines {
		b.mark(l.From)
		b.mark(l.To)
	}
	return b.record(t), nil
}

// apply moves the amounts, or moves them back if an account ends below its
// floor. No sum overflows on the way: both sides are checked at each line.
func apply(lines []Line) error {
	for i, l := range lines {
		l.From.Balance -= l.Amount
		l.To.Balance += l.Amount
		if l.From.Balance < -maxBalance || l.To.Balance > maxBalance {
			undo(lines[:i+1])
			return errRange
		}
	}
	for _, l := range lines {
		if l.From.Balance < l.From.Floor {
			err := &BelowFloorError{Account: l.From, Missing: l.From.Floor - l.From.Balance}
			undo(lines)
			return err
		}
	}
	return nil
}

func undo(lines []Line) {
	for _, l := range lines {
		l.From.Balance += l.Amount
		l.To.Balance -= l.Amount
	}
}

func (b *Book) mark(a *Account) {
	if !a.changed {
		a.changed = true
		b.order = append(b.order, a)
	}
}

// record takes the next number, chains the hash and keeps the rows.
func (b *Book) record(t Transfer) Posted {
	b.head.seq++
	// Microseconds never fall along the journal, even if the clock steps back.
	b.head.atUS = max(b.head.atUS, b.tx.NowUS()) // see Now
	var hash []byte
	hash, b.buf = digest(b.buf, b.head.hash, b.head.seq, b.head.atUS, t)
	b.head.hash = hash
	b.transfers = append(b.transfers, b.head.seq, t.Kind, t.Cause, t.Rule, b.head.atUS, hash)
	b.posted++
	for i, l := range t.Lines {
		b.lines = append(b.lines, b.head.seq, int64(i+1), l.From.ID, l.To.ID, l.Amount, l.From.touch(b.head.seq), l.To.touch(b.head.seq))
	}
	b.nLines += len(t.Lines)
	return Posted{Seq: b.head.seq, At: time.UnixMicro(b.head.atUS).UTC()}
}

// Flush writes what was posted. A Book is not used after it. If another Book
// of the same transaction was flushed in the meantime, this one's balances are
// out of date: Flush then fails, and with it the closure.
func (b *Book) Flush(ctx context.Context) error {
	if len(b.newOnes) == 0 && b.posted == 0 {
		return nil
	}
	fresh := make([]any, 0, 6*len(b.newOnes))
	for _, a := range b.newOnes {
		fresh = append(fresh, a.ID, a.Path, string(a.Asset), a.Balance, a.Floor, a.last)
	}
	if err := b.tx.InsertRows(ctx, "ledger_account", []string{"id", "path", "asset", "balance", "floor", "last_seq"}, len(b.newOnes), fresh); err != nil {
		return err
	}
	changed := make([]any, 0, 3*len(b.order))
	for _, a := range b.order {
		if !a.isNew {
			changed = append(changed, a.ID, a.Balance, a.last)
		}
	}
	if err := b.tx.UpdateRows(ctx, "ledger_account", []string{"id", "balance", "last_seq"}, len(changed)/3, changed); err != nil {
		return err
	}
	if err := b.tx.InsertRows(ctx, "ledger_transfer", []string{"seq", "kind", "cause", "rule", "at_us", "hash"}, b.posted, b.transfers); err != nil {
		return err
	}
	if err := b.tx.InsertRows(ctx, "ledger_line", []string{"seq", "n", "from_account", "to_account", "amount", "from_prev", "to_prev"}, b.nLines, b.lines); err != nil {
		return err
	}
	n, err := b.tx.Exec(ctx, "UPDATE ledger_head SET seq = $1, hash = $2, last_account = $3, at_us = $4 WHERE id = 1 AND seq = $5 AND last_account = $6",
		b.head.seq, b.head.hash, b.head.lastAccount, b.head.atUS, b.began.seq, b.began.lastAccount)
	if err == nil && n != 1 {
		err = errStale
	}
	return err
}

// Move is a line by the names of its accounts.
type Move struct {
	From, To string // account paths
	Amount   money.Amount
}

// Post writes one transfer: a Book of one. Moves of nothing are left out.
func Post(ctx context.Context, tx *db.Tx, kind, cause, rule string, moves ...Move) (Posted, error) {
	b := Open(tx)
	p, err := b.PostMoves(ctx, kind, cause, rule, moves...)
	if err != nil {
		return Posted{}, err
	}
	return p, b.Flush(ctx)
}

// PostMoves is (*Book).Post for accounts by their names, which it finds or makes.
// Moves of nothing are left out.
func (b *Book) PostMoves(ctx context.Context, kind, cause, rule string, moves ...Move) (Posted, error) {
	moves = slices.DeleteFunc(slices.Clone(moves), func(m Move) bool { return m.Amount.Units == 0 })
	var refs []Ref
	for _, m := range moves {
		refs = append(refs, Ref{m.From, m.Amount.Asset}, Ref{m.To, m.Amount.Asset})
	}
	accounts, err := b.Find(ctx, refs...)
	if err != nil {
		return Posted{}, err
	}
	t := Transfer{Kind: kind, Cause: cause, Rule: rule}
	for i, m := range moves {
		t.Lines = append(t.Lines, Line{From: accounts[2*i], To: accounts[2*i+1], Amount: m.Amount.Units})
	}
	return b.Post(ctx, t)
}
