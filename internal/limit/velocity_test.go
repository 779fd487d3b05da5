package limit_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/people"
)

const oneDay = 24 * time.Hour

// velocities are $20 a day for accounts younger than thirty days, and $100 for all.
func (w *world) velocities() {
	w.t.Helper()
	w.ok(w.d.Write(w.ctx, func(tx *db.Tx) error {
		p, _, err := people.EnsureExternal(w.ctx, tx, people.NewPerson{Name: "Somebody", Region: "US", BirthDate: "1990-01-01", ExternalID: "host-1"})
		if err != nil {
			return err
		}
		w.fan = p.ID
		return limit.InstallVelocity(w.ctx, tx, rules("v@1", 20_00, 100_00))
	}))
}

func rules(version string, young, all int64) []limit.Velocity {
	return []limit.Velocity{
		{Version: version, Name: limit.NewAccount, Asset: "USD", FromUS: 1, Span: oneDay, Most: young, Younger: 30 * oneDay},
		{Version: version, Name: limit.NewAccount, Asset: "JPY", FromUS: 1, Span: oneDay, Most: young * 2, Younger: 30 * oneDay},
		{Version: version, Name: limit.Rolling, Asset: "USD", FromUS: 1, Span: oneDay, Most: all},
		{Version: version, Name: limit.Rolling, Asset: "JPY", FromUS: 1, Span: oneDay, Most: all * 2},
	}
}

// A new account pays little in any 24 hours, and is told when there is room again.
func TestVelocity(t *testing.T) {
	each(t, func(w *world) {
		w.velocities()
		begin := w.clk.Now()
		w.ok(w.take(w.spend(12_00, "USD")))
		w.clk.Advance(3 * time.Hour)
		w.ok(w.take(w.spend(16_00, "JPY"))) // two fifths of what the yen allow
		f := w.want(w.take(w.spend(1, "USD")), fault.NewAccountLimit)
		if at := f.Data["resets_at"]; at != begin.Add(oneDay).UTC().Format(time.RFC3339) || f.RetryAfter != 21*time.Hour {
			t.Errorf("room from %v on, in %v", at, f.RetryAfter)
		}
		w.wants(w.take(w.spend(21_00, "USD")), fault.NewAccountLimit)
		w.wants(w.take(w.spend(1, "EUR")), fault.CurrencyUnsupported)
		w.clk.Advance(21 * time.Hour)
		last := w.spend(12_00, "USD")
		w.ok(w.take(last))
		w.wants(w.take(w.spend(1, "USD")), fault.NewAccountLimit)
		w.release(last.Cause) // the card was declined
		w.ok(w.take(w.spend(12_00, "USD")))
		w.clk.Advance(30 * oneDay)
		w.ok(w.take(w.spend(100_00, "USD")))
		f = w.want(w.take(w.spend(1, "JPY")), fault.VelocityLimit)
		if f.Data["left"] != (money.Amount{Asset: "JPY"}) {
			t.Errorf("left %v", f.Data["left"])
		}
	})
}

// Whatever is spent and released in whatever order, no stretch of time ever has
// more than it allows; what fits is not refused.
func TestVelocityModel(t *testing.T) {
	each(t, func(w *world) {
		w.velocities()
		type one struct {
			at    time.Time
			units int64
			cause string
		}
		var all []one
		w.clk.Advance(31 * oneDay)
		rapid.Check(t, func(rt *rapid.T) {
			w.clk.Advance(2 * oneDay)
			all = nil
			for range rapid.IntRange(1, 20).Draw(rt, "spends") {
				w.clk.Advance(time.Duration(rapid.Int64Range(1, int64(8*time.Hour/time.Microsecond)).Draw(rt, "pause")) * time.Microsecond)
				if len(all) > 0 && rapid.IntRange(0, 5).Draw(rt, "release") == 0 {
					i := rapid.IntRange(0, len(all)-1).Draw(rt, "which")
					w.release(all[i].cause)
					all = append(all[:i], all[i+1:]...)
				}
				s := w.spend(rapid.Int64Range(1, 60_00).Draw(rt, "cents"), "USD")
				now, sum := w.clk.Now(), s.Amount.Units
				for _, x := range all {
					if x.at.After(now.Add(-oneDay)) {
						sum += x.units
					}
				}
				err := w.take(s)
				if (err == nil) != (sum <= 100_00) {
					rt.Fatalf("%d cents in 24 hours: %v", sum, err)
				}
				if err == nil {
					all = append(all, one{now, s.Amount.Units, s.Cause})
				}
			}
		})
	})
}

func TestVerifyBitesOnVelocity(t *testing.T) {
	each(t, func(w *world) {
		w.velocities()
		s := w.spend(20_00, "USD")
		w.ok(w.take(s))
		change := func(units int64) {
			w.ok(w.d.Write(w.ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(w.ctx, fmt.Sprintf("UPDATE limit_spend SET units = %d WHERE cause = $1", units), s.Cause)
				return err
			}))
		}
		change(20_01)
		ledgertest.Names(t, w.d, limit.RuleVelocity, limit.Checks(id.KindPurchase)...)
		change(20_00)
	})
}
