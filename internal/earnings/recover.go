package earnings

import (
	"context"
	"encoding/json"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/outbox"
)

// Recovery is money of a payout that came back, and repaid what the reserve bore
// for a claw.
type Recovery struct {
	Claw     id.Claw
	Payout   id.Payout
	Earning  id.Earning
	Reason   string // of the claw
	Units    int64
	IntoClaw bool // the claw was held, and holds it now; else the reserve has it
	AtUS     int64
}

const recoveryColumns = "x.claw_id, x.payout_id, c.earning_id, c.reason, x.units, x.into_claw, x.at_us FROM earning_recovery x JOIN earning_claw c ON c.id = x.claw_id"

func scanRecovery(r *db.Rows) (x Recovery, err error) {
	var into int64
	err = r.Scan((*string)(&x.Claw), (*string)(&x.Payout), (*string)(&x.Earning), &x.Reason, &x.Units, &into, &x.AtUS)
	x.IntoClaw = into == 1
	return x, err
}

// RecoveriesOf returns what of the payouts repaid the reserve.
func RecoveriesOf(ctx context.Context, tx *db.Tx, payouts []id.Payout) ([]Recovery, error) {
	if len(payouts) == 0 {
		return nil, nil
	}
	list := make([]any, len(payouts))
	for i, p := range payouts {
		list[i] = string(p)
	}
	return db.Collect[Recovery](tx.QueryList(ctx, "SELECT "+recoveryColumns+" WHERE x.payout_id IN ($list) ORDER BY x.payout_id, x.claw_id", list))(scanRecovery)
}

// Recover has what came back of a payout first repay what the reserve bears of
// claws on its earnings: while the money was away they could not take it. Return
// has given the parts back to the earnings before. Claws that are older than the
// payout, which the transfer since reserved, are for others to repay: the order of the
// books tells, because a clock may step back. It returns how much did so.
func Recover(ctx context.Context, tx *db.Tx, payout id.Payout, since int64, parts []Part) (units int64, err error) {
	var moves []ledger.Move
	var rule string
	for _, p := range parts {
		bearing, err := db.Collect[Claw](tx.Query(ctx, "SELECT "+clawColumns+" WHERE c.earning_id = $1 AND c.borne_units > 0 AND c.state <> 'returned' AND c.after_seq >= $2 ORDER BY c.id", p.Earning, since))(scanClaw)
		if err != nil {
			return 0, err
		}
		left := p.Units
		for i := range bearing {
			c := &bearing[i]
			n := min(left, c.Borne)
			if n == 0 {
				break
			}
			left, units = left-n, units+n
			if c.earning, err = Get(ctx, tx, c.Earning); err != nil {
				return 0, err
			}
			rule = c.earning.Rule
			to, err := c.recover(ctx, tx, payout, n)
			if err != nil {
				return 0, err
			}
			moves = append(moves, ledger.Move{From: ledger.AvailablePath(c.Creator), To: to, Amount: money.Amount{Units: n, Asset: c.Asset}})
		}
	}
	if len(moves) == 0 {
		return 0, nil
	}
	_, err = ledger.Post(ctx, tx, "claw.recovered", string(payout), rule, moves...)
	return units, err
}

// recover writes down that so much of what the reserve bore of the claw is the
// claw's now, and returns where it goes.
func (c *Claw) recover(ctx context.Context, tx *db.Tx, payout id.Payout, n int64) (to string, err error) {
	into := int64(1)
	if to = ledger.ClawPath(c.ID); c.State == ClawKept { // it has ended, and the reserve has paid
		into, to = 0, ledger.Reserve
	}
	c.Units, c.Borne = c.Units+n, c.Borne-n
	if _, err := tx.Exec(ctx, "UPDATE earning_claw SET units = units + $2, borne_units = borne_units - $2 WHERE id = $1", c.ID, n); err != nil {
		return "", err
	}
	if _, err := tx.Exec(ctx, "UPDATE earning SET clawed_units = clawed_units + $2 WHERE id = $1", c.Earning, n); err != nil {
		return "", err
	}
	if _, err := tx.Exec(ctx, "INSERT INTO earning_recovery (claw_id, payout_id, into_claw, units, at_us) VALUES ($1, $2, $3, $4, $5)", c.ID, payout, into, n, tx.NowUS()); err != nil {
		return "", err
	}
	data, err := json.Marshal(map[string]any{"object": "claw", "id": c.ID, "earning": c.Earning, "creator": c.Creator, "source": c.earning.Source, "cause": c.Cause, "reason": c.Reason,
		"payout": payout, "recovered": money.Amount{Units: n, Asset: c.Asset}, "amount": money.Amount{Units: c.Units, Asset: c.Asset}, "borne": money.Amount{Units: c.Borne, Asset: c.Asset}})
	if err != nil {
		return "", err
	}
	return to, outbox.Add(ctx, tx, outbox.Event{Type: "earning.recovered", Topic: "person:" + string(c.Creator), Data: data})
}
