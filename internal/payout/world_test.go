package payout_test

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/collect"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payment/sandbox/sandboxtest"
	"github.com/ovationhq/ovation/internal/payment/stripe"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/purchase"
	"github.com/ovationhq/ovation/internal/second"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func usd(cents int64) money.Amount { return money.Amount{Units: cents, Asset: money.USD} }

// desk is a world with a provider, and a creator who wants money.
type desk struct {
	*gifttest.World
	box     *sandboxtest.Box
	api     *stripe.Client
	shop    *purchase.Service
	pay     *payout.Service
	creator id.Person
	room    string
}

func each(t *testing.T, test func(s *desk)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		s := &desk{World: gifttest.New(t, d, clk), box: sandboxtest.New(t, clk)}
		s.connect(sandboxtest.Client(30 * time.Second))
		s.box.Receive = func(payload []byte, signature string) error {
			ev, err := s.api.ParseWebhook(payload, signature, clk.Now())
			if err != nil {
				t.Errorf("webhook: %v", err)
				return err
			}
			return s.observe(ev)
		}
		s.creator = s.Creator()
		s.room = s.Live(s.creator)
		test(s)
		s.Events()
		s.agree()
	})
}

func (s *desk) observe(ev payment.Event) error {
	handled, err := s.pay.Observe(s.Ctx, ev)
	if !handled && err == nil {
		_, err = s.shop.Observe(s.Ctx, ev)
	}
	return err
}

// connect makes the services anew, with another way to reach the provider.
func (s *desk) connect(client *http.Client) {
	s.T.Helper()
	api, err := stripe.New(stripe.Config{SecretKey: sandbox.DefaultSecretKey, BaseURL: s.box.URL, WebhookSecrets: []string{sandbox.DefaultWebhookSecret},
		HTTPClient: client, Timeout: client.Timeout})
	s.OK(err)
	s.api, s.shop, s.pay = api, purchase.NewService(s.D, collect.New(s.D, api, people.Payer)), payout.NewService(s.D, api)
	s.Runner.Outside(payout.WorkDrive, func(ctx context.Context, key string) (time.Duration, error) {
		again, err := s.pay.Drive(ctx, id.Payout(key))
		if again > 0 {
			err = nil // the provider's refusal to go on is for the log
		}
		return again, err
	})
	s.Runner.Outside(collect.WorkSettle, func(ctx context.Context, key string) (time.Duration, error) {
		return s.shop.Settle(ctx, id.Payment(key))
	})
}

func checks() []ledger.Check {
	return slices.Concat(purchase.Checks(), payout.Checks(), second.Checks(payout.Releasing))
}

// agree verifies the books and compares them with the provider's.
func (s *desk) agree() {
	s.T.Helper()
	ledgertest.Verify(s.T, s.D, gifttest.Checks(checks()...)...)
	if ours, theirs := s.Balance(ledger.Provider, money.USD), s.box.Holds("", "USD"); ours != -theirs {
		s.T.Errorf("the provider holds %d for us, our books say %d", theirs, -ours)
	}
}

// later moves the clock, lets what is due happen on both sides, and compares
// the books.
func (s *desk) later(d time.Duration) {
	s.T.Helper()
	s.Clk.Advance(d)
	s.box.Settle()
	s.RunDue()
	s.box.Settle()
	s.RunDue()
	s.agree()
}

// gives has a new fan buy coins with the card and give roses for so many
// dollars of the creator's.
func (s *desk) gives(dollars int64, card string) {
	s.T.Helper()
	fan := s.Person()
	c, err := s.shop.AddTestCard(s.Ctx, fan, card)
	s.OK(err)
	for left := dollars * 200; left > 0; left -= 1400 {
		_, err := s.shop.Buy(s.Ctx, purchase.Request{Key: s.Key(), Person: fan, Coins: 1400, Currency: "USD", Card: c.ID, ReturnURL: "http://app.test/"})
		s.OK(err)
		s.Give(fan, "rose", s.room, min(left, 1400)/5)
	}
}

// earns makes so many dollars available to the creator.
func (s *desk) earns(dollars int64) {
	s.T.Helper()
	s.gives(dollars, "pm_card_visa")
	s.later(9 * 24 * time.Hour)
}

// account opens the creator's account and fills it in.
func (s *desk) account(in sandbox.Onboarding) payout.Account {
	s.T.Helper()
	_, err := s.pay.Onboard(s.Ctx, s.creator, "http://app.test/done", "http://app.test/again")
	s.OK(err)
	a, err := s.pay.Refresh(s.Ctx, s.creator)
	s.OK(err)
	s.OK(s.box.Onboard(a.Provider, in))
	a, err = s.pay.Refresh(s.Ctx, s.creator)
	s.OK(err)
	return a
}

// ready is a creator with an account in order and dollars available.
func (s *desk) ready(dollars int64) payout.Account {
	s.T.Helper()
	s.earns(dollars)
	return s.account(sandbox.Onboarding{Name: "Ada"})
}

// alone has one operator release what another one holds, up to so many cents.
func (s *desk) alone(cents int64) {
	s.T.Helper()
	s.Write(func(tx *db.Tx) error {
		return payout.InstallRules(s.Ctx, tx, payout.Rules{Version: "alone@1", NoticeDay: 1, PayDay: 15, Agree: cents})
	})
}

func (s *desk) withdraw(cents int64) (payout.Payout, error) {
	return s.pay.Withdraw(s.Ctx, payout.Request{Key: s.Key(), Creator: s.creator, Amount: cents})
}

func (s *desk) must(cents int64) payout.Payout {
	s.T.Helper()
	p, err := s.withdraw(cents)
	s.OK(err)
	return p
}

// is fails the test unless the payout is in the state.
func (s *desk) is(p payout.Payout, want payout.State) (got payout.Payout) {
	s.T.Helper()
	s.Read(func(tx *db.Tx) (err error) {
		got, err = payout.Get(s.Ctx, tx, p.ID)
		return err
	})
	if got.State != want {
		s.T.Fatalf("the payout is %+v, want %s", got, want)
	}
	return got
}

// available is what the creator can have paid out.
func (s *desk) available() int64 {
	s.T.Helper()
	return s.Balance(ledger.AvailablePath(s.creator), money.USD)
}

// earned returns the creator's earnings, oldest first.
func (s *desk) earned() (all []earnings.Earning) {
	s.T.Helper()
	s.Read(func(tx *db.Tx) error {
		found, err := earnings.OfCreator(s.Ctx, tx, s.creator, "", 100)
		for _, e := range found {
			all = append([]earnings.Earning{e}, all...)
		}
		return err
	})
	return all
}

// transfers returns what the provider knows of the payout's transfers.
func (s *desk) transfers(p payout.Payout) []payment.Transfer {
	s.T.Helper()
	found, err := s.api.FindTransfers(s.Ctx, string(p.ID))
	s.OK(err)
	return found
}

// told returns the types of the payouts' events.
func (s *desk) told() (types []string) {
	s.T.Helper()
	for _, e := range s.Events("payout.scheduled", "payout.held", "payout.released", "payout.sent", "payout.paid", "payout.failed", "payout.canceled") {
		types = append(types, e.Type)
		if e.Topic != "person:"+string(s.creator) {
			s.T.Errorf("%s was told to %s", e.Type, e.Topic)
		}
	}
	return types
}
