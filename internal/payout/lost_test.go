package payout_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payment/sandbox/sandboxtest"
	"github.com/ovationhq/ovation/internal/payout"
)

// pass moves the clock in steps and lets what is due happen on both sides. It
// does not compare the books: they differ while an answer is lost.
func (s *desk) pass(d, step time.Duration) {
	s.T.Helper()
	for ; d > 0; d -= step {
		s.Clk.Advance(min(d, step))
		s.box.Settle()
		s.RunDue()
		s.box.Settle()
		s.RunDue()
	}
}

// silent switches the webhooks off, so that nothing but asking helps.
func (s *desk) silent() {
	s.T.Helper()
	s.OK(s.box.SetWebhooks(sandbox.Webhooks{Off: true}))
}

// banked returns what the provider sent to the bank for the payout.
func (s *desk) banked(p payout.Payout) []payment.Payout {
	s.T.Helper()
	found, err := s.api.FindPayouts(s.Ctx, p.Account, time.UnixMicro(p.RequestedUS))
	s.OK(err)
	return slices.DeleteFunc(found, func(f payment.Payout) bool { return f.Ref != string(p.ID) })
}

// moved fails the test unless the payout was transferred once and paid out
// once, and the books agree.
func (s *desk) moved(p payout.Payout, want payout.State) payout.Payout {
	s.T.Helper()
	got := s.is(p, want)
	if t, b := s.transfers(p), s.banked(p); len(t) != 1 || len(b) != 1 || t[0].ID != got.Transfer || b[0].ID != got.ProviderPayout {
		s.T.Errorf("transfers %+v, payouts to the bank %+v of %+v", t, b, got)
	}
	s.agree()
	return got
}

// The calls that move money.
const (
	transfers = "POST /v1/transfers"
	payouts   = "POST /v1/payouts"
	reversals = "POST /v1/transfers/*/reversals"
)

// A 500 that the provider keeps for the key, of something that it did, does
// not make it be done again, also when the provider has forgotten the key and
// could not be asked what it did until then.
func TestStickyFault(t *testing.T) {
	each(t, func(s *desk) {
		s.silent()
		for _, operation := range []string{transfers, payouts} {
			for _, blind := range []bool{false, true} {
				s.ready(5)
				p := s.must(0)
				s.box.AddFault(sandbox.Fault{Operation: operation, Mode: sandbox.Sticky, Next: 1})
				if blind {
					s.box.AddFault(sandbox.Fault{Operation: strings.Replace(operation, "POST", "GET", 1), Mode: sandbox.Before, Probability: 1})
				}
				s.pass(2*time.Minute, 20*time.Second)
				if !blind {
					s.moved(p, payout.Sent)
				}
				s.pass(25*time.Hour, time.Hour)
				s.is(p, map[bool]payout.State{false: payout.Sent, true: payout.Sending}[blind])
				s.box.ClearFaults()
				s.pass(time.Minute, 20*time.Second)
				s.moved(p, payout.Sent)
				s.pass(3*24*time.Hour, 6*time.Hour)
				s.moved(p, payout.Paid)
			}
		}
	})
}

// We were off for longer than the provider remembers keys. What it did is
// found; what it never heard of is done then, once.
func TestOffForDays(t *testing.T) {
	each(t, func(s *desk) {
		s.silent()
		for _, operation := range []string{transfers, payouts} {
			for _, mode := range []sandbox.Mode{sandbox.After, sandbox.Before, sandbox.Reset} {
				s.ready(5)
				p := s.must(0)
				s.box.AddFault(sandbox.Fault{Operation: operation, Mode: mode, Next: 1})
				s.pass(time.Minute, time.Minute)
				s.is(p, payout.Sending)
				s.Clk.Advance(25 * time.Hour)
				s.box.Settle() // the provider forgets its keys
				s.RunDue()
				s.moved(p, payout.Sent)
				s.pass(3*24*time.Hour, 6*time.Hour)
				s.moved(p, payout.Paid)
			}
		}
	})
}

// For a while before the provider forgets a key nothing is asked under it, so
// that no call is on its way when the next key is taken.
func TestKeyRests(t *testing.T) {
	each(t, func(s *desk) {
		s.silent()
		s.ready(5)
		p := s.must(0)
		s.box.AddFault(sandbox.Fault{Operation: transfers, Mode: sandbox.Before, Probability: 1})
		s.pass(time.Minute, time.Minute)
		s.pass(20*time.Hour, time.Hour)
		s.box.ClearFaults()
		s.pass(9*time.Minute, time.Minute)
		if got := s.is(p, payout.Sending); got.Attempt != 1 || len(s.transfers(p)) != 0 {
			t.Errorf("asked under an old key: %+v", got)
		}
		s.pass(2*time.Minute, 20*time.Second)
		if got := s.moved(p, payout.Sent); got.Attempt != 2 {
			t.Errorf("sent: %+v", got)
		}
	})
}

// The bank sends money back and the provider reverses the transfer, but its
// answers are lost for a day: the money is back once.
func TestLostReversal(t *testing.T) {
	each(t, func(s *desk) {
		s.silent()
		for i, mode := range []sandbox.Mode{sandbox.Sticky, sandbox.After, sandbox.Before} {
			s.ready(5)
			p := s.must(500)
			s.pass(time.Minute, time.Minute)
			sent := s.moved(p, payout.Sent)
			s.OK(s.box.Bounce(sent.ProviderPayout, "no_account"))
			s.box.AddFault(sandbox.Fault{Operation: reversals, Mode: mode, Next: 1})
			s.pass(6*time.Hour, 6*time.Hour)
			s.pass(26*time.Hour, 25*time.Hour)
			got := s.is(p, payout.Returned)
			if found := s.transfers(p); len(found) != 1 || found[0].Reversed != p.Amount || got.FailureCode != "no_account" || s.available() != 500*int64(i+1) {
				t.Errorf("%s: transfers %+v of %+v, %d are available", mode, found, got, s.available())
			}
			s.agree()
		}
	})
}

// A part that was reversed by hand is not reversed again, and the rest is.
func TestReversedInParts(t *testing.T) {
	each(t, func(s *desk) {
		s.silent()
		s.ready(5)
		p := s.must(0)
		s.pass(time.Minute, time.Minute)
		sent := s.moved(p, payout.Sent)
		s.OK(s.box.Bounce(sent.ProviderPayout, "no_account"))
		_, err := s.api.ReverseTransfer(s.Ctx, payment.ReversalRequest{Ref: "by hand", Transfer: sent.Transfer, Amount: usd(120)})
		s.OK(err)
		s.pass(6*time.Hour, 6*time.Hour)
		s.is(p, payout.Returned)
		s.agree()
	})
}

// refusing answers requests in the provider's place while it says so.
type refusing struct {
	base   http.RoundTripper
	answer func(r *http.Request) (status int, body string)
}

func (f *refusing) RoundTrip(r *http.Request) (*http.Response, error) {
	status, body := 0, ""
	if f.answer != nil {
		status, body = f.answer(r)
	}
	if status == 0 {
		return f.base.RoundTrip(r)
	}
	if r.Body != nil {
		r.Body.Close()
	}
	return &http.Response{StatusCode: status, Status: fmt.Sprint(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}, nil
}

func (s *desk) refuses() *refusing {
	s.T.Helper()
	client := sandboxtest.Client(30 * time.Second)
	f := &refusing{base: client.Transport}
	client.Transport = f
	s.connect(client)
	return f
}

func stripeError(kind, code string) string {
	return fmt.Sprintf(`{"error":{"type":%q,"code":%q,"message":"No."}}`, kind, code)
}

// A key of ours that the provider refuses for days, or one that it says was
// used otherwise, holds a payout up and does not end it, wherever it stands.
func TestRefusedForDays(t *testing.T) {
	each(t, func(s *desk) {
		s.silent()
		f := s.refuses()
		answers := map[string]func(*http.Request) (int, string){
			"our key is wrong": func(*http.Request) (int, string) { return 401, stripeError("invalid_request_error", "") },
			"not our right":    func(*http.Request) (int, string) { return 403, stripeError("invalid_request_error", "") },
			"the key was used": func(r *http.Request) (int, string) {
				if r.Method == http.MethodPost {
					return 400, stripeError("idempotency_error", "")
				}
				return 0, ""
			},
		}
		for name, answer := range answers {
			s.ready(5)
			p := s.must(0)
			f.answer = answer
			s.pass(15*time.Hour, time.Hour)
			s.is(p, payout.Sending)
			f.answer = nil
			s.pass(time.Hour, time.Hour)
			sent := s.moved(p, payout.Sent)
			s.OK(s.box.Bounce(sent.ProviderPayout, "no_account"))
			f.answer = answer
			s.pass(30*time.Hour, time.Hour)
			f.answer = nil
			s.pass(time.Hour, time.Hour)
			s.is(p, payout.Returned)
			s.agree()
			if n := s.Count("SELECT COUNT(*) FROM due_work WHERE dead = 1"); n != 0 {
				t.Errorf("%s: %d pieces of work were given up", name, n)
			}
		}
	})
}

// An account that the provider does not know as ours any more gets no payout:
// the money is fetched back. If it was paid out before, it is not.
func TestAccountIsGone(t *testing.T) {
	each(t, func(s *desk) {
		s.silent()
		f := s.refuses()
		for _, before := range []bool{false, true} {
			for _, status := range []int{403, 404} {
				s.ready(5)
				p := s.must(0)
				if before {
					s.box.AddFault(sandbox.Fault{Operation: payouts, Mode: sandbox.After, Next: 1})
					s.pass(time.Minute, time.Minute)
				}
				f.answer = func(r *http.Request) (int, string) {
					if r.Method == http.MethodPost && r.URL.Path == "/v1/payouts" {
						return status, stripeError("invalid_request_error", "account_invalid")
					}
					return 0, ""
				}
				s.pass(time.Minute, time.Minute)
				f.answer = nil
				if before {
					s.moved(p, payout.Sent)
					continue
				}
				got := s.is(p, payout.Returned)
				if len(s.banked(p)) != 0 || got.FailureCode != "account_invalid" || s.available() != 500 {
					t.Errorf("%d: %+v", status, got)
				}
				s.agree()
				s.must(0) // the same money again
				s.pass(time.Minute, time.Minute)
			}
		}
	})
}

// The account could not be seen when a payout seemed to be refused, and it had
// been made: the money is not fetched back once that shows.
func TestPaidOutAfterAll(t *testing.T) {
	each(t, func(s *desk) {
		s.silent()
		f := s.refuses()
		s.ready(5)
		p := s.must(0)
		s.box.AddFault(sandbox.Fault{Operation: payouts, Mode: sandbox.After, Next: 1})
		s.pass(time.Minute, time.Minute)
		f.answer = func(r *http.Request) (int, string) {
			if r.URL.Path == "/v1/payouts" {
				return 403, stripeError("invalid_request_error", "account_invalid")
			}
			return 0, ""
		}
		s.pass(5*time.Hour, time.Minute*30)
		s.is(p, payout.Returning)
		f.answer = nil
		s.pass(time.Hour, time.Hour)
		if got := s.moved(p, payout.Sent); got.FailureCode != "" || got.FailureReason != "" {
			t.Errorf("sent: %+v", got)
		}
		s.pass(3*24*time.Hour, 6*time.Hour)
		s.moved(p, payout.Paid)
		for _, e := range s.told() {
			if e == "payout.failed" {
				t.Error("the creator was told that it failed")
			}
		}
	})
}

// The clock was days ahead when the provider was asked and the answer was lost.
// Set right, it does not make an old key look like a new one.
func TestClockStepsBack(t *testing.T) {
	each(t, func(s *desk) {
		s.silent()
		for _, mode := range []sandbox.Mode{sandbox.After, sandbox.Before} {
			s.ready(5)
			p := s.must(0)
			s.box.AddFault(sandbox.Fault{Operation: transfers, Mode: mode, Next: 1})
			s.pass(time.Minute, time.Minute)
			s.Exec("UPDATE payout SET asked_us = asked_us + 432000000000 WHERE id = $1", string(p.ID)) // five days
			s.pass(time.Minute, 20*time.Second)
			want := map[sandbox.Mode]payout.State{sandbox.After: payout.Sent, sandbox.Before: payout.Sending}[mode]
			s.is(p, want)
			s.pass(11*time.Minute, time.Minute)
			got := s.moved(p, payout.Sent)
			if mode == sandbox.Before && got.Attempt != 2 {
				t.Errorf("sent: %+v", got)
			}
		}
	})
}

// Work that was given up, or is gone, is planned again while money is on its
// way; and only then.
func TestSweep(t *testing.T) {
	each(t, func(s *desk) {
		s.silent()
		s.ready(9)
		swept := func(want int) {
			t.Helper()
			if n, err := s.pay.Sweep(s.Ctx); n != want || err != nil {
				t.Errorf("%d payouts were left alone (%v), want %d", n, err, want)
			}
		}
		canceled, p, dead := s.must(100), s.must(200), s.must(300)
		_, err := s.pay.Cancel(s.Ctx, canceled.ID)
		s.OK(err)
		s.Exec("DELETE FROM due_work WHERE work_key = $1", string(p.ID))
		swept(1)
		s.pass(59*time.Second, time.Minute)
		s.is(p, payout.Scheduled) // it can be canceled as long as all others
		s.pass(time.Second, time.Second)
		s.moved(p, payout.Sent)
		s.Exec("UPDATE due_work SET dead = 1 WHERE work_key = $1 OR work_key = $2", string(p.ID), string(dead.ID))
		swept(2)
		s.pass(4*24*time.Hour, 24*time.Hour)
		s.is(p, payout.Paid)
		s.is(dead, payout.Paid)
		s.Exec("DELETE FROM due_work WHERE work_key = $1", string(p.ID))
		swept(1) // its bank may still send it back
		s.pass(12*24*time.Hour, 24*time.Hour)
		swept(0)
		if n := s.Count("SELECT COUNT(*) FROM due_work"); n != 0 {
			t.Errorf("%d pieces of work are left", n)
		}
	})
}

// News come before the reply, and for a payout whose reply was lost.
func TestNewsBeforeTheReply(t *testing.T) {
	each(t, func(s *desk) {
		s.ready(5)
		p := s.must(0)
		s.box.AddFault(sandbox.Fault{Operation: payouts, Mode: sandbox.After, Next: 1})
		s.Clk.Advance(time.Minute)
		s.RunDue()
		s.is(p, payout.Sending)
		s.box.Settle()
		sent := s.moved(p, payout.Sent)
		if sent.SentUS == 0 || sent.ArrivesUS <= sent.SentUS {
			t.Errorf("sent: %+v", sent)
		}
		s.later(72 * time.Hour)
		s.moved(p, payout.Paid)
		if got := s.told(); !slices.Equal(got, []string{"payout.scheduled", "payout.sent", "payout.paid"}) {
			t.Errorf("events: %v", got)
		}
	})
}

// A bank sends back what was paid, and no webhook says so: for ten days it is
// looked at daily. The accounts to ask for news are those of such payouts.
func TestReturnedAfterPaid(t *testing.T) {
	each(t, func(s *desk) {
		s.silent()
		a := s.ready(5)
		p := s.must(0)
		watched := func(want ...string) {
			t.Helper()
			if got, err := s.pay.Watched(s.Ctx); !slices.Equal(got, want) || err != nil {
				t.Errorf("watched are %v, want %v (%v)", got, want, err)
			}
		}
		watched()
		s.pass(time.Minute, time.Minute)
		watched(a.Provider)
		s.pass(3*24*time.Hour, 6*time.Hour)
		paid := s.moved(p, payout.Paid)
		s.pass(7*24*time.Hour, 24*time.Hour)
		watched(a.Provider)
		s.OK(s.box.Bounce(paid.ProviderPayout, "account_closed"))
		s.pass(24*time.Hour, 24*time.Hour)
		if got := s.is(p, payout.Returned); got.FailureCode != "account_closed" || s.available() != 500 {
			t.Errorf("returned: %+v", got)
		}
		watched()
		s.agree()
	})
}

// Two looks at an account overtake each other: the later one counts.
func TestAccountOvertaken(t *testing.T) {
	each(t, func(s *desk) {
		a := s.ready(5)
		f := s.refuses()
		slow := f.base
		f.base = &after{base: slow, then: func() { // the first answer is on its way when everything changes
			f.base = slow
			s.Clk.Advance(time.Second)
			s.OK(s.box.Onboard(a.Provider, sandbox.Onboarding{Name: "Ada", Variant: sandbox.Reject}))
			got, err := s.pay.Refresh(s.Ctx, s.creator)
			if s.OK(err); got.Ready() {
				t.Errorf("rejected: %+v", got)
			}
		}}
		got, err := s.pay.Refresh(s.Ctx, s.creator)
		if s.OK(err); got.Ready() || got.DisabledReason == "" {
			t.Errorf("the older answer was kept: %+v", got)
		}
	})
}

// after calls then between the provider's answer and us.
type after struct {
	base http.RoundTripper
	then func()
}

func (a *after) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := a.base.RoundTrip(r)
	a.then()
	return res, err
}
