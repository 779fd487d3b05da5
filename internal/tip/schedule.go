package tip

import (
	"context"
	"fmt"
	"slices"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/policy"
)

// The bounds of what an operator schedules.
const (
	mostPresets = 12
	mostTips    = 1_000_000 // of a fan in a day
)

// Versions are the versions of the rules of tips.
var Versions = policy.Set{Rules: "tips", Name: "tips", Table: "tip_rule", Remove: func(ctx context.Context, tx *db.Tx, version string) error {
	_, err := tx.Exec(ctx, "DELETE FROM tip_rule WHERE version = $1", version)
	return err
}}

// Rules schedules the rules of tips.
func (s *Service) Rules() policy.Desk { return Versions.On(s.db) }

// Ruleset is what a version says, by currency. Tips are given in these alone; how
// many a fan gives in a day is the same in all.
type Ruleset []Rule

// Check says all that is wrong with rules that an operator schedules.
func (all Ruleset) Check(ctx context.Context, tx *db.Tx, fromUS int64, wrong *fault.Fields) error {
	if len(all) < 1 || len(all) > policy.MostEntries {
		wrong.Add("/currencies", fault.Wrong(fault.ValidationFailed, "There are from 1 to %d currencies.", int64(policy.MostEntries)))
	}
	for i := range all {
		r, at := &all[i], fmt.Sprintf("/currencies/%d", i)
		if i == 0 && (r.DayTips < 1 || r.DayTips > mostTips) {
			wrong.Add("/tips_a_day", fault.Wrong(fault.ValidationFailed, "A fan gives from 1 to %d tips in a day.", int64(mostTips)))
		}
		if !r.Asset.IsCurrency() {
			wrong.Add(at+"/asset", fault.Wrong(fault.ValidationFailed, "A currency has three large letters, such as %s.", money.USD))
			continue
		}
		if slices.ContainsFunc(all[:i], func(o Rule) bool { return o.Asset == r.Asset }) {
			wrong.Add(at+"/asset", fault.Wrong(fault.ValidationFailed, "A currency is there once; there are two of %s.", r.Asset))
		}
		bounded, err := limit.Bounded(ctx, tx, fromUS, r.Asset)
		if err != nil {
			return err
		}
		if !bounded {
			wrong.Add(at+"/asset", fault.Wrong(fault.ValidationFailed, "The velocity that holds then does not name %s, so that no tip in it could be paid. Add it there first.", r.Asset))
		}
		paid, err := payable(ctx, tx, fromUS, r.Asset)
		if err != nil {
			return err
		}
		if !paid {
			wrong.Add(at+"/asset", fault.Wrong(fault.ValidationFailed, "The rules of payouts that hold then, or a later version of them, have no limits of %s, so that no tip in it could be paid out. Add it there first.", r.Asset))
		}
		r.checkNumbers(at, wrong)
	}
	return nil
}

// payable reports whether what is earned in the currency can be paid out by all rules
// that hold at the instant or begin after it: it is that of the rates, or has limits.
func payable(ctx context.Context, tx *db.Tx, fromUS int64, asset money.Asset) (bool, error) {
	var otherRates, without, rules int64
	err := tx.Row(ctx, `SELECT
		(SELECT COUNT(*) FROM rate_card c WHERE c.pay_asset <> $2 AND c.from_us >= (SELECT COALESCE(MAX(b.from_us), 0) FROM rate_card b WHERE b.from_us <= $1)),
		(SELECT COUNT(*) FROM payout_rules r WHERE r.from_us >= (SELECT COALESCE(MAX(b.from_us), 0) FROM payout_rules b WHERE b.from_us <= $1)
			AND NOT EXISTS (SELECT 1 FROM payout_limit l WHERE l.version = r.version AND l.asset = $2)),
		(SELECT COUNT(*) FROM payout_rules WHERE from_us <= $1)`, fromUS, string(asset)).Scan(&otherRates, &without, &rules)
	return otherRates == 0 || without == 0 && rules > 0, err
}

// checkNumbers says all that is wrong with the numbers of a currency.
func (r *Rule) checkNumbers(at string, wrong *fault.Fields) {
	refuse := func(field, format string, args ...any) {
		wrong.Add(at+field, fault.Wrong(fault.ValidationFailed, format, args...))
	}
	step := r.Asset.CardStep()
	fits := true
	switch {
	case r.Min < 1 || r.Min > MostUnits || r.Min%step != 0:
		fits = false
		refuse("/least", "The least tip is from %d to %d of the smallest units, in steps of %d.", step, int64(MostUnits), step)
	case r.Max < r.Min || r.Max > MostUnits || r.Max%step != 0:
		fits = false
		refuse("/most", "The most of a tip is from the least to %d of the smallest units, in steps of %d.", int64(MostUnits), step)
	}
	if r.DayUnits < r.Max || r.DayUnits > policy.MostUnits {
		refuse("/day", "The most of a day is from the most of one tip to %d of the smallest units.", int64(policy.MostUnits))
	}
	if r.FeePPM < 0 || r.FeePPM > MostFeePPM {
		refuse("/fee_ppm", "The fee is from 0 to %d millionths of a charge.", int64(MostFeePPM))
	}
	if r.FeeFixed < 0 || r.FeeFixed > MostFeeFixed {
		refuse("/fee_fixed", "The fixed fee is from 0 to %d of the smallest units.", int64(MostFeeFixed))
	}
	if len(r.Presets) < 1 || len(r.Presets) > mostPresets || !slices.IsSorted(r.Presets) || len(slices.Compact(slices.Clone(r.Presets))) != len(r.Presets) ||
		slices.ContainsFunc(r.Presets, func(n int64) bool { return n < r.Min || n > r.Max || n%step != 0 }) {
		refuse("/presets", "From 1 to %d amounts are offered, the smallest first, each one that can be tipped.", int64(mostPresets))
	}
	if fits && r.FeePPM >= 0 && r.FeePPM <= MostFeePPM && r.FeeFixed >= 0 && r.FeeFixed <= MostFeeFixed && r.net(r.Min) < 1 {
		refuse("/least", "The fee would leave nothing of the least tip.")
	}
}

// Install writes the rules down as the version.
func (all Ruleset) Install(ctx context.Context, tx *db.Tx, v policy.Version) error {
	rules := slices.Clone(all)
	for i := range rules {
		rules[i].Version, rules[i].FromUS = v.Name, v.FromUS
	}
	return Install(ctx, tx, rules)
}
