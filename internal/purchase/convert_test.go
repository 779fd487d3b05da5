package purchase_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/purchase"
	"github.com/ovationhq/ovation/internal/wallet"
)

// abroad is a pack of 70 coins in a currency that our balance is not kept in:
// its price, what it comes to in cents, and the fee of that.
type abroad struct {
	currency          money.Asset
	price, comes, fee int64
	rate              string
}

var pounds = abroad{"GBP", 89, 113, 33, "1.268945"}

var everywhere = []abroad{{"EUR", 109, 118, 33, "1.084312"}, pounds, {"JPY", 160, 107, 33, "0.006713"}}

// inDollars keeps our balance at the provider in dollars, and sells coins for
// pounds, too.
func (s *shop) inDollars() {
	s.T.Helper()
	s.OK(s.box.SetSettlement("usd"))
	s.Write(func(tx *db.Tx) error {
		return wallet.Install(s.Ctx, tx, []wallet.Pack{
			{Version: "current@1", Coins: 70, Price: money.Amount{Units: pounds.price, Asset: pounds.currency}, FromUS: 1},
			{Version: "current@1", Coins: 1400, Price: money.Amount{Units: 20 * pounds.price, Asset: pounds.currency}, FromUS: 1}})
	})
}

// buys buys 70 coins for money of another currency.
func (s *shop) buys(a abroad) purchase.Purchase {
	s.T.Helper()
	r := s.request()
	r.Currency = a.currency
	p, err := s.shop.Buy(s.Ctx, r)
	s.OK(err)
	return p
}

// exchanged fails the test unless the purchases, and no others, stand in the
// books: what is deferred in the currency of the fans, what arrived in dollars.
func (s *shop) exchanged(all ...abroad) {
	s.T.Helper()
	want := map[string]int64{}
	for _, a := range all {
		want[ledger.Deferred+" "+string(a.currency)] += a.price
		want[ledger.Conversion+" "+string(a.currency)] -= a.price
		want[ledger.Provider+" "+string(a.currency)] += 0
		want[ledger.Conversion+" USD"] += a.comes
		want[ledger.Provider+" USD"] -= a.comes - a.fee
		want[ledger.ProcessingCosts+" USD"] -= a.fee
	}
	var accounts []ledger.Account
	s.Read(func(tx *db.Tx) (err error) {
		accounts, err = ledger.Balances(s.Ctx, tx, "", 100, "")
		return err
	})
	for _, a := range accounts {
		name := a.Path + " " + string(a.Asset)
		if n, ok := want[name]; a.Asset.IsCurrency() && (!ok || n != a.Balance) {
			s.T.Errorf("%s is at %d, want %d", name, a.Balance, n)
		}
		delete(want, name)
	}
	for name := range want {
		s.T.Errorf("there is no account %s", name)
	}
	s.agree()
}

// The money comes in dollars, whatever the fan paid with: the coins are there
// at once, and each amount stands in the books in its own currency.
func TestSettledElsewhere(t *testing.T) {
	each(t, func(s *shop) {
		s.inDollars()
		for i, a := range everywhere {
			p := s.is(s.buys(a), payment.Succeeded)
			if fee := (money.Amount{Units: a.fee, Asset: money.USD}); !p.Charge.Converted() || p.Charge.Settled != (money.Amount{Units: a.comes, Asset: money.USD}) || p.Charge.Fee() != fee {
				t.Errorf("%s: %+v", a.currency, p.Charge)
			}
			s.exchanged(everywhere[:i+1]...)
			if n := s.Count("SELECT COUNT(*) FROM ledger_transfer WHERE cause = $1 AND kind = 'coin_purchase.completed' AND rule = $2", string(p.ID), "exchange rate "+a.rate); n != 1 {
				t.Errorf("%s: the rate is not in the books", a.currency)
			}
		}
		s.Later(time.Hour)
		s.exchanged(everywhere...)
		if n := s.Count("SELECT COUNT(*) FROM due_work"); n != 0 || s.Coins(s.fan) != 3*70 {
			t.Errorf("%d pieces of work are left, %d coins", n, s.Coins(s.fan))
		}
		_, err := s.shop.Buy(s.Ctx, s.request()) // in dollars nothing is exchanged
		s.OK(err)
		if n := s.Count("SELECT COUNT(*) FROM ledger_transfer WHERE rule LIKE 'exchange rate%'"); n != 3 || s.Balance(ledger.Deferred, money.USD) != 99 {
			t.Errorf("%d were exchanged", n)
		}
	})
}

// The provider tells later what came of the money. Until then the books have
// the price alone, in the currency of the fan.
func TestSettledElsewhereLater(t *testing.T) {
	each(t, func(s *shop) {
		s.inDollars()
		s.OK(s.box.SetLateEntries(true))
		for i, a := range everywhere {
			p := s.is(s.buys(a), payment.Succeeded)
			if !p.Charge.FeeOpen() || s.Coins(s.fan) != int64(i+1)*70 || s.Balance(ledger.Provider, a.currency) != -a.price || s.Balance(ledger.Conversion, a.currency) != 0 {
				t.Errorf("%s: %+v", a.currency, p.Charge)
			}
			ledgertest.Verify(t, s.D, gifttest.Checks(purchase.Checks()...)...)
		}
		s.box.Settle() // what was sent so far says nothing of it
		s.Clk.Advance(2 * time.Minute)
		s.box.Settle()
		for range 2 {
			s.exchanged(everywhere...)
			if n := s.Count("SELECT COUNT(*) FROM ledger_transfer WHERE kind = 'coin_purchase.fee' AND rule LIKE 'exchange rate %'"); n != 3 {
				t.Errorf("the money was exchanged %d times", n)
			}
			s.Later(time.Hour)
			if n, err := s.shop.Sweep(s.Ctx); n != 0 || err != nil {
				t.Errorf("%d charges were left alone (%v)", n, err)
			}
		}
	})
}

// Every part of a conversion that is not what the charge says is named.
func TestVerifyBitesConversions(t *testing.T) {
	each(t, func(s *shop) {
		s.inDollars()
		p := s.buys(everywhere[0])
		charge := " WHERE subject = '" + string(p.ID) + "'"
		account := func(path, asset string) string {
			return strconv.FormatInt(s.Count("SELECT id FROM ledger_account WHERE path = $1 AND asset = $2", path, asset), 10)
		}
		dollars, euros, costs := account(ledger.Provider, "USD"), account(ledger.Provider, "EUR"), account(ledger.ProcessingCosts, "USD")
		gave, got := account(ledger.Conversion, "EUR"), account(ledger.Conversion, "USD")
		for _, plant := range []struct{ name, damage, undo string }{
			{"another sum came", "UPDATE payment_charge SET settled_units = settled_units + 1" + charge, "UPDATE payment_charge SET settled_units = settled_units - 1" + charge},
			{"it came in another currency", "UPDATE payment_charge SET settled_asset = 'GBP'" + charge, "UPDATE payment_charge SET settled_asset = 'USD'" + charge},
			{"nothing was exchanged", "UPDATE payment_charge SET settled_asset = 'EUR', settled_units = 109" + charge, "UPDATE payment_charge SET settled_asset = 'USD', settled_units = 118" + charge},
			{"the fee is in another currency", "UPDATE ledger_line SET from_account = " + gave + ", to_account = " + euros + " WHERE from_account = " + costs,
				"UPDATE ledger_line SET from_account = " + costs + ", to_account = " + dollars + " WHERE from_account = " + gave + " AND amount = 33"},
			{"it was given away", "UPDATE ledger_line SET from_account = " + costs + " WHERE from_account = " + gave, "UPDATE ledger_line SET from_account = " + gave + " WHERE to_account = " + euros},
			{"it came from nowhere", "UPDATE ledger_line SET to_account = " + costs + " WHERE to_account = " + got, "UPDATE ledger_line SET to_account = " + got + " WHERE from_account = " + dollars},
			{"what came is not known", "UPDATE payment_charge SET settled_asset = '', settled_units = 0, fee_units = 0" + charge,
				"UPDATE payment_charge SET settled_asset = 'USD', settled_units = 118, fee_units = 33" + charge},
		} {
			t.Run(plant.name, func(t *testing.T) {
				gifttest.Bites(s.World, t, purchase.RuleBooked, plant.damage, plant.undo, purchase.Checks()...)
			})
		}
	})
}

// Coins bought in other currencies, with every kind of loss on the way, are
// given, earned, held, and paid out of the dollars that came of them.
func TestFromAbroadToTheBank(t *testing.T) {
	each(t, func(s *shop) {
		s.inDollars()
		pay := payout.NewService(s.D, s.api)
		s.Runner.Outside(payout.WorkDrive, func(ctx context.Context, key string) (time.Duration, error) { return pay.Drive(ctx, id.Payout(key)) })
		creator := s.Creator()
		room := s.Live(creator)
		bought := 0
		for _, mode := range []sandbox.Mode{sandbox.Reset, sandbox.After, sandbox.Sticky, sandbox.Before, ""} {
			s.OK(s.box.SetWebhooks(sandbox.Webhooks{Off: mode == sandbox.After, Duplicate: 1, Shuffle: true, DelaySeconds: 10}))
			s.OK(s.box.SetLateEntries(mode == sandbox.Reset || mode == ""))
			for _, a := range everywhere {
				if mode != "" {
					s.fails(create, mode)
				}
				r := s.request()
				r.Coins, r.Currency = 1400, a.currency
				p, err := s.shop.Buy(s.Ctx, r)
				s.OK(err)
				for range 4 {
					s.Clk.Advance(45 * time.Second)
					s.box.Settle()
					s.RunDue()
				}
				s.is(p, payment.Succeeded)
				s.Give(s.fan, "rose", room, 1400/5)
				bought++
				s.agree()
			}
		}
		if n := s.charges(); n != bought || s.Coins(s.fan) != 0 {
			t.Errorf("%d charges of %d purchases, %d coins are left", n, bought, s.Coins(s.fan))
		}
		for range 3 {
			s.Clk.Advance(3 * 24 * time.Hour)
			s.box.Settle()
			s.RunDue()
		}
		earned := int64(bought) * 1400 / 2
		_, err := pay.Onboard(s.Ctx, creator, "http://app.test/done", "http://app.test/again")
		s.OK(err)
		a, err := pay.Refresh(s.Ctx, creator)
		s.OK(err)
		s.OK(s.box.Onboard(a.Provider, sandbox.Onboarding{Name: "Ada"}))
		_, err = pay.Refresh(s.Ctx, creator)
		s.OK(err)
		p, err := pay.Withdraw(s.Ctx, payout.Request{Key: s.Key(), Creator: creator, Amount: earned})
		s.OK(err)
		for range 4 {
			s.Later(24 * time.Hour)
			s.box.Settle()
		}
		if n := s.Count("SELECT COUNT(*) FROM payout WHERE id = $1 AND state = 'paid'", string(p.ID)); n != 1 {
			t.Error("the creator was not paid")
		}
		ledgertest.Verify(t, s.D, gifttest.Checks(append(purchase.Checks(), payout.Checks()...)...)...)
	})
}
