package earnings

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
)

// Days chooses earnings of one creator by their day; a zero field chooses all.
type Days struct {
	Creator  id.Person
	From, To time.Time // UTC days, both of them in it
	Source   Source
	Standing State
}

// DayOf numbers the UTC day of an instant, as earnings are kept by it.
func DayOf(us int64) int64 { return day(us) }

// DayStart is the first instant of a numbered UTC day.
func DayStart(n int64) time.Time { return dayStart(n) }

// Where is the condition on earnings e that the choice stands for; its first
// placeholder is $1.
func (d Days) Where() (condition string, args []any, err error) {
	standing, known := standings[d.Standing]
	if !known {
		return "", nil, fault.New(fault.InvalidParameter, "No earning is %q.", d.Standing)
	}
	args = []any{d.Creator}
	parts := []string{"e.creator_id = $1"}
	add := func(condition string, value any) {
		args = append(args, value)
		parts = append(parts, fmt.Sprintf(condition, len(args)))
	}
	if !d.From.IsZero() {
		add("e.day >= $%d", day(d.From.UnixMicro()))
	}
	if !d.To.IsZero() {
		add("e.day <= $%d", day(d.To.UnixMicro()))
	}
	if d.Source != "" {
		add("e.source = $%d", string(d.Source))
	}
	return strings.Join(parts, " AND ") + standing, args, nil
}

// InDays returns the earnings of the choice, the newest day first.
func InDays(ctx context.Context, tx *db.Tx, d Days) ([]Earning, error) {
	where, args, err := d.Where()
	if err != nil {
		return nil, err
	}
	return db.Collect[Earning](tx.Query(ctx, "SELECT "+earningColumns+" WHERE "+where+" ORDER BY e.day DESC, e.id DESC", args...))(scanEarning)
}

// Place is what makes an earning one: no two have the same.
type Place struct {
	Holder
	Day  int64
	Rule string
}

// At finds the earnings of the creators on the days from one to another, by
// what makes each of them one.
func At(ctx context.Context, tx *db.Tx, creators []id.Person, from, to int64) (map[Place]id.Earning, error) {
	found := map[Place]id.Earning{}
	if len(creators) == 0 {
		return found, nil
	}
	list := make([]any, len(creators))
	for i, c := range creators {
		list[i] = string(c)
	}
	for _, source := range Sources { // the index begins with creator and source
		rows, err := tx.QueryList(ctx, "SELECT id, creator_id, day, rule FROM earning WHERE source = $1 AND day >= $2 AND day <= $3 AND creator_id IN ($list)", list, string(source), from, to)
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		for rows.Next() {
			p := Place{Holder: Holder{Source: source}}
			var e id.Earning
			if err := rows.Scan((*string)(&e), (*string)(&p.Creator), &p.Day, &p.Rule); err != nil {
				return nil, err
			}
			found[p] = e
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	return found, nil
}
