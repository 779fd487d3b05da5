package gift_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/programme"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// stage is a fan with coins and a creator with a room and a video.
type stage struct {
	*gifttest.World
	fan, creator id.Person
	room, video  string
}

func each(t *testing.T, test func(s *stage)) {
	t.Helper()
	gifttest.Each(t, func(w *gifttest.World) { test(newStage(w)) })
}

func newStage(w *gifttest.World) *stage {
	s := &stage{World: w, fan: w.Fan(1000), creator: w.Creator()}
	s.room, s.video = w.Live(s.creator), w.Video(s.creator)
	return s
}

// suspend closes the fan's account, as an operator does.
func (s *stage) suspend() {
	s.T.Helper()
	s.Exec("UPDATE person SET suspended_us = 1, suspended_reason = 'spam' WHERE id = $1", string(s.fan))
}

// rose asks for one rose in the room.
func (s *stage) rose() gift.Request {
	return gift.Request{Key: s.Key(), Sender: s.fan, Item: "rose", Quantity: 1, Target: s.room}
}

// state is everything that a refused call must leave as it was.
func (s *stage) state() string {
	s.T.Helper()
	var all []string
	for _, q := range []string{"SELECT seq FROM ledger_head", "SELECT COUNT(*) FROM gift", "SELECT COUNT(*) FROM gift_combo", "SELECT COUNT(*) FROM earning",
		"SELECT COUNT(*) FROM due_work", "SELECT sequence FROM outbox_head", "SELECT COUNT(*) FROM ledger_line", "SELECT COUNT(*) FROM wallet_lot WHERE open = 1"} {
		all = append(all, fmt.Sprint(s.Count(q)))
	}
	return strings.Join(all, " ")
}

func text(g *gift.Gift) string { return string(g.AppendJSON(nil)) }

func TestSend(t *testing.T) {
	each(t, func(s *stage) {
		r := s.rose()
		r.Quantity, r.ExpectedPrice = 3, 5
		g, err := s.Gifts.Send(s.Ctx, r)
		s.OK(err)
		if g.Coins() != 15 || g.Diamonds != 15 || g.BalanceAfter != 985 || g.Creator != s.creator || g.Replayed || s.Coins(s.fan) != 985 {
			t.Errorf("gift: %+v", g)
		}
		var lines []ledger.Entry
		s.Read(func(tx *db.Tx) (err error) {
			lines, err = ledger.OfCause(s.Ctx, tx, string(g.ID))
			return err
		})
		if len(lines) != 3 || (ledger.Posted{Seq: lines[0].Seq, At: lines[0].At}).ID() != g.Transfer() || lines[0].Kind != "gift.sent" || lines[0].Rule != "current@1" {
			t.Errorf("lines: %+v", lines)
		}
		if got := s.Balance(ledger.CoinsSpent, money.Coin); got != 15 {
			t.Errorf("%d coins were spent", got)
		}
		events := s.Events("gift.sent")
		if len(events) != 1 || events[0].Topic != "live:"+s.room || !strings.Contains(string(events[0].Data), `"id":"`+string(g.ID)+`"`) || strings.Contains(string(events[0].Data), "balance") {
			t.Errorf("events: %+v", events)
		}
		video := s.Give(s.fan, "ticket", s.video, 1)
		if e := s.Events("gift.sent"); len(e) != 2 || e[1].Topic != "video:"+s.video {
			t.Errorf("events: %+v", e)
		}
		s.Read(func(tx *db.Tx) error {
			stored, err := gift.Get(s.Ctx, tx, g.ID)
			if text(&stored) != text(&g) {
				t.Errorf("stored: %s, answered: %s", text(&stored), text(&g))
			}
			both, err2 := gift.GetMany(s.Ctx, tx, []string{string(video.ID), string(g.ID), "gft_x"})
			if len(both) != 2 || both[0].ID != g.ID {
				t.Errorf("both: %+v", both)
			}
			_, missing := gift.Get(s.Ctx, tx, "gft_x")
			s.Want(missing, fault.NotFound)
			return errors.Join(err, err2)
		})
	})
}

// verdict is a call that is refused.
type verdict struct {
	name   string
	change func(s *stage, r *gift.Request)
	code   fault.Code
	field  string // the pointer of a wrong field
}

func wrong(name, field string, code fault.Code, change func(r *gift.Request)) verdict {
	return verdict{name, func(_ *stage, r *gift.Request) { change(r) }, code, field}
}

// unreadable are the requests that could not be right at any time.
var unreadable = []verdict{
	wrong("no item", "/gift", fault.ValidationFailed, func(r *gift.Request) { r.Item = "" }),
	wrong("a long item", "/gift", fault.ValidationFailed, func(r *gift.Request) { r.Item = strings.Repeat("x", 41) }),
	wrong("nothing of it", "/quantity", fault.AmountOutOfRange, func(r *gift.Request) { r.Quantity = 0 }),
	wrong("less than nothing", "/quantity", fault.AmountOutOfRange, func(r *gift.Request) { r.Quantity = -1 }),
	wrong("too many", "/quantity", fault.AmountOutOfRange, func(r *gift.Request) { r.Quantity = gift.MaxQuantity + 1 }),
	wrong("far too many", "/quantity", fault.AmountOutOfRange, func(r *gift.Request) { r.Quantity = math.MaxInt64 }),
	wrong("far less than nothing", "/quantity", fault.AmountOutOfRange, func(r *gift.Request) { r.Quantity = math.MinInt64 }),
	wrong("no target", "/target", fault.ValidationFailed, func(r *gift.Request) { r.Target = "" }),
	wrong("a person as target", "/target", fault.ValidationFailed, func(r *gift.Request) { r.Target = string(r.Sender) }),
	wrong("a price below zero", "/expected_price", fault.AmountOutOfRange, func(r *gift.Request) { r.ExpectedPrice = -1 }),
	wrong("no combo's id", "/combo/id", fault.ValidationFailed, func(r *gift.Request) { r.Combo, r.ComboSeq = "combo", 1 }),
	wrong("tap 0", "/combo/seq", fault.AmountOutOfRange, func(r *gift.Request) { r.Combo, r.ComboSeq = "cmb_00000000000000000000000001", 0 }),
	wrong("all of it", "/target", fault.ValidationFailed, func(r *gift.Request) { r.Item, r.Quantity, r.Target = "", 0, "" }),
}

// refusals are the requests that the rules refuse.
var refusals = []verdict{
	{"an unknown sender", func(_ *stage, r *gift.Request) { r.Sender = "usr_00000000000000000000000000" }, fault.NotFound, ""},
	{"a sender without a birth date", func(s *stage, r *gift.Request) {
		r.Sender = s.Person(func(n *people.NewPerson) { n.BirthDate = "" })
		s.Buy(r.Sender, 100, 150)
	}, fault.AgeRestricted, ""},
	{"a sender of 17", func(s *stage, r *gift.Request) {
		r.Sender = s.Person(func(n *people.NewPerson) { n.BirthDate = "2008-03-11" })
		s.Buy(r.Sender, 100, 150)
	}, fault.AgeRestricted, ""},
	{"a sender of 19 in Japan", func(s *stage, r *gift.Request) {
		r.Sender = s.Person(func(n *people.NewPerson) { n.BirthDate, n.Region = "2006-03-11", "JP" })
		s.Buy(r.Sender, 100, 150)
	}, fault.AgeRestricted, ""},
	{"a suspended sender", func(s *stage, _ *gift.Request) { s.suspend() }, fault.AccountSuspended, ""},
	{"an unknown room", func(_ *stage, r *gift.Request) { r.Target = "liv_00000000000000000000000000" }, fault.NotFound, ""},
	{"an unknown video", func(_ *stage, r *gift.Request) { r.Target = "vid_00000000000000000000000000" }, fault.NotFound, ""},
	{"a room that is not live yet", func(s *stage, r *gift.Request) { r.Target = string(s.Room(s.creator)) }, fault.StateConflict, ""},
	{"a room that has ended", func(s *stage, _ *gift.Request) { s.End(s.creator, s.room) }, fault.StateConflict, ""},
	{"a hidden video", func(s *stage, r *gift.Request) {
		r.Target = s.video
		s.Write(func(tx *db.Tx) error {
			_, err := content.HideVideo(s.Ctx, tx, s.creator, id.Video(s.video))
			return err
		})
	}, fault.NotFound, ""},
	{"a gift to oneself", func(s *stage, r *gift.Request) { r.Sender = s.creator; s.Buy(s.creator, 100, 150) }, fault.SelfGift, ""},
	{"gifts switched off for the room", func(s *stage, _ *gift.Request) {
		s.Write(func(tx *db.Tx) error { return content.SetGifts(s.Ctx, tx, s.creator, s.room, false) })
	}, fault.StateConflict, ""},
	{"gifts switched off for the video", func(s *stage, r *gift.Request) {
		r.Target = s.video
		s.Write(func(tx *db.Tx) error { return content.SetGifts(s.Ctx, tx, s.creator, s.video, false) })
	}, fault.StateConflict, ""},
	{"a creator who has not joined", func(s *stage, r *gift.Request) { r.Target = s.Live(s.Person()) }, fault.NotEligible, ""},
	{"a creator who has left LIVE gifts", func(s *stage, _ *gift.Request) {
		s.Write(func(tx *db.Tx) error {
			_, err := programme.Leave(s.Ctx, tx, s.creator, programme.LiveGifts)
			return err
		})
	}, fault.NotEligible, ""},
	{"a suspended creator", func(s *stage, _ *gift.Request) {
		s.Exec("UPDATE person SET suspended_us = 1, suspended_reason = 'spam' WHERE id = $1", string(s.creator))
	}, fault.StateConflict, ""},
	{"a suspended creator's video", func(s *stage, r *gift.Request) {
		r.Target = s.video
		s.Exec("UPDATE person SET suspended_us = 1, suspended_reason = 'spam' WHERE id = $1", string(s.creator))
	}, fault.StateConflict, ""},
	{"a creator who is too young to be paid", func(s *stage, _ *gift.Request) {
		s.Exec("UPDATE person SET birth_date = '2008-03-11' WHERE id = $1", string(s.creator))
	}, fault.StateConflict, ""},
	{"an unknown gift", func(_ *stage, r *gift.Request) { r.Item = "yacht" }, fault.NotFound, ""},
	{"a gift for videos on a LIVE", func(_ *stage, r *gift.Request) { r.Item = "ticket" }, fault.StateConflict, ""},
	{"a gift for LIVE on a video", func(s *stage, r *gift.Request) { r.Item, r.Target = "spark", s.video }, fault.StateConflict, ""},
	{"another price than shown", func(_ *stage, r *gift.Request) { r.ExpectedPrice = 4 }, fault.PriceChanged, ""},
	{"a combo of what can not be one", func(s *stage, r *gift.Request) { r.Item, r.Combo, r.ComboSeq = "lion", s.Combo(), 1 }, fault.ValidationFailed, ""},
	{"more coins than there are", func(_ *stage, r *gift.Request) { r.Quantity = 201 }, fault.InsufficientBalance, ""},
	{"as much as one call can cost", func(_ *stage, r *gift.Request) { r.Item, r.Quantity = "palace", gift.MaxQuantity }, fault.InsufficientBalance, ""},
	{"a combo that begins with tap 2", func(s *stage, r *gift.Request) { r.Combo, r.ComboSeq = s.Combo(), 2 }, fault.StateConflict, ""},
	{"a first tap without coins", func(s *stage, r *gift.Request) { r.Sender, r.Combo, r.ComboSeq = s.Person(), s.Combo(), 1 }, fault.InsufficientBalance, ""},
}

// A refusal says why and leaves nothing behind: no transfer, no row, no event,
// no due work.
func TestRefusals(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		for _, v := range append(unreadable, refusals...) {
			s := newStage(w)
			r := s.rose()
			v.change(s, &r)
			before := s.state()
			_, err := s.Gifts.Send(s.Ctx, r)
			f, ok := errors.AsType[*fault.Error](err)
			if !ok || f.Code != v.code || f.Detail == "" {
				w.T.Errorf("%s: %v, want %s", v.name, err, v.code)
				continue
			}
			if v.field != "" && (len(f.Fields) == 0 || f.Fields[len(f.Fields)-1].Pointer != v.field) {
				w.T.Errorf("%s: the wrong fields are %+v", v.name, f.Fields)
			}
			if after := s.state(); after != before {
				w.T.Errorf("%s: the refused call changed something: %s, before %s", v.name, after, before)
			}
		}
		w.Later(30 * 24 * time.Hour)
	})
}

func TestRefusalsSayTheNumbers(t *testing.T) {
	each(t, func(s *stage) {
		r := s.rose()
		r.ExpectedPrice = 4
		_, err := s.Gifts.Send(s.Ctx, r)
		if f := s.Want(err, fault.PriceChanged); f.Data["price"] != int64(5) {
			t.Errorf("price_changed says %v", f.Data)
		}
		r = s.rose()
		r.Item, r.Quantity = "lion", 3
		_, err = s.Gifts.Send(s.Ctx, r)
		if f := s.Want(err, fault.InsufficientBalance); f.Data["missing"] != int64(500) || f.Data["balance"] != int64(1000) {
			t.Errorf("insufficient_balance says %v", f.Data)
		}
		r = s.rose()
		r.Item, r.Quantity, r.ExpectedPrice = "", 0, -1
		_, err = s.Gifts.Send(s.Ctx, r)
		if f := s.Want(err, fault.ValidationFailed); len(f.Fields) != 3 {
			t.Errorf("validation_failed names %+v", f.Fields)
		}
	})
}

// Why a creator can not be paid is not told to who wants to give: suspended
// and too young read alike, and the reason of a suspension stays out of it.
func TestRefusalKeepsTheCreatorsSecret(t *testing.T) {
	each(t, func(s *stage) {
		var told []string
		for _, set := range []string{"suspended_us = 1, suspended_reason = 'fraud'", "suspended_us = 0, suspended_reason = '', birth_date = ''"} {
			s.Exec("UPDATE person SET "+set+" WHERE id = $1", string(s.creator))
			_, err := s.Gifts.Send(s.Ctx, s.rose())
			f := s.Want(err, fault.StateConflict)
			told = append(told, fmt.Sprint(f.Detail, f.Data))
		}
		if told[0] != told[1] || strings.Contains(told[0], "fraud") || strings.Contains(told[0], "suspend") {
			t.Errorf("told %q", told)
		}
		s.Exec("UPDATE person SET birth_date = '1990-01-01' WHERE id = $1", string(s.creator))
		s.Give(s.fan, "rose", s.room, 1)
	})
}

// A call that was answered gets the same answer for ever, whatever has become
// of prices, rooms and people in the meantime.
func TestReplay(t *testing.T) {
	each(t, func(s *stage) {
		plain, tap := s.rose(), s.rose()
		tap.Combo, tap.ComboSeq = s.Combo(), 1
		var first []string
		for _, r := range []gift.Request{plain, tap} {
			g, err := s.Gifts.Send(s.Ctx, r)
			s.OK(err)
			first = append(first, text(&g))
		}
		s.Later(time.Hour)
		s.End(s.creator, s.room)
		s.suspend()
		s.Write(func(tx *db.Tx) error {
			items := gifttest.Items("current@2", s.Clk.Now().UnixMicro())
			items[1].PriceCoins = 50
			return gift.Install(s.Ctx, tx, items)
		})
		before := s.state()
		for i, r := range []gift.Request{plain, tap} {
			g, err := s.Gifts.Send(s.Ctx, r)
			s.OK(err)
			if !g.Replayed || text(&g) != first[i] {
				t.Errorf("replayed %v\n%s, want\n%s", g.Replayed, text(&g), first[i])
			}
		}
		if s.state() != before {
			t.Error("a replay changed something")
		}
		for name, change := range map[string]func(r *gift.Request){
			"quantity": func(r *gift.Request) { r.Quantity = 2 }, "item": func(r *gift.Request) { r.Item = "spark" },
			"target": func(r *gift.Request) { r.Target = s.video }, "price": func(r *gift.Request) { r.ExpectedPrice = 5 },
			"combo": func(r *gift.Request) { r.Combo, r.ComboSeq = s.Combo(), 1 },
		} {
			other := plain
			change(&other)
			_, err := s.Gifts.Send(s.Ctx, other)
			if !fault.Is(err, fault.IdempotencyKeyReused) {
				t.Errorf("the key with another %s: %v", name, err)
			}
		}
	})
}

// A key belongs to its sender: nobody meets another's answer.
func TestKeySpaces(t *testing.T) {
	each(t, func(s *stage) {
		mine, theirs := s.rose(), s.rose()
		theirs.Key, theirs.Sender, theirs.Quantity = mine.Key, s.Fan(100), 2
		a, err := s.Gifts.Send(s.Ctx, mine)
		s.OK(err)
		b, err := s.Gifts.Send(s.Ctx, theirs)
		s.OK(err)
		if a.ID == b.ID || b.Replayed || b.Quantity != 2 || s.Coins(theirs.Sender) != 90 {
			t.Errorf("gifts: %+v %+v", a, b)
		}
		// A refused call leaves its key free.
		r := s.rose()
		r.Quantity = 1000
		_, err = s.Gifts.Send(s.Ctx, r)
		s.Want(err, fault.InsufficientBalance)
		r.Quantity = 1
		_, err = s.Gifts.Send(s.Ctx, r)
		s.OK(err)
	})
}

// A set decides each call by itself, in order of arrival.
func TestSet(t *testing.T) {
	each(t, func(s *stage) {
		one, dear, other, bad, last := s.rose(), s.rose(), s.rose(), s.rose(), s.rose()
		one.Quantity = 2
		dear.Item, dear.Quantity = "lion", 2 // 1,000 coins, and 990 are left
		again := one
		other.Key, other.Sender = one.Key, s.Fan(10)
		bad.Quantity = 0
		reused := one
		reused.Quantity = 3
		last.Item, last.Quantity = "spark", 990
		verdicts, err := s.Gifts.SendAll(s.Ctx, []gift.Request{one, dear, again, other, bad, reused, last})
		s.OK(err)
		for i, code := range []fault.Code{"", fault.InsufficientBalance, "", "", fault.AmountOutOfRange, fault.IdempotencyKeyReused, ""} {
			if got := fault.CodeOf(verdicts[i].Err); got != code || (verdicts[i].Err == nil) != (code == "") {
				t.Errorf("call %d: %v, want %q", i, verdicts[i].Err, code)
			}
		}
		first, second := verdicts[0].Gift, verdicts[2].Gift
		if first.Replayed || !second.Replayed || text(&first) != text(&second) {
			t.Errorf("the repeated call: %+v, the first: %+v", second, first)
		}
		if verdicts[3].Gift.ID == first.ID || verdicts[3].Gift.BalanceAfter != 5 || verdicts[6].Gift.BalanceAfter != 0 {
			t.Errorf("gifts: %+v %+v", verdicts[3].Gift, verdicts[6].Gift)
		}
		if n := s.Count("SELECT COUNT(*) FROM gift"); n != 3 || len(s.Events("gift.sent")) != 3 {
			t.Errorf("%d gifts, %d events", n, len(s.Events("gift.sent")))
		}
		verdicts, err = s.Gifts.SendAll(s.Ctx, []gift.Request{bad, bad})
		s.OK(err)
		if len(verdicts) != 2 || !fault.Is(verdicts[1].Err, fault.AmountOutOfRange) {
			t.Errorf("a set of unreadable calls: %+v", verdicts)
		}
		verdicts, err = s.Gifts.SendAll(s.Ctx, nil)
		if len(verdicts) != 0 || err != nil {
			t.Errorf("no calls: %+v %v", verdicts, err)
		}
	})
}

// 200 calls at once with coins for 100 gifts: exactly 100 are given.
func TestBalanceForAHundred(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		fan, creator := w.Fan(199, 1, 300), w.Creator()
		room := w.Live(creator)
		errs := make([]error, 200)
		begin := make(chan struct{})
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() {
				<-begin
				_, errs[i] = w.Gifts.Send(w.Ctx, gift.Request{Key: fmt.Sprintf("at-once-%d", i), Sender: fan, Item: "rose", Quantity: 1, Target: room})
			})
		}
		close(begin)
		wg.Wait()
		given := 0
		for _, err := range errs {
			if err == nil {
				given++
			} else {
				w.Want(err, fault.InsufficientBalance)
			}
		}
		if given != 100 || w.Coins(fan) != 0 || w.Count("SELECT COUNT(*) FROM gift") != 100 {
			t.Errorf("%d gifts were given, %d coins are left", given, w.Coins(fan))
		}
	})
}

// The same call 100 times at once has one effect and one answer.
func TestSameCallAtOnce(t *testing.T) {
	each(t, func(s *stage) {
		r := s.rose()
		answers := make([]string, 100)
		begin := make(chan struct{})
		var wg sync.WaitGroup
		for i := range answers {
			wg.Go(func() {
				<-begin
				g, err := s.Gifts.Send(s.Ctx, r)
				if err != nil {
					t.Errorf("call %d: %v", i, err)
				}
				answers[i] = text(&g)
			})
		}
		close(begin)
		wg.Wait()
		for _, a := range answers {
			if a != answers[0] {
				t.Errorf("two answers:\n%s\n%s", a, answers[0])
			}
		}
		if s.Coins(s.fan) != 995 {
			t.Errorf("%d coins are left", s.Coins(s.fan))
		}
	})
}

// The catalogue is dated: the price is the one of the instant.
func TestCatalogByDate(t *testing.T) {
	each(t, func(s *stage) {
		s.Write(func(tx *db.Tx) error {
			items := gifttest.Items("current@2", s.Clk.Now().Add(time.Hour).UnixMicro())
			items[1].PriceCoins = 7
			again := gifttest.Items("current@1", 1)
			again[1].PriceCoins = 1 // a version that exists stays
			return gift.Install(s.Ctx, tx, append(items, again...))
		})
		s.Clk.Advance(time.Hour - time.Microsecond)
		if g := s.Give(s.fan, "rose", s.room, 1); g.PriceCoins != 5 {
			t.Errorf("a rose costs %d", g.PriceCoins)
		}
		s.Clk.Advance(time.Microsecond)
		if g := s.Give(s.fan, "rose", s.room, 1); g.PriceCoins != 7 {
			t.Errorf("a rose costs %d", g.PriceCoins)
		}
		s.Read(func(tx *db.Tx) error {
			items, err := gift.Catalog(s.Ctx, tx)
			if len(items) != 5 || items[0].ID != "spark" || items[4].ID != "palace" {
				t.Errorf("catalogue: %+v", items)
			}
			return err
		})
	})
}
