package gift_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
)

// comboModel says in a few lines what a combo is.
type comboModel struct {
	taps, left int64     // taps that counted, coins of the sender
	ends       time.Time // zero before the first tap
	live       bool
}

// verdict is the code of a tap, or "" if it counts.
func (m *comboModel) verdict(seq int64, now time.Time) fault.Code {
	switch {
	case !m.live:
		return fault.StateConflict
	case m.taps > 0 && seq <= m.taps:
		return fault.AlreadyDone
	case m.taps > 0 && now.After(m.ends):
		return fault.Gone
	case seq != m.taps+1:
		return fault.StateConflict
	case m.left < 5:
		return fault.InsufficientBalance
	}
	return ""
}

// Taps in any order, at any pace, with any stops, do what the model says.
func TestComboModel(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		creator := w.Creator()
		rapid.Check(t, func(rt *rapid.T) {
			m := comboModel{left: rapid.Int64Range(0, 60).Draw(rt, "coins"), live: true}
			s := &stage{World: w, creator: creator, fan: w.Person(), room: w.Live(creator)}
			if m.left > 0 {
				s.Buy(s.fan, m.left, m.left)
			}
			c := s.tapping()
			for range rapid.IntRange(1, 25).Draw(rt, "steps") {
				m.step(rt, c)
			}
			if left := s.Coins(s.fan); left != m.left {
				rt.Fatalf("%d coins are left, want %d", left, m.left)
			}
			s.Later(4 * time.Second)
			if m.taps == 0 {
				return
			}
			if got := c.now(); got.Taps != m.taps || got.Count != m.taps || got.Coins != 5*m.taps || got.EndedUS == 0 {
				rt.Fatalf("the combo is %+v, want %d taps", got, m.taps)
			}
		})
		agree(w)
	})
}

func (m *comboModel) step(rt *rapid.T, c *tapping) {
	switch rapid.SampledFrom([]string{"tap", "tap", "tap", "odd tap", "wait", "run", "end"}).Draw(rt, "step") {
	case "wait":
		c.Clk.Advance(time.Duration(rapid.SampledFrom([]int64{1, 20_000, 100_000, 900_000, 2_999_999, 3_000_000, 3_000_001}).Draw(rt, "µs")) * time.Microsecond)
	case "run":
		c.RunDue()
	case "end":
		if m.live && rapid.IntRange(0, 4).Draw(rt, "really") == 0 {
			m.live = false
			c.End(c.creator, c.room)
		}
	case "odd tap":
		m.tap(rt, c, max(1, m.taps+rapid.Int64Range(-2, 4).Draw(rt, "off by")))
	default:
		m.tap(rt, c, m.taps+1)
	}
}

func (m *comboModel) tap(rt *rapid.T, c *tapping, seq int64) {
	now := c.Clk.Now()
	want := m.verdict(seq, now)
	g, err := c.tap(seq)
	if got := fault.CodeOf(err); got != want || (err == nil) != (want == "") {
		rt.Fatalf("tap %d at %v: %v, want %q (%+v)", seq, now, err, want, *m)
	}
	if err != nil {
		return
	}
	m.taps, m.left, m.ends = seq, m.left-5, now.Add(3*time.Second)
	if g.ComboCount != m.taps || g.BalanceAfter != m.left {
		rt.Fatalf("tap %d: %+v, want %+v", seq, g, *m)
	}
	if replayed := again(rt, c, g); replayed != text(&g) {
		rt.Fatalf("the repeated call answers %s, the first %s", replayed, text(&g))
	}
}

// again sends the same call once more.
func again(rt *rapid.T, c *tapping, g gift.Gift) string {
	r, err := c.Gifts.Send(c.Ctx, gift.Request{Key: g.Key, Sender: g.Sender, Item: g.Item, Quantity: g.Quantity, Target: g.Target, Combo: g.Combo, ComboSeq: g.ComboSeq})
	if err != nil || !r.Replayed {
		rt.Fatalf("the repeated call: %+v %v", r, err)
	}
	return text(&r)
}
