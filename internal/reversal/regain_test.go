package reversal_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/reversal"
	"github.com/ovationhq/ovation/internal/tip"
)

// turns has disputes that were lost be won after all.
func (s *desk) turns(all ...reversal.Reversal) {
	s.T.Helper()
	for _, r := range all {
		s.is(r.ID, reversal.Lost)
		s.OK(s.box.TurnDispute(r.Provider))
		s.settle()
		if got := s.is(r.ID, reversal.Won); got.LostUS == 0 || got.EndedUS < got.LostUS {
			s.T.Errorf("it is %+v", got)
		}
		s.agree()
	}
}

// A dispute that was lost and is won later returns everything to where it was, at
// each stage of the money; only the fee that the bank took stays with it.
func TestWonAfterLost(t *testing.T) {
	for _, stage := range stages {
		t.Run(stage.name, func(t *testing.T) {
			each(t, func(s *desk) {
				for range 5 {
					s.buys(1400, "USD")
				}
				s.Give(s.fan, "rose", s.room, 700)
				s.Give(s.fan, "rose", s.room, 700)
				p, tp, kept := s.buys(700, "USD"), s.tipped(20_00), s.buys(350, "USD")
				s.Give(s.fan, "rose", s.room, 100)
				stage.before(s)
				s.settle()
				want := s.snapshot()
				coins, tipped, unspent := s.disputes(string(p.ID), 0, false), s.disputes(string(tp.ID), 0, false), s.disputes(string(kept.ID), 0, false)
				for _, r := range []reversal.Reversal{coins, tipped, unspent} {
					s.closes(r, false)
				}
				s.agree()
				s.turns(unspent, coins, tipped)
				want.costs -= 45_00
				if got := s.snapshot(); got != want {
					t.Errorf("won later %+v, want %+v", got, want)
				}
				if won, lost := s.Events("dispute.won"), s.Events("dispute.lost"); len(won) != 3 || len(lost) != 3 {
					t.Errorf("%d were won and %d lost", len(won), len(lost))
				}
				if n := s.Count("SELECT COUNT(*) FROM casework_case WHERE state = 'open'"); n != 0 {
					t.Errorf("%d cases are open", n)
				}
				s.later(10 * 24 * time.Hour)
			})
		})
	}
}

// What would have matured before it is won matures then; money of a payout that came
// back and repaid the reserve is the creator's again.
func TestWonAfterLostMeanwhile(t *testing.T) {
	t.Run("matured", func(t *testing.T) {
		each(t, func(s *desk) {
			p, tp := s.buys(700, "USD"), s.tipped(20_00)
			s.Give(s.fan, "rose", s.room, 100)
			s.settle()
			a, b := s.disputes(string(p.ID), 0, false), s.disputes(string(tp.ID), 0, false)
			s.closes(a, false)
			s.closes(b, false)
			s.later(9 * 24 * time.Hour)
			s.turns(a, b)
			if got := s.snapshot(); got.available != 2_50+20_00-88 || got.coins != 200 || got.reserve != 0 {
				t.Errorf("%+v", got)
			}
		})
	})
	t.Run("came back", func(t *testing.T) {
		each(t, func(s *desk) {
			p, tp := s.buys(1400, "USD"), s.tipped(20_00)
			s.Give(s.fan, "rose", s.room, 280)
			s.later(9 * 24 * time.Hour)
			want := s.snapshot()
			out := s.reserves(0)
			s.later(2 * time.Minute)
			sent := s.payout(out, payout.Sent)
			a, b := s.disputes(string(p.ID), 0, false), s.disputes(string(tp.ID), 0, false)
			s.closes(a, false)
			s.closes(b, false)
			s.OK(s.box.Bounce(sent.ProviderPayout, "account_closed"))
			s.settle()
			s.later(time.Hour)
			if got := s.payout(out, payout.Returned); got.Back().Units != 0 {
				t.Fatalf("the payout is %+v", got)
			}
			s.turns(a, b)
			want.costs -= 30_00
			if got := s.snapshot(); got != want {
				t.Errorf("won later %+v, want %+v", got, want)
			}
		})
	})
	t.Run("the rest refunded", func(t *testing.T) {
		each(t, func(s *desk) {
			s.buys(1400, "USD")
			p := s.buys(1400, "USD")
			s.Give(s.fan, "rose", s.room, 300)
			r := s.disputes(string(p.ID), 5_00, false)
			s.closes(r, false)
			s.must(s.olu, reversal.Request{Subject: string(p.ID), Spent: true, Reason: reversal.Goodwill, Note: "The rest."})
			s.turns(r)
			if c := s.charge(string(p.ID)); c.Disputed != 0 || c.Left() != 5_00 {
				t.Errorf("%+v", c)
			}
			s.must(s.olu, reversal.Request{Subject: string(p.ID), Spent: true, Reason: reversal.Goodwill, Note: "That, too."})
		})
	})
	t.Run("in another currency", func(t *testing.T) {
		each(t, func(s *desk) {
			s.OK(s.box.SetSettlement("usd"))
			for range 3 {
				s.buys(1400, "EUR")
			}
			p, tp := s.buys(700, "EUR"), s.tipped(10_00, func(r *tip.Request) { r.Amount.Asset = "EUR" })
			s.Give(s.fan, "rose", s.room, 900)
			s.settle()
			want := s.snapshot()
			a, b := s.disputes(string(p.ID), 0, false), s.disputes(string(tp.ID), 0, false)
			s.closes(a, false)
			s.closes(b, false)
			s.turns(a, b)
			got := s.snapshot()
			if want.costs = got.costs; got != want {
				t.Errorf("won later %+v, want %+v", got, want)
			}
		})
	})
}

// The rules about what was won after it was lost name the damage that they are there for.
func TestRegainBites(t *testing.T) {
	each(t, func(s *desk) {
		p := s.buys(700, "USD")
		s.Give(s.fan, "rose", s.room, 100)
		s.later(9 * 24 * time.Hour)
		s.paysOut()
		r := s.disputes(string(p.ID), 0, false)
		s.closes(r, false)
		s.turns(r)
		if got := s.Balance(ledger.Reserve, money.USD); got != 0 {
			t.Errorf("the reserve is %d", got)
		}
		of := " WHERE cause = '" + r.ID + "'"
		for _, plant := range []struct{ name, rule, damage, undo string }{
			{"a claw that was never kept", earnings.RuleClaws, "UPDATE earning_claw SET kept_us = 0" + of, "UPDATE earning_claw SET kept_us = ended_us" + of},
			{"regained and not booked", earnings.RuleClaws, "UPDATE ledger_transfer SET kind = 'claw.x' WHERE kind = 'claw.regained'", "UPDATE ledger_transfer SET kind = 'claw.regained' WHERE kind = 'claw.x'"},
			{"never lost", reversal.RuleTransfers, "UPDATE reversal SET lost_us = 0 WHERE id = '" + r.ID + "'", "UPDATE reversal SET lost_us = ended_us WHERE id = '" + r.ID + "'"},
			{"won and not regained", reversal.RuleTransfers, "UPDATE ledger_transfer SET kind = 'dispute.x' WHERE kind = 'dispute.regained'", "UPDATE ledger_transfer SET kind = 'dispute.regained' WHERE kind = 'dispute.x'"},
		} {
			t.Run(strings.ReplaceAll(plant.name, " ", "_"), func(t *testing.T) { gifttest.Bites(s.World, t, plant.rule, plant.damage, plant.undo, checks()...) })
		}
	})
}

// Money that comes back although the dispute is not won is nobody's yet: it stands in
// suspense with a case, once, and the dispute stays lost.
func TestComesBackLost(t *testing.T) {
	each(t, func(s *desk) {
		r := s.disputes(string(s.buys(700, "USD").ID), 0, false)
		s.closes(r, false)
		undone := errors.New("undone")
		err := s.D.Write(s.Ctx, func(tx *db.Tx) error {
			for range 2 {
				fact := payment.Dispute{ID: r.Provider, Amount: r.Amount, Outcome: payment.Failed, Taken: r.Moved, Fee: usd(15_00), Returned: usd(3_00)}
				s.OK(reversal.Disputed(s.Ctx, tx, fact))
			}
			held, err := ledger.Balance(s.Ctx, tx, ledger.Ref{Path: ledger.DisputeDifference, Asset: money.USD})
			s.OK(err)
			if now, err := reversal.Get(s.Ctx, tx, r.ID); err != nil || now.State != reversal.Lost || held != 3_00 {
				t.Errorf("%d stand in suspense of %+v, %v", held, now, err)
			}
			return undone // the provider's books know nothing of it
		})
		if !errors.Is(err, undone) {
			t.Error(err)
		}
	})
}

// A statement that is final says that the claw was kept, also after it was returned;
// the month in which it was says that.
func TestRegainedInStatements(t *testing.T) {
	each(t, func(s *desk) {
		tp := s.tipped(20_00)
		s.later(9 * 24 * time.Hour)
		s.paysOut()
		s.tipped(20_00)
		r := s.disputes(string(tp.ID), 0, false)
		s.closes(r, false)
		s.until("2026-05-02")
		claws := func(month string) (all []string) {
			c, _ := s.statement(month)
			for _, x := range c.Claws {
				all = append(all, string(x.State))
			}
			return all
		}
		s.turns(r)
		s.until("2026-06-02")
		for month, want := range map[string][]string{"2026-03": {"kept"}, "2026-04": nil, "2026-05": {"returned"}, "2026-06": nil} {
			if got := claws(month); !slices.Equal(got, want) {
				t.Errorf("the claws of %s are %v, want %v", month, got, want)
			}
		}
	})
}

// statement is the creator's statement of the month in dollars.
func (s *desk) statement(month string) (c report.StatementCurrency, all report.Statement) {
	s.T.Helper()
	s.Read(func(tx *db.Tx) (err error) {
		all, err = report.StatementOf(s.Ctx, tx, s.creator, month)
		return err
	})
	for _, x := range all.Currencies {
		if x.Asset == money.USD {
			c = x
		}
	}
	return c, all
}
