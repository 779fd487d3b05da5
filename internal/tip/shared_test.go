package tip_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/tip"
)

// Tips of two fans with one card count together, also where the first was typed on
// the provider's page.
func TestSharedCard(t *testing.T) {
	each(t, func(s *jar) {
		s.Write(func(tx *db.Tx) error {
			return limit.InstallVelocity(s.Ctx, tx, []limit.Velocity{{Version: "v@1", Name: limit.Rolling, Asset: "USD", FromUS: 1, Span: 24 * time.Hour, Most: 9_00}})
		})
		number := url.Values{"number": {"4242 4242 4242 4242"}, "expiry": {"12 / 34"}, "cvc": {"123"}, "name": {"Ada"}}
		first, err := s.tips.Give(s.Ctx, s.request(func(r *tip.Request) { r.Card = "" }))
		s.OK(err)
		s.box.Answer(first.Charge.ActionURL, number)
		s.box.Settle()
		s.is(first, payment.Succeeded)
		other := s.Person()
		s.Clk.Advance(time.Millisecond)
		page, err := s.tips.AddCard(s.Ctx, other, "http://app.test/saved", "http://app.test/back")
		s.OK(err)
		s.box.Answer(page, number)
		cards, err := s.tips.Cards(s.Ctx, other)
		s.OK(err)
		f := s.Want(second(s.tips.Give(s.Ctx, s.request(func(r *tip.Request) { r.Fan, r.Card = other, cards[0].ID }))), fault.VelocityLimit)
		if f.Data["counted"] != "card" {
			t.Errorf("the refusal is %v", f.Data)
		}
		s.gives(of(4_00, "USD"), func(r *tip.Request) { r.Fan, r.Card = other, cards[0].ID })
		s.Clk.Advance(time.Millisecond)
		s.gives(func(r *tip.Request) { r.Fan, r.Card = other, s.save(other, "pm_card_visa") })
		ledgertest.Verify(t, s.D, gifttest.Checks(append(checks(), limit.Checks(id.KindTip)...)...)...)
	})
}
