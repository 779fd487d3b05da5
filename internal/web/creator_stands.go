package web

import (
	"slices"
	"strings"

	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/report"
)

// moneyPiece is a part of a creator's money, by where it is.
type moneyPiece struct {
	Text, Shown, Href string
	Class             string // its colour
	X, Width          string // in a bar that is 100 wide; no width for nothing
}

// stands says where a creator's money is; nothing for who never had any.
func (v *visit) stands(c *report.CurrencyIncome) (all []moneyPiece) {
	s := c.Stands
	if s == (report.Stands{}) {
		return nil
	}
	at := 0.0
	whole := s.Pending + s.Available + s.Scheduled + s.Held + s.Sent + s.Paid
	for _, p := range []struct {
		units             int64
		words, class, way string
	}{
		{s.Pending, "earnings.pending", "p1", "/c/earnings?" + query("state", string(earnings.Pending), "group", "day")},
		{s.Available, "earnings.available", "p2", "/c/payouts#left"},
		{s.Scheduled, "stands.scheduled", "p3", "/c/payouts#payouts"},
		{s.Held, "stands.held", "p4", "/c/payouts#payouts"},
		{s.Sent, "stands.sent", "p5", "/c/payouts#payouts"},
		{s.Paid, "stands.paid", "p6", "/c/payouts?" + query("state", "paid")},
	} {
		piece := moneyPiece{Text: v.T(p.words), Shown: v.money(p.units, c.Asset), Href: p.way, Class: p.class}
		if p.units > 0 {
			width := 100 * float64(p.units) / float64(whole)
			piece.X, piece.Width = units(at), units(max(0.4, width-0.3))
			at += width
		}
		all = append(all, piece)
	}
	return all
}

// groupKey is the key of what a row stands for.
func (x *explorer) groupKey() string {
	for _, g := range groupWords {
		if g.group == x.Group {
			return g.words
		}
	}
	return "group.day"
}

// targetName is what the target of the filter is called.
func (x *explorer) targetName() string {
	if t, ok := x.Targets[x.Target]; ok {
		return t.Title
	}
	return x.Target
}

// fanName is how the fan of the filter is called.
func (x *explorer) fanName() string {
	if p, ok := x.People[x.Fan]; ok {
		return nameOf(p)
	}
	return string(x.Fan)
}

// giftTimes is a gift with how many of it.
func (v *visit) giftTimes(row *report.EarnedRow) string {
	text := v.giftName(row.Item)
	if row.Sum.Gifts > 1 {
		text += " × " + v.number(row.Sum.Gifts)
	}
	return text
}

// handleOf is a person's handle, or nothing.
func handleOf(p people.Brief) string {
	if p.Handle == "" || strings.TrimSpace(p.Name) == "" {
		return ""
	}
	return "@" + p.Handle
}

// joined writes those of the words that there are beside each other.
func joined(words ...string) string {
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " · ")
}
