package payment

// The lengths of card numbers (ISO/IEC 7812).
const (
	leastCardDigits = 13
	mostCardDigits  = 19
)

// HoldsCardNumber reports whether there is a card number in the text: 13 to 19
// digits, perhaps in groups by single spaces or dashes, that begin like a card
// of a payment network and whose check digit is right (Luhn). Such a text is
// never kept, logged or sent on: who keeps card numbers answers to the rules
// of the networks, and Ovation never needs one. Clocks and counters of this
// century begin with 1 and are none.
func HoldsCardNumber(text string) bool {
	if len(text) < leastCardDigits {
		return false
	}
	for i := 0; i < len(text); i++ {
		if !digit(text[i]) || (i > 0 && wordByte(text[i-1])) {
			continue
		}
		end, number := group(text, i)
		if cardNumber(number) && (end == len(text) || !wordByte(text[end])) {
			return true
		}
		i = end
	}
	return false
}

// group reads digits from i on, over single spaces and dashes between them.
func group(text string, i int) (end int, digits []byte) {
	for end = i; end < len(text); end++ {
		switch c := text[end]; {
		case digit(c):
			if len(digits) <= mostCardDigits {
				digits = append(digits, c)
			}
		case (c == ' ' || c == '-') && end+1 < len(text) && digit(text[end+1]):
		default:
			return end, digits
		}
	}
	return end, digits
}

// cardNumber checks length, beginning and check digit.
func cardNumber(digits []byte) bool {
	if len(digits) < leastCardDigits || len(digits) > mostCardDigits || digits[0] < '2' || digits[0] > '6' {
		return false
	}
	sum := 0
	for i, c := range digits {
		n := int(c - '0')
		if (len(digits)-i)%2 == 0 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// wordByte reports whether c joins the digits beside it to a word, such as an
// id.
func wordByte(c byte) bool {
	return digit(c) || c == '_' || (c|0x20 >= 'a' && c|0x20 <= 'z')
}

// NoCard reports whether a charge was declined because the customer has no
// such card: there never was one, somebody else has it, or it was removed. The
// provider's own words then tell which, so they are shown to nobody.
func NoCard(declineCode string) bool {
	switch declineCode {
	case "resource_missing", "invalid_request_error", "payment_method_unexpected_state":
		return true
	}
	return false
}
