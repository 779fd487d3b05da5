package report

import (
	"context"
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/text"
)

// earnedColumns are the head of the file, for every group.
var earnedColumns = []string{"day", "source", "target", "target_title", "fan", "fan_handle", "fan_name", "gift", "item", "sent_at", "sends", "gifts", "combos", "coins", "diamonds",
	"amount", "pending", "currency", "rules", "states", "available_at", "earning"}

// csvAtOnce is how many rows are read at once.
const csvAtOnce = 500

// EarnedCSV writes all rows of the filter as a CSV file (RFC 4180, UTF-8): the
// same figures as Earned, in the same order. Nothing is written before the
// first rows were read, so that a filter that is wrong is an error and no file.
func (r *Reader) EarnedCSV(ctx context.Context, f EarnedFilter, to io.Writer) error {
	out := csv.NewWriter(to)
	out.UseCRLF = true
	for after, first := "", true; first || after != ""; first = false {
		page, err := r.Earned(ctx, f, after, csvAtOnce)
		if err != nil {
			return err
		}
		if first {
			if err := out.Write(earnedColumns); err != nil {
				return err
			}
		}
		for i := range page.Rows {
			if err := out.Write(page.record(&page.Rows[i])); err != nil {
				return err
			}
		}
		out.Flush()
		if err := out.Error(); err != nil {
			return err
		}
		after = page.Next
	}
	return nil
}

func (e *Earned) record(row *EarnedRow) []string {
	day, sentAt := "", ""
	if !row.Day.IsZero() {
		day = row.Day.Format(time.DateOnly)
	}
	if row.SentUS != 0 {
		sentAt = stamp(row.SentUS)
	}
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	states := make([]string, len(row.Standings))
	for i, s := range row.Standings {
		states[i] = string(s)
	}
	fan := e.People[row.Fan]
	return []string{day, string(row.Source), row.Target, text.Cell(e.Targets[row.Target].Title), string(row.Fan), text.Cell(fan.Handle), text.Cell(fan.Name), string(row.Gift), text.Cell(row.Item), sentAt,
		number(row.Sum.Sends), number(row.Sum.Gifts), number(row.Sum.Combos), number(row.Sum.Coins), number(row.Sum.Diamonds),
		row.Amount.Decimal(), money.Amount{Units: row.Pending, Asset: row.Amount.Asset}.Decimal(), string(row.Amount.Asset),
		strings.Join(row.Rules, " "), strings.Join(states, " "), stamp(row.AvailableUS), string(row.Earning)}
}
