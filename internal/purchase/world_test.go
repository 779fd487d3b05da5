package purchase_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/collect"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payment/sandbox/sandboxtest"
	"github.com/ovationhq/ovation/internal/payment/stripe"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/purchase"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// shop is a world with the provider beside it.
type shop struct {
	*gifttest.World
	box  *sandboxtest.Box
	api  *stripe.Client
	shop *purchase.Service
	fan  id.Person
	card string // saved, and it pays

	heard []payment.Event // the webhooks that arrived
}

// each runs the test on both engines. At the end the books are right, and the
// provider holds exactly what we say that it holds.
func each(t *testing.T, test func(s *shop)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		s := &shop{World: gifttest.New(t, d, clk), box: sandboxtest.New(t, clk)}
		s.connect(sandboxtest.Client(30 * time.Second))
		s.box.Receive = func(payload []byte, signature string) error {
			ev, err := s.api.ParseWebhook(payload, signature, clk.Now())
			if err != nil {
				t.Errorf("webhook: %v", err)
				return err
			}
			s.heard = append(s.heard, ev)
			_, err = s.shop.Observe(s.Ctx, ev)
			return err
		}
		s.fan = s.Person()
		s.card = s.save("pm_card_visa")
		test(s)
		s.Events()
		s.agree()
	})
}

// agree verifies the books and compares them with the provider's.
func (s *shop) agree() {
	s.T.Helper()
	ledgertest.Verify(s.T, s.D, gifttest.Checks(purchase.Checks()...)...)
	s.box.Compare(s.D)
}

// connect makes the service anew, with another way to reach the provider.
func (s *shop) connect(client *http.Client) {
	s.T.Helper()
	api, err := stripe.New(stripe.Config{SecretKey: sandbox.DefaultSecretKey, BaseURL: s.box.URL, WebhookSecrets: []string{sandbox.DefaultWebhookSecret}, HTTPClient: client, Timeout: client.Timeout})
	s.OK(err)
	s.api, s.shop = api, purchase.NewService(s.D, collect.New(s.D, api, people.Payer))
	s.Runner.Outside(collect.WorkSettle, s.settleWork)
}

// save keeps one of the provider's test cards with the fan.
func (s *shop) save(card string) string {
	s.T.Helper()
	s.Clk.Advance(time.Millisecond)
	c, err := s.shop.AddTestCard(s.Ctx, s.fan, card)
	s.OK(err)
	return c.ID
}

// request asks for 70 coins with the card that pays.
func (s *shop) request() purchase.Request {
	return purchase.Request{Key: s.Key(), Person: s.fan, Coins: 70, Currency: "USD", Card: s.card, ReturnURL: "http://app.test/back"}
}

// fails lets the next call of the operation go wrong.
func (s *shop) fails(operation string, mode sandbox.Mode) {
	s.box.AddFault(sandbox.Fault{Operation: operation, Mode: mode, Next: 1})
}

// is fails the test unless the purchase has the outcome, and a lot only if it
// was paid.
func (s *shop) is(p purchase.Purchase, want payment.Outcome) purchase.Purchase {
	s.T.Helper()
	got, err := s.shop.Get(s.Ctx, p.ID)
	s.OK(err)
	if got.Outcome != want || (got.Lot != "") != (want == payment.Succeeded) {
		s.T.Fatalf("the purchase is %+v, want %s", got, want)
	}
	return got
}

// charges returns how many payments the provider knows of the fan.
func (s *shop) charges() int {
	s.T.Helper()
	var customer string
	s.Read(func(tx *db.Tx) (err error) {
		customer, err = payment.CustomerOf(s.Ctx, tx, s.fan)
		return err
	})
	found, err := s.api.FindCharges(s.Ctx, customer, 100)
	s.OK(err)
	return len(found)
}
