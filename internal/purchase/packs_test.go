package purchase_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/wallet"
)

// A price list in a currency of which the velocity lets nothing be paid is refused,
// each such currency once; without velocities there is nothing to hold it to.
func TestPacksAreBounded(t *testing.T) {
	each(t, func(s *shop) {
		from := s.Clk.Now().Add(time.Hour).UnixMicro()
		pack := func(coins int64, asset money.Asset) wallet.Pack {
			return wallet.Pack{Coins: coins, Price: money.Amount{Units: 5_00, Asset: asset}}
		}
		packs := []wallet.Pack{pack(70, "USD"), pack(70, "SEK"), pack(90, "SEK"), pack(70, "NOK"), pack(70, "usd")}
		refused := func(packs []wallet.Pack) (at []string) {
			_, err := s.shop.SchedulePacks(s.Ctx, people.Console(), from, packs, "A new country.")
			f, ok := errors.AsType[*fault.Error](err)
			if !ok {
				s.OK(err)
				return nil
			}
			for _, e := range f.Fields {
				at = append(at, e.Pointer)
			}
			return at
		}
		if at := refused(packs); !slices.Equal(at, []string{"/packs/4/price/asset"}) {
			t.Errorf("without a velocity: %v", at)
		}
		s.paced(2)
		if at := refused(packs); !slices.Equal(at, []string{"/packs/4/price/asset", "/packs/1/price/asset", "/packs/3/price/asset"}) {
			t.Errorf("with dollars alone: %v", at)
		}
		if at := refused(packs[:1]); at != nil {
			t.Errorf("dollars: %v", at)
		}
		s.Write(func(tx *db.Tx) error { // which was scheduled before, and holds after them
			return limit.InstallVelocity(s.Ctx, tx, []limit.Velocity{{Version: "later@1", Name: limit.Rolling, Asset: "EUR", FromUS: from + 1, Span: time.Hour, Most: 1}})
		})
		if at := refused(packs[:1]); !slices.Equal(at, []string{"/packs/0/price/asset"}) {
			t.Errorf("dollars, which a later velocity does not name: %v", at)
		}
	})
}
