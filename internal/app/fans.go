package app

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/id"
)

// simulation is the fans of a sandbox: they watch, buy coins and give.
type simulation struct {
	app     *App
	world   World
	rnd     *rand.Rand
	chatter *rand.Rand // of what they write, so that it changes nothing of what they give
	run     string     // makes the keys of this run unlike those of others
	n       int
}

// The pace of the simulated fans.
const (
	simLeast = 250 * time.Millisecond
	simMost  = 1500 * time.Millisecond
)

// favourites are the gifts that simulated fans give, cheap ones more often.
var favourites = []string{"rose", "rose", "rose", "clap", "clap", "popcorn", "encore", "bouquet", "spotlight"}

// Simulate lets the world's fans act until the context ends.
func (a *App) Simulate(ctx context.Context, w World) error {
	if len(w.Fans) == 0 || len(w.Rooms) == 0 {
		return nil
	}
	s := &simulation{app: a, world: w, rnd: chance(a.Options.Seed), chatter: chance(a.Options.Seed + 2), run: a.Clock.Now().Format("20060102T150405.000000")}
	for {
		pause := simLeast + time.Duration(s.rnd.Int64N(int64(simMost-simLeast)))
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
		if err := s.act(ctx); err != nil && ctx.Err() == nil {
			a.Log.Warn("a simulated fan was refused", "error", err)
		}
		if err := s.talk(ctx); err != nil && ctx.Err() == nil {
			a.Log.Warn("a simulated fan could not write", "error", err)
		}
	}
}

// act lets one fan give something, and buy coins first if they lack any.
func (s *simulation) act(ctx context.Context) error {
	s.n++
	fan := s.world.Fans[s.rnd.IntN(len(s.world.Fans))]
	target := string(s.world.Rooms[s.rnd.IntN(len(s.world.Rooms))].ID)
	if s.rnd.IntN(5) == 0 && len(s.world.Videos) > 0 {
		target = string(s.world.Videos[s.rnd.IntN(len(s.world.Videos))].ID)
	}
	r := gift.Request{Key: fmt.Sprintf("sim:%s:%d", s.run, s.n), Sender: fan, Item: favourites[s.rnd.IntN(len(favourites))], Quantity: 1, Target: target}
	err := s.give(ctx, r)
	if fault.Is(err, fault.InsufficientBalance) {
		if err := s.app.Fund(ctx, fan, 350, r.Key+":coins"); err != nil {
			return err
		}
		err = s.give(ctx, r)
	}
	return err
}

// give sends the gift, or taps it several times where that is allowed.
func (s *simulation) give(ctx context.Context, r gift.Request) error {
	taps := 1
	if r.Item == "rose" && s.rnd.IntN(3) == 0 {
		taps = 3 + s.rnd.IntN(6)
		r.Combo = s.combo(r.Key)
	}
	for i := range taps {
		one := r
		if r.Combo != "" {
			one.ComboSeq, one.Key = int64(i+1), fmt.Sprintf("%s:%d", r.Combo, i+1)
		}
		if _, err := s.app.Gifts.Send(ctx, one); err != nil {
			return err
		}
	}
	return nil
}

// combo makes a client's combo id out of the key.
func (s *simulation) combo(key string) id.Combo {
	sum := sha256.Sum256([]byte(key))
	hi := uint64(s.app.Clock.Now().UnixMilli())<<16 | 0x7000
	return id.Combo(id.Format(id.KindCombo, hi, 1<<63|binary.BigEndian.Uint64(sum[:8])>>2))
}
