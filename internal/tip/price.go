package tip

import "github.com/ovationhq/ovation/internal/money"

// million is the whole of a fee in millionths.
const million = 1_000_000

// Fee is what the provider takes of a charge, as the rule says: a part of it,
// rounded half up, and a fixed amount.
func (r *Rule) Fee(charged int64) int64 { return (charged*r.FeePPM+million/2)/million + r.FeeFixed }

// net is what arrives of a charge. It never falls when more is charged, and
// goes up by at most one unit for each unit charged: so it takes every value.
func (r *Rule) net(charged int64) int64 { return charged - r.Fee(charged) }

// Covered is the least charge of which the amount arrives whole. Where cards are
// charged in steps (see money.Asset.CardStep), it is the least of which it arrives, and what
// arrives beyond it, less than a step, is the creator's too.
func (r *Rule) Covered(amount int64) int64 {
	c := (amount + r.FeeFixed) * million / (million - r.FeePPM)
	for r.net(c) >= amount {
		c--
	}
	for r.net(c) < amount {
		c++
	}
	step := r.Asset.CardStep()
	return (c + step - 1) / step * step
}

// Price is what a tip costs the fan and brings the creator, as the rule says.
// What the provider really took is known when it has told.
type Price struct {
	Amount  money.Amount // the tip
	Charged money.Amount // what the fan pays
	Fee     money.Amount // of it, the provider's
	Net     money.Amount // of it, the creator's
}

// Price returns what a tip of the amount costs.
func (r *Rule) Price(amount int64, coverFee bool) Price {
	charged := amount
	if coverFee {
		charged = r.Covered(amount)
	}
	fee := min(r.Fee(charged), charged)
	of := func(units int64) money.Amount { return money.Amount{Units: units, Asset: r.Asset} }
	return Price{of(amount), of(charged), of(fee), of(charged - fee)}
}
