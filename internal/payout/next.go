package payout

import (
	"cmp"
	"context"
	"slices"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
)

// StepState is where a step of the way to the bank stands.
type StepState string

// The states of steps. Those of payouts are the payouts' own.
const (
	StepPending   StepState = "pending"       // matures at its instant
	StepAvailable StepState = "available"     // can be asked for from its instant on
	StepBelow     StepState = "below_minimum" // too little to be paid out
	StepCalendar  StepState = "by_calendar"   // goes at its instant, the day of the calendar
)

// Step is money on its way to the bank and what happens next with it.
type Step struct {
	State  StepState
	Amount money.Amount
	AtUS   int64     // when it happens, 0 if nobody knows: held since, goes at, expected in the bank, matures at
	Payout id.Payout // "" before there is one
	Hold   Hold      // of a held payout
	// Missing is what an amount below the minimum lacks of it.
	Missing money.Amount
}

// Zone is the zone of all days here: holds, caps and payouts go by UTC days.
const Zone = "UTC"

// Way is a creator's money on its way to the bank, what is nearest to the bank
// first.
type Way struct {
	Steps      []Step
	Allowance  Allowance   // of the rate card's currency
	Allowances []Allowance // of each currency, that one first
	Account    Account     // at the provider; nothing goes while it is not ready
	Calendar   Schedule    // when what is available goes
}

// Next is what happens next, or nil when there is nothing on the way.
func (w *Way) Next() *Step {
	if len(w.Steps) == 0 {
		return nil
	}
	return &w.Steps[0]
}

// WayOf returns the creator's money on its way to the bank. Its amounts add up
// to what is pending, available and in payouts that have not ended.
func WayOf(ctx context.Context, tx *db.Tx, creator id.Person) (w Way, err error) {
	if w.Allowances, err = AllowancesOf(ctx, tx, creator); err != nil {
		return w, err
	}
	w.Allowance = w.Allowances[0]
	if w.Calendar, err = CalendarOf(ctx, tx, creator); err != nil {
		return w, err
	}
	if w.Account, err = AccountOf(ctx, tx, creator); err != nil {
		return w, err
	}
	open, err := db.Collect[Payout](tx.Query(ctx, "SELECT "+payoutColumns+" FROM payout WHERE creator_id = $1 AND ended_us = 0 ORDER BY id", creator))(scanPayout)
	if err != nil {
		return w, err
	}
	slices.SortStableFunc(open, func(a, b Payout) int {
		return cmp.Or(cmp.Compare(nearness[a.State], nearness[b.State]), cmp.Compare(a.GoesUS, b.GoesUS))
	})
	for i := range open {
		w.Steps = append(w.Steps, open[i].step())
	}
	for i := range w.Allowances {
		w.Steps = append(w.Steps, w.Allowances[i].steps(tx.NowUS(), w.Calendar)...)
	}
	pending, err := earnings.InDays(ctx, tx, earnings.Days{Creator: creator, Standing: earnings.Pending})
	if err != nil {
		return w, err
	}
	slices.SortStableFunc(pending, func(a, b earnings.Earning) int {
		return cmp.Or(cmp.Compare(a.AvailableUS, b.AvailableUS), cmp.Compare(a.Amount.Asset, b.Amount.Asset))
	})
	for _, e := range pending {
		if last := len(w.Steps) - 1; last >= 0 && w.Steps[last].State == StepPending && w.Steps[last].AtUS == e.AvailableUS && w.Steps[last].Amount.Asset == e.Amount.Asset {
			w.Steps[last].Amount.Units += e.Net()
			continue
		}
		w.Steps = append(w.Steps, Step{State: StepPending, Amount: money.Amount{Units: e.Net(), Asset: e.Amount.Asset}, AtUS: e.AvailableUS})
	}
	return w, nil
}

// nearness orders the states of payouts that have not ended by how near they
// are to the bank.
var nearness = map[State]int{Sent: 0, Sending: 1, Scheduled: 2, Held: 3, Returning: 4}

func (p *Payout) step() Step {
	s := Step{State: StepState(p.State), Amount: p.Amount, Payout: p.ID}
	switch p.State {
	case Sent:
		s.AtUS = p.ArrivesUS
	case Scheduled:
		s.AtUS = p.GoesUS
	case Held:
		s.AtUS, s.Hold = p.Hold.SinceUS, p.Hold
	}
	return s
}

// steps says what can be asked for now, and what goes by the calendar.
func (a *Allowance) steps(nowUS int64, c Schedule) []Step {
	if a.Available.Units == 0 {
		return nil
	}
	asset := a.Available.Asset
	least := a.Minimum.Units
	if c.Calendar == Monthly {
		least = a.Monthly.Units
	}
	if missing := least - a.Available.Units; missing > 0 {
		return []Step{{State: StepBelow, Amount: a.Available, Missing: money.Amount{Units: missing, Asset: asset}}}
	}
	if c.Calendar == Monthly {
		return []Step{{State: StepCalendar, Amount: a.Available, AtUS: c.PaysUS}}
	}
	var all []Step
	if asked := a.Available.Units - a.ByDate.Units; asked > 0 {
		all = append(all, Step{State: StepAvailable, Amount: money.Amount{Units: asked, Asset: asset}, AtUS: nowUS})
	}
	if a.ByDate.Units > 0 {
		all = append(all, Step{State: StepCalendar, Amount: a.ByDate, AtUS: c.PaysUS})
	}
	return all
}
