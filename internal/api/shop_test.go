package api

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/casework"
	"github.com/ovationhq/ovation/internal/chat"
	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/creator"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
	"github.com/ovationhq/ovation/internal/goal"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/live"
	"github.com/ovationhq/ovation/internal/payment/collect"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payment/stripe"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/purchase"
	"github.com/ovationhq/ovation/internal/reconcile"
	"github.com/ovationhq/ovation/internal/report"
	"github.com/ovationhq/ovation/internal/reversal"
	"github.com/ovationhq/ovation/internal/support"
	"github.com/ovationhq/ovation/internal/tip"
)

// shop is the API over the real services, on a database in a temporary
// folder, with the payment sandbox on loopback.
type shop struct {
	*world
	g        *gifttest.World
	box      *sandbox.Server
	people   *people.Service
	operator string // an Authorization line: a host's key with the scope admin
	host     string // another one with everything else
}

func newShop(t *testing.T, change ...func(*Config)) *shop {
	t.Helper()
	clk := clock.NewManual(dbtest.Start)
	d := dbtest.SQLite(t, clk)
	s := &shop{g: gifttest.New(t, d, clk), people: people.NewService(d, people.Test)}
	var err error
	s.box, err = sandbox.New(sandbox.Config{Clock: clk, Seed: 3})
	s.g.OK(err)
	provider := httptest.NewServer(s.box)
	t.Cleanup(provider.Close)
	client, err := stripe.New(stripe.Config{SecretKey: sandbox.DefaultSecretKey, BaseURL: provider.URL})
	s.g.OK(err)
	charges := collect.New(d, client, people.Payer)
	s.world = newWorld(t, func(c *Config) {
		c.Auth = nil
		c.Services = Services{People: s.people, Gifts: s.g.Gifts, Catalogues: gift.NewPublisher(d), Purchases: purchase.NewService(d, charges), Tips: tip.NewService(d, charges, payout.Ready), Payouts: payout.NewService(d, client), Reversals: reversal.NewService(d, client),
			Creators: creator.NewService(d), Limits: limit.NewService(d), Cases: casework.NewService(d, reversal.LimitFor), Reconcile: reconcile.NewService(d, client).Run, Provider: s.box, Reader: report.NewReader(d), Support: support.NewService(d), Goals: goal.NewService(d), Chat: chat.NewService(d), Hub: live.NewHub(d), Stripe: client, PublicURL: "http://ovation.test",
			Now: clk.Now, Observe: nil, Verify: func(ctx context.Context) (*ledger.Report, error) { return ledger.Verify(ctx, d, nil) }}
		for _, f := range change {
			f(c)
		}
	})
	s.db = d
	_, secret, err := s.people.FirstKey(t.Context(), "operator")
	s.g.OK(err)
	s.operator = "Authorization: Bearer " + secret
	_, secret, err = s.people.CreateKey(t.Context(), people.Console(), people.NewKey{Name: "host", Scopes: allButAdmin()})
	s.g.OK(err)
	s.host = "Authorization: Bearer " + secret
	return s
}

// session signs a person in and returns the Authorization line.
func (s *shop) session(t *testing.T, person id.Person) string {
	t.Helper()
	in, err := s.people.MintSession(t.Context(), people.Console(), person, time.Hour)
	s.g.OK(err)
	return "Authorization: Bearer " + in.Token
}

// actingFor is the header with which a host acts for a person.
func actingFor(person id.Person) string { return PersonHeader + ": " + string(person) }

// answered asks, expects the status, and reads the answer.
func (s *shop) answered(t *testing.T, status int, line string, more ...string) map[string]any {
	t.Helper()
	rec := s.ask(t, line, more...)
	if rec.Code != status {
		t.Fatalf("%s: %d, want %d\n%s", line, rec.Code, status, rec.Body)
	}
	var o map[string]any
	if rec.Body.Len() > 0 {
		if err := json.Unmarshal(rec.Body.Bytes(), &o); err != nil {
			t.Fatalf("%s: %v in %s", line, err, rec.Body)
		}
	}
	return o
}

var (
	instants  = regexp.MustCompile(`"\d{4}-\d\d-\d\dT[^"]*"`)
	instantOK = regexp.MustCompile(`^"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"$`)
)

// documented fails the test when an operation has answered with a status or a
// code that its description does not have. Every request of the tests of this
// package goes through it.
func documented(t testing.TB, a *API, method, path string, rec *httptest.ResponseRecorder) {
	t.Helper()
	op, _ := a.router.find(httptest.NewRequest(method, path, nil))
	if op == nil || strings.HasPrefix(op.path, "/v1/fail/") || method == "HEAD" || op.path == "/openapi.json" {
		return
	}
	for _, m := range instants.FindAllString(rec.Body.String(), -1) {
		if !instantOK.MatchString(m) {
			t.Errorf("%s writes the time %s, which is not RFC 3339 in UTC with microseconds", op.route, m)
		}
	}
	response := a.document(op).Responses[strconv.Itoa(rec.Code)]
	if response == nil {
		t.Errorf("%s answered %d, which its description does not have: %.300s", op.route, rec.Code, rec.Body)
		return
	}
	if rec.Code < 400 {
		return
	}
	var p struct{ Code fault.Code }
	if err := json.Unmarshal(rec.Body.Bytes(), &p); err != nil {
		return // problem() tells
	}
	if codes, _ := response.Extensions["x-codes"].([]fault.Code); !slices.Contains(codes, p.Code) {
		t.Errorf("%s answered %d %s, and its description has only %v: %.300s", op.route, rec.Code, p.Code, codes, rec.Body)
	}
}

// TestGiftIsShownToWhomItConcerns checks each field against each reader: the
// balance is the sender's alone.
func TestGiftIsShownToWhomItConcerns(t *testing.T) {
	s := newShop(t)
	fan, star, other := s.g.Fan(100), s.g.Creator(), s.g.Person()
	g := s.g.Give(fan, "rose", s.g.Live(star), 3)
	line := "GET /v1/gifts/" + string(g.ID)
	for name, c := range map[string]struct {
		headers []string
		balance bool
	}{
		"the sender's session":      {[]string{s.session(t, fan)}, true},
		"the host for the sender":   {[]string{s.host, actingFor(fan)}, true},
		"the host itself":           {[]string{s.host}, true},
		"an operator":               {[]string{s.operator}, true},
		"the creator's session":     {[]string{s.session(t, star)}, false},
		"the host for the creator":  {[]string{s.host, actingFor(star)}, false},
		"an operator's key for her": {[]string{s.operator, actingFor(star)}, false},
	} {
		o := s.answered(t, 200, line, c.headers...)
		if _, shown := o["balance"]; shown != c.balance {
			t.Errorf("%s: balance shown: %v, want %v", name, shown, c.balance)
		}
		for _, field := range []string{"object", "id", "gift", "quantity", "price", "coins", "diamonds", "sender", "creator", "target", "transfer", "sent_at"} {
			if o[field] == nil {
				t.Errorf("%s: %s is missing", name, field)
			}
		}
	}
	wantProblem(t, s.ask(t, line, s.session(t, other)), fault.NotFound)
	wantProblem(t, s.ask(t, line, s.host, actingFor(other)), fault.NotFound)
}

// giftOf asks for one of a gift.
func giftOf(key string, sender id.Person, item, target string) gift.Request {
	return gift.Request{Key: key, Sender: sender, Item: item, Quantity: 1, Target: target}
}
