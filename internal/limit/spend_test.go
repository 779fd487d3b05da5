package limit_test

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/money"
)

func TestTake(t *testing.T) {
	each(t, func(w *world) {
		w.ok(w.take(w.spend(7_00, "USD"))) // before there are caps, and it counts
		s := w.set(usd(10_00, 0, 0))
		if day := s.Windows[0]; day.Spent != 7_00 || day.Left() != 3_00 {
			t.Errorf("the day is %+v", day)
		}
		f := w.want(w.take(w.spend(3_01, "USD")), fault.LimitReached)
		const says = "Your own limit a day is 10.00 USD. You have spent 7.00 USD of it, so 3.00 USD are left, and this costs 3.01 USD. The next day begins on 2026-03-11 00:00 UTC; nothing was charged."
		money := func(units int64) money.Amount { return money.Amount{Units: units, Asset: "USD"} }
		resets := at(t, "2026-03-11T00:00:00Z")
		if f.Detail != says || f.Data["limit"] != "day" || f.Data["cap"] != money(10_00) || f.Data["spent"] != money(7_00) || f.Data["left"] != money(3_00) ||
			f.Data["resets_at"] != "2026-03-11T00:00:00Z" || f.RetryAfter != resets.Sub(w.clk.Now()) {
			t.Errorf("the refusal is %+v", f)
		}
		last := w.spend(3_00, "USD")
		w.ok(w.take(last))
		w.wants(w.take(w.spend(1, "USD")), fault.LimitReached)
		w.release(last.Cause)
		w.release(last.Cause)
		w.release("cps_nobody")
		w.ok(w.take(w.spend(3_00, "USD")))
		w.wants(w.take(w.spend(1, "USD")), fault.LimitReached)
		w.clk.Advance(resets.Sub(w.clk.Now()))
		w.ok(w.take(w.spend(10_00, "USD")))
		if err := w.take(limit.Spend{Person: "usr_other", Amount: money(500_00), Cause: "cps_other"}); err != nil {
			t.Errorf("somebody else: %v", err)
		}
	})
}

// Of several windows without room the one is told that has room again last.
func TestWindowsTogether(t *testing.T) {
	each(t, func(w *world) {
		w.clk.Advance(at(t, "2026-03-04T12:00:00Z").Sub(w.clk.Now())) // a Wednesday
		w.set(usd(10_00, 15_00, 18_00))
		took := func(units int64, refused string) {
			t.Helper()
			err := w.take(w.spend(units, "USD"))
			if refused == "" {
				w.ok(err)
			} else if f := w.want(err, fault.LimitReached); f.Data["limit"] != refused {
				t.Errorf("refused for the %v, want %s: %s", f.Data["limit"], refused, f.Detail)
			}
		}
		took(11_00, "day")
		took(10_00, "")
		took(1, "day")
		took(9_00, "month")
		w.clk.Advance(24 * time.Hour)
		took(6_00, "week")
		took(5_00, "")
		w.clk.Advance(5 * 24 * time.Hour) // the next week
		took(4_00, "month")
		took(3_00, "")
		took(1, "month")
		w.clk.Advance(at(t, "2026-03-31T23:59:59.999999Z").Sub(w.clk.Now()))
		took(1, "month")
		w.clk.Advance(time.Microsecond)
		took(10_00, "")
		for i, want := range []int64{10_00, 10_00, 10_00} {
			if got := w.of().Windows[i].Spent; got != want {
				t.Errorf("%s: %d spent, want %d", limit.Spans[i], got, want)
			}
		}
	})
}

// While there are caps, money that could not be counted is refused.
func TestAnotherCurrency(t *testing.T) {
	each(t, func(w *world) {
		w.ok(w.take(w.spend(100_00, "EUR")))
		if s := w.of(); s.Asset != "EUR" || s.Windows[0].Spent != 100_00 || s.Windows[0].Cap != 0 || !s.Caps.None() {
			t.Errorf("without caps: %+v", s)
		}
		w.set(usd(0, 0, 500_00))
		f := w.want(w.take(w.spend(1, "EUR")), fault.CurrencyMismatch)
		if !strings.Contains(f.Detail, "limits are in USD") || !strings.Contains(f.Detail, "paid in EUR") {
			t.Errorf("the refusal: %s", f.Detail)
		}
		w.set(limit.Caps{Asset: "EUR", Month: 500_00})
		w.wants(w.take(w.spend(1, "EUR")), fault.CurrencyMismatch)
		w.ok(w.take(w.spend(1, "USD")))
		w.later(24 * time.Hour)
		w.wants(w.take(w.spend(1, "USD")), fault.CurrencyMismatch)
		w.wants(w.take(w.spend(400_01, "EUR")), fault.LimitReached) // what was spent in euros in this month counts
		w.ok(w.take(w.spend(400_00, "EUR")))
	})
}

func TestConfirm(t *testing.T) {
	each(t, func(w *world) {
		state, err := w.Set(w.ctx, w.fan, limit.Wish{Confirm: money.Amount{Units: 5_00, Asset: "USD"}})
		w.ok(err)
		if state.Confirm.Units != 5_00 || state.Windows != nil || w.told() != 1 {
			t.Errorf("the state is %+v", state)
		}
		w.ok(w.take(w.spend(5_00, "USD")))
		s := w.spend(5_01, "USD")
		if f := w.want(w.take(s), fault.LimitReached); f.Data["limit"] != "confirm_above" || f.Data["cap"] != state.Confirm || f.Detail != "This costs 5.01 USD, and you want to be asked again above 5.00 USD. Confirm it and send it again; nothing was charged." {
			t.Errorf("the question is %+v", f)
		}
		s.Confirmed = true
		w.ok(w.take(s))
		yen := w.spend(1, "JPY") // nobody can say whether it is more
		w.wants(w.take(yen), fault.LimitReached)
		yen.Confirmed = true
		w.ok(w.take(yen))
		w.set(usd(20_00, 0, 0)) // a wish is all of it: nothing has to be confirmed any more
		w.ok(w.take(w.spend(6_00, "USD")))
		over := w.spend(10_00, "USD")
		over.Confirmed = true
		if f := w.want(w.take(over), fault.LimitReached); f.Data["limit"] != "day" {
			t.Errorf("a confirmation lifts a cap: %+v", f)
		}
	})
}

func TestCoolOff(t *testing.T) {
	each(t, func(w *world) {
		begun := w.clk.Now()
		cooling := func(p ...id.Person) (all map[id.Person]int64) {
			w.ok(w.d.Read(w.ctx, func(tx *db.Tx) (err error) { all, err = limit.CoolingOff(w.ctx, tx, p); return err }))
			return all
		}
		if got := cooling(w.fan); len(got) != 0 {
			t.Errorf("nobody has cooled off: %v", got)
		}
		s, err := w.CoolOff(w.ctx, w.fan, limit.CoolOffDay)
		w.ok(err)
		until := begun.Add(24 * time.Hour)
		if s.CoolUS != until.UnixMicro() || cooling(w.fan)[w.fan] != s.CoolUS || cooling("usr_other")["usr_other"] != 0 || w.told() != 1 {
			t.Errorf("the state is %+v", s)
		}
		f := w.want(w.take(w.spend(1, "USD")), fault.LimitReached)
		if f.Detail != "You chose a break until 2026-03-11 12:00 UTC, and it can not be ended early. Nothing was charged." || f.Data["limit"] != "cool_off" ||
			f.Data["ends_at"] != "2026-03-11T12:00:00Z" || f.RetryAfter != 24*time.Hour {
			t.Errorf("the refusal is %+v", f)
		}
		w.clk.Advance(time.Hour)
		for name, shorter := range map[string]func() (limit.State, error){
			"to be over":      func() (limit.State, error) { return w.CoolOffUntil(w.ctx, w.fan, w.clk.Now().Add(time.Microsecond)) },
			"a moment sooner": func() (limit.State, error) { return w.CoolOffUntil(w.ctx, w.fan, until.Add(-time.Microsecond)) },
		} {
			if _, err := shorter(); !fault.Is(err, fault.StateConflict) {
				t.Errorf("%s: %v", name, err)
			}
		}
		for name, wrong := range map[string]func() (limit.State, error){
			"now":           func() (limit.State, error) { return w.CoolOffUntil(w.ctx, w.fan, w.clk.Now()) },
			"long ago":      func() (limit.State, error) { return w.CoolOffUntil(w.ctx, w.fan, time.Time{}) },
			"for nothing":   func() (limit.State, error) { return w.CoolOff(w.ctx, w.fan, 0) },
			"for for ever":  func() (limit.State, error) { return w.CoolOff(w.ctx, w.fan, limit.MaxCoolOff+time.Microsecond) },
			"in the future": func() (limit.State, error) { return w.CoolOffUntil(w.ctx, w.fan, w.clk.Now().AddDate(300, 0, 0)) },
		} {
			if _, err := wrong(); !fault.Is(err, fault.ValidationFailed) {
				t.Errorf("%s: %v", name, err)
			}
		}
		_, err = w.CoolOffUntil(w.ctx, w.fan, until) // the same again is no change
		w.ok(err)
		if w.told() != 1 {
			t.Error("nothing changed, and it was told")
		}
		_, err = w.CoolOff(w.ctx, w.fan, limit.CoolOffWeek)
		w.ok(err)
		w.set(usd(0, 0, 1)) // other limits do not end it
		w.set(limit.Caps{})
		if _, err := w.Withdraw(w.ctx, w.fan); err != nil {
			t.Error(err)
		}
		w.clk.Advance(limit.CoolOffWeek - time.Microsecond)
		w.wants(w.take(w.spend(1, "USD")), fault.LimitReached)
		w.clk.Advance(time.Microsecond)
		w.ok(w.take(w.spend(1, "USD")))
		if s := w.of(); s.CoolUS != 0 || len(cooling(w.fan)) != 0 {
			t.Errorf("it is over: %+v", s)
		}
		_, err = w.CoolOff(w.ctx, w.fan, limit.CoolOffMonth)
		w.ok(err)
	})
}

// Many who cool off are found among many who do not.
func TestManyCoolOff(t *testing.T) {
	each(t, func(w *world) {
		for _, n := range []int{5, 31, 32, 33, 100} {
			var asked []id.Person
			var cold []id.Person
			for i := range 300 {
				p := id.Person("usr_" + strconv.Itoa(i))
				if asked = append(asked, p); i%3 == 0 && len(cold) < n {
					_, err := w.CoolOff(w.ctx, p, time.Hour)
					w.ok(err)
					cold = append(cold, p)
				}
			}
			w.ok(w.d.Read(w.ctx, func(tx *db.Tx) error {
				got, err := limit.CoolingOff(w.ctx, tx, asked)
				if len(got) != len(cold) || slices.ContainsFunc(cold, func(p id.Person) bool { return got[p] == 0 }) {
					t.Errorf("%d of %d cool off: %v", len(got), len(cold), got)
				}
				some, err2 := limit.CoolingOff(w.ctx, tx, asked[:2])
				if some["usr_0"] == 0 || some["usr_1"] != 0 || err2 != nil {
					t.Errorf("of two: %v %v", some, err2)
				}
				nobody, err2 := limit.CoolingOff(w.ctx, tx, nil)
				if nobody["usr_1"] != 0 || err2 != nil {
					t.Errorf("of nobody: %v %v", nobody, err2)
				}
				return err
			}))
			w.clk.Advance(2 * time.Hour)
		}
	})
}

// Of many at once no more pass than the cap has room for, on one clock.
func TestTakeAtOnce(t *testing.T) {
	each(t, func(w *world) {
		w.set(usd(10_00, 0, 0))
		var wait sync.WaitGroup
		verdicts := make(chan error, 50)
		for range 50 {
			s := w.spend(99, "USD")
			wait.Go(func() { verdicts <- w.take(s) })
		}
		wait.Wait()
		close(verdicts)
		passed := 0
		for err := range verdicts {
			if err == nil {
				passed++
			} else if !fault.Is(err, fault.LimitReached) {
				t.Error(err)
			}
		}
		if day := w.of().Windows[0]; passed != 10 || day.Spent != 9_90 {
			t.Errorf("%d passed, %d are spent", passed, day.Spent)
		}
	})
}

// What no product can want is our mistake, and counts nothing.
func TestNoSpend(t *testing.T) {
	each(t, func(w *world) {
		for _, s := range []limit.Spend{w.spend(0, "USD"), w.spend(-1, "USD"), w.spend(1, money.Coin), w.spend(1, ""), {Person: w.fan, Amount: money.Amount{Units: 1, Asset: "USD"}}} {
			if err := w.take(s); err == nil || fault.CodeOf(err) != "" {
				t.Errorf("%+v: %v", s, err)
			}
		}
		s := w.spend(1, "USD")
		w.ok(w.take(s))
		if err := w.take(s); err == nil {
			t.Error("one cause counts twice")
		}
	})
}

func TestVerifyBites(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		w := newWorld(t, d, clk)
		s := w.spend(1, "USD")
		w.ok(w.take(s))
		checks := limit.Checks(id.KindPurchase, id.KindPayment)
		ledgertest.Verify(t, d, checks...)
		s = w.spend(1, "USD")
		s.Cause = "xyz_1"
		w.ok(w.take(s))
		ledgertest.Names(t, d, limit.RuleCause, checks...)
	})
}

// oracle is the same in the simplest way: all that was ever taken.
type oracle struct {
	caps  limit.Caps
	taken []struct {
		at    time.Time
		units int64
		cause string
	}
}

// spent adds up what lies in the window of now, by the calendar's own words.
func (o *oracle) spent(now time.Time, span limit.Span) (n int64) {
	name := func(t time.Time) string {
		switch span {
		case limit.Day:
			return t.UTC().Format(time.DateOnly)
		case limit.Week:
			year, week := t.UTC().ISOWeek()
			return strconv.Itoa(year) + "/" + strconv.Itoa(week)
		}
		return t.UTC().Format("2006-01")
	}
	for _, s := range o.taken {
		if name(s.at) == name(now) {
			n += s.units
		}
	}
	return n
}

// TestAgainstTheOracle takes and releases at random instants.
func TestAgainstTheOracle(t *testing.T) {
	clk := clock.NewManual(dbtest.Start)
	w := newWorld(t, dbtest.SQLite(t, clk), clk)
	rapid.Check(t, func(r *rapid.T) {
		w.n++
		w.fan = id.Person("usr_" + strconv.Itoa(w.n)) // somebody new in the same world
		o := oracle{caps: usd(rapid.Int64Range(1, 20).Draw(r, "day"), rapid.Int64Range(1, 40).Draw(r, "week"), rapid.Int64Range(1, 80).Draw(r, "month"))}
		w.set(o.caps)
		for range rapid.IntRange(1, 30).Draw(r, "steps") {
			clk.Advance(time.Duration(rapid.Int64Range(0, int64(40*time.Hour)).Draw(r, "passes")).Truncate(time.Microsecond))
			if len(o.taken) > 0 && rapid.IntRange(0, 4).Draw(r, "verb") == 0 {
				i := rapid.IntRange(0, len(o.taken)-1).Draw(r, "which")
				w.release(o.taken[i].cause)
				o.taken = slices.Delete(o.taken, i, i+1)
			} else {
				s := w.spend(rapid.Int64Range(1, 25).Draw(r, "units"), "USD")
				fits := o.spent(clk.Now(), limit.Day)+s.Amount.Units <= o.caps.Day && o.spent(clk.Now(), limit.Week)+s.Amount.Units <= o.caps.Week && o.spent(clk.Now(), limit.Month)+s.Amount.Units <= o.caps.Month
				switch err := w.take(s); {
				case fits != (err == nil), err != nil && !fault.Is(err, fault.LimitReached):
					r.Fatalf("%d at %s: fits %t, %v", s.Amount.Units, clk.Now(), fits, err)
				case fits:
					o.taken = append(o.taken, struct {
						at    time.Time
						units int64
						cause string
					}{clk.Now(), s.Amount.Units, s.Cause})
				}
			}
			for _, window := range w.of().Windows {
				if want := o.spent(clk.Now(), window.Span); window.Spent != want {
					r.Fatalf("%s: %d spent, want %d", window.Span, window.Spent, want)
				}
			}
		}
	})
}
