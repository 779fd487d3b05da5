package report

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/people"
)

// SpendingDays is how many UTC days the spending of a wallet shows, of which
// today is the last.
const SpendingDays = 30

// Spending is what a fan gave within SpendingDays, in coins.
type Spending struct {
	From, To time.Time // UTC days, both in it
	Days     []SpendingDay
	Creators []SpendingCreator // the most coins first
	Coins    int64             // the sum of the days, and of the creators
	People   map[id.Person]people.Brief
}

// SpendingDay is what a fan gave on a day.
type SpendingDay struct {
	Day   time.Time
	Coins int64
}

// SpendingCreator is what a fan gave to a creator.
type SpendingCreator struct {
	Creator id.Person
	Coins   int64
}

// Spending returns what the person gave in the last days: exactly what the
// entries of the wallet with the kind gift.sent add up to.
func (r *Reader) Spending(ctx context.Context, person id.Person) (Spending, error) {
	return Ask(ctx, r, func(ctx context.Context, tx *db.Tx) (s Spending, err error) {
		s.To = tx.Now().UTC().Truncate(oneDay)
		s.From = s.To.Add(-(SpendingDays - 1) * oneDay)
		touches, err := spent(ctx, tx, person, s.From)
		if err != nil {
			return s, err
		}
		causes := map[string]bool{}
		for _, t := range touches {
			causes[t.Cause] = true
		}
		sent, err := earnings.SentMany(ctx, tx, slices.Collect(maps.Keys(causes)))
		if err != nil {
			return s, err
		}
		for day := s.From; !day.After(s.To); day = day.Add(oneDay) {
			s.Days = append(s.Days, SpendingDay{Day: day})
		}
		creators := map[id.Person]int64{}
		for _, t := range touches {
			n := int64(time.UnixMicro(t.AtUS).UTC().Sub(s.From) / oneDay)
			s.Days[min(n, SpendingDays-1)].Coins += t.Out // the books may be a little ahead of the clock
			creators[sent[t.Cause].Creator] += t.Out
			s.Coins += t.Out
		}
		for c, coins := range creators {
			s.Creators = append(s.Creators, SpendingCreator{c, coins})
		}
		slices.SortFunc(s.Creators, func(a, b SpendingCreator) int {
			return cmp.Or(cmp.Compare(b.Coins, a.Coins), cmp.Compare(a.Creator, b.Creator))
		})
		s.People, err = people.GetMany(ctx, tx, slices.Collect(maps.Keys(creators)))
		return s, err
	})
}

// spent returns what took coins out of the person's lots for gifts since the
// instant.
func spent(ctx context.Context, tx *db.Tx, person id.Person, from time.Time) ([]ledger.Touch, error) {
	before, err := lastBefore(ctx, tx, from)
	if err != nil {
		return nil, err
	}
	lots, err := db.Collect[ledger.Trail](tx.Query(ctx, "SELECT w.account_id, a.last_seq FROM wallet_lot w JOIN ledger_account a ON a.id = w.account_id WHERE w.person_id = $1", person))(
		func(r *db.Rows) (t ledger.Trail, err error) { return t, r.Scan(&t.Account, &t.Last) })
	if err != nil {
		return nil, err
	}
	touches, err := ledger.Since(ctx, tx, lots, before)
	return slices.DeleteFunc(touches, func(t ledger.Touch) bool { return t.Kind != "gift.sent" }), err
}

// lastBefore returns the number of the last transfer before the instant, or 0.
func lastBefore(ctx context.Context, tx *db.Tx, at time.Time) (int64, error) {
	_, reach, _, err := ledger.Head(ctx, tx)
	if err != nil {
		return 0, err
	}
	if at.After(reach) && at.After(tx.Now()) {
		return math.MaxInt64, nil
	}
	seq, err := ledger.SeqAt(ctx, tx, at.Add(-time.Microsecond))
	if fault.Is(err, fault.InvalidParameter) { // the books begin later
		return 0, nil
	}
	return seq, err
}
