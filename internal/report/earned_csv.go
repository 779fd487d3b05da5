package report

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/text"
)

// earnedColumns are the head of the file, for every group.
var earnedColumns = []string{"day", "source", "target", "target_title", "fan", "fan_handle", "fan_name", "gift", "item", "sent_at", "sends", "gifts", "combos", "coins", "diamonds",
	"amount", "pending", "currency", "rules", "states", "available_at", "earning"}

// csvAtOnce is how many rows are held at once.
var csvAtOnce = 500

// EarnedCSV writes all rows of the filter as a CSV file (RFC 4180, UTF-8): the
// same figures as Earned, in the same order, all of one moment. Who gets it may
// be slow, and the snapshot is not kept for them: the file is packed in memory
// first. So a filter that is wrong is an error and no file, too.
func (r *Reader) EarnedCSV(ctx context.Context, f EarnedFilter, to io.Writer) error {
	var packed bytes.Buffer
	pack, err := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	if err != nil {
		return err
	}
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		x, err := explore(ctx, tx, f)
		if err != nil {
			return err
		}
		out, err := text.NewCSV(pack, earnedColumns...)
		if err != nil {
			return err
		}
		if err := x.every(ctx, out); err != nil {
			return err
		}
		if err := x.takenBack(out); err != nil {
			return err
		}
		return out.Close()
	})
	if err := errors.Join(err, pack.Close()); err != nil {
		return err
	}
	unpack, err := gzip.NewReader(&packed)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, unpack)
	return err
}

// takenBack writes what refunds and disputes took back of the earnings as rows
// of their own, below zero, so that the file adds up to what the creator gets. Of
// one fan, LIVE or video alone it is not known.
func (x *explorer) takenBack(out *text.CSV) error {
	if !x.whole() {
		return nil
	}
	for i := range x.all {
		e := &x.all[i]
		if e.Clawed == 0 {
			continue
		}
		row := EarnedRow{Day: e.Day, Source: e.Source, Item: "taken_back", Earning: e.ID, Amount: e.Amount.Of(-e.Clawed), Rules: []string{e.Rule}, Standings: []earnings.State{e.Standing()}, AvailableUS: e.AvailableUS}
		if err := out.Row((&Earned{}).record(&row)...); err != nil {
			return err
		}
	}
	return nil
}

// whole reports that the rows are of whole earnings.
func (x *explorer) whole() bool { return x.f.Target == "" && x.f.Fan == "" && len(x.f.targets) == 0 }

// every writes all rows.
func (x *explorer) every(ctx context.Context, out *text.CSV) error {
	limit := csvAtOnce
	if x.f.Group != Single { // they are added up for each page
		limit = math.MaxInt
	}
	for after, first := "", true; first || after != ""; first = false {
		rows, next, err := x.page(ctx, after, limit)
		if err != nil {
			return err
		}
		for some := range slices.Chunk(rows, csvAtOnce) {
			page := Earned{Rows: some}
			if page.People, page.Targets, err = x.names(ctx, some); err != nil {
				return err
			}
			for i := range some {
				if err := out.Row(page.record(&some[i])...); err != nil {
					return err
				}
			}
		}
		after = next
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
	return []string{day, string(row.Source), row.Target, e.Targets[row.Target].Title, string(row.Fan), fan.Handle, fan.Name, string(row.Gift), row.Item, sentAt,
		number(row.Sum.Sends), number(row.Sum.Gifts), number(row.Sum.Combos), number(row.Sum.Coins), number(row.Sum.Diamonds),
		row.Amount.Decimal(), money.Amount{Units: row.Pending, Asset: row.Amount.Asset}.Decimal(), string(row.Amount.Asset),
		strings.Join(row.Rules, " "), strings.Join(states, " "), stamp(row.AvailableUS), string(row.Earning)}
}
