package web

import (
	"fmt"
	"strconv"
	"strings"
)

// Charts are drawn here, as pictures of vectors inside the page: they need no
// script, follow the theme, and stand beside the table of the same numbers.

// bar is one period of a chart of stacked bars.
type bar struct {
	Label  string
	Full   string // the label in full, for who points at it
	Href   string // of the rows that it adds up
	Parts  []int64
	Before int64 // the same period before, 0 for none
}

// barChart is income by period and source.
type barChart struct {
	Title  string
	Series []string // names of the parts
	Bars   []bar
	Write  func(int64) string // writes an amount

	wide, high int // its size in its own units; the page scales it
}

// The room around the bars of a chart.
const (
	chartLeft  = 8
	chartBelow = 22
	chartAbove = 16
)

// sizes are the chart as it is drawn on a wide screen and on a phone: letters
// keep their size in both.
func (c barChart) sizes() []barChart {
	wide, slim := c, c
	wide.wide, wide.high = 900, 240
	slim.wide, slim.high = 340, 190
	return []barChart{wide, slim}
}

func (c barChart) class() string {
	if c.wide > 500 {
		return "chart wide"
	}
	return "chart slim"
}

// top is the largest number of the chart, rounded up to one that reads well.
func (c barChart) top() int64 {
	var most int64
	for _, b := range c.Bars {
		most = max(most, b.sum(), b.Before)
	}
	return roundUp(most)
}

func (b bar) sum() (n int64) {
	for _, p := range b.Parts {
		n += p
	}
	return n
}

// roundUp returns a number that is not less and that reads well: 1, 1.2, 1.5,
// 2, 2.5, 3, 4, 5, 6 or 8 times a power of ten.
func roundUp(n int64) int64 {
	for step := int64(1); step < 1<<58; step *= 10 {
		for _, times := range []int64{10, 12, 15, 20, 25, 30, 40, 50, 60, 80} {
			if round := step * times / 10; round >= n && step*times%10 == 0 {
				return round
			}
		}
	}
	return n
}

// rect is a piece of a bar.
type rect struct{ X, Y, W, H, Class string }

func units(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }

// slot is how wide one period is.
func (c barChart) slot() float64 {
	return float64(c.wide-2*chartLeft) / float64(max(1, len(c.Bars)))
}

// y is where an amount ends, from above.
func (c barChart) y(n int64) float64 {
	return chartAbove + float64(c.high-chartAbove-chartBelow)*(1-float64(n)/float64(max(1, c.top())))
}

// rects draws bar i from below upwards. A part that is not nothing is seen.
func (c barChart) rects(i int) (all []rect) {
	w := min(c.slot()*0.66, 44)
	x := chartLeft + c.slot()*(float64(i)+0.5) - w/2
	var below int64
	for s, n := range c.Bars[i].Parts {
		if n <= 0 {
			continue
		}
		y0, y1 := c.y(below), c.y(below+n)
		h := max(y0-y1-0.8, 1.2)
		all = append(all, rect{units(x), units(y0 - h), units(w), units(h), "s" + strconv.Itoa(s%8+1)})
		below += n
	}
	return all
}

// ghost draws what the same period before was.
func (c barChart) ghost(i int) rect {
	w := min(c.slot()*0.66, 44) + 6
	x := chartLeft + c.slot()*(float64(i)+0.5) - w/2
	y := c.y(c.Bars[i].Before)
	return rect{units(x), units(y), units(w), units(float64(c.high-chartBelow) - y), "ghost"}
}

// reach is where bar i can be pressed: the whole height of its period, however
// little there is to see.
func (c barChart) reach(i int) rect {
	return rect{units(chartLeft + c.slot()*float64(i)), units(chartAbove), units(c.slot()), units(float64(c.high - chartAbove)), "reach"}
}

// labelled reports whether there is room for the label of bar i.
func (c barChart) labelled(i int) bool {
	room := c.wide / 44 // letters of one label
	every := (len(c.Bars) + room - 1) / room
	return (len(c.Bars)-1-i)%every == 0
}

func (c barChart) middle(i int) string { return units(chartLeft + c.slot()*(float64(i)+0.5)) }

// lines are the heights that the chart names: all, half.
func (c barChart) lines() []int64 { return []int64{c.top(), c.top() / 2} }

// told is the chart in words: one line for each period.
func (c barChart) told(i int) string {
	parts := []string{c.Bars[i].Full + ": " + c.Write(c.Bars[i].sum())}
	for s, n := range c.Bars[i].Parts {
		if n > 0 {
			parts = append(parts, c.Series[s]+" "+c.Write(n))
		}
	}
	return strings.Join(parts, ", ")
}

// linePath draws numbers as a line from left to right in a box of 100 by 30,
// and the area under it.
func linePath(points []int64) (line, area string) {
	var most int64 = 1
	for _, p := range points {
		most = max(most, p)
	}
	var b strings.Builder
	for i, p := range points {
		x := 100 * float64(i) / float64(max(1, len(points)-1))
		fmt.Fprintf(&b, "%s%s %s", map[bool]string{true: "M", false: " L"}[i == 0], units(x), units(28-26*float64(max(0, p))/float64(most)))
	}
	return b.String(), b.String() + " L100 30 L0 30 Z"
}

// slice is one part of a ring.
type slice struct {
	Text  string
	Value int64
	Shown string
	Href  string
}

// ringRound is the circumference of a ring of radius 15.9155.
const ringRound = 100

// ring places the slices around the ring: how long each is, and where it
// begins, in percent.
func ring(all []slice) (dash, offset []string) {
	var whole int64
	for _, s := range all {
		whole += max(0, s.Value)
	}
	at := 25.0 // twelve o'clock
	for _, s := range all {
		part := 100 * float64(max(0, s.Value)) / float64(max(1, whole))
		gap := 0.0
		if len(all) > 1 && part > 2 {
			gap = 0.6
		}
		dash = append(dash, units(part-gap)+" "+units(ringRound-part+gap))
		offset = append(offset, units(at))
		at -= part
	}
	return dash, offset
}
