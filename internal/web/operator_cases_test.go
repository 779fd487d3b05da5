package web_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/people"
)

// TestReconcilePage compares the books, finds money that nobody explains, and
// writes it off, all without script.
func TestReconcilePage(t *testing.T) {
	clk := clock.NewManual(dbtest.Start)
	r := newRig(t, clk, func(by time.Duration) { clk.Advance(by) })
	ops := r.browser(r.boss.ID)
	has(t, ops.get("/op/reconcile"), 200, "The books were not compared yet", `action="/op/reconcile"`)
	has(t, ops.get("/op"), 200, "The provider’s books", "The books were not compared yet", `href="/op/reconcile"`)
	has(t, ops.get("/op/cases"), 200, "Nothing has to be looked into.")
	r.ok(r.box.TakeFee("usd", -1200))
	has(t, ops.post("/op/reconcile", url.Values{}), 200, "The books were compared just now.", "1 on its way", "Missing here", "Wait: it is minutes old")
	has(t, ops.get("/op"), 200, "1 on its way", "1 difference")
	clk.Advance(time.Hour)
	same := ops.post("/op/reconcile", url.Values{"all": {"on"}})
	has(t, same, 200, "Both books say the same", "$12.00", "There are none.", `class="stacked`, `data-label="Our books"`, `data-label="Difference"`)
	checkHTML(t, "books that say the same", "en", same.body)
	home := ops.get("/op")
	has(t, home, 200, `<span class="light big good">Both books say the same</span>`, "0 differences")
	checkHTML(t, "the operators' home", "en", home.body)
	clk.Advance(4 * time.Hour)
	has(t, ops.get("/op"), 200, `<span class="light big wait">Both books say the same</span>`) // it is late
	page := ops.get("/op/cases?kind=difference")
	has(t, page, 200, "Write off", "nothing of ours explains it", "suspense%2Fprovider", "$12.00")
	at := strings.Index(page.body, `action="/op/cases/cas_`)
	action := page.body[at+len(`action="`):]
	action = action[:strings.IndexByte(action, '"')]
	has(t, ops.post(action, url.Values{"reason": {" "}}), 422, "Write off")
	has(t, ops.post(action, url.Values{"reason": {"a present"}}), 200, "So much needs a second operator", "a present", "Another operator has to do the same.") // there is no rule
	has(t, ops.post(action, url.Values{"reason": {"a present"}}), 403, "can not agree to it as well")
	r.ok(r.d.Write(t.Context(), func(tx *db.Tx) error { return people.Grant(t.Context(), tx, r.maker.ID, people.Operator) }))
	ops = r.browser(r.maker.ID)
	has(t, ops.get("/op/cases"), 200, "Proposed by", "a present", "Another operator has proposed it")
	has(t, ops.post(action, url.Values{"reason": {"a present"}}), 200, "The case is closed.", "Nothing has to be looked into.")
	has(t, ops.get("/op/cases?state=closed"), 200, "Written off", "a present")
	has(t, ops.post(action, url.Values{"reason": {"again"}}), 409, "was closed before")
	has(t, ops.post("/op/cases/cas_none/close", url.Values{"reason": {"x"}}), 404)
}

// TestProviderPage steers the sandbox's provider without script.
func TestProviderPage(t *testing.T) {
	clk := clock.NewManual(dbtest.Start)
	r := newRig(t, clk, func(by time.Duration) { clk.Advance(by) })
	ops := r.browser(r.boss.ID)
	const page = "/dev/sandbox/provider"
	has(t, ops.get(page), 200, "Its books beside ours", `action="/dev/sandbox/provider/act"`)
	has(t, ops.post(page+"/webhooks", url.Values{"shuffle": {"on"}, "delay": {"60"}, "duplicate": {"3"}, "drop": {"30"}}), 200, "arrive like that")
	if w, err := r.box.Webhooks(); err != nil || w != (sandbox.Webhooks{Shuffle: true, DelaySeconds: 60, Duplicate: 3, Drop: .3}) {
		t.Errorf("%+v %v", w, err)
	}
	has(t, ops.post(page+"/webhooks", url.Values{"delay": {"1"}, "duplicate": {"77"}, "drop": {"0"}}), 422, "up to 10 times", `value="77"`)
	has(t, ops.post(page+"/settings", url.Values{"extra": {"7"}, "late": {"on"}, "settle": {"eur"}}), 200, "keeps the balance like that")
	has(t, ops.post(page+"/settings", url.Values{"settle": {"xxx"}}), 409, "does not convert")
	has(t, ops.post(page+"/faults", url.Values{"calls": {"transfers"}, "how": {"timeout"}, "next": {"0"}, "chance": {"30"}}), 200, "30 % of them")
	has(t, ops.post(page+"/faults", url.Values{"calls": {"transfers"}, "how": {"timeout"}, "next": {"0"}, "chance": {"0"}}), 422, "Choose which calls go wrong")
	has(t, ops.post(page+"/faults", url.Values{"mend": {"on"}}), 200, "answers as it should again")
	has(t, ops.post(page+"/act", url.Values{"what": {"fee.take"}, "amount": {"900"}, "currency": {"usd"}, "given": {"on"}}), 200, "It has happened at the provider", "$9.00")
	has(t, ops.post(page+"/act", url.Values{"what": {"payout.own"}, "amount": {"400"}, "currency": {"usd"}}), 200, "$5.00")
	has(t, ops.post(page+"/act", url.Values{"what": {"payout.own"}, "amount": {"40000"}, "currency": {"usd"}}), 409, "are available", `value="40000"`)
	has(t, ops.get(page+"?of=payout"), 200, "Send back")
	has(t, ops.post(page+"/act", url.Values{"what": {"payout.bounce"}, "id": {r.box.Latest(sandbox.Payouts, 1)[0].ID}, "of": {"payout"}}), 200, "failed")
	for _, of := range []string{"charge", "dispute", "account", "event", "nonsense"} {
		has(t, ops.get(page+"?of="+of), 200, "What it has")
	}
	has(t, ops.post(page+"/act", url.Values{"what": {"nonsense"}}), 422)
}
