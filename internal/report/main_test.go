package report_test

import (
	"context"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/payment/collect"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payment/sandbox/sandboxtest"
	"github.com/ovationhq/ovation/internal/payment/stripe"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/purchase"
	"github.com/ovationhq/ovation/internal/report"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// desk is a world with a provider, where coins are paid for and creators are
// paid out.
type desk struct {
	*gifttest.World
	box    *sandboxtest.Box
	shop   *purchase.Service
	pay    *payout.Service
	reader *report.Reader
}

// each runs the test on both engines and then verifies the books.
func each(t *testing.T, test func(s *desk)) {
	t.Helper()
	eachDamaged(t, func(s *desk) {
		test(s)
		ledgertest.Verify(t, s.D, gifttest.Checks(append(append(purchase.Checks(), payout.Checks()...), report.Checks()...)...)...)
	})
}

// eachDamaged is each for tests that end with books that are not right.
func eachDamaged(t *testing.T, test func(s *desk)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		s := &desk{World: gifttest.New(t, d, clk), box: sandboxtest.New(t, clk), reader: report.NewReader(d)}
		api, err := stripe.New(stripe.Config{SecretKey: sandbox.DefaultSecretKey, BaseURL: s.box.URL, WebhookSecrets: []string{sandbox.DefaultWebhookSecret},
			HTTPClient: sandboxtest.Client(30 * time.Second), Timeout: 30 * time.Second})
		s.OK(err)
		s.shop, s.pay = purchase.NewService(d, collect.New(d, api, people.Payer)), payout.NewService(d, api)
		s.Runner.Outside(payout.WorkDrive, func(ctx context.Context, key string) (time.Duration, error) { return s.pay.Drive(ctx, id.Payout(key)) })
		s.Runner.Outside(collect.WorkSettle, func(ctx context.Context, key string) (time.Duration, error) {
			return s.shop.Settle(ctx, id.Payment(key))
		})
		test(s)
	})
}

// buyer makes a fan who has bought the packs with a card.
func (s *desk) buyer(packs ...int64) (fan id.Person, bought []purchase.Purchase) {
	s.T.Helper()
	fan = s.Person()
	card, err := s.shop.AddTestCard(s.Ctx, fan, "pm_card_visa")
	s.OK(err)
	for _, coins := range packs {
		p, err := s.shop.Buy(s.Ctx, purchase.Request{Key: s.Key(), Person: fan, Coins: coins, Currency: "USD", Card: card.ID, ReturnURL: "http://app.test/"})
		s.OK(err)
		bought = append(bought, p)
	}
	return fan, bought
}

// withdraw has so many cents of the creator's paid out.
func (s *desk) withdraw(creator id.Person, cents int64) id.Payout {
	s.T.Helper()
	_, err := s.pay.Onboard(s.Ctx, creator, "http://app.test/done", "http://app.test/again")
	s.OK(err)
	a, err := s.pay.Refresh(s.Ctx, creator)
	s.OK(err)
	s.OK(s.box.Onboard(a.Provider, sandbox.Onboarding{Name: "Ada"}))
	_, err = s.pay.Refresh(s.Ctx, creator)
	s.OK(err)
	p, err := s.pay.Withdraw(s.Ctx, payout.Request{Key: s.Key(), Creator: creator, Amount: cents})
	s.OK(err)
	return p.ID
}

// bought has the fan ask for a pack of 70 coins with the card.
func (s *desk) bought(fan id.Person, card string) purchase.Purchase {
	s.T.Helper()
	p, err := s.shop.Buy(s.Ctx, purchase.Request{Key: s.Key(), Person: fan, Coins: 70, Currency: "USD", Card: card, ReturnURL: "http://app.test/"})
	s.OK(err)
	return p
}
