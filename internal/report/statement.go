package report

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/people"
)

// Statement is a creator's month: what was available at its beginning, each
// thing that changed that, and what was available at its end. Pages, files and
// the API write it, and count nothing themselves.
type Statement struct {
	Number      string // such as S-4T2K9MQZ-2026-03: for ever the same
	Creator     people.Brief
	Month       time.Time // its first instant, UTC
	FromUS      int64
	ToUS        int64 // the first instant that is not in it
	AsOfUS      int64 // the end of the month, or now while it has not ended
	Preliminary bool  // the month has not ended
	Currencies  []StatementCurrency
}

// StatementCurrency is the part of a statement in one currency. Closing is
// Opening and the sum of Rows.
type StatementCurrency struct {
	Asset   money.Asset
	Opening int64
	Rows    []StatementRow // the oldest first
	Sums    []StatementSum // of the rows, by kind
	Closing int64

	// What is not available, so that no row has it.
	Pending         int64 // at the end: worth by the rate cards it was earned under
	PendingDiamonds int64 // of which so many diamonds are not converted
	Claws           []StatementClaw

	// From the payouts of the rows to the lines at the bank: what was on its way
	// before, what was sent and did not come back, less what is on its way now.
	WayBefore, WayAfter int64
	Bank                []StatementBank
	BankSum             int64
}

// StatementRow is one change of what is available.
type StatementRow struct {
	Kind     RowKind
	AtUS     int64
	Transfer id.Transfer  // that booked it
	ID       string       // what it is of: an earning, a claw, a payout
	Of       string       // what explains it: the ID, or the earning of a claw
	Amount   money.Amount // below zero for what went
	Balance  int64        // what was available after it

	Day      time.Time // of an earning: the UTC day on which it was earned
	Diamonds int64     // of gifts: what was converted
	Rule     string    // of an earning: the version of the rate card
	Reason   string    // of a claw: chargeback, refund, minor
	Payout   string    // the provider's id of a payout
	Last4    string    // of the bank of a payout
	State    string    // of a payout: how far it is now
}

// RowKind says what a row of a statement is.
type RowKind string

// The kinds of rows, in the order in which sums of them are shown.
const (
	RowGift           RowKind = "gift"            // of LIVEs, converted
	RowVideoGift      RowKind = "video_gift"      // of videos, converted
	RowTip            RowKind = "tip"             // what arrived of tips, gross
	RowTipFee         RowKind = "tip_fee"         // what the provider kept of them
	RowTipDifference  RowKind = "tip_difference"  // what the platform made up for, or kept apart, because that fee was another
	RowWithheld       RowKind = "withheld"        // taken back before it was available
	RowClawed         RowKind = "clawed"          // taken back of what was available
	RowRestored       RowKind = "restored"        // given back
	RowPayout         RowKind = "payout"          // left for the bank
	RowPayoutReturned RowKind = "payout_returned" // the bank sent it back
	RowPayoutFailed   RowKind = "payout_failed"   // it never left
	RowPayoutCanceled RowKind = "payout_canceled" // the creator took it back
	RowOther          RowKind = "other"
)

// RowKinds are all kinds of rows.
var RowKinds = []RowKind{RowGift, RowVideoGift, RowTip, RowTipFee, RowTipDifference, RowWithheld, RowClawed, RowRestored, RowPayout, RowPayoutReturned, RowPayoutFailed, RowPayoutCanceled, RowOther}

// StatementSum is the sum of the rows of a kind.
type StatementSum struct {
	Kind  RowKind
	Rows  int
	Units int64
}

// StatementClaw is something that a refund or a dispute took back, of which
// something happened in the month or which was not decided at its end.
type StatementClaw struct {
	ID      id.Claw
	Reason  string
	Earning id.Earning
	HeldUS  int64
	EndedUS int64 // 0 if it was not decided at the end of the month
	State   earnings.ClawState
	Taken   money.Amount // of the earning, in diamonds where it is of gifts
	Units   int64        // the money of it that the creator does not get
	Borne   int64        // the money of it that the platform bears
}

// StatementBank is a payout that reached the bank in the month.
type StatementBank struct {
	ID     id.Payout
	AtUS   int64
	Payout string // the provider's id
	Last4  string
	Units  int64
}

// StatementOf returns the creator's statement of the month, such as 2026-03. A
// month in which the creator had not earned anything yet, and one that has not
// begun, has none: not_found.
func StatementOf(ctx context.Context, tx *db.Tx, creator id.Person, month string) (Statement, error) {
	from, err := time.Parse("2006-01", month)
	if err != nil || from.Year() < 1971 || from.Year() > 9998 {
		return Statement{}, noStatement(month)
	}
	first, err := firstMonth(ctx, tx, creator)
	if err != nil {
		return Statement{}, err
	}
	if first.IsZero() || from.Before(first) || from.After(tx.Now()) {
		return Statement{}, noStatement(month)
	}
	who, err := people.Get(ctx, tx, creator)
	if err != nil {
		return Statement{}, err
	}
	s := newStatement(who.Brief(), from, tx.NowUS())
	x := &accountant{tx: tx, creator: creator}
	if err := x.load(ctx, s.FromUS); err != nil {
		return s, err
	}
	return s, x.write(ctx, &s)
}

func noStatement(month string) error {
	return fault.New(fault.NotFound, "There is no statement of %s.", fault.Clip(month))
}

// newStatement is the head of a statement.
func newStatement(who people.Brief, from time.Time, nowUS int64) Statement {
	to := from.AddDate(0, 1, 0)
	s := Statement{Number: StatementNumber(who.ID, from), Creator: who, Month: from, FromUS: from.UnixMicro(), ToUS: to.UnixMicro(), AsOfUS: to.UnixMicro()}
	if nowUS < s.ToUS {
		s.AsOfUS, s.Preliminary = nowUS, true
	}
	return s
}

// StatementNumber is the number of a creator's statement: the end of the
// creator's id, which is random, and the month.
func StatementNumber(creator id.Person, month time.Time) string {
	return fmt.Sprintf("S-%s-%s", shortID(string(creator)), month.Format("2006-01"))
}

// shortID is the end of an id, which is random, for numbers that people read.
func shortID(s string) string { return strings.ToUpper(s[max(0, len(s)-8):]) }

// firstMonth is the first month with something earned; zero if there is none.
func firstMonth(ctx context.Context, tx *db.Tx, creator id.Person) (time.Time, error) {
	var day, n int64
	err := tx.Row(ctx, "SELECT COALESCE(MIN(day), 0), COUNT(*) FROM earning WHERE creator_id = $1", creator).Scan(&day, &n)
	if err != nil || n == 0 {
		return time.Time{}, err
	}
	return monthOf(earnings.DayStart(day)), nil
}

func monthOf(t time.Time) time.Time {
	t = t.UTC()
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
}

// accountant writes statements of one creator from the lines of what is
// available to them.
type accountant struct {
	tx       *db.Tx
	creator  id.Person
	accounts []account
}

// account is what is available in one currency: the balance now, and what
// touched it, the oldest first.
type account struct {
	asset   money.Asset
	number  int64
	balance int64
	last    int64
	touches []ledger.Touch
}

// load reads what touched the creator's accounts since the instant.
func (x *accountant) load(ctx context.Context, sinceUS int64) (err error) {
	x.accounts, err = db.Collect[account](x.tx.Query(ctx, "SELECT id, asset, balance, last_seq FROM ledger_account WHERE path = $1 ORDER BY asset", ledger.AvailablePath(x.creator)))(
		func(r *db.Rows) (a account, err error) {
			return a, r.Scan(&a.number, (*string)(&a.asset), &a.balance, &a.last)
		})
	if err != nil || len(x.accounts) == 0 {
		return err
	}
	before, err := seqBefore(ctx, x.tx, sinceUS)
	if err != nil {
		return err
	}
	trails := make([]ledger.Trail, len(x.accounts))
	of := map[int64]*account{}
	for i := range x.accounts {
		trails[i], of[x.accounts[i].number] = ledger.Trail{Account: x.accounts[i].number, Last: x.accounts[i].last}, &x.accounts[i]
	}
	touches, err := ledger.Since(ctx, x.tx, trails, before)
	slices.SortFunc(touches, func(a, b ledger.Touch) int { return cmp.Compare(a.Seq, b.Seq) })
	for _, t := range touches {
		of[t.Account].touches = append(of[t.Account].touches, t)
	}
	return err
}

// seqBefore is the number of the last transfer before the instant; 0 if the
// books begin after it.
func seqBefore(ctx context.Context, tx *db.Tx, us int64) (int64, error) {
	seq, reach, _, err := ledger.Head(ctx, tx)
	if err != nil || seq == 0 || us > reach.UnixMicro() {
		return seq, err
	}
	seq, err = ledger.SeqAt(ctx, tx, time.UnixMicro(us-1).UTC())
	if fault.Is(err, fault.InvalidParameter) {
		return 0, nil
	}
	return seq, err
}

// balances returns what was available before the two instants, and what touched
// it between them.
func (a *account) balances(fromUS, toUS int64) (opening, closing int64, between []ledger.Touch) {
	opening, closing = a.balance, a.balance
	for _, t := range a.touches {
		if t.AtUS >= fromUS {
			opening -= t.In - t.Out
		}
		if t.AtUS >= toUS {
			closing -= t.In - t.Out
		}
		if t.AtUS >= fromUS && t.AtUS < toUS {
			between = append(between, t)
		}
	}
	return opening, closing, between
}

// write fills the statement in.
func (x *accountant) write(ctx context.Context, s *Statement) error {
	if err := x.currencies(ctx, s); err != nil {
		return err
	}
	for i := range x.accounts {
		a := &x.accounts[i]
		opening, closing, between := a.balances(s.FromUS, s.ToUS)
		rows, err := x.rows(ctx, a.asset, between)
		if err != nil {
			return err
		}
		c := s.in(a.asset)
		c.Opening, c.Closing = opening, closing
		c.book(rows)
	}
	for _, part := range []func(context.Context, *Statement) error{x.pending, x.claws, x.bank} {
		if err := part(ctx, s); err != nil {
			return err
		}
	}
	slices.SortFunc(s.Currencies, func(a, b StatementCurrency) int { return cmp.Compare(a.Asset, b.Asset) })
	return nil
}

// in is the part of the statement in the currency.
func (s *Statement) in(asset money.Asset) *StatementCurrency {
	i := slices.IndexFunc(s.Currencies, func(c StatementCurrency) bool { return c.Asset == asset })
	if i < 0 {
		i = len(s.Currencies)
		s.Currencies = append(s.Currencies, StatementCurrency{Asset: asset})
	}
	return &s.Currencies[i]
}

// currencies are those in which the creator had earned something by the end of
// the month.
func (x *accountant) currencies(ctx context.Context, s *Statement) (err error) {
	s.Currencies, err = db.Collect[StatementCurrency](x.tx.Query(ctx, "SELECT DISTINCT amount_asset FROM earning WHERE creator_id = $1 AND day < $2 ORDER BY amount_asset",
		x.creator, earnings.DayOf(s.ToUS)))(func(r *db.Rows) (c StatementCurrency, err error) {
		return c, r.Scan((*string)(&c.Asset))
	})
	return err
}

// book adds the rows, each with what was available after it, and their sums.
func (c *StatementCurrency) book(rows []StatementRow) {
	balance := c.Opening
	for i := range rows {
		balance += rows[i].Amount.Units
		rows[i].Balance = balance
	}
	c.Rows = rows
	for _, kind := range RowKinds {
		sum := StatementSum{Kind: kind}
		for _, r := range rows {
			if r.Kind == kind {
				sum.Rows++
				sum.Units += r.Amount.Units
			}
		}
		if sum.Rows > 0 {
			c.Sums = append(c.Sums, sum)
		}
	}
}

// Sum is the sum of the rows of the kinds.
func (c *StatementCurrency) Sum(kinds ...RowKind) (units int64) {
	for _, s := range c.Sums {
		if slices.Contains(kinds, s.Kind) {
			units += s.Units
		}
	}
	return units
}
