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
	StepBelow     StepState = "below_minimum" // too little to be asked for
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
	Steps     []Step
	Allowance Allowance
	Account   Account // at the provider; nothing goes while it is not ready
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
	if w.Allowance, err = AllowanceOf(ctx, tx, creator); err != nil {
		return w, err
	}
	if w.Account, err = AccountOf(ctx, tx, creator); err != nil {
		return w, err
	}
	open, err := db.Collect[Payout](tx.Query(ctx, "SELECT "+payoutColumns+" FROM payout WHERE creator_id = $1 AND ended_us = 0 ORDER BY id", creator))(scanPayout)
	if err != nil {
		return w, err
	}
	slices.SortStableFunc(open, func(a, b Payout) int { return cmp.Compare(nearness[a.State], nearness[b.State]) })
	for i := range open {
		w.Steps = append(w.Steps, open[i].step())
	}
	w.Steps = append(w.Steps, w.Allowance.steps(tx.NowUS())...)
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
		s.AtUS = p.GoesUS()
	case Held:
		s.AtUS, s.Hold = p.Hold.SinceUS, p.Hold
	}
	return s
}

// steps says what can be asked for now, and what of it when the day's cap is
// whole again.
func (a *Allowance) steps(nowUS int64) []Step {
	if a.Available.Units == 0 {
		return nil
	}
	asset := a.Available.Asset
	if missing := a.Minimum.Units - a.Available.Units; missing > 0 {
		return []Step{{State: StepBelow, Amount: a.Available, Missing: money.Amount{Units: missing, Asset: asset}}}
	}
	most := a.Most()
	if most < a.Minimum.Units {
		most = 0
	}
	var all []Step
	if most > 0 {
		all = append(all, Step{State: StepAvailable, Amount: money.Amount{Units: most, Asset: asset}, AtUS: nowUS})
	}
	if rest := a.Available.Units - most; rest > 0 {
		all = append(all, Step{State: StepAvailable, Amount: money.Amount{Units: rest, Asset: asset}, AtUS: a.ResetsUS})
	}
	return all
}
