package report

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

// TargetSummary is what a LIVE or a video earned.
type TargetSummary struct {
	Target    content.Target
	State     content.RoomState // of a LIVE
	StartedUS int64             // of a LIVE: 0 if it never was on the air
	EndedUS   int64             // of a LIVE: 0 while it goes on
	Duration  time.Duration     // of a LIVE, so far
	Gifters   int               // how many fans gave something
	Totals    []EarnedTotal     // by currency
	Items     []ItemSum         // by gift, the most coins first
}

// Sum is what it earned in gifts, whatever the currency.
func (s *TargetSummary) Sum() (all earnings.Sum) {
	for _, t := range s.Totals {
		all.Add(t.Sum)
	}
	all.Units = 0 // of several currencies
	return all
}

// ItemSum is what one gift of the catalogue brought.
type ItemSum struct {
	Item string
	earnings.Sum
}

// TargetSummary returns what a LIVE or a video earned, to its creator or to an
// operator (everything). Anybody else learns nothing.
func (r *Reader) TargetSummary(ctx context.Context, target string, to id.Person, everything bool) (TargetSummary, error) {
	return Ask(ctx, r, func(ctx context.Context, tx *db.Tx) (TargetSummary, error) {
		return targetSummary(ctx, tx, target, to, everything)
	})
}

func targetSummary(ctx context.Context, tx *db.Tx, target string, to id.Person, everything bool) (s TargetSummary, err error) {
	found, err := content.Targets(ctx, tx, []string{target})
	if err != nil {
		return s, err
	}
	t, there := found[target]
	if !there || t.Creator != to && !everything {
		return s, fault.New(fault.NotFound, "There is no LIVE or video %s.", fault.Clip(target))
	}
	s.Target = t
	if t.Kind == id.KindLive {
		if err := s.onAir(ctx, tx); err != nil {
			return s, err
		}
	}
	return s, s.earned(ctx, tx)
}

func (s *TargetSummary) onAir(ctx context.Context, tx *db.Tx) error {
	room, err := content.GetRoom(ctx, tx, id.Live(s.Target.ID))
	if err != nil {
		return err
	}
	s.State, s.StartedUS, s.EndedUS = room.State, room.StartedUS, room.EndedUS
	if room.StartedUS > 0 {
		s.Duration = time.Duration(max(0, cmp.Or(room.EndedUS, tx.NowUS())-room.StartedUS)) * time.Microsecond
	}
	return nil
}

// filter chooses what was given on it. A LIVE earns on its own days alone.
// What a video earned may be of either source: see earning_source_place.
func (s *TargetSummary) filter(tx *db.Tx) EarnedFilter {
	f := EarnedFilter{Creator: s.Target.Creator, Target: s.Target.ID}
	if s.Target.Kind == id.KindLive {
		f.Source = earnings.FromGift
		f.From, f.To = airDays(tx, s.StartedUS, s.EndedUS)
	}
	return f
}

// airDays are the days on which a LIVE earns.
func airDays(tx *db.Tx, startedUS, endedUS int64) (from, to time.Time) {
	return time.UnixMicro(startedUS).UTC(), time.UnixMicro(cmp.Or(endedUS, tx.NowUS())).UTC().Add(oneDay) // the books may be a little ahead of the clock
}

// earned adds up what was given.
func (s *TargetSummary) earned(ctx context.Context, tx *db.Tx) error {
	x, err := explore(ctx, tx, s.filter(tx))
	if err != nil {
		return err
	}
	if s.Totals, err = x.totals(ctx); err != nil {
		return err
	}
	fans, err := x.grouped(ctx, ByFan)
	if err != nil {
		return err
	}
	gifters := map[string]bool{}
	for k := range fans {
		gifters[k.key] = true
	}
	s.Gifters = len(gifters)
	items, err := x.grouped(ctx, byItem)
	if err != nil {
		return err
	}
	byName := map[string]*earnings.Sum{}
	for k, row := range items {
		if byName[k.key] == nil {
			byName[k.key] = &earnings.Sum{}
		}
		byName[k.key].Add(row.Sum)
	}
	for name, sum := range byName {
		sum.Units = 0 // of several currencies
		s.Items = append(s.Items, ItemSum{name, *sum})
	}
	slices.SortFunc(s.Items, func(a, b ItemSum) int { return cmp.Or(cmp.Compare(b.Coins, a.Coins), cmp.Compare(a.Item, b.Item)) })
	return nil
}
