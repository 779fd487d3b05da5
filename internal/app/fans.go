package app

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/web"
)

// crowd is how the fans of a sandbox shall act. It can be changed while they
// do.
type crowd struct {
	mu      sync.Mutex
	mix     web.FanMix
	fans    []id.Person
	changed chan struct{} // closed when the mix changes, and made anew

	given atomic.Int64 // gifts since the server began
}

// newCrowd returns the crowd that a sandbox begins with: a gift every 0.85
// seconds on the average, most of them small.
func newCrowd(on bool, fans int) *crowd {
	return &crowd{mix: web.FanMix{On: on, PerMinute: 70, Large: 2, Combos: 11, Number: fans}, changed: make(chan struct{})}
}

// state returns the mix, who acts, and what is closed when either changes.
func (c *crowd) state() (web.FanMix, []id.Person, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.mix, c.fans[:min(len(c.fans), c.mix.Number)], c.changed
}

func (c *crowd) steer(mix web.FanMix, fans []id.Person) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mix = mix
	if len(fans) > len(c.fans) {
		c.fans = fans
	}
	close(c.changed)
	c.changed = make(chan struct{})
}

// simulation is the fans of a sandbox: they watch, buy coins and give.
type simulation struct {
	app     *App
	world   World
	rnd     *rand.Rand
	chatter *rand.Rand // of what they write, so that it changes nothing of what they give
	run     string     // makes the keys of this run unlike those of others
	n       int
	large   []gift.Item // of the catalogue, when it was read last
}

// favourites are the gifts that simulated fans give, cheap ones more often.
var favourites = []string{"rose", "rose", "rose", "clap", "clap", "popcorn", "encore", "bouquet", "spotlight"}

// A large gift costs at least so many coins, and one of the very largest is
// given by nobody who is simulated.
const largeFrom, largeUpTo = 500, 5000

// lookAgain is after how many acts the fans look where there is something to
// give for.
const lookAgain = 20

// Simulate lets the world's fans act, as the crowd is told to, until the
// context ends. While there are none it waits: they may be made later.
func (a *App) Simulate(ctx context.Context, w World) error {
	s := &simulation{app: a, world: w, rnd: chance(a.Options.Seed), chatter: chance(a.Options.Seed + 2), run: a.Clock.Now().Format("20060102T150405.000000")}
	mix, _, _ := a.crowd.state()
	a.crowd.steer(mix, w.Fans)
	for {
		mix, fans, changed := a.crowd.state()
		var next <-chan time.Time // never, while they rest
		if mix.On && len(fans) > 0 && mix.PerMinute > 0 {
			mean := time.Minute / time.Duration(mix.PerMinute)
			next = time.After(mean*3/10 + time.Duration(s.rnd.Int64N(int64(mean*14/10))))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
			continue
		case <-next:
		}
		if err := s.act(ctx, mix, fans); err != nil && ctx.Err() == nil {
			a.Log.Warn("a simulated fan was refused", "error", err)
		}
		if err := s.tip(ctx, fans); err != nil && ctx.Err() == nil {
			a.Log.Warn("a simulated fan could not tip", "error", err)
		}
		if err := s.talk(ctx, fans); err != nil && ctx.Err() == nil {
			a.Log.Warn("a simulated fan could not write", "error", err)
		}
	}
}

// act lets one fan give something, and buy coins first if they lack any.
func (s *simulation) act(ctx context.Context, mix web.FanMix, fans []id.Person) error {
	if s.n++; s.n%lookAgain == 0 {
		if err := s.look(ctx); err != nil {
			return err
		}
	}
	var targets []string
	if s.rnd.IntN(5) == 0 || len(s.world.Rooms) == 0 {
		for _, v := range s.world.Videos {
			targets = append(targets, string(v.ID))
		}
	} else {
		for _, r := range s.world.Rooms {
			targets = append(targets, string(r.ID))
		}
	}
	if len(targets) == 0 {
		return nil
	}
	r := gift.Request{Key: fmt.Sprintf("sim:%s:%d", s.run, s.n), Sender: fans[s.rnd.IntN(len(fans))], Quantity: 1, Target: targets[s.rnd.IntN(len(targets))]}
	taps, coins := 1, int64(1)
	switch pick := s.rnd.IntN(100); {
	case pick < mix.Large && id.KindOf(r.Target) == id.KindLive && s.hasLarge(ctx):
		item := s.large[s.rnd.IntN(len(s.large))]
		r.Item, coins = item.ID, item.PriceCoins
	case pick < mix.Large+mix.Combos:
		r.Item, r.Combo = "rose", s.combo(r.Key)
		taps = 3 + s.rnd.IntN(6)
	default:
		r.Item = favourites[s.rnd.IntN(len(favourites))]
	}
	return s.give(ctx, r, taps, coins)
}

// look finds who is live now and what can be watched: LIVEs begin and end.
func (s *simulation) look(ctx context.Context) error {
	home, err := s.app.Reader.Feed(ctx, content.Cursor{})
	if err != nil {
		return err
	}
	s.world.Rooms, s.world.Videos = s.world.Rooms[:0:0], s.world.Videos[:0:0]
	for _, r := range home.Rooms {
		if r.GiftsOn && r.State == content.Live {
			s.world.Rooms = append(s.world.Rooms, r)
		}
	}
	for _, v := range home.Videos {
		if v.GiftsOn {
			s.world.Videos = append(s.world.Videos, v)
		}
	}
	return nil
}

// hasLarge reads which large gifts the catalogue has, once.
func (s *simulation) hasLarge(ctx context.Context) bool {
	if s.large != nil {
		return len(s.large) > 0
	}
	s.large = []gift.Item{}
	err := s.app.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := gift.Catalog(ctx, tx)
		for _, i := range all {
			if i.OnLive && i.PriceCoins >= largeFrom && i.PriceCoins <= largeUpTo {
				s.large = append(s.large, i)
			}
		}
		return err
	})
	if err != nil { // they give a small one, and ask again the next time
		s.large = nil
		s.app.Log.Warn("the simulated fans could not read the catalogue", "error", err)
	}
	return len(s.large) > 0
}

// give sends the gift, or taps it several times, and buys coins when they run
// out: as many as the gift costs, and a pack at least.
func (s *simulation) give(ctx context.Context, r gift.Request, taps int, coins int64) error {
	for i := range taps {
		one := r
		if r.Combo != "" {
			one.ComboSeq, one.Key = int64(i+1), fmt.Sprintf("%s:%d", r.Combo, i+1)
		}
		_, err := s.app.Gifts.Send(ctx, one)
		if fault.Is(err, fault.InsufficientBalance) {
			err = s.app.Fund(ctx, r.Sender, max(350, coins), one.Key+":coins")
			if pacing(err) {
				return nil
			}
			if err != nil {
				return err
			}
			_, err = s.app.Gifts.Send(ctx, one)
		}
		if err != nil {
			return err
		}
		s.app.crowd.given.Add(1)
	}
	return nil
}

// combo makes a client's combo id out of the key.
func (s *simulation) combo(key string) id.Combo { return comboOf(key, s.app.Clock.Now()) }

func comboOf(key string, now time.Time) id.Combo {
	sum := sha256.Sum256([]byte(key))
	hi := uint64(now.UnixMilli())<<16 | 0x7000
	return id.Combo(id.Format(id.KindCombo, hi, 1<<63|binary.BigEndian.Uint64(sum[:8])>>2))
}
