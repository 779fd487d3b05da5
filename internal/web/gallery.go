package web

import "github.com/ovationhq/ovation/internal/money"

// galleryPage shows every part that pages are made of, in each of its states:
// to look at a change of one in all its uses, and to choose from. It stands in
// the sandbox alone.
func galleryPage(v *visit) error { return v.show(200, galleryView(v, v.sampleBars())) }

// sampleBars is a chart with every case: a full bar, a small part, a bar of
// one source, an empty day, more than before and less.
func (v *visit) sampleBars() barChart {
	c := barChart{Title: v.T("ui.chart"), Series: []string{v.T("ui.source_1"), v.T("ui.source_2"), v.T("ui.source_3")},
		Write: func(n int64) string { return v.amount(money.Amount{Units: n, Asset: "USD"}) }}
	for i, parts := range [][]int64{{4200, 1800, 900}, {5200, 20, 0}, {0, 0, 2600}, {0, 0, 0}, {3900, 2100, 1400}, {6100, 2500, 800}, {7400, 1900, 1200}} {
		b := bar{Label: numeral(int64(i + 1)), Full: v.T("ui.day", i+1), Parts: parts, Before: []int64{5200, 4100, 3000, 2800, 6900, 7100, 6000}[i]}
		if i%2 == 0 {
			b.Href = "#charts"
		}
		c.Bars = append(c.Bars, b)
	}
	return c
}

// sampleSlices are parts of a whole.
func (v *visit) sampleSlices() []slice {
	var all []slice
	for i, n := range []int64{5200, 2600, 1400, 300} {
		all = append(all, slice{Text: v.T("ui.part", i+1), Value: n, Shown: v.amount(money.Amount{Units: n, Asset: "USD"})})
	}
	return all
}

// sampleTiles are figures in every form.
func (v *visit) sampleTiles() []tile {
	usd := func(n int64) string { return v.amount(money.Amount{Units: n, Asset: "USD"}) }
	return []tile{
		{Label: v.T("ui.tile"), Value: usd(124_350), Note: v.T("ui.note"), Trend: v.trendOf(new(int64(13)), v.T("ui.before")), Points: []int64{3, 5, 4, 8, 7, 9, 12}},
		{Label: v.T("ui.tile_less"), Value: usd(8_210), Href: "#tiles", Trend: v.trendOf(new(int64(-32)), v.T("ui.before"))},
		{Label: v.T("ui.tile_none"), Value: usd(0), Note: v.T("ui.note_none")},
		{Label: v.T("ui.tile_light"), Value: v.T("ui.light_good"), Light: "good", Note: v.T("as_of", v.when(v.shown()))},
		{Label: v.T("ui.tile_light"), Value: v.T("ui.light_wait"), Light: "wait"},
		{Label: v.T("ui.tile_light"), Value: v.T("ui.light_bad"), Light: "bad"},
	}
}
