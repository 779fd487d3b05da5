package webhook_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger/ledgertest"
	"github.com/ovationhq/ovation/internal/outbox"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/webhook"
)

func TestCreate(t *testing.T) {
	each(t, func(w *world) {
		n := webhook.NewEndpoint{Key: "k", URL: "http://127.0.0.1:3999/x", Description: "  Ours ", Types: []string{"payout.paid", "gift.sent", "gift.sent"}}
		e, err := w.hooks.Create(w.ctx, manager, n)
		w.ok(err)
		if e.Replayed || e.Description != "Ours" || !slices.Equal(e.Types, []string{"gift.sent", "payout.paid"}) || e.State != webhook.Enabled || e.CreatedBy != "key_host" {
			w.Errorf("made: %+v", e)
		}
		again, err := w.hooks.Create(w.ctx, manager, n)
		w.ok(err)
		if !again.Replayed || again.ID != e.ID {
			w.Errorf("the same key has made %+v", again)
		}
		n.URL = "http://127.0.0.1:3999/y"
		_, err = w.hooks.Create(w.ctx, manager, n)
		w.want(err, fault.IdempotencyKeyReused)
		other := manager
		other.Key = "key_other" // has keys of its own
		_, err = w.hooks.Create(w.ctx, other, n)
		w.ok(err)

		for _, bad := range []webhook.NewEndpoint{
			{URL: "ftp://127.0.0.1/"}, {URL: ""}, {URL: "http://nobody.invalid/"},
		} {
			bad.Key = "bad"
			_, err = w.hooks.Create(w.ctx, manager, bad)
			w.want(err, fault.URLNotAllowed)
		}
		_, err = w.hooks.Create(w.ctx, manager, webhook.NewEndpoint{Key: "bad", URL: n.URL, Types: []string{"Gift"}, Description: strings.Repeat("x", 201)})
		w.want(err, fault.ValidationFailed)
		_, err = w.hooks.Create(w.ctx, manager, webhook.NewEndpoint{Key: "bad", URL: n.URL, Types: strings.Fields(strings.Repeat("a.b a.c ", 1) + many("t.", 51))})
		w.want(err, fault.ValidationFailed)
		for i := range 48 {
			_, err = w.hooks.Create(w.ctx, manager, webhook.NewEndpoint{Key: fmt.Sprint("more ", i), URL: n.URL})
			w.ok(err)
		}
		_, err = w.hooks.Create(w.ctx, manager, webhook.NewEndpoint{Key: "one too many", URL: n.URL})
		w.want(err, fault.LimitReached)
		w.ok(w.hooks.Delete(w.ctx, manager, e.ID))
		_, err = w.hooks.Create(w.ctx, manager, webhook.NewEndpoint{Key: "one too many", URL: n.URL})
		w.ok(err)
		n.URL = "http://127.0.0.1:3999/x"
		_, err = w.hooks.Create(w.ctx, manager, n)
		w.want(err, fault.Gone)
		all, err := w.hooks.Endpoints(w.ctx, reader, webhook.Page{Limit: 100})
		w.ok(err)
		if len(all) != 50 || all[0].ID <= all[1].ID {
			w.Errorf("%d endpoints", len(all))
		}
	})
}

func many(prefix string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%s%c%c ", prefix, 'a'+i/26, 'a'+i%26)
	}
	return b.String()
}

// TestWho tries every verb as somebody who may not, and on what is not there.
func TestWho(t *testing.T) {
	each(t, func(w *world) {
		e := w.endpoint(receive(w))
		text, types := "x", []string{}
		verbs := map[string]func(by people.Caller, e id.Endpoint) error{
			"get": func(by people.Caller, e id.Endpoint) error { _, err := w.hooks.Endpoint(w.ctx, by, e); return err },
			"change": func(by people.Caller, e id.Endpoint) error {
				_, err := w.hooks.Change(w.ctx, by, e, webhook.Change{Description: &text, Types: &types})
				return err
			},
			"secret": func(by people.Caller, e id.Endpoint) error { _, err := w.hooks.Secret(w.ctx, by, e); return err },
			"rotate": func(by people.Caller, e id.Endpoint) error { _, err := w.hooks.Rotate(w.ctx, by, e, 0); return err },
			"test":   func(by people.Caller, e id.Endpoint) error { _, err := w.hooks.Test(w.ctx, by, e); return err },
			"log": func(by people.Caller, e id.Endpoint) error {
				_, err := w.hooks.Deliveries(w.ctx, by, e, webhook.DeliveryPage{Limit: 1})
				return err
			},
			"delivery": func(by people.Caller, e id.Endpoint) error {
				_, err := w.hooks.Delivery(w.ctx, by, e, "whd_x")
				return err
			},
			"redeliver": func(by people.Caller, e id.Endpoint) error {
				_, err := w.hooks.Redeliver(w.ctx, by, e, webhook.Range{From: 1})
				return err
			},
			"disable": func(by people.Caller, e id.Endpoint) error { _, err := w.hooks.Disable(w.ctx, by, e, ""); return err },
			"enable":  func(by people.Caller, e id.Endpoint) error { _, err := w.hooks.Enable(w.ctx, by, e, true); return err },
			"delete":  func(by people.Caller, e id.Endpoint) error { return w.hooks.Delete(w.ctx, by, e) },
		}
		reads := []string{"get", "log", "delivery"}
		fan := people.Caller{Person: "usr_fan", Roles: []people.Role{people.Creator}}
		for name, verb := range verbs {
			w.want(verb(fan, e.ID), fault.ScopeMissing)
			w.want(verb(manager, "whe_01kgw1ptrhe8zr2b7a5y3c9dxm"), fault.NotFound)
			if !slices.Contains(reads, name) {
				w.want(verb(reader, e.ID), fault.ScopeMissing)
			}
		}
		_, err := w.hooks.Create(w.ctx, reader, webhook.NewEndpoint{Key: "k", URL: e.URL})
		w.want(err, fault.ScopeMissing)
		_, err = w.hooks.Endpoints(w.ctx, fan, webhook.Page{Limit: 1})
		w.want(err, fault.ScopeMissing)
		if now := w.see(e); now.URL != e.URL || now.State != webhook.Enabled {
			w.Errorf("a refusal has changed %+v", now)
		}
		operator := people.Caller{Person: "usr_op", Roles: []people.Role{people.Operator}}
		_, err = w.hooks.Disable(w.ctx, operator, e.ID, "Tonight we move.")
		w.ok(err)
		_, err = w.hooks.Disable(w.ctx, operator, e.ID, "")
		w.want(err, fault.AlreadyDone)
		for _, name := range []string{"test", "redeliver"} {
			w.want(verbs[name](operator, e.ID), fault.StateConflict)
		}
		w.ok(verbs["enable"](operator, e.ID))
		w.want(verbs["enable"](operator, e.ID), fault.AlreadyDone)
		w.ok(verbs["delete"](operator, e.ID))
		for name, verb := range verbs {
			if err := verb(operator, e.ID); !fault.Is(err, fault.NotFound) {
				w.Errorf("%s of what is deleted: %v", name, err)
			}
		}
	})
}

func TestRotate(t *testing.T) {
	each(t, func(w *world) {
		r := receive(w)
		e := w.endpoint(r)
		first, err := w.hooks.Secret(w.ctx, manager, e.ID)
		w.ok(err)
		second, err := w.hooks.Rotate(w.ctx, manager, e.ID, webhook.Overlap)
		w.ok(err)
		if second.Old != first.Present || second.Present == first.Present || !strings.HasPrefix(second.Present, "whsec_") {
			w.Errorf("%+v after %+v", second, first)
		}
		_, err = w.hooks.Rotate(w.ctx, manager, e.ID, webhook.Overlap) // somebody lost the answer
		w.want(err, fault.StateConflict)
		_, err = w.hooks.Rotate(w.ctx, manager, e.ID, webhook.Overlap+time.Second)
		w.want(err, fault.ValidationFailed)
		r.learn(w, e.ID) // both have to fit from now on
		w.clk.Advance(webhook.Overlap - time.Microsecond)
		w.happen("gift.sent")
		w.run()
		if all := r.messages(); len(strings.Fields(all[0].header.Get("webhook-signature"))) != 2 {
			w.Errorf("the signature: %s", all[0].header.Get("webhook-signature"))
		}
		w.clk.Advance(time.Microsecond)
		r.learn(w, e.ID)
		w.happen("gift.sent")
		w.run()
		if all := r.messages(); len(r.secrets) != 1 || len(strings.Fields(all[1].header.Get("webhook-signature"))) != 1 {
			w.Errorf("the signature a day later: %s", all[1].header.Get("webhook-signature"))
		}
		_, err = w.hooks.Rotate(w.ctx, manager, e.ID, webhook.Overlap)
		w.ok(err)
		leaked, err := w.hooks.Rotate(w.ctx, manager, e.ID, 0)
		w.ok(err)
		r.learn(w, e.ID)
		if leaked.Old != "" || len(r.secrets) != 1 {
			w.Errorf("an old secret still signs: %+v", leaked)
		}
		w.happen("gift.sent")
		w.run()
		w.same(r.sequences(), upTo(3))
	})
}

func TestRedeliver(t *testing.T) {
	each(t, func(w *world) {
		r := receive(w)
		e := w.endpoint(r)
		w.happen("gift.sent", "gift.sent", "payout.paid")
		w.run()
		w.clk.Advance(time.Hour)
		w.happen("gift.sent", "payout.paid")
		w.run()
		again := func(want []int64, ra webhook.Range) {
			w.Helper()
			before := len(r.messages())
			n, err := w.hooks.Redeliver(w.ctx, manager, e.ID, ra)
			w.ok(err)
			w.run()
			w.same(r.sequences()[before:], want)
			if n != int64(len(want)) {
				w.Errorf("%d are said, want %d", n, len(want))
			}
		}
		again([]int64{2}, webhook.Range{Delivery: w.deliveries(e)[1].ID})
		again([]int64{2, 3, 4}, webhook.Range{From: 2, To: 4})
		again([]int64{1, 2}, webhook.Range{To: 2})
		again([]int64{4, 5}, webhook.Range{SinceUS: w.clk.Now().UnixMicro()})
		again(upTo(5), webhook.Range{From: 1, State: webhook.Delivered})
		if d := w.deliveries(e)[1]; d.Attempts != 5 || len(d.Log) != 5 || d.State != webhook.Delivered {
			w.Errorf("the second: %+v", d)
		}
		refused := func(code fault.Code, ra webhook.Range) {
			w.Helper()
			_, err := w.hooks.Redeliver(w.ctx, manager, e.ID, ra)
			w.want(err, code)
		}
		refused(fault.ValidationFailed, webhook.Range{})
		refused(fault.ValidationFailed, webhook.Range{From: 1, SinceUS: 1})
		refused(fault.ValidationFailed, webhook.Range{From: 3, To: 2})
		refused(fault.ValidationFailed, webhook.Range{From: -1})
		refused(fault.NotFound, webhook.Range{From: 6})
		refused(fault.NotFound, webhook.Range{From: 1, State: webhook.Dead})
		refused(fault.NotFound, webhook.Range{Delivery: "whd_other"})

		page, err := w.hooks.Deliveries(w.ctx, reader, e.ID, webhook.DeliveryPage{Type: "payout.paid", State: webhook.Delivered, Before: 5, Limit: 10})
		w.ok(err)
		if len(page) != 1 || page[0].Sequence != 3 || page[0].Event != id.Event(r.number(3).ID) {
			w.Errorf("the page: %+v", page)
		}
		one, err := w.hooks.Delivery(w.ctx, reader, e.ID, page[0].ID)
		w.ok(err)
		if one.Sequence != 3 || len(one.Log) != len(page[0].Log) {
			w.Errorf("the one: %+v", one)
		}
	})
}

// TestEnableAnew leaves out what happened while the endpoint was disabled.
func TestEnableAnew(t *testing.T) {
	each(t, func(w *world) {
		r := receive(w)
		e := w.endpoint(r)
		r.says(http.StatusBadGateway)
		w.happen("gift.sent")
		w.run()
		_, err := w.hooks.Disable(w.ctx, manager, e.ID, "")
		w.ok(err)
		w.happen("gift.sent")
		w.clk.Advance(day)
		w.run()
		if len(r.messages()) != 1 {
			w.Errorf("a disabled endpoint was sent %d messages", len(r.messages()))
		}
		r.says(http.StatusOK)
		_, err = w.hooks.Enable(w.ctx, manager, e.ID, false)
		w.ok(err)
		w.happen("payout.paid")
		w.run()
		if n := len(r.messages()); n != 3 || r.number(2).Type != "webhook.endpoint.enabled" || r.number(3).Type != "payout.paid" {
			w.Errorf("%d messages after", n)
		}
		if d := w.deliveries(e)[0]; d.State != webhook.Dead {
			w.Errorf("what waited: %+v", d)
		}
	})
}

// TestEnableMuch enables endpoints for which more waits than one transaction
// does: all of it is sent, or none.
func TestEnableMuch(t *testing.T) {
	each(t, func(w *world) {
		const much = 2300
		resumed, anew := receive(w), receive(w)
		first, second := w.endpoint(resumed), w.endpoint(anew)
		w.happen(slices.Repeat([]string{"gift.sent"}, much)...)
		w.fan()
		for _, e := range []webhook.Endpoint{first, second} {
			_, err := w.hooks.Disable(w.ctx, manager, e.ID, "")
			w.ok(err)
		}
		w.ok(w.d.Write(w.ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(w.ctx, "UPDATE webhook_delivery SET tries = 9, first_us = 1, next_us = next_us + $1", int64(day/time.Microsecond))
			return err
		}))
		w.clk.Advance(time.Second)
		_, err := w.hooks.Enable(w.ctx, manager, first.ID, true)
		w.ok(err)
		_, err = w.hooks.Enable(w.ctx, manager, second.ID, false)
		w.ok(err)
		for _, e := range []webhook.Endpoint{first, second} {
			_, err = w.hooks.Enable(w.ctx, manager, e.ID, true)
			w.want(err, fault.AlreadyDone)
		}
		_, err = w.hooks.Enable(w.ctx, manager, "whe_01jd0000000000000000000009", true)
		w.want(err, fault.NotFound)
		count := func(e webhook.Endpoint, where string) (n int64) {
			w.ok(w.d.Read(w.ctx, func(tx *db.Tx) error {
				return tx.Row(w.ctx, "SELECT COUNT(*) FROM webhook_delivery WHERE type = 'gift.sent' AND endpoint_id = $1 AND "+where, e.ID).Scan(&n)
			}))
			return n
		}
		if n := count(first, "state = 'waiting' AND tries = 0 AND first_us = 0 AND next_us <= made_us + 1000000"); n != much {
			w.Errorf("%d of %d are due", n, much)
		}
		if n := count(second, "state = 'dead'"); n != much {
			w.Errorf("%d of %d are dead", n, much)
		}
		_, err = w.hooks.Redeliver(w.ctx, manager, second.ID, webhook.Range{SinceUS: w.clk.Now().UnixMicro(), State: webhook.Dead})
		w.want(err, fault.NotFound)
		n, err := w.hooks.Redeliver(w.ctx, manager, second.ID, webhook.Range{SinceUS: w.clk.Now().Add(-time.Second).UnixMicro(), State: webhook.Dead})
		if w.ok(err); n != much {
			w.Errorf("%d of %d are sent again", n, much)
		}
	})
}

func TestSweep(t *testing.T) {
	each(t, func(w *world) {
		r, gone := receive(w), receive(w)
		e, away := w.endpoint(r), w.endpoint(gone)
		w.happen(slices.Repeat([]string{"gift.sent"}, 1200)...)
		w.run()
		w.ok(w.hooks.Delete(w.ctx, manager, away.ID))
		w.clk.Advance(29 * day)
		w.happen("gift.sent")
		w.run()
		w.ok(w.hooks.Sweep(w.ctx))
		if now := w.see(e); now.Removed != 0 {
			w.Errorf("after 29 days %d are removed", now.Removed)
		}
		left := func(table string) (n int64) {
			w.ok(w.d.Read(w.ctx, func(tx *db.Tx) error { return tx.Row(w.ctx, "SELECT COUNT(*) FROM "+table).Scan(&n) }))
			return n
		}
		if n := left("webhook_endpoint"); n != 1 {
			w.Errorf("%d endpoints are left", n)
		}
		r.says(http.StatusInternalServerError)
		_, err := w.hooks.Redeliver(w.ctx, manager, e.ID, webhook.Range{From: 1001, To: 1001})
		w.ok(err)
		w.run()
		w.clk.Advance(day + time.Second)
		w.ok(w.hooks.Sweep(w.ctx)) // up to the one that waits
		if now := w.see(e); now.Removed != 1000 {
			w.Errorf("%d are removed, want those before the one that waits", now.Removed)
		}
		_, err = w.hooks.Redeliver(w.ctx, manager, e.ID, webhook.Range{From: 1000})
		w.want(err, fault.Gone)
		ledgertest.Verify(w, w.d, webhook.Checks()...)
		r.says(http.StatusOK)
		w.run()
		w.ok(w.hooks.Sweep(w.ctx))
		if now := w.see(e); now.Removed != 1200 || left("webhook_delivery") != 1 || left("webhook_attempt") != 1 {
			w.Errorf("%d are removed, %d are left", now.Removed, left("webhook_delivery"))
		}

		// Work that was lost is planned again.
		w.happen("gift.sent")
		w.fan()
		w.ok(w.d.Write(w.ctx, func(tx *db.Tx) error { _, err := tx.Exec(w.ctx, "DELETE FROM due_work"); return err }))
		w.run()
		if w.waiting() != 1 {
			w.Error("it was sent without work")
		}
		w.ok(w.hooks.Sweep(w.ctx))
		w.run()
		if w.waiting() != 0 {
			w.Error("the sweep has not brought it back")
		}
	})
}

// TestVerify plants one violation of each rule.
func TestVerify(t *testing.T) {
	for _, c := range []struct{ rule, statement string }{
		{webhook.RuleSequence, "DELETE FROM webhook_delivery WHERE sequence = 2"},
		{webhook.RuleSequence, "UPDATE webhook_endpoint SET sequence = sequence + 1"},
		{webhook.RuleSequence, "UPDATE webhook_endpoint SET removed = 1"},
		{webhook.RuleSequence, "UPDATE webhook_delivery SET sequence = 9 WHERE sequence = 3"},
		{webhook.RuleEvent, "UPDATE webhook_delivery SET type = 'payout.paid' WHERE sequence = 3"},
		{webhook.RuleEvent, "UPDATE webhook_delivery SET event = 99 WHERE sequence = 3"},
		{webhook.RuleEvent, "UPDATE webhook_endpoint SET place = 1"},
		{webhook.RuleEvent, "UPDATE webhook_delivery SET event = 0 WHERE sequence = 3"},
		{webhook.RuleOutcome, "DELETE FROM webhook_attempt WHERE delivery_id = (SELECT id FROM webhook_delivery WHERE sequence = 3)"},
		{webhook.RuleOutcome, "UPDATE webhook_delivery SET attempts = 4 WHERE sequence = 3"},
		{webhook.RuleOutcome, "UPDATE webhook_attempt SET status = 500"},
		{webhook.RuleOutcome, "UPDATE webhook_delivery SET attempts = 0 WHERE sequence = 1"},
	} {
		t.Run(c.statement, func(t *testing.T) {
			planted := false
			each(t, func(w *world) {
				w.endpoint(receive(w))
				w.happen("gift.sent", "gift.sent", "gift.sent")
				w.run()
				ledgertest.Verify(w, w.d, webhook.Checks()...)
				w.ok(w.d.Write(w.ctx, func(tx *db.Tx) error {
					for _, st := range []string{"DELETE FROM webhook_attempt WHERE delivery_id IN (SELECT id FROM webhook_delivery WHERE sequence = 2)", c.statement} {
						if st == c.statement || strings.Contains(c.statement, "DELETE FROM webhook_delivery") {
							if _, err := tx.Exec(w.ctx, st); err != nil {
								return err
							}
						}
					}
					return nil
				}))
				ledgertest.Names(w, w.d, c.rule, webhook.Checks()...)
				planted = true
				w.ok(w.d.Write(w.ctx, func(tx *db.Tx) error { // each looks at the end that all is right
					for _, table := range []string{"webhook_attempt", "webhook_delivery", "webhook_endpoint"} {
						if _, err := tx.Exec(w.ctx, "DELETE FROM "+table); err != nil {
							return err
						}
					}
					return nil
				}))
			})
			if !planted {
				t.Error("nothing was planted")
			}
		})
	}
}

// TestSchema tries what the tables themselves refuse.
func TestSchema(t *testing.T) {
	each(t, func(w *world) {
		w.endpoint(receive(w))
		w.happen("gift.sent", "gift.sent")
		w.run()
		for _, statement := range []string{
			"UPDATE webhook_delivery SET sequence = 1",
			"UPDATE webhook_delivery SET event = 1",
			"UPDATE webhook_delivery SET tries = 11",
			"UPDATE webhook_delivery SET state = 'waiting'",
			"UPDATE webhook_delivery SET ended_us = 0",
			"UPDATE webhook_endpoint SET secret = ''",
			"UPDATE webhook_endpoint SET state = 'disabled'",
			"UPDATE webhook_endpoint SET old_until_us = 7",
			"UPDATE webhook_endpoint SET removed = 3",
			"DELETE FROM webhook_endpoint",
			"DELETE FROM webhook_delivery",
		} {
			err := w.d.Write(w.ctx, func(tx *db.Tx) error { _, err := tx.Exec(w.ctx, statement); return err })
			if err == nil {
				w.Errorf("nothing refuses: %s", statement)
			}
		}
	})
}

// TestPoison has a delivery whose event is gone: its work fails and is given
// up, and another endpoint is sent to all the same.
func TestPoison(t *testing.T) {
	each(t, func(w *world) {
		w.endpoint(receive(w))
		r := receive(w)
		w.endpoint(r)
		w.happen("gift.sent")
		w.fan()
		exec := func(query string) {
			w.ok(w.d.Write(w.ctx, func(tx *db.Tx) error { _, err := tx.Exec(w.ctx, query); return err }))
		}
		exec("UPDATE webhook_delivery SET event = 77 WHERE id = (SELECT MIN(id) FROM webhook_delivery)")
		w.run()
		w.same(r.sequences(), upTo(1))
		var list []outbox.Planned
		w.ok(w.d.Read(w.ctx, func(tx *db.Tx) (err error) {
			list, err = outbox.Listed(w.ctx, tx, outbox.Listing{Limit: 10})
			return err
		}))
		if len(list) != 1 || !strings.Contains(list[0].LastError, "not in the log") {
			w.Errorf("the work: %+v", list)
		}
		exec("UPDATE webhook_delivery SET event = 1 WHERE event = 77")
		w.clk.Advance(time.Minute)
		w.run()
		if w.waiting() != 0 {
			w.Error("it was not sent once it was mended")
		}
	})
}
