package payment_test

import (
	"context"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// world is a database with the verbs of this package.
type world struct {
	t   *testing.T
	ctx context.Context
	d   *db.DB
	clk *clock.Manual
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		test(&world{t, t.Context(), d, clk})
		ledgertest.Verify(t, d)
	})
}

func usd(cents int64) money.Amount { return money.Amount{Units: cents, Asset: money.USD} }

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatalf("unexpected error: %v", err)
	}
}

func (w *world) write(f func(tx *db.Tx) error) {
	w.t.Helper()
	w.ok(w.d.Write(w.ctx, f))
}

func (w *world) intend(subject string) (r payment.Record) {
	w.t.Helper()
	w.write(func(tx *db.Tx) (err error) {
		r, err = payment.Intend(w.ctx, tx, payment.Record{Purpose: "coins", Subject: subject, Person: "usr_1", Amount: usd(499), Card: "pm_1", ReturnURL: "http://app.test/"})
		return err
	})
	return r
}

func (w *world) apply(charge id.Payment, fact payment.Charge) (r payment.Record, changed bool, err error) {
	err = w.d.Write(w.ctx, func(tx *db.Tx) (err error) {
		r, changed, err = payment.Apply(w.ctx, tx, charge, fact)
		return err
	})
	return r, changed, err
}

func (w *world) get(charge id.Payment) (r payment.Record) {
	w.t.Helper()
	w.ok(w.d.Read(w.ctx, func(tx *db.Tx) (err error) {
		r, err = payment.Get(w.ctx, tx, charge)
		return err
	}))
	return r
}

func fact(outcome payment.Outcome) payment.Charge {
	f := payment.Charge{ID: "pi_1", Outcome: outcome, Amount: usd(499), Card: &payment.Card{Brand: "visa", Last4: "4242"}}
	switch outcome {
	case payment.Succeeded:
		f.Settled, f.Fee = usd(499), usd(44)
	case payment.Failed:
		f.Decline = &payment.Decline{Code: "expired_card", Reason: "This card has expired."}
	case payment.RequiresAction:
		f.ActionURL = "http://bank.test/"
	}
	return f
}

func TestIntendAndApply(t *testing.T) {
	each(t, func(w *world) {
		r := w.intend("cps_1")
		if got := w.get(r.ID); got != r || got.Outcome != payment.Unknown || got.Final() || got.Provider != "" {
			t.Errorf("intent: %+v, stored %+v", r, got)
		}
		got, changed, err := w.apply(r.ID, fact(payment.RequiresAction))
		w.ok(err)
		if !changed || got.ActionURL == "" || got.Provider != "pi_1" || got.Final() || got != w.get(r.ID) {
			t.Errorf("waiting: %+v", got)
		}
		_, changed, err = w.apply(r.ID, fact(payment.RequiresAction))
		if changed || err != nil {
			t.Errorf("the same news again: %t %v", changed, err)
		}
		got, changed, err = w.apply(r.ID, fact(payment.Succeeded))
		w.ok(err)
		if !changed || got.FeeUnits != 44 || got.Settled != usd(499) || got.ActionURL != "" || got.Last4 != "4242" || !got.Final() {
			t.Errorf("paid: %+v", got)
		}
		for name, read := range map[string]func(tx *db.Tx) (payment.Record, error){
			"subject":  func(tx *db.Tx) (payment.Record, error) { return payment.ForSubject(w.ctx, tx, "cps_1") },
			"provider": func(tx *db.Tx) (payment.Record, error) { return payment.ForProvider(w.ctx, tx, "pi_1") },
		} {
			w.ok(w.d.Read(w.ctx, func(tx *db.Tx) error {
				found, err := read(tx)
				if found != got {
					t.Errorf("by %s: %+v", name, found)
				}
				return err
			}))
		}
	})
}

// What was never charged is not found, and an empty id finds nobody's.
func TestNotThere(t *testing.T) {
	each(t, func(w *world) {
		w.intend("cps_1")
		for name, read := range map[string]func(tx *db.Tx) (payment.Record, error){
			"id":                func(tx *db.Tx) (payment.Record, error) { return payment.Get(w.ctx, tx, "pay_x") },
			"subject":           func(tx *db.Tx) (payment.Record, error) { return payment.ForSubject(w.ctx, tx, "cps_2") },
			"provider":          func(tx *db.Tx) (payment.Record, error) { return payment.ForProvider(w.ctx, tx, "pi_2") },
			"an empty provider": func(tx *db.Tx) (payment.Record, error) { return payment.ForProvider(w.ctx, tx, "") },
		} {
			err := w.d.Read(w.ctx, func(tx *db.Tx) error { _, err := read(tx); return err })
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// A final outcome stays, whatever news come after it and in whatever order;
// changed is said at most once for each outcome, and once for the final one.
func TestFinalStays(t *testing.T) {
	each(t, func(w *world) {
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			n++
			r := w.intend("cps_" + string(rune('0'+n%10)) + rapid.StringMatching(`[a-z]{12}`).Draw(rt, "subject"))
			var final payment.Outcome
			for _, outcome := range rapid.SliceOfN(rapid.SampledFrom([]payment.Outcome{payment.RequiresAction, payment.Pending, payment.Succeeded, payment.Failed, payment.Canceled}), 1, 6).Draw(rt, "news") {
				f := fact(outcome)
				f.ID = "pi_" + string(r.ID)
				got, changed, err := w.apply(r.ID, f)
				if err != nil {
					rt.Fatal(err)
				}
				if final != "" && (changed || got.Outcome != final) {
					rt.Fatalf("%s became %s", final, got.Outcome)
				}
				if final == "" && got.Outcome != outcome {
					rt.Fatalf("%s was not taken: %+v", outcome, got)
				}
				if got.Final() {
					final = got.Outcome
				}
			}
		})
	})
}

// Another amount than was asked for is a mistake of somebody's, and is not
// taken for a payment.
func TestAnotherAmount(t *testing.T) {
	each(t, func(w *world) {
		r := w.intend("cps_1")
		for _, amount := range []money.Amount{usd(500), usd(0), {Units: 499, Asset: "EUR"}} {
			f := fact(payment.Succeeded)
			f.Amount = amount
			if _, changed, err := w.apply(r.ID, f); err == nil || changed {
				t.Errorf("%v was taken for %v", amount, r.Amount)
			}
		}
		if got := w.get(r.ID); got.Outcome != payment.Unknown {
			t.Errorf("charge: %+v", got)
		}
	})
}

// One subject is charged once, and one payment of the provider is one charge
// of ours: the schema says so.
func TestOnce(t *testing.T) {
	each(t, func(w *world) {
		a, b := w.intend("cps_1"), w.intend("cps_2")
		err := w.d.Write(w.ctx, func(tx *db.Tx) error {
			_, err := payment.Intend(w.ctx, tx, payment.Record{Purpose: "coins", Subject: "cps_1", Amount: usd(499)})
			return err
		})
		if err == nil {
			t.Error("one subject was charged twice")
		}
		_, _, err = w.apply(a.ID, fact(payment.Succeeded))
		w.ok(err)
		if _, _, err := w.apply(b.ID, fact(payment.Succeeded)); err == nil {
			t.Error("one payment paid twice")
		}
		for i, want := range []bool{true, false, false} {
			w.write(func(tx *db.Tx) error {
				first, err := payment.FirstTime(w.ctx, tx, payment.Event{ID: "evt_1", Type: "x", ObjectID: "pi_1"})
				if first != want {
					t.Errorf("time %d of an event is the first: %t", i+1, first)
				}
				return err
			})
		}
	})
}

// The first record of a person at the provider is kept.
func TestCustomer(t *testing.T) {
	each(t, func(w *world) {
		for _, step := range []struct{ save, want string }{{"", ""}, {"cus_1", "cus_1"}, {"cus_2", "cus_1"}} {
			w.write(func(tx *db.Tx) error {
				if step.save != "" {
					if err := payment.SaveCustomer(w.ctx, tx, "usr_1", step.save); err != nil {
						return err
					}
				}
				got, err := payment.CustomerOf(w.ctx, tx, "usr_1")
				if got != step.want {
					t.Errorf("after %q the customer is %q", step.save, got)
				}
				return err
			})
		}
	})
}

func TestExplain(t *testing.T) {
	plain := errors.New("plain")
	if payment.Explain(nil) != nil || !errors.Is(payment.Explain(plain), plain) {
		t.Error("what is not the provider's error does not stay as it is")
	}
	for _, kind := range []payment.Kind{payment.ErrUnknown, payment.ErrUnavailable, payment.ErrRateLimited, payment.ErrInvalid, payment.ErrConfig} {
		pe := &payment.Error{Kind: kind, Code: "code", Reason: "Reason."}
		err := payment.Explain(pe)
		if !fault.Is(err, fault.UpstreamFailed) || !errors.Is(err, kind) {
			t.Errorf("%s: %v", string(kind), err)
		}
	}
}
