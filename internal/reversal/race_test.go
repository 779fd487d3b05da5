package reversal_test

import (
	"errors"
	"flag"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/casework"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payment"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/purchase"
	"github.com/ovationhq/ovation/internal/reversal"
)

// raceRounds is how often each pair is raced: go test -run TestPairs -rounds 200.
var raceRounds = flag.Int("rounds", 0, "how often each pair of state changes is raced, from one stage of the money after another; 0 is one or two stages each")

// The stages of the money of a purchase.
var moneyStages = []string{"unspent", "gifted", "available", "scheduled", "sent", "paid"}

// race is one round: a fan's purchase and what has become of it.
type race struct {
	*desk
	n       int
	subject string
	charge  string
	payout  id.Payout
}

// contenders are the state changes that are raced with each other.
var contenders = []struct {
	name string
	do   func(r *race, side int) error
}{
	{"purchase", func(r *race, side int) error {
		_, err := r.shop.Buy(r.Ctx, purchase.Request{Key: r.key("buy", side), Person: r.fan, Coins: 70, Currency: "USD", Card: r.card, ReturnURL: "http://app.test/back"})
		return err
	}},
	{"gift", func(r *race, side int) error {
		_, err := r.Gifts.Send(r.Ctx, gift.Request{Key: r.key("gift", side), Sender: r.fan, Item: "rose", Quantity: 12, Target: r.room})
		return err
	}},
	{"hold", func(r *race, _ int) error { // of the payout by an operator
		_, err := r.pay.Hold(r.Ctx, r.olu, r.payout, "We look into it.", r.Clk.Now().Add(time.Hour))
		return err
	}},
	{"end of the hold", func(r *race, _ int) error { // of what was earned; and what else is due
		_, err := r.Runner.RunDue(r.Ctx)
		return err
	}},
	{"payout", func(r *race, side int) error {
		_, err := r.pay.Withdraw(r.Ctx, payout.Request{Key: r.key("payout", side), Creator: r.creator})
		return err
	}},
	{"refund", func(r *race, side int) error {
		_, err := r.back.Refund(r.Ctx, r.olu, reversal.Request{Key: r.key("refund", side), Subject: r.subject, Units: int64(r.n%2) * 200, Spent: true, Reason: reversal.Duplicate, Note: "Twice."})
		return err
	}},
	{"dispute", func(r *race, _ int) error {
		if _, err := r.box.Dispute(r.charge, "fraudulent", int64(r.n%3)*150, false); err != nil {
			return err
		}
		_, err := r.box.Tick(r.Ctx) // brings the news
		return err
	}},
}

func (r *race) key(what string, side int) string {
	return fmt.Sprintf("race-%s-%d-%d", what, r.n, side)
}

// stage makes a purchase of a new fan and takes its money so far.
func (s *desk) stage(n int, name string) *race {
	s.T.Helper()
	s.fan = s.Person()
	s.card = s.save("pm_card_bypassPending")
	p := s.buys(350, "USD")
	r := &race{desk: s, n: n, subject: string(p.ID), charge: s.charge(string(p.ID)).Provider, payout: "pyo_none"}
	at := 0
	for moneyStages[at] != name {
		at++
	}
	if at >= 1 {
		s.Give(s.fan, "rose", s.room, 58)
	}
	if at >= 2 {
		s.Clk.Advance(9 * 24 * time.Hour)
		s.settle()
	}
	if at >= 3 {
		w, err := s.pay.Withdraw(s.Ctx, payout.Request{Key: r.key("before", 0), Creator: s.creator})
		if err != nil && fault.CodeOf(err) == "" {
			s.T.Fatal(err)
		}
		if err == nil {
			r.payout = w.ID
		}
	}
	if at >= 4 {
		s.Clk.Advance(61 * time.Second)
		s.settle()
	}
	if at >= 5 {
		s.Clk.Advance(4 * 24 * time.Hour)
		s.settle()
	}
	return r
}

// run races two of them, lets everything settle, and compares all books.
func (r *race) run(a, b int) {
	r.T.Helper()
	name := contenders[a].name + " and " + contenders[b].name
	if contenders[a].name == "end of the hold" || contenders[b].name == "end of the hold" {
		r.Clk.Advance(9 * 24 * time.Hour) // so that it is due
	}
	begin := make(chan struct{})
	var wg sync.WaitGroup
	for side, c := range []int{a, b} {
		wg.Go(func() {
			<-begin
			err := contenders[c].do(r, side)
			if _, ofProvider := errors.AsType[*payment.Error](err); err != nil && fault.CodeOf(err) == "" && !ofProvider && contenders[c].name != "dispute" {
				r.T.Errorf("%s, round %d: %s: %v", name, r.n, contenders[c].name, err)
			} else if fault.CodeOf(err) == fault.Internal {
				r.T.Errorf("%s, round %d: %s: %v", name, r.n, contenders[c].name, err)
			}
		})
	}
	close(begin)
	wg.Wait()
	for range 3 { // a dispute waits for a refund that is under way
		r.Clk.Advance(25 * time.Second)
		r.settle()
	}
	r.agree()
	if n := r.Count("SELECT COUNT(*) FROM reversal WHERE state IN ('asking', 'inquiry')"); n > 0 {
		r.T.Errorf("%s, round %d: %d refunds or disputes are on their way still", name, r.n, n)
	}
	r.writeOff()
	if r.T.Failed() {
		r.T.Fatalf("%s, round %d", name, r.n)
	}
}

// writeOff closes the differences that somebody has to decide about: a bank that took
// what had gone back before.
func (s *desk) writeOff() {
	s.T.Helper()
	var open []casework.Case
	s.Read(func(tx *db.Tx) error {
		all, err := casework.List(s.Ctx, tx, casework.Query{Kind: casework.Difference, State: casework.Opened, Limit: 10})
		open = all
		return err
	})
	for _, c := range open {
		s.Write(func(tx *db.Tx) error {
			_, err := casework.Settle(s.Ctx, tx, c.ID, "somebody", casework.WrittenOff, "The bank did not look.")
			return err
		})
	}
}

// TestPairs races every pair of what changes the state of money, from each stage of
// it, and finds the books right after each round. With -rounds each pair has a world
// of its own.
func TestPairs(t *testing.T) {
	if *raceRounds == 0 {
		each(t, func(s *desk) {
			for n, pair := range pairs() {
				for k := range 1 + pair[1]/(len(contenders)-2) { // twice with what takes money back
					s.stage(2*n+k, moneyStages[(2*n+k+n/6)%len(moneyStages)]).run(pair[0], pair[1])
				}
			}
		})
		return
	}
	for _, pair := range pairs() {
		t.Run(contenders[pair[0]].name+" and "+contenders[pair[1]].name, func(t *testing.T) {
			each(t, func(s *desk) {
				for n := range *raceRounds {
					s.stage(n, moneyStages[n%len(moneyStages)]).run(pair[0], pair[1])
				}
			})
		})
	}
}

func pairs() (all [][2]int) {
	for a := range contenders {
		for b := a; b < len(contenders); b++ {
			all = append(all, [2]int{a, b})
		}
	}
	return all
}
