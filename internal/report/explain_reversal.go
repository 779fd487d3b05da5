package report

import (
	"context"
	"fmt"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
)

// net puts what was earned and what was taken back of it side by side, so that
// they add up to what the creator gets. gross is the earning without that.
func (e *explainer) net(ctx context.Context, gross Step, got *earnings.Earning, card *earnings.RateCard) (Step, error) {
	claws, err := earnings.ClawsOfEarning(ctx, e.tx, got.ID)
	if err != nil {
		return gross, err
	}
	s := gross
	s.Next, s.PartsOf = "", nil
	gross.Kind, gross.Amount, gross.Formula = "gross", got.Amount, conversion(got, card)
	if got.Money() {
		gross.Formula = "what the day's tips came to = " + plain(got.Amount)
	}
	gross.At, gross.State = "", ""
	s.Parts = []Step{gross}
	if s.Amount == got.Amount { // all of it, and not what one payout took
		s.Amount = got.Amount.Of(got.Net())
		s.Formula = fmt.Sprintf("%s earned, less %s taken back = %s", plain(got.Amount), plain(got.Amount.Of(got.Clawed)), plain(s.Amount))
	}
	// Diamonds that are pending have no money yet: the parts of what they are
	// worth follow from the running total.
	left := got.Diamonds
	for i := range claws {
		if claws[i].State != earnings.ClawReturned {
			left -= claws[i].Own
		}
	}
	for i := len(claws) - 1; i >= 0; i-- {
		c := &claws[i]
		one := clawStep(c, got)
		one.Amount = got.Amount.Of(-c.Units)
		switch {
		case c.State == earnings.ClawReturned:
			one.Amount.Units = 0
		case got.State == earnings.Pending && !got.Money():
			worth, err := earnings.Share(*card, left, c.Own)
			if err != nil {
				return s, err
			}
			left += c.Own
			one.Amount.Units = -worth
		}
		s.Parts = append(s.Parts, one)
	}
	s.close(got.Amount.Of(got.Net()), "what rounding left", "")
	return s, nil
}

// clawStep is a claw without its parts.
func clawStep(c *earnings.Claw, of *earnings.Earning) Step {
	s := Step{ID: string(c.ID), Kind: "claw", Title: "Taken back: " + c.Reason, Amount: c.Taken(!of.Money()), State: string(c.State), At: stamp(c.HeldUS), Owner: string(c.Creator)}
	worth := money.Amount{Units: c.Units, Asset: c.Asset}
	switch {
	case of.Money():
		s.Formula = fmt.Sprintf("%s of %s", plain(s.Amount), of.ID)
	case of.State == earnings.Pending:
		s.Formula = fmt.Sprintf("%d diamonds of %s, which are not converted yet", c.Own, of.ID)
	default:
		s.Formula = fmt.Sprintf("%d diamonds of %s = %s", c.Own, of.ID, plain(worth))
	}
	if c.Borne > 0 {
		s.Formula += fmt.Sprintf("; %s had been paid out, and the platform bears it", plain(money.Amount{Units: c.Borne, Asset: c.Asset}))
	}
	return s
}

// claw explains what was taken back of an earning by the gifts or the tip whose
// payment went back.
func (e *explainer) claw(ctx context.Context, claw string) (Step, error) {
	c, ok, err := earnings.GetClaw(ctx, e.tx, id.Claw(claw))
	if err != nil {
		return Step{}, err
	}
	if !ok {
		return Step{}, fault.New(fault.NotFound, "There is no %s.", fault.Clip(claw))
	}
	of, err := earnings.Get(ctx, e.tx, c.Earning)
	if err != nil {
		return Step{}, err
	}
	s := clawStep(&c, &of)
	s.Rule, s.Above = of.Rule, []Above{{Kind: "earning", ID: string(c.Earning), Amount: s.Amount, State: string(of.Standing())}}
	if of.Money() {
		var tip string
		if err := e.tx.Row(ctx, "SELECT subject FROM reversal WHERE id = $1", c.Cause).Scan(&tip); err != nil {
			return s, missing(err, c.Cause)
		}
		s.Parts = []Step{{ID: tip, Kind: "tip", Title: "Tip", Amount: s.Amount}}
		return s, nil
	}
	parts, err := e.taken(ctx, c.Cause, string(c.Earning))
	for _, p := range parts {
		s.Parts = append(s.Parts, Step{ID: p.gift, Kind: "gift", Title: "Gift", Amount: money.Amount{Units: p.diamonds, Asset: money.Diamond}})
	}
	s.close(s.Amount, "further gifts", "")
	return s, err
}

// takenGift is a gift whose coins go back.
type takenGift struct {
	gift            string
	coins, diamonds int64
}

// taken returns the latest gifts of a refund or dispute, of one earning or ("") of
// all.
func (e *explainer) taken(ctx context.Context, cause, earning string) ([]takenGift, error) {
	return db.Collect[takenGift](e.tx.Query(ctx, `SELECT t.cause, p.coins, p.diamonds FROM reversal_part p JOIN ledger_transfer t ON t.seq = p.seq
		WHERE p.reversal_id = $1 AND ($2 = '' OR p.earning_id = $2) ORDER BY p.seq DESC LIMIT $3`, cause, earning, shown))(func(r *db.Rows) (p takenGift, err error) {
		return p, r.Scan(&p.gift, &p.coins, &p.diamonds)
	})
}

// reversal explains money that went back to who paid: the coins that were not
// spent, and what the others were spent for. What creators lose of it stands
// above, for operators.
func (e *explainer) reversal(ctx context.Context, reversal string) (Step, error) {
	s := Step{ID: reversal, Kind: "refund", Title: "Refund"}
	if id.KindOf(reversal) == id.KindDispute {
		s.Kind, s.Title = "dispute", "Dispute"
	}
	var subject, lot, failure string
	var coins, units, spent, us int64
	err := e.tx.Row(ctx, "SELECT person_id, subject, amount_units, amount_asset, lot_id, lot_coins, lot_units, spent_coins, state, failure_reason, opened_us FROM reversal WHERE id = $1", reversal).
		Scan(&s.Owner, &subject, &s.Amount.Units, (*string)(&s.Amount.Asset), &lot, &coins, &units, &spent, &s.State, &failure, &us)
	if err != nil {
		return s, missing(err, reversal)
	}
	s.At, s.Formula = stamp(us), fmt.Sprintf("%s of what was paid for %s", plain(s.Amount), subject)
	switch lot {
	case "":
		kind := "purchase"
		if id.KindOf(subject) == id.KindTip {
			kind = "tip"
		}
		s.Parts = []Step{{ID: subject, Kind: kind, Title: "Card payment", Amount: s.Amount, Owner: s.Owner}}
		s.PartsOf = &s.Amount
	default:
		s.Formula += fmt.Sprintf(" = %d coins that were not spent, and %d that were", coins, spent)
		if coins > 0 {
			s.Parts = append(s.Parts, Step{ID: lot, Kind: "lot", Title: fmt.Sprintf("%d coins that were not spent", coins), Amount: s.Amount.Of(units), Owner: s.Owner})
		}
		if rest := s.Amount.Units - units; spent > 0 || rest != 0 {
			part := Step{Kind: "spent", Title: fmt.Sprintf("%d coins that were spent", spent), Amount: s.Amount.Of(rest), Owner: s.Owner}
			gifts, err := e.taken(ctx, reversal, "")
			if err != nil {
				return s, err
			}
			for _, g := range gifts {
				part.Parts = append(part.Parts, Step{ID: g.gift, Kind: "gift", Title: "Gift", Amount: money.Amount{Units: g.coins, Asset: money.Coin}})
			}
			part.close(money.Amount{Units: spent, Asset: money.Coin}, "further gifts", "")
			s.Parts = append(s.Parts, part)
		}
		total := s.Amount
		s.PartsOf = &total
	}
	claws, err := earnings.ClawsOf(ctx, e.tx, reversal)
	for i := range claws {
		of, err := earnings.Get(ctx, e.tx, claws[i].Earning)
		if err != nil {
			return s, err
		}
		s.Above = append(s.Above, Above{Kind: "claw", ID: string(claws[i].ID), Amount: claws[i].Taken(!of.Money()), State: string(claws[i].State)})
	}
	return s, err
}

// moved is a line of a lot that is no gift: coins that a refund or a dispute has
// set aside, or that came back from it.
func moved(l ledger.Entry) Step {
	s := Step{ID: l.Cause, Kind: "refund", Title: "Given back", Amount: l.Amount, At: stamp(l.At.UnixMicro())}
	if id.KindOf(l.Cause) == id.KindDispute {
		s.Kind, s.Title = "dispute", "Held because of a dispute"
	}
	if !ledger.IsLot(l.From) {
		s.Amount.Units, s.Title = -s.Amount.Units, "Came back to the wallet"
	}
	return s
}

// isReversal reports whether the line is of a refund or of a dispute.
func isReversal(l ledger.Entry) bool {
	k := id.KindOf(l.Cause)
	return k == id.KindRefund || k == id.KindDispute
}
