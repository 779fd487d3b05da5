package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/money"
)

// small posts the books into which violations are planted: five transfers of
// nine lines between eight accounts.
func small(t testing.TB, d *db.DB, clk *clock.Manual) {
	t.Helper()
	post(t, d, "coins.bought", "cps_1",
		move(ledger.Provider, ledger.Deferred, usd(499)),
		move(ledger.ProcessingCosts, ledger.Provider, usd(44)),
		move(ledger.CoinsIssued, "lot/1", coins(350)))
	clk.Advance(time.Minute)
	post(t, d, "coins.bought", "cps_2", move(ledger.Provider, ledger.Deferred, usd(99)), move(ledger.CoinsIssued, "lot/2", coins(70)))
	clk.Advance(time.Minute)
	post(t, d, "gift.sent", "gft_1", move("lot/1", ledger.CoinsSpent, coins(100)), move(ledger.Deferred, ledger.GiftRevenue, usd(142)))
	clk.Advance(time.Minute)
	post(t, d, "gift.sent", "gft_2", move("lot/2", ledger.CoinsSpent, coins(70)))
	clk.Advance(time.Minute)
	post(t, d, "coins.refunded", "cps_1", move("lot/1", ledger.CoinsIssued, coins(20)))
}

// account is the SQL for the number of an account.
func account(path string, asset money.Asset) string {
	return fmt.Sprintf("(SELECT a.id FROM ledger_account a WHERE a.path = '%s' AND a.asset = '%s')", path, asset)
}

// violation is damage to the small books that the schema lets pass.
type violation struct {
	name string
	rule string   // what verify must name
	only bool     // and nothing else
	sql  []string // each runs on both databases
}

var (
	lot1  = account("lot/1", money.Coin)
	lot2  = account("lot/2", money.Coin)
	spent = account(ledger.CoinsSpent, money.Coin)
	owed  = account(ledger.Deferred, money.USD)
)

var violations = []violation{
	{"a changed amount, balances adjusted", ledger.RuleChain, true, []string{
		"UPDATE ledger_line SET amount = amount + 5 WHERE seq = 3 AND n = 1",
		"UPDATE ledger_account SET balance = balance - 5 WHERE id = " + lot1,
		"UPDATE ledger_account SET balance = balance + 5 WHERE id = " + spent}},
	{"a changed amount", ledger.RuleBalance, false, []string{"UPDATE ledger_line SET amount = amount + 5 WHERE seq = 3 AND n = 1"}},
	{"a renamed account", ledger.RuleChain, true, []string{"UPDATE ledger_account SET path = 'lot/9' WHERE path = 'lot/1'"}},
	{"two accounts that swapped names", ledger.RuleChain, true, []string{
		"UPDATE ledger_account SET path = 'lot/0' WHERE path = 'lot/1'",
		"UPDATE ledger_account SET path = 'lot/1' WHERE path = 'lot/2'",
		"UPDATE ledger_account SET path = 'lot/2' WHERE path = 'lot/0'"}},
	{"an account of another asset", ledger.RuleChain, false, []string{"UPDATE ledger_account SET asset = 'EUR' WHERE asset = 'USD'"}},
	{"a changed hash", ledger.RuleChain, true, []string{"UPDATE ledger_transfer SET hash = (SELECT t.hash FROM ledger_transfer t WHERE t.seq = 1) WHERE seq = 3"}},
	{"an empty hash", ledger.RuleChain, true, []string{"UPDATE ledger_transfer SET hash = (SELECT h.hash FROM ledger_head h WHERE h.id = 1) WHERE seq = 2"}},
	{"another kind", ledger.RuleChain, true, []string{"UPDATE ledger_transfer SET kind = 'gift.given' WHERE seq = 3"}},
	{"another cause", ledger.RuleChain, true, []string{"UPDATE ledger_transfer SET cause = 'gft_3' WHERE seq = 3"}},
	{"another rule", ledger.RuleChain, true, []string{"UPDATE ledger_transfer SET rule = 'rule/2' WHERE seq = 3"}},
	{"a letter that moved from cause to rule", ledger.RuleChain, true, []string{"UPDATE ledger_transfer SET cause = 'gft_', rule = '1rule/1' WHERE seq = 3"}},
	{"another instant", ledger.RuleChain, true, []string{"UPDATE ledger_transfer SET at_us = at_us + 1 WHERE seq = 3"}},
	{"two lines that swapped places", ledger.RuleChain, true, []string{
		"UPDATE ledger_line SET n = 9 WHERE seq = 3 AND n = 1",
		"UPDATE ledger_line SET n = 1 WHERE seq = 3 AND n = 2",
		"UPDATE ledger_line SET n = 2 WHERE seq = 3 AND n = 9"}},
	{"a line that moved to the transfer before it", ledger.RuleChain, false, []string{"UPDATE ledger_line SET seq = 2, n = 3, from_prev = 0, to_prev = 0 WHERE seq = 3 AND n = 2"}},
	{"two transfers that swapped instants", ledger.RuleSequence, false, []string{
		"UPDATE ledger_transfer SET at_us = at_us + 60000000 WHERE seq = 3",
		"UPDATE ledger_transfer SET at_us = at_us - 60000000 WHERE seq = 4"}},
	{"a transfer deleted in the middle", ledger.RuleSequence, false, []string{
		"DELETE FROM ledger_line WHERE seq = 4", "DELETE FROM ledger_transfer WHERE seq = 4"}},
	{"a gap", ledger.RuleSequence, false, []string{
		"UPDATE ledger_line SET seq = 6 WHERE seq = 5", "UPDATE ledger_transfer SET seq = 6 WHERE seq = 5", "UPDATE ledger_head SET seq = 6"}},
	{"a transfer before the first", ledger.RuleSequence, false, []string{
		"INSERT INTO ledger_transfer (seq, kind, cause, rule, at_us, hash) SELECT -7, 'k', 'c', '', 0, h.hash FROM ledger_head h"}},
	{"a balance and one more", ledger.RuleBalance, false, []string{"UPDATE ledger_account SET balance = balance + 1 WHERE id = " + lot1}},
	{"coins moved between balances", ledger.RuleBalance, true, []string{
		"UPDATE ledger_account SET balance = balance - 1 WHERE id = " + lot1,
		"UPDATE ledger_account SET balance = balance + 1 WHERE id = " + lot2}},
	{"money from nothing", ledger.RuleZero, false, []string{"UPDATE ledger_account SET balance = balance + 1000 WHERE id = " + owed}},
	{"an account with a balance and no line", ledger.RuleZero, false, []string{
		"INSERT INTO ledger_account (id, path, asset, balance, floor, last_seq) SELECT h.last_account + 1, 'lot/3', 'COIN', 5, 0, 0 FROM ledger_head h",
		"UPDATE ledger_head SET last_account = last_account + 1"}},
	{"a balance below a lowered floor", ledger.RuleFloor, false, []string{
		"UPDATE ledger_account SET floor = -100 WHERE id = " + lot2, "UPDATE ledger_account SET balance = -50 WHERE id = " + lot2}},
	{"a line of no transfer", ledger.RuleLines, true, []string{
		"INSERT INTO ledger_line (seq, n, from_account, to_account, amount, from_prev, to_prev) VALUES (9999999, 1, 1, 2, 5, 0, 0)"}},
	{"a line of no transfer that changed balances", ledger.RuleLines, false, []string{
		"INSERT INTO ledger_line (seq, n, from_account, to_account, amount, from_prev, to_prev) SELECT 6, 1, " + lot1 + ", " + spent + ", 5, 0, 0 FROM ledger_head",
		"UPDATE ledger_account SET balance = balance - 5 WHERE id = " + lot1,
		"UPDATE ledger_account SET balance = balance + 5 WHERE id = " + spent}},
	{"a line that lost its transfer", ledger.RuleLines, false, []string{"DELETE FROM ledger_transfer WHERE seq = 3"}},
	{"a line of another number", ledger.RuleLines, true, []string{"UPDATE ledger_line SET n = 5 WHERE seq = 3 AND n = 2"}},
	{"a transfer that lost its lines", ledger.RuleLines, false, []string{"DELETE FROM ledger_line WHERE seq = 3"}},
	{"a line of an account that is gone", ledger.RuleLines, false, []string{"DELETE FROM ledger_account WHERE id = " + lot1}},
	{"a line to an account that never was", ledger.RuleLines, false, []string{"UPDATE ledger_line SET to_account = 999 WHERE seq = 3 AND n = 1"}},
	{"mixed assets", ledger.RuleLines, false, []string{"UPDATE ledger_line SET to_account = " + owed + " WHERE seq = 3 AND n = 1"}},
	{"a trail that leaves a transfer out", ledger.RuleTrail, true, []string{"UPDATE ledger_line SET from_prev = 0 WHERE seq = 3 AND n = 1"}},
	{"a trail to another transfer", ledger.RuleTrail, true, []string{"UPDATE ledger_line SET to_prev = 1 WHERE seq = 3 AND n = 1"}},
	{"a trail that begins too early", ledger.RuleTrail, true, []string{"UPDATE ledger_account SET last_seq = 0 WHERE id = " + spent}},
	{"a trail that begins too late", ledger.RuleTrail, true, []string{"UPDATE ledger_account SET last_seq = 77 WHERE id = " + spent}},
	{"the head moved on", ledger.RuleHead, true, []string{"UPDATE ledger_head SET seq = seq + 1"}},
	{"the head moved far", ledger.RuleHead, true, []string{"UPDATE ledger_head SET seq = 9223372036854775807"}},
	{"the head moved back", ledger.RuleHead, true, []string{"UPDATE ledger_head SET seq = 4"}},
	{"the head's hash", ledger.RuleHead, true, []string{"UPDATE ledger_head SET hash = (SELECT t.hash FROM ledger_transfer t WHERE t.seq = 1)"}},
	{"the head's instant", ledger.RuleHead, true, []string{"UPDATE ledger_head SET at_us = at_us + 1"}},
	{"the head's account", ledger.RuleHead, true, []string{"UPDATE ledger_head SET last_account = 2"}},
	{"the head deleted", ledger.RuleHead, true, []string{"DELETE FROM ledger_head"}},
	{"an account beside the row", ledger.RuleHead, true, []string{"INSERT INTO ledger_account (id, path, asset, balance, floor, last_seq) VALUES (-4, 'lot/3', 'COIN', 0, 0, 0)"}},
	{"an account far ahead", ledger.RuleHead, true, []string{
		"INSERT INTO ledger_account (id, path, asset, balance, floor, last_seq) VALUES (100, 'lot/3', 'COIN', 0, 0, 0)",
		"UPDATE ledger_head SET last_account = last_account + 1"}},
	{"the last transfer deleted", ledger.RuleHead, false, []string{
		"DELETE FROM ledger_line WHERE seq = 5", "DELETE FROM ledger_transfer WHERE seq = 5"}},
	{"the last transfer deleted, balances adjusted", ledger.RuleHead, true, []string{
		"DELETE FROM ledger_line WHERE seq = 5", "DELETE FROM ledger_transfer WHERE seq = 5",
		"UPDATE ledger_account SET balance = balance + 20, last_seq = 3 WHERE id = " + lot1,
		"UPDATE ledger_account SET balance = balance - 20, last_seq = 2 WHERE id = " + account(ledger.CoinsIssued, money.Coin)}},
	{"a lowered floor", ledger.RuleFloorOf, true, []string{"UPDATE ledger_account SET floor = -5 WHERE id = " + lot1}},
	{"a floor under the world", ledger.RuleFloorOf, true, []string{"UPDATE ledger_account SET floor = -1000 WHERE path = 'provider/stripe'"}},
}

// refusedBySchema is damage that a CHECK refuses, for the day it does not.
var refusedBySchema = []violation{
	{"a negative amount", ledger.RuleLines, false, []string{"UPDATE ledger_line SET amount = -amount WHERE seq = 3 AND n = 1"}},
	{"a line of nothing", ledger.RuleLines, false, []string{"UPDATE ledger_line SET amount = 0 WHERE seq = 3 AND n = 1"}},
	{"a line to its own account", ledger.RuleLines, false, []string{"UPDATE ledger_line SET to_account = from_account WHERE seq = 4"}},
	{"a balance below its floor", ledger.RuleFloor, false, []string{"UPDATE ledger_account SET balance = -1 WHERE id = " + lot1}},
	{"a line of no transfer before the first", ledger.RuleLines, true, []string{
		"INSERT INTO ledger_line (seq, n, from_account, to_account, amount, from_prev, to_prev) VALUES (-1, 1, 1, 2, 5, 0, 0)"}},
	{"a second head", ledger.RuleHead, true, []string{"INSERT INTO ledger_head (id, seq, hash, last_account, at_us) SELECT 0, h.seq, h.hash, h.last_account, h.at_us FROM ledger_head h"}},
	{"a head of another number", ledger.RuleHead, true, []string{"UPDATE ledger_head SET id = 2"}},
}

// TestPlantedViolations is the teeth of the ledger's own rules.
func TestPlantedViolations(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		small(t, d, clk)
		plant(t, d, violations)
		unguard(t, d)
		plant(t, d, refusedBySchema)
		ledgertest.Verify(t, d)
	})
}

// plant plants each violation, verifies, and undoes it.
func plant(t *testing.T, d *db.DB, all []violation) {
	t.Helper()
	undo := errors.New("undone")
	for _, v := range all {
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			for _, statement := range v.sql {
				if n, err := tx.Exec(t.Context(), statement); err != nil || n == 0 {
					return fmt.Errorf("%s changed %d rows: %w", statement, n, err)
				}
			}
			r, err := ledger.VerifyIn(t.Context(), tx)
			if err != nil {
				return err
			}
			judge(t, &v, r)
			return undo
		})
		if !errors.Is(err, undo) {
			t.Errorf("%s: %v", v.name, err)
		}
	}
}

func judge(t *testing.T, v *violation, r *ledger.Report) {
	named := slices.ContainsFunc(r.Findings, func(f ledger.Finding) bool { return f.Rule == v.rule })
	others := slices.ContainsFunc(r.Findings, func(f ledger.Finding) bool { return f.Rule != v.rule })
	if !named || r.OK() {
		t.Errorf("%s: verify did not name %q; it found %v", v.name, v.rule, r.Findings)
	}
	if others && v.only {
		t.Errorf("%s: verify named more than %q: %v", v.name, v.rule, r.Findings)
	}
}

// TestEveryRuleHasTeeth keeps the table above complete.
func TestEveryRuleHasTeeth(t *testing.T) {
	planted := []string{ledger.RuleNoPersonMix} // TestCoinsBetweenLots
	for _, v := range violations {
		planted = append(planted, v.rule)
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		r := ledgertest.Verify(t, d)
		if len(r.Checks) < 9 {
			t.Errorf("verify checked %v only", r.Checks)
		}
		for _, rule := range r.Checks {
			if !slices.Contains(planted, rule) {
				t.Errorf("no violation is planted for %q", rule)
			}
		}
	})
}

// TestCoinsBetweenLots plants what the ledger itself would post: it does not
// know that both lots belong to persons.
func TestCoinsBetweenLots(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		small(t, d, clk)
		for i, to := range []string{"lot/2", "creator/usr_1/available", "world/elsewhere"} {
			post(t, d, "coins.moved", to, move("lot/1", to, coins(1)))
			ledgertest.Names(t, d, ledger.RuleNoPersonMix)
			if r, err := ledger.Verify(t.Context(), d, nil); err != nil || len(r.Findings) != i+1 {
				t.Errorf("coins to %s: verify found %v, %v; want %d findings", to, r.Findings, err, i+1)
			}
		}
	})
}

// TestBelowFloorInBetween has an account below its floor for one transfer,
// long ago, with the books right before and after.
func TestBelowFloorInBetween(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		small(t, d, clk)
		floor := func(n int64) {
			write(t, d, func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, "UPDATE ledger_account SET floor = $1 WHERE path = 'lot/1'", n)
				return err
			})
		}
		floor(-1000)
		post(t, d, "gift.sent", "gft_3", move("lot/1", ledger.CoinsSpent, coins(500)))
		post(t, d, "coins.bought", "cps_3", move(ledger.CoinsIssued, "lot/1", coins(500)))
		floor(0)
		ledgertest.Names(t, d, ledger.RuleFloor)
		if r, err := ledger.Verify(t.Context(), d, nil); err != nil || len(r.Findings) != 1 || !strings.Contains(r.Findings[0].Detail, "-270 after transfer 6") {
			t.Errorf("verify found %v, %v; want the one moment", r.Findings, err)
		}
	})
}

// TestRide has a rule go along: it sees each line of the journal once and in order, over
// its pages, and what it finds stands in the report. A ride that fails is an error.
func TestRide(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		small(t, d, clk)
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			b := ledger.Open(tx)
			for i := range ledger.PageSize + 10 {
				if _, err := b.PostMoves(ctx, "test", fmt.Sprint("ride ", i), "", move(ledger.Provider, ledger.Deferred, usd(1))); err != nil {
					return err
				}
			}
			return b.Flush(ctx)
		})
		var seen, from int64
		stop := errors.New("stop")
		var fails error
		ride := ledger.Check{Name: "test", Ride: func(_ context.Context, _ *db.Tx, r *ledger.Report) (func(*ledger.Page) error, error) {
			last, pages := ledger.PageLine{}, 0
			seen, from = 0, math.MinInt64
			return func(p *ledger.Page) error {
				if p.First != from {
					t.Errorf("a page begins with %d, not with %d", p.First, from)
				}
				from = p.Last + 1
				for i := range p.Len() {
					l := p.At(i)
					if l.Seq < p.First || l.Seq > p.Last || l.Seq < last.Seq || l.Seq == last.Seq && l.N <= last.N {
						t.Errorf("line %+v after %+v, on the page from %d to %d", l, last, p.First, p.Last)
					}
					last, seen = l, seen+1
				}
				if pages++; pages == 2 {
					r.Add("test", "here", "the second page")
				}
				return fails
			}, nil
		}}
		r, err := ledger.Verify(t.Context(), d, nil, ride)
		if err != nil || r.Lines != seen || len(r.Findings) != 1 || r.Findings[0].Rule != "test" || !slices.Contains(r.Checks, "test") {
			t.Errorf("%d lines were seen of %+v (%v)", seen, r, err)
		}
		fails = stop
		if _, err := ledger.Verify(t.Context(), d, nil, ride); !errors.Is(err, stop) {
			t.Errorf("a ride that fails: %v", err)
		}
	})
}

// TestAnchor cuts the journal's end off so well that the books are right; only
// a head that was kept elsewhere shows it.
func TestAnchor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		small(t, d, clk)
		var seq int64
		var hash string
		read(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
			seq, _, hash, err = ledger.Head(ctx, tx)
			return err
		})
		kept := ledger.Anchor(seq, hash)
		post(t, d, "gift.sent", "gft_3", move("lot/1", ledger.CoinsSpent, coins(5)))
		if r := ledgertest.Verify(t, d, kept); !slices.Contains(r.Checks, ledger.RuleAnchor) {
			t.Errorf("verify checked %v", r.Checks)
		}
		cut := func() {
			write(t, d, func(ctx context.Context, tx *db.Tx) error {
				for _, statement := range []string{
					"UPDATE ledger_account SET balance = balance - COALESCE((SELECT SUM(l.amount) FROM ledger_line l WHERE l.to_account = ledger_account.id AND l.seq = (SELECT seq FROM ledger_head)), 0)" +
						" + COALESCE((SELECT SUM(l.amount) FROM ledger_line l WHERE l.from_account = ledger_account.id AND l.seq = (SELECT seq FROM ledger_head)), 0)",
					"UPDATE ledger_account SET last_seq = (SELECT CASE WHEN l.to_account = ledger_account.id THEN l.to_prev ELSE l.from_prev END FROM ledger_line l" +
						" WHERE l.seq = ledger_account.last_seq AND (l.to_account = ledger_account.id OR l.from_account = ledger_account.id))" +
						" WHERE last_seq = (SELECT seq FROM ledger_head)",
					"DELETE FROM ledger_line WHERE seq = (SELECT seq FROM ledger_head)",
					"DELETE FROM ledger_transfer WHERE seq = (SELECT seq FROM ledger_head)",
					"UPDATE ledger_head SET seq = seq - 1, hash = (SELECT t.hash FROM ledger_transfer t WHERE t.seq = ledger_head.seq - 1), at_us = (SELECT t.at_us FROM ledger_transfer t WHERE t.seq = ledger_head.seq - 1)",
				} {
					if _, err := tx.Exec(ctx, statement); err != nil {
						return err
					}
				}
				return nil
			})
			ledgertest.Verify(t, d)
		}
		cut()
		ledgertest.Verify(t, d, kept) // what came after the kept head is not known to it
		cut()
		ledgertest.Names(t, d, ledger.RuleAnchor, kept)
		post(t, d, "gift.sent", "gft_4", move("lot/1", ledger.CoinsSpent, coins(5))) // another number 5
		ledgertest.Names(t, d, ledger.RuleAnchor, kept)
		ledgertest.Verify(t, d)
	})
}

// TestReport checks what a report says beside its findings.
func TestReport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		small(t, d, clk)
		var told []int64
		mine := ledger.Check{Name: "a check of a package above", Run: func(_ context.Context, _ *db.Tx, r *ledger.Report) error {
			for i := range 50 {
				r.Add("a check of a package above", fmt.Sprint("row ", i), "%d", i)
			}
			r.Add(ledger.RuleZero, "row", "the one of another rule is not hidden")
			return nil
		}}
		r, err := ledger.Verify(t.Context(), d, func(done, all int64) { told = append(told, done, all) }, mine)
		if err != nil {
			t.Fatal(err)
		}
		read(t, d, func(ctx context.Context, tx *db.Tx) error {
			_, _, hash, err := ledger.Head(ctx, tx)
			if r.Transfers != 5 || r.Lines != 9 || r.Accounts != 8 || r.Head != hash {
				t.Errorf("the report says %+v", r)
			}
			return err
		})
		if diff := cmp.Diff([]int64{5, 5}, told); diff != "" {
			t.Errorf("the progress:\n%s", diff)
		}
		if r.OK() || len(r.Findings) != 21 || r.Hidden != 30 || r.Findings[20].Rule != ledger.RuleZero {
			t.Errorf("%d findings and %d hidden: %v", len(r.Findings), r.Hidden, r.Findings)
		}
		broken := errors.New("broken")
		_, err = ledger.Verify(t.Context(), d, nil, ledger.Check{Name: "n", Run: func(context.Context, *db.Tx, *ledger.Report) error { return broken }})
		if !errors.Is(err, broken) {
			t.Errorf("the error of a check: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := ledger.Verify(ctx, d, nil); err == nil {
			t.Error("a cancelled verify gave a report")
		}
	})
}
