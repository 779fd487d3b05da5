package gift_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
)

// Every rule of verify.go names the damage that it is there for.
func TestVerifyBites(t *testing.T) {
	each(t, func(s *stage) {
		g := s.Give(s.fan, "rose", s.room, 2)
		other := s.Give(s.fan, "spark", s.room, 1)
		c := s.tapping()
		c.next()
		c.next()
		s.Later(time.Hour)
		card := s.Count("SELECT from_us FROM rate_card")
		bitten := map[string]bool{gift.RuleSelf: true} // by TestVerifyBitesOnSelf
		// Each of the two events tells of the other's gift.
		swapped := fmt.Sprintf("UPDATE outbox_event SET data = CASE WHEN data LIKE '%%%[1]s%%' THEN REPLACE(data, '%[1]s', '%[2]s') ELSE REPLACE(data, '%[2]s', '%[1]s') END WHERE type = 'gift.sent'", g.ID, other.ID)
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
			{"another instant than its transfer's", gift.RuleTransfer, "UPDATE gift SET sent_us = sent_us + 1" + one, "UPDATE gift SET sent_us = sent_us - 1" + one},
			{"a rate card that came later", gift.RuleRates, "UPDATE rate_card SET from_us = 9000000000000000", fmt.Sprintf("UPDATE rate_card SET from_us = %d", card)},
			{"a rate card that was not known yet", gift.RuleRates, "UPDATE rate_card SET after_seq = after_seq + 1000", "UPDATE rate_card SET after_seq = after_seq - 1000"},
			{"another rate card than in force", gift.RuleRates, "UPDATE ledger_transfer SET rule = 'current@0' WHERE cause = '" + string(g.ID) + "'", "UPDATE ledger_transfer SET rule = 'current@1' WHERE cause = '" + string(g.ID) + "'"},
			{"a price that was not the catalogue's", gift.RulePrice, "UPDATE gift_item SET price_coins = price_coins + 1 WHERE id = 'rose'", "UPDATE gift_item SET price_coins = price_coins - 1 WHERE id = 'rose'"},
			{"a gift that was not in the catalogue", gift.RulePrice, "UPDATE gift SET item = 'ticket'" + one, "UPDATE gift SET item = 'rose'" + one},
			{"a catalogue that came later", gift.RulePrice, "UPDATE gift_item SET from_us = from_us + 9000000000000000", "UPDATE gift_item SET from_us = from_us - 9000000000000000"},
			{"a gap in the events", gift.RuleLog, "UPDATE outbox_event SET sequence = -1 WHERE sequence = 1", "UPDATE outbox_event SET sequence = 1 WHERE sequence = -1"},
			{"an event after the head", gift.RuleLog, "UPDATE outbox_head SET sequence = sequence - 1", "UPDATE outbox_head SET sequence = sequence + 1"},
			{"a gift that was not told", gift.RuleEvents, "UPDATE outbox_event SET type = 'gift.lost' WHERE type = 'gift.sent' AND data LIKE '%" + string(g.ID) + "%'", "UPDATE outbox_event SET type = 'gift.sent' WHERE type = 'gift.lost'"},
			{"an event of a gift that there is not", gift.RuleEvents, "UPDATE outbox_event SET data = REPLACE(data, '" + string(g.ID) + "', 'gft_00000000000000000000000000')", "UPDATE outbox_event SET data = REPLACE(data, 'gft_00000000000000000000000000', '" + string(g.ID) + "')"},
			{"gifts that were told in another order", gift.RuleEvents, swapped, swapped},
			{"a combo whose end was not told", gift.RuleEvents, "UPDATE outbox_event SET type = 'gift.lost' WHERE type = 'gift.combo.ended'", "UPDATE outbox_event SET type = 'gift.combo.ended' WHERE type = 'gift.lost'"},
			{"the end of another combo", gift.RuleEvents, "UPDATE outbox_event SET data = REPLACE(data, '" + string(c.id) + "', 'cmb_x') WHERE type = 'gift.combo.ended'", "UPDATE outbox_event SET data = REPLACE(data, 'cmb_x', '" + string(c.id) + "') WHERE type = 'gift.combo.ended'"},
			{"coins of somebody else", gift.RuleOwners, "UPDATE gift SET sender_id = 'usr_x'" + one, "UPDATE gift SET sender_id = '" + string(s.fan) + "'" + one},
			{"diamonds of another source", gift.RuleOwners, "UPDATE earning SET source = 'video_gift'", "UPDATE earning SET source = 'gift'"},
			{"diamonds for somebody else", gift.RuleOwners, "UPDATE gift SET creator_id = 'usr_x'" + one, "UPDATE gift SET creator_id = '" + string(s.creator) + "'" + one},
		} {
			t.Run(plant.name, func(t *testing.T) { gifttest.Bites(s.World, t, plant.rule, plant.damage, plant.undo) })
			bitten[plant.rule] = true
		}
		for _, c := range gift.Checks() {
			if !bitten[c.Name] {
				t.Errorf("nothing was planted that breaks %q", c.Name)
			}
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

// Rates and prices go by the journal's instant, so that verify can tell which
// were in force, also when the clock steps back over the day on which they
// change, or they are made known after the day from which they count.
func TestRatesAndPricesInForce(t *testing.T) {
	each(t, func(s *stage) {
		change := s.Clk.Now().Add(time.Hour)
		install := func(version string, from time.Time, price int64) {
			card, items := gifttest.Card, gifttest.Items(version, from.UnixMicro())
			card.Version, card.FromUS, items[1].PriceCoins = version, from.UnixMicro(), price
			s.Write(func(tx *db.Tx) error {
				if err := earnings.Install(s.Ctx, tx, card); err != nil {
					return err
				}
				return gift.Install(s.Ctx, tx, items)
			})
		}
		costs := func(want int64) {
			t.Helper()
			if g := s.Give(s.fan, "rose", s.room, 1); g.PriceCoins != want {
				t.Errorf("a rose costs %d, want %d", g.PriceCoins, want)
			}
		}
		install("current@2", change, 6)
		costs(5)
		s.Clk.Set(change)
		costs(6)
		s.Clk.Set(change.Add(-time.Minute)) // the clock steps back, the journal does not
		costs(6)
		install("current@3", change.Add(-time.Second), 7) // begins earlier than what is in force, and never counts
		costs(6)
		install("current@4", change, 8) // begins in the past, and counts from now on
		costs(8)
	})
}
