package limit

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/policy"
)

// Versions are the versions of the velocities.
var Versions = policy.Set{Rules: "velocity", Name: "velocity", Table: "limit_velocity", Remove: func(ctx context.Context, tx *db.Tx, version string) error {
	_, err := tx.Exec(ctx, "DELETE FROM limit_velocity WHERE version = $1", version)
	return err
}}

// Rules schedules the velocities.
func (s *Service) Rules() policy.Desk { return Versions.On(s.db) }

// Pacing is what a version says: within so many hours people are charged at most so
// much of each currency, and those with new accounts less.
type Pacing struct {
	Hours          int64
	NewAccountDays int64 // so long an account is new; 0 has no smaller most
	Currencies     []PaceOf
}

// PaceOf is the most of a currency.
type PaceOf struct {
	Asset      money.Asset
	Most       int64
	NewAccount int64 // of new accounts
}

// Check says all that is wrong with a pacing that an operator schedules.
func (p *Pacing) Check(ctx context.Context, tx *db.Tx, fromUS int64, wrong *fault.Fields) error {
	if p.Hours < 1 || p.Hours > policy.MostDays*24 {
		wrong.Add("/hours", fault.Wrong(fault.ValidationFailed, "The time is from 1 to %d hours.", int64(policy.MostDays*24)))
	}
	if p.NewAccountDays < 0 || p.NewAccountDays > policy.MostDays {
		wrong.Add("/new_account_days", fault.Wrong(fault.ValidationFailed, "An account is new for 0 to %d days; 0 has no limit of new accounts.", int64(policy.MostDays)))
	}
	if len(p.Currencies) < 1 || len(p.Currencies) > policy.MostEntries {
		wrong.Add("/currencies", fault.Wrong(fault.ValidationFailed, "There are from 1 to %d currencies.", int64(policy.MostEntries)))
	}
	listed := map[money.Asset]bool{}
	for i, c := range p.Currencies {
		at := fmt.Sprintf("/currencies/%d", i)
		if !c.Asset.IsCurrency() {
			wrong.Add(at+"/asset", fault.Wrong(fault.ValidationFailed, "A currency has three large letters, such as %s.", money.USD))
		} else if listed[c.Asset] {
			wrong.Add(at+"/asset", fault.Wrong(fault.ValidationFailed, "A currency is there once; there are two of %s.", c.Asset))
		}
		listed[c.Asset] = true
		if c.Most < 1 || c.Most > policy.MostUnits {
			wrong.Add(at+"/most", fault.Wrong(fault.ValidationFailed, "The most is from 1 to %d of the smallest units.", int64(policy.MostUnits)))
		}
		if p.NewAccountDays > 0 && (c.NewAccount < 1 || c.NewAccount > c.Most) {
			wrong.Add(at+"/new_account", fault.Wrong(fault.ValidationFailed, "The most of new accounts is from 1 to the most of everybody."))
		}
	}
	sold, err := db.Collect[money.Asset](tx.Query(ctx, `SELECT currency FROM coin_pack UNION SELECT asset FROM tip_rule
		WHERE from_us > $1 OR version = (SELECT version FROM tip_rule WHERE from_us <= $1 ORDER BY from_us DESC, version DESC LIMIT 1) ORDER BY 1`, fromUS))(
		func(r *db.Rows) (a money.Asset, err error) { return a, r.Scan((*string)(&a)) })
	for _, asset := range sold {
		if !listed[asset] {
			wrong.Add("/currencies", fault.Wrong(fault.ValidationFailed, "Coins or tips are paid in %s. A velocity without it would let nothing be paid in it.", asset))
		}
	}
	return err
}

// Install writes the pacing down as the version.
func (p *Pacing) Install(ctx context.Context, tx *db.Tx, v policy.Version) error {
	var all []Velocity
	for _, c := range p.Currencies {
		rule := Velocity{Version: v.Name, FromUS: v.FromUS, Name: Rolling, Asset: c.Asset, Span: time.Duration(p.Hours) * time.Hour, Most: c.Most}
		all = append(all, rule)
		if p.NewAccountDays > 0 {
			rule.Name, rule.Most, rule.Younger = NewAccount, c.NewAccount, time.Duration(p.NewAccountDays)*24*time.Hour
			all = append(all, rule)
		}
	}
	return InstallVelocity(ctx, tx, all)
}

// PacingInForce returns the velocities at the transaction's instant; none has no
// currencies.
func PacingInForce(ctx context.Context, tx *db.Tx) (p Pacing, err error) {
	all, err := inForce(ctx, tx, tx.NowUS())
	for _, v := range all { // by name, so that those of new accounts come first
		if v.Name == NewAccount {
			p.NewAccountDays = int64(v.Younger / (24 * time.Hour))
		}
		p.Hours = int64(v.Span / time.Hour)
		at := slices.IndexFunc(p.Currencies, func(c PaceOf) bool { return c.Asset == v.Asset })
		if at < 0 {
			at = len(p.Currencies)
			p.Currencies = append(p.Currencies, PaceOf{Asset: v.Asset})
		}
		if v.Name == NewAccount {
			p.Currencies[at].NewAccount = v.Most
		} else {
			p.Currencies[at].Most = v.Most
		}
	}
	return p, err
}

// Bounded reports whether the velocities that hold at the instant, and those that are
// scheduled after it, let something be paid in the currency: where there are velocities
// at all, only what they name is.
func Bounded(ctx context.Context, tx *db.Tx, atUS int64, asset money.Asset) (bool, error) {
	var without int64
	err := tx.Row(ctx, `SELECT COUNT(*) FROM limit_velocity v WHERE (v.from_us > $1 OR v.version = (SELECT b.version FROM limit_velocity b WHERE b.from_us <= $1 ORDER BY b.from_us DESC, b.version DESC LIMIT 1))
		AND NOT EXISTS (SELECT 1 FROM limit_velocity o WHERE o.version = v.version AND o.asset = $2)`, atUS, string(asset)).Scan(&without)
	return without == 0, err
}

func inForce(ctx context.Context, tx *db.Tx, atUS int64) ([]Velocity, error) {
	return db.Collect[Velocity](tx.Query(ctx, `SELECT version, name, asset, from_us, span_us, most_units, younger_us FROM limit_velocity
		WHERE version = (SELECT version FROM limit_velocity WHERE from_us <= $1 ORDER BY from_us DESC, version DESC LIMIT 1) ORDER BY name, asset`, atUS))(scanVelocity)
}
