package tip

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/people"
)

const tipColumns = "id, fan_id, creator_id, target, amount_units, asset, charged_units, fee_units, cover_fee, message, anonymous, rule, first_action_url, earning_id, net_units, net_asset, created_us, completed_us"

func scanTip(r *db.Rows) (Tip, error) { return scanAfter(r) }

// scanAfter reads tipColumns and what stands before them in the row.
func scanAfter(r *db.Rows, first ...any) (t Tip, err error) {
	var cover, anonymous int64
	p := &t.Price
	err = r.Scan(append(first, (*string)(&t.ID), (*string)(&t.Fan), (*string)(&t.Creator), &t.Target, &p.Amount.Units, (*string)(&p.Amount.Asset), &p.Charged.Units, &p.Fee.Units, &cover, &t.Message,
		&anonymous, &t.Rule, &t.firstAction, (*string)(&t.Earning), &t.Net.Units, (*string)(&t.Net.Asset), &t.CreatedUS, &t.CompletedUS)...)
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
	ids := make([]id.Tip, len(all))
	for i := range all {
		ids[i] = all[i].ID
	}
	charges, err := payment.ForSubjects(ctx, tx, ids)
	for i := range all {
		all[i].Charge = charges[all[i].ID]
		all[i].Outcome = all[i].Charge.Outcome
	}
	return all, err
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

// Left is what of the tip did not go back to the fan, nor is disputed by a bank:
// its part of what is left of the charge.
func (t *Tip) Left() money.Amount { return t.left(t.Charge.Refunded + t.Charge.Disputed) }

func (t *Tip) left(gone int64) money.Amount {
	rest := t.Price.Charged.Units - gone
	if rest <= 0 {
		return t.Price.Amount.Of(0)
	}
	units, _ := money.MulDivFloor(t.Price.Amount.Units, rest, t.Price.Charged.Units) // at most the tip
	return t.Price.Amount.Of(units)
}

// Shown is a tip on its creator's wall.
type Shown struct {
	Tip
	Who  people.Brief // the fan; nobody if the tip is anonymous
	Left money.Amount // of the tip, what did not go back
}

// withGone joins what of each tip's charge went back, or may.
const withGone = "tip JOIN (SELECT subject, refunded_units + disputed_units AS gone FROM payment_charge) back ON back.subject = tip.id"

// Wall returns the tips that the creator got, with the names of those fans who
// may be known. What went back whole, or is disputed whole, is not on it. Its
// fault is not_found.
func Wall(ctx context.Context, tx *db.Tx, creator id.Person, p Page) ([]Shown, error) {
	if _, err := people.Get(ctx, tx, creator); err != nil {
		return nil, err
	}
	all, err := db.Collect[Shown](tx.Query(ctx, "SELECT gone, "+tipColumns+" FROM "+withGone+` WHERE creator_id = $1 AND completed_us > 0 AND gone < charged_units AND id < $2
		ORDER BY id DESC LIMIT $3`, creator, p.before(), p.Limit))(func(r *db.Rows) (s Shown, err error) {
		var gone int64
		s.Tip, err = scanAfter(r, &gone)
		s.Left = s.left(gone)
		return s, err
	})
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
	for i := range all {
		all[i].Who = who[all[i].Giver()]
	}
	return all, err
}

// Gone returns those of the tips that went back whole, or are disputed whole.
func Gone(ctx context.Context, tx *db.Tx, tips []id.Tip) (map[id.Tip]bool, error) {
	gone := map[id.Tip]bool{}
	if len(tips) == 0 {
		return gone, nil
	}
	list := make([]any, len(tips))
	for i, t := range tips {
		list[i] = string(t)
	}
	all, err := db.Collect[id.Tip](tx.QueryList(ctx, "SELECT id FROM "+withGone+" WHERE gone >= charged_units AND id IN ($list)", list))(func(r *db.Rows) (t id.Tip, err error) {
		return t, r.Scan((*string)(&t))
	})
	for _, t := range all {
		gone[t] = true
	}
	return gone, err
}
