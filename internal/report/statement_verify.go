package report

import (
	"context"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
)

// RuleStatements is the rule of statements.
const RuleStatements = "a creator's statements add up to the ledger, each row is of something, and each month begins with what the one before ended with"

// RuleTax is the rule of what is told of a creator's year.
const RuleTax = "what a creator is told to have earned, lost and been paid in a year is the sum of the lines of the ledger"

// Checks are the rules of what this package adds up. Both are looked at in one walk
// through the journal.
func Checks() []ledger.Check {
	return []ledger.Check{{Name: RuleStatements, Run: checkStatements}, {Name: RuleTax, Run: func(context.Context, *db.Tx, *ledger.Report) error { return nil }}}
}

// checkStatements compares the rows of all statements with the journal read in
// another way: not along the trail of each account, but line by line. What the
// two say of each month is the same to the cent, and so is what they say of all
// months before it: then each opening balance is right as well.
func checkStatements(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	journal, creators, err := readJournal(ctx, tx)
	if err != nil {
		return err
	}
	for _, creator := range creators {
		if err := checkStatement(ctx, tx, r, creator, journal[creator]); err != nil {
			return err
		}
	}
	return nil
}

// journal is the sum of the lines of what is available to a creator, by month, and
// by year and kind of what they are about.
type journal struct {
	months map[monthKey]int64
	years  map[yearKey]int64
}

// yearKey tells apart what a creator's year is about: the kind of id of the cause
// of each transfer, which the rows of statements do not look at.
type yearKey struct {
	asset money.Asset
	year  string
	cause id.Kind
}

// monthKey tells the months of a creator's accounts apart.
type monthKey struct {
	asset money.Asset
	month string
}

// toldAs is what a transfer is told as: what it is caused by, but that what is taken
// out of a payout which came back is no part of the payout.
const toldAs = "CASE WHEN t.kind = 'claw.recovered' THEN 'clw' ELSE SUBSTR(t.cause, 1, 3) END"

// readJournal adds up the lines of what is available to creators.
func readJournal(ctx context.Context, tx *db.Tx) (all map[id.Person]journal, creators []id.Person, err error) {
	all = map[id.Person]journal{}
	rows, err := tx.Query(ctx, `SELECT a.path, a.asset, u.day, u.cause, CAST(SUM(u.amount) AS BIGINT) FROM (
			SELECT l.to_account AS account, t.at_us / 86400000000 AS day, `+toldAs+` AS cause, l.amount AS amount FROM ledger_line l JOIN ledger_transfer t ON t.seq = l.seq
			UNION ALL SELECT l.from_account, t.at_us / 86400000000, `+toldAs+`, -l.amount FROM ledger_line l JOIN ledger_transfer t ON t.seq = l.seq) u
		JOIN ledger_account a ON a.id = u.account WHERE a.path >= 'creator/' AND a.path < 'creator0' GROUP BY a.path, a.asset, u.day, u.cause ORDER BY a.path`)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var path string
		var asset money.Asset
		var cause id.Kind
		var day, units int64
		if err := rows.Scan(&path, (*string)(&asset), &day, (*string)(&cause), &units); err != nil {
			return nil, nil, err
		}
		creator := id.Person(ledger.IDInPath(path))
		if path != ledger.AvailablePath(creator) {
			continue
		}
		if len(creators) == 0 || creators[len(creators)-1] != creator {
			creators = append(creators, creator)
			all[creator] = journal{map[monthKey]int64{}, map[yearKey]int64{}}
		}
		at := time.Unix(day*86400, 0).UTC()
		all[creator].months[monthKey{asset, at.Format("2006-01")}] += units
		all[creator].years[yearKey{asset, at.Format("2006"), cause}] += units
	}
	return all, creators, rows.Err()
}

func checkStatement(ctx context.Context, tx *db.Tx, r *ledger.Report, creator id.Person, journal journal) error {
	x := &accountant{tx: tx, creator: creator}
	if err := x.load(ctx, 0); err != nil {
		return err
	}
	taken, err := x.takenPending(ctx)
	if err != nil {
		return err
	}
	for i := range x.accounts {
		a := &x.accounts[i]
		rows, err := x.rows(ctx, a.asset, a.touches)
		if err != nil {
			return err
		}
		sums, years := map[monthKey]int64{}, map[string]*TaxCurrency{}
		left := a.balance
		for _, row := range rows {
			left -= row.Amount.Units
			month := time.UnixMicro(row.AtUS).UTC().Format("2006-01")
			sums[monthKey{a.asset, month}] += row.Amount.Units
			if years[month[:4]] == nil {
				years[month[:4]] = &TaxCurrency{Asset: a.asset}
			}
			years[month[:4]].add(&row)
			switch {
			case row.Kind == RowOther:
				r.Add(RuleStatements, string(row.Transfer), "it changed what is available by %d %s, and no row of a statement says what it is", row.Amount.Units, a.asset)
			case row.Kind == RowWithheld && (row.Amount.Units > 0 || -row.Amount.Units > taken[id.Earning(row.ID)]):
				r.Add(RuleStatements, row.ID, "its statement says that %d of it were taken back before it was available, and claws took %d", -row.Amount.Units, taken[id.Earning(row.ID)])
			}
		}
		if left != 0 {
			r.Add(RuleStatements, string(creator), "the first statement begins with %d %s, and should with 0", left, a.asset)
		}
		checkYears(r, creator, years, journal.years, a.asset)
		for key, want := range journal.months {
			if key.asset == a.asset && sums[key] != want {
				r.Add(RuleStatements, strings.Join([]string{string(creator), key.month, string(a.asset)}, " "), "the rows of the month add up to %d, the lines of the ledger to %d", sums[key], want)
			}
		}
	}
	return nil
}

// checkYears compares what is told of a creator's years with the journal.
func checkYears(r *ledger.Report, creator id.Person, years map[string]*TaxCurrency, journal map[yearKey]int64, asset money.Asset) {
	for key := range journal {
		if key.asset == asset && years[key.year] == nil {
			years[key.year] = &TaxCurrency{Asset: asset}
		}
	}
	for year, c := range years {
		for _, told := range []struct {
			cause id.Kind
			what  string
			units int64
		}{{id.KindEarning, "earned", c.earned()}, {id.KindClaw, "taken back", c.Clawed}, {id.KindPayout, "paid out", -c.Paid}} {
			if want := journal[yearKey{asset, year, told.cause}]; told.units != want {
				r.Add(RuleTax, strings.Join([]string{string(creator), year, string(asset)}, " "), "what is told to be %s comes to %d, and the lines of the ledger to %d", told.what, told.units, want)
			}
		}
	}
}

// takenPending is what claws took of earnings while those were pending.
func (x *accountant) takenPending(ctx context.Context) (map[id.Earning]int64, error) {
	taken := map[id.Earning]int64{}
	_, err := db.Collect[id.Earning](x.tx.Query(ctx, "SELECT earning_id, CAST(SUM(units) AS BIGINT) FROM earning_claw WHERE creator_id = $1 AND moved > 0 GROUP BY earning_id", x.creator))(
		func(r *db.Rows) (e id.Earning, err error) {
			var units int64
			err = r.Scan((*string)(&e), &units)
			taken[e] = units
			return e, err
		})
	return taken, err
}
