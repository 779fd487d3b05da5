package payout

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/people"
)

// act checks who schedules what creators are paid, and why.
func act(by people.Caller, reason string) (earnings.Act, error) {
	if err := by.Require(people.PolicyWrite); err != nil {
		return earnings.Act{}, err
	}
	var fields fault.Fields
	reason, wrong := reasonRule.Clean(reason)
	fields.Add("/reason", wrong)
	return earnings.Act{By: by.ID(), Reason: reason}, fields.Err()
}

// ScheduleRates has creators paid by another rate card from an instant to come
// on. What was earned before stays under the card that it was earned under.
// Operators and keys with the scope policy:write do it. Its faults:
// scope_missing, and those of earnings.ScheduleCard.
func (s *Service) ScheduleRates(ctx context.Context, by people.Caller, card earnings.RateCard, reason string) (c earnings.RateCard, err error) {
	why, err := act(by, reason)
	if err != nil {
		return c, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		c, err = earnings.ScheduleCard(ctx, tx, card, why)
		return err
	})
	return c, err
}

// WithdrawRates takes back a rate card that does not hold yet. Its faults:
// scope_missing, validation_failed, and those of earnings.WithdrawCard.
func (s *Service) WithdrawRates(ctx context.Context, by people.Caller, version, reason string) error {
	why, err := act(by, reason)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error { return earnings.WithdrawCard(ctx, tx, version, why) })
}
