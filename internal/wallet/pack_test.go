package wallet_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/wallet"
)

var list = []wallet.Pack{
	{Version: "current@1", Coins: 70, Price: usd(99)},
	{Version: "current@1", Coins: 350, Price: usd(499)},
	{Version: "current@1", Coins: 700, Price: usd(999)},
	{Version: "current@1", Coins: 17_500, Price: usd(24_999)},
}

func TestPriceOf(t *testing.T) {
	for coins, want := range map[int64]int64{
		70: 99, 350: 499, 700: 999, 17_500: 24_999, // packs
		71:     101, // ⌈99×71/70⌉
		35:     50,  // ⌈99×35/70⌉ = 50
		1:      50,  // the least that a card is charged
		349:    494, // below the next pack
		699:    997, // ⌈499×699/350⌉
		17_499: 24_974,
	} {
		p, err := wallet.PriceOf(list, coins)
		if err != nil || p.Price != usd(want) || p.Coins != coins || p.Version != "current@1" {
			t.Errorf("%d coins: %+v %v, want %d", coins, p, err, want)
		}
	}
	for _, coins := range []int64{0, -1, 17_501, 1 << 62, -1 << 63} {
		if _, err := wallet.PriceOf(list, coins); !fault.Is(err, fault.AmountOutOfRange) {
			t.Errorf("%d coins: %v", coins, err)
		}
	}
	if _, err := wallet.PriceOf(nil, 1); !fault.Is(err, fault.AmountOutOfRange) {
		t.Errorf("an empty list: %v", err)
	}
}

// In a currency with three digits cards are charged in steps of ten.
func TestPriceOfSteps(t *testing.T) {
	fils := func(n int64) money.Amount { return money.Amount{Units: n, Asset: "KWD"} }
	list := []wallet.Pack{{Version: "x@1", Coins: 70, Price: fils(310)}, {Version: "x@1", Coins: 700, Price: fils(3070)}}
	for coins, want := range map[int64]int64{70: 310, 700: 3070, 1: 50, 350: 1550, 351: 1560, 699: 3100} {
		if p, err := wallet.PriceOf(list, coins); err != nil || p.Price != fils(want) {
			t.Errorf("%d coins: %+v %v, want %d", coins, p, err, want)
		}
	}
}

// The price of an exact top-up never falls when coins rise, so it is never
// more than the next larger pack's, and never less than the best unit price.
func TestPriceOfRises(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		coins := rapid.Int64Range(1, 17_499).Draw(rt, "coins")
		a, err := wallet.PriceOf(list, coins)
		if err != nil {
			rt.Fatal(err)
		}
		b, err := wallet.PriceOf(list, coins+1)
		if err != nil {
			rt.Fatal(err)
		}
		if a.Price.Units > b.Price.Units {
			rt.Fatalf("%d coins cost %d, one more %d", coins, a.Price.Units, b.Price.Units)
		}
		if a.Price.Units*70 < 99*coins { // the best unit price of the list
			rt.Fatalf("%d coins cost %d, less than the best unit price", coins, a.Price.Units)
		}
	})
}

func TestPacksByDate(t *testing.T) {
	each(t, func(w *world) {
		from := dbtest.Start
		dated := func(version string, at time.Time, price int64, asset money.Asset) wallet.Pack {
			return wallet.Pack{Version: version, Coins: 70, Price: money.Amount{Units: price, Asset: asset}, FromUS: at.UnixMicro()}
		}
		w.write(func(tx *db.Tx) error {
			return wallet.Install(w.ctx, tx, []wallet.Pack{
				dated("current@1", from, 99, "USD"), dated("current@2", from.Add(time.Hour), 109, "USD"), dated("current@2", from.Add(time.Hour), 160, "JPY"),
			})
		})
		w.write(func(tx *db.Tx) error { // a version that exists is left as it is
			return wallet.Install(w.ctx, tx, []wallet.Pack{dated("current@1", from, 1, "USD")})
		})
		price := func(asset money.Asset) (int64, error) {
			var packs []wallet.Pack
			err := w.d.Read(w.ctx, func(tx *db.Tx) (err error) {
				packs, err = wallet.Packs(w.ctx, tx, asset)
				return err
			})
			if err != nil {
				return 0, err
			}
			return packs[0].Price.Units, nil
		}
		for _, step := range []struct {
			after     time.Duration
			usd       int64
			currency  []money.Asset
			yenIsSold bool
		}{{0, 99, []money.Asset{"USD"}, false}, {time.Hour - time.Microsecond, 99, []money.Asset{"USD"}, false}, {time.Hour, 109, []money.Asset{"JPY", "USD"}, true}} {
			w.clk.Set(from.Add(step.after))
			if n, err := price("USD"); err != nil || n != step.usd {
				t.Errorf("after %s 70 coins cost %d %v", step.after, n, err)
			}
			if _, err := price("JPY"); (err == nil) != step.yenIsSold {
				t.Errorf("after %s yen: %v", step.after, err)
			}
			w.read(func(tx *db.Tx) error {
				all, err := wallet.Currencies(w.ctx, tx)
				if len(all) != len(step.currency) {
					t.Errorf("after %s coins are sold in %v", step.after, all)
				}
				return err
			})
		}
		_, err := price("XXX")
		_ = w.want(err, fault.CurrencyUnsupported)
	})
}
