package web_test

import (
	"strings"
	"testing"
)

// TestStatementPages: without an earning there is none, for nobody else and under
// no other name, and who did not pay gets no receipt.
func TestStatementPages(t *testing.T) {
	r := still(t)
	star, fan := r.browser(r.maker.ID), r.browser(r.fan.ID)
	has(t, star.get("/c/statements"), 200, "There is no statement yet")
	bought := fan.buy(t, "350@499@USD").url.Query().Get("bought")
	fan.give(t, r, "rose@5", "1")
	list := star.get("/c/statements")
	has(t, list, 200, "preliminary", ".pdf", ".csv")
	checkHTML(t, "statements", "en", list.body)
	_, month, _ := strings.Cut(list.body, `href="/c/statements/`)
	month, _, _ = strings.Cut(month, `"`)
	page := star.get("/c/statements/" + month)
	has(t, page, 200, "Available at the beginning", "Not available yet")
	checkHTML(t, "a statement", "en", page.body)
	for file, begins := range map[string]string{"/c/statements/" + month + ".csv": "statement,state,part", "/c/statements/" + month + ".pdf": "%PDF-"} {
		if got := star.get(file); got.status != 200 || !strings.HasPrefix(got.body, begins) {
			t.Errorf("%s: %d %.60s", file, got.status, got.body)
		}
		has(t, fan.get(file), 404)
	}
	for _, none := range []string{"1999-01", "x", month + ".exe", month + ".pdf.pdf"} {
		has(t, star.get("/c/statements/"+none), 404)
	}
	if got := fan.get("/purchases/" + bought + "/receipt.pdf"); got.status != 200 || !strings.HasPrefix(got.body, "%PDF-") {
		t.Errorf("the receipt: %d %.60s", got.status, got.body)
	}
	has(t, star.get("/purchases/"+bought+"/receipt.pdf"), 404)
}
