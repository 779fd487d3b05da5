package casework_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/casework"
	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/people"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// Two operators.
var (
	op      = people.Caller{Person: "usr_op", Roles: []people.Role{people.Operator}}
	another = people.Caller{Person: "usr_another", Roles: []people.Role{people.Operator}}
)

type desk struct {
	t   *testing.T
	d   *db.DB
	clk *clock.Manual
	s   *casework.Service
}

func usd(cents int64) money.Amount { return money.Amount{Units: cents, Asset: money.USD} }

func limited(a money.Amount) casework.Limit {
	return func(context.Context, *db.Tx, id.Person) (money.Amount, error) { return a, nil }
}

func each(t *testing.T, test func(w *desk)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		test(&desk{t, d, clk, casework.NewService(d, limited(usd(500)))})
		ledgertest.Verify(t, d, casework.Checks()...)
	})
}

func (w *desk) write(fn func(ctx context.Context, tx *db.Tx) error) {
	w.t.Helper()
	if err := w.d.Write(w.t.Context(), func(tx *db.Tx) error { return fn(w.t.Context(), tx) }); err != nil {
		w.t.Fatal(err)
	}
}

func (w *desk) open(n casework.New) (c casework.Case) {
	w.t.Helper()
	w.write(func(ctx context.Context, tx *db.Tx) (err error) { c, err = casework.Open(ctx, tx, n); return err })
	return c
}

// differ puts so many cents into suspense, or takes them, and opens the case.
func (w *desk) differ(subject string, cents int64) (c casework.Case) {
	w.t.Helper()
	w.write(func(ctx context.Context, tx *db.Tx) (err error) {
		m := ledger.Move{From: ledger.Provider, To: ledger.ProviderUnknown, Amount: money.Amount{Units: cents, Asset: money.USD}}
		if cents < 0 {
			m = ledger.Move{From: ledger.ProviderUnknown, To: ledger.Provider, Amount: money.Amount{Units: -cents, Asset: money.USD}}
		}
		if _, err := ledger.Post(ctx, tx, "entry.booked", subject, "", m); err != nil {
			return err
		}
		c, err = casework.Open(ctx, tx, casework.New{Kind: casework.Difference, Subject: subject, Amount: money.Amount{Units: cents, Asset: money.USD}, Account: ledger.ProviderUnknown, Words: "Something came."})
		return err
	})
	return c
}

func (w *desk) balance(path string) (n int64) {
	w.t.Helper()
	if err := w.d.Read(w.t.Context(), func(tx *db.Tx) (err error) {
		n, err = ledger.Balance(w.t.Context(), tx, ledger.Ref{Path: path, Asset: money.USD})
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	return n
}

func TestOpenAndClose(t *testing.T) {
	each(t, func(w *desk) {
		n := casework.New{Kind: "dispute", Subject: "dsp_1", Person: "usr_fan", Amount: money.Amount{Units: 499, Asset: money.USD}, Words: "The bank asks."}
		c := w.open(n)
		w.clk.Advance(time.Minute)
		n.Words = "again"
		if again := w.open(n); again != c {
			t.Errorf("opened again it is %+v, not %+v", again, c)
		}
		other := w.open(casework.New{Kind: "minor", Subject: "dsp_1", Words: "Too young."})
		if other.ID == c.ID || other.Amount.Asset != "" {
			t.Errorf("another kind about the same: %+v", other)
		}
		list := func(q casework.Query) (ids []id.Case) {
			t.Helper()
			q.Limit = 10
			w.write(func(ctx context.Context, tx *db.Tx) error {
				all, err := casework.List(ctx, tx, q)
				ids = ids[:0]
				for _, c := range all {
					ids = append(ids, c.ID)
				}
				return err
			})
			return ids
		}
		w.write(func(ctx context.Context, tx *db.Tx) (err error) {
			c, err = casework.Close(ctx, tx, c.ID, "usr_op", "won", "the bank agreed")
			return err
		})
		for want, q := range map[string]casework.Query{
			fmt.Sprint([]id.Case{other.ID, c.ID}): {},
			fmt.Sprint([]id.Case{c.ID}):           {State: casework.Closed, Kind: "dispute", Person: "usr_fan", Subject: "dsp_1"},
			fmt.Sprint([]id.Case{other.ID}):       {State: casework.Opened},
			"[]":                                  {State: casework.Opened, Before: other.ID},
		} {
			if got := fmt.Sprint(list(q)); got != want {
				t.Errorf("%+v: %s, want %s", q, got, want)
			}
		}
		if c.State != casework.Closed || c.By != "usr_op" || c.Decision != "won" || c.Note != "the bank agreed" || c.ClosedUS != c.OpenedUS+60_000_000 {
			t.Errorf("%+v", c)
		}
		err := w.d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := casework.Close(t.Context(), tx, c.ID, casework.ByRule, "lost", "")
			return err
		})
		if !fault.Is(err, fault.AlreadyDone) {
			t.Errorf("closed twice: %v", err)
		}
		w.write(func(ctx context.Context, tx *db.Tx) error {
			if _, err := casework.Close(ctx, tx, other.ID, casework.ByRule, "grown_up", ""); err != nil {
				return err
			}
			all, err := audit.List(ctx, tx, audit.Query{Limit: 10})
			if len(all) != 1 || all[0].Actor != "usr_op" || all[0].Verb != "case.close" || all[0].Reason != "the bank agreed" {
				t.Errorf("the audit log: %+v", all)
			}
			return err
		})
	})
}

func TestDifference(t *testing.T) {
	each(t, func(w *desk) {
		came, went := w.differ("ent_1", 500), w.differ("ent_2", -120)
		if got := w.balance(ledger.ProviderUnknown); got != 380 {
			t.Errorf("%d in suspense", got)
		}
		ledgertest.Verify(t, w.d, casework.Checks()...)
		if _, err := w.s.Decide(t.Context(), came.ID, op, " \n"); !fault.Is(err, fault.ValidationFailed) {
			t.Errorf("without a reason: %v", err)
		}
		if _, err := w.s.Decide(t.Context(), "cas_x", op, "because"); !fault.Is(err, fault.NotFound) {
			t.Errorf("no such case: %v", err)
		}
		c, err := w.s.Decide(t.Context(), came.ID, op, "a present")
		if err != nil || c.State != casework.Closed || c.Decision != "written_off" {
			t.Fatal(c, err)
		}
		if _, err := w.s.Decide(t.Context(), came.ID, op, "once more"); !fault.Is(err, fault.AlreadyDone) {
			t.Errorf("twice: %v", err)
		}
		if a, b := w.balance(ledger.ProviderUnknown), w.balance(ledger.DifferenceCosts); a != -120 || b != 500 {
			t.Errorf("%d in suspense, %d written off", a, b)
		}
		w.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := casework.Settle(ctx, tx, went.ID, casework.ByRule, casework.Cleared, "")
			return err
		})
		if a, b := w.balance(ledger.ProviderUnknown), w.balance(ledger.Provider); a != 0 || b != -500 {
			t.Errorf("%d in suspense, %d at the provider", a, b)
		}
		theirs := w.open(casework.New{Kind: "dispute", Subject: "dsp_1", Words: "The bank asks."})
		if _, err := w.s.Decide(t.Context(), theirs.ID, op, "because"); !fault.Is(err, fault.StateConflict) {
			t.Errorf("a product's case: %v", err)
		}
		for _, bad := range []casework.New{{}, {Kind: casework.Difference, Subject: "x", Words: "x"}, {Kind: "dispute", Subject: "x", Words: "x", Account: "suspense/x"},
			{Kind: casework.Difference, Subject: "x", Words: "x", Account: "platform/x", Amount: money.Amount{Units: 1, Asset: money.USD}}} {
			if err := w.d.Write(t.Context(), func(tx *db.Tx) error { _, err := casework.Open(t.Context(), tx, bad); return err }); err == nil {
				t.Errorf("%+v was opened", bad)
			}
		}
	})
}

// What is above the limit is written off by two people, whichever way it went.
func TestWrittenOffByTwo(t *testing.T) {
	each(t, func(w *desk) {
		for _, cents := range []int64{501, -501} {
			c := w.differ(fmt.Sprintf("ent_%d", cents), cents)
			if _, err := w.s.Decide(t.Context(), c.ID, people.Caller{Person: "usr_fan"}, "mine"); !fault.Is(err, fault.RoleRequired) {
				t.Errorf("by anybody: %v", err)
			}
			c, err := w.s.Decide(t.Context(), c.ID, op, "a present")
			if err != nil || c.State != casework.Opened || c.ProposedBy != "usr_op" || c.ProposedNote != "a present" || w.balance(ledger.ProviderUnknown) != cents {
				t.Fatal(c, err)
			}
			ledgertest.Verify(t, w.d, casework.Checks()...)
			key := people.Caller{Key: "key_1", Scopes: []people.Scope{people.Admin}}
			for _, by := range []people.Caller{op, key, {Person: "usr_another", Starter: "key_1"}} {
				if _, err := w.s.Decide(t.Context(), c.ID, by, "again"); !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.RoleRequired) {
					t.Errorf("by %+v: %v", by, err)
				}
			}
			if c, err = w.s.Decide(t.Context(), c.ID, another, "I looked, too"); err != nil || c.State != casework.Closed || c.By != "usr_another" || w.balance(ledger.ProviderUnknown) != 0 {
				t.Fatal(c, err)
			}
		}
		w.s = casework.NewService(w.d, limited(money.Amount{})) // there is no rule
		c := w.differ("ent_small", 1)
		if c, err := w.s.Decide(t.Context(), c.ID, op, "small"); err != nil || c.State != casework.Opened {
			t.Error(c, err)
		}
	})
}

// Every rule of verify.go names the damage that it is there for.
func TestVerifyBites(t *testing.T) {
	each(t, func(w *desk) {
		open, done := w.differ("ent_1", 500), w.differ("ent_2", -70)
		if _, err := w.s.Decide(t.Context(), done.ID, op, "small"); err != nil {
			t.Fatal(err)
		}
		for _, constraint := range []string{"closed_case_says_who_when_and_what", "open_case_is_not_decided", "difference_stands_in_suspense", "whoever_proposed_it_does_not_close_it"} {
			w.unguard(constraint)
		}
		of := func(c casework.Case) string { return " WHERE id = '" + string(c.ID) + "'" }
		posted := " WHERE cause = '" + string(done.ID) + "'"
		line := " WHERE seq = (SELECT seq FROM ledger_transfer" + posted + ")"
		for _, plant := range []struct{ name, rule, damage, undo string }{
			{"closed by nobody", casework.RuleClosed, "UPDATE casework_case SET closed_by = ''" + of(done), "UPDATE casework_case SET closed_by = 'usr_op'" + of(done)},
			{"closed without a decision", casework.RuleClosed, "UPDATE casework_case SET decision = ''" + of(done), "UPDATE casework_case SET decision = 'written_off'" + of(done)},
			{"closed before it was opened", casework.RuleClosed, "UPDATE casework_case SET closed_us = closed_us - 1" + of(done), "UPDATE casework_case SET closed_us = closed_us + 1" + of(done)},
			{"open and decided", casework.RuleClosed, "UPDATE casework_case SET closed_by = 'usr_x'" + of(open), "UPDATE casework_case SET closed_by = ''" + of(open)},
			{"another amount than stands there", casework.RuleSuspense, "UPDATE casework_case SET amount_units = amount_units + 1" + of(open), "UPDATE casework_case SET amount_units = amount_units - 1" + of(open)},
			{"a case that is gone", casework.RuleSuspense, "UPDATE casework_case SET kind = 'other'" + of(open), "UPDATE casework_case SET kind = 'difference'" + of(open)},
			{"money in another account", casework.RuleSuspense, "UPDATE casework_case SET account = 'suspense/x'" + of(open), "UPDATE casework_case SET account = 'suspense/provider'" + of(open)},
			{"closed and not moved", casework.RuleSettled, "UPDATE casework_case SET state = 'closed', closed_us = opened_us, closed_by = 'x', decision = 'written_off'" + of(open),
				"UPDATE casework_case SET state = 'open', closed_us = 0, closed_by = '', decision = ''" + of(open)},
			{"moved and not closed", casework.RuleSettled, "UPDATE casework_case SET state = 'open'" + of(done), "UPDATE casework_case SET state = 'closed'" + of(done)},
			{"moved with another amount", casework.RuleSettled, "UPDATE ledger_line SET amount = amount + 1" + line, "UPDATE ledger_line SET amount = amount - 1" + line},
			{"moved for nothing", casework.RuleSettled, "UPDATE ledger_transfer SET cause = 'cas_x'" + posted, "UPDATE ledger_transfer SET cause = '" + string(done.ID) + "' WHERE cause = 'cas_x'"},
			{"above the limit by one alone", casework.RuleSecond, "UPDATE casework_case SET agree_units = 69" + of(done), "UPDATE casework_case SET agree_units = 500" + of(done)},
			{"of another currency", casework.RuleSecond, "UPDATE casework_case SET agree_asset = 'EUR'" + of(done), "UPDATE casework_case SET agree_asset = 'USD'" + of(done)},
			{"proposed by who closed it", casework.RuleSecond, "UPDATE casework_case SET proposed_by = closed_by, agree_units = 1" + of(done), "UPDATE casework_case SET proposed_by = '', agree_units = 500" + of(done)},
			{"nobody looked", casework.RuleOld, "UPDATE casework_case SET opened_us = opened_us - 604800000001" + of(open), "UPDATE casework_case SET opened_us = opened_us + 604800000001" + of(open)},
		} {
			t.Run(plant.name, func(t *testing.T) {
				w.exec(plant.damage)
				ledgertest.Names(t, w.d, plant.rule, casework.Checks()...)
				w.exec(plant.undo)
				ledgertest.Verify(t, w.d, casework.Checks()...)
			})
		}
	})
}

func (w *desk) exec(statement string) {
	w.t.Helper()
	w.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, statement)
		return err
	})
}

// unguard takes the schema's own guard away, so that verify is what is left.
func (w *desk) unguard(constraint string) {
	w.t.Helper()
	if w.d.Engine() == "postgres" {
		w.exec("ALTER TABLE casework_case DROP CONSTRAINT " + constraint)
		return
	}
	w.exec("PRAGMA ignore_check_constraints = ON")
}
