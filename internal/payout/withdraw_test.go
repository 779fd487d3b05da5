package payout_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/people"
)

func TestPayout(t *testing.T) {
	each(t, func(s *desk) {
		a := s.ready(5)
		p := s.must(0)
		if p.Amount != usd(500) || p.State != payout.Scheduled || p.Account != a.Provider || s.available() != 0 {
			t.Errorf("payout: %+v, %d are still available", p, s.available())
		}
		s.later(time.Minute - time.Microsecond)
		s.is(p, payout.Scheduled)
		s.later(time.Microsecond)
		sent := s.is(p, payout.Sent)
		if sent.Transfer == "" || sent.ProviderPayout == "" || sent.ArrivesUS <= sent.SentUS || sent.SentUS == 0 || s.box.Holds(a.Provider, "USD") != 0 {
			t.Errorf("sent: %+v", sent)
		}
		s.later(72 * time.Hour)
		paid := s.is(p, payout.Paid)
		if paid.EndedUS == 0 || paid.FailureCode != "" {
			t.Errorf("paid: %+v", paid)
		}
		if got := s.told(); !slices.Equal(got, []string{"payout.scheduled", "payout.sent", "payout.paid"}) {
			t.Errorf("events: %v", got)
		}
		s.later(30 * 24 * time.Hour)
		if n := s.Count("SELECT COUNT(*) FROM due_work"); n != 0 {
			t.Errorf("%d pieces of work are left", n)
		}
		s.Read(func(tx *db.Tx) error {
			page, err := payout.OfCreator(s.Ctx, tx, s.creator, payout.Page{Limit: 10})
			if len(page) != 1 || page[0].ID != p.ID {
				t.Errorf("payouts: %+v", page)
			}
			return err
		})
	})
}

// The account decides whether money can go, and its fault says what is missing.
func TestAccount(t *testing.T) {
	each(t, func(s *desk) {
		s.earns(5)
		refused := func(words ...string) {
			t.Helper()
			_, err := s.withdraw(0)
			f := s.Want(err, fault.KYCRequired)
			for _, w := range words {
				if !strings.Contains(f.Detail, w) {
					t.Errorf("the sentence %q does not say %q", f.Detail, w)
				}
			}
		}
		refused("no payout account")
		a, err := s.pay.Refresh(s.Ctx, s.creator)
		s.OK(err)
		if a.Provider != "" || a.Ready() {
			t.Errorf("account: %+v", a)
		}
		_, err = s.pay.Onboard(s.Ctx, s.creator, "http://app.test/done", "http://app.test/again")
		s.OK(err)
		refused("lacks")
		a = s.account(sandbox.Onboarding{Name: "Ada", Variant: sandbox.Document})
		if a.Ready() || len(a.Due) == 0 {
			t.Errorf("account: %+v", a)
		}
		_, err = s.withdraw(0)
		if f := s.Want(err, fault.KYCRequired); fmt.Sprint(f.Data["missing"]) != fmt.Sprint(a.Due) {
			t.Errorf("missing: %v, want %v", f.Data["missing"], a.Due)
		}
		s.account(sandbox.Onboarding{Name: "Ada", Variant: sandbox.Review})
		refused("still checking")
		s.later(2 * time.Hour) // the provider has checked, and says so by webhook
		p := s.must(0)
		s.later(time.Minute)
		s.is(p, payout.Sent)
		s.account(sandbox.Onboarding{Name: "Ada", Variant: sandbox.Reject})
		s.earns(5)
		refused("for good", "operator")
	})
}

// Opening an account is for those who are old enough to be paid; a provider
// that does not answer leaves nothing behind.
func TestOnboard(t *testing.T) {
	each(t, func(s *desk) {
		young := s.Person(func(n *people.NewPerson) { n.BirthDate = "2008-03-11" })
		_, err := s.pay.Onboard(s.Ctx, young, "http://app.test/", "http://app.test/")
		s.Want(err, fault.AgeRestricted)
		_, err = s.pay.Onboard(s.Ctx, "usr_x", "http://app.test/", "http://app.test/")
		s.Want(err, fault.NotFound)
		s.box.AddFault(sandbox.Fault{Operation: "POST /v1/accounts", Mode: sandbox.After, Next: 1})
		_, err = s.pay.Onboard(s.Ctx, s.creator, "http://app.test/", "http://app.test/")
		s.Want(err, fault.UpstreamFailed)
		a := s.account(sandbox.Onboarding{Name: "Ada"}) // the same account: the key is the person's
		if !a.Ready() || a.BankLast4 != "6789" || s.Count("SELECT COUNT(*) FROM payout_account") != 1 {
			t.Errorf("account: %+v", a)
		}
	})
}

func TestAmounts(t *testing.T) {
	each(t, func(s *desk) {
		s.ready(2)
		for _, c := range []struct {
			cents int64
			code  fault.Code
		}{
			{-1, fault.AmountOutOfRange}, {-1 << 63, fault.AmountOutOfRange}, {1<<63 - 1, fault.AmountOutOfRange}, {1 << 53, fault.AmountOutOfRange},
			{99, fault.PayoutBelowMinimum}, {1, fault.PayoutBelowMinimum}, {201, fault.InsufficientBalance}, {1<<53 - 1, fault.InsufficientBalance},
		} {
			_, err := s.withdraw(c.cents)
			if !fault.Is(err, c.code) {
				t.Errorf("%d cents: %v, want %s", c.cents, err, c.code)
			}
		}
		s.must(150)
		_, err := s.withdraw(0) // 0.50 are left, which is below the minimum
		f := s.Want(err, fault.PayoutBelowMinimum)
		if f.Data["minimum"] != usd(100) || f.Data["available"] != usd(50) {
			t.Errorf("payout_below_minimum says %v", f.Data)
		}
	})
}

// At most the cap leaves in a UTC day. What is above it goes on the days after,
// and what no day can take is refused with the most that can be asked for.
func TestDailyCap(t *testing.T) {
	each(t, func(s *desk) {
		s.capped(300, 50)
		s.ready(10)
		reset := s.Clk.Now().Truncate(24 * time.Hour).Add(24 * time.Hour)
		s.Clk.Set(reset.Add(-time.Hour))
		s.goes(s.must(170), 170)
		s.goes(s.must(100), 100) // 0.30 are left of the cap, which is below the minimum
		p := s.must(350)
		s.goes(p, 300, 50)
		if p.GoesUS != reset.UnixMicro() {
			t.Errorf("the first goes at %s", time.UnixMicro(p.GoesUS).UTC())
		}
		canceled, err := s.pay.CancelGroup(s.Ctx, p.ID, nil, nil)
		s.OK(err)
		if len(canceled) != 2 || s.available() != 730 {
			t.Errorf("canceled %d, %d are available", len(canceled), s.available())
		}
		if p = s.must(0); p.Amount != usd(300) { // what did not leave takes no room
			t.Errorf("payout: %+v", p)
		}
		s.goes(p, 300, 300, 130)
		_, err = s.pay.CancelGroup(s.Ctx, p.ID, nil, nil)
		s.OK(err)
		_, err = s.pay.CancelGroup(s.Ctx, p.ID, nil, nil)
		s.Want(err, fault.AlreadyDone)

		s.capped(100, 90) // 1.30 can not be in parts of 0.90 to 1.00
		_, err = s.withdraw(130)
		if f := s.Want(err, fault.LimitReached); f.Data["most"] != usd(100) || f.RetryAfter.Round(time.Second) != time.Hour {
			t.Errorf("limit_reached says %v, wait %s", f.Data, f.RetryAfter)
		}
		s.goes(s.must(190), 100, 90)
	})
}

func TestCancel(t *testing.T) {
	each(t, func(s *desk) {
		s.ready(5)
		before := s.earned()
		p := s.must(300)
		s.later(59 * time.Second)
		got, err := s.pay.Cancel(s.Ctx, p.ID)
		s.OK(err)
		if got.State != payout.Canceled || got.EndedUS == 0 || s.available() != 500 || fmt.Sprint(s.earned()) != fmt.Sprint(before) {
			t.Errorf("canceled: %+v, earnings %+v", got, s.earned())
		}
		_, err = s.pay.Cancel(s.Ctx, p.ID)
		s.Want(err, fault.AlreadyDone)
		_, err = s.pay.Cancel(s.Ctx, "pyo_x")
		s.Want(err, fault.NotFound)
		s.later(time.Hour)
		s.is(p, payout.Canceled)
		late := s.must(300)
		s.later(time.Minute)
		_, err = s.pay.Cancel(s.Ctx, late.ID)
		s.Want(err, fault.PayoutInProgress)
		s.is(late, payout.Sent)
		if n := len(s.transfers(p)); n != 0 {
			t.Errorf("%d transfers of a canceled payout", n)
		}
		if got := s.told(); !slices.Equal(got, []string{"payout.scheduled", "payout.canceled", "payout.scheduled", "payout.sent"}) {
			t.Errorf("events: %v", got)
		}
	})
}

func TestKeys(t *testing.T) {
	each(t, func(s *desk) {
		s.ready(5)
		r := payout.Request{Key: "k1", Creator: s.creator, Amount: 200}
		first, err := s.pay.Withdraw(s.Ctx, r)
		s.OK(err)
		again, err := s.pay.Withdraw(s.Ctx, r)
		s.OK(err)
		if again.ID != first.ID || !again.Replayed || first.Replayed || s.available() != 300 {
			t.Errorf("the same call: %+v", again)
		}
		s.later(time.Hour)
		s.is(first, payout.Sent)
		again, err = s.pay.Withdraw(s.Ctx, r) // the first answer, also when the money has gone
		s.OK(err)
		if again.Replayed = false; again != first {
			t.Errorf("the same call later: %+v", again)
		}
		r.Amount = 201
		_, err = s.pay.Withdraw(s.Ctx, r)
		s.Want(err, fault.IdempotencyKeyReused)
		r.Creator = s.Creator() // a key belongs to its creator
		_, err = s.pay.Withdraw(s.Ctx, r)
		s.Want(err, fault.KYCRequired)
	})
}

// Many at once with money for three: three leave, and the earnings pay no more
// than they are.
func TestAtOnce(t *testing.T) {
	each(t, func(s *desk) {
		s.ready(3)
		errs := make([]error, 20)
		begin := make(chan struct{})
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() {
				<-begin
				_, errs[i] = s.pay.Withdraw(s.Ctx, payout.Request{Key: fmt.Sprintf("at-once-%d", i), Creator: s.creator, Amount: 100})
			})
		}
		close(begin)
		wg.Wait()
		n := 0
		for _, err := range errs {
			if err == nil {
				n++
			} else {
				s.Want(err, fault.InsufficientBalance)
			}
		}
		if n != 3 || s.available() != 0 {
			t.Errorf("%d payouts, %d are left", n, s.available())
		}
		s.later(time.Hour)
	})
}
