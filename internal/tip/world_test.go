package tip_test

import (
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/casework"
	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
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
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/programme"
	"github.com/ovationhq/ovation/internal/tip"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// jar is a world with the provider beside it, a fan with a card and a creator
// who may be tipped.
type jar struct {
	*gifttest.World
	box     *sandboxtest.Box
	api     *stripe.Client
	tips    *tip.Service
	fan     id.Person
	creator id.Person
	room    string
	card    string
	closed  error // why the creator can not be paid, nil if they can
}

// rules are those of the currencies of the tests.
func rules(version string, fromUS int64, change ...func(*tip.Rule)) (all []tip.Rule) {
	for _, a := range []money.Asset{"EUR", "GBP", "JPY", "KWD", "USD"} {
		r := rule(a)
		r.Version, r.FromUS, r.Presets = version, fromUS, []int64{500, 1000, 1500}
		for _, f := range change {
			f(&r)
		}
		all = append(all, r)
	}
	return all
}

// each runs the test on both engines. At the end the books are right, and the
// provider holds exactly what we say that it holds.
func each(t *testing.T, test func(s *jar)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		s := &jar{World: gifttest.New(t, d, clk), box: sandboxtest.New(t, clk)}
		client := sandboxtest.Client(30 * time.Second)
		api, err := stripe.New(stripe.Config{SecretKey: sandbox.DefaultSecretKey, BaseURL: s.box.URL, WebhookSecrets: []string{sandbox.DefaultWebhookSecret}, HTTPClient: client, Timeout: client.Timeout})
		s.OK(err)
		c := collect.New(d, api, people.Payer)
		s.api, s.tips = api, tip.NewService(d, c, s.ready)
		s.Runner.Outside(collect.WorkSettle, s.settle)
		s.box.Receive = func(payload []byte, signature string) error {
			ev, err := api.ParseWebhook(payload, signature, clk.Now())
			if err == nil {
				_, err = c.Observe(s.Ctx, ev)
			}
			return err
		}
		s.begin()
		test(s)
		s.Events()
		s.agree()
	})
}

// begin installs the rules of tips and makes the people.
func (s *jar) begin() {
	s.T.Helper()
	s.Write(func(tx *db.Tx) error {
		age := programme.Criterion{Metric: programme.AgeYears, Op: programme.AtLeast, Threshold: 18, Label: "criterion.age_years"}
		err := programme.Install(s.Ctx, tx, []programme.Policy{{Version: "current@1", Preset: "current", Programme: programme.Tips, Region: programme.Everywhere, FromUS: 1, GraceDays: 30, ReapplyDays: 30,
			Criteria: []programme.Criterion{age}}})
		if err != nil {
			return err
		}
		return tip.Install(s.Ctx, tx, rules("current@1", 1))
	})
	s.fan, s.creator = s.Person(), s.Creator()
	s.joins(s.creator)
	s.room = s.Live(s.creator)
	s.card = s.save(s.fan, "pm_card_visa")
}

// joins lets the person be tipped.
func (s *jar) joins(p id.Person) {
	s.T.Helper()
	s.Write(func(tx *db.Tx) error {
		_, err := programme.Join(s.Ctx, tx, programme.Subject{Person: p, Region: "US", BirthDate: "1995-01-31", AccountKind: "personal", CreatedUS: 1}, programme.Tips)
		return err
	})
}

// agree verifies the books and compares them with the provider's.
func (s *jar) agree() {
	s.T.Helper()
	ledgertest.Verify(s.T, s.D, gifttest.Checks(checks()...)...)
	s.box.Compare(s.D)
}

func checks() []ledger.Check { return append(tip.Checks(), casework.Checks()...) }

func (s *jar) save(p id.Person, card string) string {
	s.T.Helper()
	s.Clk.Advance(time.Millisecond)
	c, err := s.tips.AddTestCard(s.Ctx, p, card)
	s.OK(err)
	return c.ID
}

// request asks for a tip of $5 with the card that pays.
func (s *jar) request(change ...func(*tip.Request)) tip.Request {
	r := tip.Request{Key: s.Key(), Fan: s.fan, Creator: s.creator, Amount: usd(5_00), Card: s.card, ReturnURL: "http://app.test/back?tip=" + tip.IDInReturnURL}
	for _, f := range change {
		f(&r)
	}
	return r
}

func usd(cents int64) money.Amount { return money.Amount{Units: cents, Asset: money.USD} }

func covered(r *tip.Request) { r.CoverFee = true }

// gives gives a tip, which succeeds.
func (s *jar) gives(change ...func(*tip.Request)) tip.Tip {
	s.T.Helper()
	t, err := s.tips.Give(s.Ctx, s.request(change...))
	s.OK(err)
	if t.Outcome != payment.Succeeded {
		s.T.Fatalf("the tip is %+v", t)
	}
	return t
}

// is returns the tip as it stands.
func (s *jar) is(t tip.Tip, want payment.Outcome) tip.Tip {
	s.T.Helper()
	got, err := s.tips.Get(s.Ctx, t.ID)
	s.OK(err)
	if got.Outcome != want {
		s.T.Fatalf("the tip is %+v, want %s", got, want)
	}
	return got
}
