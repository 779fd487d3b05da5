package report

import (
	"cmp"
	"context"
	"fmt"
	"math/big"
	"strings"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/money"
)

// moneyRules are the rows of the rules of tips, refunds, payouts and velocity.
func moneyRules(ctx context.Context, tx *db.Tx, set RuleSet) ([]ruleRow, error) {
	switch set {
	case TipRules:
		return db.Collect[ruleRow](tx.Query(ctx, "SELECT version, from_us, asset, presets, min_units, max_units, day_units, day_tips, fee_ppm, fee_fixed_units FROM tip_rule"))(scanTipRule)
	case RefundRules:
		return db.Collect[ruleRow](tx.Query(ctx, "SELECT version, from_us, region, days, agree_units, agree_asset FROM reversal_rule"))(scanRefundRule)
	case VelocityRules:
		return db.Collect[ruleRow](tx.Query(ctx, "SELECT version, from_us, name, asset, span_us, most_units, younger_us FROM limit_velocity"))(scanVelocityRule)
	}
	return payoutRules(ctx, tx)
}

func scanTipRule(r *db.Rows) (row ruleRow, err error) {
	var asset money.Asset
	var presets string
	var least, most, day, tips, ppm, fixed int64
	err = r.Scan(&row.version, &row.fromUS, (*string)(&asset), &presets, &least, &most, &day, &tips, &ppm, &fixed)
	var offered []int64
	for _, p := range strings.Split(presets, ",") {
		var n int64
		if _, wrong := fmt.Sscan(p, &n); wrong != nil {
			return row, wrong
		}
		offered = append(offered, n)
	}
	row.entry = TipEntry(asset, offered, least, most, day, tips, ppm, fixed)
	return row, err
}

// TipEntry is what rules of tips say about a currency.
func TipEntry(asset money.Asset, presets []int64, least, most, day, tips, feePPM, feeFixed int64) RuleEntry {
	of := func(units int64) string { return plain(money.Amount{Units: units, Asset: asset}) }
	offered := make([]string, len(presets))
	for i, p := range presets {
		offered[i] = of(p)
	}
	return RuleEntry{Key: string(asset), Fields: []RuleField{{"presets", strings.Join(offered, ", ")}, {"least", of(least)}, {"most", of(most)}, {"day", of(day)},
		{"tips_a_day", number(tips)}, {"fee_percent", Percent(feePPM)}, {"fee_fixed", of(feeFixed)}}}
}

// Percent writes millionths as a number of hundredths, such as 2.9.
func Percent(ppm int64) string {
	s := big.NewRat(ppm, 10_000).FloatString(4)
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

func scanRefundRule(r *db.Rows) (row ruleRow, err error) {
	var region string
	var days int64
	var agree money.Amount
	err = r.Scan(&row.version, &row.fromUS, &region, &days, &agree.Units, (*string)(&agree.Asset))
	row.entry = RefundEntry(region, days, agree)
	return row, err
}

// RefundEntry is what rules of refunds say about a region; "" is everywhere else.
func RefundEntry(region string, days int64, agree money.Amount) RuleEntry {
	return RuleEntry{Key: cmp.Or(region, "*"), Fields: []RuleField{{"refund_days", number(days)}, {"agree", plain(agree)}}}
}

func scanVelocityRule(r *db.Rows) (row ruleRow, err error) {
	const hour, day = int64(3_600_000_000), 24 * int64(3_600_000_000)
	var name string
	var most money.Amount
	var span, younger int64
	err = r.Scan(&row.version, &row.fromUS, &name, (*string)(&most.Asset), &span, &most.Units, &younger)
	row.entry = PaceEntry(name, most, span/hour, younger/day)
	return row, err
}

// PaceEntry is what a velocity says about a currency: the most within so many hours,
// of accounts that are younger than so many days; 0 is everybody.
func PaceEntry(name string, most money.Amount, hours, youngerDays int64) RuleEntry {
	return RuleEntry{Key: name + " " + string(most.Asset), Fields: []RuleField{{"most", plain(most)}, {"hours", number(hours)}, {"younger_days", number(youngerDays)}}}
}

// CalendarEntry is what rules of payouts say about the month, and above which amount
// two operators release what one of them holds.
func CalendarEntry(notice, pay int64, least, alone money.Amount) RuleEntry {
	return RuleEntry{Key: "calendar", Fields: []RuleField{{"notice_day", number(notice)}, {"pay_day", number(pay)}, {"monthly", plain(least)}, {"agree", plain(alone)}}, order: "0"}
}

// SourceEntry is when what comes from a source is paid out.
func SourceEntry(source, calendar string) RuleEntry {
	return RuleEntry{Key: "source " + source, Fields: []RuleField{{"calendar", calendar}}, order: "1 " + source}
}

// LimitEntry is what rules of payouts say about a currency.
func LimitEntry(asset money.Asset, daily, least, monthly, alone int64) RuleEntry {
	of := func(units int64) string { return plain(money.Amount{Units: units, Asset: asset}) }
	return RuleEntry{Key: "limit " + string(asset), Fields: []RuleField{{"daily_cap", of(daily)}, {"minimum", of(least)}, {"monthly", of(monthly)}, {"agree", of(alone)}}, order: "2 " + string(asset)}
}

// payoutRules are the calendar of payouts, the sources that it is for, and the
// limits of the currencies that are not that of the rates.
func payoutRules(ctx context.Context, tx *db.Tx) ([]ruleRow, error) {
	cards, err := earnings.History(ctx, tx)
	if err != nil {
		return nil, err
	}
	from := map[string]int64{}
	all, err := db.Collect[ruleRow](tx.Query(ctx, "SELECT version, from_us, notice_day, pay_day, monthly_units, agree_units FROM payout_rules"))(func(r *db.Rows) (row ruleRow, err error) {
		var notice, pay int64
		var least, alone money.Amount
		err = r.Scan(&row.version, &row.fromUS, &notice, &pay, &least.Units, &alone.Units)
		from[row.version], least.Asset = row.fromUS, assetAt(cards, row.fromUS)
		alone.Asset = least.Asset
		row.entry = CalendarEntry(notice, pay, least, alone)
		return row, err
	})
	if err != nil {
		return nil, err
	}
	sources, err := db.Collect[ruleRow](tx.Query(ctx, "SELECT version, source, calendar FROM payout_source"))(func(r *db.Rows) (row ruleRow, err error) {
		var source, calendar string
		err = r.Scan(&row.version, &source, &calendar)
		row.fromUS, row.entry = from[row.version], SourceEntry(source, calendar)
		return row, err
	})
	if err != nil {
		return nil, err
	}
	told := map[string]bool{}
	for _, row := range sources {
		told[row.version+" "+row.entry.Key] = true
	}
	for version, fromUS := range from { // one that is not named is paid on request
		for _, source := range earnings.Sources {
			if e := SourceEntry(string(source), "request"); !told[version+" "+e.Key] {
				sources = append(sources, ruleRow{version: version, fromUS: fromUS, entry: e})
			}
		}
	}
	limits, err := db.Collect[ruleRow](tx.Query(ctx, "SELECT version, asset, daily_cap_units, minimum_units, monthly_units, agree_units FROM payout_limit"))(func(r *db.Rows) (row ruleRow, err error) {
		var asset money.Asset
		var most, least, monthly, alone int64
		err = r.Scan(&row.version, (*string)(&asset), &most, &least, &monthly, &alone)
		row.fromUS, row.entry = from[row.version], LimitEntry(asset, most, least, monthly, alone)
		return row, err
	})
	return append(append(all, sources...), limits...), err
}

// assetAt is the currency of the rates that held at the instant, or of the first.
// The cards are the newest first.
func assetAt(cards []earnings.RateCard, us int64) (asset money.Asset) {
	for _, c := range cards {
		if asset = c.PayAsset; c.FromUS <= us {
			break
		}
	}
	return asset
}
