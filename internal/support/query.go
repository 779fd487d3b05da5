package support

import (
	"context"
	"errors"

	"github.com/ovationhq/ovation/internal/content"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/people"
)

// Sum is what a fan gave on a board.
type Sum struct {
	Fan             id.Person
	Coins, Gifts    int64
	FirstUS, LastUS int64
}

// Entry is a place on a leaderboard.
type Entry struct {
	Sum
	Rank int64 // from 1
	Was  int64 // the rank in the week before, on the board of a week; 0 if it was none of the first 1,000
	Who  people.Brief
}

// Leaderboard is who gave most.
type Leaderboard struct {
	Target  string // the LIVE or the video; "" when a creator was asked for
	Creator id.Person
	Window  Window
	Entries []Entry // the best first
	Own     *Entry  // of the fan who asks; nil for who gave nothing, or did not say who they are
}

// Ask is what somebody wants to see.
type Ask struct {
	Of     string // a LIVE, a video, or a creator
	Window Window // "" means that of the LIVE or video, and the week of a creator
	Limit  int    // 1 to MaxEntries
	Fan    id.Person
}

// MaxEntries is the most that a leaderboard shows.
const MaxEntries = 100

const sumColumns = "fan_id, coins, gifts, first_us, last_us"

func scanSum(r *db.Rows) (s Sum, err error) {
	return s, r.Scan(&s.Fan, &s.Coins, &s.Gifts, &s.FirstUS, &s.LastUS)
}

// ranked returns the first of a board, in the order of their ranks.
func ranked(ctx context.Context, tx *db.Tx, board string, limit int) ([]Sum, error) {
	return db.Collect[Sum](tx.Query(ctx, "SELECT "+sumColumns+" FROM support_sum WHERE board = $1 ORDER BY coins DESC, last_us, fan_id LIMIT $2", board, limit))(scanSum)
}

// Get returns a leaderboard. A video that is hidden has none for others than
// its creator. The faults are not_found and invalid_parameter.
func Get(ctx context.Context, tx *db.Tx, a Ask) (Leaderboard, error) {
	l := Leaderboard{Window: a.Window}
	if err := l.place(ctx, tx, a); err != nil {
		return Leaderboard{}, err
	}
	board, err := board(l.Target, l.Creator, l.Window, tx.NowUS())
	if err != nil {
		return Leaderboard{}, err
	}
	rows, err := ranked(ctx, tx, board, min(max(a.Limit, 1), MaxEntries))
	if err != nil {
		return Leaderboard{}, err
	}
	for i, s := range rows {
		l.Entries = append(l.Entries, Entry{Sum: s, Rank: int64(i) + 1})
	}
	if a.Fan != "" {
		if l.Own, err = own(ctx, tx, board, a.Fan); err != nil {
			return Leaderboard{}, err
		}
	}
	return l, l.complete(ctx, tx)
}

// place finds out whose board is asked for.
func (l *Leaderboard) place(ctx context.Context, tx *db.Tx, a Ask) error {
	if id.KindOf(a.Of) == id.KindPerson {
		p, err := people.Get(ctx, tx, id.Person(a.Of))
		if l.Creator = p.ID; l.Window == "" {
			l.Window = Week
		}
		return err
	}
	all, err := content.Targets(ctx, tx, []string{a.Of})
	if err != nil {
		return err
	}
	t, ok := all[a.Of]
	if !ok || t.Kind == id.KindVideo && !t.Open && t.Creator != a.Fan {
		return fault.New(fault.NotFound, "There is no LIVE, video or creator %q.", fault.Clip(a.Of))
	}
	if l.Target, l.Creator = t.ID, t.Creator; l.Window == "" {
		l.Window = Target
	}
	return nil
}

// own returns the place of one fan, or nil.
func own(ctx context.Context, tx *db.Tx, board string, fan id.Person) (*Entry, error) {
	e := &Entry{Sum: Sum{Fan: fan}}
	err := tx.Row(ctx, "SELECT "+sumColumns+" FROM support_sum WHERE board = $1 AND fan_id = $2", board, fan).Scan(&e.Fan, &e.Coins, &e.Gifts, &e.FirstUS, &e.LastUS)
	if errors.Is(err, db.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var more, same int64
	err = tx.Row(ctx, `SELECT (SELECT COUNT(*) FROM support_sum WHERE board = $1 AND coins > $2),
		(SELECT COUNT(*) FROM support_sum WHERE board = $1 AND coins = $2 AND (last_us, fan_id) < ($3, $4))`, board, e.Coins, e.LastUS, fan).Scan(&more, &same)
	e.Rank = 1 + more + same
	return e, err
}

// ranksBefore is how much of the week before is read for the changes of rank.
const ranksBefore = 1000

// complete adds who the fans are, and their ranks of the week before.
func (l *Leaderboard) complete(ctx context.Context, tx *db.Tx) error {
	entries := make([]*Entry, 0, len(l.Entries)+1)
	for i := range l.Entries {
		entries = append(entries, &l.Entries[i])
	}
	if l.Own != nil {
		entries = append(entries, l.Own)
	}
	if len(entries) == 0 {
		return nil
	}
	fans := make([]id.Person, len(entries))
	for i, e := range entries {
		fans[i] = e.Fan
	}
	briefs, err := people.GetMany(ctx, tx, fans)
	if err != nil {
		return err
	}
	before := map[id.Person]int64{}
	if l.Window == Week {
		rows, err := ranked(ctx, tx, weekBoard(l.Creator, weekOf(tx.NowUS())-1), ranksBefore)
		if err != nil {
			return err
		}
		for i, s := range rows {
			before[s.Fan] = int64(i) + 1
		}
	}
	for _, e := range entries {
		e.Who, e.Was = briefs[e.Fan], before[e.Fan]
	}
	return nil
}

// Supporter is somebody who gave to a creator.
type Supporter struct {
	Sum
	Who people.Brief
}

// Page is a part of a creator's supporters.
type Page struct {
	Window Window // Week or All
	After  Sum    // the last one of the page before; its Coins, LastUS and Fan
	Limit  int
}

// Supporters returns who gave to the creator, who gave most first. Who gives
// while somebody pages moves towards the front.
func Supporters(ctx context.Context, tx *db.Tx, creator id.Person, p Page) ([]Supporter, error) {
	board, err := board("", creator, p.Window, tx.NowUS())
	if err != nil {
		return nil, err
	}
	query, args := "SELECT "+sumColumns+" FROM support_sum WHERE board = $1", []any{board, p.Limit}
	if p.After.Fan != "" {
		query += " AND coins <= $3 AND (coins < $3 OR (last_us, fan_id) > ($4, $5))"
		args = append(args, p.After.Coins, p.After.LastUS, string(p.After.Fan))
	}
	rows, err := db.Collect[Sum](tx.Query(ctx, query+" ORDER BY coins DESC, last_us, fan_id LIMIT $2", args...))(scanSum)
	if err != nil {
		return nil, err
	}
	fans, all := make([]id.Person, len(rows)), make([]Supporter, len(rows))
	for i, s := range rows {
		fans[i], all[i].Sum = s.Fan, s
	}
	briefs, err := people.GetMany(ctx, tx, fans)
	for i := range all {
		all[i].Who = briefs[all[i].Fan]
	}
	return all, err
}

// allAtOnce is how many supporters AllSupporters reads with one query.
const allAtOnce = 500

// AllSupporters returns everybody who gave to the creator, as they stood at one
// moment.
func AllSupporters(ctx context.Context, tx *db.Tx, creator id.Person, window Window) (all []Supporter, err error) {
	for p := (Page{Window: window, Limit: allAtOnce}); ; p.After = all[len(all)-1].Sum {
		some, err := Supporters(ctx, tx, creator, p)
		if err != nil {
			return nil, err
		}
		if all = append(all, some...); len(some) < p.Limit {
			return all, nil
		}
	}
}
