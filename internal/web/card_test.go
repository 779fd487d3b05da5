package web_test

import (
	"net/url"
	"regexp"
	"testing"
)

var leads = regexp.MustCompile(`id="(?:leave|bank)" href="([^"]+)"`)

// TestPayOnPage buys coins, and gives a tip, with a card that is typed on the
// provider's page: nobody has to save one first.
func TestPayOnPage(t *testing.T) {
	r := still(t)
	r.openTips(true)
	fan := r.browser(r.fan.ID)
	typed := url.Values{"number": {"4242 4242 4242 4242"}, "expiry": {"12/34"}, "cvc": {"123"}, "name": {"Mia"}}
	pays := func(page answer, back string) answer {
		t.Helper()
		has(t, page, 200, "On to the payment provider", "come back here")
		to := leads.FindStringSubmatch(page.body)
		if to == nil || page.header.Get("Refresh") != "0;url="+to[1] {
			t.Fatalf("the page leads on to %v, by itself to %q", to, page.header.Get("Refresh"))
		}
		res, err := fan.client.PostForm(to[1], typed)
		r.ok(err)
		res.Body.Close()
		if got := res.Request.URL.Path; got[:len(back)] != back {
			t.Fatalf("after the payment it comes to %s, want %s…", got, back)
		}
		r.ok(r.settle(t.Context()))
		return fan.get(res.Request.URL.RequestURI())
	}

	open := fan.pay(t, "70@99@USD")
	has(t, fan.get("/wallet"), 200, "70 coins for $0.99 are not paid yet.")
	status := fan.get("/wallet/return?purchase=" + regexp.MustCompile(`cps_\w+`).FindString(fan.get("/wallet").body))
	has(t, status, 200, "you pay on the payment provider’s page", "Go on to pay")
	has(t, pays(open, "/purchases/"), 200, "Receipt", "•••• 4242")
	has(t, fan.get("/wallet"), 200, ">70 coins</a>", "Visa •••• 4242", "Another card")

	page := fan.get("/wallet").body
	form := url.Values{"key": {hidden(t, page, "/wallet/buy", "key")}, "pack": {"70@99@USD"}}
	has(t, fan.post("/wallet/buy", form), 402, "Choose what to pay with", "Nothing was charged")
	form.Set("card", "page")
	has(t, pays(fan.post("/wallet/buy", form), "/purchases/"), 200, "Receipt")

	has(t, pays(fan.tips(t, url.Values{"card": {"page"}}), "/tips/"), 200, "$5.00")
	has(t, fan.get("/tips"), 200, "Théo Marchand", "$5.00")
}
