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
	for _, t := range touches {
		if t.Kind != "gift.sent" {
			continue
		}
		e := of[t.Account]
		into[t.Cause] = e
		causes, list = append(causes, t.Cause), append(list, string(e.ID))
	}
	if len(causes) == 0 {
		return nil, nil
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
	late, cards := make([]Late, 0, len(sent)), map[string]RateCard{}
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
	return late, nil
}

// SentMany returns the gifts with these ids, as they stand in the journal and
// without their share of the money.
func SentMany(ctx context.Context, tx *db.Tx, gifts []string) (map[string]Sent, error) {
	found := make(map[string]Sent, len(gifts))
	if len(gifts) == 0 {
		return found, nil
	}
	list := make([]any, len(gifts))
	for i, g := range gifts {
		list[i] = g
	}
	all, err := db.Collect[Sent](tx.QueryList(ctx, "SELECT "+sentColumns+" WHERE t.kind = 'gift.sent' AND t.cause IN ($list)", list))(scanSent)
	for _, s := range all {
		found[string(s.ID)] = s
	}
	return found, err
}
