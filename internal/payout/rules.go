package payout

import (
	"context"
	"slices"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/money"
)

// Calendar says when something is paid out.
type Calendar string

// The calendars.
const (
	OnRequest Calendar = "request" // when the creator asks for it
	Monthly   Calendar = "monthly" // announced and paid on the days of the rules
)

// Rules are the calendar of payouts and the limits of the currencies that are
// not the rate card's, in force from an instant on.
type Rules struct {
	Version   string // such as current@1; "" when no rules are in force
	FromUS    int64
	NoticeDay int64        // of the month, UTC
	PayDay    int64        // of the month, UTC; a later day than NoticeDay
	Monthly   int64        // the least of a month in the rate card's currency
	Agree     int64        // in the same: above it two operators release what one of them holds
	Limits    []Limit      // by currency
	Sources   []SourceRule // by source; one that is not named is paid on request
}

// Limit bounds the payouts of a currency.
type Limit struct {
	Asset    money.Asset
	Rule     string // the version that says so
	DailyCap int64  // the most that goes to one creator on a UTC day
	Minimum  int64  // the least of a payout
	Monthly  int64  // the least of what goes by the calendar
	Agree    int64  // above it two operators release what one of them holds
}

// SourceRule is the calendar of what comes from a source.
type SourceRule struct {
	Source   earnings.Source
	Calendar Calendar
}

// InstallRules adds rules. A version that exists is left as it is: what was
// paid under it must stay explainable.
func InstallRules(ctx context.Context, tx *db.Tx, r Rules) error {
	n, err := tx.Exec(ctx, "INSERT INTO payout_rules (version, from_us, notice_day, pay_day, monthly_units, agree_units) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (version) DO NOTHING",
		r.Version, r.FromUS, r.NoticeDay, r.PayDay, r.Monthly, r.Agree)
	if err != nil || n == 0 {
		return err
	}
	for _, l := range r.Limits {
		if _, err := tx.Exec(ctx, "INSERT INTO payout_limit (version, asset, daily_cap_units, minimum_units, monthly_units, agree_units) VALUES ($1, $2, $3, $4, $5, $6)",
			r.Version, string(l.Asset), l.DailyCap, l.Minimum, l.Monthly, l.Agree); err != nil {
			return err
		}
	}
	for _, s := range r.Sources {
		if _, err := tx.Exec(ctx, "INSERT INTO payout_source (version, source, calendar) VALUES ($1, $2, $3)", r.Version, string(s.Source), string(s.Calendar)); err != nil {
			return err
		}
	}
	return nil
}

// RulesInForce returns the rules at the transaction's instant; none have no
// Version.
func RulesInForce(ctx context.Context, tx *db.Tx) (Rules, error) { return rulesAt(ctx, tx, tx.NowUS()) }

// rulesAt returns the rules that hold at the instant, by those that are scheduled now.
func rulesAt(ctx context.Context, tx *db.Tx, us int64) (Rules, error) {
	return rulesBy(ctx, tx, "from_us <= $1 ORDER BY from_us DESC, version DESC LIMIT 1", us)
}

// RulesOf returns the rules of a version; one that is not there has no Version.
func RulesOf(ctx context.Context, tx *db.Tx, version string) (Rules, error) {
	return rulesBy(ctx, tx, "version = $1", version)
}

func rulesBy(ctx context.Context, tx *db.Tx, where string, arg any) (r Rules, err error) {
	all, err := db.Collect[Rules](tx.Query(ctx, "SELECT version, from_us, notice_day, pay_day, monthly_units, agree_units FROM payout_rules WHERE "+where, arg))(
		func(rows *db.Rows) (r Rules, err error) {
			return r, rows.Scan(&r.Version, &r.FromUS, &r.NoticeDay, &r.PayDay, &r.Monthly, &r.Agree)
		})
	if err != nil || len(all) == 0 {
		return r, err
	}
	r = all[0]
	r.Limits, err = db.Collect[Limit](tx.Query(ctx, "SELECT asset, version, daily_cap_units, minimum_units, monthly_units, agree_units FROM payout_limit WHERE version = $1 ORDER BY asset", r.Version))(
		func(rows *db.Rows) (l Limit, err error) {
			return l, rows.Scan((*string)(&l.Asset), &l.Rule, &l.DailyCap, &l.Minimum, &l.Monthly, &l.Agree)
		})
	if err != nil {
		return r, err
	}
	r.Sources, err = db.Collect[SourceRule](tx.Query(ctx, "SELECT source, calendar FROM payout_source WHERE version = $1 ORDER BY source", r.Version))(
		func(rows *db.Rows) (s SourceRule, err error) {
			return s, rows.Scan((*string)(&s.Source), (*string)(&s.Calendar))
		})
	return r, err
}

// onlyMonthly are the sources that are not paid out on request.
func (r *Rules) onlyMonthly() (all []earnings.Source) {
	for _, s := range r.Sources {
		if s.Calendar == Monthly {
			all = append(all, s.Source)
		}
	}
	return all
}

// limitOf returns the limits of a currency that are in force.
func limitOf(card earnings.RateCard, rules *Rules, asset money.Asset) (Limit, error) {
	if asset == card.PayAsset {
		return Limit{Asset: asset, Rule: card.Version, DailyCap: card.DailyCap, Minimum: card.MinimumUnits, Monthly: max(rules.Monthly, card.MinimumUnits), Agree: rules.Agree}, nil
	}
	at := slices.IndexFunc(rules.Limits, func(l Limit) bool { return l.Asset == asset })
	if at < 0 {
		return Limit{}, fault.New(fault.CurrencyUnsupported, "Nothing is paid out in %s: no rule says how much may go. Whoever runs this site adds the currency to its rules.", fault.Clip(string(asset)))
	}
	return rules.Limits[at], nil
}

// limitUnder returns the daily cap under which a payout was made.
func limitUnder(ctx context.Context, tx *db.Tx, p *Payout) (dailyCap int64, err error) {
	err = tx.Row(ctx, `SELECT daily_cap_units FROM rate_card WHERE version = $1 AND pay_asset = $2
		UNION ALL SELECT daily_cap_units FROM payout_limit WHERE version = $1 AND asset = $2 LIMIT 1`, p.Rule, string(p.Amount.Asset)).Scan(&dailyCap)
	return dailyCap, err
}

// minimumUnder is the least of a payout in the version that the payout names.
func minimumUnder(ctx context.Context, tx *db.Tx, p *Payout) (minimum int64, err error) {
	err = tx.Row(ctx, "SELECT minimum_units FROM "+limits+" l WHERE version = $1 AND asset = $2 LIMIT 1", p.Rule, string(p.Amount.Asset)).Scan(&minimum)
	return minimum, err
}

// dayOf numbers the UTC days since 1970.
func dayOf(us int64) int64 { return us / dayUS }

const dayUS = int64(24 * time.Hour / time.Microsecond)
