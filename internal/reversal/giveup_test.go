package reversal_test

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payment/sandbox/sandboxtest"
	"github.com/ovationhq/ovation/internal/payment/stripe"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/reversal"
	"github.com/ovationhq/ovation/internal/second"
)

// givingUp is the last decision to give the dispute up.
func (s *desk) givingUp(dispute string, want second.State) (d second.Decision) {
	s.T.Helper()
	s.Read(func(tx *db.Tx) (err error) {
		d, err = second.About(s.Ctx, tx, reversal.GivingUp, dispute)
		return err
	})
	if d.State != want {
		s.T.Fatalf("giving it up is %+v, want %q", d, want)
	}
	return d
}

// Above the limit two people give a dispute up; what the first one says does nothing,
// and neither of them is who paid.
func TestGiveUpByTwo(t *testing.T) {
	each(t, func(s *desk) {
		s.limited(5_00)
		d, small := s.disputes(string(s.buys(700, "USD").ID), 0, false), s.disputes(string(s.buys(70, "USD").ID), 0, false)
		payer := people.Caller{Person: s.fan, Roles: s.olu.Roles}
		_, err := s.back.Accept(s.Ctx, payer, small.ID, "To me.")
		s.Want(err, fault.Forbidden)
		_, err = s.back.Accept(s.Ctx, s.olu, small.ID, "Not worth it.")
		s.OK(err)
		s.is(small.ID, reversal.Lost)
		s.givingUp(small.ID, second.Alone)
		before := s.snapshot()
		for range 2 { // two clicks are one proposal
			r, err := s.back.Accept(s.Ctx, s.olu, d.ID, "Not worth it, either.")
			if s.OK(err); r.State != reversal.Open || !r.GivingUp.Waits() {
				t.Errorf("%+v", r)
			}
		}
		_, err = s.back.Accept(s.Ctx, s.ann, d.ID, "I think so, too.")
		s.Want(err, fault.StateConflict)
		s.later(2 * time.Hour)
		s.is(d.ID, reversal.Open)
		if now := s.snapshot(); now != before {
			t.Errorf("%+v after %+v", now, before)
		}
		for _, by := range []people.Caller{s.olu, payer, {Key: "key_host", Scopes: []people.Scope{people.Admin}}} {
			_, err = s.back.AgreeAccept(s.Ctx, by, d.ID)
			s.Want(err, fault.Forbidden)
		}
		_, err = s.back.AgreeAccept(s.Ctx, s.me(), d.ID)
		s.Want(err, fault.RoleRequired)
		_, err = s.back.DeclineAccept(s.Ctx, payer, d.ID, "I want it back.")
		s.Want(err, fault.Forbidden)
		_, err = s.back.Answer(s.Ctx, payer, d.ID, "The customer is right.")
		s.Want(err, fault.Forbidden)
		_, err = s.back.DeclineAccept(s.Ctx, s.ann, d.ID, "Let us try.")
		s.OK(err)
		_, err = s.back.AgreeAccept(s.Ctx, s.ann, d.ID)
		s.Want(err, fault.StateConflict)
		_, err = s.back.Accept(s.Ctx, s.ann, d.ID, "It is not.")
		s.OK(err)
		r, err := s.back.AgreeAccept(s.Ctx, s.olu, d.ID)
		if s.OK(err); r.State != reversal.Lost || r.Note != "It is not." {
			t.Errorf("%+v", r)
		}
		if g := s.givingUp(d.ID, second.Agreed); g.By != s.ann.ID() || g.EndedBy != s.olu.ID() {
			t.Errorf("%+v", g)
		}
		_, err = s.back.AgreeAccept(s.Ctx, s.ann, d.ID)
		s.Want(err, fault.AlreadyDone)
		_, err = s.back.AgreeAccept(s.Ctx, s.ann, "dsp_x")
		s.Want(err, fault.NotFound)
		signed := [][]string{s.acted("dispute.accept_propose", d.ID), s.acted("dispute.accept_decline", d.ID), s.acted("dispute.accept", d.ID)}
		if want := [][]string{{s.olu.ID(), s.ann.ID()}, {s.ann.ID()}, {s.olu.ID()}}; !slices.EqualFunc(signed, want, slices.Equal) {
			t.Errorf("signed by %v", signed)
		}
	})
}

// A proposal takes nothing from the days of the dispute: an answer may be handed in
// meanwhile and ends it, and so does the bank.
func TestGiveUpMeanwhile(t *testing.T) {
	each(t, func(s *desk) {
		s.limited(1)
		answered, ended := s.disputes(string(s.buys(700, "USD").ID), 0, false), s.disputes(string(s.buys(70, "USD").ID), 0, false)
		for _, d := range []reversal.Reversal{answered, ended} {
			_, err := s.back.Accept(s.Ctx, s.olu, d.ID, "Not worth it.")
			s.OK(err)
		}
		_, err := s.back.Answer(s.Ctx, s.ann, answered.ID, "It was used.")
		s.OK(err)
		s.is(answered.ID, reversal.Answered)
		s.givingUp(answered.ID, second.Lapsed)
		_, err = s.back.AgreeAccept(s.Ctx, s.ann, answered.ID)
		s.Want(err, fault.StateConflict)
		s.closes(ended, true)
		s.is(ended.ID, reversal.Won)
		s.givingUp(ended.ID, second.Lapsed)
		_, err = s.back.AgreeAccept(s.Ctx, s.ann, ended.ID)
		s.Want(err, fault.AlreadyDone)
	})
}

// provider is the sandbox's behind the transport.
func (s *desk) provider(t http.RoundTripper) *stripe.Client {
	client := sandboxtest.Client(30 * time.Second)
	client.Transport = t
	api, err := stripe.New(stripe.Config{SecretKey: sandbox.DefaultSecretKey, BaseURL: s.box.URL, HTTPClient: client, Timeout: client.Timeout})
	s.OK(err)
	return api
}

// refusing is a provider that does not take what is decided about disputes.
type refusing struct{ http.RoundTripper }

func (r refusing) RoundTrip(q *http.Request) (*http.Response, error) {
	if q.Method != http.MethodPost || !strings.HasPrefix(q.URL.Path, "/v1/disputes/") {
		return r.RoundTripper.RoundTrip(q)
	}
	body := `{"error":{"type":"invalid_request_error","code":"dispute_locked","message":"This dispute can not be closed now."}}`
	return &http.Response{Status: "400 Bad Request", StatusCode: http.StatusBadRequest, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: q}, nil
}

// away is a provider that does not hear what is decided about disputes.
type away struct{ http.RoundTripper }

func (r away) RoundTrip(q *http.Request) (*http.Response, error) {
	if q.Method != http.MethodPost || !strings.HasPrefix(q.URL.Path, "/v1/disputes/") {
		return r.RoundTripper.RoundTrip(q)
	}
	body := `{"error":{"type":"api_error","message":"Try again."}}`
	return &http.Response{Status: "503 Service Unavailable", StatusCode: http.StatusServiceUnavailable, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: q}, nil
}

// What never reached the provider before the bank decided is not written down as
// done: neither the answer, nor why it was given up.
func TestDecidedTooLate(t *testing.T) {
	each(t, func(s *desk) {
		s.limited(100_00)
		s.buys(1400, "USD")
		late := reversal.NewService(s.D, s.provider(away{http.DefaultTransport}))
		for what, decide := range map[string]func(dispute string) error{
			"answered": func(d string) error { _, err := late.Answer(s.Ctx, s.olu, d, "It was used."); return err },
			"given up": func(d string) error { _, err := late.Accept(s.Ctx, s.olu, d, "Not worth it."); return err },
		} {
			d := s.disputes(string(s.buys(70, "USD").ID), 0, false)
			if err := decide(d.ID); err == nil {
				t.Errorf("%s: nobody is told that it did not get there", what)
			}
			s.closes(d, true)
			if r := s.is(d.ID, reversal.Won); r.Evidence != "" || r.Note != "" || r.Deciding != "" {
				t.Errorf("%s: %+v", what, r)
			}
			if what == "given up" {
				s.givingUp(d.ID, second.Undone)
			}
		}
	})
}

// What the provider refuses was not given up and counts no more, and may be decided
// again.
func TestGiveUpRefused(t *testing.T) {
	each(t, func(s *desk) {
		s.limited(1_00)
		s.buys(1400, "USD")
		d := s.disputes(string(s.buys(70, "USD").ID), 0, false)
		_, err := reversal.NewService(s.D, s.provider(refusing{http.DefaultTransport})).Accept(s.Ctx, s.olu, d.ID, "Not worth it.")
		if err == nil {
			t.Fatal("the provider did not take it, and nobody is told")
		}
		if r := s.is(d.ID, reversal.Open); r.Failure != "refused" || r.FailureWhy == "" || r.Note != "" {
			t.Errorf("%+v", r)
		}
		s.givingUp(d.ID, second.Undone)
		if n := len(s.acted("dispute.refused", d.ID)); n != 1 {
			t.Errorf("%d entries", n)
		}
		s.verify()
		_, err = s.back.Accept(s.Ctx, s.olu, d.ID, "Not worth it.") // 99 cents once, and not twice
		s.OK(err)
		if r := s.is(d.ID, reversal.Lost); r.FailureWhy != "" {
			t.Errorf("%+v", r)
		}
	})
}
