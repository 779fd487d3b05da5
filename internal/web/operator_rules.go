package web

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/policy"
	"github.com/ovationhq/ovation/internal/report"
)

// ruleDesk is what the pages of dated rules show: the catalogue and packs, or
// the rates and programmes.
type ruleDesk struct {
	Area    string // the address of the page
	Set     report.RuleSet
	Tabs    []option
	History []report.RuleVersion
	Shown   *report.RuleVersion // nil: there is none
	Before  report.RuleVersion  // with which it is compared
	Changes []report.RuleChange
	Problem *problem
	Notice  string
}

// ruleAreas are the pages, and the rule sets on each.
var ruleAreas = map[string][]report.RuleSet{
	"/op/catalog": {report.GiftCatalogue, report.CoinPacks},
	"/op/rates":   {report.RateCards, report.Programmes},
	"/op/rules":   {report.TipRules, report.RefundRules, report.PayoutRules, report.VelocityRules},
}

// areaOf is the page of a rule set.
func areaOf(set report.RuleSet) string {
	for area, sets := range ruleAreas {
		for _, s := range sets {
			if s == set {
				return area
			}
		}
	}
	return ""
}

// rulesPage shows the versions of rules: past, current and future.
func rulesPage(area string) handler {
	return func(v *visit) error {
		set := report.RuleSet(v.param("set"))
		if set == "" {
			set = ruleAreas[area][0]
		}
		if areaOf(set) != area {
			return fault.New(fault.NotFound, "There are no rules called %s.", fault.Clip(string(set)))
		}
		return showRules(v, set, v.param("version"), nil, http.StatusOK)
	}
}

// showRules shows a version of the rule set, "" for the current one; p is what
// went wrong with a form on it.
func showRules(v *visit, set report.RuleSet, version string, p *problem, status int) error {
	d := &ruleDesk{Area: areaOf(set), Set: set, Problem: p}
	for _, s := range ruleAreas[d.Area] {
		d.Tabs = append(d.Tabs, option{Text: v.T("rules." + string(s)), Href: d.Area + "?" + query("set", string(s)), On: s == set})
	}
	var err error
	if d.History, err = v.site.cfg.Reader.RuleHistory(v, set); err != nil {
		return err
	}
	for i := range d.History {
		h := &d.History[i]
		if h.Version == version || version == "" && d.Shown == nil && h.When == report.Current {
			d.Shown = h
		}
	}
	if d.Shown == nil && version != "" {
		return fault.New(fault.NotFound, "There is no version %s.", fault.Clip(version))
	}
	if d.Shown != nil {
		if d.Before, d.Changes, err = v.site.cfg.Reader.RuleDiff(v, set, v.param("before"), d.Shown.Version); err != nil {
			return err
		}
	}
	if set == report.GiftCatalogue && d.Shown != nil { // as the tray shows them
		slices.SortStableFunc(d.Shown.Entries, func(a, b report.RuleEntry) int {
			return cmp.Compare(integer(valueOf(&a, "price_coins")), integer(valueOf(&b, "price_coins")))
		})
	}
	d.Notice = noticeOf(v.param("did"), "scheduled", "withdrawn")
	return v.show(status, rulesView(v, d))
}

// withdrawRules takes back a version that does not hold yet.
func withdrawRules(v *visit) error {
	set, version := report.RuleSet(v.form("set")), v.form("version")
	ctx, reason, err := v.because()
	if err == nil {
		err = v.withdraw(ctx, set, version, reason)
	}
	switch {
	case err == nil:
		return v.redirect(areaOf(set) + "?" + query("set", string(set), "did", "withdrawn"))
	case fault.Is(err, fault.NotFound), areaOf(set) == "":
		return err
	}
	p := v.problemOf(err)
	return showRules(v, set, version, p, p.Status)
}

func (v *visit) withdraw(ctx context.Context, set report.RuleSet, version, reason string) error {
	switch set {
	case report.GiftCatalogue:
		return v.site.cfg.Catalogues.Withdraw(ctx, v.caller(), version, reason)
	case report.CoinPacks:
		return v.site.cfg.Purchases.WithdrawPacks(ctx, v.caller(), version, reason)
	case report.RateCards:
		return v.site.cfg.Payouts.WithdrawRates(ctx, v.caller(), version, reason)
	}
	if isMoneySet(set) {
		return v.moneyDesk(set).Withdraw(ctx, version, policy.Act{By: v.caller(), Reason: reason})
	}
	return fault.New(fault.NotFound, "There are no rules called %s.", fault.Clip(string(set)))
}

// schedulable reports whether operators write versions of the rule set here.
func (d *ruleDesk) schedulable() bool { return schedulable(d.Set) }

func schedulable(set report.RuleSet) bool {
	return set == report.GiftCatalogue || set == report.CoinPacks || set == report.RateCards || isMoneySet(set)
}

// listed reports whether the entries of the rule set are alike, so that they
// make a table.
func (d *ruleDesk) listed() bool { return len(ruleTables[d.Set]) > 0 }

// ruleTables are the columns of the rule sets whose entries are alike.
var ruleTables = map[report.RuleSet][]string{
	report.GiftCatalogue: {"price_coins", "streakable", "on_live", "on_video"},
	report.CoinPacks:     {"price"},
	report.RefundRules:   {"refund_days", "agree"},
	report.VelocityRules: {"most", "hours", "younger_days"},
}

// ruleNumbers are the fields that stand at the right of a table.
var ruleNumbers = []string{"price_coins", "price", "refund_days", "agree", "most", "hours", "younger_days"}

func (d *ruleDesk) href(version string) string {
	return d.Area + "?" + query("set", string(d.Set), "version", version)
}

// withdrawal asks about taking a version back.
func (v *visit) withdrawal(d *ruleDesk, version string) decision {
	return decision{ID: "why-" + version, Action: d.Area + "/withdraw", Ask: v.T("op.withdraw"), Do: v.T("op.withdraw"), Label: v.T("op.withdraw") + ": " + version, Text: v.T("op.withdraw_text"), Danger: true,
		Fields: []option{{Value: "set", Text: string(d.Set)}, {Value: "version", Text: version}}}
}

// whenKind is the colour of a version's time.
func whenKind(w report.When) string {
	switch w {
	case report.Current:
		return "good"
	case report.Future:
		return "info"
	}
	return "off"
}

// ruleKey names the thing that an entry is about.
func (v *visit) ruleKey(set report.RuleSet, key string) string {
	first, second, _ := strings.Cut(key, " ")
	switch set {
	case report.CoinPacks:
		return v.T("op.pack_in", v.coins(integer(second)), first)
	case report.RateCards:
		return v.T("rules.rate-card")
	case report.Programmes:
		if second == "*" {
			second = v.T("op.everywhere")
		}
		return v.or("programme."+first, first) + " · " + second
	case report.RefundRules:
		return strings.Replace(key, "*", v.T("op.everywhere"), 1)
	case report.VelocityRules:
		return second + " · " + v.T("rules.pace."+first)
	case report.PayoutRules:
		return strings.TrimSpace(v.T("rules.payout."+first) + " " + v.or("source."+second, second))
	}
	return key
}

// ruleField names a field of an entry.
func (v *visit) ruleField(field string) string {
	if text := v.or("rule."+field, ""); text != "" {
		return text
	}
	name, route, _ := strings.Cut(field, " ")
	return strings.TrimSpace(v.or("metric."+name, name) + " " + route)
}

// ruleValue writes the value of a field; an empty one is none.
func (v *visit) ruleValue(set report.RuleSet, key, field, value string) string {
	if value == "" {
		return "–"
	}
	switch field {
	case "streakable", "on_live", "on_video":
		return v.T("op.flag." + value)
	case "price_coins":
		return v.coins(integer(value))
	case "price":
		asset, _, _ := strings.Cut(key, " ")
		return v.decimal(value, asset)
	case "daily_cap", "minimum", "least", "most", "day", "fee_fixed", "monthly", "agree", "presets":
		all := strings.Split(value, ", ")
		for i := range all {
			number, asset, _ := strings.Cut(all[i], " ")
			all[i] = v.decimal(number, asset)
		}
		return strings.Join(all, " · ")
	case "calendar":
		return v.T("rules.calendar." + value)
	case "younger_days":
		if value == "0" {
			return v.T("op.everybody")
		}
		return v.N("rules.younger", integer(value))
	case "hours":
		return v.N("rules.hours", integer(value))
	case "refund_days":
		if value == "0" {
			return v.T("op.never")
		}
		return v.N("rules.days", integer(value))
	}
	if op, rest, ok := strings.Cut(value, " "); ok && set == report.Programmes && v.has("op.compare."+op) {
		if n := integer(rest); numeral(n) == rest {
			rest = v.number(n)
		}
		return v.T("op.compare."+op, rest)
	}
	return value
}

// valueOf is the value of an entry's field.
func valueOf(e *report.RuleEntry, field string) string {
	for _, f := range e.Fields {
		if f.Name == field {
			return f.Value
		}
	}
	return ""
}

// isMoney reports whether the text names a currency.
func isMoney(asset string) bool { return money.Asset(asset).IsCurrency() }

// ruleFields are the columns of a rule set whose entries are alike.
func (v *visit) ruleFields(d *ruleDesk) []string { return ruleTables[d.Set] }

func (v *visit) ruleColumns(d *ruleDesk) []column {
	all := []column{{Text: v.T("rules.one." + string(d.Set))}}
	for _, f := range v.ruleFields(d) {
		all = append(all, column{Text: v.ruleField(f), Numeric: slices.Contains(ruleNumbers, f)})
	}
	return all
}

// entryTitle is how people call the thing that an entry is about.
func (v *visit) entryTitle(d *ruleDesk, e *report.RuleEntry) string {
	if d.Set == report.GiftCatalogue {
		return strings.TrimSpace(valueOf(e, "emoji") + " " + valueOf(e, "name"))
	}
	return v.ruleKey(d.Set, e.Key)
}
