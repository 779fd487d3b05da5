package report

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/wallet"
)

// gift explains a gift: the coins of which lots, and what the creator earned.
func (e *explainer) gift(ctx context.Context, gift string) (Step, error) {
	s := Step{ID: gift, Kind: "gift"}
	var item, creator string
	var price, quantity, diamonds, us int64
	err := e.tx.Row(ctx, "SELECT sender_id, creator_id, item, price_coins, quantity, diamonds, sent_us FROM gift WHERE id = $1", gift).
		Scan(&s.Owner, &creator, &item, &price, &quantity, &diamonds, &us)
	if err != nil {
		return s, missing(err, gift)
	}
	s.Seen = []string{creator}
	coins := money.Amount{Units: price * quantity, Asset: money.Coin}
	s.Title, s.Amount, s.At = fmt.Sprintf("Gift %s × %d", item, quantity), coins, stamp(us)
	lines, err := ledger.OfCause(ctx, e.tx, gift)
	if err != nil {
		return s, err
	}
	s.Formula = fmt.Sprintf("%d × %d coins = %d coins", quantity, price, coins.Units)
	var drawn []draw
	for _, l := range lines {
		s.Rule = l.Rule
		switch {
		case ledger.IsLot(l.From):
			drawn = append(drawn, draw{lot: ledger.IDInPath(l.From), coins: l.Amount.Units})
		case l.From == ledger.Deferred && len(drawn) > 0: // what the coins of the line before were sold for
			drawn[len(drawn)-1].value = l.Amount
		case l.Amount.Asset == money.Diamond:
			s.Formula += fmt.Sprintf(" → %d diamonds in %s", diamonds, ledger.IDInPath(l.To))
		}
	}
	for _, d := range drawn {
		part, err := e.drawn(ctx, d)
		if err != nil {
			return s, err
		}
		s.Parts = append(s.Parts, part)
	}
	s.close(coins, "coins without a lot", "")
	return s, nil
}

// combo explains a combo by its taps.
func (e *explainer) combo(ctx context.Context, combo, after string) (Step, error) {
	seq, err := place(after)
	if err != nil {
		return Step{}, err
	}
	s := Step{ID: combo, Kind: "combo", Amount: money.Amount{Asset: money.Coin}}
	var item, creator string
	var count, taps, us, ended int64
	err = e.tx.Row(ctx, "SELECT sender_id, creator_id, item, count, taps, coins, started_us, ended_us FROM gift_combo WHERE id = $1", combo).
		Scan(&s.Owner, &creator, &item, &count, &taps, &s.Amount.Units, &us, &ended)
	if err != nil {
		return s, missing(err, combo)
	}
	s.Seen, s.At, s.State = []string{creator}, stamp(us), "open"
	if ended != 0 {
		s.State = "ended"
	}
	s.Title = fmt.Sprintf("Combo of %s × %d", item, count)
	s.Formula = fmt.Sprintf("%d taps = %d coins", taps, s.Amount.Units)
	type tap struct {
		gift string
		seq  int64
	}
	all, err := db.Collect[tap](e.tx.Query(ctx, "SELECT id, combo_seq FROM gift WHERE combo = $1 AND combo <> '' AND combo_seq > $2 ORDER BY combo_seq LIMIT $3", combo, seq, shown+1))(
		func(r *db.Rows) (t tap, err error) { return t, r.Scan(&t.gift, &t.seq) })
	if err != nil {
		return s, err
	}
	if len(all) > shown {
		all, s.Next = all[:shown], strconv.FormatInt(all[shown-1].seq, 10)
	}
	for _, t := range all {
		part, err := e.gift(ctx, t.gift)
		if err != nil {
			return s, err
		}
		s.Parts = append(s.Parts, part)
	}
	s.close(s.Amount, "further taps", after)
	return s, nil
}

// draw is coins that a gift took out of a lot.
type draw struct {
	lot   string
	coins int64
	value money.Amount // what they were sold for: what the gift moved to revenue
}

// lot explains all coins of a lot by the payment that bought them.
func (e *explainer) lot(ctx context.Context, lot string) (Step, error) {
	l, err := e.lotOf(ctx, lot)
	if err != nil {
		return Step{}, err
	}
	return e.coins(ctx, l, draw{lot, l.Coins, l.Paid})
}

// drawn explains coins that a gift took out of a lot.
func (e *explainer) drawn(ctx context.Context, d draw) (Step, error) {
	l, err := e.lotOf(ctx, d.lot)
	if err != nil {
		return Step{}, err
	}
	return e.coins(ctx, l, d)
}

func (e *explainer) lotOf(ctx context.Context, lot string) (wallet.LotState, error) {
	lots, err := wallet.LotsByID(ctx, e.tx, []id.Lot{id.Lot(lot)})
	if err != nil {
		return wallet.LotState{}, err
	}
	if len(lots) == 0 {
		return wallet.LotState{}, fault.New(fault.NotFound, "There is no %s.", fault.Clip(lot))
	}
	return lots[0], nil
}

// coins explains coins of a lot: their part of the price, and the rest of it,
// which other coins of the purchase are worth.
func (e *explainer) coins(ctx context.Context, l wallet.LotState, d draw) (Step, error) {
	s := Step{ID: d.lot, Kind: "lot", Title: "Coins of a purchase", Amount: money.Amount{Units: d.coins, Asset: money.Coin}, At: stamp(l.OpenedUS), Owner: string(l.Person)}
	if l.Promo {
		s.Title, s.Formula = "Promotional coins", fmt.Sprintf("%d of the %d coins of a promotion; %d are left", d.coins, l.Coins, l.Left)
		return s, nil
	}
	d.value.Asset = l.Paid.Asset // coins that are worth less than the smallest unit moved no money
	s.Formula = fmt.Sprintf("%d of the %d coins that cost %s; %d are left", d.coins, l.Coins, plain(l.Paid), l.Left)
	p, err := e.payment(ctx, l.Cause)
	if err != nil {
		return s, err
	}
	p.Amount, p.Owner = d.value, s.Owner
	s.Parts = []Step{p}
	s.close(l.Paid, "other coins of this purchase", "")
	return s, nil
}

// payment explains the card payment of a purchase.
func (e *explainer) payment(ctx context.Context, purchase string) (Step, error) {
	s := Step{ID: purchase, Kind: "purchase", Title: "Card payment"}
	var brand, last4 string
	var c payment.Record
	var us int64
	err := e.tx.Row(ctx, `SELECT p.person_id, p.price_units, p.price_asset, p.pack_version, p.created_us, c.outcome, c.provider_id, c.fee_units, c.settled_units, c.settled_asset, c.card_brand, c.card_last4
		FROM coin_purchase p JOIN payment_charge c ON c.subject = p.id WHERE p.id = $1`, purchase).
		Scan(&s.Owner, &s.Amount.Units, (*string)(&s.Amount.Asset), &s.Rule, &us, (*string)(&c.Outcome), &c.Provider, &c.FeeUnits, &c.Settled.Units, (*string)(&c.Settled.Asset), &brand, &last4)
	if errors.Is(err, db.ErrNoRows) {
		return Step{ID: purchase, Kind: "grant", Title: "Coins granted without a card"}, nil
	}
	if err != nil {
		return s, err
	}
	c.Amount = s.Amount
	s.At, s.State = stamp(us), string(c.Outcome)
	s.Title = fmt.Sprintf("Card payment %s •••• %s", brand, last4)
	s.Formula = charged(&c)
	return s, nil
}

// charged tells what became of a charge.
func charged(c *payment.Record) string {
	price := c.Amount
	switch {
	case c.FeeOpen():
		return fmt.Sprintf("charged %s as %s; the provider has not said yet what it keeps", plain(price), c.Provider)
	case c.Outcome == payment.Succeeded && c.Converted():
		return fmt.Sprintf("charged %s as %s, settled as %s; the provider kept %s of it, which the platform bore", plain(price), c.Provider, plain(c.Settled), plain(c.Fee()))
	case c.Outcome == payment.Succeeded:
		return fmt.Sprintf("charged %s as %s; the provider kept %s of it, which the platform bore", plain(price), c.Provider, plain(c.Fee()))
	case c.Final():
		return fmt.Sprintf("%s were asked for, and nothing was charged", plain(price))
	}
	return fmt.Sprintf("%s are asked for; the outcome is not known yet", plain(price))
}

// purchase explains what a purchase bought, and where the coins went.
func (e *explainer) purchase(ctx context.Context, purchase, after string) (Step, error) {
	s, err := e.payment(ctx, purchase)
	if err != nil {
		return s, err
	}
	var lot string
	var coins int64
	if err := e.tx.Row(ctx, "SELECT lot_id, coins FROM coin_purchase WHERE id = $1", purchase).Scan(&lot, &coins); err != nil {
		return s, missing(err, purchase)
	}
	if lot == "" {
		return s, nil
	}
	spent, err := e.lines(ctx, &s, ledger.Ref{Path: ledger.LotPath(id.Lot(lot)), Asset: money.Coin}, after, func(l ledger.Entry) bool { return ledger.IsLot(l.From) || isReversal(l) })
	if err != nil {
		return s, err
	}
	for _, l := range spent {
		if isReversal(l) {
			s.Parts = append(s.Parts, moved(l))
			continue
		}
		s.Parts = append(s.Parts, Step{ID: l.Cause, Kind: "gift", Title: "Spent on a gift", Amount: l.Amount, At: stamp(l.At.UnixMicro())})
	}
	left, err := ledger.Balance(ctx, e.tx, ledger.Ref{Path: ledger.LotPath(id.Lot(lot)), Asset: money.Coin})
	if err != nil {
		return s, err
	}
	if left > 0 {
		s.Parts = append(s.Parts, Step{ID: lot, Kind: "lot", Title: "Still in the wallet", Amount: money.Amount{Units: left, Asset: money.Coin}})
	}
	s.close(money.Amount{Units: coins, Asset: money.Coin}, "spent on further gifts", after)
	return s, nil
}
