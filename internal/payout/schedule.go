package payout

import (
	"context"
	"fmt"
	"slices"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/policy"
)

// lastDay is the last day that every month has.
const lastDay = 28

// Versions are the versions of the rules of payouts.
var Versions = policy.Set{Rules: "payouts", Name: "payouts", Table: "payout_rules", Remove: func(ctx context.Context, tx *db.Tx, version string) error {
	for _, statement := range []string{"DELETE FROM payout_limit WHERE version = $1", "DELETE FROM payout_source WHERE version = $1", "DELETE FROM payout_rules WHERE version = $1"} {
		if _, err := tx.Exec(ctx, statement, version); err != nil {
			return err
		}
	}
	return nil
}}

// Rules schedules the rules of payouts.
func (s *Service) Rules() policy.Desk { return Versions.On(s.db) }

// Check says all that is wrong with rules that an operator schedules.
func (r *Rules) Check(ctx context.Context, tx *db.Tx, fromUS int64, wrong *fault.Fields) error {
	if r.NoticeDay < 1 || r.NoticeDay >= lastDay {
		wrong.Add("/notice_day", fault.Wrong(fault.ValidationFailed, "The day of the notice is from %d to %d, as every month has it.", int64(1), int64(lastDay-1)))
	}
	if r.PayDay <= r.NoticeDay || r.PayDay > lastDay {
		wrong.Add("/pay_day", fault.Wrong(fault.ValidationFailed, "The day of the payout comes after that of the notice, and is at most %d, as every month has it.", int64(lastDay)))
	}
	if r.Monthly < 0 || r.Monthly > policy.MostUnits {
		wrong.Add("/monthly", fault.Wrong(fault.ValidationFailed, "The least of a month is from 0 to %d of the smallest units.", int64(policy.MostUnits)))
	}
	checkAgree(r.Agree, "/agree", wrong)
	for i, s := range r.Sources {
		at := fmt.Sprintf("/sources/%d", i)
		if !slices.Contains(earnings.Sources, s.Source) || slices.ContainsFunc(r.Sources[:i], func(o SourceRule) bool { return o.Source == s.Source }) {
			wrong.Add(at+"/source", fault.Wrong(fault.ValidationFailed, "A source is there once, and is one that creators earn from; %q is not.", fault.Clip(string(s.Source))))
		}
		if s.Calendar != OnRequest && s.Calendar != Monthly {
			wrong.Add(at+"/calendar", fault.Wrong(fault.ValidationFailed, "Payouts go on request or monthly; %q is neither.", fault.Clip(string(s.Calendar))))
		}
	}
	now, err := RulesInForce(ctx, tx)
	if err != nil {
		return err
	}
	before, err := rulesAt(ctx, tx, fromUS)
	if err != nil {
		return err
	}
	policy.Announced(tx, fromUS, r.looser(&now) || r.looser(&before), wrong)
	return r.checkLimits(ctx, tx, &now, wrong)
}

// checkAgree is about an amount above which two operators release what one holds.
func checkAgree(units int64, at string, wrong *fault.Fields) {
	if units < 0 || units > policy.MostUnits {
		wrong.Add(at, fault.Wrong(fault.ValidationFailed, "The amount above which two operators let a held payout go is from 0 to %d of the smallest units.", int64(policy.MostUnits)))
	}
}

// looser reports whether one operator may let go what took two before.
func (r *Rules) looser(before *Rules) bool {
	alone := map[money.Asset]int64{}
	for _, l := range before.Limits {
		alone[l.Asset] = l.Agree
	}
	return r.Agree > before.Agree || slices.ContainsFunc(r.Limits, func(l Limit) bool { return l.Agree > alone[l.Asset] })
}

func (r *Rules) checkLimits(ctx context.Context, tx *db.Tx, before *Rules, wrong *fault.Fields) error {
	card, err := earnings.Rates(ctx, tx)
	if err != nil {
		return err
	}
	if len(r.Limits) > policy.MostEntries {
		wrong.Add("/limits", fault.Wrong(fault.ValidationFailed, "There are limits of at most %d currencies.", int64(policy.MostEntries)))
	}
	listed := map[money.Asset]bool{card.PayAsset: true}
	for i, l := range r.Limits {
		at := fmt.Sprintf("/limits/%d", i)
		switch {
		case !l.Asset.IsCurrency():
			wrong.Add(at+"/asset", fault.Wrong(fault.ValidationFailed, "A currency has three large letters, such as %s.", money.USD))
		case l.Asset == card.PayAsset:
			wrong.Add(at+"/asset", fault.Wrong(fault.ValidationFailed, "The limits of %s are those of the rate card.", l.Asset))
		case listed[l.Asset]:
			wrong.Add(at+"/asset", fault.Wrong(fault.ValidationFailed, "There are two limits of %s.", l.Asset))
		}
		listed[l.Asset] = true
		if l.DailyCap < 1 || l.DailyCap > policy.MostUnits {
			wrong.Add(at+"/daily_cap", fault.Wrong(fault.ValidationFailed, "The daily cap is from 1 to %d of the smallest units.", int64(policy.MostUnits)))
		}
		if l.Minimum < 0 || l.Minimum > l.DailyCap {
			wrong.Add(at+"/minimum", fault.Wrong(fault.ValidationFailed, "The minimum of a payout is from 0 to the daily cap; nothing could be paid out otherwise."))
		}
		checkAgree(l.Agree, at+"/agree", wrong)
		if l.Monthly < l.Minimum || l.Monthly > policy.MostUnits {
			wrong.Add(at+"/monthly", fault.Wrong(fault.ValidationFailed, "The least of a month is from the minimum of a payout to %d of the smallest units.", int64(policy.MostUnits)))
		}
	}
	owed, err := db.Collect[money.Asset](tx.Query(ctx, "SELECT DISTINCT amount_asset FROM earning WHERE amount_units > paid_units + clawed_units ORDER BY amount_asset"))(
		func(row *db.Rows) (a money.Asset, err error) { return a, row.Scan((*string)(&a)) })
	if err != nil {
		return err
	}
	for _, l := range before.Limits {
		if !listed[l.Asset] && slices.Contains(owed, l.Asset) {
			wrong.Add("/limits", fault.Wrong(fault.ValidationFailed, "The limits of %s stay: what creators have in it could not be paid out any more.", l.Asset))
			listed[l.Asset] = true
		}
	}
	return checkTips(ctx, tx, listed, wrong)
}

// checkTips refuses rules without a currency that tips are given in, now or by rules
// to come: what is given is paid out later.
func checkTips(ctx context.Context, tx *db.Tx, listed map[money.Asset]bool, wrong *fault.Fields) error {
	tipped, err := db.Collect[money.Asset](tx.Query(ctx, `SELECT DISTINCT asset FROM tip_rule
		WHERE from_us >= (SELECT COALESCE(MAX(b.from_us), 0) FROM tip_rule b WHERE b.from_us <= $1) ORDER BY asset`, tx.NowUS()))(
		func(row *db.Rows) (a money.Asset, err error) { return a, row.Scan((*string)(&a)) })
	for _, asset := range tipped {
		if !listed[asset] {
			wrong.Add("/limits", fault.Wrong(fault.ValidationFailed, "The limits name %s too: tips are given in it, now or by rules to come, and could not be paid out.", asset))
		}
	}
	return err
}

// Install writes the rules down as the version.
func (r *Rules) Install(ctx context.Context, tx *db.Tx, v policy.Version) error {
	r.Version, r.FromUS = v.Name, v.FromUS
	return InstallRules(ctx, tx, *r)
}
