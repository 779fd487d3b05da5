package wallet_test

import (
	"testing"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/wallet"
)

// Every rule of verify.go names the damage that it is there for, and nothing
// once the damage is undone.
func TestVerifyBites(t *testing.T) {
	each(t, func(w *world) {
		p, stranger := w.person(), w.person()
		earlier := w.buy(stranger, 20, usd(30))
		full, empty := w.buy(p, 70, usd(99)), w.buy(w.person(), 10, usd(15))
		w.exec("UPDATE wallet_lot SET opened_us = opened_us") // nothing is wrong yet
		var other string
		w.read(func(tx *db.Tx) error {
			return tx.Row(w.ctx, "SELECT person_id FROM wallet_lot WHERE id = $1", empty).Scan(&other)
		})
		w.exec("UPDATE wallet_lot SET person_id = $1 WHERE id = $2", string(p), empty)
		w.ok(w.spend(p, 75)) // the first lot is empty now
		full, empty = empty, full
		bitten := map[string]bool{}
		for _, plant := range []struct{ name, rule, damage, undo string }{
			{"a later lot before an earlier one", wallet.RuleFIFO, "UPDATE wallet_lot SET person_id = '" + string(p) + "' WHERE id = '" + string(earlier) + "'", "UPDATE wallet_lot SET person_id = '" + string(stranger) + "' WHERE id = '" + string(earlier) + "'"},
			{"closed with coins", wallet.RuleLotRange, "UPDATE wallet_lot SET open = 0 WHERE id = '" + string(full) + "'", "UPDATE wallet_lot SET open = 1 WHERE id = '" + string(full) + "'"},
			{"open without coins", wallet.RuleLotRange, "UPDATE wallet_lot SET open = 1 WHERE id = '" + string(empty) + "'", "UPDATE wallet_lot SET open = 0 WHERE id = '" + string(empty) + "'"},
			{"more than bought", wallet.RuleLotRange, "UPDATE wallet_lot SET coins = 4 WHERE id = '" + string(full) + "'", "UPDATE wallet_lot SET coins = 10 WHERE id = '" + string(full) + "'"},
			{"coins from nowhere", wallet.RuleLotIssued, "UPDATE wallet_lot SET coins = coins + 1 WHERE id = '" + string(empty) + "'", "UPDATE wallet_lot SET coins = coins - 1 WHERE id = '" + string(empty) + "'"},
			{"another price", wallet.RuleDeferred, "UPDATE wallet_lot SET paid_units = paid_units + 5 WHERE id = '" + string(full) + "'", "UPDATE wallet_lot SET paid_units = paid_units - 5 WHERE id = '" + string(full) + "'"},
			{"another currency", wallet.RuleDeferred, "UPDATE wallet_lot SET paid_asset = 'EUR' WHERE id = '" + string(full) + "'", "UPDATE wallet_lot SET paid_asset = 'USD' WHERE id = '" + string(full) + "'"},
			{"two lots of one account", wallet.RuleLotAccounts, "UPDATE wallet_lot SET account_id = account_id + 1000 WHERE id = '" + string(full) + "'", "UPDATE wallet_lot SET account_id = account_id - 1000 WHERE id = '" + string(full) + "'"},
			{"an account without a lot", wallet.RuleLotAccounts, "UPDATE wallet_lot SET id = 'lot_x' WHERE id = '" + string(full) + "'", "UPDATE wallet_lot SET id = '" + string(full) + "' WHERE id = 'lot_x'"},
		} {
			t.Run(plant.name, func(t *testing.T) {
				w.exec(plant.damage)
				ledgertest.Names(t, w.d, plant.rule, wallet.Checks()...)
				w.exec(plant.undo)
				ledgertest.Verify(t, w.d, wallet.Checks()...)
			})
			bitten[plant.rule] = true
		}
		for _, c := range wallet.Checks() {
			if !bitten[c.Name] {
				t.Errorf("nothing was planted that breaks %q", c.Name)
			}
		}
	})
}

// Whatever is bought, promoted and spent in any order of the clock, the walk
// through the journal agrees with the purse; and promotional coins that were
// spent before paid ones show.
func TestVerifyWalksPromotions(t *testing.T) {
	each(t, func(w *world) {
		p := w.person()
		promo := w.promote(p, 5)
		w.ok(w.spend(p, 3))
		w.buy(p, 10, usd(15))
		w.ok(w.spend(p, 4, 7)) // the 10 paid ones first, then one of the promotion
		ledgertest.Verify(t, w.d, wallet.Checks()...)
		stranger := w.person()
		w.buy(p, 10, usd(15))
		w.exec("UPDATE wallet_lot SET person_id = $1 WHERE promo = 0 AND open = 1", string(stranger))
		w.ok(w.spend(p, 1))
		ledgertest.Verify(t, w.d, wallet.Checks()...)
		w.exec("UPDATE wallet_lot SET person_id = $1 WHERE person_id = $2", string(p), string(stranger))
		ledgertest.Names(t, w.d, wallet.RuleFIFO, wallet.Checks()...)
		w.exec("UPDATE wallet_lot SET person_id = $1 WHERE promo = 0 AND open = 1", string(stranger))
		if left := w.left(promo); left[0] != 0 {
			t.Errorf("%d promotional coins are left", left[0])
		}
	})
}

// Revenue that was taken before the coins were given shows as well.
func TestVerifyBitesOnTheLedger(t *testing.T) {
	each(t, func(w *world) {
		p := w.person()
		w.buy(p, 70, usd(99))
		w.write(func(tx *db.Tx) error {
			_, err := ledger.Post(w.ctx, tx, "revenue.early", "x", "", ledger.Move{From: ledger.Deferred, To: ledger.GiftRevenue, Amount: usd(1)})
			return err
		})
		ledgertest.Names(t, w.d, wallet.RuleDeferred, wallet.Checks()...)
		w.write(func(tx *db.Tx) error {
			_, err := ledger.Post(w.ctx, tx, "revenue.late", "x", "", ledger.Move{From: ledger.GiftRevenue, To: ledger.Deferred, Amount: usd(1)})
			return err
		})
	})
}
