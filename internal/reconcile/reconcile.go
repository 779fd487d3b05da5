package reconcile

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
)

// Kind is how our books and the provider's differ about a cause.
type Kind string

// The kinds of differences.
const (
	MissingHere   Kind = "missing_here"   // the provider has moved money and we have not
	MissingThere  Kind = "missing_there"  // we have moved money and the provider has not
	AmountDiffers Kind = "amount_differs" // both have, and not the same
	FeeDiffers    Kind = "fee_differs"    // both have the same before the fee
)

// Difference is a cause about which the two books do not say the same in one
// currency. The sums are what the provider holds for us because of it.
type Difference struct {
	Kind     Kind        `json:"kind"`
	InFlight bool        `json:"in_flight"` // so young that the other side may be on its way
	Cause    string      `json:"cause"`     // the id of our row, which need not be here; "" when the entry leads nowhere yet
	Asset    money.Asset `json:"asset"`
	Ours     int64       `json:"ours"`
	Theirs   int64       `json:"theirs"`
	OurFee   int64       `json:"our_fee"`
	TheirFee int64       `json:"their_fee"`
	Entries  []string    `json:"entries"` // the provider's ids, the first of them
	Sources  []string    `json:"sources"` // of what caused them there
	LastUS   int64       `json:"last_us"` // when something came for it last, on either side
}

// By is how much more the provider holds because of it than we say.
func (d *Difference) By() money.Amount {
	return money.Amount{Units: d.Theirs - d.Ours, Asset: d.Asset}
}

// Total is what the provider holds for us in one currency.
type Total struct {
	Asset     money.Asset `json:"asset"`
	Ours      int64       `json:"ours"` // as our clearing account says
	Available int64       `json:"available"`
	Pending   int64       `json:"pending"`
	Explained int64       `json:"explained"` // how much more they hold by the differences that are listed, those in flight among them
}

// Theirs is what the provider says.
func (t *Total) Theirs() int64 { return t.Available + t.Pending }

// Unexplained is how much more the provider holds than our books and the listed
// differences say.
func (t *Total) Unexplained() int64 { return t.Theirs() - t.Ours - t.Explained }

// Run is how a comparison ended.
type Run struct {
	AtUS        int64
	Took        time.Duration
	SinceUS     int64 // entries from then on were asked for; 0 is from the beginning, and all was compared
	Entries     int64 // were read
	Fresh       int64 // of them were new
	Booked      int64 // entries were booked by the run
	Causes      int64 // were compared
	Problems    int64 // differences, and totals that they do not explain
	InFlight    int64 // differences that may be on their way
	Totals      []Total
	Differences []Difference // the first of them, those in flight last
}

// OK reports whether both books say the same.
func (r *Run) OK() bool { return r.Problems == 0 }

// mostKept bounds the differences that a run tells one by one.
const mostKept = 500

// grace is how long something may be on its way: a charge is recorded, and its
// news taken, within it.
const grace = 5 * time.Minute

// overlap is how much further back than the newest entry a run asks, in case
// that the provider listed something late.
const overlap = 48 * time.Hour

// Provider is what a run asks the provider for. It is the adapter; tests bring
// one that tells what they want to see compared.
type Provider interface {
	Balance(ctx context.Context, account string) ([]payment.Balance, error)
	EachEntry(ctx context.Context, since time.Time, f func(payment.Entry) error) error
}

// Service compares.
type Service struct {
	// LookUp has the product take what the provider did by itself with a charge of
	// ours, by the kind (dispute, refund) and the provider's id: its news were lost.
	// If it is nil, nothing is looked up.
	LookUp func(ctx context.Context, kind, provider string)

	db       *db.DB
	provider Provider
	running  sync.Mutex // one run at a time in this process
}

// NewService returns a Service on the database and the provider.
func NewService(d *db.DB, p Provider) *Service { return &Service{db: d, provider: p} }

// Ask says how far a run goes.
type Ask struct {
	Complete bool      // from the beginning, comparing all there is
	Since    time.Time // entries from then on; zero means since a while before the newest that is known
}

// Run fetches what is new, has what nobody has heard of looked up, books what is the platform's own, and compares. Its
// faults are the provider's (payment.Explain).
func (s *Service) Run(ctx context.Context, a Ask) (Run, error) {
	s.running.Lock()
	defer s.running.Unlock()
	begun := s.db.Clock().Now()
	r := Run{AtUS: begun.UnixMicro()}
	balances, err := s.fetch(ctx, a, &r)
	if err != nil {
		return r, payment.Explain(err)
	}
	if err := s.lookUp(ctx); err != nil {
		return r, err
	}
	if r.Booked, err = s.book(ctx); err != nil {
		return r, err
	}
	if err := s.compare(ctx, a.Complete, balances, &r); err != nil {
		return r, err
	}
	r.Took = max(0, s.db.Clock().Now().Sub(begun))
	return r, s.db.Write(ctx, func(tx *db.Tx) error { return r.keep(ctx, tx) })
}

// mostFetches bounds how often the entries are asked for again because the
// balance moved meanwhile. What moves all the time is told as in flight.
const mostFetches = 3

// fetch keeps the entries that are new, and returns the balance at a moment in
// which there were no others.
func (s *Service) fetch(ctx context.Context, a Ask, r *Run) (balances []payment.Balance, err error) {
	if balances, err = s.provider.Balance(ctx, ""); err != nil {
		return nil, err
	}
	for range mostFetches {
		since, err := s.since(ctx, a)
		if err != nil {
			return nil, err
		}
		if r.SinceUS == 0 && !since.IsZero() {
			r.SinceUS = since.UnixMicro()
		}
		if err := s.fetchSince(ctx, since, r); err != nil {
			return nil, err
		}
		before := balances
		if balances, err = s.provider.Balance(ctx, ""); err != nil || same(before, balances) {
			return balances, err
		}
		a.Complete, a.Since = false, time.Time{} // the rest is new
	}
	return balances, nil
}

// same compares what was there in all: money that becomes available meanwhile
// is no movement.
func same(a, b []payment.Balance) bool {
	return slices.EqualFunc(a, b, func(a, b payment.Balance) bool {
		return a.Available.Asset == b.Available.Asset && a.Available.Units+a.Pending.Units == b.Available.Units+b.Pending.Units
	})
}

func (s *Service) since(ctx context.Context, a Ask) (since time.Time, err error) {
	if a.Complete || !a.Since.IsZero() {
		return a.Since, nil
	}
	var newest int64
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		return tx.Row(ctx, "SELECT COALESCE(MAX(created_us), 0) FROM reconcile_entry").Scan(&newest)
	})
	if err != nil || newest == 0 {
		return time.Time{}, err
	}
	return time.UnixMicro(newest).Add(-overlap).UTC(), nil
}

// keptAtOnce is how many entries are kept in one transaction.
const keptAtOnce = 500

func (s *Service) fetchSince(ctx context.Context, since time.Time, r *Run) error {
	batch := make([]payment.Entry, 0, keptAtOnce)
	flush := func() error {
		fresh := int64(0)
		err := s.db.Write(ctx, func(tx *db.Tx) (err error) {
			fresh, err = keepEntries(ctx, tx, batch)
			return err
		})
		r.Entries, r.Fresh = r.Entries+int64(len(batch)), r.Fresh+fresh
		batch = batch[:0]
		return err
	}
	err := s.provider.EachEntry(ctx, since, func(e payment.Entry) error {
		if batch = append(batch, e); len(batch) < keptAtOnce {
			return nil
		}
		return flush()
	})
	if err != nil || len(batch) == 0 {
		return err
	}
	return flush()
}

// clearing returns our clearing accounts, one a currency.
func clearing(ctx context.Context, tx *db.Tx) ([]ledger.Account, error) {
	all, err := ledger.Balances(ctx, tx, ledger.Provider, 1000, "")
	return slices.DeleteFunc(all, func(a ledger.Account) bool { return a.Path != ledger.Provider }), err
}

// words tells what the platform's own entry is.
func words(e *kept) string {
	what := e.Type
	if e.Source != "" {
		what += " " + e.Source
	}
	return fmt.Sprintf("The provider moved %s %s (%s), and nothing of ours explains it.", money.Amount{Units: e.Net, Asset: e.Asset}.Decimal(), e.Asset, what)
}
