package main

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// The test accounts of the sandbox's provider, which are Stripe's.
const (
	bankThatPays   = "000123456789"
	bankThatFails  = "000111111116"
	mostPayoutDays = 14
)

func (t *trigger) payoutPaid() error {
	if err := t.bank(bankThatPays); err != nil {
		return err
	}
	return t.payOut("paid")
}

// payoutFailed gives the creator a bank account that does not exist, and a good
// one again afterwards.
func (t *trigger) payoutFailed() error {
	if err := t.bank(bankThatFails); err != nil {
		return err
	}
	return errors.Join(t.payOut("returned"), t.bank(bankThatPays))
}

// payOut has the creator earn enough, waits for the hold, asks for a payout,
// and waits until it stands as it should.
func (t *trigger) payOut(want string) error {
	if err := t.earn(); err != nil {
		return err
	}
	var payout struct {
		ID, State string
		Amount    amount
	}
	if err := t.call(http.MethodPost, "/v1/payouts", t.creator(), map[string]any{}, &payout); err != nil {
		return err
	}
	t.note(payout.ID, "The creator asked for a payout of %d %s in smallest units (%s).", payout.Amount.Amount, payout.Amount.Asset, payout.ID)
	for range mostPayoutDays {
		if err := t.advance(24 * time.Hour); err != nil {
			return err
		}
		if err := t.call(http.MethodGet, "/v1/payouts/"+payout.ID, t.creator(), nil, &payout); err != nil {
			return err
		}
		if payout.State == want {
			t.note("", "It is %s.", payout.State)
			return nil
		}
	}
	return fmt.Errorf("%d days later the payout %s is %s, not %s", mostPayoutDays, payout.ID, payout.State, want)
}

// earn gives the creator gifts until a payout is allowed, and moves the clock
// until they are available.
func (t *trigger) earn() error {
	const mostRounds = 20
	for range mostRounds {
		var b struct {
			Pending, Available, Minimum amount
			NextAt                      *time.Time `json:"next_available_at"`
		}
		if err := t.call(http.MethodGet, "/v1/earnings/balance", t.creator(), nil, &b); err != nil {
			return err
		}
		if b.Available.Amount >= b.Minimum.Amount && b.Available.Amount > 0 {
			return nil
		}
		if b.NextAt == nil || b.Available.Amount+b.Pending.Amount < b.Minimum.Amount {
			chosen, err := t.choose(false, 200)
			if err != nil {
				return err
			}
			room, err := t.room()
			if err != nil {
				return err
			}
			if err := t.give(chosen, map[string]any{"gift": chosen.ID, "target": room}); err != nil {
				return err
			}
			continue
		}
		var clock struct{ Now time.Time }
		if err := t.call(http.MethodGet, "/v1/clock", "", nil, &clock); err != nil {
			return err
		}
		wait := max(b.NextAt.Sub(clock.Now), 0)
		if err := t.advance(wait); err != nil {
			return err
		}
		t.note("", "The clock was moved by %d hours, until the hold was over.", int(wait.Hours())+1)
	}
	return errors.New("the creator has not earned enough for a payout")
}
