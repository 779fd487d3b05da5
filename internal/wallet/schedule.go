package wallet

import (
	"context"
	"fmt"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/policy"
)

// mostCoins bounds a pack that an operator schedules.
const mostCoins = 1_000_000

// PriceLists are what coins cost, in all currencies.
var PriceLists = policy.Set{Rules: "coin_packs", Name: "packs", Table: "coin_pack", Remove: func(ctx context.Context, tx *db.Tx, version string) error {
	_, err := tx.Exec(ctx, "DELETE FROM coin_pack WHERE version = $1", version)
	return err
}}

// PriceList is what a version says: the packs of the currencies that it has. The
// other currencies go on.
type PriceList []Pack

// Check says all that is wrong with the price lists.
func (l PriceList) Check(_ context.Context, _ *db.Tx, _ int64, wrong *fault.Fields) error {
	if len(l) < 1 || len(l) > policy.MostEntries {
		wrong.Add("/packs", fault.Wrong(fault.ValidationFailed, "A price list has from 1 to %d packs.", int64(policy.MostEntries)))
	}
	seen := map[money.Asset]map[int64]bool{}
	for i, p := range l {
		at := fmt.Sprintf("/packs/%d", i)
		if !p.Price.Asset.IsCurrency() {
			wrong.Add(at+"/price/asset", fault.Wrong(fault.ValidationFailed, "A currency has three large letters, such as %s.", money.USD))
		}
		if p.Coins < 1 || p.Coins > mostCoins {
			wrong.Add(at+"/coins", fault.Wrong(fault.ValidationFailed, "A pack has from 1 to %d coins.", int64(mostCoins)))
		}
		if p.Price.Units < minimumCharge || p.Price.Units > policy.MostUnits {
			wrong.Add(at+"/price/amount", fault.Wrong(fault.ValidationFailed, "A pack costs from %d to %d of the smallest units.", int64(minimumCharge), int64(policy.MostUnits)))
		}
		if step := p.Price.Asset.CardStep(); p.Price.Units%step != 0 {
			wrong.Add(at+"/price/amount", fault.Wrong(fault.ValidationFailed, "Cards are charged in steps of %d of the smallest units of %s.", step, p.Price.Asset))
		}
		if seen[p.Price.Asset] == nil {
			seen[p.Price.Asset] = map[int64]bool{}
		}
		if seen[p.Price.Asset][p.Coins] {
			wrong.Add(at, fault.Wrong(fault.ValidationFailed, "There are two packs of %d coins in %s.", p.Coins, p.Price.Asset))
		}
		seen[p.Price.Asset][p.Coins] = true
	}
	return nil
}

// Install writes the packs down as the version.
func (l PriceList) Install(ctx context.Context, tx *db.Tx, v policy.Version) error {
	all := make([]Pack, len(l))
	for i, p := range l {
		p.Version, p.FromUS = v.Name, v.FromUS
		all[i] = p
	}
	return Install(ctx, tx, all)
}
