package web

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/policy"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/reversal"
	"github.com/ovationhq/ovation/internal/tip"
)

// begin fills the form with what holds now.
func (d *moneyDraft) begin(v *visit) error {
	read := v.site.cfg.Reader
	card, err := report.Ask(v, read, earnings.Rates)
	if err != nil {
		return err
	}
	d.Asset = card.PayAsset
	switch d.Set {
	case report.TipRules:
		rules, err := report.Ask(v, read, tip.Rules)
		d.fromTips(rules)
		return err
	case report.RefundRules:
		rules, err := report.Ask(v, read, reversal.RulesInForce)
		for _, r := range rules {
			d.row("region", cmp.Or(r.Region, "*"), "refund_days", numeral(r.Days), "agree", r.Agree.Decimal(), "asset", string(r.Agree.Asset))
		}
		return err
	case report.PayoutRules:
		rules, err := report.Ask(v, read, payout.RulesInForce)
		d.fromPayouts(&rules)
		return err
	}
	p, err := report.Ask(v, read, limit.PacingInForce)
	d.Head = []moneyField{{"within_hours", numeral(p.Hours)}, {"new_account_days", numeral(p.NewAccountDays)}}
	for _, c := range p.Currencies {
		d.row("asset", string(c.Asset), "most", decimalOf(c.Most, c.Asset), "new_account", decimalOf(c.NewAccount, c.Asset))
	}
	return err
}

// row adds a row of what holds.
func (d *moneyDraft) row(cells ...string) {
	r := moneyRow{Known: true, In: true, At: -1, Cells: map[string]string{}}
	for i := 0; i < len(cells); i += 2 {
		r.Cells[cells[i]] = cells[i+1]
	}
	d.Rows = append(d.Rows, r)
}

func (d *moneyDraft) fromTips(rules []tip.Rule) {
	d.Head = []moneyField{{"tips_a_day", ""}}
	for _, r := range rules {
		d.Head[0].Value = numeral(r.DayTips)
		offered := make([]string, len(r.Presets))
		for i, p := range r.Presets {
			offered[i] = decimalOf(p, r.Asset)
		}
		d.row("asset", string(r.Asset), "presets", strings.Join(offered, " "), "least", decimalOf(r.Min, r.Asset), "most", decimalOf(r.Max, r.Asset), "day", decimalOf(r.DayUnits, r.Asset),
			"fee_percent", report.Percent(r.FeePPM), "fee_fixed", decimalOf(r.FeeFixed, r.Asset))
	}
}

func (d *moneyDraft) fromPayouts(r *payout.Rules) {
	d.Head = []moneyField{{"notice_day", numeral(r.NoticeDay)}, {"pay_day", numeral(r.PayDay)}, {"monthly", decimalOf(r.Monthly, d.Asset)}, {"agree", decimalOf(r.Agree, d.Asset)}}
	for _, s := range earnings.Sources {
		d.Head = append(d.Head, moneyField{paidBy + string(s), string(calendarOf(r, s))})
	}
	for _, l := range r.Limits {
		d.row("asset", string(l.Asset), "daily_cap", decimalOf(l.DailyCap, l.Asset), "minimum", decimalOf(l.Minimum, l.Asset), "monthly", decimalOf(l.Monthly, l.Asset), "agree", decimalOf(l.Agree, l.Asset))
	}
}

// content is the version as it was written, and what it says as the page tells it.
func (d *moneyDraft) content() (policy.Content, []report.RuleEntry, error) {
	t := &typed{}
	var c policy.Content
	var entries []report.RuleEntry
	switch d.Set {
	case report.TipRules:
		c, entries = d.tips(t)
	case report.RefundRules:
		c, entries = d.refunds(t)
	case report.PayoutRules:
		c, entries = d.payouts(t)
	default:
		c, entries = d.velocity(t)
	}
	return c, entries, t.wrong.Err()
}

func (d *moneyDraft) tips(t *typed) (all tip.Ruleset, told []report.RuleEntry) {
	daily := t.whole("/tips_a_day", d.head("tips_a_day"))
	for _, r := range d.in() {
		a := r.asset()
		amount := func(name string) int64 { return t.amount(d.at(r, name), r.Cells[name], a) }
		rule := tip.Rule{Asset: a, Presets: t.amounts(d.at(r, "presets"), r.Cells["presets"], a), Min: amount("least"), Max: amount("most"), DayUnits: amount("day"), DayTips: daily,
			FeePPM: t.percent(d.at(r, "fee_percent"), r.Cells["fee_percent"]), FeeFixed: amount("fee_fixed")}
		all, told = append(all, rule), append(told, report.TipEntry(rule.Asset, rule.Presets, rule.Min, rule.Max, rule.DayUnits, rule.DayTips, rule.FeePPM, rule.FeeFixed))
	}
	return all, told
}

func (d *moneyDraft) refunds(t *typed) (all reversal.Ruleset, told []report.RuleEntry) {
	for _, r := range d.in() {
		asset := cmp.Or(r.asset(), d.Asset)
		rule := reversal.Rule{Region: strings.ToUpper(strings.TrimSpace(r.Cells["region"])), Days: t.whole(d.at(r, "refund_days"), r.Cells["refund_days"]),
			Agree: money.Amount{Units: t.amount(d.at(r, "agree"), r.Cells["agree"], asset), Asset: asset}}
		switch rule.Region {
		case "*":
			rule.Region = ""
		case "":
			rule.Region = "?" // which is none, and is told so
		}
		all, told = append(all, rule), append(told, report.RefundEntry(rule.Region, rule.Days, rule.Agree))
	}
	return all, told
}

func (d *moneyDraft) payouts(t *typed) (*payout.Rules, []report.RuleEntry) {
	x := &payout.Rules{NoticeDay: t.whole("/notice_day", d.head("notice_day")), PayDay: t.whole("/pay_day", d.head("pay_day")), Monthly: t.amount("/monthly", d.head("monthly"), d.Asset), Agree: t.amount("/agree", d.head("agree"), d.Asset)}
	told := []report.RuleEntry{report.CalendarEntry(x.NoticeDay, x.PayDay, money.Amount{Units: x.Monthly, Asset: d.Asset}, money.Amount{Units: x.Agree, Asset: d.Asset})}
	for _, s := range earnings.Sources {
		rule := payout.SourceRule{Source: s, Calendar: payout.Calendar(d.head(paidBy + string(s)))}
		x.Sources, told = append(x.Sources, rule), append(told, report.SourceEntry(string(s), string(rule.Calendar)))
	}
	for _, r := range d.in() {
		amount := func(name string) int64 { return t.amount(d.at(r, name), r.Cells[name], r.asset()) }
		l := payout.Limit{Asset: r.asset(), DailyCap: amount("daily_cap"), Minimum: amount("minimum"), Monthly: amount("monthly"), Agree: amount("agree")}
		x.Limits, told = append(x.Limits, l), append(told, report.LimitEntry(l.Asset, l.DailyCap, l.Minimum, l.Monthly, l.Agree))
	}
	return x, told
}

func (d *moneyDraft) velocity(t *typed) (*limit.Pacing, []report.RuleEntry) {
	p := &limit.Pacing{Hours: t.whole("/hours", d.head("within_hours")), NewAccountDays: t.whole("/new_account_days", d.head("new_account_days"))}
	var told []report.RuleEntry
	for _, r := range d.in() {
		c := limit.PaceOf{Asset: r.asset(), Most: t.amount(d.at(r, "most"), r.Cells["most"], r.asset())}
		told = append(told, report.PaceEntry(limit.Rolling, money.Amount{Units: c.Most, Asset: c.Asset}, p.Hours, 0))
		if p.NewAccountDays > 0 {
			c.NewAccount = t.amount(d.at(r, "new_account"), r.Cells["new_account"], c.Asset)
			told = append(told, report.PaceEntry(limit.NewAccount, money.Amount{Units: c.NewAccount, Asset: c.Asset}, p.Hours, p.NewAccountDays))
		}
		p.Currencies = append(p.Currencies, c)
	}
	return p, told
}

// moneyLabel names a field of the form; an amount that has no currency of its own
// says in which it is.
func (v *visit) moneyLabel(d *moneyDraft, name string, column bool) string {
	source, isSource := strings.CutPrefix(name, paidBy)
	switch {
	case isSource:
		return v.T("rules.payout.source") + " " + v.or("source."+source, source)
	case !column && (name == "agree" || name == "monthly"):
		return v.T("op.in_money", v.T("rule."+name), string(d.Asset))
	}
	if name == "refund_days" {
		name = "days_back"
	}
	return v.T("rule." + name)
}

// moneyMode is which keys a phone shows for a field.
func moneyMode(name string) string {
	switch name {
	case "asset", "region", "presets":
		return "text"
	case "tips_a_day", "notice_day", "pay_day", "within_hours", "new_account_days", "refund_days":
		return "numeric"
	}
	return "decimal"
}

// hidden are the fields of the form as they were typed.
func (d *moneyDraft) hidden() (all []option) {
	add := func(name, value string) { all = append(all, option{Value: name, Text: value}) }
	add("set", string(d.Set))
	add("from", d.From)
	add("reason", d.Reason)
	for _, f := range d.Head {
		add(f.Name, f.Value)
	}
	for i := range d.Rows {
		r, n := &d.Rows[i], strconv.Itoa(i)+"."
		if r.Known {
			add(n+"known", "yes")
		}
		if r.In {
			add(n+"in", "yes")
		}
		for _, name := range d.columns() {
			add(n+name, r.Cells[name])
		}
	}
	return all
}

// isSource reports whether a field says when a source is paid out.
func (f *moneyField) isSource() bool { return strings.HasPrefix(f.Name, paidBy) }

// id is what the label of a field names.
func (f *moneyField) id() string { return "money-" + strings.ReplaceAll(f.Name, " ", "-") }

// gone are the rows that the version leaves out.
func (d *moneyDraft) gone() bool {
	return slices.ContainsFunc(d.Changes, func(c report.RuleChange) bool { return c.After == "" })
}

func (v *visit) moneyColumns(d *moneyDraft) []column {
	all := []column{{Text: v.T("op.in_it")}}
	for _, name := range d.columns() {
		all = append(all, column{Text: v.moneyLabel(d, name, true), Numeric: moneyClass(name) == "num"})
	}
	return all
}

func moneyClass(name string) string {
	switch name {
	case "asset", "region":
		return "tiny"
	case "presets":
		return "wide"
	}
	return "num"
}
