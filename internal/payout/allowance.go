package payout

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
	"github.com/ovationhq/ovation/internal/payment/stripe"
)

// Allowance is how much of a currency a creator may ask for now.
type Allowance struct {
	Rule      string       // the rate card of the limits, or the rules of payouts
	Available money.Amount // what the earnings have left
	ByDate    money.Amount // of it, what goes by the calendar alone
	LeftToday money.Amount // of the cap of the UTC day
	DailyCap  money.Amount // the most of a day; more goes on the days after
	Minimum   money.Amount // the least of a payout
	Monthly   money.Amount // the least of what goes by the calendar
	ResetsUS  int64        // when the cap is whole again

	room  room
	grain int64 // amounts are multiples of it, because the provider takes no others
}

// least is the minimum in whole grains.
func (a *Allowance) least() int64 { return (a.Minimum.Units + a.grain - 1) / a.grain * a.grain }

// whole is so much of the units as the provider takes.
func (a *Allowance) whole(units int64) int64 { return units - units%a.grain }

// Most is the most that can be asked for; less than Minimum means nothing.
func (a *Allowance) Most() int64 {
	asked := a.whole(a.Available.Units - a.ByDate.Units)
	if asked < a.Minimum.Units {
		return asked
	}
	_, rest := a.room.split(asked, a.least(), 0)
	return asked - rest
}

// Days is on how many days the most would go.
func (a *Allowance) Days() int {
	all, _ := a.room.split(a.Most(), a.least(), 0)
	return len(all)
}

// AllowancesOf returns how much the creator may ask for now, of the rate card's
// currency first, then of each other that something is available in and that
// has limits.
func AllowancesOf(ctx context.Context, tx *db.Tx, creator id.Person) ([]Allowance, error) {
	card, err := earnings.Rates(ctx, tx)
	if err != nil {
		return nil, err
	}
	rules, err := RulesInForce(ctx, tx)
	if err != nil {
		return nil, err
	}
	assets, err := assetsOf(ctx, tx, creator, card.PayAsset)
	if err != nil {
		return nil, err
	}
	var all []Allowance
	for _, asset := range assets {
		a, err := allowance(ctx, tx, creator, asset, card, &rules)
		if fault.Is(err, fault.CurrencyUnsupported) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

// assetsOf are the currencies in which the creator has something available, the
// given one first, in any case.
func assetsOf(ctx context.Context, tx *db.Tx, creator id.Person, first money.Asset) ([]money.Asset, error) {
	accounts, err := ledger.Balances(ctx, tx, ledger.AvailablePath(creator), 1, "")
	all := []money.Asset{first}
	for _, a := range accounts {
		if a.Balance > 0 && a.Asset != first {
			all = append(all, a.Asset)
		}
	}
	return all, err
}

func allowance(ctx context.Context, tx *db.Tx, creator id.Person, asset money.Asset, card earnings.RateCard, rules *Rules) (Allowance, error) {
	limit, err := limitOf(card, rules, asset)
	if err != nil {
		return Allowance{}, err
	}
	of := func(units int64) money.Amount { return money.Amount{Units: units, Asset: asset} }
	a := Allowance{Rule: limit.Rule, Available: of(0), ByDate: of(0), DailyCap: of(limit.DailyCap), Minimum: of(limit.Minimum), Monthly: of(limit.Monthly), grain: stripe.PayoutGrain(asset)}
	if a.Available.Units, err = ledger.Balance(ctx, tx, ledger.Ref{Path: ledger.AvailablePath(creator), Asset: asset}); err != nil {
		return a, err
	}
	if by := rules.onlyMonthly(); len(by) > 0 {
		left, err := earnings.Left(ctx, tx, creator)
		if err != nil {
			return a, err
		}
		for _, e := range left {
			if e.Amount.Asset == asset && slices.Contains(by, e.Source) {
				a.ByDate.Units += e.Left()
			}
		}
	}
	goes := tx.Now().Add(cancelWithin).UnixMicro()
	a.room, err = roomFrom(ctx, tx, creator, asset, limit.DailyCap, goes, "")
	for i := range a.room.left {
		a.room.left[i] = a.whole(a.room.left[i])
	}
	a.LeftToday, a.ResetsUS = of(a.room.left[0]), (a.room.first+1)*dayUS
	return a, err
}

// allowed returns the portions in which the amount may be paid out, or why not;
// 0 asks for all that may.
func (a *Allowance) allowed(tx *db.Tx, amount int64) ([]portion, error) {
	format := func(units int64) string {
		return money.Amount{Units: units, Asset: a.Available.Asset}.Decimal() + " " + string(a.Available.Asset)
	}
	available, most := a.Available.Units-a.ByDate.Units, a.Most()
	if amount == 0 {
		if amount = most; most == 0 && available >= a.Minimum.Units { // no day has room
			amount = available
		}
	}
	switch {
	case available < amount:
		return nil, fault.New(fault.InsufficientBalance, "%s are available for a payout, %s were asked for.", format(available), format(amount)).
			With("available", money.Amount{Units: available, Asset: a.Available.Asset})
	case amount < a.Minimum.Units || amount == 0:
		return nil, fault.New(fault.PayoutBelowMinimum, "A payout is at least %s, and %s are available. The rest stays with you.", format(a.Minimum.Units), format(available)).
			With("minimum", a.Minimum).With("available", a.Available)
	}
	if amount != a.whole(amount) {
		return nil, fault.New(fault.AmountOutOfRange, "The payment provider takes %s in steps of %s only. Ask for %s.", string(a.Available.Asset), format(a.grain), format(a.whole(amount))).
			At("/amount", fault.AmountOutOfRange, "in steps of %d", a.grain)
	}
	portions, rest := a.room.split(amount, a.least(), tx.Now().Add(cancelWithin).UnixMicro())
	if rest == 0 {
		return portions, nil
	}
	reset := time.UnixMicro(a.ResetsUS).UTC()
	return nil, fault.New(fault.LimitReached, "At most %s are paid out in a day (UTC), and no day can take what would be left over. Ask for %s, which goes over the next days; the next day begins at %s.",
		format(a.DailyCap.Units), format(amount-rest), reset.Format(time.RFC3339)).
		After(reset.Sub(tx.Now())).With("left_today", a.LeftToday).With("most", money.Amount{Units: amount - rest, Asset: a.Available.Asset}).With("resets_at", reset.Format(time.RFC3339))
}
