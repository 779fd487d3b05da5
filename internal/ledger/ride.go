package ledger

import (
	"context"
	"fmt"

	"github.com/ovationhq/ovation/internal/db"
)

// Ride begins on the snapshot on which the journal is read, and returns what is told
// each page of it, in order. It may ask that snapshot for what stands beside the page.
type Ride func(ctx context.Context, tx *db.Tx, r *Report) (func(p *Page) error, error)

// Page is a stretch of the journal: all lines whose transfers have a number from First
// to Last, as they were read and before anything of them was checked.
type Page struct {
	First, Last int64
	lines       []lineRow
}

// PageLine is line number N of the transfer Seq.
type PageLine struct{ Seq, N, From, To, Amount int64 }

// Len is how many lines the page has.
func (p *Page) Len() int { return len(p.lines) }

// At returns a line of the page; they are in the order of the journal.
func (p *Page) At(i int) PageLine {
	l := &p.lines[i]
	return PageLine{l.seq, l.n, l.from, l.to, l.amount}
}

// rider is a rule on its ride.
type rider struct {
	name  string
	begin Ride
	page  func(p *Page) error
	found Report
}

func riders(checks []Check) (all []*rider) {
	for _, c := range checks {
		if c.Ride != nil {
			all = append(all, &rider{name: c.Name, begin: c.Ride})
		}
	}
	return all
}

// mount begins all rides.
func (v *verifier) mount(ctx context.Context) (err error) {
	for _, r := range v.riders {
		if r.page, err = r.begin(ctx, v.tx, &r.found); err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
	}
	return nil
}

// ride shows the page to all.
func (v *verifier) ride(p *page) error {
	shown := &Page{p.first, p.last, p.lines}
	for _, r := range v.riders {
		if err := r.page(shown); err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
	}
	return nil
}

// take adds what another report found.
func (r *Report) take(other *Report) {
	r.Findings = append(r.Findings, other.Findings...)
	r.Hidden += other.Hidden
}
