package report

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
)

// Step is one step of an explanation: an amount, how it came about, and the
// parts that it is made of.
type Step struct {
	ID      string        `json:"id,omitempty"`
	Kind    string        `json:"kind"` // payout, earning, gift, combo, lot, purchase, fee, rest…
	Title   string        `json:"title"`
	Amount  money.Amount  `json:"amount"`
	Formula string        `json:"formula,omitempty"` // with the numbers put in
	Rule    string        `json:"rule,omitempty"`    // the version of the rates that it used
	State   string        `json:"state,omitempty"`
	At      string        `json:"at,omitempty"`
	Owner   string        `json:"-"`                  // whose it is: who may see the explanation
	PartsOf *money.Amount `json:"parts_of,omitempty"` // what the parts add up to
	Parts   []Step        `json:"parts,omitempty"`
	Seen    []string      `json:"-"` // further people who may see it
}

// shown bounds the parts of a step; the others stand in one last part.
const shown = 25

// explainer walks down from an amount.
type explainer struct {
	tx    *db.Tx
	cards map[string]earnings.RateCard
}

// Explain returns where the amount of the thing with this id comes from.
func Explain(ctx context.Context, tx *db.Tx, anyID string) (Step, error) {
	e := &explainer{tx: tx, cards: map[string]earnings.RateCard{}}
	switch id.KindOf(anyID) {
	case id.KindPayout:
		return e.payout(ctx, anyID)
	case id.KindEarning:
		return e.earning(ctx, anyID, -1)
	case id.KindGift:
		return e.gift(ctx, anyID)
	case id.KindCombo:
		return e.combo(ctx, anyID)
	case id.KindPurchase:
		return e.purchase(ctx, anyID)
	case id.KindLot:
		return e.lot(ctx, anyID)
	}
	return Step{}, fault.New(fault.NotFound, "Only payouts, earnings, gifts, combos, lots and purchases can be explained; %q is none of them.", fault.Clip(anyID))
}

func stamp(us int64) string {
	return time.UnixMicro(us).UTC().Format("2006-01-02T15:04:05.000000Z")
}

// close gives the step its rest, so that the parts add up to total.
func (s *Step) close(total money.Amount, restTitle string) {
	s.PartsOf = &total
	rest := total.Units
	for _, p := range s.Parts {
		rest -= p.Amount.Units
	}
	if rest != 0 {
		s.Parts = append(s.Parts, Step{Kind: "rest", Title: restTitle, Amount: money.Amount{Units: rest, Asset: total.Asset}})
	}
}

func (e *explainer) payout(ctx context.Context, payout string) (Step, error) {
	s := Step{ID: payout, Kind: "payout", Title: "Payout to the bank"}
	var us int64
	err := e.tx.Row(ctx, "SELECT creator_id, amount_units, amount_asset, rule, state, requested_us FROM payout WHERE id = $1", payout).
		Scan(&s.Owner, &s.Amount.Units, (*string)(&s.Amount.Asset), &s.Rule, &s.State, &us)
	if err != nil {
		return s, missing(err, payout)
	}
	s.At = stamp(us)
	type part struct {
		earning string
		units   int64
	}
	var count int64
	if err := e.tx.Row(ctx, "SELECT COUNT(*) FROM payout_line WHERE payout_id = $1", payout).Scan(&count); err != nil {
		return s, err
	}
	parts, err := db.Collect[part](e.tx.Query(ctx, "SELECT earning_id, units FROM payout_line WHERE payout_id = $1 ORDER BY earning_id LIMIT $2", payout, shown))(
		func(r *db.Rows) (p part, err error) { return p, r.Scan(&p.earning, &p.units) })
	if err != nil {
		return s, err
	}
	for _, p := range parts {
		step, err := e.earning(ctx, p.earning, p.units)
		if err != nil {
			return s, err
		}
		s.Parts = append(s.Parts, step)
	}
	what := "earnings"
	if count == 1 {
		what = "earning"
	}
	s.Formula = fmt.Sprintf("the sum of %d %s = %s", count, what, plain(s.Amount))
	s.close(s.Amount, "further earnings")
	return s, nil
}

func missing(err error, what string) error {
	if errors.Is(err, db.ErrNoRows) {
		return fault.New(fault.NotFound, "There is no %s.", fault.Clip(what))
	}
	return err
}

// plain writes an amount for a formula.
func plain(a money.Amount) string { return a.Decimal() + " " + string(a.Asset) }

// earning explains an earning; taken is the part of it that a payout took, or
// -1 for all of it.
func (e *explainer) earning(ctx context.Context, earning string, taken int64) (Step, error) {
	got, err := earnings.Get(ctx, e.tx, id.Earning(earning))
	if err != nil {
		return Step{}, err
	}
	card, ok := e.cards[got.Rule]
	if !ok {
		if card, err = earnings.RatesOf(ctx, e.tx, got.Rule); err != nil {
			return Step{}, err
		}
		e.cards[got.Rule] = card
	}
	s := Step{ID: earning, Kind: "earning", Title: "Gifts of " + got.Day.Format(time.DateOnly) + " (UTC)", Amount: got.Amount, Rule: got.Rule,
		State: string(got.Standing()), At: stamp(got.AvailableUS), Owner: string(got.Creator)}
	s.Formula = fmt.Sprintf("⌊%d diamonds × %d/%d⌋ = %s", got.Diamonds, card.PayNum, card.PayDen, plain(got.Amount))
	if rest := got.Diamonds * card.PayNum % card.PayDen; rest != 0 {
		s.Formula += fmt.Sprintf(", the remaining %d/%d of the smallest unit stays with the platform", rest, card.PayDen)
	}
	if taken >= 0 && taken != got.Amount.Units {
		s.Amount.Units = taken
		s.Formula += fmt.Sprintf(", of which %s went into this payout", plain(s.Amount))
	}
	entries, err := ledger.OfAccount(ctx, e.tx, ledger.Ref{Path: ledger.EarningPath(id.Earning(earning)), Asset: money.Diamond}, 0, shown+1)
	if err != nil {
		return s, err
	}
	for _, en := range entries {
		if en.From != ledger.DiamondsIssued || len(s.Parts) == shown {
			continue
		}
		g, err := e.gift(ctx, en.Cause)
		if err != nil {
			return s, err
		}
		g.Amount = en.Amount
		s.Parts = append(s.Parts, g)
	}
	s.close(money.Amount{Units: got.Diamonds, Asset: money.Diamond}, "further gifts of the day")
	return s, nil
}
