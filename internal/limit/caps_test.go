package limit_test

import (
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/money"
)

// at parses an instant.
func at(t testing.TB, text string) time.Time {
	t.Helper()
	when, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return when
}

// The windows are those of the calendar in UTC, whatever zone the clock shows.
func TestWindows(t *testing.T) {
	zone := time.FixedZone("east", 9*3600)
	for now, resets := range map[string][3]string{
		"2026-03-01T00:00:00Z":        {"2026-03-02", "2026-03-02", "2026-04-01"}, // a Sunday
		"2026-03-01T23:59:59.999999Z": {"2026-03-02", "2026-03-02", "2026-04-01"},
		"2026-03-02T00:00:00Z":        {"2026-03-03", "2026-03-09", "2026-04-01"}, // a Monday
		"2026-12-31T12:00:00Z":        {"2027-01-01", "2027-01-04", "2027-01-01"}, // week 53
		"2027-01-03T12:00:00Z":        {"2027-01-04", "2027-01-04", "2027-02-01"},
		"2028-02-29T12:00:00Z":        {"2028-03-01", "2028-03-06", "2028-03-01"},
		"2026-03-02T08:59:59+09:00":   {"2026-03-02", "2026-03-02", "2026-04-01"}, // Sunday in UTC
	} {
		clk := clock.NewManual(at(t, now).In(zone))
		w := newWorld(t, dbtest.SQLite(t, clk), clk)
		for i, got := range w.set(usd(1, 2, 3)).Windows {
			if want := at(t, resets[i]+"T00:00:00Z").UnixMicro(); got.ResetsUS != want || got.Span != limit.Spans[i] || got.Cap != int64(i+1) || got.Spent != 0 {
				t.Errorf("%s: %+v, which begins anew at %s, want %s", now, got, time.UnixMicro(got.ResetsUS).UTC(), resets[i])
			}
		}
	}
}

// What is lower or new holds at once, what is looser a day later.
func TestSet(t *testing.T) {
	none := limit.Caps{}
	eur := limit.Caps{Asset: "EUR", Day: 5_00}
	for name, c := range map[string]struct {
		before, wish limit.Caps
		now          limit.Caps
		pending      bool
	}{
		"the first":                  {none, usd(10_00, 0, 0), usd(10_00, 0, 0), false},
		"nothing":                    {none, none, none, false},
		"the same":                   {usd(10_00, 20_00, 30_00), usd(10_00, 20_00, 30_00), usd(10_00, 20_00, 30_00), false},
		"lower":                      {usd(10_00, 20_00, 30_00), usd(9_99, 1, 29_99), usd(9_99, 1, 29_99), false},
		"one more":                   {usd(10_00, 0, 0), usd(10_00, 0, 30_00), usd(10_00, 0, 30_00), false},
		"higher":                     {usd(10_00, 0, 0), usd(10_01, 0, 0), usd(10_00, 0, 0), true},
		"one gone":                   {usd(10_00, 20_00, 0), usd(10_00, 0, 0), usd(10_00, 20_00, 0), true},
		"all gone":                   {usd(10_00, 20_00, 0), none, usd(10_00, 20_00, 0), true},
		"lower and higher":           {usd(10_00, 20_00, 0), usd(5_00, 25_00, 0), usd(5_00, 20_00, 0), true},
		"new and gone":               {usd(10_00, 0, 0), usd(0, 0, 30_00), usd(10_00, 0, 30_00), true},
		"another currency":           {usd(10_00, 0, 0), eur, usd(10_00, 0, 0), true},
		"another currency and lower": {usd(10_00, 0, 0), limit.Caps{Asset: "EUR", Day: 1}, usd(10_00, 0, 0), true},
	} {
		t.Run(name, func(t *testing.T) {
			clk := clock.NewManual(dbtest.Start)
			w := newWorld(t, dbtest.SQLite(t, clk), clk)
			w.set(c.before)
			s := w.set(c.wish)
			if s.Caps != c.now || (s.Pending != nil) != c.pending {
				t.Fatalf("the caps are %+v, pending %+v; want %+v, %t", s.Caps, s.Pending, c.now, c.pending)
			}
			if c.pending && (s.Pending.Caps != c.wish || s.Pending.FromUS != clk.Now().Add(limit.Patience).UnixMicro()) {
				t.Errorf("pending is %+v", s.Pending)
			}
			if again := w.set(c.wish); c.pending && (again.Pending == nil || *again.Pending != *s.Pending || again.Caps != s.Caps) {
				t.Errorf("the same wish again: %+v", again.Pending)
			}
			clk.Advance(limit.Patience - time.Microsecond)
			if s := w.of(); s.Caps != c.now {
				t.Errorf("a moment too early: %+v", s.Caps)
			}
			clk.Advance(time.Microsecond)
			if s := w.of(); s.Caps != c.wish || s.Pending != nil { // without anybody having written it
				t.Errorf("a day later: %+v, pending %+v", s.Caps, s.Pending)
			}
		})
	}
}

func TestPending(t *testing.T) {
	each(t, func(w *world) {
		w.set(usd(10_00, 0, 0))
		first := w.set(usd(50_00, 0, 0)).Pending.FromUS
		w.later(time.Hour)
		if s := w.set(usd(40_00, 0, 100_00)); s.Pending == nil || s.Pending.FromUS != first || s.Caps != usd(10_00, 0, 100_00) {
			t.Errorf("less than what is pending waits anew: %+v %+v", s.Caps, s.Pending)
		}
		later := w.set(usd(60_00, 0, 100_00))
		if later.Pending.FromUS != first+time.Hour.Microseconds() {
			t.Errorf("more than what is pending does not wait: %+v", later.Pending)
		}
		s, err := w.Withdraw(w.ctx, w.fan)
		w.ok(err)
		if s.Pending != nil || s.Caps != usd(10_00, 0, 100_00) {
			t.Errorf("withdrawn: %+v", s)
		}
		told := w.told()
		w.later(48 * time.Hour)
		if s := w.of(); s.Caps != usd(10_00, 0, 100_00) || w.told() != told {
			t.Errorf("what was withdrawn holds: %+v", s)
		}
		w.set(limit.Caps{})
		if s := w.set(usd(10_00, 0, 100_00)); s.Pending != nil { // the caps that hold withdraw what is pending
			t.Errorf("pending: %+v", s.Pending)
		}
		w.set(limit.Caps{})
		told = w.told()
		w.later(24 * time.Hour)
		if s := w.of(); !s.Caps.None() || s.Pending != nil || w.told() != told+1 {
			t.Errorf("removed: %+v, told %d times after %d", s, w.told(), told)
		}
		w.later(24 * time.Hour)
		if w.told() != told+1 {
			t.Error("the same was told twice")
		}
	})
}

// A clock that steps back has the due work wait again, and the caps with it.
func TestClockStepsBack(t *testing.T) {
	each(t, func(w *world) {
		w.set(usd(10_00, 0, 0))
		w.set(usd(20_00, 0, 0))
		w.clk.Advance(25 * time.Hour)
		w.clk.Advance(-3 * time.Hour)
		if s := w.of(); s.Caps != usd(10_00, 0, 0) || s.Pending == nil {
			t.Errorf("before the instant again: %+v", s)
		}
		w.ok(w.d.Write(w.ctx, func(tx *db.Tx) error {
			next, err := limit.RunApply(w.ctx, tx, w.fan)
			if next != w.clk.Now().Add(2*time.Hour).UnixMicro() {
				t.Errorf("it is looked at again at %s", time.UnixMicro(next))
			}
			return err
		}))
		w.later(3 * time.Hour)
		if s := w.of(); s.Caps != usd(20_00, 0, 0) {
			t.Errorf("in the end: %+v", s)
		}
	})
}

func TestRefusedWishes(t *testing.T) {
	each(t, func(w *world) {
		before := w.set(usd(10_00, 0, 0))
		told := w.told()
		for name, c := range map[string]struct {
			wish limit.Wish
			code fault.Code
		}{
			"no currency":       {limit.Wish{Caps: limit.Caps{Day: 1}}, fault.CurrencyUnsupported},
			"coins":             {limit.Wish{Caps: limit.Caps{Asset: money.Coin, Day: 1}}, fault.CurrencyUnsupported},
			"small letters":     {limit.Wish{Caps: limit.Caps{Asset: "usd", Day: 1}}, fault.CurrencyUnsupported},
			"below zero":        {limit.Wish{Caps: usd(-1, 0, 0)}, fault.AmountOutOfRange},
			"too much":          {limit.Wish{Caps: usd(0, money.Max+1, 0)}, fault.AmountOutOfRange},
			"both":              {limit.Wish{Caps: limit.Caps{Asset: "x", Month: -1}}, fault.ValidationFailed},
			"confirm no money":  {limit.Wish{Confirm: money.Amount{Units: 1}}, fault.CurrencyUnsupported},
			"confirm coins":     {limit.Wish{Confirm: money.Amount{Units: 1, Asset: money.Coin}}, fault.CurrencyUnsupported},
			"confirm below 0":   {limit.Wish{Confirm: money.Amount{Units: -1, Asset: "USD"}}, fault.AmountOutOfRange},
			"confirm above all": {limit.Wish{Confirm: money.Amount{Units: money.Max + 1, Asset: "USD"}}, fault.AmountOutOfRange},
		} {
			_, err := w.Set(w.ctx, w.fan, c.wish)
			if f := w.want(err, c.code); f.Detail == "" || len(f.Fields) == 0 {
				t.Errorf("%s: %+v", name, f)
			}
		}
		if s := w.of(); s.Caps != before.Caps || s.Pending != nil || s.Confirm != (money.Amount{}) || w.told() != told {
			t.Errorf("a refused wish changed something: %+v", s)
		}
	})
}

// TestPatienceHolds makes wishes at random: a cap that has become looser was
// wished for like that, or looser still and in its currency, through all of the
// day before.
func TestPatienceHolds(t *testing.T) {
	clk := clock.NewManual(dbtest.Start)
	w := newWorld(t, dbtest.SQLite(t, clk), clk)
	rapid.Check(t, func(r *rapid.T) {
		w.n++
		w.fan = id.Person("usr_" + strconv.Itoa(w.n)) // somebody new in the same world
		type standing struct {
			from time.Time
			wish limit.Caps
		}
		wishes := []standing{{time.Time{}, limit.Caps{}}}
		before := limit.Caps{}
		unit := rapid.SampledFrom([]int64{0, 1, 2, 3})
		for range rapid.IntRange(1, 30).Draw(r, "steps") {
			switch rapid.IntRange(0, 4).Draw(r, "step") {
			case 0, 1:
				wish := limit.Caps{Asset: rapid.SampledFrom([]money.Asset{"USD", "USD", "USD", "EUR"}).Draw(r, "asset"), Day: unit.Draw(r, "day"), Week: unit.Draw(r, "week"), Month: unit.Draw(r, "month")}
				if wish.Day+wish.Week+wish.Month == 0 {
					wish.Asset = ""
				}
				w.set(wish)
				wishes = append(wishes, standing{clk.Now(), wish})
			case 2:
				s, err := w.Withdraw(w.ctx, w.fan)
				w.ok(err)
				wishes = append(wishes, standing{clk.Now(), s.Caps})
			default:
				hours := time.Duration(rapid.IntRange(1, 12).Draw(r, "hours"))
				for range hours {
					clk.Advance(time.Hour)
					before = checkPatience(r, before, w.of().Caps, func(visit func(limit.Caps)) {
						for i, s := range wishes { // those that stood at some time of the last day
							if i+1 == len(wishes) || wishes[i+1].from.After(clk.Now().Add(-limit.Patience)) {
								visit(s.wish)
							}
						}
					})
				}
			}
			before = checkPatience(r, before, w.of().Caps, func(func(limit.Caps)) {
				r.Fatalf("caps became looser without time: %+v after %+v", w.of().Caps, before)
			})
		}
	})
}

// checkPatience compares caps with those before, and has each wish of the day
// looked at if one became looser.
func checkPatience(r *rapid.T, before, now limit.Caps, each func(visit func(limit.Caps))) limit.Caps {
	looser := func(a, b int64) bool { return b != 0 && (a == 0 || a > b) }
	if before.None() || now == before {
		return now
	}
	if now.Asset == before.Asset && !looser(now.Day, before.Day) && !looser(now.Week, before.Week) && !looser(now.Month, before.Month) {
		return now
	}
	each(func(wish limit.Caps) {
		if wish.None() {
			return // looser than anything
		}
		if wish.Asset != now.Asset || looser(now.Day, wish.Day) || looser(now.Week, wish.Week) || looser(now.Month, wish.Month) {
			r.Fatalf("the caps became %+v after %+v, and within the day the wish was %+v", now, before, wish)
		}
	})
	return now
}
