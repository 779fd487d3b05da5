package report

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
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
	Above   []Above       `json:"above,omitempty" doc:"What the amount went into"`
	Next    string        `json:"next,omitempty" doc:"Where the parts go on: ask for the explanation of this id after it"`
	Seen    []string      `json:"-"` // further people who may see it
}

// shown bounds the parts of a step; the others stand in one last part.
const shown = 25

// explainer walks down from an amount.
type explainer struct {
	tx    *db.Tx
	cards map[string]earnings.RateCard
}

// Explain returns where the amount of the thing with this id comes from. after
// is the Next of an explanation of the same id, whose parts it goes on with;
// "" begins with the first.
func Explain(ctx context.Context, tx *db.Tx, anyID, after string) (Step, error) {
	e := &explainer{tx: tx, cards: map[string]earnings.RateCard{}}
	s, err := e.explain(ctx, anyID, after)
	if err != nil {
		return s, err
	}
	return s, e.above(ctx, &s)
}

func (e *explainer) explain(ctx context.Context, anyID, after string) (Step, error) {
	switch id.KindOf(anyID) {
	case id.KindPayout:
		return e.payout(ctx, anyID, after)
	case id.KindEarning:
		return e.earning(ctx, anyID, -1, after)
	case id.KindGift:
		return e.gift(ctx, anyID)
	case id.KindCombo:
		return e.combo(ctx, anyID, after)
	case id.KindPurchase:
		return e.purchase(ctx, anyID, after)
	case id.KindLot:
		return e.lot(ctx, anyID)
	case id.KindTip:
		return e.tip(ctx, anyID)
	case id.KindRefund, id.KindDispute:
		return e.reversal(ctx, anyID)
	case id.KindClaw:
		return e.claw(ctx, anyID)
	}
	return Step{}, fault.New(fault.NotFound, "Only payouts, earnings, gifts, tips, combos, lots, purchases, refunds, disputes and claws can be explained; %q is none of them.", fault.Clip(anyID))
}

func stamp(us int64) string {
	return time.UnixMicro(us).UTC().Format("2006-01-02T15:04:05.000000Z")
}

// place reads where the parts of a step go on, as a number.
func place(after string) (int64, error) {
	if after == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(after, 10, 64)
	if err != nil || n <= 0 {
		return 0, fault.New(fault.CursorInvalid, "This is no place among the parts of an explanation. Begin without it.")
	}
	return n, nil
}

// close gives the step its rest, so that the parts add up to total. After the
// first page the rest is what stands on all others.
func (s *Step) close(total money.Amount, restTitle, after string) {
	if after != "" {
		restTitle = "on the other pages"
	}
	s.PartsOf = &total
	rest := total.Units
	for _, p := range s.Parts {
		rest -= p.Amount.Units
	}
	if rest != 0 {
		s.Parts = append(s.Parts, Step{Kind: "rest", Title: restTitle, Amount: money.Amount{Units: rest, Asset: total.Asset}})
	}
}

func (e *explainer) payout(ctx context.Context, payout, after string) (Step, error) {
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
	if after != "" && !id.Valid(id.KindEarning, after) {
		return s, fault.New(fault.CursorInvalid, "This is no place among the parts of an explanation. Begin without it.")
	}
	parts, err := db.Collect[part](e.tx.Query(ctx, "SELECT earning_id, units FROM payout_line WHERE payout_id = $1 AND earning_id > $2 ORDER BY earning_id LIMIT $3", payout, after, shown+1))(
		func(r *db.Rows) (p part, err error) { return p, r.Scan(&p.earning, &p.units) })
	if err != nil {
		return s, err
	}
	if len(parts) > shown {
		parts, s.Next = parts[:shown], parts[shown-1].earning
	}
	for _, p := range parts {
		step, err := e.earning(ctx, p.earning, p.units, "")
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
	s.close(s.Amount, "further earnings", after)
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

// cents are the currencies whose smallest unit people call a cent.
var cents = []money.Asset{"USD", "EUR", "AUD", "CAD", "HKD", "NZD", "SGD"}

// minor writes a count of an asset's smallest units, which may be a fraction:
// "4459 cents", "13 JPY", "13 × 0.001 KWD".
func minor(count string, asset money.Asset) string {
	switch {
	case slices.Contains(cents, asset) && (count == "1" || strings.Contains(count, "/")):
		return count + " cent"
	case slices.Contains(cents, asset):
		return count + " cents"
	case asset.Digits() == 0:
		return count + " " + string(asset)
	}
	return count + " × " + plain(money.Amount{Units: 1, Asset: asset})
}

// conversion is the formula of an earning, in smallest units: it is these that
// are rounded down.
func conversion(e *earnings.Earning, card *earnings.RateCard) string {
	asset := e.Amount.Asset
	s := fmt.Sprintf("⌊%d diamonds × %s⌋ = %s", e.Diamonds, minor(fmt.Sprintf("%d/%d", card.PayNum, card.PayDen), asset), minor(strconv.FormatInt(e.Amount.Units, 10), asset))
	if asset.Digits() > 0 {
		s += " = " + plain(e.Amount)
	}
	if rest := e.Diamonds * card.PayNum % card.PayDen; rest != 0 {
		s += fmt.Sprintf(", the remaining %s stays with the platform", minor(fmt.Sprintf("%d/%d", rest, card.PayDen), asset))
	}
	return s
}

// giftsOf names what an earning collects.
var giftsOf = map[earnings.Source]string{earnings.FromGift: "Gifts", earnings.FromVideoGift: "Video gifts", earnings.FromTip: "Tips"}

// earning explains an earning; taken is the part of it that a payout took, or
// -1 for all of it. Where something was taken back, its parts are what was earned
// and what was taken.
func (e *explainer) earning(ctx context.Context, earning string, taken int64, after string) (Step, error) {
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
	s := Step{ID: earning, Kind: "earning", Title: giftsOf[got.Source] + " of " + got.Day.Format(time.DateOnly) + " (UTC)", Amount: got.Amount, Rule: got.Rule,
		State: string(got.Standing()), At: stamp(got.AvailableUS), Owner: string(got.Creator)}
	if s.Formula = conversion(&got, &card); got.Money() {
		s.Formula = "what the day's tips came to = " + plain(got.Amount)
	}
	if taken >= 0 && taken != got.Amount.Units {
		s.Amount.Units = taken
		s.Formula += fmt.Sprintf(", of which %s went into this payout", plain(s.Amount))
	}
	if err := e.gross(ctx, &s, &got, after); err != nil || got.Clawed == 0 || after != "" {
		return s, err
	}
	return e.net(ctx, s, &got, &card)
}

// gross gives the step of an earning what was earned as its parts.
func (e *explainer) gross(ctx context.Context, s *Step, got *earnings.Earning, after string) error {
	if got.Money() {
		return e.earned(ctx, s, got, after)
	}
	ref := ledger.Ref{Path: ledger.EarningPath(got.ID), Asset: money.Diamond}
	gifts, err := e.lines(ctx, s, ref, after, func(l ledger.Entry) bool { return l.From == ledger.DiamondsIssued })
	if err != nil {
		return err
	}
	for _, l := range gifts {
		g, err := e.gift(ctx, l.Cause)
		if err != nil {
			return err
		}
		g.Amount = l.Amount
		s.Parts = append(s.Parts, g)
	}
	s.close(money.Amount{Units: got.Diamonds, Asset: money.Diamond}, "further gifts of the day", after)
	return nil
}

// lines returns the next lines of an account that are parts of the step, newest
// first, and notes in the step where they go on.
func (e *explainer) lines(ctx context.Context, s *Step, of ledger.Ref, after string, isPart func(ledger.Entry) bool) ([]ledger.Entry, error) {
	before, err := place(after)
	if err != nil {
		return nil, err
	}
	var all []ledger.Entry
	for len(all) <= shown { // some are no parts, such as what emptied the account
		some, err := ledger.OfAccount(ctx, e.tx, of, before, shown+2)
		if err != nil {
			return nil, err
		}
		if len(some) == 0 {
			break
		}
		before = some[len(some)-1].Seq
		all = append(all, slices.DeleteFunc(some, func(l ledger.Entry) bool { return !isPart(l) })...)
	}
	if len(all) > shown {
		all, s.Next = all[:shown], strconv.FormatInt(all[shown-1].Seq, 10)
	}
	return all, err
}
