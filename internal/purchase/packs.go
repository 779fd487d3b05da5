package purchase

import (
	"context"
	"fmt"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/policy"
	"github.com/ovationhq/ovation/internal/wallet"
)

// SchedulePacks has coins cost something else from an instant to come on, in
// the currencies of the packs. Its faults are those of policy.Desk.
func (s *Service) SchedulePacks(ctx context.Context, by people.Caller, fromUS int64, packs []wallet.Pack, reason string) (policy.Version, error) {
	return wallet.PriceLists.On(s.db).Schedule(ctx, policy.Order{Act: policy.Act{By: by, Reason: reason}, FromUS: fromUS}, sold(packs))
}

// sold are price lists of which something can be bought.
type sold wallet.PriceList

// Check says all that is wrong with the price lists, also that nothing could be paid
// in a currency of theirs.
func (l sold) Check(ctx context.Context, tx *db.Tx, fromUS int64, wrong *fault.Fields) error {
	if err := wallet.PriceList(l).Check(ctx, tx, fromUS, wrong); err != nil {
		return err
	}
	asked := map[money.Asset]bool{}
	for i, p := range l {
		asset := p.Price.Asset
		if asked[asset] || !asset.IsCurrency() {
			continue
		}
		asked[asset] = true
		bounded, err := limit.Bounded(ctx, tx, fromUS, asset)
		if err != nil {
			return err
		}
		if !bounded {
			wrong.Add(fmt.Sprintf("/packs/%d/price/asset", i), fault.Wrong(fault.ValidationFailed, "The velocity that holds then does not name %s, so that no coins could be paid in it. Add it there first.", asset))
		}
	}
	return nil
}

// Install writes the packs down as the version.
func (l sold) Install(ctx context.Context, tx *db.Tx, v policy.Version) error {
	return wallet.PriceList(l).Install(ctx, tx, v)
}

// WithdrawPacks takes back price lists that do not hold yet. Its faults are those
// of policy.Desk.
func (s *Service) WithdrawPacks(ctx context.Context, by people.Caller, version, reason string) error {
	return wallet.PriceLists.On(s.db).Withdraw(ctx, version, policy.Act{By: by, Reason: reason})
}
