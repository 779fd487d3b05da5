package earnings_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
)

// part is a part of an earning, as a reader puts it together.
type part struct {
	Earning id.Earning
	earnings.Where
}

// parts are what is added up and what is not, of these earnings.
func parts(s *gifttest.World, all []earnings.Earning) map[part]earnings.Sum {
	s.T.Helper()
	found := map[part]earnings.Sum{}
	s.Read(func(tx *db.Tx) error {
		rows, err := tx.Query(s.Ctx, "SELECT earning_id, target, fan_id, item, sends, gifts, combos, coins, diamonds, units FROM earning_part")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var p part
			var n earnings.Sum
			if err := rows.Scan((*string)(&p.Earning), &p.Target, (*string)(&p.Fan), &p.Item, &n.Sends, &n.Gifts, &n.Combos, &n.Coins, &n.Diamonds, &n.Units); err != nil {
				return err
			}
			found[p] = n
		}
		late, err := earnings.NotAddedUp(s.Ctx, tx, all)
		for _, l := range late {
			p := part{l.Earning, l.Where}
			sum := found[p]
			sum.Add(l.Sum)
			found[p] = sum
		}
		return err
	})
	return found
}

// tap sends a combo of so many taps.
func tap(w *gifttest.World, fan id.Person, room string, taps int64) {
	w.T.Helper()
	combo := w.Combo()
	for seq := int64(1); seq <= taps; seq++ {
		_, err := w.Gifts.Send(w.Ctx, gift.Request{Key: w.Key(), Sender: fan, Item: "spark", Quantity: 1, Target: room, Combo: combo, ComboSeq: seq})
		w.OK(err)
	}
}

// earned are all earnings of the creators.
func earned(s *gifttest.World, creators ...id.Person) (all []earnings.Earning) {
	s.T.Helper()
	for _, c := range creators {
		s.Read(func(tx *db.Tx) error {
			some, err := earnings.InDays(s.Ctx, tx, earnings.Days{Creator: c})
			all = append(all, some...)
			return err
		})
	}
	return all
}

// Wherever adding up stands, the parts of an earning are the same, and their
// money is that of the earning.
func TestAddUp(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		rnd := rand.New(rand.NewPCG(1, 2))
		creators := []id.Person{w.Creator(), w.Creator()}
		fans := []id.Person{w.Fan(5000), w.Fan(3000, 2000), w.Fan(4000)}
		var targets []string
		for _, c := range creators {
			targets = append(targets, w.Live(c), w.Video(c))
		}
		var before map[part]earnings.Sum
		for range 25 {
			w.Clk.Advance(time.Duration(rnd.IntN(20)) * time.Hour)
			if rnd.IntN(3) == 0 {
				w.RunDue()
			}
			for range 1 + rnd.IntN(6) {
				w.Give(fans[rnd.IntN(3)], "rose", targets[rnd.IntN(4)], 1+rnd.Int64N(5))
			}
			tap(w, fans[0], targets[0], 2)
			before = parts(w, earned(w, creators...))
			_, err := earnings.AddUpSome(w.Ctx, w.D, 1+rnd.Int64N(30))
			w.OK(err)
			if diff := cmp.Diff(before, parts(w, earned(w, creators...))); diff != "" {
				t.Fatalf("adding up has changed the parts (-before +after):\n%s", diff)
			}
		}
		units, diamonds := map[id.Earning]int64{}, map[id.Earning]int64{}
		combos := int64(0)
		for p, s := range before {
			units[p.Earning] += s.Units
			diamonds[p.Earning] += s.Diamonds
			combos += s.Combos
		}
		for _, e := range earned(w, creators...) {
			if units[e.ID] != e.Amount.Units || diamonds[e.ID] != e.Diamonds {
				t.Errorf("%s is of %d diamonds and %v, its parts of %d and %d", e.ID, e.Diamonds, e.Amount, diamonds[e.ID], units[e.ID])
			}
		}
		if combos != 25 {
			t.Errorf("%d combos, want 25", combos)
		}
	})
}

// Several that add up at once count each gift once.
func TestAddUpAtOnce(t *testing.T) {
	gifttest.Each(t, func(s *gifttest.World) {
		fan, room := s.Fan(1000), s.Live(s.Creator())
		for range 40 {
			s.Give(fan, "rose", room, 1)
		}
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for {
					more, err := earnings.AddUpSome(s.Ctx, s.D, 7)
					if err != nil {
						t.Error(err)
					}
					if !more || err != nil {
						return
					}
				}
			})
		}
		all.Wait()
		s.AddUp()
		if n := s.Count("SELECT gifts FROM earning_part"); n != 40 {
			t.Errorf("%d gifts are added up, want 40", n)
		}
		if n := s.Count("SELECT gifts FROM earning_day"); n != 40 {
			t.Errorf("%d gifts are in the day, want 40", n)
		}
	})
}

// Whatever is wrong with what was added up is named.
func TestVerifyBitesOnParts(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		fan, room := w.Fan(1000), w.Live(w.Creator())
		w.Give(fan, "spark", room, 3)
		w.Give(fan, "rose", room, 2)
		tap(w, fan, room, 3)
		w.AddUp()
		for _, plant := range []struct{ name, rule, damage, undo string }{
			{"a part with other coins", earnings.RuleParts, "UPDATE earning_part SET coins = coins + 1 WHERE item = 'spark'", "UPDATE earning_part SET coins = coins - 1 WHERE item = 'spark'"},
			{"a cent that went from one part to another", earnings.RuleParts, "UPDATE earning_part SET units = units + CASE item WHEN 'spark' THEN 1 ELSE -1 END", "UPDATE earning_part SET units = units - CASE item WHEN 'spark' THEN 1 ELSE -1 END"},
			{"a part of another fan", earnings.RuleParts, "UPDATE earning_part SET fan_id = 'usr_x'", "UPDATE earning_part SET fan_id = '" + string(fan) + "'"},
			{"parts of another earning", earnings.RuleParts, "UPDATE earning_part SET earning_id = 'ern_x'", "UPDATE earning_part SET earning_id = (SELECT id FROM earning)"},
			{"another running total", earnings.RuleParts, "UPDATE earning_part_sum SET diamonds = diamonds + 1", "UPDATE earning_part_sum SET diamonds = diamonds - 1"},
			{"a running total of another earning", earnings.RuleParts, "UPDATE earning_part_sum SET earning_id = 'ern_x'", "UPDATE earning_part_sum SET earning_id = (SELECT id FROM earning)"},
			{"a day with another number of gifts", earnings.RuleParts, "UPDATE earning_day SET gifts = gifts - 1, sends = sends - 1", "UPDATE earning_day SET gifts = gifts + 1, sends = sends + 1"},
			{"another day", earnings.RuleParts, "UPDATE earning_day SET day = day + 1", "UPDATE earning_day SET day = day - 1"},
			{"a place that is not there yet", earnings.RuleParts, "UPDATE earning_part_place SET seq = seq + 1000", "UPDATE earning_part_place SET seq = seq - 1000"},
			{"a place too far back", earnings.RuleParts, "UPDATE earning_part_place SET seq = 1 WHERE seq > 1", fmt.Sprintf("UPDATE earning_part_place SET seq = %d", w.Count("SELECT seq FROM earning_part_place"))},
		} {
			t.Run(plant.name, func(t *testing.T) { gifttest.Bites(w, t, plant.rule, plant.damage, plant.undo) })
		}
	})
}

// Gifts on videos once went into the earning of those on LIVEs. They stay in
// it, and what was given after that goes where it belongs.
func TestGiftsOfOneSource(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		creator, fan := w.Creator(), w.Fan(1000)
		video, room := w.Video(creator), w.Live(creator)
		w.Give(fan, "rose", video, 2)
		w.Exec("UPDATE earning SET source = 'gift'")
		w.Exec("UPDATE earning_source_place SET seq = (SELECT seq FROM ledger_head)")
		w.Give(fan, "rose", room, 1)
		w.AddUp()
		old := earned(w, creator)
		if len(old) != 1 || old[0].Diamonds != 15 {
			t.Fatalf("the earnings are %+v", old)
		}
		into := parts(w, old)
		if n := into[part{old[0].ID, earnings.Where{Target: video, Fan: fan, Item: "rose"}}].Gifts; n != 2 {
			t.Errorf("%d gifts on the video are in the earning, want 2", n)
		}
		ledgertest.Verify(t, w.D, gifttest.Checks()...)
		w.Give(fan, "rose", video, 1)
		w.AddUp()
		if now := earned(w, creator); len(now) != 2 {
			t.Errorf("the earnings are %+v", now)
		}
		gifttest.Bites(w, t, gift.RuleOwners, "UPDATE earning_source_place SET seq = 1", "UPDATE earning_source_place SET seq = (SELECT MAX(transfer_seq) - 1 FROM gift)")
	})
}
