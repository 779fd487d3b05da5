package web_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/audit"
	"github.com/ovationhq/ovation/internal/clock"
	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/outbox"
)

// lastAct is the newest entry of the audit log, in words.
func (r *rig) lastAct() string {
	r.t.Helper()
	var text string
	r.ok(r.d.Read(r.t.Context(), func(tx *db.Tx) error {
		all, err := audit.List(r.t.Context(), tx, audit.Query{Limit: 1})
		if len(all) == 1 {
			text = strings.Join([]string{all[0].Actor, all[0].Verb, all[0].Subject, all[0].Reason}, " | ")
		}
		return err
	}))
	return text
}

// acted fails unless the newest entry of the log is the operator's, with the
// verb, the subject and the reason.
func (r *rig) acted(verb, subject, reason string) {
	r.t.Helper()
	if got, want := r.lastAct(), strings.Join([]string{string(r.boss.ID), verb, subject, reason}, " | "); got != want {
		r.t.Errorf("the log ends with %q, want %q", got, want)
	}
}

// TestRevive has work given up, and an operator try it again once the cause is
// gone.
func TestRevive(t *testing.T) {
	clk := clock.NewManual(dbtest.Start)
	r := newRig(t, clk, func(by time.Duration) { clk.Advance(by) })
	r.runner.Revived = func(ctx context.Context, tx *db.Tx, failed outbox.Planned) error {
		return audit.Record(ctx, tx, audit.Act{Origin: audit.Of(ctx), Verb: "work.revive", Subject: failed.Kind + " " + failed.Key})
	}
	good, ran := false, 0
	r.runner.Outside("test.poison", func(context.Context, string) (time.Duration, error) {
		if ran++; good {
			return 0, nil
		}
		return 0, errors.New("the bank is closed")
	})
	r.ok(r.d.Write(t.Context(), func(tx *db.Tx) error {
		return outbox.Schedule(t.Context(), tx, outbox.Work{Kind: "test.poison", Key: "x<1>", DueUS: tx.NowUS()})
	}))
	for range 12 {
		r.ok(r.settle(t.Context()))
		clk.Advance(time.Hour)
	}
	ops := r.browser(r.boss.ID)
	has(t, ops.get("/op"), 200, `href="/op/jobs?state=dead"`)
	page := ops.get("/op/jobs?state=dead")
	has(t, page, 200, "given up", "the bank is closed", `action="/op/jobs/revive"`, "x&lt;1&gt;", `aria-label="Try test.poison x&lt;1&gt; again"`)
	checkHTML(t, "dead work", "en", page.body)
	if other := ops.get("/op/jobs?state=planned&kind=test.poison"); strings.Contains(other.body, "x&lt;1&gt;") {
		t.Error("work that was given up is listed as planned")
	}
	form := url.Values{"kind": {hidden(t, page.body, "/op/jobs/revive", "kind")}, "key": {"x<1>"}}

	has(t, r.browser(r.fan.ID).post("/op/jobs/revive", form), 403, "This page is for the operators")
	has(t, ops.post("/op/jobs/revive", form, "Sec-Fetch-Site", "cross-site"), 403, "another site has caused this request")
	has(t, ops.post("/op/jobs/revive", form), 422, "The reason is missing.", "given up")
	ops.lang = "fr"
	has(t, ops.get("/op/jobs?state=dead"), 200, "abandonné", "Réessayer test.poison x&lt;1&gt;")
	ops.lang = "en"

	good = true
	form.Set("reason", "The bank is open again.")
	page = ops.post("/op/jobs/revive", form)
	has(t, page, 200, "The work is tried again now.")
	if strings.Contains(page.body, "the bank is closed") && strings.Contains(page.body, `class="state bad"`) {
		t.Error("it is still given up")
	}
	r.acted("work.revive", "test.poison x<1>", "The bank is open again.")
	before := ran
	r.ok(r.settle(t.Context()))
	if ran != before+1 {
		t.Errorf("it ran %d times after it was revived", ran-before)
	}
	has(t, ops.post("/op/jobs/revive", form), 404, "There is no due work test.poison x&lt;1&gt;.")
	if page = ops.get("/op/jobs?kind=test.poison"); strings.Contains(page.body, "x&lt;1&gt;") {
		t.Error("work that is done is still listed")
	}
}

// operatorForms are the forms that operators alone can send.
func (r *rig) operatorForms() map[string]url.Values {
	fan, why := "/op/people/"+string(r.fan.ID), "A reason."
	return map[string]url.Values{
		"/op/verify": {}, fan + "/suspend": {"reason": {why}}, fan + "/reinstate": {"reason": {why}}, fan + "/roles": {"role": {"operator"}, "do": {"grant"}, "reason": {why}},
		fan + "/sign-out": {"reason": {why}}, fan + "/programmes": {"programme": {"live_gifts"}, "do": {"refuse"}, "reason": {why}},
		"/op/payouts/pyo_01m7z0nhk8ew79reafkqmy257e/hold": {"reason": {why}}, "/op/payouts/pyo_01m7z0nhk8ew79reafkqmy257e/release": {"reason": {why}},
		"/op/payouts/pyo_01m7z0nhk8ew79reafkqmy257e/release/agree": {}, "/op/payouts/pyo_01m7z0nhk8ew79reafkqmy257e/release/decline": {"reason": {why}},
		"/op/disputes/dsp_01m7z0nhk8ew79reafkqmy257e/answer": {"evidence": {why}}, "/op/disputes/dsp_01m7z0nhk8ew79reafkqmy257e/accept": {"reason": {why}},
		"/op/disputes/dsp_01m7z0nhk8ew79reafkqmy257e/accept/agree": {}, "/op/disputes/dsp_01m7z0nhk8ew79reafkqmy257e/accept/decline": {"reason": {why}},
		"/op/refunds/ref_01m7z0nhk8ew79reafkqmy257e/agree": {}, "/op/refunds/ref_01m7z0nhk8ew79reafkqmy257e/decline": {"reason": {why}}, "/op/refunds/ref_01m7z0nhk8ew79reafkqmy257e/repay": {"reason": {why}},
		"/op/refund": {"of": {"cps_01m7z0nhk8ew79reafkqmy257e"}}, fan + "/minor-refund": {"reason": {why}},
		"/op/reconcile": {}, "/op/cases/cas_01m7z0nhk8ew79reafkqmy257e/close": {"reason": {why}},
		"/op/jobs/revive": {"reason": {why}, "kind": {"a"}, "key": {"b"}}, "/op/catalog/new": {"set": {"gift-catalog"}, "reason": {why}}, "/op/catalog/withdraw": {"set": {"gift-catalog"}, "version": {"test@1"}, "reason": {why}},
		"/op/rules/new": {"set": {"tips"}, "step": {"schedule"}, "reason": {why}}, "/op/rules/withdraw": {"set": {"tips"}, "version": {"test@1"}, "reason": {why}},
		"/op/rates/new": {"set": {"rate-card"}, "reason": {why}}, "/op/rates/withdraw": {"set": {"rate-card"}, "version": {"test@1"}, "reason": {why}},
	}
}

var operatorPages = []string{"/op", "/op/purchases", "/op/ledger", "/op/ledger.csv", "/op/ledger/account?path=world/coins&asset=COIN", "/op/ledger/account.csv?path=world/coins&asset=COIN", "/op/ledger/transfers",
	"/op/ledger/transfers.csv", "/op/people", "/op/payouts", "/op/second", "/op/disputes", "/op/refunds", "/op/cases", "/op/reconcile", "/op/catalog", "/op/catalog/new?set=gift-catalog", "/op/rates", "/op/rates/new?set=rate-card", "/op/rules", "/op/rules/new?set=tips", "/op/rules/new?set=payouts", "/op/jobs", "/op/audit", "/op/audit.csv"}

// TestOnlyOperators refuses the console to everybody else: pages, files and
// forms. Another site's forms are refused to operators, too, and change nothing.
func TestOnlyOperators(t *testing.T) {
	r := still(t)
	ops, fan, nobody := r.browser(r.boss.ID), r.browser(r.fan.ID), r.browser("")
	for _, path := range append(operatorPages, "/op/people/"+string(r.maker.ID)) {
		has(t, fan.get(path), 403, "This page is for the operators")
		if a := nobody.get(path); a.url.Path != "/sign-in" {
			t.Errorf("%s answered %d to nobody", path, a.status)
		}
	}
	before := r.lastAct()
	for path, form := range r.operatorForms() {
		has(t, fan.post(path, form), 403, "This page is for the operators")
		has(t, nobody.post(path, form), 401, "You are signed out")
		has(t, ops.post(path, form, "Sec-Fetch-Site", "cross-site"), 403, "another site has caused this request")
	}
	if after := r.lastAct(); after != before {
		t.Errorf("something was done: %s", after)
	}
}
