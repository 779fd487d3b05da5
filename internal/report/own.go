package report

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
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
		f := EarnedFilter{Creator: creator}
		for _, v := range o.Videos {
			f.targets = append(f.targets, string(v.ID))
			if posted := time.UnixMicro(v.PostedUS).UTC(); f.From.IsZero() || posted.Before(f.From) {
				f.From = posted
			}
		}
		o.Earned, err = earnedBy(ctx, tx, f)
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
		f := EarnedFilter{Creator: creator, Source: earnings.FromGift}
		for _, room := range o.Rooms {
			if room.StartedUS == 0 {
				continue
			}
			from, to := airDays(tx, room.StartedUS, room.EndedUS)
			if len(f.targets) == 0 || from.Before(f.From) {
				f.From = from
			}
			if to.After(f.To) {
				f.To = to
			}
			f.targets = append(f.targets, string(room.ID))
		}
		o.Earned, err = earnedBy(ctx, tx, f)
		return o, err
	})
}

// latestRooms is among how many of a creator's LIVEs OpenRooms looks.
const latestRooms = 20

// OpenRooms returns those of the creator's latest LIVEs that have not ended,
// the one that was opened last first.
func (r *Reader) OpenRooms(ctx context.Context, creator id.Person) ([]content.Room, error) {
	return Ask(ctx, r, func(ctx context.Context, tx *db.Tx) ([]content.Room, error) {
		rooms, _, err := content.OwnRooms(ctx, tx, creator, content.Cursor{}, latestRooms)
		return slices.DeleteFunc(rooms, func(room content.Room) bool { return room.State == content.Ended }), err
	})
}

// earnedBy adds up what each of the targets of the filter earned. A page of
// them lies within days, and of these alone the earnings are read: how long the
// creator has been here costs nothing.
func earnedBy(ctx context.Context, tx *db.Tx, f EarnedFilter) (map[string]TargetEarned, error) {
	earned := map[string]TargetEarned{}
	if len(f.targets) == 0 {
		return earned, nil
	}
	f.Group = ByTarget
	x, err := explore(ctx, tx, f)
	if err != nil {
		return nil, err
	}
	rows, err := x.grouped(ctx, ByTarget)
	if err != nil {
		return nil, err
	}
	for k, row := range rows {
		e := earned[k.key]
		e.Totals = append(e.Totals, EarnedTotal{row.Sum, row.Amount, row.Pending, 0})
		earned[k.key] = e
	}
	gifters, err := x.gifters(ctx)
	for target, e := range earned {
		e.Gifters = gifters[target]
		slices.SortFunc(e.Totals, func(a, b EarnedTotal) int { return cmp.Compare(a.Amount.Asset, b.Amount.Asset) })
		earned[target] = e
	}
	return earned, err
}

// gifters counts who gave something on each of the targets of the filter. Who
// did so since the gifts were added up last counts once as well.
func (x *explorer) gifters(ctx context.Context) (map[string]int, error) {
	count := map[string]int{}
	where, args, err := x.parts()
	if err != nil {
		return nil, err
	}
	const from = " FROM earning e JOIN earning_part p ON p.earning_id = e.id WHERE "
	type at struct{ target, fan string }
	_, err = db.Collect[at](x.tx.Query(ctx, "SELECT p.target, COUNT(DISTINCT p.fan_id)"+from+where+" GROUP BY p.target", args...))(func(r *db.Rows) (a at, err error) {
		var n int
		err = r.Scan(&a.target, &n)
		count[a.target] = n
		return a, err
	})
	if err != nil || len(x.late) == 0 {
		return count, err
	}
	late, fans := map[at]bool{}, map[string]bool{}
	for _, l := range x.late {
		late[at{l.Target, string(l.Fan)}], fans[string(l.Fan)] = true, true
	}
	var list []any
	for fan := range fans {
		list = append(list, fan)
	}
	there, err := db.Collect[at](x.tx.QueryList(ctx, "SELECT p.target, p.fan_id"+from+where+" AND p.fan_id IN ($list)", list, args...))(
		func(r *db.Rows) (a at, err error) { return a, r.Scan(&a.target, &a.fan) })
	for _, a := range there {
		delete(late, a)
	}
	for a := range late {
		count[a.target]++
	}
	return count, err
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

// TargetTimeline is TargetSummary with when it was given, in so many slots of
// equal length, and the last gifts. It looks at as much as one page of gifts does.
func (r *Reader) TargetTimeline(ctx context.Context, target string, to id.Person, everything bool, slots, last int) (s TargetSummary, line Timeline, e Earned, err error) {
	_, err = Ask(ctx, r, func(ctx context.Context, tx *db.Tx) (none struct{}, err error) {
		if s, err = targetSummary(ctx, tx, target, to, everything); err != nil {
			return none, err
		}
		x, err := explore(ctx, tx, s.filter(tx))
		if err != nil {
			return none, err
		}
		rows, next, err := x.gifts(ctx, "", linesAPage)
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
