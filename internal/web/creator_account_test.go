package web_test

import (
	"net/url"
	"regexp"
	"testing"

	"github.com/ovationhq/ovation/internal/db"
	"github.com/ovationhq/ovation/internal/earnings"
	"github.com/ovationhq/ovation/internal/payment/sandbox"
)

// TestAccountStands: the provider's page leads back to how the account stands,
// an old one to a new one, and what is new about the bank holds payouts.
func TestAccountStands(t *testing.T) {
	r := still(t)
	b := r.browser(r.maker.ID)
	has(t, b.get("/c/payouts/balance"), 200, "There is no payout account yet")
	fill := func(variant sandbox.Variant, bank string) answer {
		t.Helper()
		leave := b.post("/c/payouts/onboarding", url.Values{})
		res, err := b.client.PostForm(the(t, leave.body, `id="leave" href="([^"]+)"`), url.Values{"name": {"Théo Marchand"}, "bank": {bank}, "variant": {string(variant)}})
		r.ok(err)
		res.Body.Close()
		return b.get("/c/payouts/account/back")
	}
	page := fill(sandbox.Deadline, "000123456789")
	has(t, page, 200, "Your payout account is ready.", "Still missing:", "a photograph of your passport", "The provider closes payouts without it on", "Complete the payout account")
	checkHTML(t, "an account with a deadline", "en", page.body)
	page = b.get("/c/payouts/balance")
	has(t, page, 200, "Both sides agree.", "Our books", "On the way to the bank")
	checkHTML(t, "both balances", "en", page.body)
	has(t, b.get("/c/payouts/account/again"), 200, `id="leave"`)
	has(t, fill(sandbox.Review, "000123456789"), 200, "Everything is handed in", "Handed in, being looked at:")
	page = fill(sandbox.Complete, "000111111113")
	has(t, page, 200, "The bank account was changed, to •••• 1113", "Payouts wait, and go by themselves on")
	page = fill(sandbox.Reject, "000111111113")
	has(t, page, 200, "refused this account for good", "write to the operator")
	lacks(t, page, "Complete the payout account")
	checkHTML(t, "a rejected account", "en", page.body)
	b.lang = "fr"
	page = b.get("/c/payouts")
	has(t, page, 200, "Compte de versement")
	checkHTML(t, "a rejected account", "fr", page.body)
	has(t, b.get("/c/payouts/balance"), 200, "Les deux côtés sont d’accord.")
}

// TestPayoutsByMonth: a creator chooses when to be paid, and back.
func TestPayoutsByMonth(t *testing.T) {
	r := still(t)
	b := r.browser(r.maker.ID)
	page := b.post("/c/payouts/calendar", url.Values{"calendar": {"monthly"}})
	has(t, page, 200, "You are paid every month from now on.", "You are told on", "Be paid only when I ask")
	checkHTML(t, "paid by the month", "en", page.body)
	has(t, b.post("/c/payouts/calendar", url.Values{"calendar": {"<script>"}}), 422, "&lt;script&gt;")
	has(t, b.post("/c/payouts/calendar", url.Values{"calendar": {"request"}}), 200, "You are paid when you ask for it.", "Be paid every month")
}

// TestPayoutsOfOneRequest: what is above the daily cap is shown together and
// canceled together, by its creator alone.
func TestPayoutsOfOneRequest(t *testing.T) {
	r := still(t)
	fan, b := r.browser(r.fan.ID), r.browser(r.maker.ID)
	for range 3 {
		fan.buy(t, "7000@9999@USD")
	}
	r.ok(r.d.Write(t.Context(), func(tx *db.Tx) error {
		card, err := earnings.Rates(t.Context(), tx)
		if err != nil {
			return err
		}
		card.Version, card.FromUS, card.DailyCap = "test@2", tx.NowUS(), 1000
		return earnings.Install(t.Context(), tx, card)
	}))
	fan.give(t, r, "whale@1000", "5")
	b.post("/sandbox/advance", url.Values{"by": {"192h0m0s"}})
	leave := b.post("/c/payouts/onboarding", url.Values{})
	res, err := b.client.PostForm(the(t, leave.body, `id="leave" href="([^"]+)"`), url.Values{"name": {"Théo Marchand"}, "bank": {"000123456789"}, "variant": {string(sandbox.Complete)}})
	r.ok(err)
	res.Body.Close()
	page := b.get("/c/payouts/account/back")
	has(t, page, 200, "go over 3 days, each part on its day.")
	page = b.post("/c/payouts", url.Values{"key": {hidden(t, page.body, "/c/payouts", "key")}, "amount": {""}, "currency": {"USD"}})
	has(t, page, 200, "The payouts are planned, one for each day.", "One of 3 payouts of one request.")
	checkHTML(t, "payouts of one request", "en", page.body)
	own := regexp.MustCompile(`<a class="small" href="(/c/payouts/pyo_[^"]*)"`).FindStringSubmatch(page.body)[1]
	page = b.get(own)
	has(t, page, 200, "3 payouts of one request", "this one", "Cancel all 3 that have not gone…")
	checkHTML(t, "a payout of a request", "en", page.body)
	has(t, r.browser(r.fan.ID).post(own+"/cancel-all", url.Values{}), 404)
	has(t, b.post(own+"/cancel-all", url.Values{}), 200, "Canceled. The money is available again.")
	has(t, b.post(own+"/cancel-all", url.Values{}), 409)
}
