package app

import (
	"context"
	"fmt"
	"time"

	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/web"
)

// The test accounts of the sandbox's provider, which are Stripe's.
const (
	bankThatPays  = "000123456789"
	bankThatFails = "000111111116"
)

// bank gives the creator a bank account, as the provider's page does.
func (t *trigger) bank(ctx context.Context, number string) error {
	creator := t.creator()
	acc, err := report.Ask1(ctx, t.app.Reader, payout.AccountOf, creator)
	if err != nil {
		return err
	}
	if acc.Provider == "" {
		if err := t.app.OnboardSeeded(ctx, creator); err != nil {
			return err
		}
		if acc, err = report.Ask1(ctx, t.app.Reader, payout.AccountOf, creator); err != nil {
			return err
		}
	}
	if err := t.app.sandbox.server.Onboard(acc.Provider, sandbox.Onboarding{Name: "Sandbox Creator", Bank: number, Variant: sandbox.Complete}); err != nil {
		return err
	}
	if acc, err = t.app.Payouts.Refresh(ctx, creator); err != nil {
		return err
	}
	t.note(web.HappeningStep{What: "bank", Name: acc.BankLast4})
	return nil
}

// payOut gives the creator the bank, a payout, and follows it to its end.
func (t *trigger) payOut(ctx context.Context, bank string) error {
	if err := t.bank(ctx, bank); err != nil {
		return err
	}
	p, err := t.ask(ctx)
	if err != nil {
		return err
	}
	return t.follow(ctx, p.ID)
}

// ask has the creator ask for a payout of what is available.
func (t *trigger) ask(ctx context.Context) (payout.Payout, error) {
	if err := t.earn(ctx); err != nil {
		return payout.Payout{}, err
	}
	p, err := t.app.Payouts.Withdraw(ctx, payout.Request{Key: t.call(), Creator: t.creator()})
	if fault.Is(err, fault.LimitReached) { // of a day
		if err := t.advance(ctx, 24*time.Hour); err != nil {
			return p, err
		}
		p, err = t.app.Payouts.Withdraw(ctx, payout.Request{Key: t.call(), Creator: t.creator()})
	}
	if err == nil {
		t.note(web.HappeningStep{What: "asked", ID: string(p.ID), Amount: p.Amount})
	}
	return p, err
}

// mostPayoutDays is how long a payout is followed.
const mostPayoutDays = 14

// follow moves the clock until the payout is over. A bank may send back what
// it has taken, so a paid one is over when the provider has said so.
func (t *trigger) follow(ctx context.Context, one id.Payout) error {
	var p payout.Payout
	for range mostPayoutDays {
		now, err := t.app.Advance(ctx, 24*time.Hour)
		if err != nil {
			return err
		}
		if p, err = report.Ask1(ctx, t.app.Reader, payout.Get, one); err != nil {
			return err
		}
		switch p.State {
		case payout.Paid, payout.Returned, payout.Failed, payout.Canceled:
			t.note(web.HappeningStep{What: "clock", US: now.UnixMicro()})
			t.note(web.HappeningStep{What: "payout", ID: string(one), Name: string(p.State), Amount: p.Amount})
			return nil
		}
	}
	return fault.New(fault.StateConflict, "%d days later the payout %s is still %s.", mostPayoutDays, one, p.State)
}

// nextPayout follows the oldest payout of the sandbox's creators that is on
// its way; if there is none, the first creator asks for one.
func (t *trigger) nextPayout(ctx context.Context) error {
	var next *payout.Payout
	for _, c := range creatorSeeds {
		all, err := report.Ask2(ctx, t.app.Reader, payout.OfCreator, t.app.world.People[c.handle], payout.Page{Limit: 20})
		if err != nil {
			return err
		}
		for i, p := range all {
			if p.EndedUS == 0 && p.State != payout.Held && (next == nil || p.RequestedUS < next.RequestedUS) {
				next = &all[i]
			}
		}
	}
	if next != nil {
		return t.follow(ctx, next.ID)
	}
	p, err := t.ask(ctx)
	if err != nil {
		return err
	}
	return t.follow(ctx, p.ID)
}

// earnedBy is how many coins a triggered gift costs that is to be earned from.
const earnedBy = 500

// mostEarnRounds bounds the gifts and the waits until a payout is allowed.
const mostEarnRounds = 20

// earn gives the creator gifts until a payout is allowed, and moves the clock
// until they are available.
func (t *trigger) earn(ctx context.Context) error {
	for range mostEarnRounds {
		b, err := report.Ask1(ctx, t.app.Reader, earnings.BalanceOf, t.creator())
		if err != nil {
			return err
		}
		card, err := report.Ask(ctx, t.app.Reader, earnings.Rates)
		if err != nil {
			return err
		}
		switch {
		case b.Available.Units > 0 && b.Available.Units >= card.MinimumUnits:
			return nil
		case b.NextAvailableUS == 0, b.Available.Units+b.Pending.Units < card.MinimumUnits:
			if err := t.give(ctx, earnedBy); err != nil {
				return err
			}
		default:
			wait := time.UnixMicro(b.NextAvailableUS).Sub(t.app.Clock.Now())
			if err := t.advance(ctx, max(wait, 0)+time.Second); err != nil {
				return err
			}
		}
	}
	return fault.New(fault.StateConflict, "The creator has not earned enough for a payout.")
}

// fansUpTo are the simulated fans of the sandbox, so many of them; those that
// are missing are made.
func (a *App) fansUpTo(ctx context.Context, n int) (fans []id.Person, err error) {
	for i := range n {
		var p people.Person
		if p, err = a.person(ctx, fmt.Sprintf("fan%03d", i+1), fmt.Sprintf("%s %d", fanNames[i%len(fanNames)], i+1), "US"); err != nil {
			return nil, err
		}
		fans = append(fans, p.ID)
	}
	return fans, nil
}
