package report

import (
	"context"
	"fmt"
	"strings"

	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
)

// tip explains a tip: what the fan was charged, what the provider kept of it,
// and what the creator got. The creator sees neither the card nor, of an
// anonymous tip, the fan.
func (e *explainer) tip(ctx context.Context, tip string) (Step, error) {
	s := Step{ID: tip, Kind: "tip", Title: "Tip"}
	var creator string
	var cover, us, completed int64
	var fee, net money.Amount
	var c payment.Record
	err := e.tx.Row(ctx, `SELECT t.fan_id, t.creator_id, t.amount_units, t.asset, t.charged_units, t.fee_units, t.cover_fee, t.rule, t.net_units, t.net_asset, t.created_us, t.completed_us,
			c.outcome, c.provider_id, c.fee_units, c.settled_units, c.settled_asset, c.card_brand, c.card_last4
		FROM tip t JOIN payment_charge c ON c.subject = t.id WHERE t.id = $1`, tip).
		Scan(&s.Owner, &creator, &s.Amount.Units, (*string)(&s.Amount.Asset), &c.Amount.Units, &fee.Units, &cover, &s.Rule, &net.Units, (*string)(&net.Asset), &us, &completed,
			(*string)(&c.Outcome), &c.Provider, &c.FeeUnits, &c.Settled.Units, (*string)(&c.Settled.Asset), &c.Brand, &c.Last4)
	if err != nil {
		return s, missing(err, tip)
	}
	if s.At, s.State, c.Amount.Asset, fee.Asset = stamp(us), string(c.Outcome), s.Amount.Asset, s.Amount.Asset; completed != 0 {
		s.At, s.Seen = stamp(completed), []string{creator}
	}
	s.Formula = fmt.Sprintf("a tip of %s, of which the provider keeps its fee", plain(s.Amount))
	if cover == 1 {
		s.Formula = fmt.Sprintf("charged %s, so that %s arrive after a fee of %s", plain(c.Amount), plain(money.Amount{Units: c.Amount.Units - fee.Units, Asset: fee.Asset}), plain(fee))
	}
	if net.Asset == "" {
		s.Parts = []Step{e.charge(&c, s.Owner, c.Amount)}
		return s, nil
	}
	s.Parts = []Step{e.charge(&c, s.Owner, c.Settled), {Kind: "fee", Title: "The provider's fee", Amount: money.Amount{Units: -c.FeeUnits, Asset: c.Settled.Asset}}}
	s.close(net, "what the provider's fee differed", "")
	return s, nil
}

// charge is the card payment of a tip, which is the fan's alone to see.
func (e *explainer) charge(c *payment.Record, fan string, amount money.Amount) Step {
	s := Step{Kind: "charge", Title: "Card payment", Amount: amount, State: string(c.Outcome), Owner: fan}
	if c.Last4 != "" {
		s.Title = fmt.Sprintf("Card payment %s •••• %s", c.Brand, c.Last4)
	}
	switch {
	case c.FeeOpen():
		s.Formula = fmt.Sprintf("charged %s as %s; the provider has not said yet what it keeps", plain(c.Amount), c.Provider)
	case c.Outcome == payment.Succeeded && c.Converted():
		s.Formula = fmt.Sprintf("charged %s as %s, settled as %s; the provider kept %s of it", plain(c.Amount), c.Provider, plain(c.Settled), plain(c.Fee()))
	case c.Outcome == payment.Succeeded:
		s.Formula = fmt.Sprintf("charged %s as %s; the provider kept %s of it", plain(c.Amount), c.Provider, plain(c.Fee()))
	default:
		s.Formula = charged(c)
	}
	return s
}

// earned explains an earning of money: the tips of its day.
func (e *explainer) earned(ctx context.Context, s *Step, got *earnings.Earning, after string) error {
	total := got.Amount
	ref := ledger.Ref{Path: ledger.EarningPath(got.ID), Asset: total.Asset}
	all, err := e.lines(ctx, s, ref, after, func(l ledger.Entry) bool { return strings.HasPrefix(l.From, ledger.TipPath("")) })
	if err != nil {
		return err
	}
	for _, l := range all {
		t, err := e.tip(ctx, l.Cause)
		if err != nil {
			return err
		}
		t.Amount = l.Amount
		s.Parts = append(s.Parts, t)
	}
	s.close(total, "further tips of the day", after)
	return nil
}

// aboveTip finds the earning that a tip went into.
func (e *explainer) aboveTip(ctx context.Context, tip string) (all []Above, err error) {
	lines, err := ledger.OfCause(ctx, e.tx, tip)
	for _, l := range lines {
		if into := ledger.IDInPath(l.To); id.KindOf(into) == id.KindEarning {
			all = append(all, Above{Kind: "earning", ID: into, Amount: l.Amount})
		}
	}
	return all, err
}
