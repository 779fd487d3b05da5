package payment

import "testing"

func TestHoldsCardNumber(t *testing.T) {
	for text, want := range map[string]bool{
		"4242424242424242": true, "4242 4242 4242 4242": true, "4242-4242-4242-4242": true, "378282246310005": true, "6011111111111117": true, "2223003122003222": true,
		"my card is 4242 4242 4242 4242, thanks": true, "call 12 or 5555555555554444": true, "(4000056655665556)": true, "4242424242424242\n": true,
		"": false, "4242424242424241": false, "424242424242": false, "42424242424242424242": false, "pm_4242424242424242": false, "4242424242424242a": false,
		"1793536200000000": false, "usr_01kgw1ptrhe8zr2b7a5y3c9dxm": false, "4242  4242  4242  4242": false, "two 70, three 350 and 4242": false, "0000000000000000": false,
	} {
		if got := HoldsCardNumber(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
