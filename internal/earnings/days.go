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
