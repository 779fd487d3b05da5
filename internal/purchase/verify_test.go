package purchase_test

import (
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/purchase"
)

// Every rule of verify.go names the damage that it is there for.
func TestVerifyBites(t *testing.T) {
	each(t, func(s *shop) {
		paid, err := s.shop.Buy(s.Ctx, s.request())
		s.OK(err)
		s.OK(s.box.SetLateEntries(true))
		late, err := s.shop.Buy(s.Ctx, s.request())
		s.OK(err)
		s.Clk.Advance(2 * time.Minute)
		s.box.Settle()
		s.OK(s.box.SetLateEntries(false))
		s.Unguard("payment_charge", "paid_charge_is_known_to_the_provider")
		lateCharge := " WHERE subject = '" + string(late.ID) + "'"
		r := s.request()
		r.Card = s.save("pm_card_chargeCustomerFail")
		declined, err := s.shop.Buy(s.Ctx, r)
		s.Want(err, fault.CardDeclined)
		s.is(paid, payment.Succeeded)
		good, bad := " WHERE id = '"+string(paid.ID)+"'", " WHERE id = '"+string(declined.ID)+"'"
		goodCharge, badCharge := " WHERE subject = '"+string(paid.ID)+"'", " WHERE subject = '"+string(declined.ID)+"'"
		spend, badSpend := " WHERE cause = '"+string(paid.ID)+"'", " WHERE cause = '"+string(declined.ID)+"'"
		lot := " WHERE cause = '" + string(paid.ID) + "'"
		for _, plant := range []struct{ name, rule, damage, undo string }{
			{"coins without money", purchase.RulePaid, "UPDATE payment_charge SET outcome = 'failed'" + goodCharge, "UPDATE payment_charge SET outcome = 'succeeded'" + goodCharge},
			{"money without coins", purchase.RulePaid, "UPDATE payment_charge SET outcome = 'succeeded'" + badCharge, "UPDATE payment_charge SET outcome = 'failed'" + badCharge},
			{"a lot that it does not name", purchase.RulePaid, "UPDATE coin_purchase SET lot_id = '', completed_us = 0" + good, "UPDATE coin_purchase SET lot_id = '" + string(paid.Lot) + "', completed_us = 1" + good},
			{"a lot that is not there", purchase.RulePaid, "UPDATE coin_purchase SET lot_id = 'lot_x', completed_us = 1" + bad, "UPDATE coin_purchase SET lot_id = '', completed_us = 0" + bad},
			{"another price", purchase.RulePaid, "UPDATE coin_purchase SET price_units = price_units + 1" + good, "UPDATE coin_purchase SET price_units = price_units - 1" + good},
			{"a price that the list does not have", purchase.RulePrice, "UPDATE coin_pack SET price_units = price_units + 1", "UPDATE coin_pack SET price_units = price_units - 1"},
			{"a list that there is not", purchase.RulePrice, "UPDATE coin_purchase SET pack_version = 'old@1'" + bad, "UPDATE coin_purchase SET pack_version = '" + declined.PackVersion + "'" + bad},
			{"another currency", purchase.RulePaid, "UPDATE payment_charge SET amount_asset = 'EUR'" + badCharge, "UPDATE payment_charge SET amount_asset = 'USD'" + badCharge},
			{"other coins", purchase.RulePaid, "UPDATE coin_purchase SET coins = coins + 1" + good, "UPDATE coin_purchase SET coins = coins - 1" + good},
			{"somebody else's coins", purchase.RulePaid, "UPDATE wallet_lot SET person_id = 'usr_x'" + lot, "UPDATE wallet_lot SET person_id = '" + string(s.fan) + "'" + lot},
			{"somebody else's charge", purchase.RulePaid, "UPDATE payment_charge SET person_id = 'usr_x'" + badCharge, "UPDATE payment_charge SET person_id = '" + string(s.fan) + "'" + badCharge},
			{"no charge", purchase.RulePaid, "UPDATE payment_charge SET subject = 'cps_x'" + badCharge, "UPDATE payment_charge SET subject = '" + string(declined.ID) + "' WHERE subject = 'cps_x'"},
			{"money that the provider does not know", purchase.RulePaid, "UPDATE payment_charge SET provider_id = ''" + goodCharge, "UPDATE payment_charge SET provider_id = '" + paid.Charge.Provider + "'" + goodCharge},
			{"a fee that is not booked", purchase.RuleBooked, "UPDATE payment_charge SET fee_units = 34" + lateCharge, "UPDATE payment_charge SET fee_units = 33" + lateCharge},
			{"a fee that is not known", purchase.RuleBooked, "UPDATE payment_charge SET fee_units = 0" + lateCharge, "UPDATE payment_charge SET fee_units = 33" + lateCharge},
			{"booked for no purchase", purchase.RuleCause, "UPDATE ledger_transfer SET cause = 'cps_x' WHERE kind = 'coin_purchase.fee'", "UPDATE ledger_transfer SET cause = '" + string(late.ID) + "' WHERE cause = 'cps_x'"},
			{"another fee", purchase.RuleBooked, "UPDATE payment_charge SET fee_units = fee_units + 1" + goodCharge, "UPDATE payment_charge SET fee_units = fee_units - 1" + goodCharge},
			{"another sum than booked", purchase.RuleBooked, "UPDATE coin_purchase SET price_units = price_units + 1" + good, "UPDATE coin_purchase SET price_units = price_units - 1" + good},
			{"a purchase that does not count", purchase.RuleCounted, "UPDATE limit_spend SET cause = 'tip_x'" + spend, "UPDATE limit_spend SET cause = '" + string(paid.ID) + "' WHERE cause = 'tip_x'"},
			{"counts for less", purchase.RuleCounted, "UPDATE limit_spend SET units = units - 1" + spend, "UPDATE limit_spend SET units = units + 1" + spend},
			{"counts in another currency", purchase.RuleCounted, "UPDATE limit_spend SET asset = 'EUR'" + spend, "UPDATE limit_spend SET asset = 'USD'" + spend},
			{"counts for somebody else", purchase.RuleCounted, "UPDATE limit_spend SET person_id = 'usr_x'" + spend, "UPDATE limit_spend SET person_id = '" + string(s.fan) + "'" + spend},
			{"counts with another card", purchase.RuleCounted, "UPDATE limit_spend SET instrument = 'x'" + spend, "UPDATE limit_spend SET instrument = (SELECT instrument FROM payment_charge WHERE subject = cause)" + spend},
			{"a card that nobody learned", purchase.RuleCounted, "UPDATE limit_spend SET instrument = '', learned_us = 0" + spend, "UPDATE limit_spend SET instrument = (SELECT instrument FROM payment_charge WHERE subject = cause), learned_us = at_us" + spend},
			{"counts on another day", purchase.RuleCounted, "UPDATE limit_spend SET at_us = at_us - 1" + spend, "UPDATE limit_spend SET at_us = at_us + 1" + spend},
			{"released although it was paid", purchase.RuleCounted, "UPDATE limit_spend SET released_us = 1" + spend, "UPDATE limit_spend SET released_us = 0" + spend},
			{"counts although it failed", purchase.RuleCounted, "UPDATE limit_spend SET released_us = 0" + badSpend, "UPDATE limit_spend SET released_us = 1" + badSpend},
			{"counts for no purchase", purchase.RuleCounted, "INSERT INTO limit_spend (cause, person_id, units, asset, at_us, released_us) VALUES ('cps_x', 'usr_x', 1, 'USD', 1, 0)", "DELETE FROM limit_spend WHERE cause = 'cps_x'"},
		} {
			t.Run(plant.name, func(t *testing.T) {
				gifttest.Bites(s.World, t, plant.rule, plant.damage, plant.undo, purchase.Checks()...)
			})
		}
	})
}

// The schema refuses a lot that two purchases name.
func TestSchema(t *testing.T) {
	each(t, func(s *shop) {
		paid, err := s.shop.Buy(s.Ctx, s.request())
		s.OK(err)
		r := s.request()
		r.Card = s.save("pm_card_chargeCustomerFail")
		declined, err := s.shop.Buy(s.Ctx, r)
		s.Want(err, fault.CardDeclined)
		err = s.D.Write(s.Ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(s.Ctx, "UPDATE coin_purchase SET lot_id = $2, completed_us = 1 WHERE id = $1", string(declined.ID), string(paid.Lot))
			return err
		})
		if err == nil {
			t.Error("a lot has two purchases")
		}
	})
}
