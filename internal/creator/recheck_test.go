package creator

import (
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/programme"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// Recheck goes on until nobody is due, and passes over who can not be judged,
// also when they come first and fill whole rounds.
func TestRecheckReachesEverybody(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		const good, bad = 7, 5
		s := NewService(w.D)
		s.recheckAtOnce = 2
		enrol := func(p id.Person) {
			subject := programme.Subject{Person: p, Region: "US", BirthDate: "1995-01-31", AccountKind: "personal", CreatedUS: 1}
			w.Write(func(tx *db.Tx) error {
				for _, followers := range []int64{5000, 1} { // joins, and then falls below
					if _, err := programme.PutAudience(w.Ctx, tx, subject, programme.Audience{Followers: followers}); err != nil {
						return err
					}
					if followers > 1 {
						if _, err := programme.Join(w.Ctx, tx, subject, programme.LiveGifts); err != nil {
							return err
						}
					}
				}
				return nil
			})
		}
		for range bad {
			var nobody id.Person
			w.Write(func(tx *db.Tx) error { nobody = id.Person(tx.NewID(id.KindPerson)); return nil })
			enrol(nobody)
			w.Clk.Advance(time.Millisecond)
		}
		for range good {
			enrol(w.Person())
		}
		w.OK(s.Recheck(w.Ctx)) // nobody is due
		w.Clk.Advance(31 * 24 * time.Hour)
		err := s.Recheck(w.Ctx)
		if err == nil || !strings.HasPrefix(err.Error(), "creator: 5 persons could not be judged again, the first is usr_") {
			t.Errorf("the error is %v", err)
		}
		if left, grace := w.Count("SELECT COUNT(*) FROM programme_enrolment WHERE state = 'left'"), w.Count("SELECT COUNT(*) FROM programme_enrolment WHERE state = 'grace'"); left != good || grace != bad {
			t.Errorf("%d have left and %d are in grace, want %d and %d", left, grace, good, bad)
		}
	})
}
