package limit_test

import (
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/policy"
)

// A velocity that an operator schedules holds from its instant on and not before,
// counts what was paid shortly before, and the books know which one held when.
func TestScheduleVelocity(t *testing.T) {
	each(t, func(w *world) {
		w.velocities()
		w.ok(w.take(w.spend(15_00, "USD")))
		order := policy.Order{Act: policy.Act{By: people.Console(), Reason: "Stolen cards."}, FromUS: w.clk.Now().Add(2 * time.Hour).UnixMicro()}
		tight := &limit.Pacing{Hours: 12, NewAccountDays: 30, Currencies: []limit.PaceOf{{Asset: "USD", Most: 50_00, NewAccount: 16_00}, {Asset: "JPY", Most: 50_00, NewAccount: 16_00}}}
		v, err := w.Rules().Schedule(w.ctx, order, tight)
		w.ok(err)
		w.clk.Advance(time.Hour)
		w.ok(w.take(w.spend(3_00, "USD"))) // 18 of the 20 that hold still
		w.clk.Advance(time.Hour)
		w.wants(w.take(w.spend(1, "USD")), fault.NewAccountLimit)
		w.ok(w.d.Read(w.ctx, func(tx *db.Tx) error {
			p, err := limit.PacingInForce(w.ctx, tx)
			if p.Hours != 12 || p.NewAccountDays != 30 || len(p.Currencies) != 2 || p.Currencies[1] != tight.Currencies[0] {
				t.Errorf("%s holds: %+v", v.Name, p)
			}
			return err
		}))
		w.clk.Advance(10 * time.Hour)
		w.ok(w.take(w.spend(13_00, "USD")))
		checks := append(limit.Checks("cps", "tip"), policy.Checks(&limit.Versions)...)
		ledgertest.Verify(t, w.d, checks...)
		from := func(us int64) {
			w.ok(w.d.Write(w.ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(w.ctx, "UPDATE limit_velocity SET from_us = $2, since_us = $2 WHERE version = $1", v.Name, us)
				return err
			}))
		}
		from(2) // as if it had held before
		ledgertest.Names(t, w.d, policy.RuleKnown, checks...)
		ledgertest.Names(t, w.d, limit.RuleVelocity, checks...)
		from(order.FromUS)
	})
}
