package report_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/purchase"
	"github.com/ovationhq/ovation/internal/report"
)

func usd(cents int64) money.Amount { return money.Amount{Units: cents, Asset: money.USD} }

// explain explains the thing to somebody, and checks every step of it.
func (s *desk) explain(anyID string, to id.Person) report.Step {
	s.T.Helper()
	step, err := s.reader.Explain(s.Ctx, anyID, "", to, to == "")
	s.OK(err)
	s.addsUp(step)
	return step
}

// addsUp checks that the parts of the step add up to what it says they do:
// to its own amount, or to the amount that its formula makes it from. A part
// that is hidden from who asks has no parts of its own.
func (s *desk) addsUp(step report.Step) {
	s.T.Helper()
	if (step.PartsOf == nil) != (len(step.Parts) == 0) {
		s.T.Errorf("%s %s has %d parts of %v", step.Kind, step.ID, len(step.Parts), step.PartsOf)
	}
	if step.PartsOf == nil {
		return
	}
	var sum int64
	for _, p := range step.Parts {
		if sum += p.Amount.Units; p.Amount.Asset != step.PartsOf.Asset || p.Amount.Units < 0 {
			s.T.Errorf("%s %s: the part %s %q is %v of %v", step.Kind, step.ID, p.Kind, p.Title, p.Amount, *step.PartsOf)
		}
		s.addsUp(p)
	}
	switch {
	case sum != step.PartsOf.Units:
		s.T.Errorf("%s %s: the parts sum to %d, not to %d", step.Kind, step.ID, sum, step.PartsOf.Units)
	case step.PartsOf.Asset == step.Amount.Asset && *step.PartsOf != step.Amount:
		s.T.Errorf("%s %s is %v, its parts sum to %v", step.Kind, step.ID, step.Amount, *step.PartsOf)
	case step.PartsOf.Asset != step.Amount.Asset && !strings.Contains(step.Formula, fmt.Sprint(step.PartsOf.Decimal())) && step.Kind != "purchase":
		s.T.Errorf("%s %s: the formula %q does not lead from %v to %v", step.Kind, step.ID, step.Formula, *step.PartsOf, step.Amount)
	}
}

// parts pages through an explanation and returns the ids of the parts that are
// of the kind, each once. Every page adds up by itself.
func (s *desk) parts(anyID, kind string, to id.Person) (ids []string) {
	s.T.Helper()
	for after, n := "", 0; n == 0 || after != ""; n++ {
		step, err := s.reader.Explain(s.Ctx, anyID, after, to, to == "")
		s.OK(err)
		s.addsUp(step)
		for _, p := range step.Parts {
			if p.Kind == kind {
				if slices.Contains(ids, p.ID) {
					s.T.Errorf("%s is a part of %s twice", p.ID, anyID)
				}
				ids = append(ids, p.ID)
			}
		}
		after = step.Next
	}
	_, err := s.reader.Explain(s.Ctx, anyID, "nowhere", to, to == "")
	s.Want(err, fault.CursorInvalid)
	return ids
}

// all returns the steps of a kind, at any depth.
func all(step report.Step, kind string) (found []report.Step) {
	if step.Kind == kind {
		found = append(found, step)
	}
	for _, p := range step.Parts {
		found = append(found, all(p, kind)...)
	}
	return found
}

func (s *desk) hidden(anyID string, from ...id.Person) {
	s.T.Helper()
	for _, p := range from {
		_, err := s.reader.Explain(s.Ctx, anyID, "", p, false)
		s.Want(err, fault.NotFound)
	}
}

// A gift out of two purchases: each part is what its coins were sold for, by
// the gift's own lines in the ledger, and the rest of the payment beside it.
func TestExplainGift(t *testing.T) {
	each(t, func(s *desk) {
		fan, bought := s.buyer(70, 350) // for 0.99 and 4.99
		creator, other := s.Creator(), s.Person()
		room := s.Live(creator)
		first := s.Give(fan, "rose", room, 13) // 65 coins of the first
		g := s.Give(fan, "rose", room, 3)      // 5 of the first and 10 of the second
		revenue := s.Balance(ledger.GiftRevenue, money.USD)
		step := s.explain(string(g.ID), fan)
		lots, paid := all(step, "lot"), all(step, "purchase")
		if len(lots) != 2 || lots[0].Amount.Units != 5 || lots[1].Amount.Units != 10 || len(paid) != 2 {
			t.Fatalf("explanation: %+v", step)
		}
		for i, want := range []money.Amount{usd(8), usd(14)} { // 0.99 − ⌊0.99×65/70⌋ and ⌊4.99×10/350⌋
			if rest := lots[i].Parts[1]; paid[i].ID != string(bought[i].ID) || paid[i].Amount != want || rest.Kind != "rest" || rest.Title != "other coins of this purchase" || *lots[i].PartsOf != bought[i].Price {
				t.Errorf("lot %d: %+v, want %v of %v", i, lots[i], want, bought[i].Price)
			}
		}
		if before := all(s.explain(string(first.ID), fan), "purchase")[0].Amount; before.Units+8+14 != revenue {
			t.Errorf("the gifts explain %d cents of a revenue of %d", before.Units+8+14, revenue)
		}
		if seen := s.explain(string(g.ID), creator); len(all(seen, "purchase")) != 0 || len(all(seen, "lot")) != 2 || all(seen, "lot")[0].ID != "" {
			t.Errorf("the creator sees %+v", seen)
		}
		s.hidden(string(g.ID), other, "")
	})
}

// Promotional coins and coins too cheap for a cent are explained as well.
func TestExplainCoinsWithoutMoney(t *testing.T) {
	each(t, func(s *desk) {
		fan := s.Fan(1) // for one cent
		s.Buy(fan, 1000, 1)
		s.Promote(fan, 10)
		room := s.Live(s.Creator())
		g := s.Give(fan, "spark", room, 2)
		step := s.explain(string(g.ID), fan)
		if parts := step.Parts; len(parts) != 2 || parts[1].Parts[0].Amount != usd(0) || parts[1].Parts[1].Amount != usd(1) || parts[0].Parts[0].Kind != "grant" {
			t.Errorf("explanation: %+v", step)
		}
		g = s.Give(fan, "lion", room, 2) // 999 paid ones and one of the promotion
		step = s.explain(string(g.ID), fan)
		if parts := step.Parts; len(parts) != 2 || parts[0].Parts[0].Amount != usd(1) || parts[1].Title != "Promotional coins" || len(parts[1].Parts) != 0 {
			t.Errorf("explanation: %+v", step)
		}
	})
}

// A purchase says where its coins went, a lot what it cost; more gifts than
// are shown stand in one last part.
func TestExplainPurchase(t *testing.T) {
	each(t, func(s *desk) {
		fan, bought := s.buyer(70)
		creator := s.Creator()
		room := s.Live(creator)
		for range 30 {
			s.Give(fan, "spark", room, 2)
		}
		step := s.explain(string(bought[0].ID), fan)
		if step.Amount != usd(99) || *step.PartsOf != (money.Amount{Units: 70, Asset: money.Coin}) || len(all(step, "gift")) != 25 || all(step, "rest")[0].Amount.Units != 10 {
			t.Errorf("explanation: %+v", step)
		}
		if n := len(s.parts(string(bought[0].ID), "gift", fan)); n != 30 {
			t.Errorf("%d gifts on all pages of the purchase", n)
		}
		if n := len(s.parts(string(s.newest(creator)), "gift", creator)); n != 30 {
			t.Errorf("%d gifts on all pages of the earning", n)
		}
		lot := s.explain(string(bought[0].Lot), fan)
		if lot.Amount.Units != 70 || len(lot.Parts) != 1 || lot.Parts[0].Amount != usd(99) {
			t.Errorf("explanation: %+v", lot)
		}
		s.hidden(string(bought[0].ID), creator, s.Person(), "")
		s.hidden(string(bought[0].Lot), creator, s.Person(), "")
		s.hidden("cps_00000000000000000000000000", fan)
		s.hidden("lot_00000000000000000000000000", fan)
		s.hidden(string(fan), fan)
	})
}

// Money that came in another currency: the price stands in the fan's, what came
// and what the provider kept of it in ours.
func TestExplainConversion(t *testing.T) {
	each(t, func(s *desk) {
		s.OK(s.box.SetSettlement("usd"))
		fan, _ := s.buyer()
		card, err := s.shop.AddTestCard(s.Ctx, fan, "pm_card_visa")
		s.OK(err)
		for _, late := range []bool{false, true} {
			s.OK(s.box.SetLateEntries(late))
			p, err := s.shop.Buy(s.Ctx, purchase.Request{Key: s.Key(), Person: fan, Coins: 70, Currency: "EUR", Card: card.ID, ReturnURL: "http://app.test/"})
			s.OK(err)
			charged := "charged 1.09 EUR as " + p.Charge.Provider
			if got := s.explain(string(p.ID), fan); late && got.Formula != charged+"; the provider has not said yet what it keeps" {
				t.Errorf("before the provider has said it: %q", got.Formula)
			}
			s.Clk.Advance(2 * time.Minute)
			s.box.Settle()
			s.RunDue()
			got := s.explain(string(p.ID), fan)
			if want := charged + ", settled as 1.18 USD; the provider kept 0.33 USD of it, which the platform bore"; got.Formula != want || got.Amount != (money.Amount{Units: 109, Asset: "EUR"}) {
				t.Errorf("explained as %q, want %q", got.Formula, want)
			}
		}
		g := s.Give(fan, "rose", s.Live(s.Creator()), 14)
		if parts := all(s.explain(string(g.ID), fan), "purchase"); len(parts) != 1 || parts[0].Amount != (money.Amount{Units: 109, Asset: "EUR"}) {
			t.Errorf("the gift's part of the payment: %+v", parts)
		}
		s.box.Compare(s.D)
	})
}

// A combo is the sum of its taps, also of more than are shown.
func TestExplainCombo(t *testing.T) {
	each(t, func(s *desk) {
		fan, _ := s.buyer(350)
		creator := s.Creator()
		room, combo := s.Live(creator), s.Combo()
		for seq := range int64(30) {
			_, err := s.Gifts.Send(s.Ctx, gift.Request{Key: s.Key(), Sender: fan, Item: "rose", Quantity: 1 + seq%2, Target: room, Combo: combo, ComboSeq: seq + 1})
			s.OK(err)
		}
		if open := s.explain(string(combo), fan); open.State != "open" || open.Amount.Units != 45*5 || len(all(open, "gift")) != 25 {
			t.Errorf("explanation: %+v", open)
		}
		if n := len(s.parts(string(combo), "gift", fan)); n != 30 {
			t.Errorf("%d taps on all pages of the combo", n)
		}
		s.Later(time.Hour)
		if ended := s.explain(string(combo), creator); ended.State != "ended" || len(all(ended, "purchase")) != 0 {
			t.Errorf("explanation: %+v", ended)
		}
		s.hidden(string(combo), s.Person(), "")
	})
}

// An earning is its diamonds, gift by gift; a payout is its earnings, and its
// formula counts all of them, also those that are not shown.
func TestExplainPayout(t *testing.T) {
	each(t, func(s *desk) {
		fan, _ := s.buyer(1400, 1400)
		creator := s.Creator()
		room := s.Live(creator)
		const days = 28
		for range days {
			s.Give(fan, "rose", room, 5)
			s.Give(fan, "spark", room, 2)
			s.Clk.Advance(24 * time.Hour)
		}
		s.Later(9 * 24 * time.Hour)
		const each = 13 // cents: ⌊27 diamonds × 1/2⌋
		payout := s.withdraw(creator, each*days-5)
		var whole report.Step
		for _, who := range []id.Person{creator, ""} {
			whole = s.explain(string(payout), who)
			if whole.Amount != usd(each*days-5) || len(all(whole, "earning")) != 25 || !strings.Contains(whole.Formula, fmt.Sprintf("the sum of %d earnings", days)) {
				t.Errorf("the payout: %+v", whole)
			}
			if n := len(all(whole, "purchase")); (n > 0) != (who == "") {
				t.Errorf("%d card payments were shown to %q", n, who)
			}
		}
		if n := len(s.parts(string(payout), "earning", creator)); n != days {
			t.Errorf("%d earnings on all pages of the payout", n)
		}
		one := whole.Parts[0]
		earning := s.explain(one.ID, creator)
		if earning.Amount != usd(each) || *earning.PartsOf != (money.Amount{Units: 27, Asset: money.Diamond}) || len(all(earning, "gift")) != 2 {
			t.Errorf("the earning: %+v", earning)
		}
		s.hidden(string(payout), fan, s.Person(), "")
		s.hidden(one.ID, fan, s.Person(), "")
		s.hidden("pyo_00000000000000000000000000", creator)
		s.hidden("ern_00000000000000000000000000", creator)
		s.Give(fan, "rose", room, 1)
		if pending := s.explain(string(s.newest(creator)), creator); pending.State != "pending" || pending.Amount != usd(2) {
			t.Errorf("pending: %+v", pending)
		}
	})
}

// newest is the creator's latest earning.
func (s *desk) newest(creator id.Person) id.Earning {
	s.T.Helper()
	e, err := s.reader.Earnings(s.Ctx, creator, "", 1)
	s.OK(err)
	return e.Earnings[0].ID
}

// The formula of an earning counts in the currency's smallest units: these are
// what is rounded down.
func TestConversion(t *testing.T) {
	for asset, want := range map[money.Asset]string{
		money.USD: "⌊27 diamonds × 1/2 cent⌋ = 13 cents = 0.13 USD, the remaining 1/2 cent stays with the platform",
		"JPY":     "⌊27 diamonds × 1/2 JPY⌋ = 13 JPY, the remaining 1/2 JPY stays with the platform",
		"KWD":     "⌊27 diamonds × 1/2 × 0.001 KWD⌋ = 13 × 0.001 KWD = 0.013 KWD, the remaining 1/2 × 0.001 KWD stays with the platform",
		"GBP":     "⌊27 diamonds × 1/2 × 0.01 GBP⌋ = 13 × 0.01 GBP = 0.13 GBP, the remaining 1/2 × 0.01 GBP stays with the platform",
	} {
		e := earnings.Earning{Diamonds: 27, Amount: money.Amount{Units: 13, Asset: asset}}
		if got := report.Conversion(&e, &earnings.RateCard{PayNum: 1, PayDen: 2}); got != want {
			t.Errorf("%s: %q, want %q", asset, got, want)
		}
	}
}
