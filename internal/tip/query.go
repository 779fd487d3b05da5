package tip

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/people"
)

const tipColumns = "id, fan_id, creator_id, target, amount_units, asset, charged_units, fee_units, cover_fee, message, anonymous, rule, first_action_url, earning_id, net_units, net_asset, created_us, completed_us"

func scanTip(r *db.Rows) (t Tip, err error) {
	var cover, anonymous int64
	p := &t.Price
	err = r.Scan((*string)(&t.ID), (*string)(&t.Fan), (*string)(&t.Creator), &t.Target, &p.Amount.Units, (*string)(&p.Amount.Asset), &p.Charged.Units, &p.Fee.Units, &cover, &t.Message,
		&anonymous, &t.Rule, &t.firstAction, (*string)(&t.Earning), &t.Net.Units, (*string)(&t.Net.Asset), &t.CreatedUS, &t.CompletedUS)
	t.CoverFee, t.Anonymous = cover == 1, anonymous == 1
	p.Charged.Asset, p.Fee.Asset = p.Amount.Asset, p.Amount.Asset
	p.Net = p.Charged
	p.Net.Units -= p.Fee.Units
	return t, err
}

// tips reads tips with their charges.
func tips(ctx context.Context, tx *db.Tx, where string, args ...any) ([]Tip, error) {
	all, err := db.Collect[Tip](tx.Query(ctx, "SELECT "+tipColumns+" FROM tip "+where, args...))(scanTip)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].Charge, err = payment.ForSubject(ctx, tx, string(all[i].ID)); err != nil {
			return nil, err
		}
		all[i].Outcome = all[i].Charge.Outcome
	}
	return all, nil
}

func get(ctx context.Context, tx *db.Tx, tip id.Tip) (Tip, error) {
	all, err := tips(ctx, tx, "WHERE id = $1", tip)
	if err == nil && len(all) == 0 {
		err = Missing(tip)
	}
	if err != nil {
		return Tip{}, err
	}
	return all[0], nil
}

// Missing is the fault of a tip that is not there, or not the caller's.
func Missing(tip id.Tip) error { return fault.New(fault.NotFound, "There is no tip %s.", tip) }

// Get returns one tip.
func (s *Service) Get(ctx context.Context, tip id.Tip) (t Tip, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		t, err = get(ctx, tx, tip)
		return err
	})
	return t, err
}

// Page chooses a page of tips, the newest first.
type Page struct {
	Before id.Tip // the last of the page before; "" for the first page
	Limit  int
}

func (p Page) before() id.Tip {
	if p.Before == "" {
		return "tip_~"
	}
	return p.Before
}

// OfFan returns the tips that the fan gave or began to give.
func OfFan(ctx context.Context, tx *db.Tx, fan id.Person, p Page) ([]Tip, error) {
	return tips(ctx, tx, "WHERE fan_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3", fan, p.before(), p.Limit)
}

// OfCreator returns the tips whose money came for the creator. Whoever shows
// them to the creator leaves out the fan of an anonymous one (Tip.Giver).
func OfCreator(ctx context.Context, tx *db.Tx, creator id.Person, p Page) ([]Tip, error) {
	return tips(ctx, tx, "WHERE creator_id = $1 AND completed_us > 0 AND id < $2 ORDER BY id DESC LIMIT $3", creator, p.before(), p.Limit)
}

// Open returns the fan's tips whose outcome is not known, or for which the fan or
// the bank has not finished, the newest first.
func Open(ctx context.Context, tx *db.Tx, fan id.Person, limit int) ([]Tip, error) {
	return tips(ctx, tx, "WHERE fan_id = $1 AND completed_us = 0 AND id IN (SELECT subject FROM payment_charge WHERE person_id = $1 AND "+payment.UnderWay+") ORDER BY id DESC LIMIT $2", fan, limit)
}

// Giver is the fan of the tip, or "" if the tip is anonymous: what the creator
// and everybody else may know.
func (t *Tip) Giver() id.Person {
	if t.Anonymous {
		return ""
	}
	return t.Fan
}

// Shown is a tip on its creator's wall.
type Shown struct {
	Tip
	Who people.Brief // the fan; nobody if the tip is anonymous
}

// Wall returns the tips that the creator got, with the names of those fans who
// may be known. Its fault is not_found.
func Wall(ctx context.Context, tx *db.Tx, creator id.Person, p Page) ([]Shown, error) {
	if _, err := people.Get(ctx, tx, creator); err != nil {
		return nil, err
	}
	return shown(ctx, tx, "WHERE creator_id = $1 AND completed_us > 0 AND id < $2 ORDER BY id DESC LIMIT $3", creator, p.before(), p.Limit)
}

func shown(ctx context.Context, tx *db.Tx, where string, args ...any) ([]Shown, error) {
	all, err := db.Collect[Tip](tx.Query(ctx, "SELECT "+tipColumns+" FROM tip "+where, args...))(scanTip)
	if err != nil {
		return nil, err
	}
	var fans []id.Person
	for _, t := range all {
		if fan := t.Giver(); fan != "" {
			fans = append(fans, fan)
		}
	}
	who, err := people.GetMany(ctx, tx, fans)
	wall := make([]Shown, len(all))
	for i, t := range all {
		wall[i] = Shown{t, who[t.Giver()]}
	}
	return wall, err
}
