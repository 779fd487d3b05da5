package outbox

import (
	"context"
	"fmt"
	"testing"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
)

// BenchmarkAdd adds sets of 256 events, one commit each.
func BenchmarkAdd(b *testing.B) {
	d := dbtest.SQLite(b, clock.NewManual(dbtest.Start))
	ctx := context.Background()
	data := []byte(`{"object":"gift","id":"gft_00000000000000000000000000","sender":"usr_00000000000000000000000000","coins":100,"quantity":1}`)
	events := make([]Event, 256)
	for i := range events {
		events[i] = Event{Type: "gift.sent", Topic: fmt.Sprintf("live:liv_%026d", i%40), Data: data}
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := d.Write(ctx, func(tx *db.Tx) error { return Add(ctx, tx, events...) }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*256/b.Elapsed().Seconds(), "events/s")
}
