package limit

import (
	"context"
	"fmt"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
)

// Spend is real money that a person is about to be charged.
type Spend struct {
	Person    id.Person
	Amount    money.Amount
	Cause     string // the id of what is paid for; it counts once
	Confirmed bool   // the person was asked again, and wants it

	// Instrument tells the card apart that pays, whoever saved it: what several
	// accounts pay with one card counts together. "" is a card that nobody knows yet.
	Instrument string
}

// Take counts the spend against the person's caps, or refuses it. It runs in
// the transaction that writes the intent. Its faults: limit_reached with the
// member limit (cool_off, day, week, month or confirm_above), currency_mismatch, and
// velocity_limit, new_account_limit and currency_unsupported of what is allowed at
// most.
func Take(ctx context.Context, tx *db.Tx, s Spend) error {
	if s.Cause == "" || s.Amount.Units <= 0 || !s.Amount.Asset.IsCurrency() {
		return fmt.Errorf("limit: %d %s for %q is no spend", s.Amount.Units, s.Amount.Asset, s.Cause)
	}
	r, err := ruleOf(ctx, tx, s.Person)
	if err != nil {
		return err
	}
	if until := r.cooling(tx.NowUS()); until != 0 {
		return ErrCooling(until, tx.Now())
	}
	if err := r.admit(ctx, tx, s); err != nil {
		return err
	}
	all, err := paces(ctx, tx, s)
	if err != nil {
		return err
	}
	if err := paceAccount(all, s, tx.Now()); err != nil {
		return err
	}
	if !s.Confirmed && r.asks(s.Amount) {
		return fault.New(fault.LimitReached, "This costs %s, and you want to be asked again above %s. Confirm it and send it again; nothing was charged.",
			words(s.Amount.Units, s.Amount.Asset), words(r.confirm.Units, r.confirm.Asset)).With("limit", "confirm_above").With("cap", r.confirm)
	}
	// the last of all: whoever is told that the card has room is charged
	if err := paceCard(all, s); err != nil {
		return err
	}
	var learned int64
	if s.Instrument != "" {
		if learned, err = learnUS(ctx, tx, s.Instrument); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, "INSERT INTO limit_spend (cause, person_id, units, asset, at_us, released_us, instrument, learned_us) VALUES ($1, $2, $3, $4, $5, 0, $6, $7)",
		s.Cause, s.Person, s.Amount.Units, string(s.Amount.Asset), tx.NowUS(), s.Instrument, learned)
	if err != nil {
		return fmt.Errorf("limit: counting %s: %w", s.Cause, err)
	}
	return nil
}

// admit refuses what the caps have no room for.
func (r *rule) admit(ctx context.Context, tx *db.Tx, s Spend) error {
	asset := r.caps.Asset
	switch {
	case r.caps.None():
		return nil
	case s.Amount.Asset != asset:
		return fault.New(fault.CurrencyMismatch, "Your limits are in %s, so what is paid in %s could not be counted. Pay in %s, or change the currency of your limits, which takes 24 hours. Nothing was charged.",
			asset, s.Amount.Asset, asset)
	}
	all, err := windows(ctx, tx, s.Person, r.caps)
	if err != nil {
		return err
	}
	full, found := reached(all, s.Amount.Units)
	if !found {
		return nil
	}
	resets := time.UnixMicro(full.ResetsUS).UTC()
	return fault.New(fault.LimitReached, "Your own limit a %s is %s. You have spent %s of it, so %s are left, and this costs %s. The next %s begins on %s; nothing was charged.",
		full.Span, words(full.Cap, asset), words(full.Spent, asset), words(full.Left(), asset), words(s.Amount.Units, asset), full.Span, instant(full.ResetsUS)).
		With("limit", string(full.Span)).With("cap", money.Amount{Units: full.Cap, Asset: asset}).With("spent", money.Amount{Units: full.Spent, Asset: asset}).
		With("left", money.Amount{Units: full.Left(), Asset: asset}).With("resets_at", resets.Format(time.RFC3339)).After(resets.Sub(tx.Now()))
}

// asks reports whether the person wants to be asked again at this amount. One
// in another currency can not be compared, so that it is asked for.
func (r *rule) asks(a money.Amount) bool {
	return r.confirm.Asset != "" && (a.Asset != r.confirm.Asset || a.Units > r.confirm.Units)
}

// Release stops counting the spend: its money did not move. It runs in the
// transaction that learns so. A cause that was released before, or that never
// counted, has nothing to release.
func Release(ctx context.Context, tx *db.Tx, cause string) error {
	_, err := tx.Exec(ctx, "UPDATE limit_spend SET released_us = $2 WHERE cause = $1 AND released_us = 0", cause, tx.NowUS())
	if err != nil {
		return fmt.Errorf("limit: releasing %s: %w", cause, err)
	}
	return nil
}

// ErrCooling is the refusal of somebody whose cool-off ends at the instant.
func ErrCooling(untilUS int64, now time.Time) error {
	until := time.UnixMicro(untilUS).UTC()
	return fault.New(fault.LimitReached, "You chose a break until %s, and it can not be ended early. Nothing was charged.", instant(untilUS)).
		With("limit", "cool_off").With("ends_at", until.Format(time.RFC3339Nano)).After(until.Sub(now))
}

// fewCooling is how many who cool off are all read, instead of being asked for
// by name.
const fewCooling = 32

// CoolingOff returns until when those of the persons cool off who do. It is for
// use cases that storm: mostly nobody or few do, and then one short look into
// an index answers for however many persons.
func CoolingOff(ctx context.Context, tx *db.Tx, persons []id.Person) (map[id.Person]int64, error) {
	type cool struct {
		person  id.Person
		untilUS int64
	}
	scan := func(r *db.Rows) (c cool, err error) { return c, r.Scan((*string)(&c.person), &c.untilUS) }
	all, err := db.Collect[cool](tx.Query(ctx, "SELECT person_id, cool_off_us FROM limit_rule WHERE cool_off_us > $1 AND cool_off_us > 0 ORDER BY cool_off_us LIMIT $2", tx.NowUS(), int64(fewCooling)))(scan)
	if err == nil && len(all) == fewCooling && len(persons) > 0 {
		list := make([]any, len(persons))
		for i, p := range persons {
			list[i] = string(p)
		}
		all, err = db.Collect[cool](tx.QueryList(ctx, "SELECT person_id, cool_off_us FROM limit_rule WHERE cool_off_us > $1 AND person_id IN ($list)", list, tx.NowUS()))(scan)
	}
	if err != nil {
		return nil, fmt.Errorf("limit: looking for cool-offs: %w", err)
	}
	if len(all) == 0 {
		return nil, nil
	}
	until := make(map[id.Person]int64, len(all))
	for _, c := range all {
		until[c.person] = c.untilUS
	}
	return until, nil
}
