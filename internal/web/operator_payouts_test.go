package web_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	payouts "github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/people"
)

// asked has the creator ask for a payout, after a fan's gift and a week.
func (r *rig) asked(t *testing.T) id.Payout {
	t.Helper()
	fan := r.browser(r.fan.ID)
	fan.buy(t, "1400@1999@USD")
	fan.give(t, r, "whale@1000", "1")
	_, err := r.payouts.Onboard(t.Context(), r.maker.ID, "http://app.test/", "http://app.test/")
	r.ok(err)
	account, err := r.payouts.Refresh(t.Context(), r.maker.ID)
	r.ok(err)
	r.ok(r.box.Onboard(account.Provider, sandbox.Onboarding{Name: "Théo"}))
	_, err = r.payouts.Refresh(t.Context(), r.maker.ID)
	r.ok(err)
	fan.post("/sandbox/advance", url.Values{"by": {"192h0m0s"}})
	p, err := r.payouts.Withdraw(t.Context(), payouts.Request{Key: "frm_0123456789abcdef", Creator: r.maker.ID})
	r.ok(err)
	return p.ID
}

// TestPayoutDesk lists payouts by state with their sum, holds one and lets it
// go: each with a reason, which is written down and read by the creator.
func TestPayoutDesk(t *testing.T) {
	r := still(t)
	payout := r.asked(t)
	ops, page := r.browser(r.boss.ID), "/op/payouts/"+string(payout)
	desk := ops.get("/op/payouts")
	has(t, desk, 200, "$5.00", "Théo Marchand", page+"/hold", "1 scheduled", `href="/explain/`+string(payout))
	checkHTML(t, "payouts", "en", desk.body)
	has(t, ops.get("/op"), 200, `>1</a>`, "$5.00")

	refused := ops.post(page+"/hold", url.Values{"reason": {" "}})
	has(t, refused, 422, "The reason is missing.", `<details class="ask" open>`)
	checkHTML(t, "a refused hold", "en", refused.body)
	has(t, ops.post(page+"/release", url.Values{"reason": {"Nobody holds it."}}), 409, "nobody holds it")
	held := ops.post(page+"/hold", url.Values{"reason": {"Looks odd " + script}})
	has(t, held, 200, "The payout is held.", "Looks odd &lt;script&gt;", "Ada Oduya", page+"/release", "1 held", "$5.00")
	r.acted("payout.hold", string(payout), "Looks odd "+script)
	has(t, ops.get("/op"), 200, `<dd class="light wait"><a href="/op/payouts?state=held">1</a>`)
	has(t, ops.get("/op/payouts?state=scheduled"), 200, "No payout is in this state.")
	has(t, ops.get("/op/people/"+string(r.maker.ID)), 200, "Looks odd &lt;script&gt;", "$5.00")

	has(t, ops.post(page+"/release", url.Values{"reason": {"Checked by phone."}}), 200, "The payout is on its way again.")
	r.acted("payout.release", string(payout), "Checked by phone.")
	ops.post("/sandbox/advance", url.Values{"by": {"1h0m0s"}})
	has(t, ops.post(page+"/hold", url.Values{"reason": {"Too late."}}), 409, "can not be held any more")
	has(t, ops.post("/op/payouts/pyo_01m7z0nhk8ew79reafkqmy257e/hold", url.Values{"reason": {"x"}}), 404)
	for path, status := range map[string]int{"?state=asleep": 400, "?before=rubbish": 400, "?since=rubbish": 400, "?state=failed&since=2026-03-01": 200, "?state=paid": 200} {
		has(t, ops.get("/op/payouts"+path), status)
	}
	ops.lang = "fr"
	has(t, ops.get("/op/payouts?state=sent"), 200, "Versements", "en route")
}

// TestReleasePage has a second operator agree to release what is above the limit.
func TestReleasePage(t *testing.T) {
	r := still(t)
	payout := r.asked(t)
	r.ok(r.d.Write(t.Context(), func(tx *db.Tx) error {
		return payouts.InstallRules(t.Context(), tx, payouts.Rules{Version: "test@2", FromUS: 2, NoticeDay: 1, PayDay: 15, Agree: 499})
	}))
	r.ok(r.people.GrantRole(t.Context(), people.Console(), r.fan.ID, people.Operator))
	one, two, page := r.browser(r.boss.ID), r.browser(r.fan.ID), "/op/payouts/"+string(payout)
	one.post(page+"/hold", url.Values{"reason": {"Looks odd."}})
	has(t, one.post(page+"/release", url.Values{"reason": {" "}}), 422, "The reason is missing.")
	mine := one.post(page+"/release", url.Values{"reason": {"Checked " + script}})
	has(t, mine, 200, "the payout waits until another one agrees", "This waits for a second operator.", "Checked &lt;script&gt;", "You proposed it", page+"/release/decline")
	checkHTML(t, "a proposed release", "en", mine.body)
	has(t, one.post(page+"/release/agree", nil), 403, "can not agree to it as well")
	has(t, two.post(page+"/release/decline", url.Values{"reason": {"Ask again."}}), 200, "The payout stays held.", page+`/release"`)
	one.post(page+"/release", url.Values{"reason": {"Asked again."}})
	two.lang = "fr"
	has(t, two.get("/op/payouts?state=held"), 200, "Ceci attend un second exploitant.", page+"/release/agree")
	has(t, two.post(page+"/release/agree", nil), 200)
	has(t, two.get("/op/audit?verb=payout.release"), 200, "Asked again.")
}

// TestLogFile writes what the filters of the log choose, all of it, and nothing
// that a spreadsheet would run.
func TestLogFile(t *testing.T) {
	r := still(t)
	ops := r.browser(r.boss.ID)
	fan := string(r.fan.ID)
	ops.post("/op/people/"+fan+"/suspend", url.Values{"reason": {"=1+1"}})
	ops.post("/op/people/"+fan+"/reinstate", url.Values{"reason": {"A mistake."}})
	rows := ops.rows(t, "/op/audit.csv?subject="+fan)
	if len(rows) != 2 || rows[0]["verb"] != "person.reinstate" || rows[1]["reason"] != "'=1+1" || rows[1]["actor"] != string(r.boss.ID) {
		t.Errorf("the file has %v", rows)
	}
	if rows := ops.rows(t, "/op/audit.csv?subject="+fan+"&verb=person.suspend"); len(rows) != 1 {
		t.Errorf("of one verb it has %v", rows)
	}
	only := ops.get("/op/audit?verb=person.suspend&actor=" + string(r.boss.ID))
	has(t, only, 200, "=1+1", `<option value="person.suspend" selected`)
	if strings.Contains(only.body, "A mistake.") {
		t.Error("another act is listed")
	}
	has(t, ops.get("/op/audit?from=2031-01-01"), 200, "Nobody has decided anything like this.")
	has(t, ops.get("/op/audit?to=rubbish"), 400, "This is no day.")
	has(t, ops.get("/op/audit?subject="+url.QueryEscape(script)), 200, "&lt;script&gt;")
	ops.lang = "fr"
	has(t, ops.get("/op/audit"), 200, "Personne suspendue", "la chaîne est intacte")
}
