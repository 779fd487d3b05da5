package report

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/people"
)

// Group is what the rows of an explorer stand for.
type Group string

// The groups. Single is one row a gift.
const (
	ByDay    Group = "day"
	ByTarget Group = "target"
	ByFan    Group = "fan"
	Single   Group = "none"
)

// EarnedFilter chooses what a creator earned; an empty field chooses all.
type EarnedFilter struct {
	Creator  id.Person
	From, To time.Time // UTC days, both in it
	Source   earnings.Source
	Target   string
	Fan      id.Person
	Standing earnings.State
	Group    Group

	targets []string // several, instead of Target
}

// EarnedRow is one row. It holds coins and not what a fan paid for them, which
// is the fan's own business.
type EarnedRow struct {
	Day         time.Time // of a day and a gift
	Target      string    // of a target and a gift
	Fan         id.Person // of a fan and a gift
	Gift        id.Gift   // of a gift, as what follows
	Earning     id.Earning
	Source      earnings.Source
	Item        string
	SentUS      int64
	Sum         earnings.Sum // its money is Amount
	Amount      money.Amount
	Pending     int64            // of Amount: worth so far
	Rules       []string         // the rate cards that it was earned under
	Standings   []earnings.State // of the earnings
	AvailableUS int64            // when the last of it is available, or was
}

// EarnedTotal is the foot of the list in one currency: the sum of all rows,
// also of those on other pages.
type EarnedTotal struct {
	Sum     earnings.Sum
	Amount  money.Amount
	Pending int64 // of Amount
	Clawed  int64 // of Amount, taken back; 0 where rows are of parts of earnings
}

// Earned is a page of what a creator earned.
type Earned struct {
	Rows    []EarnedRow
	Next    string // where the next page begins; "" at the end
	Totals  []EarnedTotal
	People  map[id.Person]people.Brief // the fans in the rows
	Targets map[string]content.Target  // the videos and LIVEs in the rows
}

// Earned returns a page of what the creator earned. after is the Next of the
// page before, or "".
func (r *Reader) Earned(ctx context.Context, f EarnedFilter, after string, limit int) (Earned, error) {
	return Ask(ctx, r, func(ctx context.Context, tx *db.Tx) (e Earned, err error) {
		x, err := explore(ctx, tx, f)
		if err != nil {
			return e, err
		}
		if e.Totals, err = x.totals(ctx); err != nil {
			return e, err
		}
		if e.Rows, e.Next, err = x.page(ctx, after, limit); err != nil {
			return e, err
		}
		e.People, e.Targets, err = x.names(ctx, e.Rows)
		return e, err
	})
}

// explorer answers for one filter on one snapshot.
type explorer struct {
	tx   *db.Tx
	f    EarnedFilter
	all  []earnings.Earning // that the filter chooses, the newest day first
	of   map[id.Earning]*earnings.Earning
	late []earnings.Late // their gifts that are not added up yet
}

func explore(ctx context.Context, tx *db.Tx, f EarnedFilter) (*explorer, error) {
	if f.Group == "" {
		f.Group = Single
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	x := &explorer{tx: tx, f: f, of: map[id.Earning]*earnings.Earning{}}
	var err error
	if x.all, err = earnings.InDays(ctx, tx, f.days()); err != nil {
		return nil, err
	}
	for i := range x.all {
		x.of[x.all[i].ID] = &x.all[i]
	}
	x.late, err = earnings.NotAddedUp(ctx, tx, x.all)
	x.late = slices.DeleteFunc(x.late, func(l earnings.Late) bool { return !f.chooses(l.Where) })
	return x, err
}

func (f *EarnedFilter) days() earnings.Days {
	return earnings.Days{Creator: f.Creator, From: f.From, To: f.To, Source: f.Source, Standing: f.Standing}
}

// chooses tells whether the filter chooses the target and the fan.
func (f *EarnedFilter) chooses(w earnings.Where) bool {
	return (f.Target == "" || f.Target == w.Target) && (f.Fan == "" || f.Fan == w.Fan) && (len(f.targets) == 0 || slices.Contains(f.targets, w.Target))
}

func (f *EarnedFilter) check() error {
	var fields fault.Fields
	if !slices.Contains([]Group{ByDay, ByTarget, ByFan, Single}, f.Group) {
		fields.Add("group", fault.Wrong(fault.InvalidParameter, "Rows are grouped by day, target, fan or none."))
	}
	if f.Source != "" && !slices.Contains(earnings.Sources, f.Source) {
		fields.Add("source", fault.Wrong(fault.InvalidParameter, "The sources are gift, video_gift and tip."))
	}
	if k := id.KindOf(f.Target); f.Target != "" && k != id.KindLive && k != id.KindVideo {
		fields.Add("target", fault.Wrong(fault.InvalidParameter, "The target is the id of a LIVE (liv_…) or of a video (vid_…)."))
	}
	if f.Fan != "" && !id.Valid(id.KindPerson, string(f.Fan)) {
		fields.Add("fan", fault.Wrong(fault.InvalidParameter, "The fan is the id of a person (usr_…)."))
	}
	if !f.From.IsZero() && !f.To.IsZero() && f.To.Before(f.From) {
		fields.Add("to", fault.Wrong(fault.InvalidParameter, "The last day is before the first."))
	}
	if len(fields) == 0 {
		return nil
	}
	e := fault.New(fault.InvalidParameter, "%s", fields[0].Detail)
	e.Fields = fields
	return e
}

// keys are what the rows of a group are told apart by.
var keys = map[Group]string{ByDay: "CAST(e.day AS TEXT)", ByTarget: "p.target", ByFan: "p.fan_id", byItem: "p.item"}

// byItem is for what a video or a LIVE was given.
const byItem Group = "item"

func keyOf(g Group, e *earnings.Earning, w earnings.Where) string {
	switch g {
	case ByDay:
		return strconv.FormatInt(earnings.DayOf(e.Day.UnixMicro()), 10)
	case ByTarget:
		return w.Target
	case ByFan:
		return string(w.Fan)
	case byItem:
		return w.Item
	}
	return ""
}

// rowKey tells rows apart: by what they stand for, and the currency.
type rowKey struct {
	key   string
	asset money.Asset
}

// parts is the condition of the filter on earnings e and their parts p.
func (x *explorer) parts() (where string, args []any, err error) {
	where, args, err = x.f.days().Where()
	add := func(column string, values ...string) {
		in := make([]string, len(values))
		for i, v := range values {
			args = append(args, v)
			in[i] = fmt.Sprintf("$%d", len(args))
		}
		where += " AND " + column + " IN (" + strings.Join(in, ", ") + ")"
	}
	if x.f.Target != "" {
		add("p.target", x.f.Target)
	}
	if len(x.f.targets) > 0 {
		add("p.target", x.f.targets...)
	}
	if x.f.Fan != "" {
		add("p.fan_id", string(x.f.Fan))
	}
	return where, args, err
}

// grouped adds up what the filter chooses by the key, of which an expression is
// given: what is added up already with what is not.
func (x *explorer) grouped(ctx context.Context, g Group) (map[rowKey]*EarnedRow, error) {
	where, args, err := x.parts()
	if err != nil {
		return nil, err
	}
	key := cmp.Or(keys[g], "CAST('' AS TEXT)")
	found := map[rowKey]*EarnedRow{}
	rows, err := x.tx.Query(ctx, "SELECT "+key+`, e.amount_asset, e.rule, CASE WHEN e.state = 'pending' THEN 'pending' WHEN e.paid_units = 0 THEN 'available' WHEN e.paid_units < e.amount_units - e.clawed_units THEN 'partly_paid' ELSE 'paid' END,
			MAX(e.available_us), CAST(SUM(p.sends) AS BIGINT), CAST(SUM(p.gifts) AS BIGINT), CAST(SUM(p.combos) AS BIGINT), CAST(SUM(p.coins) AS BIGINT), CAST(SUM(p.diamonds) AS BIGINT), CAST(SUM(p.units) AS BIGINT)
		FROM earning e JOIN earning_part p ON p.earning_id = e.id WHERE `+where+" GROUP BY 1, 2, 3, 4", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var k rowKey
		var rule string
		var standing earnings.State
		var us int64
		var s earnings.Sum
		if err := rows.Scan(&k.key, (*string)(&k.asset), &rule, (*string)(&standing), &us, &s.Sends, &s.Gifts, &s.Combos, &s.Coins, &s.Diamonds, &s.Units); err != nil {
			return nil, err
		}
		add(found, k, s, rule, standing, us)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for _, l := range x.late {
		e := x.of[l.Earning]
		add(found, rowKey{keyOf(g, e, l.Where), e.Amount.Asset}, l.Sum, e.Rule, e.Standing(), e.AvailableUS)
	}
	return found, nil
}

func add(found map[rowKey]*EarnedRow, k rowKey, s earnings.Sum, rule string, standing earnings.State, availableUS int64) {
	row := found[k]
	if row == nil {
		row = &EarnedRow{Amount: money.Amount{Asset: k.asset}}
		found[k] = row
	}
	row.Sum.Add(s)
	row.Amount.Units = row.Sum.Units
	if standing == earnings.Pending {
		row.Pending += s.Units
	}
	row.AvailableUS = max(row.AvailableUS, availableUS)
	if !slices.Contains(row.Rules, rule) {
		row.Rules = append(row.Rules, rule)
		slices.Sort(row.Rules)
	}
	if !slices.Contains(row.Standings, standing) {
		row.Standings = append(row.Standings, standing)
		slices.Sort(row.Standings)
	}
}

// totals are the foot of the list.
func (x *explorer) totals(ctx context.Context) ([]EarnedTotal, error) {
	found, err := x.grouped(ctx, Single)
	if err != nil {
		return nil, err
	}
	var all []EarnedTotal
	for _, row := range found {
		all = append(all, EarnedTotal{row.Sum, row.Amount, row.Pending, 0})
	}
	for i := range all {
		for j := range x.all {
			if e := &x.all[j]; x.whole() && e.Amount.Asset == all[i].Amount.Asset {
				all[i].Clawed += e.Clawed
			}
		}
	}
	slices.SortFunc(all, func(a, b EarnedTotal) int { return cmp.Compare(a.Amount.Asset, b.Amount.Asset) })
	if len(all) == 0 {
		card, err := earnings.Rates(ctx, x.tx)
		return []EarnedTotal{{Amount: money.Amount{Asset: card.PayAsset}}}, err
	}
	return all, nil
}

// page returns the rows after the position, and where the next page begins.
func (x *explorer) page(ctx context.Context, after string, limit int) ([]EarnedRow, string, error) {
	if x.f.Group == Single {
		return x.gifts(ctx, after, limit)
	}
	found, err := x.grouped(ctx, x.f.Group)
	if err != nil {
		return nil, "", err
	}
	all := make([]rank, 0, len(found))
	for k, row := range found {
		r := rank{key: k, row: row}
		if x.f.Group == ByDay {
			r.first, _ = strconv.ParseInt(k.key, 10, 64)
			row.Day = earnings.DayStart(r.first)
		} else {
			r.first = row.Amount.Units
		}
		switch x.f.Group {
		case ByTarget:
			row.Target = k.key
		case ByFan:
			row.Fan = id.Person(k.key)
		}
		all = append(all, r)
	}
	slices.SortFunc(all, rank.compare)
	if after != "" {
		from, err := rankAt(after)
		if err != nil {
			return nil, "", err
		}
		n, same := slices.BinarySearchFunc(all, from, rank.compare)
		if same {
			n++
		}
		all = all[n:]
	}
	next := ""
	if len(all) > limit {
		all = all[:limit]
		next = all[limit-1].String()
	}
	rows := make([]EarnedRow, len(all))
	for i, r := range all {
		rows[i] = *r.row
	}
	return rows, next, nil
}

// rank is where a row stands: days from the newest, the others from the most
// money.
type rank struct {
	first int64
	key   rowKey
	row   *EarnedRow
}

func (r rank) compare(o rank) int {
	return cmp.Or(cmp.Compare(o.first, r.first), cmp.Compare(r.key.key, o.key.key), cmp.Compare(r.key.asset, o.key.asset))
}

func (r rank) String() string { return fmt.Sprintf("%d %s %s", r.first, r.key.key, r.key.asset) }

func errPlace() error {
	return fault.New(fault.CursorInvalid, "This is no place in this list. Begin without it.")
}

func rankAt(after string) (rank, error) {
	parts := strings.Split(after, " ")
	if len(parts) != 3 {
		return rank{}, errPlace()
	}
	first, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil {
		return rank{}, errPlace()
	}
	return rank{first: first, key: rowKey{parts[1], money.Asset(parts[2])}}, nil
}

// names reads who and what the rows are about.
func (x *explorer) names(ctx context.Context, rows []EarnedRow) (map[id.Person]people.Brief, map[string]content.Target, error) {
	var fans []id.Person
	var targets []string
	for _, row := range rows {
		if row.Fan != "" {
			fans = append(fans, row.Fan)
		}
		if row.Target != "" {
			targets = append(targets, row.Target)
		}
	}
	who, err := people.GetMany(ctx, x.tx, fans)
	if err != nil {
		return nil, nil, err
	}
	where, err := content.Targets(ctx, x.tx, targets)
	return who, where, err
}
