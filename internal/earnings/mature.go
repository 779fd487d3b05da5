package earnings

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/outbox"
)

// WorkMature is the kind of due work that matures one earning; its key is the
// earning's id.
const WorkMature = "earning.mature"

// RunMature is the due work of an earning: it matures it, and returns 0. If
// the hold has not ended, because the clock has stepped back since the work
// was claimed, it does nothing and returns when to run again. That is no
// error: work that fails often enough is given up, and a hold only passes.
func RunMature(ctx context.Context, tx *db.Tx, earning id.Earning) (nextUS int64, err error) {
	e, err := Get(ctx, tx, earning)
	if err != nil || e.State == Available {
		return 0, err
	}
	if e.AvailableUS > tx.NowUS() {
		return e.AvailableUS, nil
	}
	return 0, mature(ctx, tx, &e)
}

// mature makes an earning available whose hold has ended. Diamonds are converted;
// what was taken back of them is worth the rest of what all of them are.
func mature(ctx context.Context, tx *db.Tx, e *Earning) error {
	held, moves := e.Net(), []ledger.Move{{From: ledger.EarningPath(e.ID), To: ledger.AvailablePath(e.Creator), Amount: money.Amount{Units: e.Net(), Asset: e.Amount.Asset}}}
	if !e.Money() {
		held = e.Diamonds - e.clawedOwn
		moves = []ledger.Move{{From: ledger.EarningPath(e.ID), To: ledger.DiamondsCashed, Amount: money.Amount{Units: held, Asset: money.Diamond}},
			{From: ledger.GiftRevenue, To: ledger.AvailablePath(e.Creator), Amount: money.Amount{Units: e.Net(), Asset: e.Amount.Asset}}}
	}
	if held > 0 {
		if _, err := ledger.Post(ctx, tx, "earning.available", string(e.ID), e.Rule, moves...); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, "UPDATE earning SET state = 'available', diamonds = $2, amount_units = $3, clawed_units = $4 WHERE id = $1", e.ID, e.Diamonds, e.Amount.Units, e.Clawed)
	if err != nil {
		return err
	}
	if err := valueClaws(ctx, tx, e); err != nil {
		return err
	}
	data, err := json.Marshal(map[string]any{"earning": e.ID, "creator": e.Creator, "source": e.Source,
		"diamonds": e.Diamonds, "amount": e.Amount, "clawed": money.Amount{Units: e.Clawed, Asset: e.Amount.Asset}, "rule": e.Rule})
	if err != nil {
		return err
	}
	return outbox.Add(ctx, tx, outbox.Event{Type: "earning.available", Topic: "person:" + string(e.Creator), Data: data})
}

// Take draws so much of the creator's available earnings, oldest first, for a
// payout, and returns how much of each. Nothing is drawn of the sources in not.
// The caller moves the money and keeps the parts. A creator who has less available
// is a fault.
func Take(ctx context.Context, tx *db.Tx, creator id.Person, amount money.Amount, not ...Source) ([]Part, error) {
	type piece struct {
		Part
		source Source
	}
	open, err := db.Collect[piece](tx.Query(ctx, `SELECT id, amount_units - clawed_units - paid_units, source FROM earning
		WHERE creator_id = $1 AND amount_asset = $2 AND amount_units > paid_units + clawed_units ORDER BY available_us, id`, creator, string(amount.Asset)))(
		func(r *db.Rows) (p piece, err error) {
			return p, r.Scan((*string)(&p.Earning), &p.Units, (*string)(&p.source))
		})
	if err != nil {
		return nil, err
	}
	var parts []Part
	left := amount.Units
	for _, p := range open {
		if left == 0 {
			break
		}
		if slices.Contains(not, p.source) {
			continue
		}
		p.Units = min(p.Units, left)
		left -= p.Units
		if _, err := tx.Exec(ctx, "UPDATE earning SET paid_units = paid_units + $2 WHERE id = $1", p.Earning, p.Units); err != nil {
			return nil, err
		}
		parts = append(parts, p.Part)
	}
	if left > 0 {
		return nil, fault.New(fault.InsufficientBalance, "The payout asks for %s %s, of which %s are not available yet.", amount.Decimal(), amount.Asset, money.Amount{Units: left, Asset: amount.Asset}.Decimal())
	}
	return parts, nil
}

// Part is so much money of an earning.
type Part struct {
	Earning id.Earning
	Units   int64
}

// Return gives the parts of a payout that did not happen back to their
// earnings.
func Return(ctx context.Context, tx *db.Tx, parts []Part) error {
	for _, p := range parts {
		if _, err := tx.Exec(ctx, "UPDATE earning SET paid_units = paid_units - $2 WHERE id = $1", p.Earning, p.Units); err != nil {
			return err
		}
	}
	return nil
}
