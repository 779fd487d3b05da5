package purchase

import (
	"context"

	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/policy"
	"github.com/ovationhq/ovation/internal/wallet"
)

// SchedulePacks has coins cost something else from an instant to come on, in
// the currencies of the packs. Its faults are those of policy.Desk.
func (s *Service) SchedulePacks(ctx context.Context, by people.Caller, fromUS int64, packs []wallet.Pack, reason string) (policy.Version, error) {
	return wallet.PriceLists.On(s.db).Schedule(ctx, policy.Order{Act: policy.Act{By: by, Reason: reason}, FromUS: fromUS}, wallet.PriceList(packs))
}

// WithdrawPacks takes back price lists that do not hold yet. Its faults are those
// of policy.Desk.
func (s *Service) WithdrawPacks(ctx context.Context, by people.Caller, version, reason string) error {
	return wallet.PriceLists.On(s.db).Withdraw(ctx, version, policy.Act{By: by, Reason: reason})
}
