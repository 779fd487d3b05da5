package support_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/support"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// hall is a world with a creator who is live, and who counts.
type hall struct {
	*gifttest.World
	s    *support.Service
	star id.Person
	room string
}

func each(t *testing.T, test func(h *hall)) {
	t.Helper()
	gifttest.Each(t, func(w *gifttest.World) {
		h := &hall{World: w, s: support.NewService(w.D), star: w.Creator()}
		h.room = w.Live(h.star)
		test(h)
		h.count()
	}, support.Checks()...)
}

// count counts until there is nothing left to count, and returns what Count
// said last.
func (h *hall) count() (again time.Duration) {
	h.T.Helper()
	for {
		var err error
		again, err = h.s.Count(h.Ctx)
		h.OK(err)
		if again != outbox.Behind {
			return again
		}
	}
}

func (h *hall) board(of string, w support.Window, fan id.Person) (l support.Leaderboard) {
	h.T.Helper()
	h.Read(func(tx *db.Tx) (err error) {
		l, err = support.Get(h.Ctx, tx, support.Ask{Of: of, Window: w, Limit: support.MaxEntries, Fan: fan})
		return err
	})
	return l
}

// tap gives one tap of a combo.
func (h *hall) tap(fan id.Person, c id.Combo, seq int64) {
	h.T.Helper()
	_, err := h.Gifts.Send(h.Ctx, gift.Request{Key: fmt.Sprintf("%s:%d", c, seq), Sender: fan, Item: "rose", Quantity: 1, Target: h.room, Combo: c, ComboSeq: seq})
	h.OK(err)
}

func same(l support.Leaderboard, want ...string) string {
	var got []string
	for _, e := range l.Entries {
		got = append(got, fmt.Sprintf("%d %s %d/%d was %d", e.Rank, e.Who.Name, e.Coins, e.Gifts, e.Was))
	}
	if slices.Equal(got, want) {
		return ""
	}
	return fmt.Sprintf("%q, want %q", got, want)
}

func TestLeaderboard(t *testing.T) {
	each(t, func(h *hall) {
		a, b, c := h.Fan(10_000), h.Fan(10_000), h.Fan(10_000)
		name := func(p id.Person) (n string) {
			h.Read(func(tx *db.Tx) error { who, err := people.Get(h.Ctx, tx, p); n = who.Name; return err })
			return n
		}
		video := h.Video(h.star)
		h.Give(a, "rose", h.room, 2)
		h.Clk.Advance(time.Second)
		h.Give(b, "rose", h.room, 2) // the same coins, and later
		combo := h.Combo()
		h.tap(c, combo, 1)
		h.tap(c, combo, 2)
		h.tap(c, combo, 3)
		h.Give(b, "ticket", video, 1)
		h.count()
		for _, k := range []struct {
			of     string
			window support.Window
			want   []string
		}{
			{h.room, "", []string{"1 " + name(c) + " 15/3 was 0", "2 " + name(a) + " 10/2 was 0", "3 " + name(b) + " 10/2 was 0"}},
			{video, support.Target, []string{"1 " + name(b) + " 10/1 was 0"}},
			{h.room, support.Week, []string{"1 " + name(b) + " 20/3 was 0", "2 " + name(c) + " 15/3 was 0", "3 " + name(a) + " 10/2 was 0"}},
			{string(h.star), support.All, []string{"1 " + name(b) + " 20/3 was 0", "2 " + name(c) + " 15/3 was 0", "3 " + name(a) + " 10/2 was 0"}},
		} {
			if wrong := same(h.board(k.of, k.window, ""), k.want...); wrong != "" {
				t.Errorf("%s %s: %s", k.of, k.window, wrong)
			}
		}
		if own := h.board(h.room, "", b).Own; own == nil || own.Rank != 3 || own.Coins != 10 {
			t.Errorf("the fan's own place is %+v", own)
		}
		if own := h.board(h.room, "", h.star).Own; own != nil {
			t.Errorf("who gave nothing has the place %+v", own)
		}
		h.Later(7 * 24 * time.Hour) // and the combo ends
		h.Give(a, "rose", h.room, 1)
		h.count()
		if wrong := same(h.board(string(h.star), "", ""), "1 "+name(a)+" 5/1 was 3"); wrong != "" {
			t.Errorf("the next week: %s", wrong)
		}
		if wrong := same(h.board(h.room, "", ""), "1 "+name(c)+" 15/3 was 0", "2 "+name(a)+" 15/3 was 0", "3 "+name(b)+" 10/2 was 0"); wrong != "" {
			t.Errorf("the LIVE goes on: %s", wrong)
		}
	})
}

func TestWhoMaySee(t *testing.T) {
	each(t, func(h *hall) {
		hidden := h.Video(h.star)
		h.Exec("UPDATE video SET visibility = 'hidden' WHERE id = $1", hidden)
		for _, k := range []struct {
			ask  support.Ask
			code fault.Code
		}{
			{support.Ask{Of: hidden}, fault.NotFound}, {support.Ask{Of: hidden, Fan: h.star}, ""}, {support.Ask{Of: "x"}, fault.NotFound},
			{support.Ask{Of: "usr_01kgw1ptrhe8zr2b7a5y3c9dxm"}, fault.NotFound}, {support.Ask{Of: string(h.star), Window: support.Target}, fault.InvalidParameter},
			{support.Ask{Of: h.room, Window: "month"}, fault.InvalidParameter},
		} {
			err := h.D.Read(h.Ctx, func(tx *db.Tx) error { _, err := support.Get(h.Ctx, tx, k.ask); return err })
			if fault.CodeOf(err) != k.code {
				t.Errorf("%+v: %v, want %q", k.ask, err, k.code)
			}
		}
	})
}

// TestTelling holds that a leaderboard is told of at most every two seconds,
// and in the end always.
func TestTelling(t *testing.T) {
	each(t, func(h *hall) {
		a := h.Fan(10_000)
		told := func() int { return len(h.Events("leaderboard.changed")) }
		h.Give(a, "rose", h.room, 1)
		h.count()
		if told() != 1 {
			t.Fatalf("told %d times", told())
		}
		for range 3 {
			h.Give(a, "rose", h.room, 1)
			if again := h.count(); again != 2*time.Second || told() != 1 {
				t.Errorf("told %d times, again in %s", told(), again)
			}
		}
		h.Clk.Advance(2 * time.Second)
		if again := h.count(); again != 0 || told() != 2 {
			t.Errorf("told %d times, again in %s", told(), again)
		}
		var last struct {
			Target string
			Top    []struct {
				Rank   int64
				Person id.Person
				Coins  struct{ Amount int64 }
			}
		}
		e := h.Events("leaderboard.changed")[1]
		h.OK(json.Unmarshal(e.Data, &last))
		if e.Topic != "live:"+h.room || last.Target != h.room || len(last.Top) != 1 || last.Top[0].Person != a || last.Top[0].Coins.Amount != 20 {
			t.Errorf("%s %s", e.Topic, e.Data)
		}
	})
}

// TestCountedOnce counts in several processes at once while gifts come, and
// from the beginning: the books are compared at the end of every test.
func TestCountedOnce(t *testing.T) {
	each(t, func(h *hall) {
		fans := []id.Person{h.Fan(100_000), h.Fan(100_000), h.Fan(100_000)}
		var wg sync.WaitGroup
		for range 4 {
			other := support.NewService(h.D)
			wg.Go(func() {
				for range 40 {
					if _, err := other.Count(h.Ctx); err != nil {
						t.Error(err)
					}
				}
			})
		}
		for i := range 60 {
			h.Give(fans[i%3], []string{"rose", "lion"}[i%2], h.room, int64(i%4+1))
		}
		wg.Wait()
		h.count()
		before := h.board(string(h.star), support.All, fans[0])
		h.Want(h.s.Rebuild(h.Ctx, people.Caller{Person: h.star}), fault.RoleRequired)
		h.OK(h.s.Rebuild(h.Ctx, people.Console()))
		_, err := h.s.Count(h.Ctx)
		h.OK(err)
		if len(h.board(string(h.star), support.All, "").Entries) != 0 {
			t.Error("the board was not forgotten")
		}
		h.count()
		if after := h.board(string(h.star), support.All, fans[0]); fmt.Sprint(before.Entries) != fmt.Sprint(after.Entries) || before.Own.Rank != after.Own.Rank {
			t.Errorf("made again it is %v, it was %v", after, before)
		}
	})
}

// TestRebuild forgets in parts, with what is given meanwhile, and tells of no
// leaderboard for what was given long ago. It is in the audit log.
func TestRebuild(t *testing.T) {
	each(t, func(h *hall) {
		defer support.ForgetAtOnce(4)()
		for range 3 { // nine sums on three boards
			h.Give(h.Fan(1000), "rose", h.room, 1)
		}
		told := func() int { return len(h.Events("leaderboard.changed")) }
		h.Clk.Advance(2 * time.Hour)
		h.count()
		if told() != 0 {
			t.Errorf("the first count tells %d times of what is long ago", told())
		}
		h.OK(h.s.Rebuild(h.Ctx, people.Console()))
		fresh := h.Live(h.star)
		h.Give(h.Fan(1000), "rose", fresh, 1)
		for _, left := range []int64{9, 5, 1, 0} {
			if n := h.Count("SELECT COUNT(*) FROM support_sum"); n != left {
				t.Errorf("%d sums are left, want %d", n, left)
			}
			ledgertest.Verify(t, h.D, support.Checks()...)
			_, err := h.s.Count(h.Ctx)
			h.OK(err)
		}
		h.count()
		if n := h.Count("SELECT COUNT(*) FROM support_sum"); n != 12 {
			t.Errorf("%d sums were made again, want 12", n)
		}
		if e := h.Events("leaderboard.changed"); len(e) != 1 || e[0].Topic != "live:"+fresh {
			t.Errorf("it was told of %d leaderboards: %v", len(e), e)
		}
		if n := h.Count("SELECT COUNT(*) FROM audit_entry WHERE verb = 'leaderboards.rebuild' AND actor = 'console'"); n != 1 {
			t.Errorf("%d entries of the audit log", n)
		}
	})
}

// TestSupporters pages through a creator's supporters: each once, in order.
func TestSupporters(t *testing.T) {
	each(t, func(h *hall) {
		for i := range 7 {
			h.Give(h.Fan(1000), "rose", h.room, int64(i/2+1)) // some have given the same
		}
		h.count()
		whole := h.board(string(h.star), support.All, "").Entries
		want := support.BoardTotal{}
		for _, e := range whole {
			want.Fans, want.Coins, want.Gifts = want.Fans+1, want.Coins+e.Coins, want.Gifts+e.Gifts
		}
		for _, w := range []support.Window{support.All, support.Week} {
			var total support.BoardTotal
			h.Read(func(tx *db.Tx) (err error) { total, err = support.TotalOf(h.Ctx, tx, h.star, w); return err })
			if total != want || want.Fans != 7 {
				t.Errorf("the board of %s adds up to %+v, its rows to %+v", w, total, want)
			}
		}
		for limit := 1; limit <= 8; limit++ {
			var got []support.Sum
			for page := (support.Page{Window: support.All, Limit: limit}); ; {
				var part []support.Supporter
				h.Read(func(tx *db.Tx) (err error) { part, err = support.Supporters(h.Ctx, tx, h.star, page); return err })
				for _, p := range part {
					got = append(got, p.Sum)
				}
				if len(part) == 0 {
					break
				}
				page.After = got[len(got)-1]
			}
			if len(got) != len(whole) {
				t.Fatalf("in pages of %d: %d of %d", limit, len(got), len(whole))
			}
			for i := range got {
				if got[i] != whole[i].Sum {
					t.Errorf("in pages of %d: %+v at %d, want %+v", limit, got[i], i, whole[i].Sum)
				}
			}
		}
	})
}

// TestRandomGifts compares the boards with a naive sum after any sequence of
// gifts, rounds and steps of the clock.
func TestRandomGifts(t *testing.T) {
	each(t, func(h *hall) {
		fans, want := []id.Person{h.Fan(1_000_000), h.Fan(1_000_000)}, map[id.Person]int64{}
		rapid.Check(t, func(rt *rapid.T) { // one after another in the same world
			for i, step := range rapid.SliceOfN(rapid.IntRange(0, 5), 1, 6).Draw(rt, "steps") {
				switch step {
				case 0:
					_, err := h.s.Count(h.Ctx)
					h.OK(err)
				case 1:
					h.Clk.Advance(3 * 24 * time.Hour)
				default:
					fan := fans[(i+step)%2]
					want[fan] += h.Give(fan, "rose", h.room, int64(step)).PriceCoins * int64(step)
				}
			}
			h.count()
			for _, e := range h.board(h.room, "", "").Entries {
				if e.Coins != want[e.Fan] {
					rt.Fatalf("%d coins, want %d", e.Coins, want[e.Fan])
				}
			}
		})
	})
}

// Every rule of verify.go names the damage that it is there for.
func TestVerifyBites(t *testing.T) {
	each(t, func(h *hall) {
		a, b := h.Fan(1000), h.Fan(1000)
		h.Give(a, "rose", h.room, 1)
		h.Give(b, "rose", h.room, 2)
		h.count()
		one := " WHERE fan_id = '" + string(a) + "' AND board = '" + h.room + "'"
		for _, plant := range []struct{ rule, damage, undo string }{
			{support.RuleSums, "UPDATE support_sum SET coins = coins + 1" + one, "UPDATE support_sum SET coins = coins - 1" + one},
			{support.RuleSums, "UPDATE support_sum SET gifts = gifts + 1" + one, "UPDATE support_sum SET gifts = gifts - 1" + one},
			{support.RuleSums, "UPDATE support_sum SET last_us = last_us + 1" + one, "UPDATE support_sum SET last_us = last_us - 1" + one},
			{support.RuleSums, "UPDATE support_sum SET board = 'x'" + one, "UPDATE support_sum SET board = '" + h.room + "' WHERE board = 'x'"},
			{support.RuleSums, "UPDATE support_place SET seq = seq - 1", "UPDATE support_place SET seq = seq + 1"},
			{support.RulePlace, "UPDATE support_place SET seq = seq + 1000", "UPDATE support_place SET seq = seq - 1000"},
		} {
			t.Run(plant.damage, func(t *testing.T) {
				gifttest.Bites(h.World, t, plant.rule, plant.damage, plant.undo, support.Checks()...)
			})
		}
	})
}
