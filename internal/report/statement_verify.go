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

// Checks are the rules of what this package adds up.
func Checks() []ledger.Check {
	return []ledger.Check{{Name: RuleStatements, Run: checkStatements}}
}

// checkStatements compares the rows of all statements with the journal read in
// another way: not along the trail of each account, but line by line. What the
// two say of each month is the same to the cent, and so is what they say of all
// months before it: then each opening balance is right as well.
func checkStatements(ctx context.Context, tx *db.Tx, r *ledger.Report) error {
	journal, creators, err := journalByMonth(ctx, tx)
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

// monthKey tells the months of a creator's accounts apart.
type monthKey struct {
	asset money.Asset
	month string
}

// journalByMonth adds up the lines of what is available to creators.
func journalByMonth(ctx context.Context, tx *db.Tx) (sums map[id.Person]map[monthKey]int64, creators []id.Person, err error) {
	sums = map[id.Person]map[monthKey]int64{}
	rows, err := tx.Query(ctx, `SELECT a.path, a.asset, u.day, CAST(SUM(u.amount) AS BIGINT) FROM (
			SELECT l.to_account AS account, t.at_us / 86400000000 AS day, l.amount AS amount FROM ledger_line l JOIN ledger_transfer t ON t.seq = l.seq
			UNION ALL SELECT l.from_account, t.at_us / 86400000000, -l.amount FROM ledger_line l JOIN ledger_transfer t ON t.seq = l.seq) u
		JOIN ledger_account a ON a.id = u.account WHERE a.path >= 'creator/' AND a.path < 'creator0' GROUP BY a.path, a.asset, u.day ORDER BY a.path`)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var path string
		var asset money.Asset
		var day, units int64
		if err := rows.Scan(&path, (*string)(&asset), &day, &units); err != nil {
			return nil, nil, err
		}
		creator := id.Person(ledger.IDInPath(path))
		if path != ledger.AvailablePath(creator) {
			continue
		}
		if len(creators) == 0 || creators[len(creators)-1] != creator {
			creators = append(creators, creator)
			sums[creator] = map[monthKey]int64{}
		}
		sums[creator][monthKey{asset, time.Unix(day*86400, 0).UTC().Format("2006-01")}] += units
	}
	return sums, creators, rows.Err()
}

func checkStatement(ctx context.Context, tx *db.Tx, r *ledger.Report, creator id.Person, journal map[monthKey]int64) error {
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
		sums := map[monthKey]int64{}
		left := a.balance
		for _, row := range rows {
			left -= row.Amount.Units
			sums[monthKey{a.asset, time.UnixMicro(row.AtUS).UTC().Format("2006-01")}] += row.Amount.Units
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
		for key, want := range journal {
			if key.asset == a.asset && sums[key] != want {
				r.Add(RuleStatements, strings.Join([]string{string(creator), key.month, string(a.asset)}, " "), "the rows of the month add up to %d, the lines of the ledger to %d", sums[key], want)
			}
		}
	}
	return nil
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
