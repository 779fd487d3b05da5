package payout_test

import (
	"slices"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/second"
)

// other is an operator besides the boss.
var other = people.Caller{Person: "usr_other", Roles: []people.Role{people.Operator}}

// releasing is the last decision to let the payout go.
func (s *desk) releasing(p payout.Payout, want second.State) {
	s.T.Helper()
	s.Read(func(tx *db.Tx) error {
		d, err := second.About(s.Ctx, tx, payout.Releasing, string(p.ID))
		if d.State != want {
			s.T.Errorf("the release is %+v, want %q", d, want)
		}
		return err
	})
}

func (s *desk) review(p payout.Payout) {
	s.T.Helper()
	_, err := s.pay.Hold(s.Ctx, boss, p.ID, "We look into it.", time.Time{})
	s.OK(err)
}

// Above the amount of the rules two operators let a payout go that one of them holds,
// and what one has let go alone is added up. A key may propose, and not agree.
func TestReleaseByTwo(t *testing.T) {
	each(t, func(s *desk) {
		s.alone(2_00)
		s.ready(9)
		small, more, large := s.must(150), s.must(100), s.must(300)
		for _, p := range []payout.Payout{small, more, large} {
			s.review(p)
		}
		_, err := s.pay.Release(s.Ctx, other, small.ID, " ")
		s.Want(err, fault.ValidationFailed)
		p, err := s.pay.Release(s.Ctx, other, small.ID, "In order.")
		if s.OK(err); p.State != payout.Scheduled || p.Releasing.State != second.Alone {
			t.Errorf("%+v", p)
		}
		for range 2 { // two clicks are one proposal
			p, err = s.pay.Release(s.Ctx, other, more.ID, "In order, too.")
			if s.OK(err); p.State != payout.Held || !p.Releasing.Waits() {
				t.Errorf("%+v", p)
			}
		}
		own := people.Caller{Person: s.creator, Roles: boss.Roles}
		for _, by := range []people.Caller{other, own, {Key: "key_host", Scopes: []people.Scope{people.Admin}}} {
			_, err = s.pay.AgreeRelease(s.Ctx, by, more.ID)
			s.Want(err, fault.Forbidden)
		}
		_, err = s.pay.AgreeRelease(s.Ctx, people.Caller{Person: "usr_x"}, more.ID)
		s.Want(err, fault.RoleRequired)
		_, err = s.pay.AgreeRelease(s.Ctx, boss, large.ID)
		s.Want(err, fault.StateConflict)
		s.later(2 * time.Hour)
		s.is(more, payout.Held)
		_, err = s.pay.AgreeRelease(s.Ctx, boss, more.ID) // who holds it may agree
		s.OK(err)
		_, err = s.pay.Release(s.Ctx, boss, large.ID, "In order.")
		s.OK(err)
		_, err = s.pay.DeclineRelease(s.Ctx, other, large.ID, "Not yet.")
		s.OK(err)
		s.later(2 * time.Hour)
		s.is(large, payout.Held)
		s.releasing(more, second.Agreed)
		s.releasing(large, second.Declined)
		if got := s.get(more); got.BegunUS == 0 {
			t.Errorf("it did not go: %+v", got)
		}
	})
}

// get is the payout as it stands now.
func (s *desk) get(p payout.Payout) (got payout.Payout) {
	s.T.Helper()
	s.Read(func(tx *db.Tx) (err error) {
		got, err = payout.Get(s.Ctx, tx, p.ID)
		return err
	})
	return got
}

// What one operator holds another one can not end by holding it for less long.
func TestHoldIsNotShortened(t *testing.T) {
	each(t, func(s *desk) {
		s.ready(5)
		p := s.must(0)
		s.review(p)
		_, err := s.pay.HoldFor(s.Ctx, other, p.ID, "Until soon.", time.Minute)
		s.Want(err, fault.StateConflict)
		_, err = s.pay.Hold(s.Ctx, other, p.ID, "Longer.", time.Time{})
		s.OK(err)
		s.later(time.Hour)
		s.is(p, payout.Held)
	})
}

// What waits for a second operator lapses with what it was about: another hold, or the
// end of the hold. A payout that goes by itself needs nobody.
func TestReleaseLapses(t *testing.T) {
	each(t, func(s *desk) {
		s.ready(9)
		again, ends := s.must(200), s.must(300)
		s.review(again)
		_, err := s.pay.HoldFor(s.Ctx, boss, ends.ID, "For a day.", 24*time.Hour)
		s.OK(err)
		for _, p := range []payout.Payout{again, ends} {
			_, err := s.pay.Release(s.Ctx, boss, p.ID, "In order.")
			s.OK(err)
			s.releasing(p, second.Waits)
		}
		_, err = s.pay.Hold(s.Ctx, other, again.ID, "Something new came up.", time.Time{})
		s.OK(err)
		s.releasing(again, second.Lapsed)
		s.pass(25*time.Hour, time.Hour)
		s.releasing(ends, second.Lapsed)
		s.is(again, payout.Held)
		if got := s.get(ends); got.BegunUS == 0 {
			t.Errorf("it did not go: %+v", got)
		}
		_, err = s.pay.AgreeRelease(s.Ctx, other, ends.ID)
		s.Want(err, fault.StateConflict)
		if got := s.told(); !slices.Contains(got, "payout.released") {
			t.Errorf("events: %v", got)
		}
	})
}
