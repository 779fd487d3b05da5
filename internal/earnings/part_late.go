package earnings

import (
	"cmp"
	"context"
	"slices"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
)

// Late is a gift that is not added up yet, and the earning it went into.
type Late struct {
	Earning id.Earning
	Sent
}

// NotAddedUp returns the gifts of the earnings that AddUp has not come to, in
// the order in which they were sent. With what is added up they are all.
func NotAddedUp(ctx context.Context, tx *db.Tx, all []Earning) ([]Late, error) {
	place, err := AddedUpTo(ctx, tx)
	if err != nil {
		return nil, err
	}
	trails, of := make([]ledger.Trail, len(all)), make(map[int64]*Earning, len(all))
	for i := range all {
		trails[i], of[all[i].Trail.Account] = all[i].Trail, &all[i]
	}
	touches, err := ledger.Since(ctx, tx, trails, place)
	if err != nil {
		return nil, err
	}
	into, causes, list := map[string]*Earning{}, []any{}, []any{}
	var accrued []any
	for _, t := range touches {
		switch e := of[t.Account]; {
		case e.Money():
			accrued = append(accrued, t.Cause)
		case t.Kind == "gift.sent":
			into[t.Cause] = e
			causes, list = append(causes, t.Cause), append(list, string(e.ID))
		}
	}
	late, err := lateMoney(ctx, tx, accrued)
	if err != nil || len(causes) == 0 {
		return late, err
	}
	sent, err := db.Collect[Sent](tx.QueryList(ctx, "SELECT "+sentColumns+" WHERE t.kind = 'gift.sent' AND t.cause IN ($list)", causes))(scanSent)
	if err != nil {
		return nil, err
	}
	before, err := sumsOf(ctx, tx, list)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(sent, func(a, b Sent) int { return cmp.Compare(a.Seq, b.Seq) })
	cards := map[string]RateCard{}
	for _, s := range sent {
		e := into[string(s.ID)].ID
		card, err := cardOf(ctx, tx, s.Rule, cards)
		if err != nil {
			return nil, err
		}
		if s.Units, err = Share(card, before[e], s.Diamonds); err != nil {
			return nil, err
		}
		before[e] += s.Diamonds
		late = append(late, Late{e, s})
	}
	slices.SortFunc(late, func(a, b Late) int { return cmp.Compare(a.Seq, b.Seq) })
	return late, nil
}

// lateMoney returns what the causes earned in money; those that earned none are
// left out.
func lateMoney(ctx context.Context, tx *db.Tx, causes []any) (late []Late, err error) {
	if len(causes) == 0 {
		return nil, nil
	}
	all, err := db.Collect[Sent](tx.QueryList(ctx, "SELECT "+accruedColumns+" WHERE x.cause IN ($list) ORDER BY x.seq", causes))(scanAccrued)
	for _, s := range all {
		late = append(late, Late{s.Into, s})
	}
	return late, err
}

// SentMany returns the gifts and the money with these causes, as they stand in the
// journal. Gifts are without their share of the money.
func SentMany(ctx context.Context, tx *db.Tx, causes []string) (map[string]Sent, error) {
	found := make(map[string]Sent, len(causes))
	if len(causes) == 0 {
		return found, nil
	}
	var gifts, others []any
	for _, c := range causes {
		if id.KindOf(c) == id.KindGift {
			gifts = append(gifts, c)
		} else {
			others = append(others, c)
		}
	}
	if len(gifts) > 0 {
		all, err := db.Collect[Sent](tx.QueryList(ctx, "SELECT "+sentColumns+" WHERE t.kind = 'gift.sent' AND t.cause IN ($list)", gifts))(scanSent)
		if err != nil {
			return nil, err
		}
		for _, s := range all {
			found[s.Cause] = s
		}
	}
	late, err := lateMoney(ctx, tx, others)
	for _, l := range late {
		found[l.Cause] = l.Sent
	}
	return found, err
}
