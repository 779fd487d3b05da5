package earnings

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/outbox"
)

// ClawState is where a claw stands.
type ClawState string

// The states of claws.
const (
	ClawHeld     ClawState = "held"     // it is not decided yet who keeps it
	ClawKept     ClawState = "kept"     // it is gone for good
	ClawReturned ClawState = "returned" // the creator has it again
)

// Claw is what a refund or a dispute takes back of one earning.
type Claw struct {
	ID      id.Claw
	Cause   string // the id of the refund or of the dispute
	Reason  string // why, in a word that creators read: chargeback, refund, minor
	Earning id.Earning
	Creator id.Person
	Own     int64       // in the earning's own asset: diamonds or money
	Moved   int64       // of Own, was in the earning's account: the earning was pending; all of it or 0
	Units   int64       // money that the creator does not get, or had available and lost; of diamonds that were pending, known when they matured
	Borne   int64       // money that had been paid out: the reserve bears it, and the creator keeps it, unless the payout comes back (Recover)
	Asset   money.Asset // of Units and Borne
	State   ClawState
	HeldUS  int64
	EndedUS int64 // 0 while held

	// Its earning as it stood: only of claws that were made now, or weighed.
	earning Earning
}

// Taken is what was taken, in the earning's own asset, which diamonds tells.
func (c *Claw) Taken(diamonds bool) money.Amount {
	if diamonds {
		return money.Amount{Units: c.Own, Asset: money.Diamond}
	}
	return money.Amount{Units: c.Own, Asset: c.Asset}
}

// Weighed is the earning of a claw that Weigh has returned.
func (c *Claw) Weighed() *Earning { return &c.earning }

// Claim is what is to be taken back of an earning, in its own asset.
type Claim struct {
	Earning id.Earning
	Own     int64
}

const clawColumns = "c.id, c.cause, c.reason, c.earning_id, c.creator_id, c.own, c.moved, c.units, c.borne_units, c.asset, c.state, c.held_us, c.ended_us FROM earning_claw c"

func scanClaw(r *db.Rows) (c Claw, err error) {
	return c, r.Scan((*string)(&c.ID), &c.Cause, &c.Reason, (*string)(&c.Earning), (*string)(&c.Creator), &c.Own, &c.Moved, &c.Units, &c.Borne, (*string)(&c.Asset),
		(*string)(&c.State), &c.HeldUS, &c.EndedUS)
}

// ClawsOf returns what the refund or the dispute took back.
func ClawsOf(ctx context.Context, tx *db.Tx, cause string) ([]Claw, error) {
	return db.Collect[Claw](tx.Query(ctx, "SELECT "+clawColumns+" WHERE c.cause = $1 ORDER BY c.id", cause))(scanClaw)
}

// ClawsOfEarning returns what was taken back of the earning, the latest first.
func ClawsOfEarning(ctx context.Context, tx *db.Tx, earning id.Earning) ([]Claw, error) {
	return db.Collect[Claw](tx.Query(ctx, "SELECT "+clawColumns+" WHERE c.earning_id = $1 ORDER BY c.id DESC", earning))(scanClaw)
}

// ClawsOfCreator returns what was taken back from the creator, the latest first,
// before the given one ("" for the first page).
func ClawsOfCreator(ctx context.Context, tx *db.Tx, creator id.Person, before id.Claw, limit int) ([]Claw, error) {
	if before == "" {
		before = "clw_~"
	}
	return db.Collect[Claw](tx.Query(ctx, "SELECT "+clawColumns+" WHERE c.creator_id = $1 AND c.id < $2 ORDER BY c.id DESC LIMIT $3", creator, before, limit))(scanClaw)
}

// GetClaw returns one claw; ok is false if there is none.
func GetClaw(ctx context.Context, tx *db.Tx, claw id.Claw) (c Claw, ok bool, err error) {
	all, err := db.Collect[Claw](tx.Query(ctx, "SELECT "+clawColumns+" WHERE c.id = $1", claw))(scanClaw)
	if err != nil || len(all) == 0 {
		return c, false, err
	}
	return all[0], true, nil
}

// ClawBack takes the claims back from creators, for now: what is pending leaves
// the earning, what is available leaves what the creator can have paid out, and
// what payouts have taken is borne by the reserve: those that have not begun give it
// back before (payout.MakeRoom). Nobody falls below zero. KeepClaws or ReturnClaws
// ends it.
func ClawBack(ctx context.Context, tx *db.Tx, cause, reason string, claims []Claim) ([]Claw, error) {
	var all []Claw
	for _, claim := range claims {
		c, err := clawBack(ctx, tx, Claw{Cause: cause, Reason: reason, Earning: claim.Earning, Own: claim.Own})
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// Weigh tells what taking the claim back would come to now, and takes nothing.
// reserved is what of the earning payouts would give back that have not begun.
func Weigh(ctx context.Context, tx *db.Tx, claim Claim, reserved int64) (Claw, error) {
	return weigh(ctx, tx, Claw{Earning: claim.Earning, Own: claim.Own}, reserved)
}

func weigh(ctx context.Context, tx *db.Tx, c Claw, reserved int64) (Claw, error) {
	e, err := Get(ctx, tx, c.Earning)
	if err != nil {
		return c, err
	}
	if c.Own <= 0 || c.Own > e.ownLeft() {
		return c, fmt.Errorf("earnings: %s wants %d back of %s, which has %d left", c.Cause, c.Own, e.ID, e.ownLeft())
	}
	c.Creator, c.Asset, c.earning = e.Creator, e.Amount.Asset, e
	if e.State == Pending {
		if c.Moved = c.Own; e.Money() {
			c.Units = c.Own
		}
		return c, nil
	}
	worth, err := worthOf(ctx, tx, &e, c.Own)
	c.Units = min(worth, e.Left()+reserved)
	c.Borne = worth - c.Units
	return c, err
}

func clawBack(ctx context.Context, tx *db.Tx, c Claw) (Claw, error) {
	c, err := weigh(ctx, tx, c, 0)
	if err != nil {
		return c, err
	}
	after, _, _, err := ledger.Head(ctx, tx)
	if err != nil {
		return c, err
	}
	e := &c.earning
	c.ID, c.State, c.HeldUS = id.Claw(tx.NewID(id.KindClaw)), ClawHeld, tx.NowUS()
	move := ledger.Move{From: ledger.EarningPath(e.ID), To: ledger.ClawPath(c.ID), Amount: money.Amount{Units: c.Own, Asset: e.Own}}
	if e.State == Pending {
		_, err = tx.Exec(ctx, "UPDATE earning SET clawed_own = clawed_own + $2 WHERE id = $1", e.ID, c.Own)
	} else {
		move = ledger.Move{From: ledger.AvailablePath(e.Creator), To: ledger.ClawPath(c.ID), Amount: money.Amount{Units: c.Units, Asset: c.Asset}}
		_, err = tx.Exec(ctx, "UPDATE earning SET clawed_own = clawed_own + $2, clawed_units = clawed_units + $3 WHERE id = $1", e.ID, c.Own, c.Units)
	}
	if err == nil && move.Amount.Units > 0 {
		_, err = ledger.Post(ctx, tx, "claw.held", string(c.ID), e.Rule, move)
	}
	if err != nil {
		return c, err
	}
	_, err = tx.Exec(ctx, "INSERT INTO earning_claw (id, cause, reason, earning_id, creator_id, own, moved, units, borne_units, asset, state, held_us, ended_us, after_seq) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, $13)",
		c.ID, c.Cause, c.Reason, c.Earning, c.Creator, c.Own, c.Moved, c.Units, c.Borne, string(c.Asset), string(c.State), c.HeldUS, after)
	if err != nil {
		return c, err
	}
	return c, tellClaw(ctx, tx, "earning.clawed", &c)
}

// ownLeft is what was not taken back yet, in the earning's own asset.
func (e *Earning) ownLeft() int64 {
	if e.Money() {
		return e.Amount.Units - e.clawedOwn
	}
	return e.Diamonds - e.clawedOwn
}

// worthOf is the money of the last of what is left of a matured earning. By the
// running total the parts of an earning add up to it.
func worthOf(ctx context.Context, tx *db.Tx, e *Earning, own int64) (int64, error) {
	if e.Money() {
		return own, nil
	}
	card, err := RatesOf(ctx, tx, e.Rule)
	if err != nil {
		return 0, err
	}
	return Share(card, e.ownLeft()-own, own)
}

// valueClaws writes down what the diamonds are worth that were taken back of an
// earning that matures now: the rest of what all of its diamonds are.
func valueClaws(ctx context.Context, tx *db.Tx, e *Earning) error {
	if e.Money() || e.clawedOwn == 0 {
		return nil
	}
	card, err := RatesOf(ctx, tx, e.Rule)
	if err != nil {
		return err
	}
	live, err := db.Collect[Claw](tx.Query(ctx, "SELECT "+clawColumns+" WHERE c.earning_id = $1 AND c.state <> 'returned' ORDER BY c.id", e.ID))(scanClaw)
	if err != nil {
		return err
	}
	before := e.ownLeft()
	for _, c := range live {
		units, err := Share(card, before, c.Own)
		if err != nil {
			return err
		}
		before += c.Own
		if _, err := tx.Exec(ctx, "UPDATE earning_claw SET units = $2 WHERE id = $1", c.ID, units); err != nil {
			return err
		}
	}
	return nil
}

// tellClaw writes the event of a claw. Creators read why.
func tellClaw(ctx context.Context, tx *db.Tx, kind string, c *Claw) error {
	own := c.earning.Own
	data, err := json.Marshal(map[string]any{"object": "claw", "id": c.ID, "earning": c.Earning, "creator": c.Creator, "source": c.earning.Source,
		"cause": c.Cause, "reason": c.Reason, "taken": money.Amount{Units: c.Own, Asset: own},
		"amount": money.Amount{Units: c.Units, Asset: c.Asset}, "borne": money.Amount{Units: c.Borne, Asset: c.Asset}})
	if err != nil {
		return err
	}
	return outbox.Add(ctx, tx, outbox.Event{Type: kind, Topic: "person:" + string(c.Creator), Data: data})
}
