package report_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/chat"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/gift/gifttest"
	"github.com/ovationhq/ovation/internal/goal"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/report"
)

// The operator's figures are those of the books, of the payouts and of the
// purchases, at every step.
func TestOverview(t *testing.T) {
	each(t, func(s *desk) {
		fan, _ := s.buyer(1400, 350)
		creator := s.Creator()
		room := s.Live(creator)
		s.Give(fan, "rose", room, 33)
		s.AddUp()
		s.Give(fan, "lion", room, 1)
		o, err := s.reader.Overview(s.Ctx)
		s.OK(err)
		if o.Totals.CoinsOutstanding != 1750-665 || o.Totals.DiamondsPending != 665 || fmt.Sprint(o.Pending) != "[{332 USD}]" || len(o.Maturing) != 0 || o.Checked != nil {
			t.Errorf("before anything is due: %+v", o)
		}
		today := o.Days[len(o.Days)-1]
		if len(o.Days) != 28 || today.Purchases != 2 || today.CoinsSold != 1750 || today.Gifts != 34 || today.Coins != 665 || o.Behind != 0 {
			t.Errorf("today: %+v", today)
		}
		s.Later(2 * 24 * time.Hour)
		if o, err = s.reader.Overview(s.Ctx); err != nil || fmt.Sprint(o.Maturing) != "[{332 USD}]" {
			t.Errorf("two days later: %+v, %v", o.Maturing, err)
		}
		s.Later(7 * 24 * time.Hour)
		p := s.withdraw(creator, 200)
		_, err = s.pay.Hold(s.Ctx, people.Console(), p, "We look into it.", time.Time{})
		s.OK(err)
		s.Exec("INSERT INTO due_work (kind, work_key, due_us, attempts, claim, lease_us, dead, last_error, planned_us) VALUES ('x', 'y', 1, 12, 0, 0, 1, 'no', 1)")
		report1, err := ledger.Verify(s.Ctx, s.D, nil)
		s.OK(err)
		s.Write(func(tx *db.Tx) error { return ledger.NoteVerification(s.Ctx, tx, report1) })
		open, err := s.shop.AddTestCard(s.Ctx, fan, "pm_card_threeDSecureRequired")
		s.OK(err)
		s.bought(fan, open.ID)
		o, err = s.reader.Overview(s.Ctx)
		s.OK(err)
		if fmt.Sprint(o.Payable) != "[{132 USD}]" || len(o.Due) != 1 || o.Due[0].State != "held" || o.Due[0].Count != 1 || o.Due[0].Units != 200 || o.DeadWork != 1 || o.Purchases.Open != 1 || o.Purchases.Unknown != 0 || o.Purchases.OldestUS != s.Clk.Now().UnixMicro() || len(o.Pending) != 0 {
			t.Errorf("with a held payout: %+v", o)
		}
		if o.Checked == nil || o.Checked.Problems != 0 || o.Checked.Transfers != report1.Transfers || o.Checked.AtUS != s.Clk.Now().UnixMicro() || o.Since != 0 {
			t.Errorf("the check: %+v", o.Checked)
		}
		if d := o.Days[len(o.Days)-1]; d.Payouts != 1 || fmt.Sprint(d.Payout) != "[{200 USD}]" || d.Gifts != 0 {
			t.Errorf("today: %+v", d)
		}
		for i, state := range []string{"enabled", "enabled", "disabled"} {
			code, us := "", int64(0)
			if state == "disabled" {
				code, us = "failed", 5
			}
			s.Exec("INSERT INTO webhook_endpoint (id, url, description, types, state, disabled_code, disabled_reason, disabled_us, secret, secret_us, old_secret, old_until_us, place, sequence, removed, failing_us, idem_key, fingerprint, created_by, created_us) VALUES ($1, 'https://a.test/', '', '', $2, $3, '', $4, 'x', 1, '', 0, 0, 0, 0, $5, $1, 0, 'x', 1)",
				id.Format(id.KindEndpoint, 1, uint64(i)), state, code, us, int64(7*(i%2)))
		}
		s.Exec("INSERT INTO webhook_delivery (id, endpoint_id, sequence, event, type, state, next_us, made_us) VALUES ($1, $2, 1, 1, 'gift.sent', 'waiting', 9, 1)", id.Format(id.KindDelivery, 1, 1), id.Format(id.KindEndpoint, 1, 0))
		if o, err = s.reader.Overview(s.Ctx); err != nil || o.Webhooks != (report.WebhookHealth{Enabled: 2, Disabled: 1, Failing: 1, FailingUS: 7, Waiting: 1}) {
			t.Errorf("the webhooks: %+v, %v", o.Webhooks, err)
		}
		for _, one := range []string{id.Format(id.KindEndpoint, 1, 2), id.Format(id.KindDelivery, 1, 1)} {
			if found, err := s.reader.Search(s.Ctx, one); err != nil || len(found) != 1 {
				t.Errorf("%s finds %+v, %v", one, found, err)
			}
		}
		s.Exec("DELETE FROM webhook_delivery")
		s.Exec("DELETE FROM webhook_endpoint")
		s.Exec("DELETE FROM due_work WHERE kind = 'x'")
		s.Exec("UPDATE ledger_transfer SET kind = 'x.y' WHERE seq = 2")
		report2, err := ledger.Verify(s.Ctx, s.D, nil)
		s.OK(err)
		s.Exec("UPDATE ledger_transfer SET kind = (SELECT kind FROM ledger_transfer WHERE seq = 1) WHERE seq = 2")
		s.Clk.Advance(time.Second)
		s.Write(func(tx *db.Tx) error { return ledger.NoteVerification(s.Ctx, tx, report2) })
		if o, err = s.reader.Overview(s.Ctx); err != nil || o.Checked.Problems == 0 || o.Checked.Findings[0].Rule != ledger.RuleChain {
			t.Errorf("the check of broken books: %+v, %v", o.Checked, err)
		}
		s.Clk.Advance(61 * 24 * time.Hour)
		s.Write(func(tx *db.Tx) error { return ledger.NoteVerification(s.Ctx, tx, report1) })
		if n := s.Count("SELECT COUNT(*) FROM ledger_verification"); n != 1 {
			t.Errorf("%d checks are kept", n)
		}
	})
}

// The tree adds up to the accounts, now and at every point before; a point that
// can not be answered is an error.
func TestTree(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		reader := report.NewReader(w.D)
		fan, creator := w.Fan(500, 600), w.Creator()
		room := w.Live(creator)
		w.Give(fan, "rose", room, 3)
		middle := w.Count("SELECT seq FROM ledger_head")
		was, err := reader.Tree(w.Ctx, "", report.AsOf{}, "", 100)
		w.OK(err)
		instant := w.Clk.Now()
		w.Clk.Advance(time.Hour)
		w.Give(fan, "rose", room, 30)
		w.Later(9 * 24 * time.Hour)
		for _, point := range []report.AsOf{{Seq: middle}, {At: instant}, {At: instant.Add(time.Minute)}} {
			for limit := 1; limit < 9; limit++ {
				var branches []report.Branch
				for after, first := "", true; first || after != ""; first = false {
					page, err := reader.Tree(w.Ctx, "", point, after, limit)
					w.OK(err)
					if len(page.Branches) > limit || fmt.Sprint(page.Sums) != "[{0 COIN} {0 DIAMOND} {0 USD}]" {
						t.Fatalf("a page of %d, sums %v", len(page.Branches), page.Sums)
					}
					branches, after = append(branches, page.Branches...), page.Next
				}
				if fmt.Sprint(branches) != fmt.Sprint(was.Branches) {
					t.Errorf("at %+v by %d: %v, then it was %v", point, limit, branches, was.Branches)
				}
			}
		}
		for limit := 1; limit < 9; limit++ {
			sum := map[money.Asset]int64{}
			for after, first := "", true; first || after != ""; first = false {
				page, err := reader.Tree(w.Ctx, "world/", report.AsOf{}, after, limit)
				w.OK(err)
				for _, b := range page.Branches {
					for _, a := range b.Sums {
						sum[a.Asset] += a.Units
					}
				}
				after = page.Next
			}
			if sum["COIN"] != -1100 || sum["DIAMOND"] != 0 {
				t.Errorf("the world by %d: %v", limit, sum)
			}
		}
		for _, bad := range []report.AsOf{{Seq: -1}, {Seq: 99999}, {At: instant.Add(-999 * time.Hour)}, {At: w.Clk.Now().Add(time.Hour)}, {Seq: 1, At: instant}} {
			_, err := reader.Tree(w.Ctx, "", bad, "", 5)
			w.Want(err, fault.InvalidParameter)
			_, err = report.Ask(w.Ctx, reader, report.AccountsAsOf("", bad, 5, ""))
			w.Want(err, fault.InvalidParameter)
		}
		_, err = reader.Tree(w.Ctx, "wor", report.AsOf{}, "", 5)
		w.Want(err, fault.InvalidParameter)
	})
}

// An account's lines end at its balance, and begin at nothing.
func TestAccountLines(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		reader := report.NewReader(w.D)
		fan, room := w.Fan(50, 60), w.Live(w.Creator())
		for i := range int64(7) {
			w.Give(fan, "rose", room, 1+i%3)
		}
		ref := ledger.Ref{Path: ledger.CoinsSpent, Asset: money.Coin}
		for limit := 1; limit < 12; limit++ {
			var lines []report.AccountLine
			for after, first := "", true; first || after != ""; first = false {
				page, err := reader.Account(w.Ctx, ref, after, limit)
				w.OK(err)
				lines, after = append(lines, page.Lines...), page.Next
			}
			balance := w.Balance(ref.Path, ref.Asset)
			for _, l := range lines {
				if l.Balance != balance || l.Change <= 0 {
					t.Fatalf("after transfer %d by %d it held %d, not %d", l.Seq, limit, balance, l.Balance)
				}
				balance -= l.Change
			}
			if balance != 0 || len(lines) < 7 {
				t.Errorf("before its %d lines it held %d", len(lines), balance)
			}
		}
		_, err := reader.Account(w.Ctx, ledger.Ref{Path: "nobody", Asset: money.Coin}, "", 5)
		w.Want(err, fault.NotFound)
		for _, bad := range []string{"x", "1", "0 1", "1 x"} {
			_, err := reader.Account(w.Ctx, ref, bad, 5)
			w.Want(err, fault.CursorInvalid)
		}
	})
}

// Transfers are chosen by kind within days, by cause and by account.
func TestTransferFilter(t *testing.T) {
	gifttest.Each(t, func(w *gifttest.World) {
		reader := report.NewReader(w.D)
		fan, room := w.Fan(500), w.Live(w.Creator())
		begun := w.Clk.Now()
		for range 6 {
			w.Clk.Advance(time.Hour)
			w.Give(fan, "rose", room, 1)
		}
		all := func(f report.TransferFilter, limit int) (seqs []int64) {
			for before, first := int64(0), true; first || before != 0; first = false {
				rows, next, err := reader.Transfers(w.Ctx, f, before, limit)
				w.OK(err)
				for _, r := range rows {
					seqs = append(seqs, r.Seq)
				}
				before = next
			}
			return seqs
		}
		for limit := 1; limit < 9; limit++ {
			for want, f := range map[string]report.TransferFilter{
				"[7 6 5 4 3 2]": {Filter: ledger.Filter{Kind: "gift.sent"}, From: begun}, "[4 3]": {Filter: ledger.Filter{Kind: "gift.sent"}, From: begun.Add(2 * time.Hour), To: begun.Add(4 * time.Hour)},
				"[1]": {To: begun.Add(time.Minute)}, "[7 6]": {From: begun.Add(5 * time.Hour)}, "[6 5]": {Filter: ledger.Filter{Account: ledger.CoinsSpent}, From: begun.Add(4 * time.Hour), To: begun.Add(6 * time.Hour)},
				"[]": {Filter: ledger.Filter{Kind: "x"}, From: begun},
			} {
				if got := fmt.Sprint(all(f, limit)); got != want {
					t.Errorf("%+v by %d: %s, want %s", f, limit, got, want)
				}
			}
		}
		_, _, err := reader.Transfers(w.Ctx, report.TransferFilter{Filter: ledger.Filter{Kind: "gift.sent"}}, 0, 5)
		w.Want(err, fault.InvalidParameter)
	})
}

// Whatever has an id is found by it, also by the provider's and by a name.
func TestSearch(t *testing.T) {
	each(t, func(s *desk) {
		fan, bought := s.buyer(1400)
		creator := s.Creator()
		room, video := s.Live(creator), s.Video(creator)
		g := s.Give(fan, "lion", room, 1)
		s.Later(9 * 24 * time.Hour)
		p := s.withdraw(creator, 200)
		s.Later(2 * time.Minute)
		var text string
		one := func(query string, args ...any) string {
			s.Read(func(tx *db.Tx) error { return tx.Row(s.Ctx, query, args...).Scan(&text) })
			return text
		}
		s.Exec("UPDATE person SET handle = 'ada', handle_skeleton = 'ada' WHERE id = $1", string(creator))
		aim, err := goal.NewService(s.D).Set(s.Ctx, goal.NewGoal{Creator: creator, Title: "A new camera", Metric: goal.Coins, Wanted: 5000})
		s.OK(err)
		said, err := chat.NewService(s.D).Send(s.Ctx, chat.NewMessage{Room: id.Live(room), Author: fan, Body: "hello"})
		s.OK(err)
		events := s.Events("gift.sent")
		for what, want := range map[string]string{
			string(aim.ID): "goal", string(said.ID): "message",
			string(fan): "person", string(bought[0].ID): "purchase", string(bought[0].Lot): "lot", string(g.ID): "gift", room: "live", video: "video", string(p): "payout", "@ada": "person", "ADA": "person",
			string(g.Transfer()): "transfer", "2": "transfer", "platform/deferred": "account", string(events[0].ID()): "event", one("SELECT id FROM earning"): "earning", one("SELECT id FROM payment_charge"): "purchase",
			one("SELECT provider_id FROM payment_charge"): "purchase", one("SELECT provider_id FROM payout_account"): "person", one("SELECT transfer_id FROM payout"): "payout", one("SELECT provider_payout FROM payout"): "payout",
			one("SELECT provider_id FROM payment_customer"): "person", one("SELECT email FROM person WHERE id = $1", string(fan)): "person", one("SELECT external_id FROM person WHERE id = $1", string(fan)): "person",
			" " + strings.ToUpper(string(p)) + " ": "payout",
		} {
			found, err := s.reader.Search(s.Ctx, what)
			s.OK(err)
			if len(found) != 1 || found[0].Kind != want || found[0].Title == "" || found[0].ID == "" {
				t.Errorf("%q finds %+v, want a %s", what, found, want)
			}
		}
		for _, nothing := range []string{"", "x", "usr_x", "999999", "0", "-3", "nobody/at/all", "pi_x", "acct_", "_", "%", "'; DROP TABLE person", "\x00", strings.Repeat("a", 5000), id.Format(id.KindEvent, 5, 1<<63|1), id.Format(id.KindPerson, 1, 2), id.Format("whe", 1, 2)} {
			if found, err := s.reader.Search(s.Ctx, nothing); len(found) != 0 || err != nil {
				t.Errorf("%q finds %+v, %v", nothing, found, err)
			}
		}
	})
}
