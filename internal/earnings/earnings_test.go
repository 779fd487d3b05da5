package earnings_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/outbox"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func usd(cents int64) money.Amount { return money.Amount{Units: cents, Asset: money.USD} }

// of returns the creator's earnings, newest first.
func of(w *gifttest.World, creator id.Person) (all []earnings.Earning) {
	w.T.Helper()
	w.Read(func(tx *db.Tx) (err error) {
		all, err = earnings.OfCreator(w.Ctx, tx, creator, "", 100)
		return err
	})
	return all
}

func balance(w *gifttest.World, creator id.Person) (b earnings.Balance) {
	w.T.Helper()
	w.Read(func(tx *db.Tx) (err error) {
		b, err = earnings.BalanceOf(w.Ctx, tx, creator)
		return err
	})
	return b
}

// mature runs the work of an earning, and returns when to run it again.
func mature(w *gifttest.World, e id.Earning) (nextUS int64, err error) {
	return nextUS, w.D.Write(w.Ctx, func(tx *db.Tx) (err error) {
		nextUS, err = earnings.RunMature(w.Ctx, tx, e)
		return err
	})
}

func install(w *gifttest.World, change func(*earnings.RateCard)) {
	w.T.Helper()
	c := gifttest.Card
	change(&c)
	w.Write(func(tx *db.Tx) error { return earnings.Install(w.Ctx, tx, c) })
}

// One creator has one earning a UTC day and source; it collects until midnight.
func TestBucketsByDay(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		fan, a, b := w.Fan(1000), w.Creator(), w.Creator()
		roomA, roomB, video := w.Live(a), w.Live(b), w.Video(a)
		w.Give(fan, "rose", roomA, 1)
		w.Give(fan, "rose", video, 2)
		w.Give(fan, "rose", roomB, 4)
		w.Clk.Set(dbtest.Start.Truncate(24 * time.Hour).Add(24*time.Hour - time.Microsecond))
		w.Give(fan, "spark", roomA, 1)
		w.Clk.Advance(time.Microsecond)
		w.Give(fan, "spark", roomA, 7)
		all := of(w, a)
		if len(all) != 3 || all[0].Diamonds != 7 || all[1].Diamonds != 10 || all[2].Diamonds != 6 || len(of(w, b)) != 1 {
			t.Fatalf("earnings: %+v", all)
		}
		for i, source := range []earnings.Source{earnings.FromGift, earnings.FromVideoGift, earnings.FromGift} {
			if all[i].Source != source {
				t.Errorf("earning %d is of %s, want %s", i, all[i].Source, source)
			}
		}
		for i, day := range []time.Time{time.Date(2026, 3, 11, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)} {
			if want := day.Add(8 * 24 * time.Hour); !all[i].Day.Equal(day) || all[i].AvailableUS != want.UnixMicro() || all[i].State != earnings.Pending {
				t.Errorf("earning %d: %+v, want the day %v, available at %v", i, all[i], day, want)
			}
		}
		got := balance(w, a)
		if got.PendingDiamonds != 23 || got.Pending != usd(3+5+3) || got.Available != usd(0) || got.NextAvailableUS != all[1].AvailableUS {
			t.Errorf("balance: %+v", got)
		}
	})
}

// The day's diamonds are converted at once: half a cent is lost once a day at
// most, and stays with the platform.
func TestOddDiamonds(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		fan, creator := w.Fan(1000), w.Creator()
		room := w.Live(creator)
		for range 7 {
			w.Give(fan, "spark", room, 1)
		}
		revenue := w.Balance(ledger.GiftRevenue, money.USD)
		w.Later(9 * 24 * time.Hour)
		if e := of(w, creator)[0]; e.Diamonds != 7 || e.Amount != usd(3) || e.State != earnings.Available {
			t.Errorf("earning: %+v", e)
		}
		if got := balance(w, creator); got.Available != usd(3) || got.PendingDiamonds != 0 || got.NextAvailableUS != 0 {
			t.Errorf("balance: %+v", got)
		}
		if got := w.Balance(ledger.GiftRevenue, money.USD); got != revenue-3 {
			t.Errorf("the revenue fell from %d to %d", revenue, got)
		}
		w.Give(fan, "spark", room, 1) // a single diamond is less than a cent
		w.Later(9 * 24 * time.Hour)
		if e := of(w, creator)[0]; e.Diamonds != 1 || e.Amount != usd(0) || e.State != earnings.Available {
			t.Errorf("earning: %+v", e)
		}
		if n := len(w.Events("earning.available")); n != 2 {
			t.Errorf("%d events", n)
		}
	})
}

func TestMatureAtItsInstant(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		fan, creator := w.Fan(1000), w.Creator()
		w.Give(fan, "lion", w.Live(creator), 1)
		e := of(w, creator)[0]
		w.Clk.Set(time.UnixMicro(e.AvailableUS - 1))
		w.RunDue()
		if next, err := mature(w, e.ID); next != e.AvailableUS || err != nil {
			t.Errorf("a microsecond before: again at %d, want %d (%v)", next, e.AvailableUS, err)
		}
		if got := of(w, creator)[0]; got.State != earnings.Pending {
			t.Fatalf("a microsecond before: %+v", got)
		}
		w.Clk.Advance(time.Microsecond)
		w.RunDue()
		if got := of(w, creator)[0]; got.State != earnings.Available || got.Amount != usd(250) {
			t.Fatalf("at its instant: %+v", got)
		}
		head := w.Count("SELECT seq FROM ledger_head")
		if next, err := mature(w, e.ID); next != 0 || err != nil { // the second has no effect
			t.Errorf("a second time: again at %d (%v)", next, err)
		}
		w.Later(time.Hour)
		if n := w.Count("SELECT seq FROM ledger_head"); n != head || len(w.Events("earning.available")) != 1 {
			t.Errorf("a second maturity posted something: transfer %d after %d", n, head)
		}
		_, err := mature(w, "ern_00000000000000000000000000")
		w.Want(err, fault.NotFound)
	})
}

// A clock that steps back between the claim and the run, more often than work
// may fail, does not kill the work: the earning matures when its hold is over.
func TestClockStepsBackWithinAClaim(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		w.Give(w.Fan(1000), "lion", w.Live(w.Creator()), 1)
		before := time.UnixMicro(w.Count("SELECT available_us - 1 FROM earning"))
		w.Runner.Inside("a.step", func(context.Context, *db.Tx, string) (int64, error) {
			w.Clk.Set(before)
			return 0, errors.New("so that each piece of the batch runs alone, by the clock of its own")
		})
		for range 20 {
			w.Write(func(tx *db.Tx) error {
				return outbox.Schedule(w.Ctx, tx, outbox.Work{Kind: "a.step", Key: "x", DueUS: before.UnixMicro(), Move: true})
			})
			w.Clk.Set(before.Add(2 * time.Hour))
			w.RunDue()
			if n := w.Count("SELECT COUNT(*) FROM due_work WHERE kind = $1 AND dead = 0 AND attempts = 0 AND due_us = $2", earnings.WorkMature, before.UnixMicro()+1); n != 1 {
				t.Fatal("the work is not planned for the end of the hold")
			}
		}
		w.Write(func(tx *db.Tx) error { return outbox.Cancel(w.Ctx, tx, "a.step", "x") })
		w.Clk.Set(before.Add(time.Microsecond))
		w.RunDue()
		if n := w.Count("SELECT COUNT(*) FROM earning WHERE state = 'available'"); n != 1 {
			t.Error("the earning has not matured")
		}
	})
}

// A rate card that changes at noon makes a second earning of the day; each is
// paid by its own rates.
func TestRateCardChangesMidDay(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		fan, creator := w.Fan(1000), w.Creator()
		room := w.Live(creator)
		install(w, func(c *earnings.RateCard) {
			c.Version, c.FromUS, c.DiamondsNum, c.DiamondsDen, c.PayNum, c.PayDen, c.HoldDays = "current@2", dbtest.Start.Add(time.Hour).UnixMicro(), 1, 2, 1, 3, 0
		})
		install(w, func(c *earnings.RateCard) { c.PayNum = 77 }) // a version that exists stays
		w.Give(fan, "rose", room, 20)
		w.Clk.Advance(time.Hour)
		if g := w.Give(fan, "rose", room, 21); g.Diamonds != 52 {
			t.Errorf("the gift brought %d diamonds", g.Diamonds)
		}
		all := of(w, creator)
		if len(all) != 2 || all[0].Rule != "current@2" || all[1].Rule != "current@1" || all[0].AvailableUS >= all[1].AvailableUS {
			t.Fatalf("earnings: %+v", all)
		}
		w.Later(13 * time.Hour)
		if got := balance(w, creator); got.Available != usd(17) || got.PendingDiamonds != 100 { // ⌊52/3⌋
			t.Errorf("balance: %+v", got)
		}
		w.Later(9 * 24 * time.Hour)
		if got := balance(w, creator); got.Available != usd(17+50) {
			t.Errorf("balance: %+v", got)
		}
		w.Read(func(tx *db.Tx) error {
			history, err := earnings.History(w.Ctx, tx)
			if len(history) != 2 || history[0].Version != "current@2" {
				t.Errorf("history: %+v", history)
			}
			return err
		})
	})
}

// A coin that is worth less than a diamond earns nothing and opens no earning.
func TestNothingEarned(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		fan, creator := w.Fan(1000), w.Creator()
		room := w.Live(creator)
		install(w, func(c *earnings.RateCard) { c.Version, c.FromUS, c.DiamondsDen = "current@2", 2, 2 })
		if g := w.Give(fan, "spark", room, 1); g.Diamonds != 0 || g.Coins() != 1 {
			t.Errorf("gift: %+v", g)
		}
		if all := of(w, creator); len(all) != 0 {
			t.Errorf("earnings: %+v", all)
		}
		w.Give(fan, "spark", room, 3)
		if all := of(w, creator); len(all) != 1 || all[0].Diamonds != 1 {
			t.Errorf("earnings: %+v", all)
		}
	})
}

// A clock that goes ahead by a month and comes back does not put diamonds into
// an earning that has matured: until the clock is right again nothing is given.
func TestClockComesBack(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		fan, creator := w.Fan(1000), w.Creator()
		room := w.Live(creator)
		w.Give(fan, "rose", room, 2)
		w.Later(31 * 24 * time.Hour)
		ahead := w.Clk.Now()
		w.Clk.Set(dbtest.Start)
		_, err := w.Gifts.Send(w.Ctx, gift.Request{Key: w.Key(), Sender: fan, Item: "rose", Target: room, Quantity: 1})
		w.Want(err, fault.Maintenance)
		w.Clk.Set(ahead.Add(-time.Minute)) // a little behind the books, which goes on
		w.Give(fan, "rose", room, 1)
		w.Give(fan, "rose", room, 1)
		w.RunDue()
		if got := balance(w, creator); got.Available != usd(5) || got.PendingDiamonds != 10 {
			t.Errorf("balance: %+v", got)
		}
		w.Later(45 * 24 * time.Hour)
		if got := balance(w, creator); got.Available != usd(10) || got.PendingDiamonds != 0 {
			t.Errorf("balance: %+v", got)
		}
	})
}

// available makes three earnings of 10, 20 and 30 cents that are available.
func available(w *gifttest.World) (creator id.Person, all []id.Earning) {
	w.T.Helper()
	fan := w.Fan(1000)
	creator = w.Creator()
	room := w.Live(creator)
	for i := range int64(3) {
		w.Give(fan, "rose", room, 4*(i+1))
		w.Clk.Advance(24 * time.Hour)
	}
	w.Later(9 * 24 * time.Hour)
	for _, e := range of(w, creator) {
		all = append([]id.Earning{e.ID}, all...)
	}
	return creator, all
}

// take moves the money as a payout does.
func take(w *gifttest.World, creator id.Person, cents int64) (parts []earnings.Part, err error) {
	key := w.Key()
	err = w.D.Write(w.Ctx, func(tx *db.Tx) error {
		if parts, err = earnings.Take(w.Ctx, tx, creator, usd(cents)); err != nil {
			return err
		}
		_, err := ledger.Post(w.Ctx, tx, "payout.scheduled", key, "", ledger.Move{From: ledger.AvailablePath(creator), To: ledger.Provider, Amount: usd(cents)})
		return err
	})
	return parts, err
}

func giveBack(w *gifttest.World, creator id.Person, parts []earnings.Part) {
	w.T.Helper()
	key := w.Key()
	w.Write(func(tx *db.Tx) error {
		_, err := ledger.Post(w.Ctx, tx, "payout.returned", key, "", ledger.Move{From: ledger.Provider, To: ledger.AvailablePath(creator), Amount: usd(sum(parts))})
		if err != nil {
			return err
		}
		return earnings.Return(w.Ctx, tx, parts)
	})
}

func TestTakeAndReturn(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		creator, e := available(w)
		is := func(got []earnings.Part, err error, want ...earnings.Part) {
			t.Helper()
			w.OK(err)
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("parts %v, want %v", got, want)
			}
		}
		first, err := take(w, creator, 15)
		is(first, err, earnings.Part{Earning: e[0], Units: 10}, earnings.Part{Earning: e[1], Units: 5})
		second, err := take(w, creator, 20)
		is(second, err, earnings.Part{Earning: e[1], Units: 15}, earnings.Part{Earning: e[2], Units: 5})
		_, err = take(w, creator, 26)
		w.Want(err, fault.InsufficientBalance)
		if got := balance(w, creator).Available; got != usd(25) {
			t.Errorf("%v are available after a refusal", got)
		}
		giveBack(w, creator, first)
		again, err := take(w, creator, 40) // what came back is the oldest again
		is(again, err, earnings.Part{Earning: e[0], Units: 10}, earnings.Part{Earning: e[1], Units: 5}, earnings.Part{Earning: e[2], Units: 25})
		for _, got := range of(w, creator) {
			if got.Paid != got.Amount.Units {
				t.Errorf("earning: %+v", got)
			}
		}
		_, err = take(w, w.Creator(), 1)
		w.Want(err, fault.InsufficientBalance)
		_, err = take(w, creator, 1)
		w.Want(err, fault.InsufficientBalance)
		// More than was taken can not come back: the schema says so.
		err = w.D.Write(w.Ctx, func(tx *db.Tx) error { return earnings.Return(w.Ctx, tx, []earnings.Part{{Earning: e[0], Units: 11}}) })
		if err == nil {
			t.Error("more came back than was taken")
		}
	})
}

// Whatever is taken and given back, parts sum to the amount and no earning
// pays more than it is.
func TestTakeAndReturnModel(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		creator, _ := available(w)
		rapid.Check(t, func(rt *rapid.T) {
			var live [][]earnings.Part
			left := int64(60)
			defer func() {
				for _, parts := range live {
					giveBack(w, creator, parts)
				}
			}()
			for range rapid.IntRange(1, 6).Draw(rt, "steps") {
				if n := len(live); n > 0 && rapid.Bool().Draw(rt, "give back") {
					i := rapid.IntRange(0, n-1).Draw(rt, "which")
					giveBack(w, creator, live[i])
					left += sum(live[i])
					live = append(live[:i], live[i+1:]...)
					continue
				}
				cents := rapid.Int64Range(1, 70).Draw(rt, "cents")
				parts, err := take(w, creator, cents)
				if fault.Is(err, fault.InsufficientBalance) != (cents > left) {
					rt.Fatalf("%d of %d: %v", cents, left, err)
				}
				if err == nil {
					if left -= cents; sum(parts) != cents {
						rt.Fatalf("parts %v do not sum to %d", parts, cents)
					}
					live = append(live, parts)
				}
			}
		})
	})
}

func sum(parts []earnings.Part) (n int64) {
	for _, p := range parts {
		n += p.Units
	}
	return n
}

func TestPages(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		creator, all := available(w)
		var seen []id.Earning
		for before := id.Earning(""); ; {
			var page []earnings.Earning
			w.Read(func(tx *db.Tx) (err error) {
				page, err = earnings.OfCreator(w.Ctx, tx, creator, before, 2)
				return err
			})
			if len(page) == 0 {
				break
			}
			for _, e := range page {
				seen, before = append([]id.Earning{e.ID}, seen...), e.ID
			}
		}
		if fmt.Sprint(seen) != fmt.Sprint(all) {
			t.Errorf("pages %v, want %v", seen, all)
		}
		err := w.D.Read(w.Ctx, func(tx *db.Tx) error { _, err := earnings.Get(w.Ctx, tx, "ern_x"); return err })
		w.Want(err, fault.NotFound)
	})
}

func TestVerifyBites(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		creator, e := available(w)
		w.Give(w.Fan(100), "rose", w.Live(creator), 2) // one more, pending
		one := " WHERE id = '" + string(e[0]) + "'"
		two := " WHERE id IN ('" + string(e[0]) + "', '" + string(e[1]) + "')" // of 20 and 40 diamonds
		// By TestVerifyBitesOnParts and TestVerifyBitesOnClaws, and in package reversal.
		bitten := map[string]bool{earnings.RuleRecovered: true, earnings.RuleParts: true, earnings.RuleAccrued: true, earnings.RuleClawed: true, earnings.RuleClaws: true}
		for _, plant := range []struct{ name, rule, damage, undo string }{
			{"more money than diamonds", earnings.RuleMatured, "UPDATE earning SET amount_units = amount_units + 1" + one, "UPDATE earning SET amount_units = amount_units - 1" + one},
			{"another count of diamonds", earnings.RuleMatured, "UPDATE earning SET diamonds = diamonds + 2" + one, "UPDATE earning SET diamonds = diamonds - 2" + one},
			{"a source that nobody knows", earnings.RuleWhole, "UPDATE earning SET source = 'luck'" + one, "UPDATE earning SET source = 'gift'" + one},
			{"no such rate card", earnings.RuleWhole, "UPDATE earning SET rule = 'gone@1'" + one, "UPDATE earning SET rule = 'current@1'" + one},
			{"no such rate card while pending", earnings.RuleWhole, "UPDATE earning SET rule = 'gone@1' WHERE state = 'pending'", "UPDATE earning SET rule = 'current@1' WHERE state = 'pending'"},
			{"an account that does not exist", earnings.RuleWhole, "UPDATE earning SET account_id = account_id + 1000" + one, "UPDATE earning SET account_id = account_id - 1000" + one},
			{"paid without a payout", earnings.RuleAvailable, "UPDATE earning SET paid_units = 3" + one, "UPDATE earning SET paid_units = 0" + one},
			{"somebody else's", earnings.RuleAvailable, "UPDATE earning SET creator_id = 'usr_x'" + one, "UPDATE earning SET creator_id = '" + string(creator) + "'" + one},
			{"diamonds that were not issued", earnings.RuleDiamonds, "UPDATE earning SET diamonds = diamonds + 1" + one, "UPDATE earning SET diamonds = diamonds - 1" + one},
			{"one got what another lacks", earnings.RulePosted, "UPDATE earning SET diamonds = 60 - diamonds, amount_units = 30 - amount_units" + two, "UPDATE earning SET diamonds = 60 - diamonds, amount_units = 30 - amount_units" + two},
			{"another's conversion", earnings.RulePosted, "UPDATE ledger_transfer SET cause = 'ern_x' WHERE cause = '" + string(e[0]) + "'", "UPDATE ledger_transfer SET cause = '" + string(e[0]) + "' WHERE cause = 'ern_x'"},
			{"converted before its time", earnings.RulePosted, "UPDATE earning SET available_us = available_us + 864000000000" + one, "UPDATE earning SET available_us = available_us - 864000000000" + one},
			{"converted under another rate card", earnings.RulePosted, "UPDATE ledger_transfer SET rule = 'other@1' WHERE cause = '" + string(e[0]) + "'", "UPDATE ledger_transfer SET rule = 'current@1' WHERE cause = '" + string(e[0]) + "'"},
			{"a shorter hold", earnings.RuleHold, "UPDATE earning SET available_us = available_us - 1 WHERE state = 'pending'", "UPDATE earning SET available_us = available_us + 1 WHERE state = 'pending'"},
			{"another day", earnings.RuleHold, "UPDATE earning SET day = day + 100" + one, "UPDATE earning SET day = day - 100" + one},
			{"a pending earning that is gone", earnings.RuleDiamonds, "UPDATE earning SET account_id = account_id + 1000 WHERE state = 'pending'", "UPDATE earning SET account_id = account_id - 1000 WHERE state = 'pending'"},
		} {
			t.Run(plant.name, func(t *testing.T) { gifttest.Bites(w, t, plant.rule, plant.damage, plant.undo) })
			bitten[plant.rule] = true
		}
		for _, c := range earnings.Checks() {
			if !bitten[c.Name] {
				t.Errorf("nothing was planted that breaks %q", c.Name)
			}
		}
	})
}

// The first gift of a day tells that the day's earning is there, once, and a
// gift that is refused tells nothing.
func TestAccruedOnce(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		fan, a, b := w.Fan(1000), w.Creator(), w.Creator()
		roomA, roomB := w.Live(a), w.Live(b)
		_, err := w.Gifts.Send(w.Ctx, gift.Request{Key: w.Key(), Sender: fan, Item: "palace", Quantity: 1, Target: roomA})
		w.Want(err, fault.InsufficientBalance)
		if n := len(w.Events("earning.accrued")); n != 0 {
			t.Errorf("%d events of a gift that was refused", n)
		}
		begin := make(chan struct{})
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				<-begin
				if _, err := w.Gifts.Send(w.Ctx, gift.Request{Key: fmt.Sprintf("at-once-%d", i), Sender: fan, Item: "rose", Quantity: 1, Target: []string{roomA, roomB}[i%2]}); err != nil {
					t.Errorf("gift: %v", err)
				}
			})
		}
		close(begin)
		wg.Wait()
		w.Later(24 * time.Hour)
		w.Give(fan, "rose", roomA, 1)
		told := map[string][]string{}
		for _, e := range w.Events("earning.accrued") {
			var data struct{ Earning, Creator, Source, Rule, Day, AvailableAt string }
			w.OK(json.Unmarshal([]byte(strings.ReplaceAll(string(e.Data), "available_at", "availableAt")), &data))
			if e.Topic != "person:"+data.Creator || data.Source != "gift" || data.Rule != "current@1" {
				t.Errorf("told to %s: %s", e.Topic, e.Data)
			}
			told[data.Creator] = append(told[data.Creator], data.Earning+" "+data.Day+" "+data.AvailableAt)
		}
		for _, p := range []id.Person{a, b} {
			all := of(w, p)
			slices.Reverse(all)
			var want []string
			for _, e := range all {
				want = append(want, fmt.Sprintf("%s %s %s", e.ID, e.Day.Format(time.DateOnly), time.UnixMicro(e.AvailableUS).UTC().Format("2006-01-02T15:04:05.000000Z")))
			}
			if !slices.Equal(told[string(p)], want) {
				t.Errorf("told %v, want %v", told[string(p)], want)
			}
		}
	})
}

// A list of what stands in a certain way is the list of all, without the rest.
func TestListed(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		fan, creator := w.Fan(1000), w.Creator()
		room := w.Live(creator)
		for range 3 {
			w.Give(fan, "rose", room, 10)
			w.Later(24 * time.Hour)
		}
		w.Later(7 * 24 * time.Hour)
		w.Give(fan, "rose", room, 10)
		w.Write(func(tx *db.Tx) error { // as a payout of 0.40 does
			parts, err := earnings.Take(w.Ctx, tx, creator, usd(40))
			if err != nil || len(parts) != 2 {
				t.Errorf("taken: %v %v", parts, err)
			}
			_, err = ledger.Post(w.Ctx, tx, "payout.scheduled", "pyo_x", "current@1", ledger.Move{From: ledger.AvailablePath(creator), To: ledger.PayoutPath("pyo_x"), Amount: usd(40)})
			return err
		})
		all, sum := of(w, creator), 0
		for _, state := range []earnings.State{earnings.Pending, earnings.Available, earnings.PartlyPaid, earnings.PaidOut, ""} {
			var want, got []id.Earning
			for _, e := range all {
				if state == "" || e.Standing() == state {
					want = append(want, e.ID)
				}
			}
			w.Read(func(tx *db.Tx) error {
				for page := (earnings.Page{Standing: state, Limit: 1}); ; { // one after another, so that the place is kept
					found, err := earnings.Listed(w.Ctx, tx, creator, page)
					if err != nil || len(found) == 0 {
						return err
					}
					page.Before = found[0].ID
					got = append(got, found[0].ID)
				}
			})
			if sum += len(got); !slices.Equal(got, want) || len(want) == 0 {
				t.Errorf("%q: %v, want %v", state, got, want)
			}
		}
		if sum != 2*len(all) {
			t.Errorf("%d of %d", sum, len(all))
		}
		err := w.D.Read(w.Ctx, func(tx *db.Tx) error {
			_, err := earnings.Listed(w.Ctx, tx, creator, earnings.Page{Standing: "held", Limit: 1})
			return err
		})
		w.Want(err, fault.InvalidParameter)
		w.Read(func(tx *db.Tx) error {
			found, err := earnings.GetAll(w.Ctx, tx, []id.Earning{all[0].ID, all[2].ID, "ern_x"})
			if len(found) != 2 || found[all[0].ID] != all[0] || found[all[2].ID] != all[2] {
				t.Errorf("found: %+v", found)
			}
			return err
		})
	})
}
