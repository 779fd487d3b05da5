package ledger

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/money"
)

// page is a stretch of the journal: the transfers of a range of numbers and
// all lines in that range, each in order.
type page struct {
	first, last int64 // the range
	transfers   []transferRow
	lines       []lineRow
}

type transferRow struct {
	seq, atUS         int64
	kind, cause, rule string
	hash              []byte
}

type lineRow struct{ seq, n, from, to, amount, fromPrev, toPrev int64 }

// pageSize is how many transfers a page has.
const pageSize = 4096

// pagesAhead is how many pages the reader may be ahead of the hashing.
const pagesAhead = 2

// journal reads every transfer and line, whatever their numbers are, and has
// another goroutine check what was read. Reading takes the longer.
func (v *verifier) journal(ctx context.Context) error {
	read, used, done := make(chan *page, pagesAhead), make(chan *page, pagesAhead+2), make(chan struct{})
	for range cap(used) {
		used <- &page{} // pages go round, so that their memory is used again
	}
	go func() {
		defer close(done)
		for p := range read {
			v.check(p)
			used <- p
		}
	}()
	err := v.readPages(ctx, read, used)
	close(read)
	<-done
	return err
}

// readPages goes through all numbers that there can be, so that no row escapes
// by a number that no transfer would have.
func (v *verifier) readPages(ctx context.Context, read chan<- *page, used <-chan *page) error {
	all := v.head.seq
	var done int64
	for first := int64(math.MinInt64); ; {
		p := <-used
		last, err := v.fill(ctx, p, first)
		if err != nil {
			return err
		}
		done += int64(len(p.transfers))
		read <- p
		if v.progress != nil {
			v.progress(done, max(all, done))
		}
		if last == math.MaxInt64 {
			return nil
		}
		first = last + 1
	}
}

// fill reads the page that begins with the number first and returns the number
// with which it ends.
func (v *verifier) fill(ctx context.Context, p *page, first int64) (last int64, err error) {
	p.transfers, p.lines = p.transfers[:0], p.lines[:0]
	var t transferRow
	err = scanAll(&t, &p.transfers, []any{&t.seq, &t.kind, &t.cause, &t.rule, &t.atUS, &t.hash})(
		v.tx.Query(ctx, "SELECT seq, kind, cause, rule, at_us, hash FROM ledger_transfer WHERE seq >= $1 ORDER BY seq LIMIT $2", first, pageSize))
	if err != nil {
		return 0, err
	}
	last = math.MaxInt64
	if n := len(p.transfers); n == pageSize {
		last = p.transfers[n-1].seq
	}
	var l lineRow
	err = scanAll(&l, &p.lines, []any{&l.seq, &l.n, &l.from, &l.to, &l.amount, &l.fromPrev, &l.toPrev})(
		v.tx.Query(ctx, "SELECT seq, n, from_account, to_account, amount, from_prev, to_prev FROM ledger_line WHERE seq >= $1 AND seq <= $2 ORDER BY seq, n", first, last))
	p.first, p.last = first, last
	if err == nil {
		err = v.ride(p)
	}
	return last, err
}

// scanAll appends every row to a slice. dest points into one, which is used
// for all rows, so that a row costs no memory of its own.
func scanAll[T any](one *T, all *[]T, dest []any) func(*db.Rows, error) error {
	return func(rows *db.Rows, err error) error {
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			if err := rows.Scan(dest...); err != nil {
				return err
			}
			*all = append(*all, *one)
		}
		return rows.Err()
	}
}

// check goes through transfers and lines side by side.
func (v *verifier) check(p *page) {
	rest := p.lines
	for i := range p.transfers {
		t := &p.transfers[i]
		for len(rest) > 0 && rest[0].seq < t.seq {
			v.orphan(&rest[0])
			rest = rest[1:]
		}
		n := 0
		for n < len(rest) && rest[n].seq == t.seq {
			n++
		}
		v.transfer(t, rest[:n])
		rest = rest[n:]
	}
	for i := range rest {
		v.orphan(&rest[i])
	}
}

func (v *verifier) orphan(l *lineRow) {
	v.r.Lines++
	v.r.Add(RuleLines, l.where(), "its transfer does not exist")
}

func (l *lineRow) where() string { return fmt.Sprintf("line %d of transfer %d", l.n, l.seq) }

func (t *transferRow) where() string {
	return fmt.Sprintf("transfer %d (%s of %s)", t.seq, t.kind, t.cause)
}

// transfer checks the next transfer of the journal with its lines.
func (v *verifier) transfer(t *transferRow, lines []lineRow) {
	v.r.Transfers++
	if t.seq != v.last.seq+1 {
		v.r.Add(RuleSequence, t.where(), "the one before it is number %d", v.last.seq)
	}
	if t.atUS < v.last.atUS {
		v.r.Add(RuleSequence, t.where(), "it is of %s, the one before it of %s", instant(t.atUS), instant(v.last.atUS))
	}
	if len(lines) == 0 {
		v.r.Add(RuleLines, t.where(), "it has no line")
	}
	v.lines = v.lines[:0]
	for i := range lines {
		v.line(&lines[i], i)
	}
	v.floors(t, lines)
	var hash []byte
	hash, v.buf = digest(v.buf, v.last.hash, t.seq, t.atUS, Transfer{t.kind, t.cause, t.rule, v.lines})
	if !bytes.Equal(hash, t.hash) {
		v.r.Add(RuleChain, t.where(), "the row or one before it was changed: the hash is %x…, computed %x…", clip(t.hash), clip(hash))
	}
	v.last.seq, v.last.atUS, v.last.hash = t.seq, t.atUS, t.hash
}

// line checks line number i of a transfer and adds it to the sums.
func (v *verifier) line(l *lineRow, i int) {
	v.r.Lines++
	if l.n != int64(i+1) {
		v.r.Add(RuleLines, l.where(), "its place is %d", i+1)
	}
	from, to := v.byID[l.from], v.byID[l.to]
	switch {
	case from == nil || to == nil:
		v.r.Add(RuleLines, l.where(), "it goes from account %d to %d, and one of them does not exist", l.from, l.to)
		return
	case from == to:
		v.r.Add(RuleLines, l.where(), "it goes from account %d to the same", l.from)
	case from.Asset != to.Asset:
		v.r.Add(RuleLines, l.where(), "it moves %s into %s", from.Asset, to.Asset)
	case l.amount <= 0:
		v.r.Add(RuleLines, l.where(), "its amount is %d", l.amount)
	}
	if from.Asset == money.Coin && !mayGo(from.Path, to.Path) {
		v.r.Add(RuleNoPersonMix, l.where(), "coins went from %s to %s", from.Path, to.Path)
	}
	if f, t := from.walked.touch(l.seq), to.walked.touch(l.seq); l.fromPrev != f || l.toPrev != t {
		v.r.Add(RuleTrail, l.where(), "it says that its accounts were touched before by %d and %d, it was %d and %d", l.fromPrev, l.toPrev, f, t)
	}
	from.sum -= l.amount
	to.sum += l.amount
	v.lines = append(v.lines, Line{&from.Account, &to.Account, l.amount})
}

// floors checks that no account stood below its floor after the transfer. An
// account is named once.
func (v *verifier) floors(t *transferRow, lines []lineRow) {
	for i := range lines {
		a := v.byID[lines[i].from]
		if a != nil && a.sum < a.floor && !a.wasBelow {
			a.wasBelow = true
			v.r.Add(RuleFloor, where(a), "it stood at %d after %s, its floor is %d", a.sum, t.where(), a.floor)
		}
	}
}

// mayGo reports whether coins may go from the one account to the other.
func mayGo(from, to string) bool {
	aside := strings.HasPrefix(to, "reversal/")
	switch {
	case IsLot(from):
		return to == CoinsSpent || to == CoinsIssued || aside
	case strings.HasPrefix(from, "reversal/"):
		return IsLot(to) || to == CoinsIssued
	}
	return true
}
