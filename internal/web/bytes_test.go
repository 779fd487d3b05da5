package web_test

import (
	"net/url"
	"testing"
)

// TestBytesThatAreNoText sends bytes that no database takes as text. They are
// refused before anything is asked with them.
func TestBytesThatAreNoText(t *testing.T) {
	r := still(t)
	for _, bad := range []string{"%00", "%ff", "a%c0%af"} {
		fan, boss := r.browser(r.fan.ID), r.browser(r.boss.ID)
		for _, path := range []string{"/tips/" + bad, "/tips/" + bad + "/receipt.pdf", "/purchases/" + bad, "/v/" + bad, "/@" + bad} {
			has(t, fan.get(path), 404, "There is nothing here")
		}
		has(t, boss.get("/op/disputes/"+bad), 404, "There is nothing here")
		for _, path := range []string{"/op/refund?of=" + bad, "/op/people?q=" + bad, "/op/audit?" + bad + "=1"} {
			has(t, boss.get(path), 400, "bytes that are no text")
		}
		value, err := url.PathUnescape(bad)
		r.ok(err)
		has(t, fan.post("/wallet/cards/remove", url.Values{"card": {value}}), 400, "bytes that are no text")
		has(t, fan.post("/wallet/cards/remove", url.Values{value: {"x"}}), 400, "bytes that are no text")
	}
}
