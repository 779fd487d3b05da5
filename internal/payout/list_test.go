package payout_test

import (
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/people"
)

// TestListByState lists payouts of all creators by state, page by page, and
// adds them up: the sums are those of the lists.
func TestListByState(t *testing.T) {
	each(t, func(s *desk) {
		s.ready(5)
		first := s.must(150)
		op := people.Caller{Person: "usr_op", Roles: []people.Role{people.Operator}}
		_, err := s.pay.Hold(s.Ctx, op, first.ID, "A strange pattern.", time.Time{})
		s.OK(err)
		second, third := s.must(120), s.must(130)
		_, err = s.pay.Cancel(s.Ctx, third.ID)
		s.OK(err)
		list := func(before id.Payout, limit int, states ...payout.State) (ids []id.Payout) {
			s.Read(func(tx *db.Tx) error {
				all, err := payout.Chosen(s.Ctx, tx, payout.Choice{States: states}, before, limit)
				for _, p := range all {
					ids = append(ids, p.ID)
				}
				return err
			})
			return ids
		}
		if got := list("", 5, payout.Scheduled, payout.Held); len(got) != 2 || got[0] != second.ID || got[1] != first.ID {
			t.Errorf("on the way are %v, want %v and %v", got, second.ID, first.ID)
		}
		if got := list(second.ID, 5, payout.Scheduled, payout.Held); len(got) != 1 || got[0] != first.ID {
			t.Errorf("before the second are %v", got)
		}
		if got := list("", 1, payout.Scheduled, payout.Held); len(got) != 1 || got[0] != second.ID {
			t.Errorf("a page of one is %v", got)
		}
		if got := list("", 5, payout.Failed); len(got) != 0 {
			t.Errorf("failed are %v", got)
		}
		s.Read(func(tx *db.Tx) error {
			sums, err := payout.Sums(s.Ctx, tx, payout.Choice{States: payout.States})
			want := []payout.Sum{{State: payout.Scheduled, Count: 1, Amount: second.Amount}, {State: payout.Held, Count: 1, Amount: first.Amount}, {State: payout.Canceled, Count: 1, Amount: third.Amount}}
			for i := range want {
				if len(sums) != len(want) || sums[i] != want[i] {
					t.Fatalf("the sums are %v, want %v", sums, want)
				}
			}
			if err != nil {
				return err
			}
			for since, count := range map[int64]int{1: 1, s.Clk.Now().UnixMicro(): 1, s.Clk.Now().UnixMicro() + 1: 0} {
				c := payout.Choice{States: payout.States, EndedUS: since}
				sums, err := payout.Sums(s.Ctx, tx, c)
				rows, err2 := payout.Chosen(s.Ctx, tx, c, "", 9)
				if err != nil || err2 != nil || len(sums) != count || len(rows) != count {
					t.Errorf("since %d there ended %v, %v; want %d (%v, %v)", since, sums, rows, count, err, err2)
				}
			}
			return nil
		})
	})
}
