package report

import (
	"context"
	"slices"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
)

// Window is how far back a figure looks: whole UTC days, of which today is the
// last.
type Window string

// The windows.
const (
	Today  Window = "today"
	Week   Window = "7d"
	Month  Window = "28d"
	oneDay        = 24 * time.Hour
)

// Windows are all windows, the shortest first.
var Windows = []Window{Today, Week, Month}

func (w Window) days() (int, error) {
	switch w {
	case Today:
		return 1, nil
	case Week:
		return 7, nil
	case Month:
		return 28, nil
	}
	return 0, fault.New(fault.InvalidParameter, "There is no window %q. Choose today, 7d or 28d.", fault.Clip(string(w))).At("window", fault.InvalidParameter, "There is no window %q. Choose today, 7d or 28d.", fault.Clip(string(w)))
}

// Income is what a creator earned within a window, and before it.
type Income struct {
	Window       Window
	From, To     time.Time // UTC days, both in it
	PreviousFrom time.Time // of as many days, up to the day before From
	PreviousTo   time.Time
	Currencies   []CurrencyIncome // the rate card's first, also when it has nothing
}

// CurrencyIncome is the income in one currency. All amounts are in it.
type CurrencyIncome struct {
	Asset    money.Asset
	Days     []IncomeDay    // every day of the window, the oldest first
	Sources  []IncomeSource // every source
	Total    int64          // the sum of the days, and of the sources
	Clawed   int64          // of Total, taken back by refunds and disputes
	Pending  int64          // of Total: worth so far, by the rate card
	Previous int64
	Change   *int64 // percent of Previous, to the nearest; nil if that is nothing
	Stands   Stands
}

// Net is what the creator gets of the total.
func (c *CurrencyIncome) Net() int64 { return c.Total - c.Clawed }

// IncomeDay is one day, with the same day of the period before as its ghost.
type IncomeDay struct {
	Day      time.Time
	Bars     []int64 // by source, in the order of earnings.Sources
	Total    int64
	Pending  int64 // of Total
	Previous int64
}

// IncomeSource is one source over the window.
type IncomeSource struct {
	Source   earnings.Source
	Diamonds int64
	Total    int64
	Pending  int64 // of Total
	Previous int64
	Change   *int64
}

// Stands is where all of a creator's money is, whenever it was earned.
type Stands struct {
	Pending   int64 // held until its day; worth so far
	Available int64
	Scheduled int64 // in payouts that were asked for and are not with the bank yet
	Held      int64 // in payouts that wait for a reason
	Sent      int64 // on the way to the bank, or back from it
	Paid      int64 // in the bank
}

// Income returns what the creator earned within the window, by the clock of
// the snapshot.
func (r *Reader) Income(ctx context.Context, creator id.Person, w Window) (Income, error) {
	return Ask2(ctx, r, incomeOf, creator, w)
}

func incomeOf(ctx context.Context, tx *db.Tx, creator id.Person, w Window) (in Income, err error) {
	n, err := w.days()
	if err != nil {
		return in, err
	}
	in = Income{Window: w, To: tx.Now().UTC().Truncate(oneDay)}
	in.From = in.To.Add(-time.Duration(n-1) * oneDay)
	in.PreviousTo = in.From.Add(-oneDay)
	in.PreviousFrom = in.From.Add(-time.Duration(n) * oneDay)
	all, err := earnings.InDays(ctx, tx, earnings.Days{Creator: creator, From: in.PreviousFrom, To: in.To})
	if err != nil {
		return in, err
	}
	card, err := earnings.Rates(ctx, tx)
	if err != nil {
		return in, err
	}
	stands, err := standsOf(ctx, tx, creator)
	if err != nil {
		return in, err
	}
	assets := []money.Asset{card.PayAsset}
	for _, e := range all {
		if !slices.Contains(assets, e.Amount.Asset) {
			assets = append(assets, e.Amount.Asset)
		}
	}
	for asset := range stands {
		if !slices.Contains(assets, asset) {
			assets = append(assets, asset)
		}
	}
	slices.Sort(assets[1:])
	for _, asset := range assets {
		c := in.currency(asset, all)
		c.Stands = stands[asset]
		in.Currencies = append(in.Currencies, c)
	}
	return in, nil
}

// currency adds up the earnings in one currency.
func (in *Income) currency(asset money.Asset, all []earnings.Earning) CurrencyIncome {
	c := CurrencyIncome{Asset: asset}
	for day := in.From; !day.After(in.To); day = day.Add(oneDay) {
		c.Days = append(c.Days, IncomeDay{Day: day, Bars: make([]int64, len(earnings.Sources))})
	}
	for _, s := range earnings.Sources {
		c.Sources = append(c.Sources, IncomeSource{Source: s})
	}
	for i := range all {
		if e := &all[i]; e.Amount.Asset == asset {
			c.add(in, e)
		}
	}
	c.Change = changeOf(c.Total, c.Previous)
	for i := range c.Sources {
		c.Sources[i].Change = changeOf(c.Sources[i].Total, c.Sources[i].Previous)
	}
	return c
}

func (c *CurrencyIncome) add(in *Income, e *earnings.Earning) {
	s := slices.Index(earnings.Sources, e.Source)
	if s < 0 {
		return // verify names an earning of a source that nobody knows
	}
	source, units := &c.Sources[s], e.Amount.Units
	if e.Day.Before(in.From) {
		c.Days[int(e.Day.Sub(in.PreviousFrom)/oneDay)].Previous += units
		source.Previous += units
		c.Previous += units
		return
	}
	c.Clawed += e.Clawed
	day := &c.Days[int(e.Day.Sub(in.From)/oneDay)]
	day.Bars[s] += units
	day.Total += units
	source.Total += units
	source.Diamonds += e.Diamonds
	c.Total += units
	if e.State == earnings.Pending {
		day.Pending += units
		source.Pending += units
		c.Pending += units
	}
}

// changeOf is by how many percent something became more, to the nearest; a half
// goes away from zero.
func changeOf(now, before int64) *int64 {
	if before <= 0 {
		return nil
	}
	d := (now - before) * 100
	half := before / 2
	if d < 0 {
		half = -half
	}
	percent := (d + half) / before
	return &percent
}

// standsOf adds up where the creator's money is, by currency.
func standsOf(ctx context.Context, tx *db.Tx, creator id.Person) (map[money.Asset]Stands, error) {
	found := map[money.Asset]Stands{}
	pending, err := earnings.InDays(ctx, tx, earnings.Days{Creator: creator, Standing: earnings.Pending})
	if err != nil {
		return nil, err
	}
	for _, e := range pending {
		s := found[e.Amount.Asset]
		s.Pending += e.Net()
		found[e.Amount.Asset] = s
	}
	path := ledger.AvailablePath(creator)
	accounts, err := ledger.Balances(ctx, tx, path, 1, "")
	if err != nil {
		return nil, err
	}
	for _, a := range accounts {
		if a.Path == path {
			s := found[a.Asset]
			s.Available = a.Balance
			found[a.Asset] = s
		}
	}
	rows, err := tx.Query(ctx, "SELECT amount_asset, state, CAST(SUM(amount_units) AS BIGINT) FROM payout WHERE creator_id = $1 GROUP BY amount_asset, state", creator)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var asset money.Asset
		var state string
		var units int64
		if err := rows.Scan((*string)(&asset), &state, &units); err != nil {
			return nil, err
		}
		s := found[asset]
		s.addPayouts(state, units)
		found[asset] = s
	}
	return found, rows.Err()
}

// addPayouts adds payouts of a state. In the other states the money is back
// with the earnings.
func (s *Stands) addPayouts(state string, units int64) {
	switch state {
	case "scheduled", "sending":
		s.Scheduled += units
	case "held":
		s.Held += units
	case "sent", "returning":
		s.Sent += units
	case "paid":
		s.Paid += units
	}
}
