package web_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/purchase"
	"github.com/ovationhq/ovation/internal/reversal"
)

var hiddenKey = regexp.MustCompile(`name="key" value="(frm_[a-z0-9]+)"`)

// TestRefundPages has a fan get unspent coins paid back, and an operator see who
// loses what before giving back what was spent.
func TestRefundPages(t *testing.T) {
	r := still(t)
	has(t, r.browser(r.fan.ID).get("/wallet"), 200, "Not on request in your region")
	r.ok(r.d.Write(t.Context(), func(tx *db.Tx) error {
		return reversal.Install(t.Context(), tx, []reversal.Rule{{Version: "test@1", FromUS: 1, Days: 14, Agree: money.Amount{Units: 100_000, Asset: money.USD}}})
	}))
	fan := r.browser(r.fan.ID)
	has(t, fan.get("/wallet"), 200, "Yes, for coins you have not spent: for 14 days")
	purchase := r.buysCoins(t, "first")
	page := fan.get("/purchases/" + purchase)
	has(t, page, 200, "Give back the coins I have not spent")
	key := hiddenKey.FindStringSubmatch(page.body)
	if key == nil {
		t.Fatal("the form has no key")
	}
	other := r.browser(r.maker.ID)
	has(t, other.post("/purchases/"+purchase+"/refund", url.Values{"key": {key[1]}}), 404)
	page = fan.post("/purchases/"+purchase+"/refund", url.Values{"key": {key[1]}})
	has(t, page, 200, "refunded", "Given back on request")
	if strings.Contains(page.body, "Give back the coins I have not spent") {
		t.Error("coins that went back are offered again")
	}

	second := r.buysCoins(t, "second")
	ops := r.browser(r.boss.ID)
	for who, page := range map[string]answer{"an operator": ops.get("/op/people/" + string(r.fan.ID)), "the fan": fan.get("/wallet?of=bought")} {
		_, first, _ := strings.Cut(page.body, purchase)
		_, first, _ = strings.Cut(first, `class="state`)
		_, first, _ = strings.Cut(first, ">")
		if !strings.HasPrefix(first, "refunded") {
			t.Errorf("%s reads of a purchase that was refunded: %.120s", who, first)
		}
	}
	has(t, ops.get("/op/people/"+string(r.fan.ID)), 200, "/op/refund?of="+second, "Too young to pay")
	page = ops.get("/op/refund?of=" + second + "&step=preview&spent=yes&note=%3Cb%3E&reason=goodwill")
	has(t, page, 200, "Before you confirm", "No creator loses anything", "&lt;b&gt;")
	fan.give(t, r, "rose@5", "1")
	spent := ops.get("/op/refund?of=" + second + "&step=preview&spent=yes&note=x&reason=goodwill")
	has(t, spent, 200, "What creators lose", `class="stacked`, `data-label="Borne by the platform"`)
	checkHTML(t, "what creators lose", "en", spent.body)
	checkHTML(t, "where coins come from", "en", fan.get("/wallet").body)
	has(t, ops.get("/op/refund?of="+second+"&step=preview&amount=x"), 422, "A refund is of 1 or more")
	has(t, ops.get("/op/refund?of=cps_01m7z0nhk8ew79reafkqmy257e"), 404)
	key = hiddenKey.FindStringSubmatch(page.body)
	form := url.Values{"key": {key[1]}, "of": {second}, "reason": {"goodwill"}, "note": {""}, "spent": {"yes"}}
	has(t, ops.post("/op/refund", form), 422, "The note is missing")
	form.Set("note", "The stream broke off.")
	has(t, ops.post("/op/refund", form), 200, "The refund is with the payment provider", "The stream broke off.", "refunded")
	has(t, ops.get("/op/refunds?state=nonsense"), 400)
	has(t, ops.get("/op/refunds/"), 404)
	has(t, ops.get("/op/disputes/dsp_01m7z0nhk8ew79reafkqmy257e"), 404)
}

// buysCoins has the fan buy 700 coins with a test card.
func (r *rig) buysCoins(t *testing.T, key string) string {
	t.Helper()
	card, err := r.buys.AddTestCard(t.Context(), r.fan.ID, "pm_card_visa")
	r.ok(err)
	p, err := r.buys.Buy(t.Context(), purchase.Request{Key: key, Person: r.fan.ID, Coins: 700, Currency: money.USD, Card: card.ID, ReturnURL: "http://app.test/back"})
	r.ok(err)
	return string(p.ID)
}
