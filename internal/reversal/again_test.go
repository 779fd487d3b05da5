package reversal_test

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/reversal"
)

// The clock steps back while a call is on its way: nobody knows how old its key is,
// so nothing else is asked until the call must show, and a part goes back once.
func TestClockStepsBack(t *testing.T) {
	each(t, func(s *desk) {
		p := s.buys(700, "USD")
		s.box.AddFault(sandbox.Fault{Operation: "POST /v1/refunds", Mode: sandbox.Hold, Next: 1})
		done := make(chan error)
		go func() {
			_, err := s.refund(s.olu, reversal.Request{Key: "held", Subject: string(p.ID), Units: 2_00, Reason: reversal.Goodwill, Note: "A part."})
			done <- err
		}()
		for s.box.Held() == 0 {
			runtime.Gosched()
		}
		s.Clk.Set(s.Clk.Now().Add(-time.Minute))
		one := s.only()
		for range 3 {
			_, err := s.back.Drive(s.Ctx, one.ID)
			s.OK(err)
		}
		s.box.Release()
		s.OK(<-done)
		s.later(21 * time.Hour)
		s.is(one.ID, reversal.Refunded)
		found, err := s.api.FindRefunds(s.Ctx, s.charge(string(p.ID)).Provider)
		if s.OK(err); len(found) != 1 {
			t.Errorf("%d refunds", len(found))
		}
	})
}

// only is the one refund that there is.
func (s *desk) only() (r reversal.Reversal) {
	s.T.Helper()
	s.Read(func(tx *db.Tx) error {
		all, err := reversal.List(s.Ctx, tx, reversal.Query{Kind: id.KindRefund, Limit: 2})
		if len(all) != 1 {
			s.T.Fatalf("the refunds are %+v", all)
		}
		r = all[0]
		return err
	})
	return r
}

// After a part of it was lost to a bank, the rest can be given back.
func TestRefundAfterLostPart(t *testing.T) {
	each(t, func(s *desk) {
		p, tp := s.buys(1400, "USD"), s.tipped(20_00)
		s.Give(s.fan, "rose", s.room, 100)
		for _, subject := range []string{string(p.ID), string(tp.ID)} {
			d := s.disputes(subject, 5_00, false)
			s.closes(d, false)
			s.is(d.ID, reversal.Lost)
		}
		all := s.spending()
		if len(all) != 2 || all[0].Why != "" || all[1].Why != "" {
			t.Errorf("the rest of it can not go back: %+v", all)
		}
		r := s.must(s.olu, reversal.Request{Subject: string(p.ID), Spent: true, Reason: reversal.Goodwill, Note: "The rest."})
		if r = s.is(r.ID, reversal.Refunded); r.Amount != usd(14_99) {
			t.Errorf("the refund is %+v", r)
		}
		r = s.must(s.olu, reversal.Request{Subject: string(tp.ID), Reason: reversal.Goodwill, Note: "The rest."})
		if r = s.is(r.ID, reversal.Refunded); r.Amount != usd(15_00) {
			t.Errorf("the refund is %+v", r)
		}
		if now := s.snapshot(); now.coins != 0 || now.pending != 0 || now.deferred != 0 {
			t.Errorf("%+v", now)
		}
	})
}

func (s *desk) spending() (all []reversal.Spending) {
	s.T.Helper()
	s.Read(func(tx *db.Tx) (err error) {
		all, err = reversal.SpendingOf(s.Ctx, tx, s.fan)
		return err
	})
	return all
}

// What a list asks for is found by an index, however many refunds there are.
func TestListUsesAnIndex(t *testing.T) {
	each(t, func(s *desk) {
		if s.D.Engine() != "sqlite" {
			return
		}
		for index, q := range map[string]reversal.Query{
			"reversal_subject":   {Kind: id.KindRefund, Subject: "cps_x"},
			"reversal_person":    {Kind: id.KindRefund, Person: "usr_x"},
			"reversal_state":     {Kind: id.KindRefund, State: reversal.Proposed},
			"reversal_under_way": {Kind: id.KindDispute, Under: true},
		} {
			q.Limit = 10
			query, args := reversal.Statement(q)
			s.Read(func(tx *db.Tx) error {
				plan, err := db.Collect[string](tx.Query(s.Ctx, "EXPLAIN QUERY PLAN "+query, args...))(func(r *db.Rows) (step string, err error) {
					var n int64
					return step, r.Scan(&n, &n, &n, &step)
				})
				if !strings.Contains(strings.Join(plan, "; "), index) {
					t.Errorf("%+v is not found by %s: %v", q, index, plan)
				}
				return err
			})
		}
	})
}
