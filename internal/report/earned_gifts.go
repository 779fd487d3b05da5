package report

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
)

// The single gifts are read along the trails of their earnings, the newest day
// and on it the newest gift first. The trail of a busy day is long, and where
// few of its gifts are chosen a page ends before it is full.
const (
	linesAtOnce = 200
	linesAPage  = 10_000
)

// giftPlace is a place among single gifts: behind a transfer of an earning,
// before which the earning had so many diamonds.
type giftPlace struct {
	day      int64
	earning  id.Earning
	seq      int64
	diamonds int64
}

func (p giftPlace) String() string {
	return fmt.Sprintf("%d %s %d %d", p.day, p.earning, p.seq, p.diamonds)
}

func giftPlaceAt(after string) (p giftPlace, err error) {
	parts := strings.Split(after, " ")
	if len(parts) != 4 || !id.Valid(id.KindEarning, parts[1]) {
		return p, errPlace()
	}
	p.earning = id.Earning(parts[1])
	for i, n := range []*int64{&p.day, nil, &p.seq, &p.diamonds} {
		if n == nil {
			continue
		}
		if *n, err = strconv.ParseInt(parts[i], 10, 64); err != nil || *n < 0 {
			return p, errPlace()
		}
	}
	return p, nil
}

// gifts is a page of single gifts.
func (x *explorer) gifts(ctx context.Context, after string, limit int) (rows []EarnedRow, next string, err error) {
	all, err := x.worthwhile(ctx)
	if err != nil {
		return nil, "", err
	}
	at := giftPlace{}
	if after != "" {
		if at, err = giftPlaceAt(after); err != nil {
			return nil, "", err
		}
		all = slices.DeleteFunc(all, func(e *earnings.Earning) bool {
			return cmp.Or(cmp.Compare(earnings.DayOf(e.Day.UnixMicro()), at.day), cmp.Compare(e.ID, at.earning)) > 0
		})
	}
	walk := &giftWalk{x: x, limit: limit, left: linesAPage}
	for _, e := range all {
		begin := giftPlace{day: earnings.DayOf(e.Day.UnixMicro()), earning: e.ID, diamonds: e.Diamonds}
		if e.ID == at.earning {
			begin = at
		}
		if err := walk.earning(ctx, e, begin); err != nil || walk.next != "" {
			return walk.rows, walk.next, err
		}
	}
	return walk.rows, "", nil
}

// worthwhile are the earnings that have gifts which the filter chooses.
func (x *explorer) worthwhile(ctx context.Context) ([]*earnings.Earning, error) {
	all := make([]*earnings.Earning, len(x.all))
	for i := range x.all {
		all[i] = &x.all[i]
	}
	if x.f.Target == "" && x.f.Fan == "" {
		return all, nil
	}
	with := map[id.Earning]bool{}
	for _, l := range x.late {
		with[l.Earning] = true
	}
	where, args, err := x.f.days().Where()
	if err != nil {
		return nil, err
	}
	args = append(args, x.f.Target, x.f.Fan)
	query := fmt.Sprintf("SELECT DISTINCT p.earning_id FROM earning e JOIN earning_part p ON p.earning_id = e.id WHERE %s AND ($%d = '' OR p.target = $%d) AND ($%d = '' OR p.fan_id = $%d)",
		where, len(args)-1, len(args)-1, len(args), len(args))
	found, err := db.Collect[id.Earning](x.tx.Query(ctx, query, args...))(func(r *db.Rows) (e id.Earning, err error) { return e, r.Scan((*string)(&e)) })
	for _, e := range found {
		with[e] = true
	}
	return slices.DeleteFunc(all, func(e *earnings.Earning) bool { return !with[e.ID] }), err
}

// giftWalk gathers the rows of a page.
type giftWalk struct {
	x     *explorer
	limit int
	left  int // lines that may still be looked at
	rows  []EarnedRow
	last  giftPlace // behind the last row
	next  string
}

// earning walks along one earning, from the place on.
func (w *giftWalk) earning(ctx context.Context, e *earnings.Earning, at giftPlace) error {
	card, err := earnings.RatesOf(ctx, w.x.tx, e.Rule)
	if err != nil {
		return err
	}
	ref := ledger.Ref{Path: ledger.EarningPath(e.ID), Asset: e.Own}
	for {
		lines, err := ledger.OfAccount(ctx, w.x.tx, ref, at.seq, linesAtOnce)
		if err != nil || len(lines) == 0 {
			return err
		}
		causes := make([]string, len(lines))
		for i, l := range lines {
			causes[i] = l.Cause
		}
		sent, err := earnings.SentMany(ctx, w.x.tx, causes)
		if err != nil {
			return err
		}
		for _, l := range lines {
			at.seq = l.Seq
			g, isGift := sent[l.Cause]
			if !isGift {
				continue
			}
			if at.diamonds -= g.Diamonds; at.diamonds < 0 {
				return errPlace()
			}
			if !w.x.f.chooses(g.Where) {
				continue
			}
			if len(w.rows) == w.limit {
				w.next = w.last.String()
				return nil
			}
			if !e.Money() {
				if g.Units, err = earnings.Share(card, at.diamonds, g.Diamonds); err != nil {
					return err
				}
			}
			w.rows = append(w.rows, rowOf(e, g))
			w.last = at
		}
		if w.left -= len(lines); w.left <= 0 {
			w.next = at.String()
			return nil
		}
	}
}

func rowOf(e *earnings.Earning, g earnings.Sent) EarnedRow {
	row := EarnedRow{Day: e.Day, Target: g.Target, Fan: g.Fan, Gift: g.ID, Earning: e.ID, Source: e.Source, Item: g.Item, SentUS: g.SentUS, Sum: g.Sum,
		Amount: money.Amount{Units: g.Units, Asset: e.Amount.Asset}, Rules: []string{e.Rule}, Standings: []earnings.State{e.Standing()}, AvailableUS: e.AvailableUS}
	if e.State == earnings.Pending {
		row.Pending = g.Units
	}
	return row
}
