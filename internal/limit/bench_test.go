package limit_test

import (
	"strconv"
	"testing"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/limit"
)

// BenchmarkCoolingOff is what the cool-offs cost a set of gifts, by how many
// people cool off.
func BenchmarkCoolingOff(b *testing.B) {
	for _, cooling := range []int{0, 10, 1000} {
		b.Run(strconv.Itoa(cooling), func(b *testing.B) {
			clk := clock.NewManual(dbtest.Start)
			w := newWorld(b, dbtest.SQLite(b, clk), clk)
			for i := range cooling {
				_, err := w.CoolOff(w.ctx, id.Person("usr_cold"+strconv.Itoa(i)), limit.CoolOffDay)
				w.ok(err)
			}
			persons := make([]id.Person, 256)
			for i := range persons {
				persons[i] = id.Person("usr_" + strconv.Itoa(i))
			}
			w.ok(w.d.Write(w.ctx, func(tx *db.Tx) error {
				for b.Loop() {
					if _, err := limit.CoolingOff(w.ctx, tx, persons); err != nil {
						return err
					}
				}
				return nil
			}))
		})
	}
}
