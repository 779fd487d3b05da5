package app

import (
	"context"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payout"
)

// lastDay is the last day that every month has.
const lastDay = 28

// readPayouts reads the calendar and the limits of payouts: those of the file,
// or those that ship with the program.
func (p *preset) readPayouts(t *table) {
	if len(t.values) == 0 {
		t = shippedTable("payouts")
		delete(t.values, "agree") // which goes by the rates of the file
	}
	r := &p.Payouts
	r.NoticeDay, r.PayDay = t.whole("notice_day", 1, lastDay), t.whole("pay_day", 1, lastDay)
	if r.PayDay <= r.NoticeDay && r.NoticeDay > 0 {
		t.blame("pay_day", "%d is not after the day of the notice, %d", r.PayDay, r.NoticeDay)
	}
	r.Monthly, r.Agree = t.whole("monthly", 0, mostUnits), t.agree(p.Card.DailyCap)
	sources := t.sub("sources")
	for _, name := range sources.keys() {
		source, calendar := earnings.Source(name), payout.Calendar(sources.text(name, "request or monthly"))
		if !slices.Contains(earnings.Sources, source) {
			sources.blame(name, "nothing is earned from a source with this name")
		}
		if calendar != payout.OnRequest && calendar != payout.Monthly {
			sources.blame(name, "%q is not what is wanted; write request or monthly", string(calendar))
		}
		r.Sources = append(r.Sources, payout.SourceRule{Source: source, Calendar: calendar})
	}
	sources.done()
	limits := t.sub("limits")
	for _, name := range limits.keys() {
		one := limits.sub(name)
		l := payout.Limit{Asset: money.Asset(name), DailyCap: one.whole("daily_cap", 1, mostUnits), Minimum: one.whole("minimum", 0, mostUnits), Monthly: one.whole("monthly", 0, mostUnits)}
		l.Agree = one.agree(l.DailyCap)
		switch {
		case !l.Asset.IsCurrency():
			limits.blame(name, "this is no currency; write three large letters, such as EUR")
		case l.Asset == p.Card.PayAsset:
			limits.blame(name, "the limits of this currency are those of the rates")
		case l.Minimum > l.DailyCap || l.Monthly < l.Minimum:
			limits.blame(name, "the minimum is at most the daily cap, and the month's at least the minimum")
		}
		one.done()
		r.Limits = append(r.Limits, l)
	}
	limits.done()
	t.done()
	slices.SortFunc(r.Limits, func(a, b payout.Limit) int { return strings.Compare(string(a.Asset), string(b.Asset)) })
}

// agree reads above what two operators release a payout. A file of before there was
// such an amount says nothing, and its version has half of the daily cap since then.
func (t *table) agree(dailyCap int64) int64 {
	if _, there := t.value("agree"); !there {
		return dailyCap / 2
	}
	return t.whole("agree", 0, mostUnits)
}

// shippedTable is one of presets/current.toml, which a test reads.
func shippedTable(name string) *table {
	var values map[string]any
	text, err := presetFiles.ReadFile("presets/current.toml")
	if err == nil {
		_, err = toml.Decode(string(text), &values)
	}
	s := &sheet{}
	if err != nil {
		s.blame(name, "the rules that ship with the program can not be read: %v", err)
	}
	return s.table("", values).sub(name)
}

// payouts returns the rules of payouts with the version and the start.
func (p *preset) payouts() payout.Rules {
	r := p.Payouts
	r.Version, r.FromUS = p.Version, p.From.UnixMicro()
	r.Limits = slices.Clone(r.Limits)
	for i := range r.Limits {
		r.Limits[i].Rule = p.Version
	}
	return r
}

// samePayouts reports whether the version is installed with these rules of
// payouts.
func (p *preset) samePayouts(ctx context.Context, tx *db.Tx) (bool, error) {
	there, err := payout.RulesOf(ctx, tx, p.Version)
	want := p.payouts()
	return there.Version == want.Version && there.FromUS == want.FromUS && there.NoticeDay == want.NoticeDay && there.PayDay == want.PayDay && there.Monthly == want.Monthly && there.Agree == want.Agree &&
		slices.Equal(there.Limits, want.Limits) && slices.Equal(there.Sources, want.Sources), err
}
