package gift_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/outbox"
)

// tapping is one combo as its client sends it.
type tapping struct {
	*stage
	id  id.Combo
	seq int64
}

func (s *stage) tapping() *tapping { return &tapping{stage: s, id: s.Combo()} }

// tap sends a tap under a key of its own.
func (c *tapping) tap(seq int64) (gift.Gift, error) {
	r := c.rose()
	r.Combo, r.ComboSeq = c.id, seq
	return c.Gifts.Send(c.Ctx, r)
}

// next sends the next tap, which must count.
func (c *tapping) next() gift.Gift {
	c.T.Helper()
	g, err := c.tap(c.seq + 1)
	c.OK(err)
	c.seq++
	return g
}

func (c *tapping) now() (got gift.Combo) {
	c.T.Helper()
	c.Read(func(tx *db.Tx) (err error) {
		got, err = gift.GetCombo(c.Ctx, tx, c.id)
		return err
	})
	return got
}

// told is what events say of combos and gifts.
type told struct {
	Combo      string   `json:"combo"`
	Delta      int64    `json:"delta"`
	Count      int64    `json:"count"`
	CoinsTotal int64    `json:"coins_total"`
	Diamonds   int64    `json:"diamonds_total"`
	Seq        int64    `json:"seq"`
	Taps       int64    `json:"taps"`
	Transfers  []string `json:"ledger_txn"`
	Posted     int64    `json:"ledger_txn_count"`
	First      int64    `json:"ledger_first_sequence"`
	Last       int64    `json:"ledger_last_sequence"`
	EndsAt     string   `json:"ends_at"`
	Coins      struct {
		Amount int64 `json:"amount"`
	} `json:"coins"`
}

func read(t testing.TB, e outbox.Stored) (d told) {
	t.Helper()
	if err := json.Unmarshal(e.Data, &d); err != nil {
		t.Fatalf("event %d: %v in %s", e.Sequence, err, e.Data)
	}
	return d
}

// agree checks what the package promises to who listens: ended combos and
// gifts outside of combos are all coins that were given, and what was shown of
// a combo is never more than ten times a second and adds up to its count.
func agree(w *gifttest.World) {
	w.T.Helper()
	var coins int64
	for _, e := range w.Events("gift.sent") {
		coins += read(w.T, e).Coins.Amount
	}
	ended := map[string]told{}
	for _, e := range w.Events("gift.combo.ended") {
		d := read(w.T, e)
		if _, twice := ended[d.Combo]; twice {
			w.T.Errorf("the combo %s ended twice", d.Combo)
		}
		ended[d.Combo] = d
		coins += d.CoinsTotal
	}
	if all := w.Count("SELECT CAST(COALESCE(SUM(price_coins * quantity), 0) AS BIGINT) FROM gift"); all != coins {
		w.T.Errorf("events tell of %d coins, %d were given", coins, all)
	}
	shown, times := map[string]int64{}, map[string][]time.Time{}
	for _, e := range w.Events("gift.combo.progressed") {
		d := read(w.T, e)
		if shown[d.Combo] += d.Delta; d.Delta < 1 || shown[d.Combo] != d.Count {
			w.T.Errorf("event %d shows %d more of %d, %d were shown", e.Sequence, d.Delta, d.Count, shown[d.Combo])
		}
		times[d.Combo] = append(times[d.Combo], e.At)
	}
	for combo, at := range times {
		for i := range at {
			if i >= 10 && at[i].Sub(at[i-10]) < time.Second {
				w.T.Errorf("the combo %s was shown 11 times within %s", combo, at[i].Sub(at[i-10]))
			}
		}
		if e, over := ended[combo]; over && shown[combo] > e.Count {
			w.T.Errorf("%d of %d gifts of %s were shown", shown[combo], e.Count, combo)
		}
	}
}

func comboEach(t *testing.T, test func(s *stage)) {
	t.Helper()
	each(t, func(s *stage) {
		test(s)
		s.Later(10 * time.Second)
		agree(s.World)
		if n := s.Count("SELECT COUNT(*) FROM gift_combo WHERE ended_us = 0"); n != 0 {
			t.Errorf("%d combos are still open", n)
		}
	})
}

func TestCombo(t *testing.T) {
	comboEach(t, func(s *stage) {
		c := s.tapping()
		for i := range int64(5) {
			g := c.next()
			if g.ComboCount != i+1 || g.ComboCoins != 5*(i+1) || g.ComboSeq != i+1 {
				t.Errorf("tap %d: %+v", i+1, g)
			}
			s.Later(30 * time.Millisecond)
		}
		if n := len(s.Events("gift.sent")); n != 0 {
			t.Errorf("%d gift.sent for taps of a combo", n)
		}
		s.Later(100 * time.Millisecond)
		progressed := s.Events("gift.combo.progressed")
		last := read(t, progressed[len(progressed)-1])
		if len(progressed) != 3 || last.Count != 5 || last.CoinsTotal != 25 || last.Seq != 5 || progressed[0].Topic != "live:"+s.room {
			t.Errorf("%d broadcasts, the last %+v", len(progressed), last)
		}
		lastTap := c.now().EndsUS - 3_000_000
		s.Clk.Set(time.UnixMicro(lastTap + 3_000_000))
		s.RunDue()
		if got := c.now(); got.EndedUS != 0 {
			t.Errorf("it ended at its last microsecond: %+v", got)
		}
		s.Later(time.Microsecond)
		if got := c.now(); got.EndedUS == 0 || got.Count != 5 || got.Taps != 5 || got.Coins != 25 || got.Diamonds != 25 {
			t.Errorf("combo: %+v", got)
		}
		d := read(t, s.Events("gift.combo.ended")[0])
		if d.Count != 5 || d.CoinsTotal != 25 || d.Diamonds != 25 || d.Taps != 5 || len(d.Transfers) != 5 {
			t.Errorf("ended: %+v", d)
		}
		var taps []gift.Gift
		s.Read(func(tx *db.Tx) (err error) {
			taps, err = gift.OfCombo(s.Ctx, tx, c.id)
			return err
		})
		for i := range taps {
			if string(taps[i].Transfer()) != d.Transfers[i] {
				t.Errorf("tap %d is transfer %s, the event says %s", i, taps[i].Transfer(), d.Transfers[i])
			}
		}
		err := s.D.Read(s.Ctx, func(tx *db.Tx) error { _, err := gift.GetCombo(s.Ctx, tx, s.Combo()); return err })
		s.Want(err, fault.NotFound)
	})
}

// The client is gone after one tap: the server ends the combo, once, also when
// it was off at that time.
func TestLostClient(t *testing.T) {
	for name, off := range map[string]time.Duration{"on": 3*time.Second + time.Microsecond, "off for a day": 24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			comboEach(t, func(s *stage) {
				c := s.tapping()
				c.next()
				s.Later(off)
				if got := c.now(); got.EndedUS == 0 || len(s.Events("gift.combo.ended")) != 1 {
					t.Errorf("combo: %+v", got)
				}
			})
		})
	}
}

// Tap 10 that comes twice, under its own key or another device's, is counted
// once; the answer to the repeated call is the first one.
func TestDuplicateTap(t *testing.T) {
	comboEach(t, func(s *stage) {
		c := s.tapping()
		first := c.next()
		c.next()
		before := s.state()
		for _, seq := range []int64{1, 2} {
			_, err := c.tap(seq)
			if f := s.Want(err, fault.AlreadyDone); f.Data["expected_seq"] != int64(3) {
				t.Errorf("already_done says %v", f.Data)
			}
		}
		again := gift.Request{Key: first.Key, Sender: s.fan, Item: "rose", Quantity: 1, Target: s.room, Combo: c.id, ComboSeq: 1}
		g, err := s.Gifts.Send(s.Ctx, again)
		s.OK(err)
		if !g.Replayed || text(&g) != text(&first) {
			t.Errorf("replay: %s, first: %s", text(&g), text(&first))
		}
		if s.state() != before {
			t.Error("a repeated tap changed something")
		}
	})
}

// Two devices send the same tap in one set: the first counts.
func TestTwoDevices(t *testing.T) {
	comboEach(t, func(s *stage) {
		c := s.tapping()
		request := func(seq int64) gift.Request {
			r := s.rose()
			r.Combo, r.ComboSeq = c.id, seq
			return r
		}
		verdicts, err := s.Gifts.SendAll(s.Ctx, []gift.Request{request(1), request(1), request(2), request(2), request(4), request(3)})
		s.OK(err)
		for i, code := range []fault.Code{"", fault.AlreadyDone, "", fault.AlreadyDone, fault.StateConflict, ""} {
			if got := fault.CodeOf(verdicts[i].Err); got != code {
				t.Errorf("tap %d: %v, want %q", i, verdicts[i].Err, code)
			}
		}
		if got := c.now(); got.Count != 3 || s.Coins(s.fan) != 985 {
			t.Errorf("combo: %+v, %d coins are left", got, s.Coins(s.fan))
		}
	})
}

func TestTapOutOfOrder(t *testing.T) {
	comboEach(t, func(s *stage) {
		c := s.tapping()
		c.next()
		before := s.state()
		for _, seq := range []int64{3, 4, 1 << 62} {
			_, err := c.tap(seq)
			if f := s.Want(err, fault.StateConflict); f.Data["expected_seq"] != int64(2) {
				t.Errorf("state_conflict says %v", f.Data)
			}
		}
		if s.state() != before {
			t.Error("a tap out of order changed something")
		}
		c.next()
	})
}

// The balance runs out in the middle: the tap that it does not cover changes
// nothing, and after a purchase the same tap counts.
func TestBalanceRunsOut(t *testing.T) {
	comboEach(t, func(s *stage) {
		s.fan = s.Fan(12)
		c := s.tapping()
		c.next()
		c.next()
		before := s.state()
		_, err := c.tap(3)
		if f := s.Want(err, fault.InsufficientBalance); f.Data["missing"] != int64(3) {
			t.Errorf("insufficient_balance says %v", f.Data)
		}
		if s.state() != before {
			t.Error("a tap beyond the balance changed something")
		}
		s.Later(time.Second)
		s.Buy(s.fan, 70, 99)
		if g := c.next(); g.ComboCount != 3 {
			t.Errorf("tap: %+v", g)
		}
	})
}

// The host ends the LIVE in the middle: no further tap counts, and the combo
// ends with what it has.
func TestLiveEndsMidCombo(t *testing.T) {
	comboEach(t, func(s *stage) {
		c := s.tapping()
		c.next()
		c.next()
		s.End(s.creator, s.room)
		_, err := c.tap(3)
		s.Want(err, fault.StateConflict)
		s.Later(4 * time.Second)
		if d := read(t, s.Events("gift.combo.ended")[0]); d.Count != 2 || d.CoinsTotal != 10 {
			t.Errorf("ended: %+v", d)
		}
	})
}

// A combo that is over is gone, whether or not its due work has run.
func TestEndedComboIsGone(t *testing.T) {
	comboEach(t, func(s *stage) {
		for _, ran := range []bool{true, false} {
			c := s.tapping()
			c.next()
			s.Clk.Advance(3*time.Second + time.Microsecond)
			if ran {
				s.RunDue()
			}
			_, err := c.tap(2)
			if f := s.Want(err, fault.Gone); f.Data["count"] != int64(1) {
				t.Errorf("gone says %v", f.Data)
			}
			_, err = c.tap(1)
			s.Want(err, fault.AlreadyDone)
		}
		c := s.tapping() // its last microsecond still counts
		c.next()
		s.Clk.Advance(3 * time.Second)
		s.RunDue()
		c.next()
	})
}

// A combo belongs to its sender, its gift and its place.
func TestSomebodyElsesCombo(t *testing.T) {
	comboEach(t, func(s *stage) {
		c := s.tapping()
		c.next()
		for name, change := range map[string]func(r *gift.Request){
			"sender": func(r *gift.Request) { r.Sender = s.Fan(100) }, "gift": func(r *gift.Request) { r.Item = "spark" },
			"place": func(r *gift.Request) { r.Target = s.Live(s.creator) },
		} {
			r := s.rose()
			r.Combo, r.ComboSeq = c.id, 2
			change(&r)
			_, err := s.Gifts.Send(s.Ctx, r)
			if !fault.Is(err, fault.StateConflict) {
				t.Errorf("another %s: %v", name, err)
			}
		}
		r := s.rose()
		r.Item, r.Combo, r.ComboSeq = "lion", s.Combo(), 1
		_, err := s.Gifts.Send(s.Ctx, r)
		s.Want(err, fault.ValidationFailed)
	})
}

// However fast the taps come, a combo is shown ten times a second at most, and
// at the end all of it was shown.
func TestBroadcastRate(t *testing.T) {
	comboEach(t, func(s *stage) {
		const seed = 11
		t.Logf("seed %d", seed)
		rnd := rand.New(rand.NewPCG(seed, seed))
		s.fan = s.Fan(100_000)
		a, b := s.tapping(), s.tapping()
		begun := s.Clk.Now()
		for s.Clk.Now().Sub(begun) < 2*time.Second {
			for _, c := range []*tapping{a, b} {
				if rnd.IntN(3) > 0 {
					c.next()
				}
			}
			s.Clk.Advance(time.Duration(rnd.IntN(40_000)) * time.Microsecond)
			if rnd.IntN(2) == 0 {
				s.RunDue()
			}
		}
		s.Later(200 * time.Millisecond)
		for _, c := range []*tapping{a, b} {
			var last told
			n := 0
			for _, e := range s.Events("gift.combo.progressed") {
				if d := read(t, e); d.Combo == string(c.id) {
					last = d
					n++
				}
			}
			if last.Count != c.seq || n < 15 || n > 23 {
				t.Errorf("%d of %d taps were shown in %d broadcasts", last.Count, c.seq, n)
			}
		}
	})
}

// The end of a long combo names its first transfers, and says how many there
// are and between which they lie.
func TestLongComboEndsShortly(t *testing.T) {
	comboEach(t, func(s *stage) {
		c := s.tapping()
		first := c.next()
		for range 129 {
			c.next()
		}
		s.Give(s.Fan(10), "rose", s.room, 1)
		last := c.next()
		s.Later(time.Hour)
		e := s.Events("gift.combo.ended")[0]
		d := read(t, e)
		if len(d.Transfers) != 100 || d.Transfers[0] != string(first.Transfer()) || d.Taps != 131 || d.Posted != 131 || d.First != first.TransferSeq || d.Last != last.TransferSeq {
			t.Errorf("ended: %s", e.Data)
		}
	})
}

// A combo that has all its taps counts no further one; another combo does.
func TestComboHasMostTaps(t *testing.T) {
	comboEach(t, func(s *stage) {
		c := s.tapping()
		c.next()
		s.Exec("UPDATE gift_combo SET taps = $1 WHERE id = $2", gift.MaxTaps, string(c.id))
		before := s.state()
		_, err := c.tap(gift.MaxTaps + 1)
		if f := s.Want(err, fault.Gone); f.Data["count"] != int64(1) || s.state() != before {
			t.Errorf("refused with %v, and changed %s to %s", f.Data, before, s.state())
		}
		s.Exec("UPDATE gift_combo SET taps = 1 WHERE id = $1", string(c.id))
		s.tapping().next()
	})
}

// A combo of several at a time counts gifts, not taps.
func TestTapOfSeveral(t *testing.T) {
	comboEach(t, func(s *stage) {
		c := s.tapping()
		c.next()
		r := s.rose()
		r.Combo, r.ComboSeq, r.Quantity = c.id, 2, 10
		g, err := s.Gifts.Send(s.Ctx, r)
		s.OK(err)
		if g.ComboCount != 11 || g.ComboCoins != 55 {
			t.Errorf("tap: %+v", g)
		}
		s.Later(4 * time.Second)
		if d := read(t, s.Events("gift.combo.ended")[0]); d.Count != 11 || d.Taps != 2 || fmt.Sprint(len(d.Transfers)) != "2" {
			t.Errorf("ended: %+v", d)
		}
	})
}
