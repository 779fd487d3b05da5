package report

import (
	"context"
	"io"
	"strconv"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/text"
)

// TaxYear is what creators got in a calendar year (UTC): the sums of the rows of
// their twelve statements.
type TaxYear struct {
	Year     int
	AsOfUS   int64 // the end of the year, or now while it has not ended
	Ended    bool
	Creators []TaxCreator // by id
}

// TaxCreator is what a creator got in a year, in each currency in which anything
// was available in it.
type TaxCreator struct {
	Creator    people.Brief
	Currencies []TaxCurrency
}

// TaxCurrency is the year in one currency: Closing is Opening and Net less Paid.
type TaxCurrency struct {
	Asset      money.Asset
	Opening    int64
	Gifts      int64 // on LIVEs, as the rate cards convert diamonds: the platform's part is not in it
	VideoGifts int64
	Tips       int64 // gross
	CardFees   int64 // of tips, 0 or below: the payment provider's; the platform keeps nothing
	MadeUp     int64 // by the platform, where that fee was another than the rule says
	Withheld   int64 // 0 or below: taken back before it was available
	Clawed     int64 // taken back afterwards, and what of it was given back
	Paid       int64 // left for the bank, less what came back
	Closing    int64
}

// TakenBack is what refunds and disputes took, less what they gave back.
func (c *TaxCurrency) TakenBack() int64 { return c.Withheld + c.Clawed }

// earned is what became available.
func (c *TaxCurrency) earned() int64 {
	return c.Gifts + c.VideoGifts + c.Tips + c.CardFees + c.MadeUp + c.Withheld
}

// Net is what the creator got.
func (c *TaxCurrency) Net() int64 { return c.earned() + c.Clawed }

// add counts a row of a statement.
func (c *TaxCurrency) add(r *StatementRow) {
	n := r.Amount.Units
	switch r.Kind {
	case RowGift:
		c.Gifts += n
	case RowVideoGift:
		c.VideoGifts += n
	case RowTip:
		c.Tips += n
	case RowTipFee:
		c.CardFees += n
	case RowTipDifference:
		c.MadeUp += n
	case RowWithheld:
		c.Withheld += n
	case RowClawed, RowRestored:
		c.Clawed += n
	case RowPayout, RowPayoutReturned, RowPayoutFailed, RowPayoutCanceled:
		c.Paid -= n
	}
}

// creatorsAtOnce is how many creators are looked at together.
const creatorsAtOnce = 200

// TaxYearOf returns the year of the creators behind the one named, up to so many
// of those with anything in it. A year that has not begun is not_found.
func TaxYearOf(ctx context.Context, tx *db.Tx, year int, after id.Person, limit int) (y TaxYear, err error) {
	from := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
	if year < 1971 || year > 9998 || from.After(tx.Now()) {
		return y, fault.New(fault.NotFound, "There is nothing of the year %d.", year)
	}
	to := from.AddDate(1, 0, 0)
	y = TaxYear{Year: year, AsOfUS: min(to.UnixMicro(), tx.NowUS()), Ended: !tx.Now().Before(to)}
	for len(y.Creators) < limit {
		some, err := db.Collect[id.Person](tx.Query(ctx, "SELECT DISTINCT creator_id FROM earning WHERE creator_id > $1 ORDER BY creator_id LIMIT $2", after, int64(creatorsAtOnce)))(
			func(r *db.Rows) (p id.Person, err error) { return p, r.Scan((*string)(&p)) })
		if err != nil {
			return y, err
		}
		who, err := people.GetMany(ctx, tx, some)
		if err != nil {
			return y, err
		}
		for _, creator := range some {
			x := &accountant{tx: tx, creator: creator}
			got, err := x.year(ctx, from.UnixMicro(), to.UnixMicro())
			if err != nil {
				return y, err
			}
			if len(got) > 0 && len(y.Creators) < limit {
				y.Creators = append(y.Creators, TaxCreator{who[creator], got})
			}
		}
		if len(some) < creatorsAtOnce {
			break
		}
		after = some[len(some)-1]
	}
	return y, nil
}

// year adds up the rows between the two instants.
func (x *accountant) year(ctx context.Context, fromUS, toUS int64) (all []TaxCurrency, err error) {
	if err := x.load(ctx, fromUS); err != nil {
		return nil, err
	}
	for i := range x.accounts {
		a := &x.accounts[i]
		c := TaxCurrency{Asset: a.asset}
		var between []ledger.Touch
		c.Opening, c.Closing, between = a.balances(fromUS, toUS)
		rows, err := x.rows(ctx, a.asset, between)
		if err != nil {
			return nil, err
		}
		for i := range rows {
			c.add(&rows[i])
		}
		if c.Opening != 0 || len(rows) > 0 {
			all = append(all, c)
		}
	}
	return all, nil
}

// everyCreator is more than there are.
const everyCreator = 1 << 40

// TaxYearOfAll is TaxYearOf of every creator.
func TaxYearOfAll(ctx context.Context, tx *db.Tx, year int) (TaxYear, error) {
	return TaxYearOf(ctx, tx, year, "", everyCreator)
}

// taxColumns are the head of the file.
var taxColumns = []string{"year", "state", "as_of", "creator", "handle", "name", "region", "currency", "opening", "gifts", "video_gifts", "tips", "card_fees", "made_up", "taken_back", "net", "paid_out", "closing"}

// State is whether the year has ended, in a word.
func (y *TaxYear) State() string {
	if y.Ended {
		return "final"
	}
	return "preliminary"
}

// WriteCSV writes the year as a CSV file (RFC 4180, UTF-8).
func (y *TaxYear) WriteCSV(to io.Writer) error {
	out, err := text.NewCSV(to, taxColumns...)
	if err != nil {
		return err
	}
	for _, who := range y.Creators {
		for _, c := range who.Currencies {
			cells := []string{strconv.Itoa(y.Year), y.State(), stamp(y.AsOfUS), string(who.Creator.ID), who.Creator.Handle, who.Creator.Name, who.Creator.Region, string(c.Asset)}
			for _, n := range []int64{c.Opening, c.Gifts, c.VideoGifts, c.Tips, c.CardFees, c.MadeUp, c.TakenBack(), c.Net(), c.Paid, c.Closing} {
				cells = append(cells, money.Amount{Units: n, Asset: c.Asset}.Decimal())
			}
			if err := out.Row(cells...); err != nil {
				return err
			}
		}
	}
	return out.Close()
}
