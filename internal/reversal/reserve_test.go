package reversal_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/reversal"
)

// reserves has so much of the creator's paid out; it is held back for that at once.
func (s *desk) reserves(units int64) payout.Payout {
	s.T.Helper()
	p, err := s.pay.Withdraw(s.Ctx, payout.Request{Key: s.Key(), Creator: s.creator, Amount: units})
	s.OK(err)
	return p
}

func (s *desk) payout(p payout.Payout, want payout.State) payout.Payout {
	s.T.Helper()
	var got payout.Payout
	s.Read(func(tx *db.Tx) (err error) {
		got, err = payout.Get(s.Ctx, tx, p.ID)
		return err
	})
	if got.State != want {
		s.T.Fatalf("the payout is %+v, want %s", got, want)
	}
	return got
}

func (s *desk) payouts(state payout.State) (all []payout.Payout) {
	s.T.Helper()
	s.Read(func(tx *db.Tx) (err error) {
		all, err = payout.OfCreator(s.Ctx, tx, s.creator, payout.Page{State: state, Limit: 50})
		return err
	})
	return all
}

func (s *desk) claws(r reversal.Reversal) (units, borne int64) {
	s.T.Helper()
	s.Read(func(tx *db.Tx) error {
		all, err := earnings.ClawsOf(s.Ctx, tx, r.ID)
		for _, c := range all {
			units, borne = units+c.Units, borne+c.Borne
		}
		return err
	})
	return units, borne
}

// What of 50.00 arrives with the creator.
const fifty = 50_00 - 1_75

// What is reserved for a payout that has not begun is still ours: a dispute
// cancels the payout and takes it, and the reserve bears nothing but the fee of the
// tip. Won, all of it is available again.
func TestReservedIsOurs(t *testing.T) {
	for _, held := range []bool{false, true} {
		for _, won := range []bool{false, true} {
			t.Run(map[bool]string{false: "scheduled", true: "held"}[held]+map[bool]string{false: " lost", true: " won"}[won], func(t *testing.T) {
				each(t, func(s *desk) {
					tp := s.tipped(50_00)
					s.later(9 * 24 * time.Hour)
					before := s.snapshot()
					p := s.reserves(0)
					if held {
						_, err := s.pay.Hold(s.Ctx, s.olu, p.ID, "We look into it.", time.Time{})
						s.OK(err)
					}
					preview := reversal.Preview{}
					s.Read(func(tx *db.Tx) (err error) {
						preview, err = reversal.PreviewOf(s.Ctx, tx, reversal.Request{Subject: string(tp.ID)})
						return err
					})
					if c := preview.Claws[0]; c.Units != fifty || c.Borne != 0 {
						t.Errorf("the preview says %+v", c)
					}
					r := s.disputes(string(tp.ID), 0, false)
					got := s.payout(p, payout.Canceled)
					if got.CanceledFor != r.ID || got.FailureCode != payout.TakenBack || payout.TroubleOf(&got).Do == "" {
						t.Errorf("canceled: %+v", got)
					}
					if e := s.Events("payout.canceled"); len(e) != 1 || !strings.Contains(string(e[0].Data), `"canceled_for":"`+r.ID+`"`) || !strings.Contains(string(e[0].Data), `"failure_code":"taken_back"`) {
						t.Errorf("events: %+v", e)
					}
					if units, borne := s.claws(r); units != fifty || borne != 0 {
						t.Errorf("%d and %d borne", units, borne)
					}
					now := s.snapshot()
					if now.available != 0 || now.reserve != before.reserve-50_00 || len(s.payouts(payout.Held)) != 0 {
						t.Errorf("held %+v, before %+v", now, before)
					}
					s.agree()
					s.closes(r, won)
					after := s.snapshot()
					switch {
					case won && after != before:
						t.Errorf("won %+v, before %+v", after, before)
					case !won && (after.available != 0 || after.reserve != before.reserve-1_75):
						t.Errorf("lost %+v, before %+v", after, before)
					}
					s.later(24 * time.Hour)
				})
			})
		}
	}
}

// Of a request that is several payouts the latest are canceled, as many as the claim
// needs; the rest of them is available and can be asked for again.
func TestReservedForAGroup(t *testing.T) {
	each(t, func(s *desk) {
		s.Exec("UPDATE rate_card SET daily_cap_units = 4000")
		first := s.tipped(50_00)
		s.later(25 * time.Hour)
		s.tipped(50_00)
		s.later(9 * 24 * time.Hour)
		p := s.reserves(0) // 96.50: 40.00, 40.00 and 16.50
		s.later(2 * time.Minute)
		s.payout(p, payout.Sent)
		r := s.must(s.olu, reversal.Request{Subject: string(first.ID), Reason: reversal.Fraud, Note: "Not his card."})
		s.is(r.ID, reversal.Refunded)
		if units, borne := s.claws(r); units != fifty-40_00 || borne != 40_00 {
			t.Errorf("%d and %d borne", units, borne)
		}
		var states []payout.State
		s.Read(func(tx *db.Tx) error {
			all, err := payout.OfGroup(s.Ctx, tx, p.Group)
			for _, one := range all {
				states = append(states, one.State)
			}
			return err
		})
		if !slices.Equal(states, []payout.State{payout.Sent, payout.Canceled, payout.Scheduled}) {
			t.Errorf("the group is %v", states)
		}
		if got := s.snapshot(); got.available != 40_00-(fifty-40_00) {
			t.Errorf("%+v", got)
		}
		s.reserves(0)
		s.later(40 * 24 * time.Hour)
	})
}

// What an operator looks into waits as before, without what was taken back: else it
// would be asked for again and be gone.
func TestReservedUnderReview(t *testing.T) {
	each(t, func(s *desk) {
		first, _ := s.tipped(50_00), s.tipped(30_00)
		s.later(9 * 24 * time.Hour)
		p := s.reserves(0)
		_, err := s.pay.Hold(s.Ctx, s.olu, p.ID, "We look into it.", time.Time{})
		s.OK(err)
		r := s.disputes(string(first.ID), 0, false)
		s.payout(p, payout.Canceled)
		held := s.payouts(payout.Held)
		if len(held) != 1 || held[0].Amount.Units != p.Amount.Units-fifty || held[0].Hold.By != s.olu.ID() || held[0].Hold.Reason != "We look into it." {
			t.Fatalf("held: %+v", held)
		}
		if got := s.snapshot(); got.available != 0 {
			t.Errorf("%+v", got)
		}
		s.closes(r, true)
		_, err = s.pay.Release(s.Ctx, s.ann, held[0].ID)
		s.OK(err)
		s.later(2 * time.Minute)
		s.payout(held[0], payout.Sent)
	})
}

// A payout that had gone when the dispute came, and comes back, first repays what
// the reserve bore, wherever the dispute is.
func TestBouncedRepaysTheReserve(t *testing.T) {
	for _, stage := range []string{"open", "lost", "won", "refunded"} {
		t.Run(stage, func(t *testing.T) {
			each(t, func(s *desk) {
				tp, _ := s.tipped(50_00), s.tipped(30_00)
				s.later(9 * 24 * time.Hour)
				before := s.snapshot()
				p := s.reserves(0)
				s.later(2 * time.Minute)
				sent := s.payout(p, payout.Sent)
				var r reversal.Reversal
				if stage == "refunded" {
					r = s.must(s.olu, reversal.Request{Subject: string(tp.ID), Reason: reversal.Fraud, Note: "Not his card."})
				} else {
					r = s.disputes(string(tp.ID), 0, false)
				}
				if units, borne := s.claws(r); units != 0 || borne != fifty {
					t.Errorf("%d and %d borne", units, borne)
				}
				if stage == "won" || stage == "lost" {
					s.closes(r, stage == "won")
				}
				s.OK(s.box.Bounce(sent.ProviderPayout, "account_closed"))
				s.settle()
				s.later(time.Hour)
				s.payout(p, payout.Returned)
				wantUnits, wantAvailable, wantReserve := int64(fifty), before.available-fifty, before.reserve-1_75
				switch stage {
				case "open":
					wantReserve = before.reserve - 50_00
				case "won":
					wantUnits, wantAvailable, wantReserve = 0, before.available, before.reserve
				}
				got := s.snapshot()
				if units, _ := s.claws(r); units != wantUnits || got.available != wantAvailable || got.reserve != wantReserve {
					t.Errorf("%d, %+v, before %+v", units, got, before)
				}
				if n := len(s.Events("earning.recovered")); (n == 1) != (stage != "won") {
					t.Errorf("%d events", n)
				}
				if stage != "open" {
					return
				}
				s.closes(r, true)
				if got := s.snapshot(); got != before {
					t.Errorf("won %+v, before %+v", got, before)
				}
			})
		})
	}
}

// A clock that steps back between the payout and the dispute changes nothing: the
// order of the books tells what was away, and what comes back repays the reserve.
func TestReserveUnderASteppedClock(t *testing.T) {
	each(t, func(s *desk) {
		tp := s.tipped(50_00)
		s.later(9 * 24 * time.Hour)
		before := s.snapshot()
		out := s.reserves(0)
		s.later(2 * time.Minute)
		sent := s.payout(out, payout.Sent)
		now := s.Clk.Now()
		s.Clk.Set(now.Add(-3 * time.Minute))
		r := s.disputes(string(tp.ID), 0, false)
		if units, borne := s.claws(r); units != 0 || borne != fifty {
			t.Errorf("%d and %d borne", units, borne)
		}
		s.verify()
		s.closes(r, false)
		s.Clk.Set(now)
		s.OK(s.box.Bounce(sent.ProviderPayout, "account_closed"))
		s.settle()
		s.later(time.Hour)
		if got := s.payout(out, payout.Returned); got.Repaid != fifty {
			t.Errorf("of what came back %d repaid the reserve", got.Repaid)
		}
		if got := s.snapshot(); got.available != 0 || got.reserve != before.reserve-1_75 {
			t.Errorf("%+v, before %+v", got, before)
		}
	})
}

// Gifts in the same way: what comes back of a payout after a dispute about the coins
// was lost is the reserve's.
func TestBouncedGiftsRepayTheReserve(t *testing.T) {
	each(t, func(s *desk) {
		p := s.buys(1400, "USD")
		s.Give(s.fan, "rose", s.room, 280)
		s.later(9 * 24 * time.Hour)
		before := s.snapshot()
		out := s.reserves(0)
		s.later(2 * time.Minute)
		sent := s.payout(out, payout.Sent)
		r := s.disputes(string(p.ID), 0, false)
		s.closes(r, false)
		if _, borne := s.claws(r); borne != before.available {
			t.Errorf("%d borne of %+v", borne, before)
		}
		s.OK(s.box.Bounce(sent.ProviderPayout, "account_closed"))
		s.settle()
		s.later(time.Hour)
		if got := s.snapshot(); got.available != 0 || got.reserve != before.reserve {
			t.Errorf("%+v, before %+v", got, before)
		}
	})
}

// The rules about what the reserve bears name the damage that they are there for.
func TestReserveBites(t *testing.T) {
	each(t, func(s *desk) {
		one := s.tipped(50_00)
		s.later(25 * time.Hour)
		two := s.tipped(50_00)
		s.later(9 * 24 * time.Hour)
		out := s.reserves(fifty)
		s.later(2 * time.Minute)
		sent := s.payout(out, payout.Sent)
		r := s.disputes(string(one.ID), 0, false)
		reserved := s.reserves(0)
		gone := s.disputes(string(two.ID), 0, false)
		s.payout(reserved, payout.Canceled)
		of := func(r reversal.Reversal) string { return " WHERE cause = '" + r.ID + "'" }
		plants := []struct{ name, rule, damage, undo string }{
			{"borne, and nothing had gone", payout.RuleReserve, "UPDATE earning_claw SET units = units - 1, borne_units = borne_units + 1" + of(gone), "UPDATE earning_claw SET units = units + 1, borne_units = borne_units - 1" + of(gone)},
			{"borne before it went", payout.RuleReserve, "UPDATE payout SET begun_after = begun_after + 1000000 WHERE id = '" + string(out.ID) + "'", "UPDATE payout SET begun_after = begun_after - 1000000 WHERE id = '" + string(out.ID) + "'"},
			{"canceled for nothing", payout.RuleTakenBack, "UPDATE payout SET canceled_for = '" + r.ID + "' WHERE id = '" + string(reserved.ID) + "'", "UPDATE payout SET canceled_for = '" + gone.ID + "' WHERE id = '" + string(reserved.ID) + "'"},
		}
		for _, plant := range plants {
			t.Run(plant.name, func(t *testing.T) { gifttest.Bites(s.World, t, plant.rule, plant.damage, plant.undo, checks()...) })
		}
		s.OK(s.box.Bounce(sent.ProviderPayout, "account_closed"))
		s.settle()
		s.later(time.Hour)
		for _, plant := range []struct{ name, rule, damage, undo string }{
			{"repaid and not booked", earnings.RuleRecovered, "UPDATE ledger_transfer SET kind = 'claw.x' WHERE kind = 'claw.recovered'", "UPDATE ledger_transfer SET kind = 'claw.recovered' WHERE kind = 'claw.x'"},
			{"repaid more", earnings.RuleRecovered, "UPDATE earning_recovery SET units = units + 1", "UPDATE earning_recovery SET units = units - 1"},
			{"said to be the reserve's", earnings.RuleRecovered, "UPDATE earning_recovery SET into_claw = 0", "UPDATE earning_recovery SET into_claw = 1"},
			{"a payout that repaid less", payout.RuleTakenBack, "UPDATE payout SET repaid_units = 0 WHERE repaid_units > 0", "UPDATE payout SET repaid_units = amount_units WHERE id = '" + string(out.ID) + "'"},
			{"of a payout that has no part", earnings.RuleRecovered, "UPDATE earning_recovery SET payout_id = 'pyo_x'", "UPDATE earning_recovery SET payout_id = '" + string(out.ID) + "'"},
			{"a claw that was not repaid", earnings.RuleClaws, "UPDATE earning_recovery SET units = units - 1", "UPDATE earning_recovery SET units = units + 1"},
		} {
			t.Run(plant.name, func(t *testing.T) { gifttest.Bites(s.World, t, plant.rule, plant.damage, plant.undo, checks()...) })
		}
		if got := s.Balance(ledger.Reserve, money.USD); got != -100_00 {
			t.Errorf("the reserve is %d", got)
		}
	})
}

// A dispute comes while a payout is under way that our balance turns out not to
// cover: nothing left, so that the payout ends and repays the reserve.
func TestUncoveredRepaysTheReserve(t *testing.T) {
	each(t, func(s *desk) {
		s.OK(s.box.SetSettlement("eur"))
		p := s.buys(1400, "USD")
		s.Give(s.fan, "rose", s.room, 280)
		s.OK(s.box.SetSettlement(""))
		s.later(9 * 24 * time.Hour)
		before := s.snapshot()
		out := s.reserves(0)
		s.Exec("DELETE FROM due_work WHERE work_key = $1", string(out.ID))
		s.box.AddFault(sandbox.Fault{Operation: "POST /v1/transfers", Mode: sandbox.Before, Next: 1})
		s.Clk.Advance(2 * time.Minute)
		_, err := s.pay.Drive(s.Ctx, out.ID)
		s.OK(err)
		s.payout(out, payout.Sending)
		r := s.must(s.olu, reversal.Request{Subject: string(p.ID), Spent: true, Reason: reversal.Fraud, Note: "Not his card."})
		if _, borne := s.claws(r); borne != before.available {
			t.Errorf("%d borne of %+v", borne, before)
		}
		_, err = s.pay.Drive(s.Ctx, out.ID)
		s.OK(err)
		if got := s.payout(out, payout.Failed); got.FailureCode != payout.PlatformFunds || got.Back().Units != 0 {
			t.Errorf("failed: %+v", got)
		}
		if got := s.snapshot(); got.available != 0 || got.reserve != before.reserve {
			t.Errorf("%+v, before %+v", got, before)
		}
	})
}
