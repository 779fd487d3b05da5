package earnings

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/policy"
)

// mostRate bounds both numbers of a rate that an operator schedules.
const mostRate = 1_000_000

// Cards are the rate cards.
var Cards = policy.Set{Rules: "rate_card", Name: "rates", Table: "rate_card", Remove: func(ctx context.Context, tx *db.Tx, version string) error {
	_, err := tx.Exec(ctx, "DELETE FROM rate_card WHERE version = $1", version)
	return err
}}

// Check says all that is wrong with a card that an operator schedules.
func (c *RateCard) Check(ctx context.Context, tx *db.Tx, _ int64, wrong *fault.Fields) error {
	cards, err := History(ctx, tx)
	if err != nil {
		return err
	}
	rate := func(pointer string, num, den int64) {
		if num < 1 || den < 1 || num > mostRate || den > mostRate {
			wrong.Add(pointer, fault.Wrong(fault.ValidationFailed, "A rate is a fraction of two numbers from 1 to %d.", int64(mostRate)))
		}
	}
	rate("/diamonds_per_coin", c.DiamondsNum, c.DiamondsDen)
	rate("/units_per_diamond", c.PayNum, c.PayDen)
	if len(cards) > 0 && c.PayAsset != cards[0].PayAsset {
		wrong.Add("/currency", fault.Wrong(fault.ValidationFailed, "The currency stays %s: what creators have available in it could not be paid out any more.", cards[0].PayAsset))
	} else if !c.PayAsset.IsCurrency() {
		wrong.Add("/currency", fault.Wrong(fault.ValidationFailed, "A currency has three large letters, such as %s.", money.USD))
	}
	if c.HoldDays < 0 || c.HoldDays > policy.MostDays {
		wrong.Add("/hold_days", fault.Wrong(fault.ValidationFailed, "The hold is from 0 to %d days.", int64(policy.MostDays)))
	}
	if c.DailyCap < 1 || c.DailyCap > policy.MostUnits {
		wrong.Add("/daily_cap", fault.Wrong(fault.ValidationFailed, "The daily cap is from 1 to %d of the smallest units.", int64(policy.MostUnits)))
	}
	if c.MinimumUnits < 0 || c.MinimumUnits > c.DailyCap {
		wrong.Add("/minimum", fault.Wrong(fault.ValidationFailed, "The minimum of a payout is from 0 to the daily cap; nothing could be paid out otherwise."))
	}
	return nil
}

// Install writes the card down as the version.
func (c *RateCard) Install(ctx context.Context, tx *db.Tx, v policy.Version) error {
	c.Version, c.FromUS = v.Name, v.FromUS
	return Install(ctx, tx, *c)
}
