package web_test

import (
	"errors"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/db/dbtest"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/limit"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payout"
	"github.com/ovationhq/ovation/internal/reversal"
	"github.com/ovationhq/ovation/internal/tip"
)

// formOf reads the fields of the form with the action, as a browser would send
// them.
func formOf(t *testing.T, page, action string) url.Values {
	t.Helper()
	_, form, ok := strings.Cut(page, `action="`+action+`"`)
	if !ok {
		t.Fatalf("there is no form to %s", action)
	}
	form, _, _ = strings.Cut(form, "</form>")
	sent := url.Values{}
	for _, x := range tags(form) {
		box := x.attrs["type"] == "checkbox"
		if _, on := x.attrs["checked"]; x.name == "input" && x.attrs["name"] != "" && (!box || on) {
			sent.Set(x.attrs["name"], x.attrs["value"])
		}
	}
	return sent
}

// rowOf is the number of the row whose field has the value.
func rowOf(t *testing.T, form url.Values, field, value string) string {
	t.Helper()
	for name, values := range form {
		if row, ok := strings.CutSuffix(name, "."+field); ok && values[0] == value {
			return row
		}
	}
	t.Fatalf("no row has %s %q", field, value)
	return ""
}

var tomorrow = dbtest.Start.Add(24 * time.Hour).UTC().Format("2006-01-02T15:04:05")

// TestScheduleCatalogue writes the next catalogue from the current one, reads
// what changed, waits for it, and withdraws another.
func TestScheduleCatalogue(t *testing.T) {
	r := still(t)
	ops := r.browser(r.boss.ID)
	now := ops.get("/op/catalog")
	has(t, now, 200, "test@1", "current", "🌹 Rose", "5 coins")
	checkHTML(t, "the catalogue", "en", now.body)
	blank := ops.get("/op/catalog/new?set=gift-catalog")
	checkHTML(t, "a new catalogue", "en", blank.body)
	form := formOf(t, blank.body, "/op/catalog/new")
	rose := rowOf(t, form, "id", "rose")
	form.Set(rose+".price", "7")
	form.Set("from", tomorrow)

	wrong := ops.post("/op/catalog/new", form)
	has(t, wrong, 422, "The reason is missing.", `name="`+rose+`.price" value="7"`)
	form.Set("reason", "Roses are scarce.")
	form.Set(rose+".name", strings.Repeat("long", 20))
	wrong = ops.post("/op/catalog/new", form)
	has(t, wrong, 422, `aria-invalid="true"`, "The name may have 40 characters", `value="Roses are scarce."`)
	checkHTML(t, "a refused catalogue", "en", wrong.body)
	form.Set(rose+".name", "Rose "+`<b>`)
	form.Set("from", "2020-01-01T00:00:00")
	has(t, ops.post("/op/catalog/new", form), 422, "from an instant to come")
	form.Set("from", "soon")
	has(t, ops.post("/op/catalog/new", form), 400, "is no instant", `value="soon"`)
	form.Set("from", tomorrow)
	made := ops.post("/op/catalog/new", form)
	has(t, made, 200, "The version is scheduled.", "gifts@1", "future", "What changed since test@1", "<del>5 coins</del>", "<ins>7 coins</ins>", "Rose &lt;b&gt;")
	checkHTML(t, "what changed", "en", made.body)
	r.acted("rules.scheduled", "gifts@1", "Roses are scarce.")
	has(t, ops.get("/op/catalog"), 200, "test@1", "5 coins")
	form.Set(rose+".price", "9")
	has(t, ops.post("/op/catalog/new", form), 409, "a later version begins later")

	take := url.Values{"set": {"gift-catalog"}, "version": {"gifts@1"}}
	has(t, ops.post("/op/catalog/withdraw", take), 422, "The reason is missing.", `<details class="ask" open>`)
	take.Set("reason", "Plenty of roses.")
	gone := ops.post("/op/catalog/withdraw", take)
	has(t, gone, 200, "The version is withdrawn.")
	if strings.Contains(gone.body, "gifts@1") {
		t.Error("a version that was withdrawn is listed")
	}
	r.acted("rules.withdrawn", "gifts@1", "Plenty of roses.")
	has(t, ops.post("/op/catalog/withdraw", take), 404)
	take.Set("version", "test@1")
	has(t, ops.post("/op/catalog/withdraw", take), 409, "it stays")
	has(t, ops.get("/op/catalog?set=rate-card"), 404)
	has(t, ops.get("/op/catalog?version=none@1"), 404)
	has(t, ops.post("/op/rates/new", url.Values{"set": {"programmes"}, "reason": {"x"}}), 404)
}

// TestSchedulePacksAndRates writes the next price lists and the next rate card,
// and lets them come into force.
func TestSchedulePacksAndRates(t *testing.T) {
	r := still(t)
	ops := r.browser(r.boss.ID)
	blank := ops.get("/op/catalog/new?set=coin-packs")
	checkHTML(t, "new packs", "en", blank.body)
	form := formOf(t, blank.body, "/op/catalog/new")
	row := rowOf(t, form, "price", "0.99")
	form.Set(row+".price", "a lot")
	form.Set("from", tomorrow)
	form.Set("reason", "Fees rose.")
	has(t, ops.post("/op/catalog/new", form), 422, "is no amount", `value="a lot"`)
	form.Set(row+".price", "1.19")
	made := ops.post("/op/catalog/new", form)
	has(t, made, 200, "packs@1", "<del>$0.99</del>", "<ins>$1.19</ins>", "70 coins in USD")
	r.acted("rules.scheduled", "packs@1", "Fees rose.")

	blank = ops.get("/op/rates/new?set=rate-card")
	checkHTML(t, "a new rate card", "en", blank.body)
	form = formOf(t, blank.body, "/op/rates/new")
	form.Set("from", tomorrow)
	form.Set("reason", "A better share.")
	form.Set("hold_days", "many")
	form.Set("pay_num", "3")
	has(t, ops.post("/op/rates/new", form), 422, "whole number", `value="many"`, `name="pay_num" value="3"`)
	form.Set("hold_days", "5")
	form.Set("pay_den", "4")
	form.Set("minimum", "2.50")
	made = ops.post("/op/rates/new", form)
	has(t, made, 200, "rates@1", "<del>1/2</del>", "<ins>3/4</ins>", "<ins>5</ins>", "<ins>$2.50</ins>")
	r.acted("rules.scheduled", "rates@1", "A better share.")
	has(t, ops.get("/op/rates?set=programmes"), 200, "at least 1,000", "none of government", "everywhere else")
	has(t, ops.get("/op/rates?version=rates@1&before=rates@1"), 200, "Nothing changed.")

	ops.post("/sandbox/advance", url.Values{"by": {"192h0m0s"}})
	has(t, ops.get("/op/rates"), 200, `<h2 id="version">rates@1</h2>`)
	has(t, r.browser(r.fan.ID).get("/wallet"), 200, "$1.19")
	ops.lang = "fr"
	page := ops.get("/op/rates")
	has(t, page, 200, "Ce qui a changé depuis test@1", "en vigueur")
	if regexp.MustCompile(`>(current|future|past)<`).MatchString(page.body) {
		t.Error("English is left")
	}
}

// TestMoneyRules shows what holds for tips, refunds, payouts and velocity, and what
// comes next.
func TestMoneyRules(t *testing.T) {
	r := still(t)
	ops, ctx := r.browser(r.boss.ID), t.Context()
	next := dbtest.Start.Add(30 * 24 * time.Hour).UnixMicro()
	r.openTips(false)
	usd := func(n int64) money.Amount { return money.Amount{Units: n, Asset: money.USD} }
	r.ok(r.d.Write(ctx, func(tx *db.Tx) error {
		return errors.Join(
			tip.Install(ctx, tx, []tip.Rule{{Version: "test@2", Asset: money.USD, FromUS: next, Presets: []int64{500, 2000}, Min: 100, Max: 20_000, DayUnits: 50_000, DayTips: 100, FeePPM: 25_000, FeeFixed: 30}}),
			reversal.Install(ctx, tx, []reversal.Rule{{Version: "test@1", FromUS: 1, Agree: usd(20_000)}, {Version: "test@1", Region: "FR", FromUS: 1, Days: 14, Agree: money.Amount{Units: 20_000, Asset: "EUR"}}}),
			payout.InstallRules(ctx, tx, payout.Rules{Version: "rules@2", FromUS: 2, NoticeDay: 1, PayDay: 15, Monthly: 5000, Limits: []payout.Limit{{Asset: "JPY", DailyCap: 150_000, Minimum: 150, Monthly: 7500}},
				Sources: []payout.SourceRule{{Source: earnings.FromTip, Calendar: payout.Monthly}}}),
			limit.InstallVelocity(ctx, tx, []limit.Velocity{{Version: "test@1", Name: limit.NewAccount, Asset: money.USD, FromUS: 1, Span: 24 * time.Hour, Most: 10_000, Younger: 30 * 24 * time.Hour}}))
	}))
	for set, want := range map[string][]string{
		"tips":     {"test@1", "current", "$5.00 · $10.00 · $15.00", "2.9", "$0.30", "test@2", "future"},
		"refunds":  {"everywhere", "never", "FR", "14 days", "$200.00"},
		"payouts":  {"Calendar of the month", "$50.00", "What comes from Tips", "by the month", "Limits in JPY", "¥150,000"},
		"velocity": {"USD · new accounts", "$100.00", "in 24 hours", "younger than 30 days"},
	} {
		page := ops.get("/op/rules?set=" + set)
		has(t, page, 200, append(want, "/op/rules/new?set="+set)...)
		checkHTML(t, "the rules of "+set, "en", page.body)
		ops.lang = "fr"
		checkHTML(t, "the rules of "+set, "fr", ops.get("/op/rules?set="+set).body)
		ops.lang = "en"
	}
	has(t, ops.get("/op/rules?set=tips&version=test@2"), 200, "What changed since test@1", "<del>2.9</del>", "<ins>2.5</ins>")
	has(t, r.browser(r.fan.ID).get("/op/rules"), 403)
}

// TestScheduleMoneyRules writes the next rules of each kind from those that hold,
// looks at what changes, mends what is refused, schedules and withdraws.
func TestScheduleMoneyRules(t *testing.T) {
	r := still(t)
	ops, ctx := r.browser(r.boss.ID), t.Context()
	r.openTips(false)
	usd := func(n int64) money.Amount { return money.Amount{Units: n, Asset: money.USD} }
	r.ok(r.d.Write(ctx, func(tx *db.Tx) error {
		return errors.Join(
			reversal.Install(ctx, tx, []reversal.Rule{{Version: "test@1", FromUS: 1, Agree: usd(20_000)}, {Version: "test@1", Region: "FR", FromUS: 1, Days: 14, Agree: money.Amount{Units: 20_000, Asset: "EUR"}}}),
			payout.InstallRules(ctx, tx, payout.Rules{Version: "rules@2", FromUS: 2, NoticeDay: 1, PayDay: 15, Monthly: 5000, Limits: []payout.Limit{{Asset: "JPY", DailyCap: 150_000, Minimum: 150, Monthly: 7500}}}),
			limit.InstallVelocity(ctx, tx, []limit.Velocity{{Version: "test@1", Name: limit.Rolling, Asset: money.USD, FromUS: 1, Span: 24 * time.Hour, Most: 90_000}, {Version: "test@1", Name: limit.Rolling, Asset: "EUR", FromUS: 1, Span: 24 * time.Hour, Most: 90_000},
				{Version: "test@1", Name: limit.NewAccount, Asset: "EUR", FromUS: 1, Span: 24 * time.Hour, Most: 10_000, Younger: 30 * 24 * time.Hour},
				{Version: "test@1", Name: limit.NewAccount, Asset: money.USD, FromUS: 1, Span: 24 * time.Hour, Most: 10_000, Younger: 30 * 24 * time.Hour}}))
	}))
	for _, c := range []struct {
		set, field, bad, told, good string
		changed                     []string
	}{
		{"tips", "0.fee_percent", "a bit", "is no percentage", "2.5", []string{"<del>2.9</del>", "<ins>2.5</ins>"}},
		{"refunds", "1.refund_days", "181", "0 to 180 days", "30", []string{"<del>14 days</del>", "<ins>30 days</ins>", "<ins>¥9,000</ins>"}},
		{"payouts", "pay_day", "1", "comes after that of the notice", "20", []string{"<del>15</del>", "<ins>20</ins>", "<del>on request</del>", "<ins>by the month</ins>", "Limits in KWD", "KWD", "150.250</ins>", "<ins>$321.00</ins>"}},
		{"velocity", "within_hours", "0", "from 1 to 87600 hours", "48", []string{"<del>in 24 hours</del>", "<ins>in 48 hours</ins>"}},
	} {
		blank := ops.get("/op/rules/new?set=" + c.set)
		checkHTML(t, "new rules of "+c.set, "en", blank.body)
		form := formOf(t, blank.body, "/op/rules/new")
		form.Set("from", tomorrow)
		form.Set("reason", "Why <b> not.")
		if c.set == "payouts" {
			form.Set("source tip", "monthly")
			form.Set("1.asset", "kwd")
			form.Set("1.daily_cap", "300.5")
			form.Set("1.minimum", "1")
			form.Set("1.monthly", "2")
			form.Set("1.agree", "150.25")
			form.Set("agree", "321")
			for _, s := range []string{"gift", "video_gift"} {
				form.Set("source "+s, "request")
			}
		}
		if c.set == "refunds" { // what a region's amount is in stays, and can be another
			has(t, blank, 200, `value="EUR"`)
			form.Set("2.in", "yes")
			form.Set("2.region", "jp")
			form.Set("2.refund_days", "7")
			form.Set("2.agree", "9000")
			form.Set("2.asset", "jpy")
		}
		form.Set(c.field, c.bad)
		form.Set("step", "look")
		wrong := ops.post("/op/rules/new", form)
		has(t, wrong, 422, c.told, `value="`+c.bad+`"`, `value="Why &lt;b&gt; not."`, `aria-invalid="true"`)
		checkHTML(t, "refused rules of "+c.set, "en", wrong.body)
		form.Set(c.field, c.good)
		look := ops.post("/op/rules/new", form)
		has(t, look, 200, append(c.changed, "Nothing was changed yet", c.set+"@1", "Why &lt;b&gt; not.")...)
		checkHTML(t, "a look at "+c.set, "en", look.body)
		lacks(t, ops.get("/op/rules?set="+c.set), c.set+"@1")
		sure := formOf(t, look.body, "/op/rules/new")
		sure.Set("step", "edit")
		has(t, ops.post("/op/rules/new", sure), 200, `value="`+c.good+`"`)
		sure.Set("reason", "Why <b> not.") // formOf leaves it escaped
		sure.Set("step", "schedule")
		made := ops.post("/op/rules/new", sure)
		has(t, made, 200, append(c.changed, "The version is scheduled.", c.set+"@1", "future")...)
		if a, b := diffOf(look.body), diffOf(made.body); a != b {
			t.Errorf("the look at %s says %s, and the version %s", c.set, a, b)
		}
		r.acted("rules.scheduled", c.set+"@1", "Why <b> not.")
		has(t, ops.post("/op/rules/new", sure), 409, "a later version begins later")
		has(t, ops.post("/op/rules/withdraw", url.Values{"set": {c.set}, "version": {c.set + "@1"}, "reason": {"Too early."}}), 200, "The version is withdrawn.")
		ops.lang = "fr"
		page := ops.post("/op/rules/new", form)
		has(t, page, 200, "Rien n’a encore changé")
		checkHTML(t, "a look at "+c.set, "fr", page.body)
		form.Set(c.field, c.bad)
		page = ops.post("/op/rules/new", form)
		checkHTML(t, "refused rules of "+c.set, "fr", page.body)
		ops.lang = "en"
		has(t, r.browser(r.fan.ID).post("/op/rules/new", form), 403)
	}
	has(t, ops.post("/op/rules/withdraw", url.Values{"set": {"tips"}, "version": {"test@1"}, "reason": {"x"}}), 409, "it stays")
}

// diffOf is the table of what changes.
func diffOf(page string) string {
	_, page, _ = strings.Cut(page, `class="card diff"`)
	_, page, _ = strings.Cut(page, "<tbody>")
	page, _, _ = strings.Cut(page, "</section>")
	return plain(page)
}
