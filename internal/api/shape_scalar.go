package api

import (
	"encoding/base64"
	"fmt"
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ovationhq/ovation/internal/fault"
	"github.com/ovationhq/ovation/internal/id"
	"github.com/ovationhq/ovation/internal/money"
	"github.com/ovationhq/ovation/internal/payment"
)

func appendIndex(b []byte, i int) []byte { return strconv.AppendInt(b, int64(i), 10) }

// text reads a text in quotes.
func (r *reading) text() literal {
	r.at++
	t := literal{}
	begin := r.at
	for r.at < len(r.b) {
		switch c := r.b[r.at]; {
		case c == '"':
			t.raw = r.b[begin:r.at]
			r.at++
			return t
		case c < 0x20:
			r.malformed(noJSON)
			return t
		case c == '\\':
			t.escaped = true
			if !r.escape(&t) {
				return t
			}
		case c < utf8.RuneSelf:
			r.at++
		default:
			if _, size := utf8.DecodeRune(r.b[r.at:]); size > 1 {
				r.at += size
			} else {
				r.notUnicode()
				return t
			}
		}
		t.runes++
	}
	r.malformed(noJSON)
	return t
}

func (r *reading) notUnicode() {
	if r.broken == nil {
		r.broken = fault.New(fault.InvalidUTF8, "The body is not valid UTF-8 at byte %d.", r.at)
		r.at = len(r.b)
	}
}

// escape reads what follows a backslash; of two halves of a character both.
func (r *reading) escape(t *literal) bool {
	if r.at+1 >= len(r.b) {
		r.malformed(noJSON)
		return false
	}
	switch r.b[r.at+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		r.at += 2
		return true
	case 'u':
	default:
		r.malformed(noJSON)
		return false
	}
	high, ok := r.hex(r.at)
	if !ok {
		r.malformed(noJSON)
		return false
	}
	switch {
	case high == 0:
		t.zero = true
	case high >= 0xDC00 && high <= 0xDFFF:
		r.notUnicode()
		return false
	case high >= 0xD800 && high < 0xDC00:
		low, ok := r.hex(r.at + 6)
		if !ok || low < 0xDC00 || low > 0xDFFF {
			r.notUnicode()
			return false
		}
		r.at += 6
	}
	r.at += 6
	return true
}

// hex reads the escape \uXXXX at i.
func (r *reading) hex(i int) (uint64, bool) {
	if i+6 > len(r.b) || r.b[i] != '\\' || r.b[i+1] != 'u' {
		return 0, false
	}
	v, err := strconv.ParseUint(string(r.b[i+2:i+6]), 16, 16)
	return v, err == nil
}

// number reads a number by JSON's grammar.
func (r *reading) number() []byte {
	begin := r.at
	if r.peek() == '-' {
		r.at++
	}
	switch c := r.peek(); {
	case c == '0':
		r.at++
	case c >= '1' && c <= '9':
		r.digits()
	default:
		r.malformed(noJSON)
		return nil
	}
	if r.peek() == '.' {
		r.at++
		if !r.digits() {
			r.malformed(noJSON)
			return nil
		}
	}
	if c := r.peek(); c == 'e' || c == 'E' {
		r.at++
		if c := r.peek(); c == '+' || c == '-' {
			r.at++
		}
		if !r.digits() {
			r.malformed(noJSON)
			return nil
		}
	}
	return r.b[begin:r.at]
}

func (r *reading) digits() bool {
	begin := r.at
	for c := r.peek(); c >= '0' && c <= '9'; c = r.peek() {
		r.at++
	}
	return r.at > begin
}

func (r *reading) textValue(s *shape, t literal) {
	if t.zero {
		r.bad(fault.TextNotAllowed, "%s", noZero)
		return
	}
	if !s.name && payment.HoldsCardNumber(string(t.decoded())) {
		r.bad(fault.CardDataNotAccepted, "%s", noCardData)
		return
	}
	if s.kind != text {
		r.expect(s, text)
		return
	}
	if code, detail := s.wrongText(t); code != "" {
		r.bad(code, "%s", detail)
	}
}

// noCardData does not show the number again.
const noCardData = "This looks like a card number. It was not kept. Cards are entered on the payment provider's page alone, and named here by their pm_ ids."

const noZero = "The text contains the character U+0000, which can not be kept."

func (r *reading) numberValue(s *shape, digits []byte) {
	switch s.kind {
	case integer:
		if code, detail := s.wrongInteger(digits); code != "" {
			r.bad(code, "%s", detail)
		}
	case number:
		f, err := strconv.ParseFloat(string(digits), 64)
		if err != nil || f < s.floor || f > s.top {
			r.bad(fault.ValidationFailed, "This must be between %v and %v.", s.floor, s.top)
		}
	default:
		r.expect(s, number)
	}
}

// wrongInteger says what is wrong with the digits, or returns no code.
func (s *shape) wrongInteger(digits []byte) (fault.Code, string) {
	body := digits
	if len(body) > 0 && body[0] == '-' {
		body = body[1:]
	}
	if len(body) == 0 || (body[0] == '0' && (len(body) > 1 || len(digits) > 1)) {
		return fault.AmountNotInteger, wantInteger
	}
	for _, c := range body {
		if c < '0' || c > '9' {
			return fault.AmountNotInteger, wantInteger
		}
	}
	n, err := strconv.ParseInt(string(digits), 10, 64)
	if err != nil || n < s.min || n > s.max {
		return fault.AmountOutOfRange, s.range64(err == nil && n < s.min || err != nil && digits[0] == '-')
	}
	if s.step > 1 && n%s.step != 0 {
		return fault.AmountOutOfRange, fmt.Sprintf("This must be a multiple of %d.", s.step)
	}
	if len(s.enum) > 0 && !slices.Contains(s.enum, string(digits)) {
		return fault.AmountOutOfRange, fmt.Sprintf("This must be one of: %s.", strings.Join(s.enum, ", "))
	}
	return "", ""
}

// range64 says where a number must lie. A bound that is only that of all
// amounts says nothing of the field: a rule may have a tighter one.
func (s *shape) range64(below bool) string {
	switch {
	case below && s.max >= money.Max:
		return fmt.Sprintf("This must be at least %v.", s.min)
	case !below && s.max >= money.Max:
		return fmt.Sprintf("This must be at most %v.", s.max)
	}
	return fmt.Sprintf("This must be between %v and %v.", s.min, s.max)
}

// wrongText says what is wrong with a text, or returns no code.
func (s *shape) wrongText(t literal) (fault.Code, string) {
	if t.runes > s.lenMax {
		return fault.TextTooLong, fmt.Sprintf("This has %d characters, and %d is the most.", t.runes, s.lenMax)
	}
	if t.runes < s.lenMin {
		return fault.ValidationFailed, fmt.Sprintf("This has %d characters, and %d is the least.", t.runes, s.lenMin)
	}
	if s.format == "" && s.pattern == nil && s.enum == nil {
		return "", ""
	}
	value := string(t.decoded())
	if len(s.enum) > 0 && !slices.Contains(s.enum, value) {
		return fault.ValidationFailed, fmt.Sprintf("This must be one of: %s.", strings.Join(s.enum, ", "))
	}
	if s.pattern != nil && !s.pattern.MatchString(value) {
		return fault.ValidationFailed, fmt.Sprintf("This must match the pattern %s.", s.pattern)
	}
	if detail := s.wrongFormat(value); detail != "" {
		return fault.ValidationFailed, detail
	}
	return "", ""
}

// wrongFormat says what a text of the shape's format looks like if the value
// does not.
func (s *shape) wrongFormat(value string) string {
	switch s.format {
	case idFormat:
		if !id.Valid(s.prefix, value) {
			return fmt.Sprintf("This must be an id that begins with %s_.", s.prefix)
		}
	case "date-time":
		if new(time.Time).UnmarshalText([]byte(value)) != nil {
			return noInstant
		}
	case "date":
		if _, err := time.Parse(time.DateOnly, value); err != nil {
			return "This must be a day such as 2026-11-01."
		}
	case "uri":
		if u, err := url.Parse(value); err != nil || u.Scheme == "" {
			return "This must be an absolute address (URI)."
		}
	case "email":
		if a, err := mail.ParseAddress(value); err != nil || a.Name != "" || a.Address != value {
			return "This must be one e-mail address."
		}
	case "base64":
		if _, err := base64.StdEncoding.DecodeString(value); err != nil {
			return "This must be base64."
		}
	}
	return ""
}
