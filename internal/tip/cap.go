package tip

import (
	"context"
	"fmt"
	"math/big"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
)

// Day is how much of a day's tips a fan has left.
type Day struct {
	Cap      money.Amount // a day's, in the currency that was asked for
	Left     money.Amount // of it: what was tipped in other currencies counts by its part of their caps
	Tips     int64        // a day's
	TipsLeft int64
	ResetsUS int64 // when the next day begins
}

// begins is when the UTC day of the instant begins, and the next one.
func begins(us int64) (fromUS, toUS int64) {
	from := time.UnixMicro(us).UTC().Truncate(24 * time.Hour)
	return from.UnixMicro(), from.Add(24 * time.Hour).UnixMicro()
}

// counts is the condition of the tips that count: those whose money came, or may
// still come.
const counts = "c.outcome NOT IN ('failed', 'canceled')"

// spent is what a fan has tipped in a day under one rule.
type spent struct{ units, cap, tips int64 }

var one = big.NewRat(1, 1)

// share adds up how much of a day's cap is used: each tip uses the part of its
// own rule's cap that it is.
func share(all []spent) (used *big.Rat, tips int64) {
	used = new(big.Rat)
	for _, s := range all {
		used.Add(used, big.NewRat(s.units, s.cap))
		tips += s.tips
	}
	return used, tips
}

// dayOf returns what the fan has left of the day at the transaction's instant.
func dayOf(ctx context.Context, tx *db.Tx, fan id.Person, r *Rule) (Day, error) {
	from, to := begins(tx.NowUS())
	all, err := db.Collect[spent](tx.Query(ctx, `SELECT CAST(SUM(t.amount_units) AS BIGINT), r.day_units, COUNT(*)
		FROM tip t JOIN payment_charge c ON c.subject = t.id JOIN tip_rule r ON r.version = t.rule AND r.asset = t.asset
		WHERE t.fan_id = $1 AND t.created_us >= $2 AND t.created_us < $3 AND `+counts+` GROUP BY t.rule, t.asset, r.day_units`, fan, from, to))(
		func(row *db.Rows) (s spent, err error) { return s, row.Scan(&s.units, &s.cap, &s.tips) })
	if err != nil {
		return Day{}, fmt.Errorf("tip: adding up the day of %s: %w", fan, err)
	}
	used, tips := share(all)
	left := new(big.Rat).Sub(one, used)
	left.Mul(left, big.NewRat(r.DayUnits, 1))
	whole := new(big.Int).Quo(left.Num(), left.Denom()).Int64()
	return Day{Cap: r.of(r.DayUnits), Left: r.of(max(0, whole)), Tips: r.DayTips, TipsLeft: max(0, r.DayTips-tips), ResetsUS: to}, nil
}

// admit refuses a tip that the day has no room for.
func (d *Day) admit(amount money.Amount, now time.Time) error {
	resets := time.UnixMicro(d.ResetsUS).UTC()
	var f *fault.Error
	switch {
	case d.TipsLeft == 0:
		f = fault.New(fault.DailyLimit, "You have given %d tips today, which is the most there can be in a day. The next day begins at %s; nothing was charged.", d.Tips, clock(resets)).
			With("limit", "tips_a_day").With("cap", d.Tips).With("left", 0)
	case amount.Units > d.Left.Units:
		f = fault.New(fault.DailyLimit, "Tips are at most %s %s a day. You have %s %s left today, and this one is %s. The next day begins at %s; nothing was charged.",
			d.Cap.Decimal(), d.Cap.Asset, d.Left.Decimal(), d.Left.Asset, amount.Decimal(), clock(resets)).
			With("limit", "day").With("cap", d.Cap).With("left", d.Left)
	default:
		return nil
	}
	return f.With("resets_at", resets.Format(time.RFC3339)).After(resets.Sub(now))
}

// clock writes an instant for a sentence.
func clock(at time.Time) string { return at.Format("15:04") + " UTC" }
