package report

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/programme"
)

// RuleSet is a kind of rules that have versions.
type RuleSet string

// The rule sets.
const (
	GiftCatalogue RuleSet = "gift-catalog"
	CoinPacks     RuleSet = "coin-packs"
	RateCards     RuleSet = "rate-card"
	Programmes    RuleSet = "programmes"
	TipRules      RuleSet = "tips"
	RefundRules   RuleSet = "refunds"
	PayoutRules   RuleSet = "payouts"
	VelocityRules RuleSet = "velocity"
)

// When says whether a version has held, holds, or will.
type When string

// The times. A version of price lists is current while it holds in one currency
// at least, one of programmes while it holds for one of them.
const (
	Past    When = "past"
	Current When = "current"
	Future  When = "future"
)

// RuleVersion is a version of a rule set.
type RuleVersion struct {
	Version string
	FromUS  int64
	When    When
	Entries []RuleEntry // by key
}

// RuleEntry is one thing that a version says something about: a gift, a pack, a
// programme in a region, the card.
type RuleEntry struct {
	Key    string
	Fields []RuleField

	order string // sorts entries as people count; "" is Key
}

func (e *RuleEntry) sorts() string { return cmp.Or(e.order, e.Key) }

// RuleField is one thing that is said.
type RuleField struct{ Name, Value string }

// RuleChange is a field that differs between two versions. Before is empty for
// what was added, After for what was taken away.
type RuleChange struct{ Key, Field, Before, After string }

// ruleRow is an entry as it stands in its table. area is what a version may hold
// in while another holds elsewhere: the currency, or the programme.
type ruleRow struct {
	version string
	fromUS  int64
	area    string
	entry   RuleEntry
}

// RuleHistory returns all versions of a rule set with what they say, the last
// to begin first.
func (r *Reader) RuleHistory(ctx context.Context, set RuleSet) ([]RuleVersion, error) {
	return Ask1(ctx, r, ruleHistory, set)
}

func ruleHistory(ctx context.Context, tx *db.Tx, set RuleSet) ([]RuleVersion, error) {
	rows, err := ruleRows(ctx, tx, set)
	if err != nil {
		return nil, err
	}
	now := tx.NowUS()
	type begun struct {
		fromUS  int64
		version string
	}
	holds := map[string]begun{} // by area
	byVersion := map[string]*RuleVersion{}
	for _, row := range rows {
		v := byVersion[row.version]
		if v == nil {
			v = &RuleVersion{Version: row.version, FromUS: row.fromUS, When: Past}
			byVersion[row.version] = v
		}
		v.FromUS = min(v.FromUS, row.fromUS)
		v.Entries = append(v.Entries, row.entry)
		if last := holds[row.area]; row.fromUS <= now && (row.fromUS > last.fromUS || row.fromUS == last.fromUS && row.version > last.version) {
			holds[row.area] = begun{row.fromUS, row.version}
		}
	}
	for _, b := range holds {
		byVersion[b.version].When = Current
	}
	all := make([]RuleVersion, 0, len(byVersion))
	for _, v := range byVersion {
		if v.FromUS > now {
			v.When = Future
		}
		slices.SortFunc(v.Entries, func(a, b RuleEntry) int { return strings.Compare(a.sorts(), b.sorts()) })
		all = append(all, *v)
	}
	slices.SortFunc(all, func(a, b RuleVersion) int {
		return cmp.Or(cmp.Compare(b.FromUS, a.FromUS), strings.Compare(b.Version, a.Version))
	})
	return all, nil
}

// RuleDiff returns what the version says otherwise than another one, by key.
// Before may be "": then it is the one that began before.
func (r *Reader) RuleDiff(ctx context.Context, set RuleSet, before, version string) (from RuleVersion, all []RuleChange, err error) {
	history, err := r.RuleHistory(ctx, set)
	if err != nil {
		return from, nil, err
	}
	at := slices.IndexFunc(history, func(v RuleVersion) bool { return v.Version == version })
	was := slices.IndexFunc(history, func(v RuleVersion) bool { return v.Version == before })
	if before == "" && at >= 0 && at+1 < len(history) {
		was = at + 1
	}
	switch {
	case at < 0:
		return from, nil, fault.New(fault.NotFound, "There is no version %s.", fault.Clip(version))
	case was < 0 && before != "":
		return from, nil, fault.New(fault.NotFound, "There is no version %s.", fault.Clip(before))
	case was >= 0:
		from = history[was]
	}
	return from, Differences(from.Entries, history[at].Entries), nil
}

// Differences are the fields that the entries after say otherwise than those before,
// by key.
func Differences(before, after []RuleEntry) (all []RuleChange) {
	type of struct{ key, field string }
	was, is, order := map[of]string{}, map[of]string{}, map[string]string{}
	for into, entries := range map[*map[of]string][]RuleEntry{&was: before, &is: after} {
		for _, e := range entries {
			order[e.Key] = e.sorts()
			for _, f := range e.Fields {
				(*into)[of{e.Key, f.Name}] = f.Value
			}
		}
	}
	both := maps.Clone(was)
	maps.Copy(both, is)
	for k := range both {
		if was[k] != is[k] {
			all = append(all, RuleChange{k.key, k.field, was[k], is[k]})
		}
	}
	slices.SortFunc(all, func(a, b RuleChange) int {
		return cmp.Or(strings.Compare(order[a.Key], order[b.Key]), strings.Compare(a.Field, b.Field))
	})
	return all
}

func ruleRows(ctx context.Context, tx *db.Tx, set RuleSet) ([]ruleRow, error) {
	switch set {
	case GiftCatalogue:
		return db.Collect[ruleRow](tx.Query(ctx, "SELECT version, from_us, id, name, emoji, price_coins, streakable, on_live, on_video FROM gift_item"))(scanItemRule)
	case CoinPacks:
		return db.Collect[ruleRow](tx.Query(ctx, "SELECT version, from_us, currency, coins, price_units FROM coin_pack"))(scanPackRule)
	case RateCards:
		cards, err := earnings.History(ctx, tx)
		rows := make([]ruleRow, len(cards))
		for i, c := range cards {
			rows[i] = cardRule(c)
		}
		return rows, err
	case Programmes:
		policies, err := programme.Policies(ctx, tx)
		rows := make([]ruleRow, len(policies))
		for i, p := range policies {
			rows[i] = policyRule(p)
		}
		return rows, err
	case TipRules, RefundRules, PayoutRules, VelocityRules:
		return moneyRules(ctx, tx, set)
	}
	return nil, fault.New(fault.NotFound, "There are no rules called %s.", fault.Clip(string(set)))
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

func flag(n int64) string { return strconv.FormatBool(n == 1) }

func scanItemRule(r *db.Rows) (row ruleRow, err error) {
	var name, emoji string
	var price, streakable, onLive, onVideo int64
	err = r.Scan(&row.version, &row.fromUS, &row.entry.Key, &name, &emoji, &price, &streakable, &onLive, &onVideo)
	row.entry.Fields = []RuleField{{"name", name}, {"emoji", emoji}, {"price_coins", number(price)}, {"streakable", flag(streakable)}, {"on_live", flag(onLive)}, {"on_video", flag(onVideo)}}
	return row, err
}

func scanPackRule(r *db.Rows) (row ruleRow, err error) {
	var coins int64
	var price money.Amount
	err = r.Scan(&row.version, &row.fromUS, (*string)(&price.Asset), &coins, &price.Units)
	row.area = string(price.Asset)
	row.entry = RuleEntry{fmt.Sprintf("%s %d", price.Asset, coins), []RuleField{{"price", price.Decimal()}}, fmt.Sprintf("%s %019d", price.Asset, coins)}
	return row, err
}

func cardRule(c earnings.RateCard) ruleRow {
	fraction := func(num, den int64) string { return number(num) + "/" + number(den) }
	return ruleRow{version: c.Version, fromUS: c.FromUS, entry: RuleEntry{Key: "rates", Fields: []RuleField{
		{"diamonds_per_coin", fraction(c.DiamondsNum, c.DiamondsDen)}, {"units_per_diamond", fraction(c.PayNum, c.PayDen)}, {"currency", string(c.PayAsset)},
		{"hold_days", number(c.HoldDays)}, {"daily_cap", plain(money.Amount{Units: c.DailyCap, Asset: c.PayAsset})}, {"minimum", plain(money.Amount{Units: c.MinimumUnits, Asset: c.PayAsset})}}}}
}

func policyRule(p programme.Policy) ruleRow {
	fields := []RuleField{{"grace_days", number(p.GraceDays)}, {"reapply_days", number(p.ReapplyDays)}}
	for _, c := range p.Criteria {
		name, value := string(c.Metric), string(c.Op)+" "+number(c.Threshold)
		if len(c.Words) > 0 {
			value = string(c.Op) + " " + strings.Join(c.Words, ", ")
		}
		if c.Route != "" {
			name += " (" + c.Route + ")"
		}
		for slices.ContainsFunc(fields, func(f RuleField) bool { return f.Name == name }) { // the same thing is asked for twice
			name += " +"
		}
		fields = append(fields, RuleField{name, value})
	}
	return ruleRow{version: p.Version, fromUS: p.FromUS, area: string(p.Programme), entry: RuleEntry{Key: string(p.Programme) + " " + p.Region, Fields: fields}}
}
