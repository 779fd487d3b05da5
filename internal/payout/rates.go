package payout

import (
	"context"

	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/policy"
)

// ScheduleRates has creators paid by another rate card from an instant to come
// on. What was earned before stays under the card that it was earned under. Its
// faults are those of policy.Desk.
func (s *Service) ScheduleRates(ctx context.Context, by people.Caller, card earnings.RateCard, reason string) (earnings.RateCard, error) {
	_, err := earnings.Cards.On(s.db).Schedule(ctx, policy.Order{Act: policy.Act{By: by, Reason: reason}, FromUS: card.FromUS}, &card)
	return card, err
}

// WithdrawRates takes back a rate card that does not hold yet. Its faults are
// those of policy.Desk.
func (s *Service) WithdrawRates(ctx context.Context, by people.Caller, version, reason string) error {
	return earnings.Cards.On(s.db).Withdraw(ctx, version, policy.Act{By: by, Reason: reason})
}
