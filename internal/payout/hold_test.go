package payout_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payment/stripe"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/people"
)

// suspend and reinstate do to the creator what operators do.
func (s *desk) suspend() {
	s.T.Helper()
	s.Exec("UPDATE person SET suspended_us = 1, suspended_reason = 'fraud' WHERE id = $1", string(s.creator))
}

func (s *desk) reinstate() {
	s.T.Helper()
	s.Exec("UPDATE person SET suspended_us = 0, suspended_reason = '' WHERE id = $1", string(s.creator))
}

// held fails the test unless the payout is held for the code by somebody since
// the instant, its money is in its account and the provider knows nothing of it.
func (s *desk) held(p payout.Payout, code, by string, since time.Time) payout.Payout {
	s.T.Helper()
	got := s.is(p, payout.Held)
	if h := got.Hold; h.Code != code || h.By != by || h.SinceUS != since.UnixMicro() || h.Reason == "" {
		s.T.Errorf("held: %+v, want %s by %s since %s", h, code, by, since)
	}
	if n := s.Balance(ledger.PayoutPath(p.ID), money.USD); n != p.Amount.Units || len(s.transfers(p)) != 0 {
		s.T.Errorf("%d of %d are in its account, and there are %d transfers", n, p.Amount.Units, len(s.transfers(p)))
	}
	return got
}

// Who is suspended is not paid: no payout begins, and one that was scheduled is
// held, can still be canceled, and goes by itself when they are reinstated.
func TestSuspended(t *testing.T) {
	each(t, func(s *desk) {
		s.ready(5)
		r := payout.Request{Key: "k1", Creator: s.creator, Amount: 200}
		p, err := s.pay.Withdraw(s.Ctx, r)
		s.OK(err)
		other := s.must(100)
		s.suspend()
		_, err = s.withdraw(100)
		s.Want(err, fault.AccountSuspended)
		s.later(time.Minute)
		since := s.Clk.Now()
		if got := s.held(p, "account_suspended", payout.ByRule, since); !strings.Contains(got.Hold.Reason, "fraud") {
			t.Errorf("the reason is %q", got.Hold.Reason)
		}
		again, err := s.pay.Withdraw(s.Ctx, r)
		s.OK(err)
		if again.Replayed = false; again != p {
			t.Errorf("the same call: %+v, want %+v", again, p)
		}
		s.pass(3*time.Hour, 20*time.Minute)
		s.held(p, "account_suspended", payout.ByRule, since)
		got, err := s.pay.Cancel(s.Ctx, other.ID)
		s.OK(err)
		if got.State != payout.Canceled || got.Hold != (payout.Hold{}) || s.available() != 300 {
			t.Errorf("canceled: %+v", got)
		}
		s.reinstate()
		s.later(time.Hour)
		if got := s.moved(p, payout.Sent); got.Hold != (payout.Hold{}) {
			t.Errorf("sent: %+v", got)
		}
		if got := s.told(); !slices.Equal(got, []string{"payout.scheduled", "payout.scheduled", "payout.held", "payout.held", "payout.canceled", "payout.released", "payout.sent"}) {
			t.Errorf("events: %v", got)
		}
	})
}

// What is told of a hold and of its end.
func TestHoldIsTold(t *testing.T) {
	each(t, func(s *desk) {
		s.ready(5)
		p := s.must(0)
		s.suspend()
		s.later(time.Minute)
		since := s.Clk.Now()
		s.reinstate()
		s.later(time.Hour)
		type data struct {
			ID         id.Payout
			State      string
			Held       map[string]string
			ReleasedBy string `json:"released_by"`
		}
		var held, released, sent data
		for kind, into := range map[string]*data{"payout.held": &held, "payout.released": &released, "payout.sent": &sent} {
			all := s.Events(kind)
			if len(all) != 1 {
				t.Fatalf("%d times %s", len(all), kind)
			}
			s.OK(json.Unmarshal(all[0].Data, into))
		}
		if held.ID != p.ID || held.State != "held" || held.ReleasedBy != "" || held.Held["code"] != "account_suspended" || held.Held["by"] != "rule" ||
			!strings.Contains(held.Held["reason"], "suspended since") || held.Held["since"] != since.UTC().Format("2006-01-02T15:04:05.000000Z") {
			t.Errorf("held: %+v", held)
		}
		if released.State != "scheduled" || released.Held != nil || released.ReleasedBy != "rule" || sent.Held != nil || sent.ReleasedBy != "" {
			t.Errorf("released: %+v, sent: %+v", released, sent)
		}
	})
}

// An account that is restricted after the payout was asked for holds it, with
// what is missing, and news that it is in order let it go at once.
func TestHeldForTheAccount(t *testing.T) {
	each(t, func(s *desk) {
		a := s.ready(5)
		p := s.must(0)
		s.OK(s.box.Onboard(a.Provider, sandbox.Onboarding{Name: "Ada", Variant: sandbox.Document}))
		s.box.Settle()
		s.later(time.Minute)
		since := s.Clk.Now()
		if got := s.held(p, "kyc_required", payout.ByRule, since); !strings.Contains(got.Hold.Reason, "document") {
			t.Errorf("the reason is %q", got.Hold.Reason)
		}
		s.OK(s.box.Onboard(a.Provider, sandbox.Onboarding{Name: "Ada", Variant: sandbox.Review}))
		s.later(time.Hour - time.Second)
		s.OK(s.box.Onboard(a.Provider, sandbox.Onboarding{Name: "Ada", Variant: sandbox.Review}))
		s.later(time.Second) // the same kind of reason in other words is no other hold
		if got := s.held(p, "kyc_required", payout.ByRule, since); !strings.Contains(got.Hold.Reason, "still checking") {
			t.Errorf("the reason is %q", got.Hold.Reason)
		}
		s.Clk.Advance(10 * time.Second)
		s.OK(s.box.Onboard(a.Provider, sandbox.Onboarding{Name: "Ada"}))
		s.box.Settle()
		s.RunDue() // and not an hour later
		s.moved(p, payout.Sent)
		if got := s.told(); !slices.Equal(got, []string{"payout.scheduled", "payout.held", "payout.released", "payout.sent"}) {
			t.Errorf("events: %v", got)
		}
	})
}

// No news come: the provider is asked, and while it does not answer nothing
// changes.
func TestHeldForTheAccountInSilence(t *testing.T) {
	each(t, func(s *desk) {
		a := s.ready(5)
		p := s.must(0)
		s.silent()
		s.OK(s.box.Onboard(a.Provider, sandbox.Onboarding{Name: "Ada", Variant: sandbox.Document}))
		_, err := s.pay.Refresh(s.Ctx, s.creator)
		s.OK(err)
		s.later(time.Minute)
		since := s.Clk.Now()
		s.held(p, "kyc_required", payout.ByRule, since)
		s.OK(s.box.Onboard(a.Provider, sandbox.Onboarding{Name: "Ada"}))
		s.box.AddFault(sandbox.Fault{Operation: "GET /v1/accounts/*", Mode: sandbox.Before, Probability: 1})
		s.later(2 * time.Hour)
		s.held(p, "kyc_required", payout.ByRule, since)
		s.box.ClearFaults()
		s.later(time.Hour)
		s.moved(p, payout.Sent)
	})
}

// A date of birth that was put right makes a payout wait until the birthday.
// Another reason meanwhile is another hold, told by itself.
func TestHeldUntilTheBirthday(t *testing.T) {
	each(t, func(s *desk) {
		s.ready(5)
		p := s.must(0)
		in := s.Clk.Now().AddDate(-18, 0, 2).Format(time.DateOnly)
		s.Exec("UPDATE person SET birth_date = $2 WHERE id = $1", string(s.creator), in)
		s.later(time.Minute)
		first := s.Clk.Now()
		s.held(p, "age_restricted", payout.ByRule, first)
		s.suspend()
		s.later(time.Hour)
		s.held(p, "account_suspended", payout.ByRule, s.Clk.Now())
		s.reinstate()
		s.later(time.Hour)
		s.held(p, "age_restricted", payout.ByRule, s.Clk.Now())
		s.pass(2*24*time.Hour, time.Hour)
		s.moved(p, payout.Sent)
		if got := s.told(); !slices.Equal(got, []string{"payout.scheduled", "payout.held", "payout.held", "payout.held", "payout.released", "payout.sent"}) {
			t.Errorf("events: %v", got)
		}
	})
}

var boss = people.Caller{Person: "usr_boss", Roles: []people.Role{people.Operator}}

// What an operator holds, nobody else lets go: not a rule, not the creator.
func TestUnderReview(t *testing.T) {
	each(t, func(s *desk) {
		s.alone(100_00)
		s.ready(5)
		p := s.must(0)
		_, err := s.pay.Hold(s.Ctx, people.Caller{Person: s.creator, Roles: []people.Role{people.Creator}}, p.ID, "x", time.Time{})
		s.Want(err, fault.RoleRequired)
		_, err = s.pay.Release(s.Ctx, people.Caller{Person: s.creator}, p.ID, "It is in order.")
		s.Want(err, fault.RoleRequired)
		own := people.Caller{Person: s.creator, Roles: boss.Roles} // an operator, too
		_, err = s.pay.Hold(s.Ctx, own, p.ID, "Until soon.", s.Clk.Now().Add(time.Second))
		s.Want(err, fault.Forbidden)
		for _, reason := range []string{"", " \n ", strings.Repeat("x", 201), "\u202e"} {
			if _, err = s.pay.Hold(s.Ctx, boss, p.ID, reason, time.Time{}); err == nil || fault.CodeOf(err) == "" {
				t.Errorf("held for %q: %v", reason, err)
			}
		}
		_, err = s.pay.Hold(s.Ctx, boss, "pyo_x", "We look into it.", time.Time{})
		s.Want(err, fault.NotFound)
		_, err = s.pay.Release(s.Ctx, boss, p.ID, "It is in order.")
		s.Want(err, fault.StateConflict)
		s.is(p, payout.Scheduled)

		since := s.Clk.Now()
		for range 3 { // three clicks are one hold
			_, err = s.pay.Hold(s.Ctx, boss, p.ID, " We look  into it. ", time.Time{})
			s.OK(err)
		}
		s.pass(5*time.Hour, time.Hour)
		if got := s.held(p, payout.UnderReview, "usr_boss", since); got.Hold.Reason != "We look into it." || got.Cancelable() {
			t.Errorf("held: %+v", got)
		}
		_, err = s.pay.Cancel(s.Ctx, p.ID)
		s.Want(err, fault.PayoutInProgress)
		_, err = s.pay.Release(s.Ctx, own, p.ID, "It is in order.")
		s.Want(err, fault.Forbidden)
		s.suspend()
		s.later(time.Hour)
		s.held(p, payout.UnderReview, "usr_boss", since)
		_, err = s.pay.Release(s.Ctx, boss, p.ID, "It is in order.")
		s.OK(err)
		s.RunDue() // and the rule is asked
		s.held(p, "account_suspended", payout.ByRule, s.Clk.Now())
		_, err = s.pay.Release(s.Ctx, boss, p.ID, "It is in order.")
		s.Want(err, fault.StateConflict)
		s.later(time.Minute)
		_, err = s.pay.Hold(s.Ctx, boss, p.ID, "We look into it again.", time.Time{})
		s.OK(err)
		s.held(p, payout.UnderReview, "usr_boss", s.Clk.Now())
		s.reinstate()
		s.later(2 * time.Hour)
		s.is(p, payout.Held)
		_, err = s.pay.Release(s.Ctx, boss, p.ID, "It is in order.")
		s.OK(err)
		s.RunDue() // at once, and not an hour later
		s.moved(p, payout.Sent)
		_, err = s.pay.Hold(s.Ctx, boss, p.ID, "Too late.", time.Time{})
		s.Want(err, fault.PayoutInProgress)
		_, err = s.pay.Release(s.Ctx, boss, p.ID, "It is in order.")
		s.Want(err, fault.StateConflict)
		if got := s.told(); !slices.Equal(got, []string{"payout.scheduled", "payout.held", "payout.released", "payout.held", "payout.held", "payout.released", "payout.sent"}) {
			t.Errorf("events: %v", got)
		}
	})
}

// Many look at a payout at once, hold it and cancel it: each change happens and
// is told once.
func TestHeldAtOnce(t *testing.T) {
	each(t, func(s *desk) {
		s.ready(5)
		p := s.must(0)
		atOnce := func(n int, f func(i int)) {
			begin := make(chan struct{})
			var wg sync.WaitGroup
			for i := range n {
				wg.Go(func() {
					<-begin
					f(i)
				})
			}
			close(begin)
			wg.Wait()
		}
		drive := func(int) {
			if again, err := s.pay.Drive(s.Ctx, p.ID); err != nil || again <= 0 {
				t.Errorf("drive: again in %s, %v", again, err)
			}
		}
		s.suspend()
		s.Clk.Advance(time.Minute)
		atOnce(20, drive)
		s.held(p, "account_suspended", payout.ByRule, s.Clk.Now())
		s.reinstate()
		atOnce(20, drive)
		s.moved(p, payout.Sent)
		if got := s.told(); !slices.Equal(got, []string{"payout.scheduled", "payout.held", "payout.released", "payout.sent"}) {
			t.Errorf("events: %v", got)
		}

		s.later(3 * 24 * time.Hour)
		s.earns(5)
		p = s.must(0)
		s.suspend()
		canceled := make([]error, 20)
		atOnce(20, func(i int) {
			if i%2 == 0 {
				_, canceled[i] = s.pay.Cancel(s.Ctx, p.ID)
				return
			}
			_, err := s.pay.Drive(s.Ctx, p.ID)
			canceled[i] = errors.Join(err, errDrove)
		})
		n := 0
		for _, err := range canceled {
			switch {
			case err == nil:
				n++
			case !errors.Is(err, errDrove):
				s.Want(err, fault.AlreadyDone)
			}
		}
		s.is(p, payout.Canceled)
		if n != 1 || s.available() != 500 || len(s.Events("payout.canceled")) != 1 {
			t.Errorf("canceled %d times, %d are available", n, s.available())
		}
		s.later(time.Hour)
	})
}

var errDrove = errors.New("drove")

// The work of a held payout that was given up is planned again.
func TestHeldIsSwept(t *testing.T) {
	each(t, func(s *desk) {
		s.ready(5)
		p := s.must(0)
		s.suspend()
		s.later(time.Minute)
		s.Exec("UPDATE due_work SET dead = 1 WHERE work_key = $1", string(p.ID))
		s.reinstate()
		if n, err := s.pay.Sweep(s.Ctx); n != 1 || err != nil {
			t.Errorf("%d payouts were left alone (%v)", n, err)
		}
		s.RunDue()
		s.moved(p, payout.Sent)
	})
}

// A list of one state is the list of all without the rest, page by page; lines
// are read for many at once.
func TestPayoutsByState(t *testing.T) {
	each(t, func(s *desk) {
		s.ready(9)
		var all []payout.Payout
		for range 6 {
			all = append(all, s.must(100))
		}
		slices.Reverse(all)
		for _, i := range []int{1, 4} {
			_, err := s.pay.Hold(s.Ctx, boss, all[i].ID, "We look into it.", time.Time{})
			s.OK(err)
		}
		_, err := s.pay.Cancel(s.Ctx, all[2].ID)
		s.OK(err)
		for state, want := range map[payout.State][]int{"": {0, 1, 2, 3, 4, 5}, payout.Scheduled: {0, 3, 5}, payout.Held: {1, 4}, payout.Canceled: {2}, payout.Paid: nil} {
			var got []int
			s.Read(func(tx *db.Tx) error {
				for page := (payout.Page{State: state, Limit: 2}); ; {
					found, err := payout.OfCreator(s.Ctx, tx, s.creator, page)
					for _, p := range found {
						page.Before = p.ID
						got = append(got, slices.IndexFunc(all, func(q payout.Payout) bool { return q.ID == p.ID }))
					}
					if err != nil || len(found) < 2 {
						return err
					}
				}
			})
			if !slices.Equal(got, want) {
				t.Errorf("%q: %v, want %v", state, got, want)
			}
		}
		s.Read(func(tx *db.Tx) error {
			some, err := payout.LinesOfAll(s.Ctx, tx, []id.Payout{all[0].ID, all[5].ID, "pyo_x"})
			for _, p := range []payout.Payout{all[0], all[5]} {
				if one, err := payout.LinesOf(s.Ctx, tx, p.ID); err != nil || len(one) != 1 || !slices.Equal(one, some[p.ID]) {
					t.Errorf("lines: %v and %v (%v)", one, some[p.ID], err)
				}
			}
			if len(some) != 2 {
				t.Errorf("lines of %d payouts", len(some))
			}
			return err
		})
	})
}

// Each webhook 100 times at once has one effect: sent, paid and sent back.
func TestWebhookAHundredTimes(t *testing.T) {
	each(t, func(s *desk) {
		a := s.ready(5)
		p := s.must(0)
		receive := s.box.Receive
		s.box.Receive = nil
		s.box.AddFault(sandbox.Fault{Operation: payouts, Mode: sandbox.After, Next: 1})
		s.Clk.Advance(time.Minute)
		s.RunDue()
		s.is(p, payout.Sending)
		storm := func(kind string, want payout.State) {
			t.Helper()
			s.box.Settle()
			events, err := s.api.ListEvents(s.Ctx, stripe.EventQuery{Account: a.Provider, Since: s.Clk.Now().Add(-time.Hour)})
			s.OK(err)
			begin, n := make(chan struct{}), 0
			var wg sync.WaitGroup
			for _, ev := range events {
				if ev.Type != kind {
					continue
				}
				n++
				for range 100 {
					wg.Go(func() {
						<-begin
						if handled, err := s.pay.Observe(s.Ctx, ev); err != nil || !handled {
							t.Errorf("webhook: %t %v", handled, err)
						}
					})
				}
			}
			close(begin)
			wg.Wait()
			if s.is(p, want); n != 1 {
				t.Errorf("%d events %s", n, kind)
			}
		}
		storm("payout.created", payout.Sent)
		s.Clk.Advance(3 * 24 * time.Hour)
		storm("payout.paid", payout.Paid)
		s.OK(s.box.Bounce(s.is(p, payout.Paid).ProviderPayout, "account_closed"))
		storm("payout.failed", payout.Returning)
		s.box.Receive = receive
		s.later(time.Minute)
		s.is(p, payout.Returned)
		if n := s.Count("SELECT COUNT(*) FROM payment_event WHERE object_id = $1", s.is(p, payout.Returned).ProviderPayout); n != 3 || s.available() != 500 {
			t.Errorf("%d events are noted, %d are available", n, s.available())
		}
		if got := s.told(); !slices.Equal(got, []string{"payout.scheduled", "payout.sent", "payout.paid", "payout.failed"}) {
			t.Errorf("events: %v", got)
		}
	})
}

// Webhooks in any order, several times each, some of them refused by us at
// first, with replies that are lost: every payout ends where its bank says, and
// each step is told once.
func TestShuffledWebhooks(t *testing.T) {
	each(t, func(s *desk) {
		s.ready(10)
		s.OK(s.box.SetWebhooks(sandbox.Webhooks{Shuffle: true, Duplicate: 3, DelaySeconds: 5}))
		busy := 0
		receive := s.box.Receive
		s.box.Receive = func(payload []byte, signature string) error {
			if busy++; busy%3 == 0 {
				return errors.New("busy")
			}
			return receive(payload, signature)
		}
		var all []payout.Payout
		for i := range 8 {
			if i%2 == 0 {
				s.box.AddFault(sandbox.Fault{Operation: []string{transfers, payouts}[i/2%2], Mode: sandbox.After, Next: 1})
			}
			all = append(all, s.must(100))
			s.pass(time.Minute, 20*time.Second)
		}
		s.pass(2*time.Hour, 20*time.Minute)
		for i, p := range all {
			if sent := s.moved(p, payout.Sent); i%4 == 1 {
				s.OK(s.box.Bounce(sent.ProviderPayout, "no_account"))
			}
		}
		s.pass(4*24*time.Hour, time.Hour)
		want := map[string]int{"payout.scheduled": 8, "payout.sent": 8, "payout.paid": 6, "payout.failed": 2}
		for i, p := range all {
			s.is(p, map[bool]payout.State{true: payout.Returned, false: payout.Paid}[i%4 == 1])
		}
		got := map[string]int{}
		for _, kind := range s.told() {
			got[kind]++
		}
		if fmt.Sprint(got) != fmt.Sprint(want) || s.available() != 400 {
			t.Errorf("told %v, want %v; %d are available", got, want, s.available())
		}
	})
}
