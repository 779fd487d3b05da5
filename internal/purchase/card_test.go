package purchase_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payment/sandbox/sandboxtest"
)

const (
	detach    = "POST /v1/payment_methods/*/detach"
	listCards = "GET /v1/payment_methods"
)

// saved tells whether the card is among the fan's.
func (s *shop) saved(card string) bool {
	s.T.Helper()
	cards, err := s.shop.Cards(s.Ctx, s.fan)
	s.OK(err)
	for _, c := range cards {
		if c.ID == card {
			return true
		}
	}
	return false
}

// A card is removed once. Whatever is lost on the way, the answer says what is
// so, and another try does it.
func TestRemoveCard(t *testing.T) {
	each(t, func(s *shop) {
		s.OK(s.shop.RemoveCard(s.Ctx, s.fan, s.card))
		s.Want(s.shop.RemoveCard(s.Ctx, s.fan, s.card), fault.NotFound)
		s.Want(s.shop.RemoveCard(s.Ctx, s.Person(), s.card), fault.NotFound)
		for mode, done := range map[sandbox.Mode]bool{
			sandbox.After: true, sandbox.Sticky: true, sandbox.Reset: true, sandbox.Timeout: true,
			sandbox.Before: false, sandbox.ResetBefore: false, sandbox.TimeoutBefore: false, sandbox.RateLimit: false,
		} {
			card := s.save("pm_card_visa")
			if mode == sandbox.Timeout || mode == sandbox.TimeoutBefore {
				s.connect(sandboxtest.Client(impatient))
			}
			s.fails(detach, mode)
			err := s.shop.RemoveCard(s.Ctx, s.fan, card)
			s.connect(sandboxtest.Client(30 * time.Second))
			if (err == nil) != done || s.saved(card) == done {
				t.Errorf("%s: %v, still there: %t", mode, err, s.saved(card))
			}
			if done {
				continue
			}
			f := s.Want(err, fault.UpstreamFailed)
			if told := strings.Contains(f.Detail, "did not say whether the card was removed"); told == (mode == sandbox.RateLimit) {
				t.Errorf("%s: %s", mode, f.Detail)
			}
			s.Clk.Advance(time.Second)
			s.OK(s.shop.RemoveCard(s.Ctx, s.fan, card))
		}
		card := s.save("pm_card_visa")
		s.fails(listCards, sandbox.Before)
		s.Want(s.shop.RemoveCard(s.Ctx, s.fan, card), fault.UpstreamFailed)
		if !s.saved(card) {
			t.Error("a card was removed that nobody knew to be the fan's")
		}
	})
}

// A provider that hangs leaves time to look and to answer.
func TestRemoveCardPatience(t *testing.T) {
	each(t, func(s *shop) {
		s.shop.Patience = impatient
		for _, mode := range []sandbox.Mode{sandbox.TimeoutBefore, sandbox.Timeout} {
			s.fails(detach, mode)
			if err := s.shop.RemoveCard(s.Ctx, s.fan, s.card); (err == nil) != (mode == sandbox.Timeout) {
				t.Errorf("%s: %v", mode, err)
			}
			s.Clk.Advance(time.Second)
		}
	})
}

// While nothing can be written people see their cards and remove them, also cards
// that were never seen here; what could not be kept is in the log, and kept later.
func TestCardsUnwritten(t *testing.T) {
	each(t, func(s *shop) {
		var log bytes.Buffer
		s.shop.Log = slog.New(slog.NewTextHandler(&log, nil))
		kept := func() int64 { return s.Count("SELECT COUNT(*) FROM payment_card WHERE id <> '" + s.card + "'") }
		one, two := s.types(s.fan, "5555 5555 5555 4444"), s.types(s.fan, "5105 1051 0510 5100")
		mend := s.unwritten()
		if !s.saved(one) || kept() != 0 || !bytes.Contains(log.Bytes(), []byte("can not be kept now")) {
			t.Errorf("%d cards are kept, and the log is %q", kept(), log.String())
		}
		s.OK(s.shop.RemoveCard(s.Ctx, s.fan, one))
		s.OK(s.shop.Recognize(s.Ctx, s.fan, two))
		s.testCard(s.fan, "pm_card_visa")
		mend()
		if s.saved(one) || !s.saved(two) || kept() != 2 {
			t.Errorf("the cards are not what was left, and %d of them are kept", kept())
		}
	})
}

// unwritten has the database refuse to keep cards until the function that it returns
// is called.
func (s *shop) unwritten() (mend func()) {
	s.T.Helper()
	run := func(all ...string) {
		s.T.Helper()
		s.Write(func(tx *db.Tx) error {
			for _, sql := range all {
				if _, err := tx.Exec(s.Ctx, sql); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if s.D.Engine() == "postgres" {
		run("CREATE FUNCTION unwritten() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''the disk is gone''; END'",
			"CREATE TRIGGER unwritten BEFORE INSERT ON payment_card EXECUTE FUNCTION unwritten()")
		return func() { run("DROP TRIGGER unwritten ON payment_card", "DROP FUNCTION unwritten()") }
	}
	run("CREATE TRIGGER unwritten BEFORE INSERT ON payment_card BEGIN SELECT RAISE(ABORT, 'the disk is gone'); END")
	return func() { run("DROP TRIGGER unwritten") }
}

// Two clicks at once remove one card, and neither fails on the provider.
func TestRemoveCardAtOnce(t *testing.T) {
	each(t, func(s *shop) {
		var wg sync.WaitGroup
		errs := make([]error, 6)
		for i := range errs {
			wg.Go(func() { errs[i] = s.shop.RemoveCard(s.Ctx, s.fan, s.card) })
		}
		wg.Wait()
		done := 0
		for _, err := range errs {
			if err == nil {
				done++
			} else if !fault.Is(err, fault.NotFound) {
				t.Errorf("at once: %v", err)
			}
		}
		if done == 0 || s.saved(s.card) {
			t.Errorf("%d of them removed it, still there: %t", done, s.saved(s.card))
		}
	})
}

// A purchase with a card that has gone is declined, each time with the same
// answer, and nothing is charged.
func TestBuyWithRemovedCard(t *testing.T) {
	each(t, func(s *shop) {
		s.OK(s.shop.RemoveCard(s.Ctx, s.fan, s.card))
		r := s.request()
		for range 2 {
			p, err := s.shop.Buy(s.Ctx, r)
			f := s.Want(err, fault.CardDeclined)
			if code, _ := f.Data["decline_code"].(string); !payment.NoCard(code) {
				t.Errorf("the decline is %q, which is not told as a card that there is not", code)
			}
			s.is(p, payment.Failed)
		}
		if s.charges() != 0 || s.Coins(s.fan) != 0 {
			t.Errorf("%d charges, %d coins", s.charges(), s.Coins(s.fan))
		}
	})
}

// The card goes while nobody knows what became of the charge: one that was not
// made is declined, one that was made brings its coins.
func TestCardGoesMeanwhile(t *testing.T) {
	each(t, func(s *shop) {
		s.OK(s.box.SetWebhooks(sandbox.Webhooks{Off: true}))
		coins := int64(0)
		for _, wait := range []time.Duration{time.Second, time.Minute, 2 * time.Hour} {
			for mode, want := range map[sandbox.Mode]payment.Outcome{sandbox.Before: payment.Failed, sandbox.After: payment.Succeeded} {
				r := s.request()
				r.Card = s.save("pm_card_visa")
				s.fails(create, mode)
				p, err := s.shop.Buy(s.Ctx, r)
				s.OK(err)
				s.is(p, payment.Unknown)
				s.OK(s.shop.RemoveCard(s.Ctx, s.fan, r.Card))
				s.Clk.Advance(wait)
				s.Later(time.Minute)
				if p = s.is(p, want); want == payment.Succeeded {
					coins += 70
				} else if !payment.NoCard(p.Charge.Decline.Code) {
					t.Errorf("after %s: declined as %+v", wait, p.Charge.Decline)
				}
				if s.Coins(s.fan) != coins || s.charges() != int(coins/70) {
					t.Errorf("after %s: %d coins of %d, %d charges", wait, s.Coins(s.fan), coins, s.charges())
				}
			}
		}
		if n := s.Count("SELECT COUNT(*) FROM due_work"); n != 0 {
			t.Errorf("%d pieces of work are left", n)
		}
	})
}

// The card goes while the bank waits for the person: the charge can not be
// confirmed any more, and is given up like one for which nobody comes back.
func TestCardGoesBeforeThreeDSecure(t *testing.T) {
	each(t, func(s *shop) {
		r := s.request()
		r.Card = s.save("pm_card_authenticationRequired")
		p, err := s.shop.Buy(s.Ctx, r)
		s.OK(err)
		p = s.is(p, payment.RequiresAction)
		s.OK(s.shop.RemoveCard(s.Ctx, s.fan, r.Card))
		res, err := http.PostForm(p.Charge.ActionURL, url.Values{"answer": {"complete"}})
		s.OK(err)
		s.OK(res.Body.Close())
		if res.StatusCode < 400 {
			t.Errorf("the bank's page answers %d", res.StatusCode)
		}
		s.box.Settle()
		s.is(p, payment.RequiresAction)
		for range 6 + 3 {
			s.Later(10 * time.Minute)
		}
		s.is(p, payment.Canceled)
		if s.Coins(s.fan) != 0 || s.box.Holds("", "USD") != 0 {
			t.Errorf("%d coins, the provider holds %d", s.Coins(s.fan), s.box.Holds("", "USD"))
		}
	})
}
