package second_test

import (
	"context"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/second"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// kind is what the tests decide.
const kind = "prize.give"

// Three operators; the last of them gets the money.
var (
	olu = people.Caller{Person: "usr_olu", Roles: []people.Role{people.Operator}}
	ann = people.Caller{Person: "usr_ann", Roles: []people.Role{people.Operator}}
	fay = people.Caller{Person: "usr_fay", Roles: []people.Role{people.Operator}}
)

type desk struct {
	t   *testing.T
	d   *db.DB
	clk *clock.Manual
}

func each(t *testing.T, test func(w *desk)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		test(&desk{t, d, clk})
		ledgertest.Verify(t, d, second.Checks(kind)...)
	})
}

func (w *desk) write(f func(ctx context.Context, tx *db.Tx) error) error {
	return w.d.Write(w.t.Context(), func(tx *db.Tx) error { return f(w.t.Context(), tx) })
}

func usd(cents int64) money.Amount { return money.Amount{Units: cents, Asset: money.USD} }

// does decides, or proposes, to give so much of something.
func (w *desk) does(by people.Caller, subject string, cents int64, asset money.Asset) (d second.Decision, err error) {
	return d, w.write(func(ctx context.Context, tx *db.Tx) (err error) {
		d, err = second.Do(ctx, tx, by, second.Act{Kind: kind, Subject: subject, Gets: fay.Person, Amount: money.Amount{Units: cents, Asset: asset}, Limit: usd(10_00), Why: "They won."})
		return err
	})
}

func (w *desk) agrees(by people.Caller, subject string) error {
	return w.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := second.Agree(ctx, tx, by, kind, subject, nil)
		return err
	})
}

func (w *desk) declines(by people.Caller, subject string) error {
	return w.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := second.Decline(ctx, tx, by, kind, subject, "They did not.")
		return err
	})
}

func (w *desk) ends(subject string, f func(context.Context, *db.Tx, string, string) error) {
	w.t.Helper()
	w.want(w.write(func(ctx context.Context, tx *db.Tx) error { return f(ctx, tx, kind, subject) }), "")
}

func (w *desk) want(err error, code fault.Code) {
	w.t.Helper()
	if code == "" && err != nil || code != "" && !fault.Is(err, code) {
		w.t.Fatalf("%v, want %q", err, code)
	}
}

// is fails the test unless the last decision about the subject is in the state.
func (w *desk) is(subject string, want second.State) (d second.Decision) {
	w.t.Helper()
	w.want(w.d.Read(w.t.Context(), func(tx *db.Tx) (err error) {
		d, err = second.About(w.t.Context(), tx, kind, subject)
		return err
	}), "")
	if d.State != want {
		w.t.Fatalf("%s is %+v, want %s", subject, d, want)
	}
	return d
}

// Up to the limit one is enough, for all that is done within thirty days; above it
// another one agrees.
func TestLimit(t *testing.T) {
	each(t, func(w *desk) {
		for _, c := range []struct {
			subject string
			cents   int64
			asset   money.Asset
			want    second.State
		}{
			{"a", 9_99, money.USD, second.Alone}, {"b", 1, money.USD, second.Alone}, {"c", 1, money.USD, second.Waits}, {"d", 0, money.USD, second.Alone}, {"e", 1, "EUR", second.Waits},
		} {
			if d, err := w.does(olu, c.subject, c.cents, c.asset); err != nil || d.State != c.want {
				t.Errorf("%s: %+v, %v", c.subject, d, err)
			}
		}
		w.clk.Advance(second.Together - time.Second)
		_, err := w.does(ann, "f", 1, money.USD)
		w.want(err, "")
		w.is("f", second.Waits)
		w.clk.Advance(2 * time.Second)
		_, err = w.does(ann, "g", 10_00, money.USD)
		w.want(err, "")
		w.is("g", second.Alone)
		w.ends("g", second.Undo)
		_, err = w.does(ann, "h", 10_00, money.USD) // what came to nothing does not count
		w.want(err, "")
		w.is("h", second.Alone)
		w.want(w.agrees(ann, "c"), "")
		w.is("c", second.Agreed)
	})
}

// The second is a person, another one, and gets nothing; nor does the first.
func TestWho(t *testing.T) {
	each(t, func(w *desk) {
		host := people.Caller{Key: "key_host", Scopes: []people.Scope{people.Admin}}
		_, err := w.does(people.Caller{Person: "usr_x"}, "a", 50_00, money.USD)
		w.want(err, fault.RoleRequired)
		_, err = w.does(fay, "a", 1, money.USD)
		w.want(err, fault.Forbidden)
		w.want(w.agrees(ann, "a"), fault.StateConflict)
		for range 2 { // two clicks are one proposal
			_, err = w.does(olu, "a", 50_00, money.USD)
			w.want(err, "")
		}
		_, err = w.does(ann, "a", 50_00, money.USD)
		w.want(err, fault.StateConflict)
		for _, by := range []people.Caller{olu, fay, host} {
			w.want(w.agrees(by, "a"), fault.Forbidden)
		}
		w.want(w.agrees(people.Caller{Person: "usr_x"}, "a"), fault.RoleRequired)
		w.want(w.declines(people.Caller{Person: "usr_x"}, "a"), fault.RoleRequired)
		w.want(w.agrees(ann, "a"), "")
		if d := w.is("a", second.Agreed); d.By != olu.ID() || d.EndedBy != ann.ID() || d.Why != "They won." || d.Limit != usd(10_00) {
			t.Errorf("%+v", d)
		}
		w.want(w.agrees(ann, "a"), fault.StateConflict)
		_, err = w.does(host, "b", 50_00, money.USD) // a key may propose
		w.want(err, "")
		w.want(w.declines(host, "b"), "")
		w.is("b", second.Declined)
		_, err = w.does(olu, "b", 50_00, money.USD)
		w.want(err, "")
		w.ends("b", second.Lapse)
		w.ends("b", second.Lapse)
		w.is("b", second.Lapsed)
		w.want(w.agrees(ann, "b"), fault.StateConflict)
		w.want(w.d.Read(t.Context(), func(tx *db.Tx) error {
			all, err := second.List(t.Context(), tx, second.Query{Subject: "b", Limit: 5})
			if len(all) != 2 || all[0].State != second.Lapsed || all[1].State != second.Declined {
				t.Errorf("%+v", all)
			}
			return err
		}), "")
	})
}

func TestVerifyBites(t *testing.T) {
	each(t, func(w *desk) {
		for subject, cents := range map[string]int64{"alone": 4_00, "two": 50_00, "not": 50_00} {
			_, err := w.does(olu, subject, cents, money.USD)
			w.want(err, "")
		}
		w.want(w.agrees(ann, "two"), "")
		w.want(w.declines(ann, "not"), "")
		world := gifttest.New(t, w.d, w.clk)
		for _, constraint := range []string{"decision_of_one_is_within_the_limit", "who_agrees_is_another_person"} {
			world.Unguard("second_decision", constraint)
		}
		set := func(subject, change string) string {
			return "UPDATE second_decision SET " + change + " WHERE subject = '" + subject + "'"
		}
		bitten := map[string]bool{}
		for _, plant := range []struct{ name, rule, damage, undo string }{
			{"more than the limit", second.RuleAlone, set("alone", "limit_units = 399"), set("alone", "limit_units = 1000")},
			{"in another currency", second.RuleAlone, set("alone", "limit_asset = 'EUR'"), set("alone", "limit_asset = 'USD'")},
			{"two by one alone", second.RuleAlone, set("two", "state = 'alone', ended_by = ''"), set("two", "state = 'agreed', ended_by = 'usr_ann'")},
			{"without a limit", second.RuleAlone, "UPDATE second_decision SET limit_units = -1 WHERE n = 3", "UPDATE second_decision SET limit_units = 1000 WHERE n = 3"},
			{"one person twice", second.RuleTwo, set("two", "ended_by = proposed_by"), set("two", "ended_by = 'usr_ann'")},
			{"a key", second.RuleTwo, set("two", "ended_by = 'key_x'"), set("two", "ended_by = 'usr_ann'")},
			{"for oneself", second.RuleTwo, set("alone", "gets = proposed_by"), set("alone", "gets = 'usr_fay'")},
			{"not proposed", second.RuleSigned, "UPDATE audit_entry SET actor = 'usr_x' WHERE verb = 'prize.give_propose' AND subject = 'two'", "UPDATE audit_entry SET actor = 'usr_olu' WHERE actor = 'usr_x'"},
			{"not declined", second.RuleSigned, "UPDATE audit_entry SET subject = 'x' WHERE verb = 'prize.give_decline'", "UPDATE audit_entry SET subject = 'not' WHERE subject = 'x'"},
			{"done while it waits", second.RuleSigned, set("two", "state = 'waits', ended_us = 0, ended_by = ''"), set("two", "state = 'agreed', ended_us = proposed_us, ended_by = 'usr_ann'")},
			{"done and not decided", second.RuleSigned, set("alone", "subject = 'y'"), set("y", "subject = 'alone'")},
		} {
			t.Run(plant.name, func(t *testing.T) {
				gifttest.Bites(world, t, plant.rule, plant.damage, plant.undo, second.Checks(kind)...)
			})
			bitten[plant.rule] = true
		}
		for _, c := range second.Checks(kind) {
			if !bitten[c.Name] {
				t.Errorf("nothing was planted that breaks %q", c.Name)
			}
		}
	})
}
