package sim

import (
	"context"
	"fmt"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/programme"
	"github.com/ovationhq/ovation/internal/purchase"
	"github.com/ovationhq/ovation/internal/reversal"
	"github.com/ovationhq/ovation/internal/tip"
)

// tillWorld is what a world of payments remembers.
type tillWorld struct {
	desk     people.Caller // an operator
	second   people.Caller // another one, who agrees to refunds
	paid     []id.Payment
	subjects []string // what was paid for
	payouts  []id.Payout
	disputed map[id.Payment]bool
	disputes []string // open ones, as the provider calls them
	keys     int
}

// people makes fans with cards, creators who may get gifts, tips and payouts, and
// an operator.
func (w *till) people(ctx context.Context) error {
	w.t.disputed = map[id.Payment]bool{}
	for i := range max(12, w.o.Payments/25) {
		p, err := w.person(ctx, fmt.Sprintf("fan%04d", i+1))
		if err != nil {
			return err
		}
		w.fans = append(w.fans, &simFan{id: p})
	}
	for i := range min(24, max(4, w.o.Payments/200)) {
		p, err := w.person(ctx, fmt.Sprintf("creator%03d", i+1))
		if err != nil {
			return err
		}
		w.creators = append(w.creators, &simCreator{id: p})
	}
	for i, caller := range []*people.Caller{&w.t.desk, &w.t.second} {
		p, err := w.person(ctx, fmt.Sprintf("desk%02d", i+1))
		if err != nil {
			return err
		}
		*caller = people.Caller{Person: p, Roles: []people.Role{people.Operator}}
	}
	w.clk.Advance(60 * 24 * time.Hour)
	for _, c := range w.creators {
		if err := w.show(ctx, c); err != nil {
			return err
		}
		if err := w.banks(ctx, c); err != nil {
			return err
		}
		if _, err := w.app.Creators.Join(ctx, c.id, programme.Tips); err != nil {
			return err
		}
	}
	for _, f := range w.fans {
		for range 1 + w.rnd.IntN(2) {
			c, err := w.app.Purchases.AddTestCard(ctx, f.id, pick(&w.life, simCards))
			if err != nil {
				return err
			}
			f.cards = append(f.cards, c.ID)
		}
	}
	w.line.calls = 0
	return nil
}

// banks gives a creator's payout account a bank in most currencies that tips come in.
func (w *till) banks(ctx context.Context, c *simCreator) error {
	var account payout.Account
	err := w.app.DB.Read(ctx, func(tx *db.Tx) (err error) {
		account, err = payout.AccountOf(ctx, tx, c.id)
		return err
	})
	if err == nil {
		err = w.app.Sandbox().Onboard(account.Provider, sandbox.Onboarding{Name: "Sim Creator", Variant: sandbox.Complete, Currencies: tipCurrencies})
	}
	if err == nil {
		_, err = w.app.Payouts.Refresh(ctx, c.id)
	}
	return err
}

var tipCurrencies = []string{"eur", "gbp", "jpy"}

// perRound is how many payments are made on one half of a day.
func (w *till) perRound() int { return min(100, max(10, w.o.Payments/100)) }

// round is half a day: payments while calls fail, gifts, refunds, disputes, payouts,
// and the time after. In the last one nobody asks what became of anything: the news
// have to tell.
func (w *till) round(ctx context.Context, n int, last bool) error {
	w.line.likely = w.o.Faults
	box := w.app.Sandbox()
	if err := box.SetSettlement([]string{"", "usd", "eur", ""}[n/2%4]); err != nil {
		return err
	}
	if err := box.SetLateEntries(n%3 == 1); err != nil {
		return err
	}
	for made := 0; made < w.perRound() && w.r.Payments < w.o.Payments; {
		w.clk.Advance(time.Duration(1+w.rnd.IntN(100)) * time.Millisecond)
		ok, err := w.pay(ctx)
		if err != nil {
			return err
		}
		if ok {
			made++
			w.r.Payments++
		}
	}
	for _, do := range []struct {
		times int
		name  string
		what  func(context.Context) (string, error)
	}{
		{w.perRound(), "gift", w.gift}, {1 + w.perRound()/12, "refund", w.refund}, {1 + w.perRound()/16, "dispute", w.dispute},
		{w.perRound() / 20, "dispute", w.closeDispute}, {2 + len(w.creators)/4, "payout", w.payOut}, {1, "payout", w.bounceOne},
	} {
		for range do.times {
			w.clk.Advance(time.Duration(1+w.rnd.IntN(10)) * time.Millisecond)
			if err := w.try(ctx, weighted{do.name, 0, func(*life, context.Context) (string, error) { return do.what(ctx) }}); err != nil {
				return fmt.Errorf("%s: %w", do.name, err)
			}
		}
	}
	if last {
		return w.collect(ctx)
	}
	return w.afterwards(ctx)
}

// collect lets the provider send what has happened.
func (w *till) collect(ctx context.Context) error {
	for {
		n, err := w.app.Sandbox().Tick(ctx)
		if n == 0 || err != nil {
			return err
		}
	}
}

// stretch is some time, in which calls may go wrong or the provider answers.
type stretch struct {
	d      time.Duration
	faulty bool
	times  int
}

// soon is the time after the payments, in small steps. What went wrong is asked for
// again after 20 seconds, which may go wrong again, and once more after 40, when
// the provider answers. Payouts begin after a minute.
var soon = []stretch{{5 * time.Second, true, 7}, {5 * time.Second, false, 6}, {5 * time.Second, true, 6}, {5 * time.Second, false, 8}}

// later is six hours later, and the minute after.
var later = []stretch{{6 * time.Hour, true, 1}, {10 * time.Second, true, 2}, {10 * time.Second, false, 4}}

// afterwards is what is left of the half day.
func (w *till) afterwards(ctx context.Context) error {
	for _, spell := range [][]stretch{soon, later, later} {
		if err := w.spell(ctx, spell); err != nil {
			return err
		}
		if w.o.Late {
			continue
		}
		rounds := (w.o.Payments + w.perRound() - 1) / w.perRound()
		w.line.likely = w.o.Faults
		if err := w.news.some(ctx, w.o.Webhooks*6/10/rounds/3); err != nil {
			return err
		}
		if err := w.spell(ctx, later[1:]); err != nil { // what the news have begun
			return err
		}
	}
	return nil
}

// spell lets time pass, and what becomes due happen.
func (w *till) spell(ctx context.Context, pauses []stretch) error {
	for _, p := range pauses {
		w.line.likely = 0
		if p.faulty {
			w.line.likely = w.o.Faults
		}
		for range p.times {
			w.clk.Advance(p.d)
			if err := w.settle(ctx); err != nil {
				return err
			}
			if err := w.unknown(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *till) key(what string) string { w.t.keys++; return fmt.Sprintf("till-%s-%d", what, w.t.keys) }

// pay is one payment: coins or a tip. Some are asked for twice with the same key.
func (w *till) pay(ctx context.Context) (made bool, err error) {
	f := pick(&w.life, w.fans)
	card := pick(&w.life, f.cards)
	var subject string
	var outcome payment.Outcome
	var charge id.Payment
	if w.rnd.IntN(5) < 3 {
		r := purchase.Request{Key: w.key("buy"), Person: f.id, Coins: pick(&w.life, simPacks[:7]), Currency: pick(&w.life, []money.Asset{"USD", "USD", "EUR", "GBP", "JPY"}), Card: card, ReturnURL: "http://sim.example/wallet"}
		p, e := w.app.Purchases.Buy(ctx, r)
		if e == nil && w.rnd.IntN(10) == 0 {
			p, e = w.app.Purchases.Buy(ctx, r)
		}
		subject, outcome, charge, err = string(p.ID), p.Outcome, p.Charge.ID, e
	} else {
		a := pick(&w.life, []money.Amount{{Units: 500, Asset: "USD"}, {Units: 1533, Asset: "USD"}, {Units: 1000, Asset: "EUR"}, {Units: 799, Asset: "GBP"}, {Units: 1200, Asset: "JPY"}, {Units: 3330, Asset: "KWD"}})
		r := tip.Request{Key: w.key("tip"), Fan: f.id, Creator: pick(&w.life, w.creators).id, Amount: a, CoverFee: w.rnd.IntN(2) == 0, Card: card, ReturnURL: "http://sim.example/tips"}
		t, e := w.app.Tips.Give(ctx, r)
		if e == nil && w.rnd.IntN(10) == 0 {
			t, e = w.app.Tips.Give(ctx, r)
		}
		subject, outcome, charge, err = string(t.ID), t.Outcome, t.Charge.ID, e
	}
	switch code := fault.CodeOf(err); {
	case subject != "" && (err == nil || code == fault.CardDeclined):
		if err != nil {
			outcome = payment.Failed
		}
		w.r.Counts["payment: "+string(outcome)]++
		w.t.paid, w.t.subjects = append(w.t.paid, charge), append(w.t.subjects, subject)
		return true, nil
	case code == "" || code == fault.Internal:
		return false, err
	case w.r.Counts["payment: "+string(code)] > 3*w.o.Payments:
		return false, fmt.Errorf("hardly any payment is taken: %w", err)
	default:
		w.r.Counts["payment: "+string(code)]++
		return false, nil
	}
}

func (w *till) gift(ctx context.Context) (string, error) {
	r := gift.Request{Key: w.key("gift"), Sender: pick(&w.life, w.fans).id, Item: pick(&w.life, simItems), Quantity: 1 + int64(w.rnd.IntN(9)), Target: w.target()}
	_, err := w.app.Gifts.Send(ctx, r)
	return "given", err
}

// refund gives back all or a part of what somebody paid, sometimes also what the
// coins were spent for.
func (w *till) refund(ctx context.Context) (string, error) {
	q := reversal.Request{Key: w.key("refund"), Subject: pick(&w.life, w.t.subjects), Reason: reversal.Duplicate, Note: "It was charged twice.", Spent: true}
	if id.KindOf(q.Subject) == id.KindPurchase {
		q.Spent = w.rnd.IntN(2) == 0
	}
	if w.rnd.IntN(2) == 0 {
		q.Units = 100 + int64(w.rnd.IntN(300))
	}
	r, err := w.app.Reversals.Refund(ctx, w.t.desk, q)
	if err == nil && r.State == reversal.Proposed {
		r, err = w.app.Reversals.Agree(ctx, w.t.second, r.ID)
	}
	return string(r.State), err
}

// dispute has a bank take the money of a payment back, or ask about it. Banks do so
// days after it: never before the provider knows in which currency it came.
func (w *till) dispute(ctx context.Context) (string, error) {
	var c payment.Record
	err := w.app.DB.Read(ctx, func(tx *db.Tx) (err error) {
		c, err = payment.Get(ctx, tx, pick(&w.life, w.t.paid))
		return err
	})
	if err != nil || c.Outcome != payment.Succeeded || c.FeeOpen() || c.Left() < 2 || w.t.disputed[c.ID] {
		return nothing, err
	}
	inquiry, amount := w.rnd.IntN(5) == 0, c.Left()
	if w.rnd.IntN(2) == 0 {
		amount /= 2
	}
	d, err := w.app.Sandbox().Dispute(c.Provider, pick(&w.life, []string{"fraudulent", "duplicate", "product_not_received"}), amount, inquiry)
	if err != nil {
		return "", err
	}
	w.t.disputed[c.ID] = true
	w.t.disputes = append(w.t.disputes, d)
	if inquiry {
		return "inquired", nil
	}
	return "opened", nil
}

func (w *till) closeDispute(context.Context) (string, error) {
	if len(w.t.disputes) < 4 {
		return nothing, nil
	}
	i := w.rnd.IntN(len(w.t.disputes))
	d, won := w.t.disputes[i], w.rnd.IntN(2) == 0
	w.t.disputes = append(w.t.disputes[:i], w.t.disputes[i+1:]...)
	return map[bool]string{true: "won", false: "lost"}[won], w.app.Sandbox().CloseDispute(d, won)
}

func (w *till) payOut(ctx context.Context) (string, error) {
	r := payout.Request{Key: w.key("payout"), Creator: pick(&w.life, w.creators).id, Currency: pick(&w.life, []money.Asset{"", "", "USD", "EUR", "GBP", "JPY"})}
	p, err := w.app.Payouts.Withdraw(ctx, r)
	if err == nil {
		w.t.payouts = append(w.t.payouts, p.ID)
	}
	return string(p.State), err
}

// bounceOne has a bank send a payout back.
func (w *till) bounceOne(ctx context.Context) (string, error) {
	if len(w.t.payouts) == 0 || w.rnd.IntN(3) > 0 {
		return nothing, nil
	}
	var p payout.Payout
	err := w.app.DB.Read(ctx, func(tx *db.Tx) (err error) {
		p, err = payout.Get(ctx, tx, w.t.payouts[max(0, len(w.t.payouts)-1-w.rnd.IntN(8))])
		return err
	})
	if err != nil || p.ProviderPayout == "" || p.State == payout.Returned || p.State == payout.Returning {
		return nothing, err
	}
	if w.app.Sandbox().Bounce(p.ProviderPayout, "account_closed") != nil {
		return "the bank would not", nil
	}
	// The creator gives the bank another account, as the failed one is disabled.
	for _, c := range w.creators {
		if c.id == p.Creator {
			if err := w.app.Sandbox().Onboard(p.Account, sandbox.Onboarding{Name: "Sim Creator", Variant: sandbox.Complete, Currencies: tipCurrencies}); err != nil {
				return "", err
			}
		}
	}
	return "bounced", nil
}
