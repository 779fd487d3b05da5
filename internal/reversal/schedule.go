package reversal

import (
	"context"
	"fmt"
	"slices"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/policy"
)

// MostDays bounds the right to a refund: cards can not be refunded for ever.
const MostDays = 180

// Versions are the versions of the rules of refunds.
var Versions = policy.Set{Rules: "refunds", Name: "refunds", Table: "reversal_rule", Remove: func(ctx context.Context, tx *db.Tx, version string) error {
	_, err := tx.Exec(ctx, "DELETE FROM reversal_rule WHERE version = $1", version)
	return err
}}

// Rules schedules the rules of refunds.
func (s *Service) Rules() policy.Desk { return Versions.On(s.db) }

// Ruleset is what a version says, by region.
type Ruleset []Rule

// Check says all that is wrong with rules that an operator schedules.
func (all Ruleset) Check(ctx context.Context, tx *db.Tx, fromUS int64, wrong *fault.Fields) error {
	if len(all) > policy.MostEntries || !slices.ContainsFunc(all, func(r Rule) bool { return r.Region == "" }) {
		wrong.Add("/regions", fault.Wrong(fault.ValidationFailed, "There are from 1 to %d regions, and one of them is *, which is everywhere else.", int64(policy.MostEntries)))
	}
	for i, r := range all {
		at := fmt.Sprintf("/regions/%d", i)
		if !isRegion(r.Region) {
			wrong.Add(at+"/region", fault.Wrong(fault.ValidationFailed, "A region has two large letters, such as FR; * is everywhere else."))
		} else if slices.ContainsFunc(all[:i], func(o Rule) bool { return o.Region == r.Region }) {
			wrong.Add(at+"/region", fault.Wrong(fault.ValidationFailed, "A region is there once."))
		}
		if r.Days < 0 || r.Days > MostDays {
			wrong.Add(at+"/days", fault.Wrong(fault.ValidationFailed, "Coins that were not spent are given back for 0 to %d days; 0 is never.", int64(MostDays)))
		}
		if !r.Agree.Asset.IsCurrency() {
			wrong.Add(at+"/agree/asset", fault.Wrong(fault.ValidationFailed, "A currency has three large letters, such as %s.", money.USD))
		}
		if r.Agree.Units < 0 || r.Agree.Units > policy.MostUnits {
			wrong.Add(at+"/agree/amount", fault.Wrong(fault.ValidationFailed, "One operator refunds from 0 to %d of the smallest units alone.", int64(policy.MostUnits)))
		}
	}
	now, err := RulesInForce(ctx, tx)
	if err != nil {
		return err
	}
	before, err := rulesAt(ctx, tx, fromUS)
	policy.Announced(tx, fromUS, all.looser(now) || all.looser(before), wrong)
	return err
}

// looser reports whether one operator may give back somewhere what took two before.
func (all Ruleset) looser(before Ruleset) bool {
	regions := append(slices.Clone(all), before...)
	return slices.ContainsFunc(regions, func(r Rule) bool { return above(before.agree(r.Region), all.agree(r.Region)) })
}

// agree is the amount of the region, or else that of everywhere.
func (all Ruleset) agree(region string) (amount money.Amount) {
	for _, r := range all {
		if r.Region == region {
			return r.Agree
		}
		if r.Region == "" {
			amount = r.Agree
		}
	}
	return amount
}

func isRegion(s string) bool {
	return s == "" || len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}

// Install writes the rules down as the version.
func (all Ruleset) Install(ctx context.Context, tx *db.Tx, v policy.Version) error {
	rules := slices.Clone(all)
	for i := range rules {
		rules[i].Version, rules[i].FromUS = v.Name, v.FromUS
	}
	return Install(ctx, tx, rules)
}

// RulesInForce returns the rules at the transaction's instant, by region.
func RulesInForce(ctx context.Context, tx *db.Tx) (Ruleset, error) {
	return rulesAt(ctx, tx, tx.NowUS())
}

// rulesAt returns the rules that hold at the instant, by those that are scheduled now.
func rulesAt(ctx context.Context, tx *db.Tx, us int64) (Ruleset, error) {
	return db.Collect[Rule](tx.Query(ctx, `SELECT version, region, from_us, days, agree_units, agree_asset FROM reversal_rule
		WHERE version = (SELECT version FROM reversal_rule WHERE from_us <= $1 ORDER BY from_us DESC, version DESC LIMIT 1) ORDER BY region`, us))(
		func(r *db.Rows) (x Rule, err error) {
			return x, r.Scan(&x.Version, &x.Region, &x.FromUS, &x.Days, &x.Agree.Units, (*string)(&x.Agree.Asset))
		})
}
