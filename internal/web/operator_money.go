package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/policy"
	"github.com/ovationhq/ovation/internal/report"
)

// moneyDraft is a version of the rules of money that an operator writes: some
// numbers of the whole, and a row for each currency or region.
type moneyDraft struct {
	Set          report.RuleSet
	From, Reason string      // as they were typed; From is in UTC
	Asset        money.Asset // of amounts that have no currency of their own: the rate card's
	Head         []moneyField
	Rows         []moneyRow
	Problem      *problem

	Next    *policy.Version // what would be scheduled; nil while it is written
	Before  report.RuleVersion
	Changes []report.RuleChange
}

// moneyField is a number of the whole, or when a source is paid out.
type moneyField struct{ Name, Value string }

// moneyRow is what the version says about a currency or a region.
type moneyRow struct {
	Known bool // it was there before
	In    bool // it belongs to the version
	At    int  // its place in what was sent, -1 for none
	Cells map[string]string
}

// moneySheet is how the form of a rule set looks.
type moneySheet struct {
	head    []string // the names of the numbers of the whole
	columns []string // the first one is what a row is about
	list    string   // where the rows stand in what is sent
}

var moneySheets = map[report.RuleSet]moneySheet{
	report.TipRules:      {[]string{"tips_a_day"}, []string{"asset", "presets", "least", "most", "day", "fee_percent", "fee_fixed"}, "/currencies"},
	report.RefundRules:   {nil, []string{"region", "refund_days", "agree", "asset"}, "/regions"},
	report.PayoutRules:   {append([]string{"notice_day", "pay_day", "monthly", "agree"}, paidFields()...), []string{"asset", "daily_cap", "minimum", "monthly", "agree"}, "/limits"},
	report.VelocityRules: {[]string{"within_hours", "new_account_days"}, []string{"asset", "most", "new_account"}, "/currencies"},
}

// paidBy begins the names of the fields that say when a source is paid out.
const paidBy = "source "

func paidFields() (all []string) {
	for _, s := range earnings.Sources {
		all = append(all, paidBy+string(s))
	}
	return all
}

// moneyPointers are the fields that are called otherwise where they are checked.
var moneyPointers = map[string]string{"within_hours": "hours", "fee_percent": "fee_ppm", "refund_days": "days"}

func (d *moneyDraft) pointerOf(name string) string {
	if d.Set == report.RefundRules { // where an amount says in what currency it is
		switch name {
		case "agree":
			return "/agree/amount"
		case "asset":
			return "/agree/asset"
		}
	}
	if p, ok := moneyPointers[name]; ok {
		return "/" + p
	}
	return "/" + name
}

// wrong is what is wrong with a number of the whole.
func (d *moneyDraft) wrong(name string) string { return d.Problem.field(d.pointerOf(name)) }

// wrongIn is what is wrong with a cell.
func (d *moneyDraft) wrongIn(r *moneyRow, name string) string {
	if r.At < 0 {
		return ""
	}
	return d.Problem.field(moneySheets[d.Set].list + "/" + strconv.Itoa(r.At) + d.pointerOf(name))
}

func (d *moneyDraft) columns() []string { return moneySheets[d.Set].columns }

// shown are the rows that stand in the form. Blank ones are for what is new.
func (d *moneyDraft) shown() []moneyRow {
	blank := 0
	for i := range d.Rows {
		if d.Rows[i].blank() {
			blank++
		}
	}
	for ; blank < emptyRows-1; blank++ {
		d.Rows = append(d.Rows, moneyRow{At: -1, Cells: map[string]string{}})
	}
	return d.Rows
}

func (r *moneyRow) blank() bool {
	for _, c := range r.Cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return !r.Known
}

// isMoneySet reports whether the rule set is one of the rules of money.
func isMoneySet(set report.RuleSet) bool { _, ok := moneySheets[set]; return ok }

// moneyDesk is where the rules of money are scheduled.
func (v *visit) moneyDesk(set report.RuleSet) policy.Desk {
	switch set {
	case report.TipRules:
		return v.site.cfg.Tips.Rules()
	case report.RefundRules:
		return v.site.cfg.Reversals.Rules()
	case report.PayoutRules:
		return v.site.cfg.Payouts.Rules()
	}
	return v.site.cfg.Limits.Rules()
}

// newMoney shows the form of a new version, filled with what holds.
func newMoney(v *visit, set report.RuleSet) error {
	d := &moneyDraft{Set: set, From: v.clock().UTC().Truncate(24*time.Hour).AddDate(0, 0, 1).Format(instantForm)}
	if err := d.begin(v); err != nil {
		return err
	}
	return v.show(http.StatusOK, moneyDraftView(v, d))
}

// scheduleMoney takes what was sent: it shows what would change, or schedules that,
// or shows the form again. What is refused comes back as it was written.
func scheduleMoney(v *visit, set report.RuleSet) error {
	d := &moneyDraft{Set: set, From: v.form("from"), Reason: v.form("reason")}
	if err := d.read(v); err != nil {
		return err
	}
	step := v.form("step")
	if step == "edit" {
		return v.show(http.StatusOK, moneyDraftView(v, d))
	}
	version, err := d.act(v, step == "schedule")
	if err != nil {
		d.Problem, d.Next = v.problemOf(err), nil
		return v.show(d.Problem.Status, moneyDraftView(v, d))
	}
	if step == "schedule" {
		return v.redirect(areaOf(set) + "?" + query("set", string(set), "version", version.Name, "did", "scheduled"))
	}
	d.Next = &version
	return v.show(http.StatusOK, moneyDraftView(v, d))
}

// act schedules the version, or finds out what it would change.
func (d *moneyDraft) act(v *visit, do bool) (version policy.Version, err error) {
	from, err := parseInstant(d.From)
	if err != nil {
		return version, err
	}
	content, entries, err := d.content()
	if err != nil {
		return version, err
	}
	order := policy.Order{Act: policy.Act{By: v.caller(), Reason: d.Reason}, FromUS: from.UnixMicro()}
	if do {
		return v.moneyDesk(d.Set).Schedule(v, order, content)
	}
	if version, err = v.moneyDesk(d.Set).Look(v, order, content); err != nil {
		return version, err
	}
	history, err := v.site.cfg.Reader.RuleHistory(v, d.Set)
	if err != nil {
		return version, err
	}
	if len(history) > 0 { // the last to begin comes first
		d.Before = history[0]
	}
	d.Changes = report.Differences(d.Before.Entries, entries)
	return version, nil
}

// read reads the form as it was sent.
func (d *moneyDraft) read(v *visit) error {
	card, err := report.Ask(v, v.site.cfg.Reader, earnings.Rates)
	if err != nil {
		return err
	}
	d.Asset = card.PayAsset
	sheet := moneySheets[d.Set]
	for _, name := range sheet.head {
		d.Head = append(d.Head, moneyField{name, v.form(name)})
	}
	for i := range mostRows {
		n := strconv.Itoa(i) + "."
		if !v.r.PostForm.Has(n + sheet.columns[0]) {
			break
		}
		r := moneyRow{Known: v.form(n+"known") != "", In: v.form(n+"in") != "", At: -1, Cells: map[string]string{}}
		for _, name := range sheet.columns {
			r.Cells[name] = v.form(n + name)
		}
		r.In = r.In || !r.Known && !r.blank()
		d.Rows = append(d.Rows, r)
	}
	return nil
}

// head is what was typed as a number of the whole.
func (d *moneyDraft) head(name string) string {
	for _, f := range d.Head {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// typed reads numbers, and notes where there is none.
type typed struct{ wrong fault.Fields }

func (t *typed) whole(at, text string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil {
		t.wrong.Add(at, fault.Wrong(fault.ValidationFailed, "%q is no whole number.", fault.Clip(text)))
	}
	return n
}

func (t *typed) amount(at, text string, asset money.Asset) int64 {
	n, ok := parseAmount(text, asset.Digits())
	if !ok && asset.IsCurrency() { // else the currency is what is wrong
		t.wrong.Add(at, fault.Wrong(fault.ValidationFailed, "%q is no amount. Write it in figures, such as 12.50.", fault.Clip(text)))
	}
	return n
}

// amounts reads several, with spaces or semicolons between them.
func (t *typed) amounts(at, text string, asset money.Asset) (all []int64) {
	for _, one := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ';' || r == '·' }) {
		all = append(all, t.amount(at, strings.Trim(one, ","), asset))
	}
	return all
}

// percent reads hundredths as millionths.
func (t *typed) percent(at, text string) int64 {
	n, ok := parseAmount(strings.TrimRight(text, " %"), 4)
	if !ok {
		t.wrong.Add(at, fault.Wrong(fault.ValidationFailed, "%q is no percentage. Write it in figures, such as 2.9.", fault.Clip(text)))
	}
	return n
}

// in are the rows that belong to the version, each with its place.
func (d *moneyDraft) in() (all []*moneyRow) {
	for i := range d.Rows {
		if r := &d.Rows[i]; r.In && !r.blank() {
			r.At = len(all)
			all = append(all, r)
		}
	}
	return all
}

func (d *moneyDraft) at(r *moneyRow, name string) string {
	return moneySheets[d.Set].list + "/" + strconv.Itoa(r.At) + d.pointerOf(name)
}

// asset is the currency that a row is about.
func (r *moneyRow) asset() money.Asset {
	return money.Asset(strings.ToUpper(strings.TrimSpace(r.Cells["asset"])))
}

// calendarOf is when the source is paid out: on request unless the rules say so.
func calendarOf(r *payout.Rules, source earnings.Source) payout.Calendar {
	at := slices.IndexFunc(r.Sources, func(s payout.SourceRule) bool { return s.Source == source })
	if at < 0 {
		return payout.OnRequest
	}
	return r.Sources[at].Calendar
}
