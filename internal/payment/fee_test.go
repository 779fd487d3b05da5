package payment_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
)

func (w *world) applyFee(charge id.Payment, fact payment.Charge) (r payment.Record, changed bool) {
	w.t.Helper()
	w.write(func(tx *db.Tx) (err error) {
		r, changed, err = payment.ApplyFee(w.ctx, tx, charge, fact)
		return err
	})
	return r, changed
}

// What the provider took of a charge is taken down once, when it says so.
func TestFeeComesLater(t *testing.T) {
	each(t, func(w *world) {
		r := w.intend("cps_1")
		paid := fact(payment.Succeeded)
		if _, changed := w.applyFee(r.ID, paid); changed {
			t.Error("a fee before the money")
		}
		silent := paid
		silent.Settled, silent.Fee = money.Amount{}, money.Amount{}
		got, changed, err := w.apply(r.ID, silent)
		w.ok(err)
		if !changed || !got.Final() || !got.FeeOpen() || got.EntryKnown() || got.FeeUnits != 0 {
			t.Errorf("paid: %+v", got)
		}
		if _, changed := w.applyFee(r.ID, silent); changed {
			t.Error("the provider has said nothing new")
		}
		other := paid
		other.ID = "pi_2"
		if _, changed := w.applyFee(r.ID, other); changed {
			t.Error("the fee of another charge was taken")
		}
		got, changed = w.applyFee(r.ID, paid)
		if !changed || got.FeeOpen() || got.FeeUnits != 44 || got.Settled != usd(499) || got != w.get(r.ID) {
			t.Errorf("the fee: %+v", got)
		}
		paid.Fee = usd(45)
		if got, changed = w.applyFee(r.ID, paid); changed || got.FeeUnits != 44 {
			t.Errorf("said again: %+v", got)
		}
	})
}

// Figures that can not be booked are as good as none: the money came. They are
// taken down when they make sense.
func TestFeeThatMakesNoSense(t *testing.T) {
	each(t, func(w *world) {
		for i, bad := range []payment.Charge{{Settled: usd(-1), Fee: usd(44)}, {Settled: usd(499), Fee: usd(-1)}, {Settled: usd(money.Max + 1)}, {Settled: usd(499), Fee: usd(money.Max + 1)},
			{Settled: money.Amount{Units: 499, Asset: "COIN"}}} {
			r := w.intend(fmt.Sprintf("cps_%d", i))
			f := fact(payment.Succeeded)
			f.ID = fmt.Sprintf("pi_%d", i)
			good := f
			f.Settled, f.Fee = bad.Settled, bad.Fee
			got, changed, err := w.apply(r.ID, f)
			w.ok(err)
			if !changed || !got.Final() || !got.FeeOpen() || got.Settled != (money.Amount{}) || got.FeeUnits != 0 {
				t.Errorf("%+v: %+v", bad, got)
			}
			if _, changed := w.applyFee(r.ID, f); changed {
				t.Errorf("%+v was taken down", bad)
			}
			if got, changed := w.applyFee(r.ID, good); !changed || got.Fee() != usd(44) || got.Converted() {
				t.Errorf("said well: %+v", got)
			}
		}
	})
}

// What arrived in another currency, or in another sum, was converted.
func TestConverted(t *testing.T) {
	each(t, func(w *world) {
		r := w.intend("cps_1")
		f := fact(payment.Succeeded)
		f.Settled, f.Fee = money.Amount{Units: 460, Asset: "EUR"}, money.Amount{Units: 40, Asset: "EUR"}
		got, _, err := w.apply(r.ID, f)
		w.ok(err)
		if !got.Converted() || got.Fee() != f.Fee || got.Settled != f.Settled || got != w.get(r.ID) {
			t.Errorf("converted: %+v", got)
		}
	})
}

// The schema refuses a paid charge that the provider does not know, a fee below
// nothing, and one without a settlement.
func TestSchema(t *testing.T) {
	each(t, func(w *world) {
		r := w.intend("cps_1")
		_, _, err := w.apply(r.ID, fact(payment.Succeeded))
		w.ok(err)
		for _, set := range []string{"provider_id = ''", "fee_units = -1", "settled_asset = ''"} {
			err := w.d.Write(w.ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(w.ctx, "UPDATE payment_charge SET "+set+" WHERE id = $1", r.ID)
				return err
			})
			if err == nil {
				t.Errorf("%s was stored", set)
			}
		}
	})
}

// Only news that had no effect are left, in their order, however many there are.
func TestUnnoted(t *testing.T) {
	each(t, func(w *world) {
		var all, want []payment.Event
		for i := range 1201 {
			ev := payment.Event{ID: fmt.Sprintf("evt_%d", 5000-i), Type: "x"}
			all = append(all, ev)
			if i%3 == 0 {
				w.write(func(tx *db.Tx) error { _, err := payment.FirstTime(w.ctx, tx, ev); return err })
				continue
			}
			want = append(want, ev)
		}
		w.write(func(tx *db.Tx) error {
			got, err := payment.Unnoted(w.ctx, tx, all)
			if !slices.Equal(got, want) {
				t.Errorf("%d are left, want %d", len(got), len(want))
			}
			none, err2 := payment.Unnoted(w.ctx, tx, nil)
			if len(none) != 0 || err2 != nil {
				t.Errorf("of none %v are left, %v", none, err2)
			}
			return err
		})
	})
}
