package reversal_test

import (
	"context"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/casework"
	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/collect"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payment/sandbox/sandboxtest"
	"github.com/ovationhq/ovation/internal/payment/stripe"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/programme"
	"github.com/ovationhq/ovation/internal/purchase"
	"github.com/ovationhq/ovation/internal/reversal"
	"github.com/ovationhq/ovation/internal/second"
	"github.com/ovationhq/ovation/internal/tip"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func usd(cents int64) money.Amount { return money.Amount{Units: cents, Asset: money.USD} }

// desk is a world in which money comes in, goes out, and goes back.
type desk struct {
	*gifttest.World
	box     *sandboxtest.Box
	api     *stripe.Client
	collect *collect.Service
	shop    *purchase.Service
	tips    *tip.Service
	pay     *payout.Service
	back    *reversal.Service

	fan, creator id.Person
	card, room   string
	olu, ann     people.Caller // two operators
}

func each(t *testing.T, test func(s *desk)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		s := &desk{World: gifttest.New(t, d, clk), box: sandboxtest.New(t, clk)}
		s.connect()
		s.box.Receive = func(payload []byte, signature string) error {
			ev, err := s.api.ParseWebhook(payload, signature, clk.Now())
			if err == nil {
				err = s.observe(ev)
			}
			return err
		}
		s.people()
		test(s)
		s.settle()
		s.Events()
		s.agree()
	})
}

func (s *desk) connect() {
	s.T.Helper()
	client := sandboxtest.Client(30 * time.Second)
	api, err := stripe.New(stripe.Config{SecretKey: sandbox.DefaultSecretKey, BaseURL: s.box.URL, WebhookSecrets: []string{sandbox.DefaultWebhookSecret}, HTTPClient: client, Timeout: client.Timeout})
	s.OK(err)
	c := collect.New(s.D, api, people.Payer)
	s.api, s.collect, s.shop, s.tips, s.pay, s.back = api, c, purchase.NewService(s.D, c), tip.NewService(s.D, c, payout.Ready), payout.NewService(s.D, api), reversal.NewService(s.D, api)
	patient := func(f func(context.Context, string) (time.Duration, error)) func(context.Context, string) (time.Duration, error) {
		return func(ctx context.Context, key string) (time.Duration, error) {
			again, err := f(ctx, key)
			if again > 0 {
				err = nil // the provider's refusal is for the log
			}
			return again, err
		}
	}
	s.Runner.Outside(collect.WorkSettle, patient(func(ctx context.Context, key string) (time.Duration, error) { return c.Settle(ctx, id.Payment(key)) }))
	s.Runner.Outside(payout.WorkDrive, patient(func(ctx context.Context, key string) (time.Duration, error) { return s.pay.Drive(ctx, id.Payout(key)) }))
	s.Runner.Outside(reversal.WorkDrive, patient(s.back.Drive))
}

func (s *desk) observe(ev payment.Event) error {
	for _, f := range []func(context.Context, payment.Event) (bool, error){s.back.Observe, s.collect.Observe, s.pay.Observe} {
		if handled, err := f(s.Ctx, ev); handled || err != nil {
			return err
		}
	}
	return nil
}

// people makes a fan with a card, a creator who may be paid, and two operators.
func (s *desk) people() {
	s.T.Helper()
	s.Write(func(tx *db.Tx) error {
		age := programme.Criterion{Metric: programme.AgeYears, Op: programme.AtLeast, Threshold: 18, Label: "criterion.age_years"}
		err := programme.Install(s.Ctx, tx, []programme.Policy{{Version: "current@1", Preset: "current", Programme: programme.Tips, Region: programme.Everywhere, FromUS: 1, GraceDays: 30, ReapplyDays: 30,
			Criteria: []programme.Criterion{age}}})
		if err == nil {
			err = tip.Install(s.Ctx, tx, tipRules())
		}
		if err != nil {
			return err
		}
		if err := payout.InstallRules(s.Ctx, tx, payout.Rules{Version: "current@1", FromUS: 1, NoticeDay: 1, PayDay: 15, Agree: 500_00}); err != nil {
			return err
		}
		return reversal.Install(s.Ctx, tx, []reversal.Rule{{Version: "current@1", FromUS: 1, Agree: usd(200_00)}, {Version: "current@1", Region: "FR", FromUS: 1, Days: 14, Agree: usd(200_00)}})
	})
	s.fan = s.Person(func(p *people.NewPerson) { p.Region = "FR" })
	s.creator = s.Creator()
	s.Write(func(tx *db.Tx) error {
		_, err := programme.Join(s.Ctx, tx, programme.Subject{Person: s.creator, Region: "US", BirthDate: "1995-01-31", AccountKind: "personal", CreatedUS: 1}, programme.Tips)
		return err
	})
	s.room = s.Live(s.creator)
	s.card = s.save("pm_card_bypassPending")
	s.olu, s.ann = people.Caller{Person: s.Person(), Roles: []people.Role{people.Operator}}, people.Caller{Person: s.Person(), Roles: []people.Role{people.Operator}}
	_, err := s.pay.Onboard(s.Ctx, s.creator, "http://app.test/done", "http://app.test/again")
	s.OK(err)
	a, err := s.pay.Refresh(s.Ctx, s.creator)
	s.OK(err)
	s.OK(s.box.Onboard(a.Provider, sandbox.Onboarding{Name: "Ada"}))
	_, err = s.pay.Refresh(s.Ctx, s.creator)
	s.OK(err)
}

func tipRules() (all []tip.Rule) {
	for _, a := range []money.Asset{"USD", "EUR"} {
		all = append(all, tip.Rule{Version: "current@1", Asset: a, FromUS: 1, Presets: []int64{500, 1000, 1500}, Min: 100, Max: 100_00, DayUnits: 500_00, DayTips: 100, FeePPM: 29_000, FeeFixed: 30})
	}
	return all
}

func (s *desk) save(card string) string {
	s.T.Helper()
	s.Clk.Advance(time.Millisecond)
	c, err := s.collect.AddTestCard(s.Ctx, s.fan, card)
	s.OK(err)
	return c.ID
}

func checks() []ledger.Check {
	var all []ledger.Check
	for _, c := range [][]ledger.Check{purchase.Checks(), payout.Checks(), tip.Checks(), casework.Checks(), reversal.Checks(), second.Checks(reversal.GivingUp, payout.Releasing), limit.Checks(id.KindPurchase, id.KindTip)} {
		all = append(all, c...)
	}
	return all
}

func (s *desk) verify() {
	s.T.Helper()
	ledgertest.Verify(s.T, s.D, gifttest.Checks(checks()...)...)
}

// agree verifies the books and compares them with the provider's.
func (s *desk) agree() {
	s.T.Helper()
	s.verify()
	s.box.Compare(s.D)
}

// settle lets what is due happen on both sides.
func (s *desk) settle() {
	s.T.Helper()
	for range 2 {
		s.box.Settle()
		s.RunDue()
	}
}

func (s *desk) later(d time.Duration) {
	s.T.Helper()
	s.Clk.Advance(d)
	s.settle()
	s.agree()
}

// buys has the fan buy coins.
func (s *desk) buys(coins int64, currency money.Asset) purchase.Purchase {
	s.T.Helper()
	p, err := s.shop.Buy(s.Ctx, purchase.Request{Key: s.Key(), Person: s.fan, Coins: coins, Currency: currency, Card: s.card, ReturnURL: "http://app.test/back"})
	s.OK(err)
	if p.Outcome != payment.Succeeded {
		s.T.Fatalf("the purchase is %+v", p)
	}
	return p
}

func (s *desk) tipped(cents int64, change ...func(*tip.Request)) tip.Tip {
	s.T.Helper()
	r := tip.Request{Key: s.Key(), Fan: s.fan, Creator: s.creator, Amount: usd(cents), Card: s.card, ReturnURL: "http://app.test/back"}
	for _, f := range change {
		f(&r)
	}
	t, err := s.tips.Give(s.Ctx, r)
	s.OK(err)
	return t
}

func (s *desk) refund(by people.Caller, q reversal.Request) (reversal.Reversal, error) {
	if q.Key == "" {
		q.Key = s.Key()
	}
	return s.back.Refund(s.Ctx, by, q)
}

func (s *desk) must(by people.Caller, q reversal.Request) reversal.Reversal {
	s.T.Helper()
	r, err := s.refund(by, q)
	s.OK(err)
	return r
}

func (s *desk) is(id string, want reversal.State) reversal.Reversal {
	s.T.Helper()
	r, err := s.back.Get(s.Ctx, id)
	s.OK(err)
	if r.State != want {
		s.T.Fatalf("it is %+v, want %s", r, want)
	}
	return r
}

func (s *desk) me() people.Caller { return people.Caller{Person: s.fan, Roles: nil} }

// charge is the provider's id of the charge for the subject.
func (s *desk) charge(subject string) (c payment.Record) {
	s.T.Helper()
	s.Read(func(tx *db.Tx) (err error) {
		c, err = payment.ForSubject(s.Ctx, tx, subject)
		return err
	})
	return c
}

// disputes opens a dispute about what was paid, and lets the news arrive.
func (s *desk) disputes(subject string, amount int64, inquiry bool) reversal.Reversal {
	s.T.Helper()
	d, err := s.box.Dispute(s.charge(subject).Provider, "fraudulent", amount, inquiry)
	s.OK(err)
	s.settle()
	r := s.latest(subject)
	if r.Provider != d {
		s.T.Fatalf("the last dispute is %+v, want %s", r, d)
	}
	return r
}

// latest is the last dispute of what was paid.
func (s *desk) latest(subject string) (r reversal.Reversal) {
	s.T.Helper()
	s.Read(func(tx *db.Tx) error {
		all, err := reversal.List(s.Ctx, tx, reversal.Query{Kind: id.KindDispute, Subject: subject, Limit: 1})
		if len(all) > 0 {
			r = all[0]
		}
		return err
	})
	return r
}

func (s *desk) closes(r reversal.Reversal, won bool) {
	s.T.Helper()
	s.OK(s.box.CloseDispute(r.Provider, won))
	s.settle()
}

// snapshot is what a dispute that is won returns to.
type snapshot struct {
	coins, pending, diamonds, available, reserve, revenue, deferred, costs int64
}

func (s *desk) snapshot() snapshot {
	s.T.Helper()
	var b earnings.Balance
	s.Read(func(tx *db.Tx) (err error) {
		b, err = earnings.BalanceOf(s.Ctx, tx, s.creator)
		return err
	})
	return snapshot{s.Coins(s.fan), b.Pending.Units, b.PendingDiamonds, b.Available.Units, s.Balance(ledger.Reserve, money.USD), s.Balance(ledger.GiftRevenue, money.USD),
		s.Balance(ledger.Deferred, money.USD), s.Balance(ledger.DisputeCosts, money.USD)}
}

// paysOut has all that the creator has available paid out to the bank.
func (s *desk) paysOut() {
	s.T.Helper()
	_, err := s.pay.Withdraw(s.Ctx, payout.Request{Key: s.Key(), Creator: s.creator})
	s.OK(err)
	s.later(2 * time.Minute)
	s.later(4 * 24 * time.Hour)
}
