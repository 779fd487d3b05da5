package payout

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
)

// Balances are both sides of a creator's account at the provider.
type Balances struct {
	Open   bool      // whether there is an account
	Live   bool      // whether the provider has answered just now
	SeenUS int64     // when the provider's side was seen; 0 is never
	Sides  []Balance // by currency
}

// Agree reports whether both sides say the same of each currency.
func (b *Balances) Agree() bool {
	return !slices.ContainsFunc(b.Sides, func(s Balance) bool { return s.Difference() != 0 })
}

// Balance is a currency of an account, as the provider sees it and as our books
// do. A bank takes some days: until then the money is in transit.
type Balance struct {
	Asset     money.Asset
	Available int64 // the provider's: can be sent to the bank
	Pending   int64 // the provider's: not yet
	Transit   int64 // the provider's: on its way to the bank
	Account   int64 // ours: sent to the account, not to the bank, or come back from it
	Bank      int64 // ours: on its way to the bank
}

// Theirs is what the provider has of this currency for the creator.
func (b *Balance) Theirs() int64 { return b.Available + b.Pending + b.Transit }

// Ours is what our books say that the provider has.
func (b *Balance) Ours() int64 { return b.Account + b.Bank }

// Difference is what the provider has more than our books say.
func (b *Balance) Difference() int64 { return b.Theirs() - b.Ours() }

// balanceWithin is how long the page waits for the provider.
const balanceWithin = 4 * time.Second

// Balances asks the provider what it has for the creator, and reads what our
// books say. It first takes the news that the answer brings about payouts, so
// that a difference is one. When the provider does not answer, what it said
// last is shown with its instant.
func (s *Service) Balances(ctx context.Context, creator id.Person) (b Balances, err error) {
	var a Account
	var since int64
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if a, err = AccountOf(ctx, tx, creator); err != nil {
			return err
		}
		return tx.Row(ctx, "SELECT COALESCE(MIN(requested_us), 0) FROM payout WHERE creator_id = $1 AND "+atProvider, creator).Scan(&since)
	})
	if err != nil || a.Provider == "" {
		return b, err
	}
	asked, cancel := context.WithTimeout(ctx, balanceWithin)
	defer cancel()
	sides, err := s.theirs(asked, &a, since)
	if _, of := errors.AsType[*payment.Error](err); err != nil && !of {
		return b, err
	}
	b.Live = err == nil
	return b, s.db.Write(ctx, func(tx *db.Tx) error {
		if b.Live {
			if err := keepBalances(ctx, tx, creator, sides); err != nil {
				return err
			}
		}
		b.Open = true
		return b.read(ctx, tx, creator)
	})
}

// atProvider chooses the payouts whose money is in the creator's account, or on
// its way from there to the bank.
const atProvider = "transfer_id <> '' AND state IN ('sending', 'sent', 'returning')"

// theirs asks for the provider's side.
func (s *Service) theirs(ctx context.Context, a *Account, sinceUS int64) (map[money.Asset]Balance, error) {
	sides := map[money.Asset]Balance{}
	since := s.db.Clock().Now().Add(-watchPaid)
	if at := time.UnixMicro(sinceUS).Add(-time.Hour); sinceUS > 0 && at.Before(since) {
		since = at
	}
	out, err := s.stripe.FindPayouts(ctx, a.Provider, since)
	if err != nil {
		return nil, err
	}
	for _, p := range out {
		if err := s.hear(ctx, p); err != nil {
			return nil, err
		}
		if p.Outcome == payment.Pending {
			side := sides[p.Amount.Asset]
			side.Transit += p.Amount.Units
			sides[p.Amount.Asset] = side
		}
	}
	all, err := s.stripe.Balance(ctx, a.Provider)
	if err != nil {
		return nil, err
	}
	for _, one := range all {
		side := sides[one.Available.Asset]
		side.Available, side.Pending = one.Available.Units, one.Pending.Units
		sides[one.Available.Asset] = side
	}
	return sides, nil
}

// hear takes what a list says about one of our payouts, as news would.
func (s *Service) hear(ctx context.Context, fact payment.Payout) error {
	if !id.Valid(id.KindPayout, fact.Ref) {
		return nil
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		p, err := Get(ctx, tx, id.Payout(fact.Ref))
		if err != nil || p.Account != fact.Account || p.ProviderPayout == fact.ID && settled(&p, fact) {
			if fault.Is(err, fault.NotFound) { // another instance's
				return nil
			}
			return err
		}
		return observe(ctx, tx, &p, fact)
	})
}

// settled reports whether the payout knows what the fact says.
func settled(p *Payout, fact payment.Payout) bool {
	switch fact.Outcome {
	case payment.Succeeded:
		return p.State != Sent
	case payment.Failed, payment.Canceled:
		return p.State != Sent && p.State != Paid
	}
	return true
}

func keepBalances(ctx context.Context, tx *db.Tx, creator id.Person, sides map[money.Asset]Balance) error {
	if _, err := tx.Exec(ctx, "DELETE FROM payout_balance WHERE person_id = $1", creator); err != nil {
		return err
	}
	for asset, b := range sides {
		_, err := tx.Exec(ctx, "INSERT INTO payout_balance (person_id, asset, available_units, pending_units, transit_units, seen_us) VALUES ($1, $2, $3, $4, $5, $6)",
			creator, string(asset), b.Available, b.Pending, b.Transit, tx.NowUS())
		if err != nil {
			return err
		}
	}
	return nil
}

// read puts the kept side of the provider and the side of our books together.
func (b *Balances) read(ctx context.Context, tx *db.Tx, creator id.Person) error {
	sides := map[money.Asset]Balance{}
	rows, err := tx.Query(ctx, "SELECT asset, available_units, pending_units, transit_units, seen_us FROM payout_balance WHERE person_id = $1", creator)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var s Balance
		if err := rows.Scan((*string)(&s.Asset), &s.Available, &s.Pending, &s.Transit, &b.SeenUS); err != nil {
			return err
		}
		sides[s.Asset] = s
	}
	if err := rows.Err(); err != nil {
		return err
	}
	type sum struct {
		state State
		money.Amount
	}
	ours, err := db.Collect[sum](tx.Query(ctx, "SELECT state, amount_asset, CAST(SUM(amount_units) AS BIGINT) FROM payout WHERE creator_id = $1 AND "+atProvider+" GROUP BY state, amount_asset", creator))(
		func(r *db.Rows) (s sum, err error) {
			return s, r.Scan((*string)(&s.state), (*string)(&s.Asset), &s.Units)
		})
	if err != nil {
		return err
	}
	for _, o := range ours {
		s := sides[o.Asset]
		if s.Asset = o.Asset; o.state == Sent {
			s.Bank += o.Units
		} else {
			s.Account += o.Units
		}
		sides[o.Asset] = s
	}
	b.Sides = nil
	for _, s := range sides {
		b.Sides = append(b.Sides, s)
	}
	slices.SortFunc(b.Sides, func(x, y Balance) int { return strings.Compare(string(x.Asset), string(y.Asset)) })
	return nil
}
