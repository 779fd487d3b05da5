package payout

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/idem"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/second"
)

// Releasing is what letting a payout go is decided under (package second).
const Releasing = "payout.release"

// Once returns the Service for one request that has a key: what it decides about a
// release and the answer to that are kept together, and the same request again has the
// same answer.
func (s *Service) Once(call *idem.Call, answer func(Payout) (idem.Answer, error)) *Service {
	with := *s
	with.call, with.answer = call, answer
	return &with
}

// Release lets a payout go that an operator holds. Operators do it, about payouts of
// others, and say why; above the amount of the rules the first one proposes it, and the
// payout waits on until another has agreed (AgreeRelease). What a rule holds goes by
// itself. Its faults: role_required, forbidden, validation_failed, not_found,
// state_conflict.
func (s *Service) Release(ctx context.Context, by people.Caller, payout id.Payout, reason string) (p Payout, err error) {
	if reason, err = s.releasable(by, reason); err != nil {
		return p, err
	}
	return s.letGo(ctx, by, payout, func(tx *db.Tx, p *Payout) error {
		limit, err := agreeAbove(ctx, tx, p.Amount.Asset)
		if err != nil {
			return err
		}
		p.Releasing, err = second.Do(ctx, tx, by, second.Act{Kind: Releasing, Subject: string(p.ID), Gets: p.Creator, Amount: p.Amount, Limit: limit, Why: reason, Changed: p.heldBy()})
		return err
	})
}

// AgreeRelease lets a payout go that another operator has proposed to release.
func (s *Service) AgreeRelease(ctx context.Context, by people.Caller, payout id.Payout) (p Payout, err error) {
	if err := by.RequireRole(people.Operator); err != nil {
		return p, err
	}
	return s.letGo(ctx, by, payout, func(tx *db.Tx, p *Payout) error {
		p.Releasing, err = second.Agree(ctx, tx, by, Releasing, string(p.ID), p.heldBy())
		return err
	})
}

// DeclineRelease ends what was proposed about a payout that is held; it waits on.
func (s *Service) DeclineRelease(ctx context.Context, by people.Caller, payout id.Payout, reason string) (p Payout, err error) {
	if reason, err = s.releasable(by, reason); err != nil {
		return p, err
	}
	return s.letGo(ctx, by, payout, func(tx *db.Tx, p *Payout) error {
		p.Releasing, err = second.Decline(ctx, tx, by, Releasing, string(p.ID), reason)
		return err
	})
}

// releasable checks who decides about a release, and why.
func (s *Service) releasable(by people.Caller, reason string) (string, error) {
	if err := by.RequireRole(people.Operator); err != nil {
		return "", err
	}
	reason, wrong := reasonRule.Clean(reason)
	var fields fault.Fields
	fields.Add("/reason", wrong)
	return reason, fields.Err()
}

// heldBy is what the audit log says about a release besides.
func (p *Payout) heldBy() map[string]any { return map[string]any{"held_by": p.Hold.By} }

// letGo has f decide about a payout that an operator holds, and lets it go if that is
// decided.
func (s *Service) letGo(ctx context.Context, by people.Caller, payout id.Payout, f func(tx *db.Tx, p *Payout) error) (p Payout, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		return s.call.Once(ctx, tx, func() (a idem.Answer, err error) {
			if p, err = Get(ctx, tx, payout); err != nil {
				return a, err
			}
			if err := people.NotOwn(ctx, tx, by, p.Creator); err != nil {
				return a, err
			}
			switch {
			case p.State != Held:
				return a, fault.New(fault.StateConflict, "The payout %s is %s, and nobody holds it.", payout, p.State)
			case !p.ofOperator():
				return a, fault.New(fault.StateConflict, "The payout %s is held by a rule (%s). It goes by itself when the reason is gone.", payout, p.Hold.Code)
			}
			if err := f(tx, &p); err != nil {
				return a, err
			}
			if p.Releasing.Done() {
				if err := p.release(ctx, tx, by.ID()); err != nil {
					return a, err
				}
				if err := wake(ctx, tx, payout); err != nil {
					return a, err
				}
			}
			if s.answer == nil {
				return a, nil
			}
			return s.answer(p)
		})
	})
	return p, err
}

// agreeAbove is the amount of the rules in force above which two people release a
// payout; where they have none for the currency, two always do.
func agreeAbove(ctx context.Context, tx *db.Tx, asset money.Asset) (limit money.Amount, err error) {
	rules, err := RulesInForce(ctx, tx)
	if err != nil || rules.Version == "" {
		return limit, err
	}
	card, err := earnings.Rates(ctx, tx)
	if err != nil {
		return limit, err
	}
	l, err := limitOf(card, &rules, asset)
	if fault.Is(err, fault.CurrencyUnsupported) {
		return limit, nil
	}
	return money.Amount{Units: l.Agree, Asset: asset}, err
}
