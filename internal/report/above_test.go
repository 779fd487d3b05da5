package report_test

import (
	"testing"
	"time"
)

// One can walk up as well as down: from a gift to its earning, from that to the
// payout that took of it, and from a combo to its earning. Who gave it sees the
// combo alone.
func TestExplainAbove(t *testing.T) {
	each(t, func(s *desk) {
		fan, _ := s.buyer(1400)
		creator := s.Creator()
		room := s.Live(creator)
		gift := string(s.Give(fan, "lion", room, 1).ID)
		up := func(of, kind string) (ids []string) {
			for _, a := range s.explain(of, creator).Above {
				if a.Kind == kind {
					ids = append(ids, a.ID)
				}
			}
			return ids
		}
		earning := up(gift, "earning")
		if len(earning) != 1 || earning[0] != string(s.newest(creator)) {
			t.Fatalf("the gift went into %v", earning)
		}
		if own := s.explain(gift, fan); len(own.Above) != 0 {
			t.Errorf("who gave it sees %+v", own.Above)
		}
		if got := s.explain(earning[0], creator); len(got.Above) != 0 {
			t.Errorf("a pending earning went into %+v", got.Above)
		}
		s.Later(9 * 24 * time.Hour)
		payout := s.withdraw(creator, 120)
		if got := s.explain(earning[0], creator).Above; len(got) != 1 || got[0].ID != string(payout) || got[0].Amount != usd(120) || got[0].State != "scheduled" {
			t.Errorf("the earning went into %+v", got)
		}
		if got := s.explain(string(payout), creator).Above; len(got) != 0 {
			t.Errorf("what is not sent is at %+v", got)
		}
		s.Later(24 * time.Hour)
		if got := s.explain(string(payout), creator).Above; len(got) != 1 || got[0].Kind != "bank" || got[0].Amount != usd(120) || got[0].At == "" {
			t.Errorf("the payout went to %+v", got)
		}
	})
}
