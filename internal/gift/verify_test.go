package gift_test

import (
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
)

// Every rule of verify.go names the damage that it is there for.
func TestVerifyBites(t *testing.T) {
	each(t, func(s *stage) {
		g := s.Give(s.fan, "rose", s.room, 2)
		s.Give(s.fan, "spark", s.room, 1)
		c := s.tapping()
		c.next()
		c.next()
		s.Later(time.Hour)
		one, combo := " WHERE id = '"+string(g.ID)+"'", " WHERE id = '"+string(c.id)+"'"
		for _, plant := range []struct{ name, rule, damage, undo string }{
			{"another price", gift.RuleCoins, "UPDATE gift SET price_coins = price_coins + 1" + one, "UPDATE gift SET price_coins = price_coins - 1" + one},
			{"another quantity", gift.RuleCoins, "UPDATE gift SET quantity = quantity + 1" + one, "UPDATE gift SET quantity = quantity - 1" + one},
			{"other diamonds", gift.RuleCoins, "UPDATE gift SET diamonds = diamonds + 1" + one, "UPDATE gift SET diamonds = diamonds - 1" + one},
			{"another rate", gift.RuleCoins, "UPDATE rate_card SET diamonds_den = 2", "UPDATE rate_card SET diamonds_den = 1"},
			{"no rate card", gift.RuleCoins, "UPDATE rate_card SET version = 'gone@1'", "UPDATE rate_card SET version = 'current@1'"},
			{"no transfer", gift.RuleTransfer, "UPDATE gift SET transfer_seq = transfer_seq + 1000" + one, "UPDATE gift SET transfer_seq = transfer_seq - 1000" + one},
			{"somebody else's transfer", gift.RuleTransfer, "UPDATE gift SET transfer_seq = transfer_seq + 1" + one, "UPDATE gift SET transfer_seq = transfer_seq - 1" + one},
			{"a transfer without its gift", gift.RuleTransfer, "UPDATE gift SET id = 'gft_x'" + one, "UPDATE gift SET id = '" + string(g.ID) + "' WHERE id = 'gft_x'"},
			{"other coins of a combo", gift.RuleCombo, "UPDATE gift_combo SET coins = coins + 1" + combo, "UPDATE gift_combo SET coins = coins - 1" + combo},
			{"another count of a combo", gift.RuleCombo, "UPDATE gift_combo SET count = count + 1" + combo, "UPDATE gift_combo SET count = count - 1" + combo},
			{"other diamonds of a combo", gift.RuleCombo, "UPDATE gift_combo SET diamonds = diamonds + 1" + combo, "UPDATE gift_combo SET diamonds = diamonds - 1" + combo},
			{"a gap in the taps", gift.RuleCombo, "UPDATE gift SET combo_seq = 3 WHERE combo_seq = 2", "UPDATE gift SET combo_seq = 2 WHERE combo_seq = 3"},
			{"a tap without its combo", gift.RuleCombo, "UPDATE gift SET combo = 'cmb_x' WHERE combo_seq = 2", "UPDATE gift SET combo = '" + string(c.id) + "' WHERE combo_seq = 2"},
			{"a combo without taps", gift.RuleCombo, "UPDATE gift_combo SET id = 'cmb_x'" + combo, "UPDATE gift_combo SET id = '" + string(c.id) + "' WHERE id = 'cmb_x'"},
			{"another sender than the combo's", gift.RuleCombo, "UPDATE gift_combo SET sender_id = 'usr_x'" + combo, "UPDATE gift_combo SET sender_id = '" + string(s.fan) + "'" + combo},
			{"coins of somebody else", gift.RuleOwners, "UPDATE gift SET sender_id = 'usr_x'" + one, "UPDATE gift SET sender_id = '" + string(s.fan) + "'" + one},
			{"diamonds for somebody else", gift.RuleOwners, "UPDATE gift SET creator_id = 'usr_x'" + one, "UPDATE gift SET creator_id = '" + string(s.creator) + "'" + one},
		} {
			t.Run(plant.name, func(t *testing.T) { gifttest.Bites(s.World, t, plant.rule, plant.damage, plant.undo) })
		}
	})
}

// The schema refuses a gift to oneself. Where its constraint was taken away,
// verify finds the gift.
func TestVerifyBitesOnSelf(t *testing.T) {
	each(t, func(s *stage) {
		g := s.Give(s.fan, "rose", s.room, 1)
		damage := "UPDATE gift SET creator_id = sender_id WHERE id = '" + string(g.ID) + "'"
		err := s.D.Write(s.Ctx, func(tx *db.Tx) error { _, err := tx.Exec(s.Ctx, damage); return err })
		if err == nil {
			t.Fatal("the schema takes a gift to oneself")
		}
		s.Unguard("gift", "gift_is_not_for_oneself")
		gifttest.Bites(s.World, t, gift.RuleSelf, damage, "UPDATE gift SET creator_id = '"+string(s.creator)+"' WHERE id = '"+string(g.ID)+"'")
	})
}
