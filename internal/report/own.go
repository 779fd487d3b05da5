package report

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
)

// OwnContent is a page of what a creator shows, with what each of it earned.
type OwnContent struct {
	Videos []content.Video
	Rooms  []content.Room
	Next   content.Cursor
	Earned map[string]TargetEarned // by the id of the video or the LIVE
}

// TargetEarned is what a video or a LIVE earned.
type TargetEarned struct {
	Gifters int // how many fans gave something
	Totals  []EarnedTotal
}

// OwnVideos returns a page of the creator's videos, the newest first.
func (r *Reader) OwnVideos(ctx context.Context, creator id.Person, from content.Cursor, limit int) (OwnContent, error) {
	return Ask(ctx, r, func(ctx context.Context, tx *db.Tx) (o OwnContent, err error) {
		if o.Videos, o.Next, err = content.OwnVideos(ctx, tx, creator, from, limit); err != nil {
			return o, err
		}
		var targets []string
		for _, v := range o.Videos {
			targets = append(targets, string(v.ID))
		}
		o.Earned, err = earnedBy(ctx, tx, creator, targets)
		return o, err
	})
}

// OwnRooms returns a page of the creator's LIVEs, the one that was opened last
// first.
func (r *Reader) OwnRooms(ctx context.Context, creator id.Person, from content.Cursor, limit int) (OwnContent, error) {
	return Ask(ctx, r, func(ctx context.Context, tx *db.Tx) (o OwnContent, err error) {
		if o.Rooms, o.Next, err = content.OwnRooms(ctx, tx, creator, from, limit); err != nil {
			return o, err
		}
		var targets []string
		for _, room := range o.Rooms {
			targets = append(targets, string(room.ID))
		}
		o.Earned, err = earnedBy(ctx, tx, creator, targets)
		return o, err
	})
}

// earnedBy adds up what each of the creator's targets earned.
func earnedBy(ctx context.Context, tx *db.Tx, creator id.Person, targets []string) (map[string]TargetEarned, error) {
	earned := map[string]TargetEarned{}
	if len(targets) == 0 {
		return earned, nil
	}
	x, err := explore(ctx, tx, EarnedFilter{Creator: creator, Group: ByTarget})
	if err != nil {
		return nil, err
	}
	rows, err := x.grouped(ctx, ByTarget)
	if err != nil {
		return nil, err
	}
	for k, row := range rows {
		if slices.Contains(targets, k.key) {
			e := earned[k.key]
			e.Totals = append(e.Totals, EarnedTotal{row.Sum, row.Amount, row.Pending})
			earned[k.key] = e
		}
	}
	gifters, err := x.gifters(ctx, slices.Collect(maps.Keys(earned)))
	for target, e := range earned {
		e.Gifters = gifters[target]
		slices.SortFunc(e.Totals, func(a, b EarnedTotal) int { return cmp.Compare(a.Amount.Asset, b.Amount.Asset) })
		earned[target] = e
	}
	return earned, err
}

// gifters counts who gave something on each of the targets. Who did so since
// the gifts were added up last counts once as well.
func (x *explorer) gifters(ctx context.Context, targets []string) (map[string]int, error) {
	count := map[string]int{}
	late := map[string]map[id.Person]bool{}
	for _, l := range x.late {
		if late[l.Target] == nil {
			late[l.Target] = map[id.Person]bool{}
		}
		late[l.Target][l.Fan] = true
	}
	for _, target := range targets {
		var n int64
		if err := x.tx.Row(ctx, "SELECT COUNT(DISTINCT p.fan_id) FROM earning e JOIN earning_part p ON p.earning_id = e.id WHERE e.creator_id = $1 AND p.target = $2", x.f.Creator, target).Scan(&n); err != nil {
			return nil, err
		}
		for fan := range late[target] {
			var there int64
			if err := x.tx.Row(ctx, "SELECT COUNT(*) FROM (SELECT 1 FROM earning e JOIN earning_part p ON p.earning_id = e.id WHERE e.creator_id = $1 AND p.target = $2 AND p.fan_id = $3 LIMIT 1) found", x.f.Creator, target, fan).Scan(&there); err != nil {
				return nil, err
			}
			n += 1 - there
		}
		count[target] = int(n)
	}
	return count, nil
}

// Timeline is when something was given on a LIVE or a video.
type Timeline struct {
	FromUS, ToUS int64
	Slots        []Slot // of equal length, from the first gift or the beginning of the LIVE
	// Part says that there are more gifts than it looked at: it begins later.
	Part bool
}

// Slot is a piece of a timeline.
type Slot struct {
	FromUS       int64
	Gifts, Coins int64
}

// timelineGifts is how many gifts a timeline looks at.
const timelineGifts = 20_000

// TargetTimeline is TargetSummary with when it was given, in so many slots of
// equal length, and the last gifts.
func (r *Reader) TargetTimeline(ctx context.Context, target string, to id.Person, everything bool, slots, last int) (s TargetSummary, line Timeline, e Earned, err error) {
	_, err = Ask(ctx, r, func(ctx context.Context, tx *db.Tx) (none struct{}, err error) {
		if s, err = targetSummary(ctx, tx, target, to, everything); err != nil {
			return none, err
		}
		x, err := explore(ctx, tx, s.filter(tx))
		if err != nil {
			return none, err
		}
		rows, next, err := x.gifts(ctx, "", timelineGifts)
		if err != nil {
			return none, err
		}
		line = timelineOf(rows, &s, tx.NowUS(), slots)
		line.Part = next != ""
		e.Rows = rows[:min(last, len(rows))]
		e.People, e.Targets, err = x.names(ctx, e.Rows)
		return none, err
	})
	return s, line, e, err
}

// timelineOf counts the gifts, the newest of which comes first, in slots.
func timelineOf(rows []EarnedRow, s *TargetSummary, nowUS int64, slots int) Timeline {
	if len(rows) == 0 || slots < 1 {
		return Timeline{}
	}
	line := Timeline{FromUS: rows[len(rows)-1].SentUS, ToUS: max(rows[0].SentUS, cmp.Or(s.EndedUS, nowUS))}
	if s.Target.Kind == id.KindLive && s.StartedUS > 0 {
		line.FromUS = min(line.FromUS, s.StartedUS)
	}
	width := (line.ToUS-line.FromUS)/int64(slots) + 1
	for i := range slots {
		line.Slots = append(line.Slots, Slot{FromUS: line.FromUS + int64(i)*width})
	}
	for _, row := range rows {
		slot := &line.Slots[(row.SentUS-line.FromUS)/width]
		slot.Gifts += row.Sum.Gifts
		slot.Coins += row.Sum.Coins
	}
	return line
}
