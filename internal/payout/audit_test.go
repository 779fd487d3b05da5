package payout_test

import (
	"slices"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/people"
)

// TestHoldIsAudited has an operator hold and release, what a rule holds, and
// what changes nothing or is refused: only what the operator did is written
// down.
func TestHoldIsAudited(t *testing.T) {
	each(t, func(s *desk) {
		s.alone(5_00)
		s.ready(5)
		p := s.must(0)
		op := people.Caller{Person: "usr_op", Roles: []people.Role{people.Operator}}
		for range 2 { // the second time nothing changes
			_, err := s.pay.Hold(s.Ctx, op, p.ID, "A strange pattern.", time.Time{})
			s.OK(err)
		}
		_, err := s.pay.Hold(s.Ctx, op, p.ID, "A stranger pattern.", time.Time{})
		s.OK(err)
		_, err = s.pay.Release(s.Ctx, people.Caller{Person: "usr_fan"}, p.ID, "It is in order.")
		s.Want(err, fault.RoleRequired)
		_, err = s.pay.Release(s.Ctx, op, p.ID, "It is in order.")
		s.OK(err)
		_, err = s.pay.Release(s.Ctx, op, p.ID, "It is in order.")
		s.Want(err, fault.StateConflict)
		var got []string
		s.Read(func(tx *db.Tx) error {
			all, err := audit.List(s.Ctx, tx, audit.Query{Subject: string(p.ID), Limit: 10})
			for _, e := range all {
				got = append(got, e.Actor+" "+e.Verb+" "+e.Reason+" "+e.Changed)
			}
			return err
		})
		if want := []string{`usr_op payout.release It is in order. {"amount":{"amount":500,"asset":"USD"},"held_by":"usr_op"}`, "usr_op payout.hold A stranger pattern. {}", "usr_op payout.hold A strange pattern. {}"}; !slices.Equal(got, want) {
			t.Errorf("the log is %q", got)
		}
	})
}
