package limit

import (
	"time"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/money"
)

// Caps are the most that a person spends in a day, a week and a month, in
// smallest units of one currency; 0 is no cap. Without any the currency is "".
type Caps struct {
	Asset            money.Asset
	Day, Week, Month int64
}

// None reports that there is no cap.
func (c Caps) None() bool { return c.Asset == "" }

// Patience is how long looser caps wait until they hold.
const Patience = 24 * time.Hour

// check refuses caps that can not be.
func (c *Caps) check() error {
	var fields fault.Fields
	if c.Day == 0 && c.Week == 0 && c.Month == 0 {
		c.Asset = ""
		return nil
	}
	if !c.Asset.IsCurrency() {
		fields.Add("/currency", fault.Wrong(fault.CurrencyUnsupported, "Name the currency of your limits by its code of three capital letters (ISO 4217), such as USD."))
	}
	for _, f := range []struct {
		pointer string
		units   int64
	}{{"/day", c.Day}, {"/week", c.Week}, {"/month", c.Month}} {
		if f.units < 0 || f.units > money.Max {
			fields.Add(f.pointer, fault.Wrong(fault.AmountOutOfRange, "A limit is from 1 to %d in the smallest unit of its currency, or left out for none.", int64(money.Max)))
		}
	}
	return fields.Err()
}

// tighter returns the caps of both that hold before the wish does: each of the
// lower ones. A wish in another currency changes nothing for now, unless there
// is no cap yet.
func (c Caps) tighter(wish Caps) Caps {
	switch {
	case c.None():
		return wish
	case wish.Asset != c.Asset:
		return c
	}
	return Caps{c.Asset, lower(c.Day, wish.Day), lower(c.Week, wish.Week), lower(c.Month, wish.Month)}
}

// lower returns the lower of two caps, of which 0 is none.
func lower(a, b int64) int64 {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	return min(a, b)
}

// within reports whether the wish allows nowhere more than these caps do.
func (c Caps) within(wish Caps) bool {
	return c.None() || wish.Asset == c.Asset && c.tighter(wish) == wish
}

// Span is a window of the calendar.
type Span string

// The windows.
const (
	Day   Span = "day"
	Week  Span = "week"
	Month Span = "month"
)

// Spans are all windows, the shortest first.
var Spans = []Span{Day, Week, Month}

// of returns the cap of the window, 0 for none.
func (c Caps) of(s Span) int64 {
	switch s {
	case Day:
		return c.Day
	case Week:
		return c.Week
	}
	return c.Month
}

// around returns the window in which the instant lies: from from on, until and
// without to, in UTC.
func (s Span) around(at time.Time) (from, to time.Time) {
	year, month, day := at.UTC().Date()
	midnight := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	switch s {
	case Day:
		return midnight, midnight.AddDate(0, 0, 1)
	case Week:
		monday := midnight.AddDate(0, 0, -(int(midnight.Weekday())+6)%7)
		return monday, monday.AddDate(0, 0, 7)
	}
	first := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
	return first, first.AddDate(0, 1, 0)
}

// Window is a window with what is spent in it.
type Window struct {
	Span     Span
	Cap      int64 // 0 for none
	Spent    int64 // taken and not released
	ResetsUS int64 // when the next window begins
}

// Left is what can still be spent in the window, where it has a cap.
func (w Window) Left() int64 { return max(0, w.Cap-w.Spent) }

// reached returns the window that has no room for so much more: the one that
// has room again last, because until then the same would be refused.
func reached(windows []Window, units int64) (full Window, found bool) {
	for _, w := range windows {
		if w.Cap > 0 && units > w.Left() && w.ResetsUS > full.ResetsUS {
			full, found = w, true
		}
	}
	return full, found
}
