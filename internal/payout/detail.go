package payout

import (
	"context"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
)

// Detail is a payout with what it is made of.
type Detail struct {
	Payout
	Lines []Line // the oldest earning first; they add up to the amount
}

// Line is the part of an earning that a payout took.
type Line struct {
	Earning earnings.Earning
	Amount  money.Amount
}

// DetailOf returns a payout with its lines.
func DetailOf(ctx context.Context, tx *db.Tx, which id.Payout) (d Detail, err error) {
	if d.Payout, err = Get(ctx, tx, which); err != nil {
		return d, err
	}
	parts, err := LinesOf(ctx, tx, which)
	if err != nil {
		return d, err
	}
	ids := make([]id.Earning, len(parts))
	for i, part := range parts {
		ids[i] = part.Earning
	}
	all, err := earnings.GetAll(ctx, tx, ids)
	for _, part := range parts {
		d.Lines = append(d.Lines, Line{all[part.Earning], money.Amount{Units: part.Units, Asset: d.Amount.Asset}})
	}
	return d, err
}
