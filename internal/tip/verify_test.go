package tip_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/tip"
)

// Every rule of verify.go names the damage that it is there for.
func TestVerifyBites(t *testing.T) {
	each(t, func(s *jar) {
		whole, less := s.gives(covered), s.gives()
		declined := s.save(s.fan, "pm_card_chargeCustomerFail")
		s.Want(second(s.tips.Give(s.Ctx, s.request(func(r *tip.Request) { r.Card = declined }))), fault.CardDeclined)
		s.OK(s.box.SetLateEntries(true))
		late := s.gives()
		s.OK(s.box.SetLateEntries(false))
		for _, c := range []string{"covered_tip_reaches_the_creator_whole", "tip_earns_what_the_creator_got", "fan_pays_more_only_for_the_fee"} {
			s.Unguard("tip", c)
		}
		failed := "(SELECT subject FROM payment_charge WHERE outcome = 'failed')"
		good, bad := " WHERE id = '"+string(whole.ID)+"'", " WHERE id IN "+failed
		charge, spend := " WHERE subject = '"+string(whole.ID)+"'", " WHERE cause = '"+string(whole.ID)+"'"
		account := func(path string) string { return " WHERE path = '" + path + "' AND asset = 'USD'" }
		line := " WHERE seq = (SELECT seq FROM ledger_transfer WHERE cause = '" + string(whole.ID) + "') AND to_account = "
		provider, fees := s.account(ledger.Provider), s.account(ledger.EarningPath(whole.Earning))
		for _, plant := range []struct{ name, rule, damage, undo string }{
			{"no charge", tip.RuleCharged, "UPDATE payment_charge SET subject = 'tip_x'" + charge, "UPDATE payment_charge SET subject = '" + string(whole.ID) + "' WHERE subject = 'tip_x'"},
			{"another charge", tip.RuleCharged, "UPDATE payment_charge SET amount_units = amount_units + 1" + charge, "UPDATE payment_charge SET amount_units = amount_units - 1" + charge},
			{"somebody else's charge", tip.RuleCharged, "UPDATE payment_charge SET person_id = 'usr_x'" + charge, "UPDATE payment_charge SET person_id = '" + string(s.fan) + "'" + charge},
			{"a charge for coins", tip.RuleCharged, "UPDATE payment_charge SET purpose = 'coins'" + charge, "UPDATE payment_charge SET purpose = 'tip'" + charge},
			{"completed without money", tip.RuleCharged, "UPDATE tip SET completed_us = 1" + bad, "UPDATE tip SET completed_us = 0" + bad},
			{"another arrival", tip.RuleBooked, "UPDATE payment_charge SET settled_units = settled_units + 1" + charge, "UPDATE payment_charge SET settled_units = settled_units - 1" + charge},
			{"another fee", tip.RuleBooked, "UPDATE payment_charge SET fee_units = fee_units + 1" + charge, "UPDATE payment_charge SET fee_units = fee_units - 1" + charge},
			{"another earning", tip.RuleBooked, "UPDATE tip SET earning_id = 'ern_x'" + good, "UPDATE tip SET earning_id = '" + string(whole.Earning) + "'" + good},
			{"somebody else's earning", tip.RuleBooked, "UPDATE earning SET creator_id = 'usr_x'", "UPDATE earning SET creator_id = '" + string(s.creator) + "'"},
			{"an entry that is not booked", tip.RuleBooked, "UPDATE payment_charge SET settled_units = 500, settled_asset = 'USD', fee_units = 45 WHERE subject = '" + string(late.ID) + "'",
				"UPDATE payment_charge SET settled_units = 0, settled_asset = '', fee_units = 0 WHERE subject = '" + string(late.ID) + "'"},
			{"booked for no tip", tip.RuleBooked, "UPDATE ledger_transfer SET cause = 'tip_x' WHERE cause = '" + string(less.ID) + "'", "UPDATE ledger_transfer SET cause = '" + string(less.ID) + "' WHERE cause = 'tip_x'"},
			{"not the whole tip", tip.RuleWhole, "UPDATE tip SET net_units = net_units - 1" + good, "UPDATE tip SET net_units = net_units + 1" + good},
			{"more than what was left", tip.RuleWhole, "UPDATE tip SET net_units = net_units + 1 WHERE id = '" + string(less.ID) + "'", "UPDATE tip SET net_units = net_units - 1 WHERE id = '" + string(less.ID) + "'"},
			{"a part for the platform", tip.RulePlatform, "UPDATE ledger_account SET path = 'platform/revenue/tip'" + account(ledger.EarningPath(whole.Earning)),
				"UPDATE ledger_account SET path = '" + ledger.EarningPath(whole.Earning) + "'" + account("platform/revenue/tip")},
			{"money left behind", tip.RuleEmpty, "UPDATE ledger_account SET balance = 1" + account(ledger.TipPath(whole.ID)), "UPDATE ledger_account SET balance = 0" + account(ledger.TipPath(whole.ID))},
			{"an account of no tip", tip.RuleEmpty, "UPDATE ledger_account SET path = 'tip/x'" + account(ledger.TipPath(whole.ID)), "UPDATE ledger_account SET path = '" + ledger.TipPath(whole.ID) + "'" + account("tip/x")},
			{"the fee went elsewhere", tip.RuleBooked, "UPDATE ledger_line SET to_account = " + fees + line + provider + " AND amount = 46", "UPDATE ledger_line SET to_account = " + provider + line + fees + " AND amount = 46"},
			{"rules that there are not", tip.RuleRule, "UPDATE tip SET rule = 'x@1'" + good, "UPDATE tip SET rule = 'current@1'" + good},
			{"another price", tip.RuleRule, "UPDATE tip_rule SET fee_fixed_units = 31 WHERE asset = 'USD'", "UPDATE tip_rule SET fee_fixed_units = 30 WHERE asset = 'USD'"},
			{"beyond the bounds", tip.RuleRule, "UPDATE tip_rule SET min_units = 501 WHERE asset = 'USD'", "UPDATE tip_rule SET min_units = 100 WHERE asset = 'USD'"},
			{"more than a day holds", tip.RuleCaps, "UPDATE tip_rule SET max_units = 100, day_units = 1499 WHERE asset = 'USD'", "UPDATE tip_rule SET max_units = 10000, day_units = 50000 WHERE asset = 'USD'"},
			{"more tips than a day holds", tip.RuleCaps, "UPDATE tip_rule SET day_tips = 2 WHERE asset = 'USD'", "UPDATE tip_rule SET day_tips = 100 WHERE asset = 'USD'"},
			{"does not count", tip.RuleCounted, "UPDATE limit_spend SET cause = 'cps_x'" + spend, "UPDATE limit_spend SET cause = '" + string(whole.ID) + "' WHERE cause = 'cps_x'"},
			{"counts for less", tip.RuleCounted, "UPDATE limit_spend SET units = units - 1" + spend, "UPDATE limit_spend SET units = units + 1" + spend},
			{"counts with another card", tip.RuleCounted, "UPDATE limit_spend SET instrument = 'x'" + spend, "UPDATE limit_spend SET instrument = (SELECT instrument FROM payment_charge WHERE subject = cause)" + spend},
			{"released although it was paid", tip.RuleCounted, "UPDATE limit_spend SET released_us = 1" + spend, "UPDATE limit_spend SET released_us = 0" + spend},
			{"counts although it failed", tip.RuleCounted, "UPDATE limit_spend SET released_us = 0 WHERE cause IN " + failed, "UPDATE limit_spend SET released_us = 1 WHERE cause IN " + failed},
			{"counts for no tip", tip.RuleCounted, "INSERT INTO limit_spend (cause, person_id, units, asset, at_us, released_us) VALUES ('tip_x', 'usr_x', 1, 'USD', 1, 0)", "DELETE FROM limit_spend WHERE cause = 'tip_x'"},
		} {
			t.Run(plant.name, func(t *testing.T) {
				gifttest.Bites(s.World, t, plant.rule, plant.damage, plant.undo, tip.Checks()...)
			})
		}
		s.Later(2 * time.Minute)
		s.box.Settle()
		s.Later(time.Minute)
	})
}

// account returns the number of the account, as SQL.
func (s *jar) account(path string) string {
	return strconv.FormatInt(s.Count("SELECT id FROM ledger_account WHERE path = $1 AND asset = 'USD'", path), 10)
}

// The schema refuses what no code may write.
func TestSchema(t *testing.T) {
	each(t, func(s *jar) {
		whole := s.gives(covered)
		for _, damage := range []string{"fan_id = creator_id", "charged_units = amount_units - 1", "cover_fee = 0", "fee_units = fee_units + 1", "net_units = 0", "completed_us = 0", "anonymous = 2"} {
			err := s.D.Write(s.Ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(s.Ctx, "UPDATE tip SET "+damage+" WHERE id = $1", string(whole.ID))
				return err
			})
			if err == nil {
				t.Errorf("%s was written", damage)
			}
		}
	})
}
