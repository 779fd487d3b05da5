package payout

import (
	"context"
	"fmt"

	"github.com/ovationhq/ovation/internal/casework"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
)

// PlatformFunds is the code of a hold, because our balance at the provider does not
// cover the payout.
const PlatformFunds = "platform_funds"

// KindFunds is the kind of the cases of payouts that wait for our balance.
const KindFunds = "payout_funds"

const waitsForFunds = "The platform's balance with the payment provider does not cover this payout yet. Its operator has been told. The payout goes by itself as soon as it is covered; until then it can be canceled."

// uncovered has a payout wait whose transfer our balance did not cover: nothing has
// left, so that it has not begun, and the creator can have it back. An operator has
// a case of it. The provider keeps the answer for the key, so the next has another.
func (s *Service) uncovered(ctx context.Context, p Payout) (step, error) {
	if found, err := s.findTransfer(ctx, p); found || err != nil {
		return goOn, err
	}
	return step(retryLate), s.refused(ctx, p, func(tx *db.Tx, p *Payout) error {
		if borne, err := bearsFor(ctx, tx, p); err != nil {
			return err
		} else if borne { // what was taken back of it while it was under way goes first
			p.FailureCode, p.FailureReason = PlatformFunds, troubles[PlatformFunds].Reason
			return giveBack(ctx, tx, p, Failed, "payout.failed", ledger.PayoutPath(p.ID))
		}
		p.Attempt, p.AskedUS, p.BegunUS, p.begunAfter, p.bank, p.BankLast4, p.standing = p.Attempt+1, 0, 0, 0, 0, "", 0
		_, err := casework.Open(ctx, tx, casework.New{Kind: KindFunds, Subject: string(p.ID), Person: p.Creator, Amount: p.Amount,
			Words: fmt.Sprintf("The balance at the payment provider does not cover the payout of %s %s. Top it up in this currency; the payout goes by itself.", p.Amount.Decimal(), p.Amount.Asset)})
		if err != nil {
			return err
		}
		return p.hold(ctx, tx, Hold{Code: PlatformFunds, Reason: waitsForFunds, By: ByRule})
	})
}

// bearsFor reports whether the reserve bears for claws that were made while the
// payout was away.
func bearsFor(ctx context.Context, tx *db.Tx, p *Payout) (bool, error) {
	since, err := p.reservedBy(ctx, tx)
	if err != nil {
		return false, err
	}
	var n int64
	err = tx.Row(ctx, "SELECT COUNT(*) FROM payout_line l JOIN earning_claw c ON c.earning_id = l.earning_id WHERE l.payout_id = $1 AND c.borne_units > 0 AND c.state <> 'returned' AND c.after_seq >= $2",
		p.ID, since).Scan(&n)
	return n > 0, err
}

// covered reports whether our balance at the provider covers the payout.
func (s *Service) covered(ctx context.Context, p Payout) (bool, error) {
	all, err := s.stripe.Balance(ctx, "")
	for _, b := range all {
		if b.Available.Asset == p.Amount.Asset {
			return b.Available.Units >= p.Amount.Units, err
		}
	}
	return false, err
}

// closeFunds closes the case of a payout that waited for our balance.
func (p *Payout) closeFunds(ctx context.Context, tx *db.Tx) error {
	c, found, err := casework.About(ctx, tx, KindFunds, string(p.ID))
	if err != nil || !found || c.State != casework.Opened {
		return err
	}
	decision := "sent"
	if p.Transfer == "" {
		decision = string(p.State)
	}
	_, err = casework.Close(ctx, tx, c.ID, casework.ByRule, decision, "")
	return err
}
