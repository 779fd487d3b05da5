package app_test

import (
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/app"
	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment/collect"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/purchase"
	"github.com/ovationhq/ovation/internal/wallet"
)

// What an operator has scheduled stays in force when the server starts again
// with the same preset or the same file, and a further preset follows both.
func TestScheduledRulesOutliveAStart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		ctx := t.Context()
		ok := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		start := func(preset, file string) {
			t.Helper()
			ok(d.Write(ctx, func(tx *db.Tx) error {
				if file != "" {
					return app.InstallPresetFile(ctx, tx, file)
				}
				return app.InstallPreset(ctx, tx, preset)
			}))
		}
		holds := func(card, catalogue, packs string) {
			t.Helper()
			ok(d.Read(ctx, func(tx *db.Tx) error {
				c, err := earnings.Rates(ctx, tx)
				if err != nil {
					return err
				}
				items, err := gift.Catalog(ctx, tx)
				if err != nil {
					return err
				}
				prices, err := wallet.Packs(ctx, tx, "USD")
				if err != nil {
					return err
				}
				if c.Version != card || items[0].Version != catalogue || prices[0].Version != packs {
					t.Errorf("%s, %s and %s hold, want %s, %s and %s", c.Version, items[0].Version, prices[0].Version, card, catalogue, packs)
				}
				return nil
			}))
		}
		schedule := func(from time.Time) {
			t.Helper()
			by, us := people.Console(), from.UnixMicro()
			_, err := payout.NewService(d, nil).ScheduleRates(ctx, by, earnings.RateCard{FromUS: us, DiamondsNum: 1, DiamondsDen: 1, PayNum: 2, PayDen: 3, PayAsset: "USD", HoldDays: 3, DailyCap: 100, MinimumUnits: 1}, "Why not.")
			ok(err)
			_, err = gift.NewPublisher(d).Schedule(ctx, by, gift.NewCatalogue{FromUS: us, Reason: "Why not.", Items: []gift.Item{{ID: "pebble", Name: "Pebble", Emoji: "x", PriceCoins: 2, OnLive: true}}})
			ok(err)
			_, err = purchase.NewService(d, collect.New(d, nil, people.Payer)).SchedulePacks(ctx, by, us, []wallet.Pack{{Coins: 9, Price: money.Amount{Units: 99, Asset: money.USD}}}, "Why not.")
			ok(err)
		}
		start("current", "")
		clk.Advance(time.Hour)
		schedule(clk.Now().Add(time.Hour))
		start("current", "")
		holds("current@1", "current@1", "current@1")
		clk.Advance(2 * time.Hour)
		start("current", "")
		holds("rates@1", "gifts@1", "packs@1")
		file := copied(t)
		start("", file)
		holds("mine@1", "mine@1", "mine@1")
		clk.Advance(time.Hour)
		schedule(clk.Now().Add(time.Hour))
		clk.Advance(2 * time.Hour)
		start("", file)
		holds("rates@2", "gifts@2", "packs@2")
		schedule(clk.Now().Add(1000 * time.Hour))
		start("classic-2022", "") // which need not wait for what is to come
		holds("classic-2022@1", "classic-2022@1", "classic-2022@1")
		clk.Advance(1001 * time.Hour)
		start("classic-2022", "")
		holds("rates@3", "gifts@3", "packs@3")
	})
}
