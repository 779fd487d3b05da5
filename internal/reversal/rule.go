package reversal

import (
	"context"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/money"
)

// Rule says who may have what refunded without being asked why.
type Rule struct {
	Version string
	Region  string // ISO 3166-1 alpha-2; "" is everywhere that has no rule of its own
	FromUS  int64
	Days    int64        // so long after a purchase its unspent coins are given back on request; 0 is never
	Agree   money.Amount // above it a second operator has to agree; what is in another currency always needs one
}

// Install adds rules. A version that exists is left as it is.
func Install(ctx context.Context, tx *db.Tx, rules []Rule) error {
	for _, r := range rules {
		_, err := tx.Exec(ctx, "INSERT INTO reversal_rule (version, region, from_us, days, agree_units, agree_asset) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (version, region) DO NOTHING",
			r.Version, r.Region, r.FromUS, r.Days, r.Agree.Units, string(r.Agree.Asset))
		if err != nil {
			return err
		}
	}
	return nil
}

// RuleFor returns the rule that holds now in the region. Where there is none,
// nothing is refunded on request, and a second operator has to agree to all else.
func RuleFor(ctx context.Context, tx *db.Tx, region string) (Rule, error) {
	all, err := db.Collect[Rule](tx.Query(ctx, `SELECT version, region, from_us, days, agree_units, agree_asset FROM reversal_rule
		WHERE region IN ($1, '') AND version = (SELECT version FROM reversal_rule WHERE from_us <= $2 ORDER BY from_us DESC, version DESC LIMIT 1) ORDER BY region DESC LIMIT 1`, region, tx.NowUS()))(
		func(r *db.Rows) (x Rule, err error) {
			return x, r.Scan(&x.Version, &x.Region, &x.FromUS, &x.Days, &x.Agree.Units, (*string)(&x.Agree.Asset))
		})
	if err != nil || len(all) == 0 {
		return Rule{}, err
	}
	return all[0], nil
}

// RulesOf returns the rules of a version.
func RulesOf(ctx context.Context, tx *db.Tx, version string) ([]Rule, error) {
	return db.Collect[Rule](tx.Query(ctx, "SELECT version, region, from_us, days, agree_units, agree_asset FROM reversal_rule WHERE version = $1 ORDER BY region", version))(
		func(r *db.Rows) (x Rule, err error) {
			return x, r.Scan(&x.Version, &x.Region, &x.FromUS, &x.Days, &x.Agree.Units, (*string)(&x.Agree.Asset))
		})
}

// until is when the right to a refund of what was bought at the instant ends.
func (r *Rule) until(us int64) time.Time {
	return time.UnixMicro(us).Add(time.Duration(r.Days) * 24 * time.Hour).UTC()
}
