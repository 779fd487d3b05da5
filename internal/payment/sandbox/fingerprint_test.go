package sandbox

import "testing"

// One number has one fingerprint, whoever gives it; each use of a test name is a card
// of its own.
func TestFingerprint(t *testing.T) {
	s, _ := newBox(t, nil)
	print := func(a answer) string {
		card, _ := a.json["card"].(map[string]any)
		mark, _ := card["fingerprint"].(string)
		if len(mark) != 16 {
			t.Errorf("the fingerprint is %q: %s", mark, a.body)
		}
		return mark
	}
	method := func(form string) string {
		return print(must(t, s, "POST", "/v1/payment_methods", "", "type=card&"+form))
	}
	attach := func(name string) string {
		customer := must(t, s, "POST", "/v1/customers", "", "").str("id")
		return print(must(t, s, "POST", "/v1/payment_methods/"+name+"/attach", "", "customer="+customer))
	}
	a, b := method("card[number]=4242424242424242"), method("card[number]=4242 4242 4242 4242&card[exp_month]=7&card[exp_year]=40")
	if a != b {
		t.Errorf("one number has %q and %q", a, b)
	}
	seen := map[string]bool{a: true}
	for _, other := range []string{method("card[number]=5555555555554444"), method("card[token]=tok_visa"), method("card[token]=tok_visa"),
		attach("pm_card_visa"), attach("pm_card_visa")} {
		if seen[other] {
			t.Errorf("two cards have %q", other)
		}
		seen[other] = true
	}
	again := must(t, s, "POST", "/v1/payment_methods", "", "type=card&card[token]=tok_visa")
	if kept := print(must(t, s, "GET", "/v1/payment_methods/"+again.str("id"), "", "")); kept != print(again) {
		t.Errorf("it was %q and is %q", print(again), kept)
	}
}
