package gift

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/id"
)

// A key that many senders use loads only the gifts of the senders who ask, and
// the database finds each by the index of both.
func TestReplaysOfACommonKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		ctx := context.Background()
		sender := func(i int) id.Person { return id.Person(fmt.Sprintf("usr_%026d", i)) }
		ask := func(key string, i int) *db.Item[Request, Gift] {
			return &db.Item[Request, Gift]{Req: Request{Key: key, Sender: sender(i)}}
		}
		err := d.Write(ctx, func(tx *db.Tx) error {
			var args []any
			const n = 3000
			for i := range n {
				args = append(args, fmt.Sprintf("gft_%026d", i), "1", string(sender(i)), int64(0), "rose", int64(5), int64(1), int64(5), "usr_c", "liv_x",
					"", int64(0), int64(0), int64(0), int64(0), int64(i+1), int64(1))
			}
			return tx.InsertRows(ctx, "gift", giftColumns, n, args)
		})
		if err != nil {
			t.Fatal(err)
		}
		err = d.Read(ctx, func(tx *db.Tx) error {
			given, err := replays(ctx, tx, []*db.Item[Request, Gift]{ask("1", 7), ask("1", 2999), ask("2", 8), ask("1", 5000)})
			if len(given) != 2 || given[senderKey{sender(7), "1"}].Sender != sender(7) || given[senderKey{sender(2999), "1"}].ID == "" {
				t.Errorf("loaded %d gifts: %v", len(given), given)
			}
			if err != nil || d.Engine() == "postgres" { // which plans a table of 3,000 rows as it likes
				return err
			}
			var n int64
			var plan string
			err = tx.Row(ctx, "EXPLAIN QUERY PLAN SELECT id FROM gift WHERE (idem_key, sender_id) IN (VALUES "+placeholders(2)+")", "1", "a", "1", "b").Scan(&n, &n, &n, &plan)
			if !strings.Contains(plan, "idem_key=? AND sender_id=?") {
				t.Errorf("the plan is %q", plan)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
