package payout_test

import (
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/people"
)

// An account that was ready when it was seen last is looked at again after a day:
// the news that it is not may have been lost.
func TestRecheckReady(t *testing.T) {
	each(t, func(s *desk) {
		a := s.ready(5)
		s.silent()
		s.OK(s.box.Restrict(a.Provider, ""))
		ready := func() (err error) {
			s.Read(func(tx *db.Tx) error {
				err = payout.Ready(s.Ctx, tx, s.creator)
				return nil
			})
			return err
		}
		s.OK(s.pay.Recheck(s.Ctx))
		s.later(25 * time.Hour)
		s.OK(s.pay.Recheck(s.Ctx))
		s.Want(ready(), fault.KYCRequired)
		s.OK(s.box.Onboard(a.Provider, sandbox.Onboarding{Name: "Ada"}))
		s.OK(s.pay.Recheck(s.Ctx))
		s.OK(ready())
	})
}

// Who has not said where they live is told so, and the provider is not asked.
func TestOnboardWithoutARegion(t *testing.T) {
	each(t, func(s *desk) {
		s.Exec("UPDATE person SET region = '' WHERE id = $1", string(s.creator))
		_, err := s.pay.Onboard(s.Ctx, s.creator, "http://app.test/", "http://app.test/")
		s.Want(err, fault.ValidationFailed)
		s.Exec("UPDATE person SET region = 'US' WHERE id = $1", string(s.creator))
		s.account(sandbox.Onboarding{Name: "Ada"})
	})
}

// The address that is too old makes a new page, and no account.
func TestOnboardAgain(t *testing.T) {
	each(t, func(s *desk) {
		again := func() string {
			url, err := s.pay.OnboardAgain(s.Ctx, s.creator, "http://app.test/", "http://app.test/")
			s.OK(err)
			return url
		}
		if url := again(); url != "" || s.Count("SELECT COUNT(*) FROM payout_account") != 0 {
			t.Errorf("an account was opened: %q", url)
		}
		s.account(sandbox.Onboarding{Name: "Ada"})
		if again() == "" {
			t.Error("there is no page")
		}
		young := s.Person(func(n *people.NewPerson) { n.BirthDate = "2008-03-11" })
		_, err := s.pay.OnboardAgain(s.Ctx, young, "http://app.test/", "http://app.test/")
		s.Want(err, fault.AgeRestricted)
	})
}

// Banks are paid whole units of forints, also where cards are charged fillérs.
func TestWholeUnits(t *testing.T) {
	each(t, func(s *desk) {
		s.rules(payout.Limit{Asset: "HUF", DailyCap: 10_000_000, Minimum: 1000, Monthly: 1000})
		s.Write(func(tx *db.Tx) error {
			tip, amount := tx.NewID(id.KindTip), money.Amount{Units: 1234_56, Asset: "HUF"}
			_, err := earnings.Accrue(s.Ctx, tx, earnings.Accrual{Kind: "tip.succeeded", Cause: tip, Creator: s.creator, Source: earnings.FromTip, Amount: amount,
				From: "tip/" + tip, Where: earnings.Where{Fan: "usr_fan", Item: "tip"}, More: []ledger.Move{{From: ledger.Provider, To: "tip/" + tip, Amount: amount}}})
			return err
		})
		s.Clk.Advance(9 * 24 * time.Hour)
		s.RunDue()
		var most int64
		s.Read(func(tx *db.Tx) error {
			all, err := payout.AllowancesOf(s.Ctx, tx, s.creator)
			for _, a := range all {
				if a.Available.Asset == "HUF" {
					most = a.Most()
				}
			}
			return err
		})
		if most != 1234_00 {
			t.Errorf("%d can be asked for, want 123400", most)
		}
	})
}
