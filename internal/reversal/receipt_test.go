package reversal_test

import (
	"slices"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/reversal"
	"github.com/ovationhq/ovation/internal/tip"
)

// receipt reads the receipt of what the fan paid for, whose rows have to add up to
// what the charge says that went back.
func (s *desk) receipt(subject string, want payment.Return, refunded, disputed int64) (r report.Receipt) {
	s.T.Helper()
	s.Read(func(tx *db.Tx) (err error) {
		r, err = report.ReceiptOf(s.Ctx, tx, s.fan, subject)
		return err
	})
	var sums [2]int64
	for _, b := range r.Back {
		if b.Dispute {
			sums[1] += b.Units
		} else {
			sums[0] += b.Units
		}
	}
	if r.Return != want || r.Refunded != r.Total.Of(refunded) || r.Disputed != r.Total.Of(disputed) || sums != [2]int64{refunded, disputed} {
		s.T.Errorf("the receipt of %s is %s, %d refunded and %d disputed, its rows %v; want %s, %d and %d", subject, r.Return, r.Refunded.Units, r.Disputed.Units, sums, want, refunded, disputed)
	}
	return r
}

// The receipt of coins and that of a tip say the same about what went back, at
// every stage of it.
func TestReceipts(t *testing.T) {
	each(t, func(s *desk) {
		coins := string(s.buys(700, "USD").ID)
		if r := s.receipt(coins, payment.NothingBack, 0, 0); r.Coins != 700 || r.Total != usd(9_99) || r.Number[:2] != "R-" {
			t.Errorf("the receipt of coins: %+v", r)
		}
		s.must(s.olu, reversal.Request{Subject: coins, Units: 1_00, Reason: reversal.Goodwill, Note: "x"})
		r := s.receipt(coins, payment.PartBack, 1_00, 0)
		if b := r.Back[0]; b.Reason != reversal.Goodwill || b.State != string(reversal.Refunded) || !b.Done || b.AtUS == 0 || len(r.Undone) != 0 {
			t.Errorf("what went back: %+v", r)
		}
		s.Clk.Advance(time.Minute)
		d := s.disputes(coins, 2_00, false)
		if r := s.receipt(coins, payment.DisputedBack, 1_00, 2_00); r.Back[1].Done || r.Back[1].ID != d.ID {
			t.Errorf("what is disputed: %+v", r.Back)
		}
		s.closes(d, true)
		if r := s.receipt(coins, payment.PartBack, 1_00, 0); len(r.Undone) != 1 || r.Undone[0].State != string(reversal.Won) {
			t.Errorf("what was won: %+v", r)
		}
		s.must(s.olu, reversal.Request{Subject: coins, Reason: reversal.Goodwill, Note: "x"})
		s.receipt(coins, payment.AllBack, 9_99, 0)
		s.disputes(coins, 0, false) // of what went back already: the fan has it twice
		s.receipt(coins, payment.AllBack, 9_99, 0)

		given := string(s.tipped(5_00, func(r *tip.Request) { r.CoverFee = true }).ID)
		if r := s.receipt(given, payment.NothingBack, 0, 0); r.Amount != usd(5_00) || r.Cover != usd(46) || r.Total != usd(5_46) || r.To.ID != s.creator {
			t.Errorf("the receipt of a tip: %+v", r)
		}
		s.must(s.olu, reversal.Request{Subject: given, Units: 1_46, Reason: reversal.Goodwill, Note: "x"})
		s.receipt(given, payment.PartBack, 1_46, 0)
		s.Clk.Advance(time.Minute)
		s.closes(s.disputes(given, 4_00, false), false)
		if r := s.receipt(given, payment.DisputedBack, 1_46, 4_00); !r.Back[1].Done {
			t.Errorf("what was lost: %+v", r.Back)
		}
	})
}

// wall are the amounts on the creator's wall, the newest first.
func (s *desk) wall() (all []int64) {
	s.T.Helper()
	s.Read(func(tx *db.Tx) error {
		shown, err := tip.Wall(s.Ctx, tx, s.creator, tip.Page{Limit: 10})
		for _, t := range shown {
			all = append(all, t.Left.Units)
		}
		return err
	})
	return all
}

// taken is what was taken back from the creator of a tip.
func (s *desk) taken(of id.Tip) (x report.TipTaken) {
	s.T.Helper()
	s.Read(func(tx *db.Tx) error {
		all, err := report.TakenOfTips(s.Ctx, tx, []id.Tip{of})
		x = all[of]
		return err
	})
	return x
}

// What of a tip went back is not on the wall: all of it, with its message, or its
// part. What a bank disputes comes back to the wall when it is won.
func TestTipWallOfWhatWentBack(t *testing.T) {
	each(t, func(s *desk) {
		covered := func(r *tip.Request) { r.CoverFee = true }
		first, second := s.tipped(100_00, covered), s.tipped(5_00)
		wall := func(want ...int64) {
			t.Helper()
			if got := s.wall(); !slices.Equal(got, want) {
				t.Errorf("the wall is %v, want %v", got, want)
			}
		}
		wall(5_00, 100_00)
		s.must(s.olu, reversal.Request{Subject: string(first.ID), Units: 51_65, Reason: reversal.Goodwill, Note: "Half."})
		wall(5_00, 50_00)
		if got := s.taken(first.ID); got != (report.TipTaken{Units: 50_00}) {
			t.Errorf("of half of it: %+v", got)
		}
		d := s.disputes(string(second.ID), 0, false)
		wall(50_00)
		s.closes(d, true)
		wall(5_00, 50_00)
		if got := s.taken(second.ID); got != (report.TipTaken{}) {
			t.Errorf("of what was won: %+v", got)
		}
		s.closes(s.disputes(string(first.ID), 51_65, false), false)
		wall(5_00)
		if got := s.taken(first.ID); got != (report.TipTaken{Units: 100_00}) {
			t.Errorf("of all of it: %+v", got)
		}
		s.must(s.olu, reversal.Request{Subject: string(second.ID), Reason: reversal.Goodwill, Note: "All."})
		wall()
		s.Read(func(tx *db.Tx) error {
			gone, err := tip.Gone(s.Ctx, tx, []id.Tip{first.ID, second.ID})
			if len(gone) != 2 {
				t.Errorf("gone are %v", gone)
			}
			return err
		})

		paid := s.tipped(20_00)
		s.later(9 * 24 * time.Hour)
		for range 8 { // what the disputes cost is missing in our balance
			s.buys(1_400, "USD")
		}
		s.paysOut()
		s.must(s.olu, reversal.Request{Subject: string(paid.ID), Reason: reversal.Goodwill, Note: "Paid out."})
		if got := s.taken(paid.ID); got.Units != 0 || got.Borne != paid.Price.Net.Units {
			t.Errorf("of what had been paid out: %+v", got)
		}
	})
}
