package report_test

import (
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/report"
)

// What a list says of a LIVE or a video is what its own page says, its timeline
// adds up to that, and the last gifts are those of the explorer; whether the
// gifts are added up yet or not.
func TestOwnContentAgrees(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		s := newRandom(w, 11)
		s.days(20)
		for _, creator := range s.creators {
			videos, err := s.reader.OwnVideos(s.Ctx, creator, content.Cursor{}, 10)
			s.OK(err)
			rooms, err := s.reader.OwnRooms(s.Ctx, creator, content.Cursor{}, 10)
			s.OK(err)
			if len(videos.Videos) != 1 || len(rooms.Rooms) != 1 {
				t.Fatalf("a creator has %d videos and %d LIVEs", len(videos.Videos), len(rooms.Rooms))
			}
			s.ownAgrees(t, creator, string(videos.Videos[0].ID), videos.Earned)
			s.ownAgrees(t, creator, string(rooms.Rooms[0].ID), rooms.Earned)
		}
		_, _, _, err := s.reader.TargetTimeline(s.Ctx, s.targets[0], s.creators[1], false, 10, 5)
		s.Want(err, fault.NotFound)
	})
}

func (s *random) ownAgrees(t *testing.T, creator id.Person, target string, list map[string]report.TargetEarned) {
	t.Helper()
	summary, line, last, err := s.reader.TargetTimeline(s.Ctx, target, creator, false, 10, 5)
	s.OK(err)
	listed := list[target]
	sum := summary.Sum()
	if len(listed.Totals) != 1 || listed.Gifters != summary.Gifters || listed.Totals[0] != summary.Totals[0] {
		t.Errorf("%s: the list says %d gifters and %v, the page %d and %v", target, listed.Gifters, listed.Totals, summary.Gifters, summary.Totals)
	}
	var gifts, coins int64
	for _, slot := range line.Slots {
		gifts, coins = gifts+slot.Gifts, coins+slot.Coins
	}
	if line.Part || gifts != sum.Gifts || coins != sum.Coins {
		t.Errorf("%s: the timeline has %d gifts of %d coins, the sum is %d of %d", target, gifts, coins, sum.Gifts, sum.Coins)
	}
	rows, _ := s.all(report.EarnedFilter{Creator: creator, Target: target}, 50)
	for i, row := range last.Rows {
		if row.Gift != rows[i].Gift || row.Amount != rows[i].Amount {
			t.Errorf("%s: gift %d is %s of %v, in the explorer %s of %v", target, i, row.Gift, row.Amount, rows[i].Gift, rows[i].Amount)
		}
	}
}

// What is left of earnings adds up to what is available, and the lines of a
// payout to the payout.
func TestLeftAndLines(t *testing.T) {
	each(t, func(s *desk) {
		fan, _ := s.buyer(1400, 1400)
		creator := s.Creator()
		room := s.Live(creator)
		for range 3 {
			s.Give(fan, "lion", room, 1)
			s.Clk.Advance(24 * time.Hour)
		}
		s.Clk.Advance(10 * 24 * time.Hour)
		s.RunDue()
		left := func() (units int64) {
			all, err := report.Ask1(s.Ctx, s.reader, earnings.Left, creator)
			s.OK(err)
			for _, e := range all {
				units += e.Amount.Units - e.Paid
			}
			b, err := report.Ask1(s.Ctx, s.reader, earnings.BalanceOf, creator)
			s.OK(err)
			if units != b.Available.Units || units == 0 {
				t.Errorf("left are %d, available %d", units, b.Available.Units)
			}
			return units
		}
		before := left()
		id := s.withdraw(creator, before*2/3)
		if got := left(); got != before-before*2/3 {
			t.Errorf("left are %d after a payout of %d from %d", got, before*2/3, before)
		}
		d, err := report.Ask1(s.Ctx, s.reader, payout.DetailOf, id)
		s.OK(err)
		var sum int64
		for _, l := range d.Lines {
			sum += l.Amount.Units
			if l.Earning.Creator != creator || l.Amount.Units > l.Earning.Amount.Units {
				t.Errorf("a line of %v of %v", l.Amount, l.Earning)
			}
		}
		if sum != d.Amount.Units || len(d.Lines) != 2 {
			t.Errorf("%d lines add up to %d, the payout is %d", len(d.Lines), sum, d.Amount.Units)
		}
	})
}
