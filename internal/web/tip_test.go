package web_test

import (
	"context"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
	"github.com/ovationhq/ovation/internal/people"
	"github.com/ovationhq/ovation/internal/programme"
	"github.com/ovationhq/ovation/internal/reversal"
	"github.com/ovationhq/ovation/internal/tip"
)

// tips installs the rules of tips and lets the maker be tipped; ready makes the
// payout account ready too.
func (r *rig) openTips(ready bool) {
	r.t.Helper()
	ctx := context.Background()
	r.ok(r.d.Write(ctx, func(tx *db.Tx) error {
		err := tip.Install(ctx, tx, []tip.Rule{{Version: "test@1", Asset: money.USD, FromUS: 1, Presets: []int64{500, 1000, 1500}, Min: 100, Max: 10_000, DayUnits: 50_000, DayTips: 100, FeePPM: 29_000, FeeFixed: 30}})
		if err != nil {
			return err
		}
		return programme.Install(ctx, tx, []programme.Policy{{Version: "test@2", Preset: "test", Programme: programme.Tips, Region: programme.Everywhere, FromUS: 1, GraceDays: 30, ReapplyDays: 30,
			Criteria: []programme.Criterion{{Metric: programme.AgeYears, Op: programme.AtLeast, Threshold: 18, Label: "criterion.age_years"}}}})
	}))
	_, err := r.creators.Join(ctx, r.maker.ID, programme.Tips)
	r.ok(err)
	if !ready {
		return
	}
	_, err = r.payouts.Onboard(ctx, r.maker.ID, r.url, r.url)
	r.ok(err)
	account, err := r.payouts.Refresh(ctx, r.maker.ID)
	r.ok(err)
	r.ok(r.box.Onboard(account.Provider, sandbox.Onboarding{Name: "Théo"}))
	_, err = r.payouts.Refresh(ctx, r.maker.ID)
	r.ok(err)
}

// tips sends the form of a tip as a browser without script does, with what is
// changed in it.
func (b *browser) tips(t *testing.T, change url.Values) answer {
	t.Helper()
	page := b.get("/tip/theo").body
	form := url.Values{"key": {hidden(t, page, "/tip/theo", "key")}, "currency": {"USD"}, "amount": {"500@546"}, "cover": {"yes"}}
	if card := cardOf.FindStringSubmatch(page); card != nil {
		form.Set("card", card[1])
	}
	for name, values := range change {
		form[name] = values
	}
	return b.post("/tip/theo", form)
}

// Tips are closed with the reason until the payout account is ready, and then
// given: offered amounts at once, typed ones after their price was shown.
func TestTipPages(t *testing.T) {
	r := still(t)
	fan, maker := r.browser(r.fan.ID), r.browser(r.maker.ID)
	r.openTips(false)
	has(t, fan.get("/tip/theo"), 200, "No tips now", "until their payout account is ready")
	has(t, maker.get("/tip/theo"), 200, "There is no payout account yet", `href="/c/payouts"`)
	has(t, maker.get("/c/tips"), 200, "No tip yet.")
	r.openTips(true)
	has(t, r.browser("").get("/tip/theo"), 200, "Sign in to tip", "you pay $5.46")
	has(t, fan.get("/tip/theo"), 200, "Théo Marchand gets $5.00 (100%). You pay $5.46; the card fee in it is $0.46.", "You enter your card on the payment provider’s page")
	has(t, fan.get("/@theo"), 200, `href="/tip/theo"`)
	has(t, fan.get("/live/"+string(r.room.ID)), 200, "/tip/theo?target="+string(r.room.ID))
	has(t, fan.get("/"), 200, "/tip/theo?target=")
	fan.post("/wallet/cards/test", url.Values{})
	for _, lang := range []string{"en", "fr"} {
		b := r.browser(r.fan.ID)
		b.lang = lang
		checkHTML(t, "the sheet of a tip", lang, b.get("/tip/theo?target="+string(r.room.ID)).body)
	}

	// A typed amount, without script: its price is shown, and nothing is charged.
	look := fan.tips(t, url.Values{"amount": {"own"}, "custom": {"7,25"}, "message": {"<b>Bravo</b>"}, "anonymous": {"yes"}})
	has(t, look, 200, "Look at the price", "Théo Marchand gets $7.25 (100%). You pay $7.78", "&lt;b&gt;Bravo&lt;/b&gt;", `value="7,25"`)
	has(t, fan.tips(t, url.Values{"amount": {"own"}, "custom": {"7,25"}, "shown": {"725@USD@1"}}), 409, "This tip costs 7.78 USD now", `value="7,25"`)
	done := fan.tips(t, url.Values{"amount": {"own"}, "custom": {"7,25"}, "shown": {"725@USD@778"}, "message": {"<b>Bravo</b>"}, "anonymous": {"yes"}, "target": {string(r.room.ID)}})
	has(t, done, 200, "Thank you. Théo Marchand has your tip.", "$7.78", "&lt;b&gt;Bravo&lt;/b&gt;", `href="/live/`+string(r.room.ID)+`"`)
	has(t, fan.tips(t, url.Values{"cover": {"no"}, "message": {"Hi"}}), 200, "Thank you.", "$4.55")
	id := regexp.MustCompile(`tip_[0-9a-z]{26}`).FindString(done.url.Path)
	checkHTML(t, "a tip", "en", done.body)

	has(t, maker.get("/tips/"+id), 404)
	has(t, r.browser("").get("/@theo"), 200, "Latest tips", "Somebody", "&lt;b&gt;Bravo&lt;/b&gt;", "$7.25", "Mia Laurent")
	has(t, fan.get("/live/"+string(r.room.ID)), 200, "Somebody tipped $7.25: &lt;b&gt;Bravo&lt;/b&gt;")
	got := maker.get("/c/tips")
	has(t, got, 200, "Somebody", "Mia Laurent", "$7.78", "− $0.53", "$7.25", "$4.55", `href="/explain/`+id+`"`)
	checkHTML(t, "the tips of a creator", "en", got.body)
	has(t, fan.get("/tips/"+id), 200, `href="/tips/`+id+`/receipt"`)
	receipt := fan.get("/tips/" + id + "/receipt")
	has(t, receipt, 200, "Tip for Théo Marchand (@theo)", "$7.25", "$0.53", "$7.78", "Visa •••• 4242", `href="/tips/`+id+`/receipt.pdf"`, "The platform keeps nothing of it.")
	checkHTML(t, "the receipt of a tip", "en", receipt.body)
	has(t, maker.get("/tips/"+id+"/receipt"), 404)
	has(t, fan.get("/tips"), 200, "Théo Marchand", "given", `href="/tips/`+id+`"`)
	has(t, fan.get("/explain/"+id), 200, "charged $7.78, so that $7.25 arrive after a fee of $0.53")
	if page := maker.get("/explain/" + id); page.status != 200 || strings.Contains(page.body, "4242") {
		t.Errorf("the creator reads %s", plain(page.body))
	}
	r.ok(r.settle(t.Context()))
}

// A refusal keeps all that was typed.
func TestTipRefusals(t *testing.T) {
	r := still(t)
	fan := r.browser(r.fan.ID)
	r.openTips(true)
	fan.post("/wallet/cards/test", url.Values{})
	kept := url.Values{"message": {"Keep <this>"}, "anonymous": {"yes"}, "cover": {"no"}, "amount": {"own"}, "custom": {"12.50"}}
	with := func(name, value string) url.Values {
		v := url.Values{name: {value}}
		for n, all := range kept {
			if n != name {
				v[n] = all
			}
		}
		return v
	}
	bad, err := r.tips.AddTestCard(t.Context(), r.fan.ID, "pm_card_chargeCustomerFail")
	r.ok(err)
	still := []string{"Keep &lt;this&gt;", `name="anonymous" value="yes" checked`}
	has(t, fan.tips(t, with("card", bad.ID)), 402, append(still, "Nothing was charged", `value="12.50"`)...)
	has(t, fan.tips(t, with("custom", "0.50")), 422, append(still, "A tip is from", `value="0.50"`)...)
	has(t, fan.tips(t, with("custom", "a lot")), 422, append(still, `value="a lot"`)...)
	has(t, fan.tips(t, with("key", "x")), 400, still...)
	has(t, fan.tips(t, with("card", strings.Repeat("x", 300))), 404, still...)
	has(t, fan.get("/tip/nobody.here"), 404)
	has(t, fan.get("/tips/tip_x"), 404)
	secure, err := r.tips.AddTestCard(t.Context(), r.fan.ID, "pm_card_threeDSecureRequired")
	r.ok(err)
	has(t, fan.tips(t, with("card", secure.ID)), 200, "Your bank wants to know that it is you", `id="bank"`)
	has(t, fan.get("/tip/theo"), 200, "A tip of $12.50 is not finished.")
}

// What went back of a tip stands on every page of it, and what went back whole is
// gone from what everybody sees.
func TestTipThatWentBack(t *testing.T) {
	r := still(t)
	fan, maker, all := r.browser(r.fan.ID), r.browser(r.maker.ID), r.browser("")
	r.openTips(true)
	fan.post("/wallet/cards/test", url.Values{})
	r.ok(r.d.Write(t.Context(), func(tx *db.Tx) error {
		return reversal.Install(t.Context(), tx, []reversal.Rule{{Version: "test@1", FromUS: 1, Agree: money.Amount{Units: 100_000, Asset: money.USD}}})
	}))
	done := fan.tips(t, url.Values{"message": {"Bravo"}, "target": {string(r.room.ID)}})
	given := regexp.MustCompile(`tip_[0-9a-z]{26}`).FindString(done.url.Path)
	back := func(units int64) {
		t.Helper()
		_, err := r.cfg.Reversals.Refund(t.Context(), people.Caller{Person: r.boss.ID, Roles: []people.Role{people.Operator}}, reversal.Request{Key: strconv.FormatInt(units, 10), Subject: given, Units: units, Reason: reversal.Goodwill, Note: "Sorry."})
		r.ok(err)
	}
	back(273)
	has(t, fan.get("/tips"), 200, "partly refunded", "− $2.73")
	has(t, fan.get("/tips/"+given), 200, "Thank you.", "Goodwill", "−$2.73")
	receipt := fan.get("/tips/" + given + "/receipt")
	has(t, receipt, 200, "partly refunded", "−$2.73", "Remains paid", "$2.73")
	checkHTML(t, "the receipt of a tip that went back in part", "en", receipt.body)
	got := maker.get("/c/tips")
	has(t, got, 200, "partly refunded", "Taken back", "− $2.50", "You keep", "$2.50")
	checkHTML(t, "a creator's tips of which one went back in part", "en", got.body)
	has(t, all.get("/@theo"), 200, "Bravo", "$2.50")
	back(0)
	has(t, fan.get("/tips/"+given), 200, "This tip went back to your card")
	has(t, maker.get("/c/tips"), 200, "− $5.00", "$0.00")
	lacks(t, all.get("/@theo"), "Bravo")
	lacks(t, all.get("/live/"+string(r.room.ID)), "Bravo")
}
