package gift_test

import (
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/limit"
)

// Whoever has chosen a break gives nothing until it is over, not even the next
// tap of a combo. Others of the same set do, and a call from before is answered
// as it was.
func TestCoolOff(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		creator := w.Creator()
		live := w.Live(creator)
		fan, other := w.Fan(1000), w.Fan(1000)
		limits := limit.NewService(w.D)
		combo := w.Combo()
		request := func(sender id.Person, seq int64) gift.Request {
			r := gift.Request{Key: w.Key(), Sender: sender, Item: "rose", Quantity: 1, Target: live}
			if seq > 0 {
				r.Combo, r.ComboSeq = combo, seq
			}
			return r
		}
		before := request(fan, 1)
		first, err := w.Gifts.Send(w.Ctx, before)
		w.OK(err)
		_, err = limits.CoolOff(w.Ctx, fan, limit.CoolOffDay)
		w.OK(err)
		until := w.Clk.Now().Add(24 * time.Hour).UTC()

		verdicts, err := w.Gifts.SendAll(w.Ctx, []gift.Request{request(other, 0), request(fan, 2), before, request(fan, 0), request(other, 0)})
		w.OK(err)
		for i, refused := range []bool{false, true, false, true, false} {
			if !refused {
				w.OK(verdicts[i].Err)
				continue
			}
			if f := w.Want(verdicts[i].Err, fault.LimitReached); f.Data["limit"] != "cool_off" || f.Data["ends_at"] != until.Format(time.RFC3339Nano) || f.RetryAfter != 24*time.Hour {
				t.Errorf("the refusal is %+v", f)
			}
		}
		if verdicts[2].Gift.ID != first.ID || w.Coins(fan) != 995 || w.Coins(other) != 990 {
			t.Errorf("the first answer: %+v; %d and %d coins are left", verdicts[2].Gift, w.Coins(fan), w.Coins(other))
		}
		w.Later(24*time.Hour - time.Microsecond)
		_, err = w.Gifts.Send(w.Ctx, request(fan, 0))
		w.Want(err, fault.LimitReached)
		w.Clk.Advance(time.Microsecond)
		w.Give(fan, "rose", live, 1)
	})
}
