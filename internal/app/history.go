package app

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payout"
)

// past lets a sandbox's people live through the days before it begins, so that
// a newcomer finds wallets, earnings and payouts that have a history. All of it
// happens through the use cases that everybody calls, only under an earlier
// clock.
type past struct {
	app   *App
	world *World
	rnd   *rand.Rand
	n     int
}

// evening is a creator's habit: on which weekdays they go LIVE, and how many
// gifts an evening brings at the end of the history; it begins with fewer.
type evening struct {
	handle string
	titles []string
	days   [7]bool // from Sunday
	gifts  int
}

// treats are the gifts of the history; now and then somebody gives a large one.
var treats = []string{"rose", "rose", "rose", "rose", "clap", "clap", "clap", "popcorn", "popcorn", "encore", "encore", "bouquet", "bouquet", "spotlight", "spotlight", "confetti", "confetti", "trophy"}

var evenings = []evening{
	{"mina", []string{"Nocturnes by candlelight", "You hum it, I play it", "Piano requests"}, [7]bool{true, false, true, false, true, true, false}, 34},
	{"theo", []string{"A fjord in two hours", "Mixing blues"}, [7]bool{false, true, false, true, false, false, true}, 20},
	{"yuki", []string{"Band practice, mistakes included", "New song, first listen", "Acoustic Sunday"}, [7]bool{true, true, false, true, false, true, true}, 46},
	{"amara", []string{"Folding a thousand cranes"}, [7]bool{false, false, true, false, false, true, false}, 12},
}

// livePast seeds days of history before the sandbox's present, up to it.
func (a *App) livePast(ctx context.Context, w *World, days int) error {
	if days <= 0 || len(w.Fans) == 0 {
		return nil
	}
	present := a.Clock.Offset() + time.Duration(days)*24*time.Hour
	p := &past{app: a, world: w, rnd: chance(a.Options.Seed + 1)}
	return a.turns.instead(func() error {
		for day := days; day >= 1; day-- {
			a.Clock.SetOffset(present - time.Duration(day)*24*time.Hour)
			if err := p.day(ctx, days-day, days); err != nil {
				return fmt.Errorf("day %d: %w", day, err)
			}
		}
		a.Clock.SetOffset(present)
		return a.settle(ctx)
	})
}

// day is one day: who wants to be paid out asks for it, the evening's LIVEs
// take place, and videos get gifts.
func (p *past) day(ctx context.Context, n, days int) error {
	if err := p.app.settle(ctx); err != nil {
		return err
	}
	if n%10 == 8 {
		if err := p.payOut(ctx, n); err != nil {
			return err
		}
	}
	weekday := p.app.Clock.Now().UTC().Weekday()
	for i, e := range evenings {
		growth := 40 + 60*n/days // percent of what the end brings
		if e.days[weekday] {
			if err := p.live(ctx, e, e.gifts*growth/100); err != nil {
				return err
			}
		}
		if v := p.video(e.handle); v != "" && (n+i)%3 != 0 {
			if err := p.give(ctx, v, e.gifts*growth/500); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *past) video(handle string) string {
	for _, v := range p.world.Videos {
		if v.Creator == p.world.People[handle] {
			return string(v.ID)
		}
	}
	return ""
}

// live is one LIVE of a creator from its beginning to its end.
func (p *past) live(ctx context.Context, e evening, gifts int) error {
	creator := p.world.People[e.handle]
	room, err := p.app.Creators.Open(ctx, content.NewRoom{Creator: creator, Title: e.titles[p.rnd.IntN(len(e.titles))], GiftsOn: true})
	if err != nil {
		return err
	}
	if _, err := p.app.Creators.GoLive(ctx, creator, room.ID); err != nil {
		return err
	}
	for range 3 {
		p.pass(time.Duration(8+p.rnd.IntN(12)) * time.Minute)
		if err := p.give(ctx, string(room.ID), gifts/3); err != nil {
			return err
		}
	}
	if creator == p.world.People["creator"] {
		if err := p.tip(ctx, string(room.ID)); err != nil {
			return fmt.Errorf("a tip: %w", err)
		}
	}
	p.pass(5 * time.Minute)
	_, err = p.app.Creators.End(ctx, creator, room.ID)
	return err
}

func (p *past) pass(d time.Duration) { p.app.Clock.SetOffset(p.app.Clock.Offset() + d) }

// give has fans give n gifts at once. A fan who lacks coins buys some and
// gives next time.
func (p *past) give(ctx context.Context, target string, n int) error {
	var all []gift.Request
	for range n {
		p.n++
		fan := p.fan()
		r := gift.Request{Key: fmt.Sprintf("past:%d", p.n), Sender: fan, Item: treats[p.rnd.IntN(len(treats))], Quantity: 1, Target: target}
		if r.Item == "rose" {
			r.Quantity = int64(1 + p.rnd.IntN(10))
		}
		all = append(all, r)
	}
	if len(all) == 0 {
		return nil
	}
	verdicts, err := p.app.Gifts.SendAll(ctx, all)
	if err != nil {
		return err
	}
	for i, v := range verdicts {
		switch {
		case fault.Is(v.Err, fault.InsufficientBalance):
			if err := p.app.Fund(ctx, all[i].Sender, []int64{1400, 3500, 7000}[p.rnd.IntN(3)], all[i].Key+":coins"); err != nil && !pacing(err) {
				return err
			}
		case v.Err != nil:
			return v.Err
		}
	}
	return nil
}

// fan picks who gives: the first ones more often, and sometimes the persona
// that a visitor can be.
func (p *past) fan() id.Person {
	if p.rnd.IntN(14) == 0 {
		return p.world.People["fan"]
	}
	n := len(p.world.Fans) // two dice, the lower one: some give much more than others
	return p.world.Fans[min(p.rnd.IntN(n), p.rnd.IntN(n))]
}

// payOut has the first creator ask for everything that is available.
func (p *past) payOut(ctx context.Context, n int) error {
	_, err := p.app.Payouts.Withdraw(ctx, payout.Request{Key: fmt.Sprintf("past:payout:%d", n), Creator: p.world.People["creator"]})
	if fault.Is(err, fault.PayoutBelowMinimum) || fault.Is(err, fault.InsufficientBalance) {
		return nil
	}
	return err
}
