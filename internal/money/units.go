package money

import (
	"errors"
	"fmt"
)

// The two ways in which a JSON value fails to be an amount.
var (
	// ErrNotInteger says that the value is not written as an integer.
	ErrNotInteger = errors.New("money: an amount is an integer of smallest units, written in digits only")
	// ErrOutOfRange says that the integer is beyond ±Max.
	ErrOutOfRange = fmt.Errorf("money: an amount lies between -%d and %d", int64(Max), int64(Max))
)

// ParseUnits reads an amount from the bytes of one JSON value: an optional
// minus sign and digits, from −Max to Max. Everything else that a lenient
// reader would take for a number is ErrNotInteger: "1", 1.0, 1e3, 01, -0, +1,
// null, digits of other scripts, and spaces around it. An integer too large
// for an amount is ErrOutOfRange.
//
// Which integers a field takes (at least 1, say) is for the field to check.
func ParseUnits(raw []byte) (int64, error) {
	digits, negative := raw, false
	if len(raw) > 0 && raw[0] == '-' {
		digits, negative = raw[1:], true
	}
	if len(digits) == 0 || (digits[0] == '0' && (len(digits) > 1 || negative)) {
		return 0, ErrNotInteger
	}
	var n int64
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, ErrNotInteger
		}
		if n <= Max { // beyond it only the form of the rest matters
			n = n*10 + int64(c-'0')
		}
	}
	if n > Max {
		return 0, ErrOutOfRange
	}
	if negative {
		n = -n
	}
	return n, nil
}

// Units is an amount in a JSON body, read by the rules of ParseUnits. A field
// of this type refuses null; a field of type *Units takes it for nil.
type Units int64

// UnmarshalJSON implements json.Unmarshaler. Its errors are ErrNotInteger and
// ErrOutOfRange; neither repeats the value.
func (u *Units) UnmarshalJSON(raw []byte) error {
	n, err := ParseUnits(raw)
	if err != nil {
		return err
	}
	*u = Units(n)
	return nil
}
