package web_test

import (
	"encoding/csv"
	"html"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/ledger"
	"github.com/ovationhq/ovation/internal/report"
)

// busy is a rig in which a fan has bought coins and given some of them, some
// time after the books began.
func busy(t *testing.T) (r *rig, ops *browser) {
	t.Helper()
	clk := clock.NewManual(dbtest.Start)
	r = newRig(t, clk, func(by time.Duration) { clk.Advance(by) })
	fan := r.browser(r.fan.ID)
	fan.buy(t, "350@499@USD")
	fan.post("/sandbox/advance", url.Values{"by": {"24h0m0s"}})
	fan.give(t, r, "rose@5", "10")
	return r, r.browser(r.boss.ID)
}

// rows reads a file that a page offers.
func (b *browser) rows(t *testing.T, path string) []map[string]string {
	t.Helper()
	a := b.get(path)
	if a.status != 200 || !strings.HasPrefix(a.header.Get("Content-Type"), "text/csv") || !strings.Contains(a.header.Get("Content-Disposition"), "attachment") {
		t.Fatalf("%s answered %d %s", path, a.status, a.header)
	}
	all, err := csv.NewReader(strings.NewReader(a.body)).ReadAll()
	if err != nil || len(all) == 0 {
		t.Fatalf("%s: %v", path, err)
	}
	var rows []map[string]string
	for _, cells := range all[1:] {
		row := map[string]string{}
		for i, c := range cells {
			row[all[0][i]] = c
		}
		rows = append(rows, row)
	}
	return rows
}

func sumOf(t *testing.T, rows []map[string]string, column, asset string) (n int64) {
	t.Helper()
	for _, row := range rows {
		if row["asset"] != asset {
			continue
		}
		units, err := strconv.ParseInt(strings.Replace(row[column], ".", "", 1), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		n += units
	}
	return n
}

// TestFiguresAgree wants the overview's figures to be the sums of the rows to
// which they lead, on the page, in its file and by the reports that the API
// answers with.
func TestFiguresAgree(t *testing.T) {
	r, ops := busy(t)
	page := ops.get("/op")
	has(t, page, 200, "300 coins", "What this site owes")
	checkHTML(t, "the overview", "en", page.body)
	o, err := report.NewReader(r.d).Overview(t.Context())
	r.ok(err)
	figure := func(label string) (text, href string) {
		m := regexp.MustCompile(`<dt>` + label + `</dt>\s*<dd class="(?:huge|light [a-z]+)"><a (?:class="explain" )?href="([^"]+)"[^>]*>([^<]+)</a>`).FindStringSubmatch(page.body)
		if m == nil {
			t.Fatalf("%s leads nowhere: %s", label, plain(page.body))
		}
		return m[2], html.UnescapeString(m[1])
	}
	for _, c := range []struct {
		label, asset string
		units        int64
		text         string
	}{
		{"Coins outstanding", "COIN", o.Totals.CoinsOutstanding, "300 coins"}, {"Diamonds pending", "DIAMOND", o.Totals.DiamondsPending, "50 diamonds"},
	} {
		text, href := figure(c.label)
		if got := sumOf(t, ops.rows(t, strings.Replace(href, "/op/ledger?", "/op/ledger.csv?", 1)), "balance", c.asset); got != c.units || text != c.text {
			t.Errorf("%s is %q, its rows sum to %d, the report says %d", c.label, text, got, c.units)
		}
	}
	_, href := figure("Deferred revenue")
	has(t, ops.get(href), 200, "platform/deferred", "$4.28")
	lines := ops.rows(t, strings.Replace(href, "/op/ledger/account?", "/op/ledger/account.csv?", 1))
	if got := sumOf(t, lines, "change", "USD"); got != o.Totals.Deferred[0].Balance || lines[0]["balance"] != "4.28" {
		t.Errorf("the lines sum to %d, the account holds %d: %v", got, o.Totals.Deferred[0].Balance, lines)
	}
	text, href := figure("Purchases")
	if got := ops.rows(t, strings.Replace(href, "/transfers?", "/transfers.csv?", 1)); text != "1" || len(got) == 0 || got[0]["kind"] != "coin_purchase.completed" {
		t.Errorf("%s purchases, and %v", text, got)
	}
	text, href = figure("Gifts")
	if got := ops.get(href); text != "10" || !strings.Contains(got.body, `href="/op/ledger/txn_`) {
		t.Errorf("%s gifts: %s", text, plain(got.body))
	}
	for _, label := range []string{"Payouts on their way", "Payouts held", "Payouts that failed", "Purchases of unknown outcome", "Work given up"} {
		text, href := figure(label)
		if a := ops.get(href); text != "0" || a.status != 200 {
			t.Errorf("%s is %s and leads to %d", label, text, a.status)
		}
	}
}

// TestVerifyNow checks the books by the button, and shows when that was.
func TestVerifyNow(t *testing.T) {
	r, ops := busy(t)
	has(t, ops.get("/op"), 200, "The books were not checked yet", `action="/op/verify"`)
	has(t, ops.post("/op/verify", url.Values{}), 200, "The books were checked just now.", "The books are right", "The last checks")
	r.ok(r.d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), "UPDATE ledger_account SET balance = balance + 1 WHERE path = 'platform/deferred'")
		return err
	}))
	broken := ops.post("/op/verify", url.Values{})
	has(t, broken, 200, ledger.RuleBalance, `class="light big bad"`)
	checkHTML(t, "broken books", "en", broken.body)
	ops.lang = "fr"
	has(t, ops.get("/op"), 200, "Intégrité des livres", "violent une règle")
}

// TestTree walks the tree of accounts, now and at instants of the past. A point
// that can not be answered is an error and no list.
func TestTree(t *testing.T) {
	r, ops := busy(t)
	now := ops.get("/op/ledger")
	has(t, now, 200, "Accounts now", `<code>lot/</code>`, "Σ of all balances", `type="range"`, `name="at"`, "300")
	checkHTML(t, "the tree", "en", now.body)
	has(t, ops.get("/op/ledger?prefix=lot/"), 200, `href="/op/ledger/account?asset=COIN&amp;path=lot%2Flot_`)

	then := dbtest.Start.Add(time.Hour).UTC().Format("2006-01-02T15:04:05")
	past := ops.get("/op/ledger?at=" + url.QueryEscape(then))
	has(t, past, 200, "Accounts at "+dbtest.Start.Add(time.Hour).UTC().Format("2006-01-02 15:04:05"), "350", `value="`+then+`"`)
	if strings.Contains(past.body, "earning/") {
		t.Error("an account is there before it was")
	}
	slid := strconv.FormatInt(dbtest.Start.Add(2*time.Hour).Unix(), 10)
	has(t, ops.get("/op/ledger?t="+slid+"&was=1"), 200, "Accounts at ", "350")
	has(t, ops.get("/op/ledger?t="+slid+"&was="+slid), 200, "Accounts now")
	if rows := ops.rows(t, "/op/ledger.csv?prefix=lot/&at="+url.QueryEscape(then)); len(rows) != 1 || rows[0]["balance"] != "350" {
		t.Errorf("the file has %v", rows)
	}
	for at, why := range map[string]string{"2001-01-01T00:00:00": "The books begin after", "2999-01-01T00:00:00": "lies in the future", script: "is no instant"} {
		page := ops.get("/op/ledger?at=" + url.QueryEscape(at))
		has(t, page, 400, why, `name="at"`)
		if strings.Contains(page.body, "<tbody>") || strings.Contains(page.body, "No account begins") || strings.Contains(page.body, script) {
			t.Errorf("%s shows a list: %s", at, plain(page.body))
		}
		checkHTML(t, "no answer", "en", page.body)
		if a := ops.get("/op/ledger.csv?at=" + url.QueryEscape(at)); a.status != 400 || strings.Contains(a.header.Get("Content-Type"), "csv") {
			t.Errorf("the file of %s is %d", at, a.status)
		}
	}
	has(t, ops.get("/op/ledger?prefix=nothing/"), 200, "No account begins like this.")
	has(t, ops.get("/op/ledger?prefix=lot"), 400, "ends in a slash")
	has(t, ops.get("/op/ledger?prefix="+url.QueryEscape(script+"/")), 200, "&lt;script&gt;")
	has(t, ops.get("/op/ledger/account?path=lot/none&asset=COIN"), 404)
	has(t, ops.get("/op/ledger/account?path=platform/deferred&asset=USD&after=rubbish"), 400)
	_ = r
}

// TestSearchAnyID leads from any id to its page.
func TestSearchAnyID(t *testing.T) {
	r, ops := busy(t)
	read := report.NewReader(r.d)
	w, err := read.Wallet(t.Context(), r.fan.ID)
	r.ok(err)
	entries, err := read.WalletEntries(t.Context(), r.fan.ID, 0, 5)
	r.ok(err)
	rows, _, err := read.Transfers(t.Context(), report.TransferFilter{}, 0, 1)
	r.ok(err)
	lot, txn := string(w.Lots[0].ID), string(rows[0].ID())
	for q, path := range map[string]string{
		lot: "/explain/" + lot, entries[0].Cause: "/explain/" + entries[0].Cause, entries[1].Cause: "/explain/" + entries[1].Cause, txn: "/op/ledger/" + txn, strconv.FormatInt(rows[0].Seq, 10): "/op/ledger/" + txn,
		string(r.fan.ID): "/op/people/" + string(r.fan.ID), "@theo": "/op/people/" + string(r.maker.ID), "theo@example.org": "/op/people/" + string(r.maker.ID), "host-theo": "/op/people/" + string(r.maker.ID),
		"lot/" + lot: "/op/ledger/account", string(r.room.ID): "/live/" + string(r.room.ID), string(r.video.ID): "/v/" + string(r.video.ID),
	} {
		if a := ops.get("/op/ledger?" + url.Values{"q": {q}}.Encode()); a.status != 200 || a.url.Path != path {
			t.Errorf("%s leads to %d %s, want %s", q, a.status, a.url, path)
		}
	}
	none := ops.get("/op/ledger?q=" + url.QueryEscape(script))
	has(t, none, 200, "Nothing has this id", "&lt;script&gt;")
	checkHTML(t, "nothing found", "en", none.body)
}

// TestTransfers filters transfers and shows one with its lines.
func TestTransfers(t *testing.T) {
	r, ops := busy(t)
	all := ops.get("/op/ledger/transfers")
	has(t, all, 200, "Coins bought", "Gift")
	checkHTML(t, "transfers", "en", all.body)
	only := ops.get("/op/ledger/transfers?kind=gift.sent")
	has(t, only, 200, `<option value="gift.sent" selected`)
	if strings.Contains(only.body, `href="/explain/cps_`) {
		t.Error("a purchase is listed among gifts")
	}
	has(t, ops.get("/op/ledger/transfers?account=platform/deferred&from=2026-03-10&to=2026-03-12"), 200, "Gift")
	has(t, ops.get("/op/ledger/transfers?from=2031-01-01"), 200, "No transfer fits.")
	has(t, ops.get("/op/ledger/transfers?from=yesterday"), 400, "This is no day.")
	has(t, ops.get("/op/ledger/transfers?cause="+url.QueryEscape(script)), 200, "No transfer fits.", "&lt;script&gt;")
	rows, _, err := report.NewReader(r.d).Transfers(t.Context(), report.TransferFilter{}, 0, 1)
	r.ok(err)
	one := ops.get("/op/ledger/" + string(rows[0].ID()))
	has(t, one, 200, "Where this comes from", `href="/explain/`+rows[0].Cause, "platform/deferred", "Hash")
	checkHTML(t, "a transfer", "en", one.body)
	has(t, ops.get("/op/ledger/txn_01m7z0nhk8ew79reafkqmy257e"), 404)
	has(t, ops.get("/op/ledger/"+string(r.fan.ID)), 404)
	ops.lang = "fr"
	has(t, ops.get("/op/ledger/"+string(rows[0].ID())), 200, "D’où cela vient", "Empreinte")
}
