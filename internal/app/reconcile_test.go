package app

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/casework"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payment/collect"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/purchase"
	"github.com/ovationhq/ovation/internal/reconcile"
)

// pays buys coins, whatever comes of it.
func (s *shop) pays() purchase.Purchase {
	s.t.Helper()
	s.n++
	s.clk.Advance(time.Second)
	p, err := s.Purchases.Buy(s.t.Context(), purchase.Request{Key: fmt.Sprint(s.n), Person: s.fan, Coins: 70, Currency: money.USD, Card: s.card, ReturnURL: "http://app.test/"})
	s.ok(err)
	return p
}

// oracle fails the test unless our books are the provider's, to the cent.
func (s *shop) oracle() {
	s.t.Helper()
	ours := map[string]int64{}
	s.ok(s.DB.Read(s.t.Context(), func(tx *db.Tx) error {
		all, err := ledger.Balances(s.t.Context(), tx, ledger.Provider, 10, "")
		for _, a := range all {
			ours[string(a.Asset)] = -a.Balance
		}
		return err
	}))
	for _, b := range s.Sandbox().Books() {
		if theirs := b.Balances[""]; ours[strings.ToUpper(b.Currency)] != theirs || b.Difference() != 0 {
			s.t.Errorf("the provider holds %d %s, we say %d", theirs, b.Currency, ours[strings.ToUpper(b.Currency)])
		}
	}
}

// TestThreeDaysWithoutNews loses the reply of each charge and all webhooks, and
// its due work, for three days; one poll makes all good.
func TestThreeDaysWithoutNews(t *testing.T) {
	eachShop(t, func(s *shop) {
		ctx := t.Context()
		s.ok(s.Sandbox().SetWebhooks(sandbox.Webhooks{Off: true}))
		s.ok(s.Sandbox().SetLateEntries(true))
		var all []purchase.Purchase
		for range 3 {
			all = append(all, s.buy())
			s.clk.Advance(20 * time.Hour)
			_, err := s.Sandbox().Tick(ctx)
			s.ok(err)
		}
		s.write(func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, "DELETE FROM due_work WHERE kind = $1", collect.WorkSettle)
			return err
		})
		ledgertest.Names(t, s.DB, payment.RuleAsked, Checks()...)
		s.clk.Advance(11 * time.Hour)
		s.ok(s.pollAndReconcile(ctx))
		for _, p := range all {
			s.is(p, payment.Succeeded)
		}
		s.oracle()
		r, err := s.Reconcile(ctx, reconcile.Ask{Complete: true})
		if s.ok(err); !r.OK() || r.InFlight != 0 || r.Entries != 3 {
			t.Errorf("%+v", r)
		}
	})
}

// TestKnownWithinAMinute loses the answers of charges in each way there is. While
// the provider answers what it is asked then, each outcome is known within a minute
// of the clock.
func TestKnownWithinAMinute(t *testing.T) {
	eachShop(t, func(s *shop) {
		ctx := t.Context()
		s.ok(s.Sandbox().SetWebhooks(sandbox.Webhooks{Off: true}))
		s.ok(s.Runner.Start(ctx))
		for _, mode := range []sandbox.Mode{sandbox.Before, sandbox.After, sandbox.Reset, sandbox.ResetBefore, sandbox.RateLimit} {
			s.Sandbox().AddFault(sandbox.Fault{Operation: "POST /v1/payment_intents", Mode: mode, Next: 1})
			began := s.clk.Now()
			p := s.pays()
			for s.clk.Now().Sub(began) < time.Minute {
				if got, err := s.Purchases.Get(ctx, p.ID); err != nil || got.Outcome == payment.Succeeded {
					s.ok(err)
					break
				}
				s.clk.Advance(time.Second)
				_, err := s.Runner.RunDue(ctx)
				s.ok(err)
			}
			if took := s.clk.Now().Sub(began); took >= time.Minute {
				t.Errorf("%s: still unknown after %s", mode, took)
			}
		}
		s.oracle()
	})
}

// TestRestoredFromOlderCopy goes on with a database that lacks the last hour.
func TestRestoredFromOlderCopy(t *testing.T) {
	eachShop(t, func(s *shop) {
		ctx := t.Context()
		s.pays()
		s.oracle()
		r, err := s.Reconcile(ctx, reconcile.Ask{})
		if s.ok(err); !r.OK() {
			t.Fatalf("%+v", r)
		}
		// What came after the copy is known to the provider alone.
		client, err := s.Stripe.SavedCards(ctx, s.customer())
		s.ok(err)
		var lost []string
		for i := range 2 {
			ref := fmt.Sprintf("pay_%026d", i)
			_, err := s.Stripe.CreateCharge(ctx, payment.ChargeRequest{Ref: ref, Amount: money.Amount{Units: 499, Asset: money.USD}, Customer: s.customer(), Card: client[0].ID})
			s.ok(err)
			lost = append(lost, ref)
		}
		s.clk.Advance(time.Hour)
		s.ok(s.pollAndReconcile(ctx))
		r, err = s.Reconcile(ctx, reconcile.Ask{})
		s.ok(err)
		var told []string
		for _, d := range r.Differences {
			if d.Kind != reconcile.MissingHere || d.InFlight || d.Ours != 0 {
				t.Errorf("%+v", d)
			}
			told = append(told, d.Cause)
		}
		if slices.Sort(told); !slices.Equal(told, lost) || r.Problems != 2 || r.Booked != 0 {
			t.Errorf("told is %q of %q: %+v", told, lost, r)
		}
	})
}

func (s *shop) customer() (customer string) {
	s.t.Helper()
	s.write(func(tx *db.Tx) (err error) {
		customer, err = payment.CustomerOf(s.t.Context(), tx, s.fan)
		return err
	})
	return customer
}

// TestDisputesAgree opens disputes and has them won and lost, and refunds made:
// each entry of the provider leads to a row of ours, and the books agree.
func TestDisputesAgree(t *testing.T) {
	eachShop(t, func(s *shop) {
		ctx := t.Context()
		for range 3 {
			s.pays()
		}
		all := s.Sandbox().Latest(sandbox.Charges, 3)
		won, err := s.Sandbox().Dispute(all[0].ID, "fraudulent", 0, false)
		s.ok(err)
		_, err = s.Sandbox().Dispute(all[1].ID, "fraudulent", 0, false)
		s.ok(err)
		s.ok(s.pollAndReconcile(ctx))
		s.ok(s.Sandbox().CloseDispute(won, true))
		s.clk.Advance(time.Hour)
		s.ok(s.pollAndReconcile(ctx))
		s.clk.Advance(time.Hour)
		s.oracle()
		r, err := s.Reconcile(ctx, reconcile.Ask{Complete: true})
		if s.ok(err); !r.OK() || len(r.Differences) != 0 || r.Booked != 0 || r.Causes != 5 {
			t.Errorf("%+v", r)
		}
	})
}

// given is how the refunds and disputes of what was paid stand, by the state.
func (s *shop) given(p purchase.Purchase) (states []string) {
	s.t.Helper()
	s.write(func(tx *db.Tx) (err error) {
		states, err = db.Collect[string](tx.Query(s.t.Context(), "SELECT state FROM reversal WHERE subject = $1 ORDER BY id", p.ID))(func(r *db.Rows) (x string, err error) { return x, r.Scan(&x) })
		return err
	})
	return states
}

// TestOldNews has nobody ask for news for longer than the poller looks back: what
// happened meanwhile is heard of still, and also what the provider has forgotten to
// have told.
func TestOldNews(t *testing.T) {
	eachShop(t, func(s *shop) {
		ctx := t.Context()
		s.ok(s.Sandbox().SetWebhooks(sandbox.Webhooks{Off: true}))
		s.ok(s.pollAndReconcile(ctx))
		for _, away := range []time.Duration{4 * 24 * time.Hour, 29 * 24 * time.Hour, 40 * 24 * time.Hour} {
			s.clk.Advance(time.Hour)
			s.pays() // what the bank takes has to come from somewhere
			disputed, given := s.pays(), s.pays()
			all := s.Sandbox().Latest(sandbox.Charges, 2)
			_, err := s.Sandbox().Dispute(all[1].ID, "fraudulent", 0, false)
			s.ok(err)
			_, err = s.Sandbox().GiveBack(all[0].ID, "", 0)
			s.ok(err)
			s.clk.Advance(away)
			s.ok(s.poll(ctx))
			if away < 30*24*time.Hour && (!slices.Equal(s.given(disputed), []string{"open"}) || !slices.Equal(s.given(given), []string{"refunded"})) {
				t.Errorf("after %s the poll knows of %q and %q", away, s.given(disputed), s.given(given))
			}
			if r, err := s.Reconcile(ctx, reconcile.Ask{}); err != nil || !r.OK() {
				t.Errorf("after %s: %v, %+v", away, err, r)
			}
			if !slices.Equal(s.given(disputed), []string{"open"}) || !slices.Equal(s.given(given), []string{"refunded"}) {
				t.Errorf("after %s it knows of %q and %q", away, s.given(disputed), s.given(given))
			}
			s.oracle()
		}
	})
}

// TestRefundOfWhatIsHeld has a refund given at the provider of what a dispute holds
// here, because its news came first: after three days the refund stands in suspense
// with a case. Once somebody has written it off, nothing takes it over any more; else
// it is taken over when the dispute has ended.
func TestRefundOfWhatIsHeld(t *testing.T) {
	for name, writtenOff := range map[string]bool{"written_off": true, "taken": false} {
		t.Run(name, func(t *testing.T) { eachShop(t, func(s *shop) { s.refundOfWhatIsHeld(writtenOff) }) })
	}
}

func (s *shop) refundOfWhatIsHeld(writtenOff bool) {
	t := s.t
	ctx := t.Context()
	run := func() reconcile.Run {
		t.Helper()
		s.clk.Advance(time.Hour)
		r, err := s.Reconcile(ctx, reconcile.Ask{})
		s.ok(err)
		return r
	}
	s.ok(s.Sandbox().SetWebhooks(sandbox.Webhooks{Off: true}))
	for range 4 {
		s.pays()
	}
	p := s.pays()
	ch := s.Sandbox().Latest(sandbox.Charges, 1)[0].ID
	_, err := s.Sandbox().GiveBack(ch, "", 0)
	s.ok(err)
	dispute, err := s.Sandbox().Dispute(ch, "fraudulent", 0, false)
	s.ok(err)
	s.ok(s.Reversals.LookUp(ctx, "dispute", dispute))
	if r := run(); r.Problems != 1 || r.Booked != 0 || r.Differences[0].Kind != reconcile.MissingHere {
		t.Errorf("%+v", r)
	}
	s.clk.Advance(3 * 24 * time.Hour)
	if r := run(); !r.OK() || r.Booked != 1 {
		t.Errorf("%+v", r)
	}
	s.oracle()
	if writtenOff {
		var one []casework.Case
		s.write(func(tx *db.Tx) (err error) {
			one, err = casework.List(ctx, tx, casework.Query{Kind: casework.Difference, Limit: 10})
			return err
		})
		_, err = s.Cases.Decide(ctx, one[0].ID, string(s.fan), "We bear it.")
		s.ok(err)
	}
	s.ok(s.Sandbox().CloseDispute(dispute, true))
	s.ok(s.Reversals.LookUp(ctx, "dispute", dispute))
	s.ok(s.poll(ctx))
	if r := run(); !r.OK() {
		t.Errorf("%+v", r)
	}
	want := []string{"won"}
	if !writtenOff {
		want = []string{"won", "refunded"}
	}
	if got := s.given(p); !slices.Equal(got, want) {
		t.Errorf("they are %q", got)
	}
	s.oracle()
}
