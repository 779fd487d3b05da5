package tip_test

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/casework"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/tip"
)

func (s *jar) ready(context.Context, *db.Tx, id.Person) error { return s.closed }

func (s *jar) settle(ctx context.Context, key string) (time.Duration, error) {
	again, err := s.tips.Settle(ctx, id.Payment(key))
	if again > 0 {
		err = nil // the provider's refusal is for the log
	}
	return again, err
}

func second[A any](_ A, err error) error { return err }

// Covered, the creator gets the tip whole; else what the provider leaves. The
// platform gets nothing, and the money is an earning, held as all are.
func TestGive(t *testing.T) {
	each(t, func(s *jar) {
		whole := s.gives(covered, func(r *tip.Request) { r.Amount, r.Message, r.Target = usd(100_00), " Bravo! ", s.room })
		if whole.Price.Charged != usd(103_30) || whole.Net != usd(100_00) || whole.Charge.FeeUnits != 3_30 || whole.Message != "Bravo!" {
			t.Errorf("covered: %+v", whole)
		}
		less := s.gives(func(r *tip.Request) { r.Anonymous = true })
		if less.Price.Charged != usd(5_00) || less.Net != usd(4_55) || less.Charge.FeeUnits != 45 || less.Earning != whole.Earning {
			t.Errorf("uncovered: %+v", less)
		}
		if got := s.Balance(ledger.EarningPath(whole.Earning), money.USD); got != 104_55 {
			t.Errorf("the earning holds %d", got)
		}
		var e earnings.Earning
		s.Read(func(tx *db.Tx) (err error) { e, err = earnings.Get(s.Ctx, tx, whole.Earning); return err })
		if e.Source != earnings.FromTip || e.State != earnings.Pending || !e.Money() || e.Amount != usd(104_55) {
			t.Errorf("the earning is %+v", e)
		}
		for _, path := range []string{ledger.TipPath(whole.ID), ledger.TipSuspense, ledger.ProcessingCosts, ledger.Deferred} {
			if got := s.Balance(path, money.USD); got != 0 {
				t.Errorf("%s holds %d", path, got)
			}
		}
		told := s.Events("tip.succeeded")
		if len(told) != 2 || told[0].Topic != "live:"+s.room || told[1].Topic != "person:"+string(s.creator) ||
			!strings.Contains(string(told[0].Data), string(s.fan)) || strings.Contains(string(told[1].Data), string(s.fan)) {
			t.Errorf("the events are %+v", told)
		}
		s.Later(8 * 24 * time.Hour)
		if got := s.Balance(ledger.AvailablePath(s.creator), money.USD); got != 104_55 {
			t.Errorf("%d are available", got)
		}
	})
}

// The same call is answered the same, and charges once; other words with its
// key are refused.
func TestReplay(t *testing.T) {
	each(t, func(s *jar) {
		r := s.request(func(r *tip.Request) { r.Message = "Hi  there " })
		first, err := s.tips.Give(s.Ctx, r)
		s.OK(err)
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				again, err := s.tips.Give(s.Ctx, r)
				if err != nil || again.ID != first.ID || !again.Replayed {
					t.Errorf("again: %+v, %v", again, err)
				}
			})
		}
		all.Wait()
		for _, change := range []func(*tip.Request){func(r *tip.Request) { r.Amount.Units++ }, func(r *tip.Request) { r.Message = "" }, covered,
			func(r *tip.Request) { r.Anonymous = true }, func(r *tip.Request) { r.Target = s.room }, func(r *tip.Request) { r.Creator = s.fan }} {
			other := r
			change(&other)
			s.Want(second(s.tips.Give(s.Ctx, other)), fault.IdempotencyKeyReused)
		}
		if n := s.Count("SELECT COUNT(*) FROM tip"); n != 1 {
			t.Errorf("%d tips", n)
		}
	})
}

// What can not be given is refused with its code, and leaves nothing.
func TestRefusals(t *testing.T) {
	each(t, func(s *jar) {
		other := s.Creator()
		ended := s.Live(s.creator)
		s.End(s.creator, ended)
		child := s.Person(func(p *people.NewPerson) { p.BirthDate = "2010-01-01" })
		for name, c := range map[string]struct {
			change func(*tip.Request)
			code   fault.Code
		}{
			"too little":          {func(r *tip.Request) { r.Amount.Units = 99 }, fault.AmountOutOfRange},
			"too much":            {func(r *tip.Request) { r.Amount.Units = 100_01 }, fault.AmountOutOfRange},
			"nothing":             {func(r *tip.Request) { r.Amount.Units = 0 }, fault.AmountOutOfRange},
			"below zero":          {func(r *tip.Request) { r.Amount.Units = -500 }, fault.AmountOutOfRange},
			"no step":             {func(r *tip.Request) { r.Amount = money.Amount{Units: 1001, Asset: "KWD"} }, fault.AmountOutOfRange},
			"another currency":    {func(r *tip.Request) { r.Amount.Asset = "CHF" }, fault.CurrencyUnsupported},
			"coins":               {func(r *tip.Request) { r.Amount.Asset = money.Coin }, fault.CurrencyUnsupported},
			"oneself":             {func(r *tip.Request) { r.Fan = s.creator }, fault.SelfGift},
			"nobody":              {func(r *tip.Request) { r.Creator = "usr_nobody" }, fault.NotFound},
			"not in it":           {func(r *tip.Request) { r.Creator = other }, fault.NotEligible},
			"a long message":      {func(r *tip.Request) { r.Message = strings.Repeat("a", 201) }, fault.TextTooLong},
			"a turned message":    {func(r *tip.Request) { r.Message = "a\u202eb" }, fault.TextNotAllowed},
			"another price":       {func(r *tip.Request) { r.ExpectedCharge = 5_47; r.CoverFee = true }, fault.PriceChanged},
			"no such place":       {func(r *tip.Request) { r.Target = "vid_nowhere" }, fault.NotFound},
			"somebody's place":    {func(r *tip.Request) { r.Target = s.Live(other) }, fault.NotFound},
			"a LIVE that is over": {func(r *tip.Request) { r.Target = ended }, fault.StateConflict},
			"a child":             {func(r *tip.Request) { r.Fan = child }, fault.AgeRestricted},
		} {
			if f := s.Want(second(s.tips.Give(s.Ctx, s.request(c.change))), c.code); f.Detail == "" && len(f.Fields) == 0 {
				t.Errorf("%s: no sentence", name)
			}
		}
		for _, code := range []fault.Code{fault.KYCRequired, fault.AccountSuspended, fault.AgeRestricted} {
			s.closed = fault.New(code, "The creator's own matter.")
			want := code
			if code != fault.KYCRequired {
				want = fault.StateConflict
			}
			if f := s.Want(second(s.tips.Give(s.Ctx, s.request())), want); strings.Contains(f.Detail, "own matter") {
				t.Errorf("the fan reads %q", f.Detail)
			}
			q, err := s.tips.Quote(s.Ctx, tip.Ask{Fan: s.creator, Creator: s.creator, Asset: "USD"})
			s.OK(err)
			if q.Closed == nil || q.Closed.Code != code || q.Closed.Detail != "The creator's own matter." {
				t.Errorf("the creator reads %+v", q.Closed)
			}
		}
		if n := s.Count("SELECT COUNT(*) FROM tip") + s.Count("SELECT COUNT(*) FROM payment_charge") + s.Count("SELECT COUNT(*) FROM limit_spend"); n != 0 {
			t.Errorf("%d rows are left", n)
		}
	})
}

// A declined card is a fault, charges nothing, and counts for nothing.
func TestDeclined(t *testing.T) {
	each(t, func(s *jar) {
		r := s.request(func(r *tip.Request) { r.Card = s.save(s.fan, "pm_card_chargeCustomerFail") })
		f := s.Want(second(s.tips.Give(s.Ctx, r)), fault.CardDeclined)
		if f.Data["tip"] == nil || f.Data["decline_code"] == nil {
			t.Errorf("the fault says %+v", f.Data)
		}
		s.Want(second(s.tips.Give(s.Ctx, r)), fault.CardDeclined)
		if n := s.Count("SELECT COUNT(*) FROM limit_spend WHERE released_us = 0"); n != 0 || len(s.Events("tip.succeeded")) != 0 || len(s.Events("earning.accrued")) != 0 {
			t.Errorf("%d count", n)
		}
	})
}

// The bank asks: until the fan has answered nothing is booked, and the call that
// sent there is answered the same ever after.
func TestAction(t *testing.T) {
	each(t, func(s *jar) {
		secure := s.save(s.fan, "pm_card_threeDSecureRequired")
		for answer, want := range map[string]payment.Outcome{"complete": payment.Succeeded, "fail": payment.Failed} {
			r := s.request(func(r *tip.Request) { r.Card = secure })
			sent, err := s.tips.Give(s.Ctx, r)
			s.OK(err)
			if sent.Outcome != payment.RequiresAction || sent.Charge.ActionURL == "" || !strings.Contains(sent.Charge.ReturnURL, string(sent.ID)) {
				t.Fatalf("the tip is %+v", sent)
			}
			var open []tip.Tip
			s.Read(func(tx *db.Tx) (err error) { open, err = tip.Open(s.Ctx, tx, s.fan, 5); return err })
			if len(open) != 1 || open[0].ID != sent.ID {
				t.Errorf("open are %+v", open)
			}
			s.box.Answer(sent.Charge.ActionURL, url.Values{"answer": {answer}})
			s.box.Settle()
			s.Later(time.Minute)
			s.is(sent, want)
			again, err := s.tips.Give(s.Ctx, r)
			s.OK(err)
			if again.Outcome != payment.RequiresAction || again.Charge.ActionURL != sent.Charge.ActionURL {
				t.Errorf("the same call is answered %+v", again)
			}
		}
	})
}

// The provider says later what arrived. Until then nothing is booked.
func TestLateEntry(t *testing.T) {
	each(t, func(s *jar) {
		s.OK(s.box.SetLateEntries(true))
		late := s.gives(covered)
		if late.Booked() || late.Earning != "" || s.Count("SELECT COUNT(*) FROM ledger_transfer WHERE cause = $1", string(late.ID)) != 0 || len(s.Events("tip.succeeded")) != 1 {
			t.Errorf("before the entry: %+v", late)
		}
		s.agree()
		s.OK(s.box.SetLateEntries(false))
		s.Later(2 * time.Minute)
		s.box.Settle()
		s.Later(time.Minute)
		if late = s.is(late, payment.Succeeded); late.Net != usd(5_00) || late.Earning == "" || len(s.Events("tip.succeeded")) != 1 {
			t.Errorf("after it: %+v", late)
		}
	})
}

// Answers are lost before and after the effect: a tip is charged at most once,
// and the sweeper finds out what became of it.
func TestLostAnswers(t *testing.T) {
	each(t, func(s *jar) {
		for _, mode := range []sandbox.Mode{sandbox.Before, sandbox.After, sandbox.Reset, sandbox.ResetBefore} {
			s.box.AddFault(sandbox.Fault{Operation: "POST /v1/payment_intents", Mode: mode, Next: 1})
			r := s.request()
			first, err := s.tips.Give(s.Ctx, r)
			s.OK(err)
			s.Later(time.Minute)
			s.Later(time.Minute)
			s.is(first, payment.Succeeded)
			again, err := s.tips.Give(s.Ctx, r)
			s.OK(err)
			if again.ID != first.ID || again.Outcome != payment.Succeeded {
				t.Errorf("%s: %+v", mode, again)
			}
		}
	})
}

// The provider takes another fee than the rule says: a covered tip is the
// creator's whole all the same, the difference stands in suspense and a case is
// open. Uncovered the creator gets what is left, and nobody has to look.
func TestAnotherFee(t *testing.T) {
	each(t, func(s *jar) {
		s.OK(s.box.SetExtraFee(7))
		dear := s.gives(covered)
		s.gives()
		if dear.Net != usd(5_00) || s.Balance(ledger.TipSuspense, money.USD) != -7 {
			t.Errorf("%+v, suspense holds %d", dear, s.Balance(ledger.TipSuspense, money.USD))
		}
		var c casework.Case
		s.Read(func(tx *db.Tx) (err error) {
			c, _, err = casework.About(s.Ctx, tx, casework.Difference, string(dear.ID))
			return err
		})
		if c.State != casework.Opened || c.Amount != usd(-7) || s.Count("SELECT COUNT(*) FROM casework_case") != 1 {
			t.Errorf("the case is %+v", c)
		}
		s.OK(s.box.SetExtraFee(600))
		all := s.gives()
		if all.Net.Units != 0 || all.Earning != "" || !all.Booked() || s.Balance(ledger.TipSuspense, money.USD) != -7-1_45 {
			t.Errorf("a fee above the tip: %+v, suspense %d", all, s.Balance(ledger.TipSuspense, money.USD))
		}
	})
}

// In every currency, the creator gets the tip whole, or what is left of it; what
// came in another one than it was given in goes on in that.
func TestCurrencies(t *testing.T) {
	each(t, func(s *jar) {
		for _, a := range []money.Asset{"EUR", "GBP", "JPY", "KWD", "USD"} {
			in := func(r *tip.Request) { r.Amount = money.Amount{Units: 1_000, Asset: a} }
			whole, less := s.gives(in, covered), s.gives(in)
			if whole.Net != whole.Price.Net || less.Net != less.Price.Net || less.Net.Units != 1_000-59 || whole.Net.Asset != a {
				t.Errorf("%s: %+v, %+v", a, whole.Net, less.Net)
			}
		}
		s.agree()
		s.OK(s.box.SetSettlement("usd"))
		euros := s.gives(covered, func(r *tip.Request) { r.Amount = money.Amount{Units: 10_00, Asset: "EUR"} })
		if euros.Net.Asset != money.USD || euros.Net.Units != euros.Charge.Settled.Units-euros.Charge.FeeUnits || s.Balance(ledger.TipSuspense, money.USD) != 0 {
			t.Errorf("converted: %+v", euros)
		}
	})
}

// The wall, the lists and the page positions.
func TestLists(t *testing.T) {
	each(t, func(s *jar) {
		var want []id.Tip
		for range 5 {
			want = append([]id.Tip{s.gives().ID}, want...)
			s.Clk.Advance(time.Second)
		}
		s.Want(second(s.tips.Give(s.Ctx, s.request(func(r *tip.Request) { r.Card = s.save(s.fan, "pm_card_chargeCustomerFail") }))), fault.CardDeclined)
		ids := func(all []tip.Tip) (ids []id.Tip) {
			for _, t := range all {
				ids = append(ids, t.ID)
			}
			return ids
		}
		s.Read(func(tx *db.Tx) error {
			all, err := tip.OfCreator(s.Ctx, tx, s.creator, tip.Page{Limit: 3})
			s.OK(err)
			rest, err := tip.OfCreator(s.Ctx, tx, s.creator, tip.Page{Before: want[2], Limit: 3})
			s.OK(err)
			sent, err := tip.OfFan(s.Ctx, tx, s.fan, tip.Page{Limit: 10})
			s.OK(err)
			if got := slices.Concat(ids(all), ids(rest)); !slices.Equal(got, want) || len(sent) != 6 {
				t.Errorf("the creator's are %v, want %v; the fan gave %d", got, want, len(sent))
			}
			return nil
		})
	})
}
