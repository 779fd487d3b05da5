package reconcile_test

import (
	"context"
	"errors"
	"fmt"
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
	"github.com/ovationhq/ovation/internal/purchase"
	"github.com/ovationhq/ovation/internal/reconcile"
	"github.com/ovationhq/ovation/internal/reversal"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// desk is a shop, the provider beside it, and who compares the two.
type desk struct {
	*gifttest.World
	box  *sandboxtest.Box
	api  *stripe.Client
	pay  *collect.Service
	shop *purchase.Service
	rec  *reconcile.Service
	fan  id.Person
	card string
}

func checks() []ledger.Check {
	return gifttest.Checks(append(append(purchase.Checks(), casework.Checks()...), reconcile.Checks()...)...)
}

func each(t *testing.T, test func(s *desk)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		s := &desk{World: gifttest.New(t, d, clk), box: sandboxtest.New(t, clk)}
		var err error
		s.api, err = stripe.New(stripe.Config{SecretKey: sandbox.DefaultSecretKey, BaseURL: s.box.URL, HTTPClient: sandboxtest.Client(10 * time.Second), Timeout: 10 * time.Second})
		s.OK(err)
		s.pay = collect.New(d, s.api, people.Payer)
		s.shop, s.rec = purchase.NewService(d, s.pay), reconcile.NewService(d, s.api)
		s.fan = s.Person()
		c, err := s.shop.AddTestCard(s.Ctx, s.fan, "pm_card_bypassPending")
		s.OK(err)
		s.card = c.ID
		test(s)
		s.Events()
		ledgertest.Verify(t, d, checks()...)
	})
}

func (s *desk) buy() purchase.Purchase {
	s.T.Helper()
	p, err := s.shop.Buy(s.Ctx, purchase.Request{Key: s.Key(), Person: s.fan, Coins: 70, Currency: "USD", Card: s.card, ReturnURL: "http://app.test/back"})
	s.OK(err)
	return p
}

func (s *desk) run(a reconcile.Ask) reconcile.Run {
	s.T.Helper()
	s.Clk.Advance(time.Microsecond)
	r, err := s.rec.Run(s.Ctx, a)
	s.OK(err)
	return r
}

// agrees fails the test unless both books say the same, to the cent.
func (s *desk) agrees(a reconcile.Ask) reconcile.Run {
	s.T.Helper()
	r := s.run(a)
	if !r.OK() || len(r.Differences) > 0 {
		s.T.Errorf("the books differ: %+v", r)
	}
	for _, t := range r.Totals {
		if t.Ours != t.Theirs() || t.Ours != s.box.Holds("", string(t.Asset)) {
			s.T.Errorf("the totals: %+v, the provider holds %d", t, s.box.Holds("", string(t.Asset)))
		}
	}
	return r
}

// differs fails the test unless these are the differences, as kind, cause and sums.
func (s *desk) differs(r reconcile.Run, want ...string) {
	s.T.Helper()
	var got []string
	for _, d := range r.Differences {
		got = append(got, fmt.Sprintf("%s %s %d %d %t", d.Kind, d.Cause, d.Ours, d.Theirs, d.InFlight))
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		s.T.Errorf("they differ by\n%q, want\n%q", got, want)
	}
	for _, t := range r.Totals {
		if t.Unexplained() != 0 {
			s.T.Errorf("the total is not explained: %+v", t)
		}
	}
}

func (s *desk) balance(path string) (n int64) {
	s.T.Helper()
	s.Read(func(tx *db.Tx) (err error) {
		n, err = ledger.Balance(s.Ctx, tx, ledger.Ref{Path: path, Asset: money.USD})
		return err
	})
	return n
}

func (s *desk) cases() (all []casework.Case) {
	s.T.Helper()
	s.Read(func(tx *db.Tx) (err error) {
		all, err = casework.List(s.Ctx, tx, casework.Query{Limit: 10})
		return err
	})
	return all
}

func TestAgree(t *testing.T) {
	each(t, func(s *desk) {
		if r := s.agrees(reconcile.Ask{}); r.Entries != 0 || r.Causes != 0 {
			t.Errorf("nothing was compared: %+v", r)
		}
		for range 3 {
			s.buy()
		}
		s.OK(s.box.SetExtraFee(7)) // booked as the provider says
		s.buy()
		if r := s.agrees(reconcile.Ask{}); r.Fresh != 4 || r.Causes != 4 {
			t.Errorf("%+v", r)
		}
		s.Clk.Advance(72 * time.Hour)
		s.buy()
		s.box.Settle()
		if r := s.agrees(reconcile.Ask{}); r.Fresh != 1 || r.Entries != 5 || r.Causes > 5 {
			t.Errorf("since: %+v", r)
		}
		s.Clk.Advance(time.Hour)
		if r := s.agrees(reconcile.Ask{}); r.Fresh != 0 || r.Entries != 1 || r.Causes > 1 {
			t.Errorf("what agreed before is not compared: %+v", r)
		}
		if r := s.agrees(reconcile.Ask{Complete: true}); r.Causes != 5 || r.Entries != 5 || r.SinceUS != 0 {
			t.Errorf("complete: %+v", r)
		}
		var all []reconcile.Run
		s.Read(func(tx *db.Tx) (err error) { all, err = reconcile.Runs(s.Ctx, tx, 10); return err })
		if len(all) != 5 || all[0].Causes != 5 || len(all[0].Totals) != 1 || all[0].AtUS < all[1].AtUS {
			t.Errorf("kept: %+v", all)
		}
	})
}

// TestConverted has the provider keep its balance in another currency.
func TestConverted(t *testing.T) {
	each(t, func(s *desk) {
		s.OK(s.box.SetSettlement("eur"))
		s.buy()
		s.OK(s.box.SetLateEntries(true))
		s.buy()
		s.differs(s.run(reconcile.Ask{}), fmt.Sprintf("missing_there %s 99 0 true", s.last()))
		s.Clk.Advance(2 * time.Minute)
		s.box.Settle()
		var open []string
		s.Read(func(tx *db.Tx) (err error) {
			open, err = db.Collect[string](tx.Query(s.Ctx, "SELECT id FROM payment_charge WHERE "+payment.UnderWay))(func(r *db.Rows) (c string, err error) { return c, r.Scan(&c) })
			return err
		})
		for _, c := range open {
			_, err := s.pay.Settle(s.Ctx, id.Payment(c))
			s.OK(err)
		}
		s.agrees(reconcile.Ask{})
	})
}

// last is the id of the last purchase.
func (s *desk) last() (p string) {
	s.T.Helper()
	s.Read(func(tx *db.Tx) error {
		return tx.Row(s.Ctx, "SELECT MAX(id) FROM coin_purchase").Scan(&p)
	})
	return p
}

// TestOwnMoney books what is the platform's own, and puts the rest into suspense.
func TestOwnMoney(t *testing.T) {
	each(t, func(s *desk) {
		for range 3 {
			s.buy()
		}
		held := -s.balance(ledger.Provider)
		po, err := s.box.PayOut("usd", 150)
		s.OK(err)
		s.OK(s.box.TakeFee("usd", 12))
		s.OK(s.box.TakeFee("usd", -5))
		r := s.run(reconcile.Ask{})
		s.differs(r, "missing_here  0 5 true", "missing_here  0 -12 true", "missing_here  0 -150 true")
		s.Clk.Advance(6 * time.Minute)
		if r = s.run(reconcile.Ask{}); r.Booked != 3 || !r.OK() || r.InFlight != 0 {
			t.Errorf("%+v", r)
		}
		if a, b, c := s.balance(ledger.Bank), s.balance(ledger.ProviderUnknown), s.balance(ledger.Provider); a != -150 || b != -7 || -c != held-157 {
			t.Errorf("%d in the bank, %d in suspense, %d at the provider", a, b, c)
		}
		s.OK(s.box.Bounce(po, "account_closed"))
		s.Clk.Advance(6 * time.Minute)
		s.agrees(reconcile.Ask{})
		s.agrees(reconcile.Ask{Complete: true})
		if n := s.balance(ledger.Bank); n != 0 {
			t.Errorf("%d in the bank", n)
		}
		all := s.cases()
		if len(all) != 2 || all[0].Kind != casework.Difference || all[0].Amount.Units+all[1].Amount.Units != -7 {
			t.Fatalf("the cases: %+v", all)
		}
		cases := casework.NewService(s.D, reversal.LimitFor)
		for _, c := range all {
			for _, who := range []id.Person{"usr_op", "usr_another"} { // there is no rule of how much one may decide about
				_, err := cases.Decide(s.Ctx, c.ID, people.Caller{Person: who, Roles: []people.Role{people.Operator}}, "a fee")
				s.OK(err)
			}
		}
		if a, b := s.balance(ledger.ProviderUnknown), s.balance(ledger.DifferenceCosts); a != 0 || b != -7 {
			t.Errorf("%d in suspense, %d written off", a, b)
		}
		s.agrees(reconcile.Ask{})
	})
}

// TestLost restores our database from an older copy, so to say: a new one knows
// nothing of what the provider holds, and reconciliation lists all of it.
func TestLost(t *testing.T) {
	each(t, func(s *desk) {
		first := s.buy()
		s.agrees(reconcile.Ask{})
		var charge, lost string
		second := s.buy()
		s.Read(func(tx *db.Tx) error {
			return tx.Row(s.Ctx, "SELECT id, provider_id FROM payment_charge WHERE subject = $1", second.ID).Scan(&lost, &charge)
		})
		s.Clk.Advance(time.Hour)
		fresh := &said{entries: []payment.Entry{}}
		s.OK(s.api.EachEntry(s.Ctx, time.Time{}, func(e payment.Entry) error {
			if e.Ref == lost { // whose row the older copy lacks
				e.Ref, e.Parent = "pay_7zzzzzzzzzzzzzzzzzzzzzzzzz", "pi_unknown"
			}
			fresh.entries = append(fresh.entries, e)
			return nil
		}))
		fresh.balances, _ = s.api.Balance(s.Ctx, "")
		s.Exec("DELETE FROM reconcile_entry")
		r, err := reconcile.NewService(s.D, fresh).Run(s.Ctx, reconcile.Ask{Complete: true})
		s.OK(err)
		net := s.box.Holds("", "USD") / 2
		s.differs(r, fmt.Sprintf("missing_there %s %d 0 false", second.ID, net), fmt.Sprintf("missing_here pay_7zzzzzzzzzzzzzzzzzzzzzzzzz 0 %d false", net))
		if r.Problems != 2 || r.Booked != 0 || first.ID == second.ID {
			t.Errorf("%+v", r)
		}
		s.Exec("DELETE FROM reconcile_entry")
		s.Exec("DELETE FROM reconcile_open")
		s.agrees(reconcile.Ask{Complete: true})
	})
}

// said is a provider that says what a test wants.
type said struct {
	balances []payment.Balance
	entries  []payment.Entry
	failing  error
}

func (p *said) Balance(context.Context, string) ([]payment.Balance, error) { return p.balances, nil }

func (p *said) EachEntry(_ context.Context, since time.Time, f func(payment.Entry) error) error {
	for _, e := range p.entries {
		if e.CreatedAt.Before(since) {
			continue
		}
		if err := f(e); err != nil {
			return err
		}
	}
	return p.failing
}

// books posts what a product posts, and tells what the provider tells of it.
func (s *desk) books(cause string, amount, fee int64) {
	s.T.Helper()
	s.Write(func(tx *db.Tx) error {
		_, err := ledger.Post(s.Ctx, tx, "coin_purchase.fee", cause, "", ledger.Move{From: ledger.Provider, To: ledger.Conversion, Amount: usd(amount)}, ledger.Move{From: ledger.ProcessingCosts, To: ledger.Provider, Amount: usd(fee)})
		return err
	})
}

func usd(n int64) money.Amount { return money.Amount{Units: n, Asset: money.USD} }

func (p *said) tells(ref string, amount, fee int64, at time.Time) {
	n := len(p.entries)
	p.entries = append(p.entries, payment.Entry{ID: fmt.Sprintf("txn_%d", n), Type: "charge", Source: fmt.Sprintf("ch_%d", n), SourceKind: "charge", Ref: ref, Amount: usd(amount), Fee: usd(fee), Net: usd(amount - fee), CreatedAt: at})
	if p.balances == nil {
		p.balances = []payment.Balance{{Available: usd(0), Pending: usd(0)}}
	}
	p.balances[0].Pending.Units += amount - fee
}

// TestKinds plants a difference of each kind.
func TestKinds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Manual) {
		s := &desk{World: gifttest.New(t, d, clk)}
		p := &said{}
		s.rec = reconcile.NewService(d, p)
		cause := func(n int) string { return fmt.Sprintf("dsp_%026d", n) } // rows that the provider's own doing made
		for n, v := range []struct{ ours, fee, theirs, theirFee int64 }{
			{100, 10, 100, 10}, // they agree
			{100, 0, 100, 10},  // our fee is not there yet
			{100, 9, 100, 10},
			{101, 10, 100, 10},
			{101, 11, 100, 10}, // the fee makes up for the amount
			{100, 10, 0, 0},
			{0, 0, 100, 10},
		} {
			if v.ours != 0 {
				s.books(cause(n), v.ours, v.fee)
			}
			if v.theirs != 0 {
				p.tells(cause(n), v.theirs, v.theirFee, clk.Now())
			}
		}
		want := func(young bool) (all []string) {
			for _, w := range []string{"fee_differs %s 100 90", "fee_differs %s 91 90", "amount_differs %s 91 90", "fee_differs %s 90 90", "missing_there %s 90 0", "missing_here %s 0 90"} {
				all = append(all, fmt.Sprintf(w+" %t", cause(len(all)+1), young))
			}
			return all
		}
		if r := s.run(reconcile.Ask{}); r.OK() != true || r.InFlight != 6 {
			t.Errorf("in flight: %+v", r)
		} else {
			s.differs(r, want(true)...)
		}
		clk.Advance(time.Hour)
		if r := s.run(reconcile.Ask{}); r.Problems != 6 || r.InFlight != 0 {
			t.Errorf("%+v", r)
		} else {
			s.differs(r, want(false)...)
		}
		p.balances[0].Available.Units += 3
		if r := s.run(reconcile.Ask{}); r.Problems != 7 || r.Totals[0].Unexplained() != 3 {
			t.Errorf("a total that nothing explains: %+v", r)
		}
		p.balances[0].Available.Units -= 3
		p.failing = &payment.Error{Kind: payment.ErrUnknown, Reason: "it broke"}
		if _, err := s.rec.Run(s.Ctx, reconcile.Ask{}); err == nil || errors.Is(err, context.Canceled) {
			t.Errorf("a provider that fails: %v", err)
		}
		p.failing = nil
		s.books(cause(6), 100, 10)
		if r := s.run(reconcile.Ask{}); r.Problems != 5 {
			t.Errorf("after one was healed: %+v", r)
		}
		ledgertest.Verify(t, d, append(casework.Checks(), reconcile.Checks()...)...)
	})
}

// TestFoundLater learns what an entry in suspense belongs to.
func TestFoundLater(t *testing.T) {
	each(t, func(s *desk) {
		s.buy()
		s.agrees(reconcile.Ask{})
		var charge string
		s.Read(func(tx *db.Tx) error {
			return tx.Row(s.Ctx, "SELECT provider_id FROM payment_charge").Scan(&charge)
		})
		p := &said{}
		p.balances, _ = s.api.Balance(s.Ctx, "")
		s.OK(s.api.EachEntry(s.Ctx, time.Time{}, func(e payment.Entry) error {
			e.Ref = ""
			p.entries = append(p.entries, e)
			return nil
		}))
		// The row of the charge does not know the provider's id yet, so the entry leads
		// nowhere, and waits in suspense.
		s.Exec("DELETE FROM reconcile_entry")
		s.Exec("UPDATE payment_charge SET provider_id = 'pi_else'")
		s.Clk.Advance(time.Hour)
		s.rec = reconcile.NewService(s.D, p)
		if r := s.run(reconcile.Ask{Complete: true}); r.Booked != 1 || r.Problems == 0 || s.balance(ledger.ProviderUnknown) == 0 {
			t.Errorf("%+v", r)
		}
		s.Exec("UPDATE payment_charge SET provider_id = $1", charge)
		s.agrees(reconcile.Ask{})
		if c := s.cases(); len(c) != 1 || c[0].State != casework.Closed || c[0].By != casework.ByRule || c[0].Decision != "cleared" || s.balance(ledger.ProviderUnknown) != 0 {
			t.Errorf("%+v", c)
		}
		s.agrees(reconcile.Ask{Complete: true})
	})
}

// Every rule of verify.go names the damage that it is there for.
func TestVerifyBites(t *testing.T) {
	each(t, func(s *desk) {
		for range 3 {
			s.buy()
		}
		_, err := s.box.PayOut("usd", 150)
		s.OK(err)
		s.OK(s.box.TakeFee("usd", 12))
		s.Clk.Advance(time.Hour)
		s.agrees(reconcile.Ask{})
		paid, fee := " WHERE type = 'payout'", " WHERE type = 'stripe_fee'"
		s.Unguard("reconcile_entry", "entry_is_net_of_its_fee")
		for _, plant := range []struct{ name, rule, damage, undo string }{
			{"compared what is not there", reconcile.RulePlace, "UPDATE reconcile_place SET seq = seq + 100", "UPDATE reconcile_place SET seq = seq - 100"},
			{"another amount", reconcile.RuleBooked, "UPDATE reconcile_entry SET net_units = net_units - 1" + paid, "UPDATE reconcile_entry SET net_units = net_units + 1" + paid},
			{"booked elsewhere", reconcile.RuleBooked, "UPDATE reconcile_entry SET booked = 'suspense'" + paid, "UPDATE reconcile_entry SET booked = 'bank'" + paid},
			{"booked and not said", reconcile.RuleBooked, "UPDATE reconcile_entry SET booked = ''" + paid, "UPDATE reconcile_entry SET booked = 'bank'" + paid},
			{"said and not booked", reconcile.RuleBooked, "UPDATE reconcile_entry SET booked = 'bank' WHERE type = 'charge'", "UPDATE reconcile_entry SET booked = '' WHERE type = 'charge'"},
			{"booked for no entry", reconcile.RuleBooked, "UPDATE ledger_transfer SET cause = 'ent_x' WHERE kind = 'provider_entry.bank'",
				"UPDATE ledger_transfer SET cause = (SELECT id FROM reconcile_entry" + paid + ") WHERE cause = 'ent_x'"},
			{"in suspense without a case", reconcile.RuleCase, "UPDATE casework_case SET subject = 'x'", "UPDATE casework_case SET subject = (SELECT id FROM reconcile_entry" + fee + ")"},
			{"a case of another amount", reconcile.RuleCase, "UPDATE casework_case SET amount_units = amount_units + 1", "UPDATE casework_case SET amount_units = amount_units - 1"},
		} {
			t.Run(plant.name, func(t *testing.T) {
				s.Exec(plant.damage)
				ledgertest.Names(t, s.D, plant.rule, checks()...)
				s.Exec(plant.undo)
				ledgertest.Verify(t, s.D, checks()...)
			})
		}
	})
}
