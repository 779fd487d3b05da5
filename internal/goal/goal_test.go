package goal_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
	"github.com/ovationhq/ovation/internal/goal"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/outbox"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// stage is a world with a creator who is live, a fan, and goals.
type stage struct {
	*gifttest.World
	s         *goal.Service
	star, fan id.Person
	room      string
}

func each(t *testing.T, test func(s *stage)) {
	t.Helper()
	gifttest.Each(t, func(w *gifttest.World) {
		s := &stage{World: w, s: goal.NewService(w.D), star: w.Creator(), fan: w.Fan(1_000_000)}
		s.room = w.Live(s.star)
		w.Runner.Inside(goal.WorkEnd, func(ctx context.Context, tx *db.Tx, key string) (int64, error) {
			return goal.RunEnd(ctx, tx, id.Goal(key))
		})
		test(s)
		s.count()
	}, goal.Checks()...)
}

func (s *stage) count() (again time.Duration) {
	s.T.Helper()
	for {
		var err error
		again, err = s.s.Count(s.Ctx)
		s.OK(err)
		if again != outbox.Behind {
			return again
		}
	}
}

func (s *stage) roses(n int64) goal.NewGoal {
	return goal.NewGoal{Creator: s.star, Target: s.room, Title: "Roses tonight", Metric: goal.Gifts, Item: "rose", Wanted: n}
}

func (s *stage) set(n goal.NewGoal) goal.Goal {
	s.T.Helper()
	g, err := s.s.Set(s.Ctx, n)
	s.OK(err)
	return g
}

func (s *stage) get(g goal.Goal) (now goal.Goal) {
	s.T.Helper()
	s.Read(func(tx *db.Tx) (err error) { now, err = goal.Get(s.Ctx, tx, g.ID); return err })
	return now
}

func TestProgress(t *testing.T) {
	each(t, func(s *stage) {
		s.Give(s.fan, "rose", s.room, 50) // before
		roses := s.set(s.roses(10))
		coins := s.set(goal.NewGoal{Creator: s.star, Title: "A new camera", Metric: goal.Coins, Wanted: 5000})
		other := s.Live(s.star)
		s.Give(s.fan, "rose", s.room, 2)
		s.Give(s.fan, "rose", other, 7)
		s.Give(s.fan, "lion", s.room, 1)
		s.Give(s.fan, "rose", s.Live(s.Creator()), 9)
		c := s.Combo()
		for seq := range int64(3) {
			_, err := s.Gifts.Send(s.Ctx, gift.Request{Key: s.Key(), Sender: s.fan, Item: "rose", Quantity: 1, Target: s.room, Combo: c, ComboSeq: seq + 1})
			s.OK(err)
		}
		s.count()
		s.count()
		if g := s.get(roses); g.Progress != 5 || g.ReachedUS != 0 {
			t.Errorf("%+v", g)
		}
		if g := s.get(coins); g.Progress != (2+7+3)*5+500 {
			t.Errorf("%+v", g)
		}
		s.Give(s.fan, "rose", s.room, 6)
		s.count()
		s.Give(s.fan, "rose", s.room, 1)
		s.count()
		if g := s.get(roses); g.Progress != 12 || g.ReachedUS == 0 || g.State != goal.Active {
			t.Errorf("%+v", g)
		}
		if n := len(s.Events("goal.reached")); n != 1 {
			t.Errorf("reached %d times", n)
		}
		s.Later(2 * time.Second)
		s.count()
		if again := s.count(); again != 0 {
			t.Errorf("again in %s", again)
		}
	})
}

// TestTold holds how often progress is told, and that the last of it is.
func TestTold(t *testing.T) {
	each(t, func(s *stage) {
		s.set(s.roses(100))
		told := func() int { return len(s.Events("goal.progressed")) }
		for range 4 {
			s.Give(s.fan, "rose", s.room, 1)
			s.count()
		}
		if told() != 1 {
			t.Errorf("told %d times", told())
		}
		s.Clk.Advance(2 * time.Second)
		s.count()
		e := s.Events("goal.progressed")
		if len(e) != 2 || e[1].Topic != "live:"+s.room || !strings.Contains(string(e[1].Data), `"progress":4,`) {
			t.Errorf("%d: %s", len(e), e[len(e)-1].Data)
		}
	})
}

// TestEnds holds the three ends, and that what was given before one counts
// although it is read after it.
func TestEnds(t *testing.T) {
	each(t, func(s *stage) {
		tonight, month := s.set(s.roses(10)), s.set(goal.NewGoal{Creator: s.star, Title: "March", Metric: goal.Coins, Wanted: 100})
		mine := s.set(goal.NewGoal{Creator: s.star, Target: s.room, Title: "Coins", Metric: goal.Coins, Wanted: 100})
		s.Give(s.fan, "rose", s.room, 2)
		_, err := s.s.End(s.Ctx, s.fan, mine.ID)
		s.Want(err, fault.NotFound)
		for range 2 {
			g, err := s.s.End(s.Ctx, s.star, mine.ID)
			s.OK(err)
			if g.State != goal.Ended {
				t.Errorf("%+v", g)
			}
		}
		s.Give(s.fan, "rose", s.room, 3)
		s.End(s.star, s.room)
		s.count()
		if g := s.get(mine); g.Progress != 10 || g.State != goal.Ended {
			t.Errorf("ended by the creator: %+v", g)
		}
		if g := s.get(tonight); g.Progress != 5 || g.State != goal.Ended {
			t.Errorf("the LIVE is over: %+v", g)
		}
		other := s.Live(s.star)
		s.Clk.Set(time.UnixMicro(s.get(month).UntilUS).Add(-time.Second))
		s.Give(s.fan, "rose", other, 1)
		s.Clk.Advance(2 * time.Second)
		s.Give(s.fan, "rose", other, 100) // in the next month, and before the due work
		s.RunDue()
		s.count()
		if g := s.get(month); g.Progress != 30 || g.State != goal.Ended || g.ReachedUS != 0 {
			t.Errorf("the month is over: %+v", g)
		}
		if n := len(s.Events("goal.ended")); n != 3 {
			t.Errorf("%d ended", n)
		}
	})
}

func TestRefusals(t *testing.T) {
	each(t, func(s *stage) {
		over := s.Live(s.star)
		s.End(s.star, over)
		for code, change := range map[fault.Code][]func(*goal.NewGoal){
			fault.ValidationFailed: {func(n *goal.NewGoal) { n.Title = " " }, func(n *goal.NewGoal) { n.Metric = "likes" }, func(n *goal.NewGoal) { n.Item = "" },
				func(n *goal.NewGoal) { n.Metric = goal.Coins }, func(n *goal.NewGoal) { n.Item = "diamond" }},
			fault.AmountOutOfRange: {func(n *goal.NewGoal) { n.Wanted = 0 }, func(n *goal.NewGoal) { n.Wanted = goal.MaxWanted + 1 }},
			fault.TextTooLong:      {func(n *goal.NewGoal) { n.Title = strings.Repeat("a", 81) }},
			fault.NotFound:         {func(n *goal.NewGoal) { n.Creator = s.fan }, func(n *goal.NewGoal) { n.Target = s.Video(s.star) }},
			fault.RoleRequired:     {func(n *goal.NewGoal) { n.Creator, n.Target = s.fan, "" }},
			fault.StateConflict:    {func(n *goal.NewGoal) { n.Target = over }},
		} {
			for _, f := range change {
				n := s.roses(5)
				f(&n)
				_, err := s.s.Set(s.Ctx, n)
				s.Want(err, code)
			}
		}
		first := s.set(s.roses(1))
		if again := s.set(s.roses(1)); again.ID != first.ID {
			t.Error("the same goal was set twice")
		}
		s.set(s.roses(2))
		s.set(s.roses(3))
		_, err := s.s.Set(s.Ctx, s.roses(4))
		s.Want(err, fault.LimitReached)
		s.End(s.star, s.room)
		s.room = s.Live(s.star)
		s.set(s.roses(4)) // the others ended with their LIVE
	})
}

// TestCountedOnce counts in several processes at once while gifts come and
// goals are set and ended.
func TestCountedOnce(t *testing.T) {
	each(t, func(s *stage) {
		s.set(s.roses(50))
		var wg sync.WaitGroup
		for range 4 {
			other := goal.NewService(s.D)
			wg.Go(func() {
				for range 40 {
					if _, err := other.Count(s.Ctx); err != nil {
						t.Error(err)
					}
				}
			})
		}
		for i := range int64(40) {
			s.Give(s.fan, "rose", s.room, i%3+1)
			switch i % 10 {
			case 3:
				s.set(s.roses(i))
			case 7:
				g := s.set(s.roses(i - 4))
				_, err := s.s.End(s.Ctx, s.star, g.ID)
				s.OK(err)
			}
		}
		wg.Wait()
	})
}

func TestList(t *testing.T) {
	each(t, func(s *stage) {
		a, b := s.set(s.roses(1)), s.set(s.roses(2))
		month := s.set(goal.NewGoal{Creator: s.star, Title: "March", Metric: goal.Coins, Wanted: 100})
		_, err := s.s.End(s.Ctx, s.star, a.ID)
		s.OK(err)
		list := func(p goal.Page) (ids []id.Goal) {
			s.Read(func(tx *db.Tx) error {
				all, err := goal.List(s.Ctx, tx, p)
				for _, g := range all {
					ids = append(ids, g.ID)
				}
				return err
			})
			return ids
		}
		for _, c := range []struct {
			page goal.Page
			want []id.Goal
		}{
			{goal.Page{Of: s.room, Limit: 9}, []id.Goal{b.ID, a.ID}}, {goal.Page{Of: s.room, State: goal.Active, Limit: 9}, []id.Goal{b.ID}},
			{goal.Page{Of: string(s.star), Limit: 1}, []id.Goal{month.ID}}, {goal.Page{Of: string(s.star), Before: month.ID, Limit: 9}, []id.Goal{b.ID, a.ID}},
			{goal.Page{Of: string(s.star), State: goal.Ended, Before: month.ID, Limit: 9}, []id.Goal{a.ID}},
		} {
			got := list(c.page)
			if len(got) != len(c.want) {
				t.Fatalf("%+v: %v", c.page, got)
			}
			for i := range got {
				if got[i] != c.want[i] {
					t.Errorf("%+v: %v, want %v", c.page, got, c.want)
				}
			}
		}
		s.Want(s.D.Read(s.Ctx, func(tx *db.Tx) error { _, err := goal.List(s.Ctx, tx, goal.Page{Of: "x"}); return err }), fault.InvalidParameter)
		s.Want(s.D.Read(s.Ctx, func(tx *db.Tx) error { _, err := goal.Get(s.Ctx, tx, "gol_x"); return err }), fault.NotFound)
	})
}

// Every rule of verify.go names the damage that it is there for.
func TestVerifyBites(t *testing.T) {
	each(t, func(s *stage) {
		g := s.set(s.roses(3))
		s.set(s.roses(100))
		s.Give(s.fan, "rose", s.room, 5)
		s.count()
		one := " WHERE id = '" + string(g.ID) + "'"
		for _, plant := range []struct{ rule, damage, undo string }{
			{goal.RuleProgress, "UPDATE goal SET progress = progress + 1" + one, "UPDATE goal SET progress = progress - 1" + one},
			{goal.RuleProgress, "UPDATE goal SET after_seq = after_seq + 1000" + one, "UPDATE goal SET after_seq = after_seq - 1000" + one},
			{goal.RuleProgress, "UPDATE goal_place SET seq = seq - 1", "UPDATE goal_place SET seq = seq + 1"},
			{goal.RulePlace, "UPDATE goal_place SET seq = seq + 1000", "UPDATE goal_place SET seq = seq - 1000"},
			{goal.RuleTold, "UPDATE outbox_event SET type = 'goal.lost' WHERE type = 'goal.reached'", "UPDATE outbox_event SET type = 'goal.reached' WHERE type = 'goal.lost'"},
			{goal.RuleActive, "INSERT INTO goal SELECT id || n, creator_id, target, title, metric, item, wanted, 0, state, 999, 0, until_us, created_us, 0, 0, 0, 0 FROM goal CROSS JOIN (SELECT '1' AS n UNION ALL SELECT '2') x",
				"DELETE FROM goal WHERE after_seq = 999"},
		} {
			t.Run(plant.damage, func(t *testing.T) { gifttest.Bites(s.World, t, plant.rule, plant.damage, plant.undo, goal.Checks()...) })
		}
	})
}

// TestBeforeAnything ends a goal when the journal has nothing yet.
func TestBeforeAnything(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		s := &stage{World: w, s: goal.NewService(w.D), star: w.Creator()}
		s.room = w.Live(s.star)
		over := s.set(s.roses(10))
		_, err := s.s.End(s.Ctx, s.star, over.ID)
		s.OK(err)
		open := s.set(goal.NewGoal{Creator: s.star, Title: "A new camera", Metric: goal.Coins, Wanted: 5000})
		s.Give(s.Fan(1000), "rose", s.room, 2)
		s.count()
		if a, b := s.get(over), s.get(open); a.Progress != 0 || b.Progress != 10 {
			t.Errorf("it counts %d, the other %d", a.Progress, b.Progress)
		}
	}, goal.Checks()...)
}
