package payout_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payout"
)

// Another bank holds payouts for 72 hours, with a reason and an end, and lets
// them go by itself. It is told and written down.
func TestBankChanged(t *testing.T) {
	each(t, func(s *desk) {
		s.ready(5)
		first := s.must(200)
		s.later(time.Minute)
		s.is(first, payout.Sent)
		p := s.must(100)
		s.account(sandbox.Onboarding{Name: "Ada", Bank: "000111111116"})
		changed := s.Clk.Now()
		s.account(sandbox.Onboarding{Name: "Ada", Bank: "000111111116"}) // the same again is no change
		s.later(time.Minute)
		got := s.held(p, payout.BankChanged, payout.ByRule, s.Clk.Now())
		if got.Hold.UntilUS != changed.Add(72*time.Hour).UnixMicro() || !strings.Contains(got.Hold.Reason, "1116") {
			t.Errorf("held: %+v", got.Hold)
		}
		told := s.Events("payout_account.bank_changed")
		if len(told) != 1 {
			t.Fatalf("told %d times", len(told))
		}
		var data map[string]any
		s.OK(json.Unmarshal(told[0].Data, &data))
		if got := fmt.Sprint(slices.Sorted(maps.Keys(data))); got != "[bank bank_last4 bank_last4_before creator held_until object]" {
			t.Errorf("docs/events.md tells of other fields than %s", got)
		}
		if data["bank_last4"] != "1116" || data["bank_last4_before"] != "6789" || data["held_until"] != audit.Instant(got.Hold.UntilUS) {
			t.Errorf("told: %v", data)
		}
		s.Read(func(tx *db.Tx) error {
			all, err := audit.List(s.Ctx, tx, audit.Query{Verb: "payout_account.change_bank", Limit: 10})
			if len(all) != 1 || all[0].Subject != string(s.creator) {
				t.Errorf("audit: %+v", all)
			}
			return err
		})
		s.account(sandbox.Onboarding{Name: "Ada"}) // back to the first bank is a change too
		again := s.Clk.Now()
		s.pass(72*time.Hour-time.Minute, time.Hour)
		s.Clk.Set(again.Add(72*time.Hour - time.Second))
		s.RunDue()
		s.is(p, payout.Held)
		s.Clk.Set(again.Add(72 * time.Hour))
		s.RunDue()
		s.is(p, payout.Sent)
		s.later(72 * time.Hour)
		s.is(p, payout.Paid)
	})
}

// An operator's hold may have an end of its own.
func TestReviewWithAnEnd(t *testing.T) {
	each(t, func(s *desk) {
		s.ready(5)
		p := s.must(0)
		for _, until := range []time.Time{s.Clk.Now(), s.Clk.Now().Add(-time.Hour), s.Clk.Now().AddDate(2, 0, 0)} {
			_, err := s.pay.Hold(s.Ctx, boss, p.ID, "x", until)
			s.Want(err, fault.ValidationFailed)
		}
		until := s.Clk.Now().Add(90 * time.Minute)
		_, err := s.pay.Hold(s.Ctx, boss, p.ID, "We look into it.", until)
		s.OK(err)
		since := s.Clk.Now()
		s.later(time.Hour)
		if got := s.held(p, payout.UnderReview, "usr_boss", since); got.Hold.UntilUS != until.UnixMicro() {
			t.Errorf("held: %+v", got.Hold)
		}
		s.later(30*time.Minute - time.Second)
		s.is(p, payout.Held)
		s.later(time.Second)
		s.is(p, payout.Sent)
	})
}

// What is missing is told with its deadline; an account that has left, or was
// refused, says so.
func TestStanding(t *testing.T) {
	each(t, func(s *desk) {
		s.earns(5)
		a := s.account(sandbox.Onboarding{Name: "Ada", Variant: sandbox.Deadline})
		if !a.Ready() || len(a.Due) != 1 || len(a.PastDue) != 0 || a.DeadlineUS != s.Clk.Now().Truncate(time.Second).Add(14*24*time.Hour).UnixMicro() {
			t.Errorf("with a deadline: %+v", a)
		}
		s.box.Settle()
		s.silent()
		s.later(15 * 24 * time.Hour)
		if a = s.standing(); !a.Ready() {
			t.Errorf("nobody has told us yet: %+v", a)
		}
		s.OK(s.pay.Recheck(s.Ctx)) // it was ready when it was seen last, a day ago and more
		if a = s.standing(); a.Ready() || len(a.PastDue) != 1 || a.DeadlineUS != 0 {
			t.Errorf("overdue: %+v", a)
		}
		s.OK(s.box.Onboard(a.Provider, sandbox.Onboarding{Name: "Ada"}))
		s.later(time.Hour)
		s.OK(s.pay.Recheck(s.Ctx))
		if a = s.standing(); !a.Ready() {
			t.Errorf("after the hourly look: %+v", a)
		}

		s.OK(s.box.Deauthorize(a.Provider))
		a, err := s.pay.Refresh(s.Ctx, s.creator)
		s.OK(err)
		_, refused := s.withdraw(0)
		if f := s.Want(refused, fault.KYCRequired); a.DisabledReason != payout.Detached || !strings.Contains(f.Detail, "not connected") {
			t.Errorf("detached: %+v, %v", a, f)
		}
		other := s.account(sandbox.Onboarding{Name: "Ada"})
		if other.Provider == a.Provider || !other.Ready() {
			t.Errorf("connected again: %+v", other)
		}
		s.later(time.Minute)
		s.account(sandbox.Onboarding{Name: "Ada", Variant: sandbox.Reject})
		_, err = s.pay.Onboard(s.Ctx, s.creator, "http://app.test/", "http://app.test/")
		s.Want(err, fault.KYCRequired)
	})
}

// The news that an account has left, by webhook.
func TestDeauthorized(t *testing.T) {
	each(t, func(s *desk) {
		a := s.ready(5)
		s.OK(s.box.Deauthorize(a.Provider))
		s.box.Settle()
		if a = s.standing(); a.DisabledReason != payout.Detached || a.Ready() {
			t.Errorf("account: %+v", a)
		}
	})
}

// A payout goes to the account that its creator has when it begins, which may not
// be the one that there was when it was asked for.
func TestAnotherAccount(t *testing.T) {
	each(t, func(s *desk) {
		a := s.ready(5)
		p := s.must(500)
		s.OK(s.box.Deauthorize(a.Provider))
		s.box.Settle()
		s.later(time.Minute)
		s.is(p, payout.Held)
		now := s.account(sandbox.Onboarding{Name: "Ada"})
		s.later(4 * 24 * time.Hour) // another bank: it waits for that
		s.later(4 * 24 * time.Hour)
		if p = s.is(p, payout.Paid); p.Account != now.Provider || p.Account == a.Provider {
			t.Errorf("it went to %s, want %s", p.Account, now.Provider)
		}
	})
}

func (s *desk) standing() (a payout.Account) {
	s.T.Helper()
	s.Read(func(tx *db.Tx) (err error) {
		a, err = payout.AccountOf(s.Ctx, tx, s.creator)
		return err
	})
	return a
}

// Each name that the provider may ask for has words, and so has what it does not
// name yet.
func TestRequirements(t *testing.T) {
	for name, want := range map[string]string{
		"individual.verification.document":            "passport",
		"individual.verification.additional_document": "second document",
		"individual.dob.day":                          "date of birth",
		"external_account":                            "bank account",
		"tos_acceptance.date":                         "terms",
		"person_1234.relationship.title":              "company",
		"individual.some_new_thing":                   "individual › some new thing",
	} {
		if got := payout.Requirement(name); !strings.Contains(got, want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := payout.Requirements([]string{"individual.dob.day", "individual.dob.month", "individual.last_name", "individual.first_name"}); len(got) != 2 {
		t.Errorf("%q", got)
	}
}
