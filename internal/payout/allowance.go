package payout

import (
	"context"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
)

// Allowance is how much a creator may ask for now.
type Allowance struct {
	Rule      string       // the rate card of the limits
	Available money.Amount // what the earnings have left
	LeftToday money.Amount // of the cap of the UTC day
	Minimum   money.Amount // the least of a payout
	ResetsUS  int64        // when the cap is whole again
}

// Most is the most that can be asked for; less than Minimum means nothing.
func (a *Allowance) Most() int64 { return min(a.Available.Units, a.LeftToday.Units) }

// AllowanceOf returns how much the creator may ask for now, under the rate
// card in force.
func AllowanceOf(ctx context.Context, tx *db.Tx, creator id.Person) (Allowance, error) {
	card, err := earnings.Rates(ctx, tx)
	if err != nil {
		return Allowance{}, err
	}
	return allowance(ctx, tx, creator, card)
}

func allowance(ctx context.Context, tx *db.Tx, creator id.Person, card earnings.RateCard) (Allowance, error) {
	b, err := earnings.BalanceOf(ctx, tx, creator)
	if err != nil {
		return Allowance{}, err
	}
	today := tx.Now().Truncate(24 * time.Hour)
	var taken int64
	err = tx.Row(ctx, `SELECT CAST(COALESCE(SUM(amount_units), 0) AS BIGINT) FROM payout
		WHERE creator_id = $1 AND requested_us >= $2 AND state NOT IN ('failed', 'canceled', 'returned')`, creator, today.UnixMicro()).Scan(&taken)
	return Allowance{Rule: card.Version, Available: b.Available, LeftToday: money.Amount{Units: max(0, card.DailyCap-taken), Asset: card.PayAsset},
		Minimum: money.Amount{Units: card.MinimumUnits, Asset: card.PayAsset}, ResetsUS: today.Add(24 * time.Hour).UnixMicro()}, err
}

// GoesUS is when a scheduled payout is sent, unless it is canceled before.
func (p *Payout) GoesUS() int64 { return p.RequestedUS + cancelWithin.Microseconds() }
