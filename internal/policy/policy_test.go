package policy_test

import (
	"errors"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/idem"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/policy"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// desk is an operator's.
type desk struct {
	t   *testing.T
	d   *db.DB
	clk *clock.Manual
}

func each(t *testing.T, test func(s *desk)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		s := &desk{t, d, clk}
		s.write(func(tx *db.Tx) error {
			return card().Install(t.Context(), tx, policy.Version{Name: "mine@1", FromUS: 1})
		})
		test(s)
	})
}

func (s *desk) write(f func(tx *db.Tx) error) {
	s.t.Helper()
	if err := s.d.Write(s.t.Context(), f); err != nil {
		s.t.Fatal(err)
	}
}

func (s *desk) order(in time.Duration) policy.Order {
	return policy.Order{Act: policy.Act{By: people.Console(), Reason: " A better share. "}, FromUS: s.clk.Now().Add(in).UnixMicro()}
}

func card() *earnings.RateCard {
	return &earnings.RateCard{DiamondsNum: 1, DiamondsDen: 1, PayNum: 3, PayDen: 5, PayAsset: "USD", HoldDays: 5, DailyCap: 1000, MinimumUnits: 1}
}

// A look refuses what scheduling would refuse, names what it would add, and leaves
// nothing.
func TestLook(t *testing.T) {
	each(t, func(s *desk) {
		ctx := t.Context()
		wrong := card()
		wrong.HoldDays = -1
		bad := s.order(0)
		bad.Reason = ""
		_, err := earnings.Cards.On(s.d).Look(ctx, bad, wrong)
		f, _ := errors.AsType[*fault.Error](err)
		if f == nil || len(f.Fields) != 3 {
			t.Fatalf("the refusal is %v, want the reason, the hold and the instant", err)
		}
		if _, err := earnings.Cards.On(s.d).Look(ctx, policy.Order{Act: policy.Act{By: people.Caller{Person: "usr_1"}}}, card()); !fault.Is(err, fault.ScopeMissing) {
			t.Errorf("somebody without the scope: %v", err)
		}
		v, err := earnings.Cards.On(s.d).Look(ctx, s.order(time.Hour), card())
		if err != nil || v.Name != "rates@1" || v.FromUS != s.order(time.Hour).FromUS {
			t.Errorf("the look is %+v, %v", v, err)
		}
		if w, err := earnings.Cards.On(s.d).Schedule(ctx, s.order(time.Hour), card()); err != nil || w != v {
			t.Errorf("what was scheduled is %+v, %v; the look was %+v", w, err, v)
		}
		if _, err := earnings.Cards.On(s.d).Look(ctx, s.order(time.Hour), card()); !fault.Is(err, fault.StateConflict) {
			t.Errorf("another one at the same instant: %v", err)
		}
		ledgertest.Verify(t, s.d, policy.Checks(&earnings.Cards)...)
	})
}

// The same request again is answered as it was, and schedules nothing.
func TestScheduleOnce(t *testing.T) {
	each(t, func(s *desk) {
		o := s.order(time.Hour)
		for n := range 2 {
			o.Call = &idem.Call{Caller: "usr_1", Operation: "schedule", Key: "k", Fingerprint: []byte("one")}
			o.Answer = func(v policy.Version) (idem.Answer, error) {
				return idem.Answer{Status: 201, Body: `"` + v.Name + `"`}, nil
			}
			if _, err := earnings.Cards.On(s.d).Schedule(t.Context(), o, card()); err != nil || o.Call.Answer.Body != `"rates@1"` || o.Call.Replayed != (n == 1) {
				t.Errorf("%d: %v, %+v", n, err, o.Call)
			}
		}
		ledgertest.Verify(t, s.d, policy.Checks(&earnings.Cards)...)
	})
}

// What stands in the tables and not in the audit log, or the other way round, is
// found.
func TestKnown(t *testing.T) {
	for name, plant := range map[string]string{
		"nobody scheduled it":   "UPDATE rate_card SET version = 'rates@7' WHERE version = 'mine@1'",
		"it began before":       "UPDATE rate_card SET from_us = 2 WHERE version = 'rates@2'",
		"it is gone":            "DELETE FROM rate_card WHERE version = 'rates@2'",
		"it was withdrawn once": "UPDATE rate_card SET version = 'rates@1' WHERE version = 'rates@2'",
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(s *desk) {
				ctx := t.Context()
				for range 2 {
					v, err := earnings.Cards.On(s.d).Schedule(ctx, s.order(time.Hour), card())
					if err == nil && v.Name == "rates@1" {
						err = earnings.Cards.On(s.d).Withdraw(ctx, v.Name, policy.Act{By: people.Console(), Reason: "Too early."})
					}
					if err != nil {
						t.Fatal(err)
					}
				}
				ledgertest.Verify(t, s.d, policy.Checks(&earnings.Cards)...)
				s.write(func(tx *db.Tx) error { _, err := tx.Exec(ctx, plant); return err })
				ledgertest.Names(t, s.d, policy.RuleKnown, policy.Checks(&earnings.Cards)...)
			})
		})
	}
}
