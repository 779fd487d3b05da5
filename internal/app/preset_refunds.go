package app

import (
	"cmp"
	"context"
	"slices"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/reversal"
)

// mostRefundDays bounds the right to a refund: cards can not be refunded for ever.
const mostRefundDays = 180

// readRefunds reads the rules of refunds: those of the file, or those that ship
// with the program. The rates are read already.
func (p *preset) readRefunds(t *table) {
	if len(t.values) == 0 {
		t = shippedTable("refunds")
	}
	agree := money.Amount{Units: t.whole("agree", 0, mostUnits), Asset: p.Card.PayAsset}
	p.Refunds = []reversal.Rule{{Days: t.whole("days", 0, mostRefundDays), Agree: agree}}
	regions := t.sub("regions")
	for _, region := range regions.keys() {
		if len(region) != 2 || region[0] < 'A' || region[0] > 'Z' || region[1] < 'A' || region[1] > 'Z' {
			regions.blame(region, "this is no region; write two large letters, such as FR")
		}
		p.Refunds = append(p.Refunds, reversal.Rule{Region: region, Days: regions.whole(region, 0, mostRefundDays), Agree: agree})
	}
	regions.done()
	t.done()
	slices.SortFunc(p.Refunds, func(a, b reversal.Rule) int { return cmp.Compare(a.Region, b.Region) })
}

// refunds returns the rules of refunds with the version and the start.
func (p *preset) refunds() []reversal.Rule {
	all := slices.Clone(p.Refunds)
	for i := range all {
		all[i].Version, all[i].FromUS = p.Version, p.From.UnixMicro()
	}
	return all
}

// sameRefunds reports whether the version is installed with these rules of
// refunds.
func (p *preset) sameRefunds(ctx context.Context, tx *db.Tx) (bool, error) {
	there, err := reversal.RulesOf(ctx, tx, p.Version)
	return slices.Equal(there, p.refunds()), err
}
