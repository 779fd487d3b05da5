package payout

import (
	"context"
	"slices"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/payment/stripe"
)

// TakenBack is the failure code of a payout that was canceled before it began,
// because a refund or a dispute takes back what it was of.
const TakenBack = "taken_back"

// notBegun chooses the payouts whose money is with us still, and not asked for.
const notBegun = "state IN ('scheduled', 'held')"

// Room is the payouts that were canceled for a refund or a dispute.
type Room struct {
	reviewed []Payout // those that an operator held, as they stood
}

// MakeRoom cancels payouts that have not begun, the latest first, until what is
// left of the earnings covers the claims: what is reserved for a payout is still
// ours, and nobody else is to bear it. cause is the refund or the dispute.
// Restore comes after the claims were taken.
func MakeRoom(ctx context.Context, tx *db.Tx, cause string, claims []earnings.Claim) (room Room, err error) {
	for _, claim := range claims {
		for {
			c, err := earnings.Weigh(ctx, tx, claim, 0)
			if err != nil {
				return room, err
			}
			if c.Borne == 0 {
				break
			}
			p, err := one(tx.Query(ctx, "SELECT "+payoutColumns+" FROM payout WHERE "+notBegun+" AND id IN (SELECT payout_id FROM payout_line WHERE earning_id = $1) ORDER BY goes_us DESC, id DESC LIMIT 1", claim.Earning))
			if fault.Is(err, fault.NotFound) {
				break
			}
			if err != nil {
				return room, err
			}
			if p.ofOperator() && (p.Hold.UntilUS == 0 || p.Hold.UntilUS > tx.NowUS()) {
				room.reviewed = append(room.reviewed, p)
			}
			if err := p.takeBack(ctx, tx, cause); err != nil {
				return room, err
			}
		}
	}
	return room, nil
}

// takeBack cancels the payout for the refund or the dispute.
func (p *Payout) takeBack(ctx context.Context, tx *db.Tx, cause string) error {
	p.CanceledFor, p.FailureCode, p.FailureReason = cause, TakenBack, troubles[TakenBack].Reason
	return giveBack(ctx, tx, p, Canceled, "payout.canceled", ledger.PayoutPath(p.ID))
}

// Restore has what is left of the payouts that an operator looked into wait as
// they did: else who is looked into would have it paid out a minute after a
// dispute. What is below the minimum, or goes by the calendar alone, stays
// available.
func (r *Room) Restore(ctx context.Context, tx *db.Tx) error {
	if len(r.reviewed) == 0 {
		return nil
	}
	rules, err := RulesInForce(ctx, tx)
	if err != nil {
		return err
	}
	not := rules.onlyMonthly()
	for i := range r.reviewed {
		if err := r.reviewed[i].restore(ctx, tx, not); err != nil {
			return err
		}
	}
	return nil
}

func (p *Payout) restore(ctx context.Context, tx *db.Tx, not []earnings.Source) error {
	left, err := p.leftOf(ctx, tx, not)
	if err != nil {
		return err
	}
	minimum, err := minimumUnder(ctx, tx, p)
	left -= left % stripe.PayoutGrain(p.Amount.Asset)
	if err != nil || left == 0 || left < minimum {
		return err
	}
	all, err := order{creator: p.Creator, account: p.Account, rule: p.Rule, asset: p.Amount.Asset, not: not}.make(ctx, tx, []portion{{left, p.GoesUS}})
	if err != nil {
		return err
	}
	return all[0].hold(ctx, tx, p.Hold)
}

// leftOf is how much of what the payout was of is left with its earnings.
func (p *Payout) leftOf(ctx context.Context, tx *db.Tx, not []earnings.Source) (left int64, err error) {
	d, err := DetailOf(ctx, tx, p.ID)
	if err != nil {
		return 0, err
	}
	for _, l := range d.Lines {
		if !slices.Contains(not, l.Earning.Source) {
			left += min(l.Amount.Units, l.Earning.Left())
		}
	}
	return left, nil
}

// Reserved is what of the earning payouts would give back that have not begun.
func Reserved(ctx context.Context, tx *db.Tx, earning id.Earning) (units int64, err error) {
	err = tx.Row(ctx, "SELECT CAST(COALESCE(SUM(l.units), 0) AS BIGINT) FROM payout_line l JOIN payout p ON p.id = l.payout_id WHERE l.earning_id = $1 AND p."+notBegun, earning).Scan(&units)
	return units, err
}
